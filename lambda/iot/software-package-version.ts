import { type IoTClient } from '@aws-sdk/client-iot';
import {
  PackageVersionShape,
  type PackageVersionStatus,
  type SoftwarePackageVersionAttributes,
  type SoftwarePackageVersionProperties,
} from '../../contract/iot';
import { VERSION_TAGS as KEYS } from '../../contract/ownership';
import { type Answer, type ResourceHandler, type Scope } from '../runtime/custom-resource';
import { Irreversible, Refusal } from '../runtime/errors';
import { takenByOther } from '../runtime/messages';
import { type TagChange, type Tags, claimInPhase, isAdopted, letGo, release } from '../runtime/ownership';
import { pollUntilFound } from '../runtime/retry';
import { IotGateway as Catalog, type HeldVersion, type VersionContent, isRefusedByService } from './gateway';
import { type VersionName, answeredId, claimantOf, parsePhysicalId, versionArn, versionId } from './names';
import { undoneOnFailure } from './replacement';
import { NO_CHANGE, changed, diffTags, mergeChanges, toTags } from './tags';
import { applyDiff, failOn } from './version-changes';
import { type VersionDiff, diffVersion, toS3Location } from './version-diff';
import { deprecateVersion, destroyVersion, restoreStatus } from './version-removal';

type Wanted = SoftwarePackageVersionProperties;

/** `Custom::IoTSoftwarePackageVersion` */
export class SoftwarePackageVersionHandler implements ResourceHandler<Wanted> {
  readonly shape = PackageVersionShape;

  constructor(private readonly iot: IoTClient) {}

  physicalResourceId({ PackageName, VersionName }: Wanted, scope: Scope): string {
    return versionId(PackageName, VersionName, claimantOf(scope).ownerId);
  }

  async create(wanted: Wanted, scope: Scope): Promise<Answer> {
    return this.ensure(wanted, this.physicalResourceId(wanted, scope), scope, false);
  }

  async update(wanted: Wanted, physicalResourceId: string, scope: Scope, previous?: Wanted): Promise<Answer> {
    const { packageName, versionName, owner } = parsePhysicalId(physicalResourceId);
    const { PackageName, VersionName } = wanted;
    if (packageName !== PackageName || versionName !== VersionName) {
      return this.ensure(wanted, versionId(PackageName, VersionName, owner), scope, true);
    }
    const held = await this.catalog(scope).findVersion(PackageName, VersionName);
    return held
      ? this.take(wanted, physicalResourceId, held, scope, { previous, replaces: false })
      : this.ensure(wanted, physicalResourceId, scope, false);
  }

  async delete(wanted: Wanted, physicalResourceId: string, scope: Scope): Promise<void> {
    const catalog = this.catalog(scope);
    const id = answeredId(physicalResourceId, () => this.physicalResourceId(wanted, scope));
    const at = versionOf(id);
    const arn = versionArn(scope, at.packageName, at.versionName);
    const me = claimantOf(scope, id);
    const tags = await catalog.tagsOf(arn);
    if (!tags) return;

    const removal = wanted.Removal ?? 'DELETE';
    const outcome = await letGo(tags, KEYS, me, removal, () => scope.stackPhase());
    scope.log.info('package version let go', { ...at, outcome: outcome.kind });
    if (outcome.kind === 'foreign') return;
    if (outcome.kind === 'destroyed') {
      try {
        return await destroyVersion(catalog, at, scope);
      } catch (error) {
        // nobody hears of this version again: without an owner, a sweep may take it later.
        if (error instanceof Refusal && (await scope.stackPhase()) === 'rolling-back') {
          await catalog.changeTags(arn, forgettingStatus(release(tags, KEYS, me), tags));
        }
        throw error;
      }
    }
    if (outcome.kind === 'released' && removal === 'DEPRECATE') await deprecateVersion(catalog, at, scope);
    if (outcome.kind === 'returned') await restoreStatus(catalog, at, tags[KEYS.formerStatus], scope);
    await catalog.changeTags(arn, forgettingStatus(outcome.change, tags));
  }

  /** Creates the version, or takes the one that has its name. */
  private async ensure(wanted: Wanted, id: string, scope: Scope, replaces: boolean): Promise<Answer> {
    const catalog = this.catalog(scope);
    const { PackageName, VersionName } = wanted;
    const me = claimantOf(scope, id);
    const tags = { ...toTags(wanted.Tags), [KEYS.owner]: me.ownerId, [KEYS.stack]: me.stackId };
    const content = contentOf(wanted);
    const found = await pollUntilFound(
      async () => {
        const made = await catalog.createVersion(PackageName, VersionName, content, tags);
        if (made) return { made };
        const held = await catalog.findVersion(PackageName, VersionName);
        return held && { held };
      },
      scope,
      `AWS IoT says that version ${VersionName} of ${PackageName} exists, but does not show it`,
    );
    if (found.held) return this.take(wanted, id, found.held, scope, { replaces });

    // the answer of the creation repeats what was sent: what is left to do are the SBOM and the state.
    const status = (found.made.status ?? 'DRAFT') as PackageVersionStatus;
    const held: HeldVersion = { $metadata: {}, ...content, status };
    return this.apply(replaces, wanted, id, scope, held, async () => {
      failOn(found.made.errorReason, wanted);
      return applyDiff(catalog, wanted, { ...diffVersion(wanted, held, false), content: {} }, scope);
    });
  }

