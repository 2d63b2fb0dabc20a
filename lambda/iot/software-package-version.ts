/**
 * `Custom::IoTSoftwarePackageVersion`
 *
 * | event                           | the version                            | what happens                                               |
 * | ------------------------------- | -------------------------------------- | ---------------------------------------------------------- |
 * | Create, or Update to a new name | does not exist                         | is created and brought to its status                       |
 * |                                 | belongs to this resource               | is brought to its properties and status                    |
 * |                                 | was renamed or released, or is adopted | is claimed; the record keeps the former owner and status   |
 * |                                 | belongs to somebody else               | the event fails before any write                           |
 * | Update                          | belongs to this resource               | gets the difference; what is frozen fails before any write |
 * |                                 | no longer exists                       | is created again, as the default if it was the default     |
 * | Update in a rollback            | was claimed by the failed deployment   | is given back                                              |
 * | Delete                          | belongs to this resource               | is deleted, deprecated or kept, as `removal` says          |
 * |                                 | is to be deleted, but a job deploys it | is left to nobody, so that a retention can remove it later |
 * |                                 | is of no successful deployment         | is undone: deleted if it was created, else given back      |
 * |                                 | belongs to somebody else               | stays                                                      |
 * | any, if it is over              | was created or claimed by this event   | is undone, and the event has no answer                     |
 */
import { type IoTClient } from '@aws-sdk/client-iot';
import {
  PackageVersionShape,
  type PackageVersionStatus,
  type SoftwarePackageVersionData,
  type SoftwarePackageVersionProperties,
} from '../../contract/iot';
import { DEFAULT_POINTER_TAGS, VERSION_TAGS as KEYS } from '../../contract/ownership';
import { isAdopted, rememberClaimed } from '../runtime/adopted-from';
import { type Claimed, type Which, ownerOf } from '../runtime/claimed-artifact';
import { type Answer, type ResourceHandler, type Scope } from '../runtime/custom-resource';
import { Taken } from '../runtime/errors';
import { type Memory, lostBy, memoryOf, rememberInstead, rememberLost } from '../runtime/former-owners';
import { reasonOf } from '../runtime/messages';
import { OwnedArtifact } from '../runtime/owned-artifact';
import {
  type LettingGo,
  type TagChange,
  type Tags,
  changed,
  isChange,
  mergeChanges,
  release,
} from '../runtime/ownership';
import { patient } from '../runtime/patient';
import { isRefusedByService, pollUntilFound, retryAccessDenied } from '../runtime/retry';
import { type CurrentVersion } from '../runtime/s3-objects';
import { looksDifferent } from '../runtime/second-look';
import { CLOCK_SKEW, JOBS_FRESH, neededByJob } from './active-jobs';
import { withVersion } from './artifact-version';
import { type HeldVersion, IotGateway } from './gateway';
import { type VersionName, answeredId, packageArn, parsePhysicalId, versionArn, versionId } from './names';
import { diffTags, restoreTags, toTags } from './tags';
import { applyDiff, failOn, undoDiff } from './version-changes';
import { type VersionDiff, asFound, contentOf, diffVersion, isDiff, writtenBy } from './version-diff';
import { deprecateVersion, destroyVersion, restoreStatus } from './version-removal';

type Wanted = SoftwarePackageVersionProperties;

export class SoftwarePackageVersionHandler implements ResourceHandler<Wanted> {
  readonly shape = PackageVersionShape;

  constructor(
    private readonly iot: IoTClient,
    private readonly currentVersion: CurrentVersion,
  ) {}

  physicalResourceId({ PackageName, VersionName }: Wanted, scope: Scope): string {
    return versionId(PackageName, VersionName, ownerOf(scope));
  }

  async create(properties: Wanted, scope: Scope): Promise<Answer> {
    const wanted = { ...properties, Artifact: await withVersion(properties.Artifact, this.currentVersion, scope) };
    return new VersionEvent(this.iot, wanted, { id: this.physicalResourceId(wanted, scope) }, scope).ensure();
  }

