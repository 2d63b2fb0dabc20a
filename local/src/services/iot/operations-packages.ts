/** Software packages. */
// documented: API reference of each operation
import { checked } from '../../core/checked';
import { Listing } from '../../core/paging';
import { type Operations } from '../../core/service';
import { date } from '../../core/time';
import type { PackageBehavior } from './behavior';
import { type Catalog, type PackageRecord, packageArn } from './catalog';
import { PACKAGES } from './constraints';
import { conflict, notFound, quotaExceeded, refusal, validation } from './errors';
import { INDEXING_NEED, type Indexing } from './operations-indexing';
import { type TagStore, checkTagMap, needsOfTags } from './operations-tags';

/** The context that the operations of packages, versions and SBOMs share. */
export interface CatalogContext {
  readonly catalog: Catalog;
  readonly tags: TagStore;
  readonly indexing: Indexing;
  readonly behavior: PackageBehavior;
}

export function packageOperations(context: CatalogContext): Operations {
  const { catalog, tags, behavior } = context;

  return {
    CreatePackage: checked(validation, {
      members: PACKAGES.CreatePackage,
      alsoNeeds: ({ packageName, tags: requested }, world) => [
        INDEXING_NEED,
        ...needsOfTags(tags, packageArn(world, packageName), requested),
      ],
      run({ packageName, description, tags: requested }, { world }) {
        requireIndexing(context);
        checkTagMap(requested);
        if (catalog.packages.get(packageName)) throw conflict(`Package ${packageName} already exists`, packageName);
        // documented: General Reference, for the quota
        if (catalog.packages.size >= behavior.maxPackages) {
          throw quotaExceeded(`An account can have at most ${behavior.maxPackages} packages`);
        }
        const now = world.clock.now();
        const arn = packageArn(world, packageName);
        catalog.packages.add(packageName, {
          name: packageName,
          arn,
          description,
          createdAt: now,
          modifiedAt: now,
          versions: new Listing(),
        });
        tags.register(arn, requested);
        return { packageName, packageArn: arn, description };
      },
    }),

    GetPackage: checked(validation, {
      members: PACKAGES.GetPackage,
      run({ packageName }, { world }) {
        const found = catalog.readPackage(world, packageName);
        return { ...summary(found), packageArn: found.arn, description: found.description };
      },
    }),

    UpdatePackage: checked(validation, {
      members: PACKAGES.UpdatePackage,
      alsoNeeds: () => [INDEXING_NEED],
      run({ packageName, description, defaultVersionName, unsetDefaultVersion }, { world }) {
        requireIndexing(context);
        if (defaultVersionName !== undefined && unsetDefaultVersion) {
          throw validation('defaultVersionName and unsetDefaultVersion cannot be used together');
        }
        const found = catalog.package(packageName);
        if (defaultVersionName !== undefined) {
          const { status } = catalog.version(packageName, defaultVersionName);
          // unverified: the code; `draftDefaultError` has all of them
          if (status === 'DRAFT') {
            const message = `Version ${defaultVersionName} of package ${packageName} is a draft and cannot be its default`;
            throw refusal(behavior.draftDefaultError, message, defaultVersionName);
          }
          found.defaultVersionName = defaultVersionName;
        }
        // unverified: whether it is refused; `unsetNothing`
        if (unsetDefaultVersion && found.defaultVersionName === undefined && behavior.unsetNothing === 'refused') {
          throw validation(`Package ${packageName} has no default version`);
        }
        if (unsetDefaultVersion) found.defaultVersionName = undefined;
        if (description !== undefined) found.description = description;
        found.modifiedAt = world.clock.now();
        return {};
      },
    }),

    DeletePackage: checked(validation, {
      members: PACKAGES.DeletePackage,
      // unverified: the API reference names DeletePackageVersion, and the authorization reference DeletePackage.
      run({ packageName }) {
        const found = catalog.packages.get(packageName);
        if (!found) return deletedNothing(behavior, `Package ${packageName} not found`);
        // unverified: the code; `packageWithVersionsDeleteError` has all of them
        if (found.versions.size > 0) {
          const message = `Package ${packageName} still has ${found.versions.size} versions`;
          throw refusal(behavior.packageWithVersionsDeleteError, message, packageName);
        }
        catalog.packages.delete(packageName);
        catalog.leaveAfterimage(found, behavior.staleReads);
        tags.forget(found.arn);
        return {};
      },
    }),

    ListPackages: checked(validation, {
      members: PACKAGES.ListPackages,
      run(input) {
        const page = catalog.packages.page(input, { scope: 'packages', pageSize: 100, badToken: validation });
        return { packageSummaries: page.items.map(summary), nextToken: page.nextToken };
      },
    }),
  };
}

/** unverified: whether the service requires it, and with which error. The guide calls indexing a prerequisite. */
export function requireIndexing({ behavior, indexing }: CatalogContext): void {
  if (behavior.requireIndexing && !indexing.covers('$package')) {
    throw validation('Fleet indexing of the named shadow $package must be enabled');
  }
}

/** unverified: whether the deletion of what does not exist gives 200. No such error is declared. */
export function deletedNothing(behavior: PackageBehavior, message: string): object {
  if (behavior.deleteMissing === 'not-found') throw notFound(message);
  return {};
}

function summary(record: PackageRecord) {
  return {
    packageName: record.name,
    defaultVersionName: record.defaultVersionName,
    creationDate: date(record.createdAt),
    lastModifiedDate: date(record.modifiedAt),
  };
}
