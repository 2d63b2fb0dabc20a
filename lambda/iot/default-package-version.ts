/**
 * `Custom::IoTDefaultPackageVersion`: the default pointer of a package. Tags of the package record its owner.
 *
 * | event                              | the pointer                                  | what happens                                                |
 * | ---------------------------------- | -------------------------------------------- | ----------------------------------------------------------- |
 * | Create, or Update to a new package | is not set, and belongs to nobody            | is claimed and set                                          |
 * |                                    | belongs to this resource                     | is set                                                      |
 * |                                    | was renamed or released, or is adopted       | is claimed; the record keeps the former owner and version   |
 * |                                    | belongs to somebody else, or was set by hand | the event fails before any write                            |
 * | Update                             | belongs to this resource                     | is set, even if somebody has moved it by hand               |
 * | Update in a rollback               | was claimed by the failed deployment         | is given back                                               |
 * | Delete                             | belongs to this resource                     | is cleared, or left to nobody under RETAIN                  |
 * |                                    | was moved by hand                            | is left as it is, without an owner                          |
 * |                                    | is of no successful deployment               | is undone: shows what it showed before, and is given back   |
 * |                                    | belongs to somebody else                     | stays                                                       |
 * | any, if it is over                 | was moved by this event                      | is set to what its record says, and the event has no answer |
 */
import { type IoTClient } from '@aws-sdk/client-iot';
import {
  type DefaultPackageVersionData,
  type DefaultPackageVersionProperties,
  DefaultPackageVersionShape,
} from '../../contract/iot';
import { DEFAULT_POINTER_TAGS as KEYS } from '../../contract/ownership';
import { rememberClaimed } from '../runtime/adopted-from';
import { type Claimed, type Which, ownerOf } from '../runtime/claimed-artifact';
import { type Answer, type ResourceHandler, type Scope } from '../runtime/custom-resource';
import { Irreversible, Refusal } from '../runtime/errors';
import { type Memory, memoryOf } from '../runtime/former-owners';
import { isLost } from '../runtime/lost-owner';
import { OwnedArtifact } from '../runtime/owned-artifact';
import {
  type LettingGo,
  NO_CHANGE,
  type TagChange,
  type Tags,
  changed,
  claimOf,
  isChange,
  markTags,
  mergeChanges,
  release,
} from '../runtime/ownership';
import { patient } from '../runtime/patient';
import { isRefusedByService } from '../runtime/retry';
import { IotGateway } from './gateway';
import { answeredId, defaultPointerId, packageArn, parsePhysicalId } from './names';

type Wanted = DefaultPackageVersionProperties;

export class DefaultPackageVersionHandler implements ResourceHandler<Wanted> {
  readonly shape = DefaultPackageVersionShape;

  constructor(private readonly iot: IoTClient) {}

  physicalResourceId({ PackageName }: Wanted, scope: Scope): string {
    return defaultPointerId(PackageName, ownerOf(scope));
  }

  create(wanted: Wanted, scope: Scope): Promise<Answer> {
    return new PointerEvent(this.iot, wanted, { id: this.physicalResourceId(wanted, scope) }, scope).designate();
  }

  async update(wanted: Wanted, physicalResourceId: string, scope: Scope, previous?: Wanted): Promise<Answer> {
    const { packageName, owner } = parsePhysicalId(physicalResourceId);
    const replaces = packageName !== wanted.PackageName;
    const id = defaultPointerId(wanted.PackageName, owner);
    const cancelled = previous && defaultPointerId(previous.PackageName, owner);
    if (!replaces && cancelled && cancelled !== id) {
      await new PointerEvent(this.iot, previous, { id: cancelled }, scope).undoCancelled();
    }
    return new PointerEvent(this.iot, wanted, { id, replaces }, scope).designate();
  }