  async update(properties: Wanted, physicalResourceId: string, scope: Scope, previous?: Wanted): Promise<Answer> {
    const wanted = { ...properties, Artifact: await withVersion(properties.Artifact, this.currentVersion, scope) };
    const { packageName, versionName, owner } = parsePhysicalId(physicalResourceId);
    const { PackageName, VersionName } = wanted;
    const replaces = packageName !== PackageName || versionName !== VersionName;
    const id = replaces ? versionId(PackageName, VersionName, owner) : physicalResourceId;
    const event = new VersionEvent(this.iot, wanted, { id, replaces }, scope);
    if (replaces) return event.ensure();
    const cancelled = previous && versionId(previous.PackageName, previous.VersionName, owner);
    if (cancelled && cancelled !== id)
      await new VersionEvent(this.iot, previous, { id: cancelled }, scope).undoCancelled();
    return event.update(previous);
  }

  delete(wanted: Wanted, physicalResourceId: string, scope: Scope): Promise<void> {
    const id = answeredId(physicalResourceId, () => this.physicalResourceId(wanted, scope));
    const which = { id, unanswered: id !== physicalResourceId };
    return new VersionEvent(this.iot, wanted, which, scope).delete();
  }
}

class VersionEvent extends OwnedArtifact {
  protected readonly what: string;
  protected readonly record;
  protected override readonly memories = [KEYS.formerStatus];
  protected override readonly native;
  protected readonly artifactId: string;
  private readonly at: VersionName;
  private readonly gateway: IotGateway;
  /** When the jobs were read that can need the version. Absent: they need not be. */
  private jobsReadAt?: number;
  /** An existing version, as this event found it before it began to change it. */
  private found?: HeldVersion & { readonly owner?: string };

  constructor(
    iot: IoTClient,
    private readonly wanted: Wanted,
    { id, ...which }: Which,
    scope: Scope,
  ) {
    const { owner, packageName, versionName } = parsePhysicalId(id);
    super(scope, { owner, ...which });
    this.artifactId = id;
    if (versionName === undefined) throw new Error(`not the physical id of a package version: ${id}`);
    this.at = { packageName, versionName };
    this.what = `version ${versionName} of software package ${packageName}`;
    this.native = { type: 'AWS::IoT::SoftwarePackageVersion', physicalId: `${packageName}|${versionName}` };
    this.gateway = new IotGateway(patient(iot, scope, this.checks));
    this.record = this.gateway.ownerRecord(versionArn(scope, packageName, versionName), KEYS, scope.stackId);
  }

  /** Creates the version, or takes the one that has its name. */
  async ensure(): Promise<Answer> {
    const { PackageName, VersionName } = this.wanted;
    const tags = { ...toTags(this.wanted.Tags), ...this.mine };
    const content = contentOf(this.wanted);
    return this.orRefused(this.answer({}), async () => {
      const found = await this.watch(() =>
        pollUntilFound(
          async () => {
            const made = await this.gateway.createVersion(PackageName, VersionName, content, tags);
            if (made) return { made };
            const held = await this.gateway.findVersion(PackageName, VersionName);
            return held && { held };
          },
          this.scope,
          `AWS IoT says that version ${VersionName} of ${PackageName} exists, but does not show it`,
        ),
      );
      if (found.held) return this.take(found.held);
      this.hasClaimed = true;
      this.seenAsMine();

      // the answer of the creation repeats the request: only the SBOM and the state are left to do.
      const status = (found.made.status ?? 'DRAFT') as PackageVersionStatus;
      const held: HeldVersion = { $metadata: {}, ...content, status };
      const after = await this.carryOut(
        async () => {
          await this.confirm();
          failOn(found.made.errorReason, this.wanted);
          const after = await this.apply({ ...diffVersion(this.wanted, held, { adopted: false }), content: {} });
          if (this.scope.request.RequestType === 'Update' && !this.replaces) await this.designateAgain();
          return after;
        },
        { undoneOnFailure: this.replaces },
      );
      return this.answer(after ?? held);
    });
  }

