/** Package versions and their lifecycle: draft, published, deprecated. */
// documented: API reference of each operation
import { checked } from '../../core/checked';
import { type Operations, type World } from '../../core/service';
import { date } from '../../core/time';
import type { PackageBehavior } from './behavior';
import { type VersionRecord, type VersionStatus, versionArn } from './catalog';
import { VERSIONS } from './constraints';
import { conflict, invalidRequest, notFound, quotaExceeded, refusal, validation } from './errors';
import { INDEXING_NEED } from './operations-indexing';
import { type CatalogContext, deletedNothing, requireIndexing } from './operations-packages';
import { sbomStatus } from './operations-sboms';
import { checkTagMap, needsOfTags } from './operations-tags';
import { ARTIFACT, type S3Location, checkLocation, objectNeeds, requireObject } from './s3-objects';

const TRANSITIONS = {
  PUBLISH: { from: ['DRAFT', 'DEPRECATED'], to: 'PUBLISHED' },
  DEPRECATE: { from: ['PUBLISHED'], to: 'DEPRECATED' },
} as const satisfies Record<string, { from: readonly VersionStatus[]; to: VersionStatus }>;

type Action = keyof typeof TRANSITIONS;

export function versionOperations(context: CatalogContext): Operations {
  const { catalog, tags, behavior } = context;

  return {
    CreatePackageVersion: checked(validation, {
      members: VERSIONS.CreatePackageVersion,
      alsoNeeds: ({ packageName, versionName, artifact, tags: requested }, world) => [
        INDEXING_NEED,
        ...objectNeeds(world, artifact?.s3Location),
        ...needsOfTags(tags, versionArn(world, packageName, versionName), requested),
      ],
      async run({ packageName, versionName, description, attributes, artifact, recipe, tags: requested }, { world }) {
        requireIndexing(context);
        checkTagMap(requested);
        checkAttributes(behavior, attributes);
        await checkArtifact(behavior, world, artifact?.s3Location);
        const parent = catalog.packages.get(packageName);
        // unverified: the code; `createInMissingPackageError` has both
        if (!parent) {
          const error = behavior.createInMissingPackageError === 'ResourceNotFoundException' ? notFound : validation;
          throw error(`Package ${packageName} not found`);
        }
        if (parent.versions.get(versionName)) {
          throw conflict(`Version ${versionName} of package ${packageName} already exists`, versionName);
        }
        // documented: General Reference, for the quota
        if (catalog.countVersions() >= behavior.maxVersions) {
          throw quotaExceeded(`An account can have at most ${behavior.maxVersions} package versions`);
        }
        const now = world.clock.now();
        const arn = versionArn(world, packageName, versionName);
        const created: VersionRecord = {
          packageName,
          name: versionName,
          arn,
          createdAt: now,
          modifiedAt: now,
          status: 'DRAFT',
          description,
          attributes,
          artifact,
          recipe,
          errorReason: behavior.errorReason({ operation: 'CreatePackageVersion', packageName, versionName }),
        };
        parent.versions.add(versionName, created);
        tags.register(arn, requested);
        const { status, errorReason } = created;
        return { packageVersionArn: arn, packageName, versionName, description, attributes, status, errorReason };
      },
    }),

    GetPackageVersion: checked(validation, {
      members: VERSIONS.GetPackageVersion,
      run({ packageName, versionName }, { world }) {
        const found = catalog.readVersion(world, packageName, versionName);
        return {
          ...summary(found),
          packageVersionArn: found.arn,
          description: found.description,
          attributes: found.attributes,
          artifact: found.artifact,
          recipe: found.recipe,
          errorReason: found.errorReason,
          sbom: found.sbom && { s3Location: found.sbom.s3Location },
          sbomValidationStatus: found.sbom && sbomStatus(found.sbom, world.clock.now()),
        };
      },
    }),

    UpdatePackageVersion: checked(validation, {
      members: VERSIONS.UpdatePackageVersion,
      alsoNeeds: ({ artifact }, world) => [INDEXING_NEED, ...objectNeeds(world, artifact?.s3Location)],
      async run({ packageName, versionName, action, description, attributes, artifact, recipe }, { world }) {
        requireIndexing(context);
        checkAttributes(behavior, attributes);
        catalog.version(packageName, versionName);
        await checkArtifact(behavior, world, artifact?.s3Location);
        const version = catalog.version(packageName, versionName);
        checkFrozen(behavior, version, { attributes, artifact, recipe });
        const status = action ? statusAfter(behavior, version, action) : version.status;
        version.modifiedAt = world.clock.now();
        version.errorReason = behavior.errorReason({ operation: 'UpdatePackageVersion', packageName, versionName });
        if (version.errorReason !== undefined) return {};
        version.status = status;
        version.description = description ?? version.description;
        // unverified: that attributes are replaced as a whole.
        version.attributes = attributes ?? version.attributes;
        version.artifact = artifact ?? version.artifact;
        version.recipe = recipe ?? version.recipe;
        return {};
      },
    }),

    DeletePackageVersion: checked(validation, {
      members: VERSIONS.DeletePackageVersion,
      run({ packageName, versionName }) {
        const parent = catalog.packages.get(packageName);
        const version = parent?.versions.get(versionName);
        if (!parent || !version) {
          return deletedNothing(behavior, `Version ${versionName} of package ${packageName} not found`);
        }
        // unverified: the code; `defaultDeleteError` has all of them
        if (parent.defaultVersionName === versionName) {
          const message = `Version ${versionName} is the default version of package ${packageName}: unset it first`;
          throw refusal(behavior.defaultDeleteError, message, versionName);
        }
        parent.versions.delete(versionName);
        catalog.leaveAfterimage(version, behavior.staleReads);
        tags.forget(version.arn);
        return {};
      },
    }),

    ListPackageVersions: checked(validation, {
      members: VERSIONS.ListPackageVersions,
      run({ packageName, status, ...request }) {
        const found =
          behavior.versionsOfMissingPackage === 'empty'
            ? catalog.packages.get(packageName)
            : catalog.package(packageName);
        const page = found?.versions.page(request, {
          scope: `versions ${packageName} ${status ?? ''}`,
          pageSize: 100,
          matches: version => status === undefined || version.status === status,
          badToken: validation,
        });
        return { packageVersionSummaries: page?.items.map(summary) ?? [], nextToken: page?.nextToken };
      },
    }),
  };
}

