import { type IoTClient } from '@aws-sdk/client-iot';
import {
  type DefaultPackageVersionAttributes,
  type DefaultPackageVersionProperties,
  DefaultPackageVersionShape,
} from '../../contract/iot';
import { DEFAULT_POINTER_TAGS as KEYS } from '../../contract/ownership';
import { type Answer, type ResourceHandler, type Scope } from '../runtime/custom-resource';
import { Irreversible, Refusal } from '../runtime/errors';
import { takenByOther } from '../runtime/messages';
import { type TagChange, type Tags, claimInPhase, letGo } from '../runtime/ownership';
import { IotGateway as Catalog, isRefusedByService } from './gateway';
import { answeredId, claimantOf, defaultPointerId, packageArn, parsePhysicalId } from './names';
import { undoneOnFailure } from './replacement';
import { NO_CHANGE, mergeChanges } from './tags';

type Wanted = DefaultPackageVersionProperties;

/** `Custom::IoTDefaultPackageVersion`: a package's `$default` pointer. Its ownership stands in tags of the package. */
export class DefaultPackageVersionHandler implements ResourceHandler<Wanted> {
  readonly shape = DefaultPackageVersionShape;

  constructor(private readonly iot: IoTClient) {}

  physicalResourceId({ PackageName }: Wanted, scope: Scope): string {
    return defaultPointerId(PackageName, claimantOf(scope).ownerId);
  }

  async create(wanted: Wanted, scope: Scope): Promise<Answer> {
    return this.designate(wanted, this.physicalResourceId(wanted, scope), scope, false);
  }

  async update(wanted: Wanted, physicalResourceId: string, scope: Scope): Promise<Answer> {
    const { packageName, owner } = parsePhysicalId(physicalResourceId);
    const replaces = packageName !== wanted.PackageName;
    return this.designate(wanted, defaultPointerId(wanted.PackageName, owner), scope, replaces);
  }

  async delete(wanted: Wanted, physicalResourceId: string, scope: Scope): Promise<void> {
    const catalog = this.catalog(scope);
    const id = answeredId(physicalResourceId, () => this.physicalResourceId(wanted, scope));
    const { packageName } = parsePhysicalId(id);
    const arn = packageArn(scope, packageName);
    const tags = await catalog.tagsOf(arn);
    if (!tags) return;

    const me = claimantOf(scope, id);
    const outcome = await letGo(tags, KEYS, me, wanted.Removal ?? 'DELETE', () => scope.stackPhase());
    scope.log.info('default pointer let go', { packageName, outcome: outcome.kind });
    switch (outcome.kind) {
      case 'foreign':
        return;
      case 'forgotten':
        return catalog.changeTags(arn, mergeChanges(outcome.change, without(tags, KEYS.predecessor)));
      case 'released':
        return catalog.changeTags(arn, mergeChanges(outcome.change, without(tags, KEYS.version, KEYS.predecessor)));
      case 'returned':
        await this.restore(packageName, tags, scope);
        return catalog.changeTags(arn, withPredecessor(outcome.change, tags));
      case 'destroyed':
        await this.restore(packageName, { [KEYS.version]: tags[KEYS.version] }, scope);
        return catalog.changeTags(arn, without(tags, ...Object.values(KEYS)));
    }
  }

  /** Tags first: a pointer that was moved without them would look like somebody's hand to the repeated event. */
  private async designate(wanted: Wanted, id: string, scope: Scope, replaces: boolean): Promise<Answer> {
    const catalog = this.catalog(scope);
    const { PackageName, VersionName } = wanted;
    const held = await catalog.findPackage(PackageName);
    if (!held) throw new Error(`software package ${PackageName} does not exist, so it has no default version to set`);
    const arn = packageArn(scope, PackageName);
    const tags = (await catalog.tagsOf(arn)) ?? {};
    const ownership = await this.own(wanted, tags, held.defaultVersionName, id, scope);
    const version =
      tags[KEYS.version] === VersionName ? NO_CHANGE : { set: { [KEYS.version]: VersionName }, remove: [] };
    const apply = async () => {
      await catalog.changeTags(arn, mergeChanges(ownership, version));
      if (held.defaultVersionName !== VersionName) await this.point(wanted, id, scope);
      return answer(id, wanted);
    };
    if (!replaces || ownership === NO_CHANGE) return apply();
    return undoneOnFailure(apply, inRollback => this.delete(wanted, id, inRollback), scope);
  }