  async update(previous?: Wanted): Promise<Answer> {
    const { packageName, versionName } = this.at;
    const held = await this.gateway.findVersion(packageName, versionName);
    return held ? this.take(held, previous) : this.again(() => this.ensure());
  }

  delete(): Promise<void> {
    return this.remove(this.wanted.Removal ?? 'RETAIN');
  }

  /** Brings an existing version to the wanted state. Refuses before the first write. */
  private async take(held: HeldVersion, previous?: Wanted): Promise<Answer> {
    const tags = (await this.owners()) ?? {};
    if (await this.givesBack(tags)) return this.answer(held);
    const claimed = await this.claim(tags, { adoptExisting: this.wanted.AdoptExisting ?? false }, this.answer(held));
    const taken = claimed.kind !== 'held';
    const lost = await this.lostStatus(tags, claimed);
    const ownership = taken ? rememberingStatus(claimed.change, tags, held.status, lost) : claimed.change;
    const diff = diffVersion(lost ? { ...this.wanted, Status: lost } : this.wanted, held, {
      adopted: isAdopted(changed(tags, ownership), KEYS),
      previous,
    });
    await this.reportLimits(held, diff);
    if (taken) this.reportTaken(held, claimed);

    const user = diffTags(toTags(this.wanted.Tags), tags, toTags(previous?.Tags));
    const isDone = !isChange(ownership) && !isChange(user) && !isDiff(diff) && !this.waitsForSbom;
    const hasStatusAlready = previous?.Status !== this.wanted.Status && diff.actions.length === 0;
    if ((isDone || hasStatusAlready) && looksDifferent(this.wanted, previous) && (await this.looksAgain())) {
      return this.update(previous);
    }
    if (isDone) return this.answer(held);
    return this.orRefused(this.answer(held), () =>
      this.carryOut(
        async () => {
          await this.confirm();
          this.found = { ...held, owner: tags[KEYS.owner] };
          await this.own(tags, { ...claimed, change: ownership }, user);
          return this.answer((await this.apply(diff)) ?? held);
        },
        { undoneOnFailure: this.replaces && (taken || claimed.byThisEvent) },
      ),
    );
  }

  /**
   * In the rollback of a replacement: the status in which another resource of the stack had taken the version, if the template
   * leaves the status open, or names the one to which no version returns.
   */
  private async lostStatus(tags: Tags, { kind }: Claimed): Promise<PackageVersionStatus | undefined> {
    if (!this.replaces || (kind !== 'held' && kind !== 'taken-over')) return undefined;
    if ((this.wanted.Status ?? 'DRAFT') !== 'DRAFT') return undefined;
    const lost = lostBy(tags[KEYS.formerStatus], tags[KEYS.formerOwner], this.me.ownerId);
    if (lost === undefined || (await this.scope.stackPhase()) !== 'rolling-back') return undefined;
    return lost as PackageVersionStatus;
  }

  private apply(diff: VersionDiff): Promise<HeldVersion | undefined> {
    const { gateway, wanted, scope, unlessRefused } = this;
    return applyDiff({ gateway, wanted, scope, unlessRefused }, diff);
  }

  /** A version that somebody has deleted by hand becomes the default again if it was the default. */
  private async designateAgain(): Promise<void> {
    const { packageName, versionName } = this.at;
    if ((this.wanted.Status ?? 'DRAFT') === 'DRAFT') return;
    const held = await this.gateway.findPackage(packageName);
    if (!held || held.defaultVersionName !== undefined) return;
    const tags = (await this.gateway.tagsOf(packageArn(this.scope, packageName))) ?? {};
    const wasDefault = tags[DEFAULT_POINTER_TAGS.owner] && tags[DEFAULT_POINTER_TAGS.version] === versionName;
    if (!wasDefault) return;
    await this.confirm();
    await this.gateway.designate(packageName, versionName);
  }