/**
 * documented: developer guide, "Package version lifecycle". unverified: the codes; `republish` and
 * `illegalTransitionError` have all of them.
 */
function statusAfter(behavior: PackageBehavior, version: VersionRecord, action: Action): VersionStatus {
  const { from, to } = TRANSITIONS[action];
  const name = `Version ${version.name} of package ${version.packageName}`;
  if (version.status === to) {
    if (behavior.republish === 'conflict') throw conflict(`${name} is already ${to}`, version.name);
    return to;
  }
  if (!(from as readonly VersionStatus[]).includes(version.status)) {
    throw refusal(
      behavior.illegalTransitionError,
      `${name} is ${version.status}: no ${action} from there`,
      version.name,
    );
  }
  return to;
}

/**
 * Publishing freezes attributes and artifact forever. A deprecated version stays frozen. documented: developer guide,
 * "Package version lifecycle". unverified: the code; `frozenUpdateError` has all of them
 */
function checkFrozen(
  behavior: PackageBehavior,
  version: VersionRecord,
  wanted: { readonly attributes?: unknown; readonly artifact?: unknown; readonly recipe?: unknown },
): void {
  if (version.status === 'DRAFT') return;
  const frozen = (['attributes', 'artifact', 'recipe'] as const).find(
    member => wanted[member] !== undefined && !(member === 'recipe' && behavior.publishedRecipe === 'editable'),
  );
  if (!frozen) return;
  const message = `The ${frozen} of version ${version.name} cannot change: it is ${version.status}, not DRAFT`;
  throw refusal(behavior.frozenUpdateError, message, version.name);
}

async function checkArtifact(behavior: PackageBehavior, world: World, location?: S3Location): Promise<void> {
  if (!location) return;
  const use = { ...ARTIFACT, code: behavior.artifactError };
  const object = checkLocation(use, location);
  // documented: developer guide, software-package-catalog-troubleshooting. unverified: which call refuses it
  if (object.version === undefined && behavior.artifactWithoutVersion === 'refused') {
    throw invalidRequest('VersionId not found when attempting to access s3 url');
  }
  if (behavior.lookUpObjects) await requireObject(world, use, object);
}

/** unverified: that the bytes of keys and values count, and that the error is this one. */
function checkAttributes(behavior: PackageBehavior, attributes: Readonly<Record<string, string>> = {}): void {
  const bytes = Buffer.byteLength(Object.entries(attributes).flat().join(''));
  if (bytes > behavior.attributesBytes) {
    throw validation(`The attributes have ${bytes} bytes together, of at most ${behavior.attributesBytes}`);
  }
}

function summary(record: VersionRecord) {
  return {
    packageName: record.packageName,
    versionName: record.name,
    status: record.status,
    creationDate: date(record.createdAt),
    lastModifiedDate: date(record.modifiedAt),
  };
}