  /** Brings a version that exists to what is wanted. Refuses before the first write. */
  private async take(
    wanted: Wanted,
    id: string,
    held: HeldVersion,
    scope: Scope,
    options: { readonly previous?: Wanted; readonly replaces: boolean },
  ): Promise<Answer> {
    const catalog = this.catalog(scope);
    const { PackageName, VersionName } = wanted;
    const arn = versionArn(scope, PackageName, VersionName);
    const tags = (await catalog.tagsOf(arn)) ?? {};
    const me = claimantOf(scope, id);
    const claimed = await claimInPhase(tags, KEYS, me, wanted.AdoptExisting ?? false, () => scope.stackPhase());
    if (claimed.kind === 'refused') {
      const what = `version ${VersionName} of software package ${PackageName}`;
      throw new Refusal(takenByOther(what, claimed.ownerStack), answer(id, wanted, held, scope));
    }
    const ownership = claimed.kind === 'held' ? NO_CHANGE : rememberingStatus(claimed.change, held);
    const diff = diffVersion(wanted, held, isAdopted(changed(tags, ownership), KEYS));
    await this.reportLimits(wanted, held, diff, scope);
    if (claimed.kind !== 'held') {
      const { status, description } = held;
      scope.log.info('package version taken as it was found', {
        ...versionOf(id),
        claim: claimed.kind,
        status,
        description,
      });
    }

    const user = diffTags(toTags(wanted.Tags), tags, toTags(options.previous?.Tags));
    // what it holds already it may have answered before: the event was delivered twice.
    const replaces = options.replaces && claimed.kind !== 'held';
    return this.apply(replaces, wanted, id, scope, held, async () => {
      await catalog.changeTags(arn, mergeChanges(ownership, user));
      return applyDiff(catalog, wanted, diff, scope, held);
    });
  }

  /** Says what cannot be had: as a failure where the template wants it, as a record where a rollback does. */
  private async reportLimits(wanted: Wanted, held: HeldVersion, diff: VersionDiff, scope: Scope): Promise<void> {
    const { PackageName: packageName, VersionName: versionName } = wanted;
    if (diff.leftovers.length > 0) {
      scope.log.warn('no longer in the template, but AWS IoT cannot clear it: it stays', {
        packageName,
        versionName,
        stays: diff.leftovers,
      });
    }
    if (diff.impossible.length === 0) return;
    if ((await scope.stackPhase()) === 'rolling-back') {
      scope.log.error('the rollback cannot undo this: it stays', { packageName, versionName, stays: diff.impossible });
      scope.log.count('Refused');
      return;
    }
    throw new Error(
      `version ${versionName} of software package ${packageName} is ${held.status}, and AWS IoT freezes what was published: ` +
        `cannot change ${diff.impossible.join(', ')}. Ship the change under a new versionName, or restore the former values`,
    );
  }

  /** What the service refuses fails a deployment, but no rollback. */
  private async apply(
    replaces: boolean,
    wanted: Wanted,
    id: string,
    scope: Scope,
    held: HeldVersion,
    work: () => Promise<HeldVersion>,
  ): Promise<Answer> {
    try {
      const undo = (inRollback: Scope) => this.delete(wanted, id, inRollback);
      return answer(id, wanted, await (replaces ? undoneOnFailure(work, undo, scope) : work()), scope);
    } catch (error) {
      if (!isRefusedByService(error)) throw error;
      throw new Irreversible(`${error.name}: ${error.message}`, answer(id, wanted, held, scope));
    }
  }

  private catalog(scope: Scope): Catalog {
    return new Catalog(this.iot, scope.clientToken);
  }
}

function versionOf(physicalResourceId: string): VersionName {
  const { packageName, versionName } = parsePhysicalId(physicalResourceId);
  if (versionName === undefined) throw new Error(`not the physical id of a package version: ${physicalResourceId}`);
  return { packageName, versionName };
}

const rememberingStatus = (change: TagChange, { status = 'DRAFT' }: HeldVersion): TagChange =>
  mergeChanges(change, { set: { [KEYS.formerStatus]: status }, remove: [] });

function forgettingStatus(change: TagChange, tags: Tags): TagChange {
  const gone = KEYS.formerStatus in tags ? [KEYS.formerStatus] : [];
  const anothers = KEYS.stack in change.set;
  return mergeChanges(change, { set: {}, remove: anothers ? [] : gone, tidy: anothers ? gone : [] });
}

function contentOf({ Description, Attributes, Artifact, Recipe }: Wanted): VersionContent {
  return {
    description: Description,
    attributes: Attributes && { ...Attributes },
    artifact: Artifact && { s3Location: toS3Location(Artifact) },
    recipe: Recipe,
  };
}

function answer(physicalResourceId: string, wanted: Wanted, held: HeldVersion, scope: Scope): Answer {
  const data: SoftwarePackageVersionAttributes = {
    PackageVersionArn: versionArn(scope, wanted.PackageName, wanted.VersionName),
    VersionName: wanted.VersionName,
    Status: (held.status ?? 'DRAFT') as PackageVersionStatus,
  };
  return { physicalResourceId, data: { ...data } };
}