  protected override async undoOvertaken(): Promise<void> {
    await super.undoOvertaken();
    await this.undoLateState();
    if (this.scope.request.RequestType !== 'Update' || this.replaces) return;
    // a late delivery leaves alone what somebody has changed by hand since.
    if (!this.hasClaimed && !(await this.mayHaveWritten())) return;
    const latest = await this.scope.operation.latestProperties();
    const held = await this.gateway.findVersion(this.at.packageName, this.at.versionName);
    const tags = await this.record.read();
    if (!latest || !held || tags?.[KEYS.owner] !== this.me.ownerId) return;
    const now = PackageVersionShape.decode(latest, '');
    if (versionId(now.PackageName, now.VersionName, this.me.ownerId) !== this.artifactId) return;
    const adopted = isAdopted(tags, KEYS);
    const diff = diffVersion(adopted ? { ...asFound(this.found), ...now } : now, held, { adopted });
    await this.record.change(restoreTags(toTags(now.Tags), tags, toTags(this.wanted.Tags)));
    await undoDiff({ gateway: this.gateway, wanted: this.wanted }, held, diff);
    const content = writtenBy(this.wanted, held, diff.content);
    if (Object.keys(content).length === 0) return;
    await this.gateway.updateVersion(this.at.packageName, this.at.versionName, content);
    this.scope.log.warn('undoing what an overtaken Update wrote', { ...this.at });
  }

  /** Undoes a change of the state that took effect after the version had been given back. */
  private async undoLateState(): Promise<void> {
    if (!this.found) return;
    const held = await this.gateway.findVersion(this.at.packageName, this.at.versionName);
    const tags = await this.record.read();
    const isGivenBack = tags?.[KEYS.owner] !== this.me.ownerId && tags?.[KEYS.owner] === this.found.owner;
    if (!isGivenBack || held?.status !== this.wanted.Status) return;
    await restoreStatus(this.gateway, this.at, { former: this.found.status }, this.scope);
  }

  protected override destroy(): Promise<void> {
    return destroyVersion(this.gateway, this.at, this.scope, held => this.leftOf(held));
  }

  /** A version that devices are about to get stays, and so does a version for which that is unknown. */
  protected override async protection(): Promise<string | undefined> {
    const { Removal, ProtectInActiveJobs = true } = this.wanted;
    if (Removal !== 'DELETE' || !ProtectInActiveJobs) return undefined;
    this.jobsReadAt = this.scope.clock.now();
    const reason = await retryAccessDenied(this.scope, () => neededByJob(this.gateway, this.at)).catch(
      (error: unknown) => `cannot read whether a job deploys it: ${reasonOf(error)}`,
    );
    // with many jobs, this has taken a while.
    await this.confirm('wait');
    await this.requireMine();
    return (
      reason && `${this.what} stays, and belongs to nobody: ${reason}; a retention can remove it when no job needs it`
    );
  }

  /** A job that has begun while the removal was throttled is found when the version is released anew. */
  protected override async beforeRepeating(command: string, error?: unknown): Promise<void> {
    await super.beforeRepeating(command, error);
    const { jobsReadAt } = this;
    const now = this.scope.clock.now();
    if (!command.startsWith('Delete') || jobsReadAt === undefined || now - jobsReadAt < JOBS_FRESH) return;
    this.jobsReadAt = now;
    const reason = await neededByJob(this.gateway, this.at, jobsReadAt - CLOCK_SKEW);
    if (reason) throw new Taken(`${this.what} is needed since its removal began to wait: ${reason}`);
  }

  protected override async restore(outcome: LettingGo['kind'], tags: Tags): Promise<void> {
    try {
      if (outcome === 'released' && this.wanted.Removal === 'DEPRECATE') {
        await deprecateVersion(this.gateway, this.at, this.scope);
      }
      if (outcome === 'returned') {
        const { former } = this.memory(tags);
        const looksAgain = async () => (this.wanted.Status ?? 'DRAFT') !== former && this.looksAgain();
        await restoreStatus(this.gateway, this.at, { former, looksAgain }, this.scope);
      }
    } catch (error) {
      if (outcome !== 'returned' || !isRefusedByService(error)) throw error;
      this.refused(error, { ...this.at, formerStatus: tags[KEYS.formerStatus] });
    }
  }