  delete(wanted: Wanted, physicalResourceId: string, scope: Scope): Promise<void> {
    const id = answeredId(physicalResourceId, () => this.physicalResourceId(wanted, scope));
    const which = { id, unanswered: id !== physicalResourceId };
    return new PointerEvent(this.iot, wanted, which, scope).delete();
  }
}

class PointerEvent extends OwnedArtifact {
  protected readonly what: string;
  protected readonly record;
  protected override readonly memories = [KEYS.predecessor];
  protected readonly artifactId: string;
  private readonly packageName: string;
  private readonly gateway: IotGateway;
  /** The version that the pointer showed before this event moved it. */
  private moved?: { readonly from: string | undefined };

  constructor(
    iot: IoTClient,
    private readonly wanted: Wanted,
    { id, ...which }: Which,
    scope: Scope,
  ) {
    const { owner, packageName } = parsePhysicalId(id);
    super(scope, { owner, ...which });
    this.artifactId = id;
    this.packageName = packageName;
    this.what = `the default version of software package ${packageName}`;
    this.gateway = new IotGateway(patient(iot, scope, this.checks));
    this.record = this.gateway.ownerRecord(packageArn(scope, packageName), KEYS, scope.stackId);
  }

  /**
   * The tags are written first: without them, the repeated event would see a pointer that somebody has moved by hand.
   */
  async designate(): Promise<Answer> {
    const { packageName } = this;
    const { VersionName } = this.wanted;
    const held = await this.gateway.findPackage(packageName);
    if (!held) {
      const missing = `software package ${packageName} does not exist, so it has no default version to set: create the package first`;
      throw new Irreversible(missing, this.answer());
    }
    const { defaultVersionName: shown } = held;
    const tags = (await this.owners()) ?? {};
    if (await this.givesBack(tags)) return this.answer();
    const isAsRecorded = tags[KEYS.owner] !== this.me.ownerId || [shown, undefined].includes(tags[KEYS.version]);
    if (!isAsRecorded && (await this.looksAgain())) return this.designate();
    const claimed = await this.take(tags, shown);
    const version = await this.moving(tags, claimed);
    if (!isChange(claimed.change) && !isChange(version) && shown === VersionName) return this.answer();
    return this.orRefused(this.answer(), () =>
      this.carryOut(
        async () => {
          await this.confirm();
          await this.own(tags, claimed, version);
          if (shown !== VersionName) {
            await this.point(shown);
            // nothing else would restore a pointer that was moved after CloudFormation had ended the operation.
            await this.scope.operation.confirm('wait');
          }
          return this.answer();
        },
        { undoneOnFailure: this.replaces && (claimed.kind !== 'held' || claimed.byThisEvent) },
      ),
    );
  }

  delete(): Promise<void> {
    return this.remove(this.wanted.Removal ?? 'DELETE');
  }

  /** The part of the record that names the version, and the version that a rollback would designate again. */
  private async moving(tags: Tags, { kind, change }: Claimed): Promise<TagChange> {
    const { [KEYS.version]: designated } = tags;
    if (designated === this.wanted.VersionName) return NO_CHANGE;
    const since = claimOf(changed(tags, change), KEYS, this.me)?.since;
    const set = { [KEYS.version]: this.wanted.VersionName, ...markTags(KEYS, this.me, since) };
    if (kind !== 'held' || designated === undefined) return { set, remove: [] };
    // a rollback undoes both of two moves without a success in between.
    const isLatest =
      tags[KEYS.formerVersion] === undefined || (await this.scope.succeededSince(claimOf(tags, KEYS, this.me)?.sentAt));
    return { set: isLatest ? { ...set, [KEYS.formerVersion]: designated } : set, remove: [] };
  }