  private async own(
    wanted: Wanted,
    tags: Tags,
    pointsTo: string | undefined,
    id: string,
    scope: Scope,
  ): Promise<TagChange> {
    const me = claimantOf(scope, id);
    if (tags[KEYS.owner] === undefined && pointsTo === undefined) {
      return { set: { [KEYS.owner]: me.ownerId, [KEYS.stack]: me.stackId }, remove: present(tags, KEYS.predecessor) };
    }
    const claimed = await claimInPhase(tags, KEYS, me, wanted.AdoptExisting ?? false, () => scope.stackPhase());
    if (claimed.kind === 'held') return NO_CHANGE;
    if (claimed.kind === 'refused') {
      const what = `a default version of software package ${wanted.PackageName} (${pointsTo ?? 'none at the moment'})`;
      throw new Refusal(takenByOther(what, claimed.ownerStack), answer(id, wanted));
    }
    const predecessor: TagChange =
      pointsTo === undefined ? without(tags, KEYS.predecessor) : { set: { [KEYS.predecessor]: pointsTo }, remove: [] };
    return mergeChanges(claimed.change, predecessor);
  }

  private async point(wanted: Wanted, id: string, scope: Scope): Promise<void> {
    const { PackageName, VersionName } = wanted;
    try {
      await this.catalog(scope).designate(PackageName, VersionName);
    } catch (error) {
      if (!isRefusedByService(error)) throw error;
      throw new Irreversible(
        `version ${VersionName} cannot be the default of software package ${PackageName}: ${error.message}. ` +
          'Only a version that exists and is published or deprecated can: give it status PUBLISHED',
        answer(id, wanted),
      );
    }
  }

  /** Points to the predecessor again, or to nothing; unless somebody's hand has moved the pointer meanwhile. */
  private async restore(packageName: string, tags: Tags, scope: Scope): Promise<void> {
    const catalog = this.catalog(scope);
    const held = await catalog.findPackage(packageName);
    if (!held?.defaultVersionName || held.defaultVersionName !== tags[KEYS.version]) return;
    const predecessor = tags[KEYS.predecessor];
    if (predecessor === undefined) return catalog.undesignate(packageName);
    try {
      await catalog.designate(packageName, predecessor);
    } catch (error) {
      if (!isRefusedByService(error)) throw error;
      scope.log.warn('the former default is gone: there is none now', { packageName, predecessor });
      await catalog.undesignate(packageName);
    }
  }

  private catalog(scope: Scope): Catalog {
    return new Catalog(this.iot, scope.clientToken);
  }
}

/** Where the pointer goes back to an owner, that one had designated the predecessor. */
function withPredecessor(change: TagChange, tags: Tags): TagChange {
  const predecessor = tags[KEYS.predecessor];
  const owned = KEYS.owner in change.set && predecessor !== undefined;
  return mergeChanges(change, {
    set: owned ? { [KEYS.version]: predecessor } : {},
    remove: owned ? [] : present(tags, KEYS.predecessor, KEYS.version),
    // it may be another stack's by now, and the policy may allow no write to it.
    tidy: owned ? present(tags, KEYS.predecessor) : [],
  });
}

const without = (tags: Tags, ...keys: string[]): TagChange => ({ set: {}, remove: present(tags, ...keys) });

const present = (tags: Tags, ...keys: string[]) => keys.filter(key => key in tags);

function answer(physicalResourceId: string, { PackageName, VersionName }: Wanted): Answer {
  const data: DefaultPackageVersionAttributes = { PackageName, VersionName };
  return { physicalResourceId, data: { ...data } };
}