  protected override forget(change: TagChange, tags: Tags, outcome: LettingGo['kind']): TagChange {
    if (outcome === 'bequeathed') return this.bequeath(change, tags);
    const { onceReturned, onceForgotten } = this.memory(tags);
    const remembers: Partial<Record<typeof outcome, string>> = { returned: onceReturned, forgotten: onceForgotten };
    const left = remembers[outcome];
    if (left !== undefined) return mergeChanges(change, { set: { [KEYS.formerStatus]: left }, remove: [] });
    const gone = KEYS.formerStatus in tags ? [KEYS.formerStatus] : [];
    const anothers = KEYS.stack in change.set;
    return mergeChanges(change, { set: {}, remove: anothers ? [] : gone, tidy: anothers ? gone : [] });
  }

  /** If the new owner goes, too, the version gets the state in which this one leaves it. */
  private bequeath(change: TagChange, tags: Tags): TagChange {
    if (this.wanted.Removal !== 'DEPRECATE') return change;
    const status = rememberInstead('DEPRECATED', tags[KEYS.formerStatus]);
    return mergeChanges(change, { set: { [KEYS.formerStatus]: status }, remove: [] });
  }

  private memory(tags: Tags): Memory {
    const memory = memoryOf(tags[KEYS.formerStatus], tags[KEYS.formerOwner], this.me.ownerId);
    if (!this.keeper) return memory;
    return { ...memory, former: PackageVersionShape.decode(this.keeper.properties, '').Status ?? 'DRAFT' };
  }

  protected override released(tags: Tags): TagChange {
    return release(tags, KEYS, this.me);
  }

  /**
   * Reports changes that are impossible: as a failure if the template wants them, as a log record if a rollback does.
   */
  private async reportLimits({ status }: HeldVersion, { leftovers, impossible }: VersionDiff): Promise<void> {
    const { log } = this.scope;
    if (leftovers.length > 0) {
      log.warn('no longer in the template, but cannot be cleared: it stays', { ...this.at, stays: leftovers });
    }
    if (impossible.length === 0) return;
    if ((await this.scope.stackPhase()) === 'rolling-back') {
      log.error('the rollback cannot undo this: it stays', { ...this.at, stays: impossible });
      log.count('Refused');
      return;
    }
    throw new Error(
      `${this.what} is ${status}, and AWS IoT freezes a published version: ` +
        `cannot change ${impossible.join(', ')}. Ship the change under a new versionName, or restore the former values`,
    );
  }

  private reportTaken({ status, description }: HeldVersion, { kind }: Claimed): void {
    this.scope.log.info('package version left as it is', { ...this.at, claim: kind, status, description });
  }

  private get waitsForSbom(): boolean {
    return this.wanted.Sbom !== undefined && this.wanted.WaitForSbomValidation === true;
  }

  private answer({ status = 'DRAFT' }: Pick<HeldVersion, 'status'>): Answer {
    const { packageName, versionName } = this.at;
    const data: SoftwarePackageVersionData = {
      PackageVersionArn: versionArn(this.scope, packageName, versionName),
      VersionName: versionName,
      Status: status as PackageVersionStatus,
    };
    return { physicalResourceId: this.artifactId, data: { ...data } };
  }
}

function rememberingStatus(change: TagChange, tags: Tags, status = 'DRAFT', lost?: string): TagChange {
  const former = rememberClaimed(status, tags[KEYS.formerStatus], change, KEYS);
  const all = lost ? rememberLost(lost, former) : former;
  return mergeChanges(change, { set: { [KEYS.formerStatus]: all }, remove: [] });
}