  private async take(tags: Tags, shown: string | undefined): Promise<Claimed> {
    const predecessor = without(tags, KEYS.predecessor, KEYS.formerVersion);
    if (tags[KEYS.owner] === undefined && shown === undefined) {
      return { kind: 'free', change: mergeChanges({ set: this.mine, remove: [] }, predecessor), byThisEvent: false };
    }
    const claimed = await this.claim(
      tags,
      { adoptExisting: this.wanted.AdoptExisting ?? false, what: this.inWords(shown) },
      this.answer(),
    );
    if (claimed.kind === 'held') return claimed;
    const former = rememberClaimed(shown ?? '', tags[KEYS.predecessor], claimed.change, KEYS);
    const showed =
      former === '' ? predecessor : { set: { [KEYS.predecessor]: former }, remove: present(tags, KEYS.formerVersion) };
    return { ...claimed, change: mergeChanges(claimed.change, showed) };
  }

  private inWords(shown: string | undefined): string {
    return `a default version of software package ${this.packageName} (${shown ?? 'none at the moment'})`;
  }

  private async point(from: string | undefined): Promise<void> {
    const { packageName } = this;
    const { VersionName } = this.wanted;
    await this.confirm();
    this.moved = { from };
    try {
      await this.gateway.designate(packageName, VersionName);
    } catch (error) {
      if (!isRefusedByService(error)) throw error;
      throw new Irreversible(
        `version ${VersionName} cannot be the default of software package ${packageName}: ${error.message}. ` +
          'The version must exist and be published or deprecated: create it, or give it status PUBLISHED',
        this.answer(),
      );
    }
  }

  /**
   * Sets a pointer that this event has moved to what the record now says; without a record, to what it showed before.
   */
  protected override async undoOvertaken(): Promise<void> {
    await super.undoOvertaken();
    const held = await this.gateway.findPackage(this.packageName);
    if (!held) return;
    const tags = (await this.record.read()) ?? {};
    const target = await this.wantedByNow(tags);
    const mine = tags[KEYS.owner] === this.me.ownerId;
    if (mine && target !== undefined && tags[KEYS.version] !== target) {
      await this.record.change({ set: { [KEYS.version]: target }, remove: [] });
    }
    if (!this.moved || held.defaultVersionName !== this.wanted.VersionName || held.defaultVersionName === target)
      return;
    this.scope.log.warn('undoing the designation of an overtaken event', { packageName: this.packageName, target });
    await this.show(target);
  }

  private async wantedByNow(tags: Tags): Promise<string | undefined> {
    if (tags[KEYS.owner] === undefined) return this.moved?.from;
    if (tags[KEYS.owner] !== this.me.ownerId) return tags[KEYS.version];
    const latest = await this.scope.operation.latestProperties();
    const wanted = latest && DefaultPackageVersionShape.decode(latest, '');
    // a resource that has the pointer of another package by now does not say what this one shows.
    return wanted?.PackageName === this.packageName ? wanted.VersionName : tags[KEYS.version];
  }

  protected override async destroy(tags: Tags): Promise<void> {
    await this.showPredecessor({ [KEYS.version]: tags[KEYS.version] });
    const claims = Object.keys(tags).filter(key => key.startsWith(KEYS.claim));
    await this.letGoOf(without(tags, ...Object.values(KEYS), ...claims), tags);
  }

  /** The record of another stack's pointer says what the pointer shows. */
  protected override async restoredState(tags: Tags): Promise<Tags> {
    if (tags[KEYS.version] !== undefined) return {};
    const held = await this.gateway.findPackage(this.packageName);
    return held?.defaultVersionName === undefined ? {} : { [KEYS.version]: held.defaultVersionName };
  }

  protected override async restore(outcome: LettingGo['kind'], tags: Tags): Promise<void> {
    if (outcome !== 'returned') return;
    const { former } = this.memory(tags);
    // what the pointer showed before is lost together with the record: it need not have been nothing.
    if (former === undefined && isLost(tags, KEYS)) return;
    await this.showPredecessor(tags, former);
  }

  protected override async undoRestore(tags: Tags): Promise<void> {
    await this.showPredecessor({ [KEYS.version]: tags[KEYS.version] });
  }

  protected override forget(change: TagChange, tags: Tags, outcome: LettingGo['kind']): TagChange {
    switch (outcome) {
      case 'returned':
        return withPredecessor(change, tags, this.memory(tags));
      case 'released':
        return mergeChanges(change, without(tags, KEYS.version, KEYS.predecessor, KEYS.formerVersion));
      case 'bequeathed':
        return change;
      default:
        if (tags[KEYS.owner] === this.me.ownerId) return change;
        // the new owner may still have to give the pointer back to the owner before this one.
        return mergeChanges(change, leaving(tags, this.memory(tags).onceForgotten));
    }
  }

  private memory(tags: Tags): Memory {
    const memory = memoryOf(tags[KEYS.predecessor], tags[KEYS.formerOwner], this.me.ownerId);
    if (!this.keeper) return memory;
    return { ...memory, former: DefaultPackageVersionShape.decode(this.keeper.properties, '').VersionName };
  }

  protected override async isSettled(tags: Tags): Promise<boolean> {
    if (!(await super.isSettled(tags))) return false;
    const held = await this.gateway.findPackage(this.packageName);
    return held?.defaultVersionName === this.wanted.VersionName;
  }

  protected override released(tags: Tags): TagChange {
    return release(tags, KEYS, this.me);
  }

  /** Designates the predecessor again, or nothing, unless somebody has moved the pointer by hand meanwhile. */
  private async showPredecessor(tags: Tags, predecessor?: string): Promise<void> {
    const held = await this.gateway.findPackage(this.packageName);
    if (held?.defaultVersionName && held.defaultVersionName === tags[KEYS.version]) return this.show(predecessor);
    const mayBeOld = held !== undefined && tags[KEYS.version] !== undefined;
    if (mayBeOld && (await this.looksAgain())) await this.showPredecessor(tags, predecessor);
  }

  private async show(versionName: string | undefined): Promise<void> {
    const { packageName } = this;
    if (versionName !== undefined) {
      try {
        return await this.gateway.designate(packageName, versionName);
      } catch (error) {
        if (!isRefusedByService(error)) throw error;
        this.scope.log.warn('the former default version no longer exists: the package has no default now', {
          packageName,
          predecessor: versionName,
        });
      }
    }
    try {
      await this.gateway.undesignate(packageName);
    } catch (error) {
      if (!isRefusedByService(error)) throw error;
      throw new Refusal(`AWS IoT does not undesignate ${this.what}: ${error.name}: ${error.message}`);
    }
  }

  private answer(): Answer {
    const { PackageName, VersionName } = this.wanted;
    const data: DefaultPackageVersionData = { PackageName, VersionName };
    return { physicalResourceId: this.artifactId, data: { ...data } };
  }
}

/** If the pointer is given back to an owner, that owner had designated the predecessor. */
function withPredecessor(change: TagChange, tags: Tags, { former: predecessor, onceReturned }: Memory): TagChange {
  const owned = KEYS.owner in change.set && predecessor !== undefined;
  const { set, remove } = leaving(tags, onceReturned);
  const gone = [...remove, ...present(tags, KEYS.formerVersion)];
  return mergeChanges(change, {
    set: { ...set, ...(owned && { [KEYS.version]: predecessor }) },
    remove: owned ? [] : [...gone, ...present(tags, KEYS.version)],
    // another stack may own it by now, and the policy may not allow a write to it.
    tidy: owned ? gone : [],
  });
}

/** With these predecessors, or none. */
const leaving = (tags: Tags, predecessors: string | undefined): TagChange =>
  predecessors === undefined
    ? without(tags, KEYS.predecessor)
    : { set: { [KEYS.predecessor]: predecessors }, remove: [] };

const without = (tags: Tags, ...keys: string[]): TagChange => ({ set: {}, remove: present(tags, ...keys) });

const present = (tags: Tags, ...keys: string[]) => keys.filter(key => key in tags);
