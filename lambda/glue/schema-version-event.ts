/** One event of one schema version. The cases are in `schema-version.ts`. */
import { type GlueClient } from '@aws-sdk/client-glue';
import { type SchemaVersionProperties, SchemaVersionShape } from '../../contract/glue';
import { isAdoptedFrom } from '../runtime/adopted-from';
import { type Claimed } from '../runtime/claimed-artifact';
import { type Answer, type Scope } from '../runtime/custom-resource';
import { HeldByNative, Refusal, isOperationOver } from '../runtime/errors';
import { checkArn, reasonOf, rejectProblems } from '../runtime/messages';
import { type TagChange, type Tags, isChange } from '../runtime/ownership';
import { isAccessDenied, isRefusedByService, retryAccessDenied, unless } from '../runtime/retry';
import { type ReadObject } from '../runtime/s3-objects';
import { definitionOf, hasSameSource } from './definition';
import { Unpublishable, Vanished } from './errors';
import { type HeldVersion, type Registered } from './gateway';
import { HeldSchemaVersion } from './held-schema-version';
import { type MetadataChange, type Pair, diffMetadata, restoreMetadata } from './metadata';
import { type Before, type EventId, FIRST_VERSION, announced, versionAnswer, versionFields, versionIn } from './names';
import { FIELDS } from './owner-record';
import { Publication, isOfThisEvent } from './publication';
import { NO_MARKS, isMarkedByOthers } from './version-ownership';

type Wanted = SchemaVersionProperties;

export class SchemaVersionEvent extends HeldSchemaVersion {
  private readonly publication: Publication;
  /** Whether this delivery of the event has registered the version. */
  private isMade = false;
  /** Whether a version is removed that the registry has failed, or that this event alone has made. */
  private isWithdrawing = false;
  private cannotBeFound = false;
  /** The metadata that this delivery of the event changes. */
  private changed: MetadataChange = { remove: [], put: [] };

  constructor(
    wanted: Wanted,
    id: EventId,
    scope: Scope,
    private readonly clients: { readonly glue: GlueClient; readonly read: ReadObject },
  ) {
    super(wanted, id, scope, clients.glue);
    this.publication = new Publication(this.registry, id, scope);
  }

  /** Registers the definition, and claims the version if this resource can own it. */
  async publish(before?: Before): Promise<Answer> {
    rejectProblems(checkArn(this.wanted.SchemaArn, this.scope.stackId));
    const definition = await this.definition();
    const existing = (await this.unchanged(definition, before)) ?? (await this.existing(definition));
    if (before) await this.undoOther(before, existing);
    if (!existing) return this.carryOut(() => this.register(definition), { undoneOnFailure: false });
    return this.take(existing, before?.held.versionId === existing.id ? before.wanted : undefined);
  }

  /** Undoes the canceled Update to another definition that a reverse Update follows. */
  private async undoOther({ held, wanted }: Before, existing: HeldVersion | undefined): Promise<void> {
    if (!wanted || hasSameSource(wanted, this.wanted)) return;
    // what it restores can be gone, and nobody protects a version that was only used: its definition may exist again.
    const isOther = existing !== undefined && held.versionId !== undefined && held.versionId !== existing.id;
    if (isOther && (await this.registry.findVersion(held.versionId!))) return;
    if ((await this.scope.stackPhase()) !== 'rolling-back') return;
    const cancelled = new SchemaVersionEvent(wanted, announced(wanted, this.id.owner), this.scope, this.clients);
    await cancelled.undoCancelled();
  }

  override async undoCancelled(): Promise<void> {
    this.version = await this.find();
    if (this.version) await super.undoCancelled();
  }

  async delete(): Promise<void> {
    const foreign = checkArn(this.wanted.SchemaArn, this.scope.stackId);
    if (foreign) return this.scope.log.info('nothing was registered', { because: foreign });
    this.written = this.wanted.Metadata;
    if (!this.id.unanswered) {
      this.version = await this.find();
      if (!this.version) return;
    }
    await unless('EntityNotFoundException', this.remove(this.removalPolicy));
    // a killed function may have left an older record, even if there is nothing to change.
    if (this.version) await this.ownership.tidy(this.version);
  }

  /** The version of an Update that does not change the definition, found with one call. */
  private async unchanged(
    definition: string,
    { held, wanted }: Partial<Before> = {},
  ): Promise<HeldVersion | undefined> {
    if (held?.versionId === undefined || !wanted || !hasSameSource(wanted, this.wanted)) return undefined;
    const version = await this.registry.findVersion(held.versionId);
    return version?.status === 'AVAILABLE' && version.definition === definition ? version : undefined;
  }

  /** The version that already has the definition, unless the registry has failed it. */
  private async existing(definition: string): Promise<HeldVersion | undefined> {
    const found = await this.publication.find(definition);
    if (found?.status !== 'FAILURE') return found;
    const reason = await this.publication.incompatibility(found);
    if (isOfThisEvent(found, this.scope)) {
      // once a delivery of this event has succeeded, only somebody else can have had a failed version of it since.
      if ((await this.scope.operation.outcome()).kind === 'succeeded') await this.confirm('wait');
      else throw await this.withdrawn(found, new Unpublishable(reason));
    }
    if (!this.wanted.AdoptExisting) {
      throw new Unpublishable(
        `${reason}. This is the result of an earlier attempt, and the registry does ` +
          `not check the definition again while ${versionIn(this.id, found.number)} exists: delete that version, or set ` +
          'adoptExisting: true so that this stack deletes it',
      );
    }
    await this.confirm();
    this.scope.log.info(
      'failed version removed, so that the definition is checked again',
      versionFields(this.id, found),
    );
    await this.withdraw(found);
    this.version = undefined;
    return undefined;
  }

  /** Registers the definition, waits for the registry's check and claims the version. */
  private async register(definition: string): Promise<Answer> {
    const found = await this.publication.register(definition);
    if (!found.made) return this.take(found.version);
    this.version = found.version;
    this.isMade = this.hasClaimed = true;
    this.ownership.marks = NO_MARKS;
    try {
      const version = (this.version = await this.publication.available(found.version));
      // denied calls are repeated here, because it is known that this event has made the version.
      await retryAccessDenied(this.scope, () =>
        this.acquire(version, { set: this.mine, remove: [] }, this.wantedMetadata()),
      );
      return versionAnswer(this.id, version);
    } catch (error) {
      if (isOperationOver(error)) throw error;
      throw await this.withdrawn(found.version, error);
    }
  }

  /** Claims an existing version if this resource can own it. A version of somebody else stays as it is. */
  private async take(version: Registered, previous?: Wanted): Promise<Answer> {
    this.version = version;
    this.written = this.former = previous?.Metadata;
    const tags = await this.owners();
    if (!tags) throw new Vanished(this.what);
    const done = versionAnswer(this.id, version);
    if (await this.givesBackAdopted(tags, previous)) return done;
    const claimed = await this.claimed(version, tags, previous);
    if (!claimed) {
      this.leave();
      return done;
    }
    const metadata = await this.withoutLeftovers(
      this.wantedMetadata(this.hasPut(claimed, tags) ? previous : undefined),
      previous,
    );
    const isDone = !isChange(claimed.change) && metadata.put.length + metadata.remove.length === 0;
    if (isDone) await this.ownership.tidy(version);
    // a delivery that was killed can have made the version when the event was over.
    if (isDone && !claimed.byThisEvent) return done;
    await this.carryOut(
      async () => {
        await this.confirm();
        if (!isDone) await this.acquire(version, claimed.change, metadata);
        // whatever is written before CloudFormation is asked, the event that follows sees.
        if (this.changed.put.length > 0) await this.confirm('wait');
      },
      { undoneOnFailure: claimed.kind !== 'held' },
    );
    return done;
  }

  /** Whether this resource can have put its metadata before, and a rollback will know it. */
  private hasPut({ kind }: Claimed, tags: Tags): boolean {
    return kind === 'held' || kind === 'taken-over' || isAdoptedFrom(tags, FIELDS, this.me);
  }

  /** In the reverse Update of a rollback. */
  private async givesBackAdopted(tags: Tags, previous?: Wanted): Promise<boolean> {
    [this.undone, this.former] = [previous?.Metadata, this.wanted.Metadata];
    const given = await this.givesBack(tags);
    [this.undone, this.former] = [this.wanted.Metadata, previous?.Metadata];
    return given;
  }

  /** How this resource claims the version; `undefined` if it cannot own the version. */
  private async claimed(version: Registered, tags: Tags, previous?: Wanted): Promise<Claimed | undefined> {
    if (version.number === FIRST_VERSION && tags[FIELDS.owner] !== this.me.ownerId) return undefined;
    // most likely, a killed delivery of this event has made it: adopted if it is kept in any case.
    const { pairs } = this.ownership.marks;
    const orphaned = pairs.length === 0 && this.removalPolicy === 'RETAIN' && isOfThisEvent(version, this.scope);
    const done = versionAnswer(this.id, version);
    this.native = { type: 'AWS::Glue::SchemaVersion', physicalId: version.id };
    try {
      const adoptExisting = orphaned || (this.wanted.AdoptExisting ?? false);
      return await this.claim(tags, { adoptExisting, had: previous !== undefined }, done);
    } catch (error) {
      if (!(error instanceof Refusal) || error instanceof HeldByNative) throw error;
      // if the clean-up of this deployment deletes the version, a version that is only used is lost like an adopted
      // one.
      if (tags[FIELDS.owner] === undefined && !previous) await this.refuseNative(this.what, done);
      return undefined;
    }
  }

  /** A version of somebody else's is used: no refusal is shown, and nothing is asked for one. */
  protected override async ownerStack(): Promise<undefined> {
    return undefined;
  }

  /** Writes the owner's record and the user's metadata. */
  private async acquire(version: Registered, change: TagChange, metadata: MetadataChange): Promise<void> {
    this.ownership.requireRoom(version, metadata);
    const isNew = FIELDS.owner in change.set;
    this.hasClaimed ||= isNew;
    if (!isNew) await this.ownership.change(version, change);
    else if (!(await this.ownership.claim(version, change)) && !this.isHandedBack()) {
      if (!this.wanted.AdoptExisting) return this.leave();
      // a rollback can have given the version back before the claim was read again.
      await this.confirm();
      throw new Error(
        `${this.what} was claimed by another stack at the same time, and belongs to that stack: deploy again to take it over from ` +
          'there',
      );
    } else if (this.isMade && isMarkedByOthers(this.ownership.marks, this.wanted.Metadata)) {
      await this.ownership.change(version, { set: {}, remove: Object.values(FIELDS) });
      return this.leave();
    }
    this.changed = metadata;
    this.hasWritten = true;
    await this.ownership.exchange(version, metadata);
  }

  /** Whether the owner that had taken the version over has given it back at the same time, in a rollback. */
  private isHandedBack(): boolean {
    return this.ownership.marks.record.fields[FIELDS.owner] === this.me.ownerId;
  }

  private wantedMetadata(previous?: Wanted): MetadataChange {
    return diffMetadata(this.wanted.Metadata ?? {}, this.ownership.marks.pairs, previous?.Metadata ?? {});
  }

  private leave(): void {
    const message = 'the definition is already registered, and its version does not belong to this stack';
    this.scope.log.info(message, versionFields(this.id, this.version!));
  }

  /**
   * Removes what a failed event has registered: a failed replacement answers with the old id, so no other event would.
   * Under RETAIN, an available version stays.
   */
  private async withdrawn({ id }: Pick<Registered, 'id'>, failure: unknown): Promise<unknown> {
    try {
      this.version = await this.registry.findVersion(id);
      if (!this.version || !(await this.isUnclaimed())) return failure;
      const isClaimed = this.ownership.marks.record.fields[FIELDS.owner] !== undefined;
      const stays = this.version.status === 'AVAILABLE' && this.removalPolicy === 'RETAIN' && !this.isOvertaken;
      if (isClaimed) await this.remove('DELETE', async () => true);
      else if (!stays) await this.withdraw(this.version);
      return failure;
    } catch (error) {
      if (isOperationOver(error) && !this.isOver) {
        // no other event would find a version without a mark.
        this.isOver = this.isOvertaken = true;
        this.givesUp();
        const left = await this.withdrawn({ id }, error);
        if (left !== error) this.scope.log.error(reasonOf(left));
        return error;
      }
      const reason = `${reasonOf(failure)}; besides, version ${id} could not be removed again: ${reasonOf(error)}`;
      // an event that is denied would be repeated, and use the version that it has left behind, with success.
      return isAccessDenied(failure) ? new Error(reason) : new Unpublishable(reason);
    }
  }

  private async withdraw(version: Registered): Promise<void> {
    this.version = version;
    this.isWithdrawing = true;
    await this.removal.withdraw(version, () => this.isUnclaimed()).finally(() => (this.isWithdrawing = false));
  }

  /** A version that is withdrawn need not have an owner yet. */
  protected override async requireMine(): Promise<void> {
    if (!this.isWithdrawing || !(await this.isUnclaimed())) await super.requireMine();
  }

  protected override async undoOvertaken(): Promise<void> {
    this.isOvertaken = true;
    if (!this.version) return;
    const tags = await this.record.read();
    if (!tags) return;
    if (await this.mustUndo(tags)) {
      await this.remove('DELETE', async () => true);
      if (this.changed.put.length > 0) await this.takeBackLate();
    } else if (tags[FIELDS.owner] === this.me.ownerId) await this.bringBackMetadata();
    else if (!(await this.isSettledElsewhere())) {
      await this.takeBackLate();
      if (this.isMade) await this.withdrawn(this.version, undefined);
    }
  }

  /** Takes back what was changed after a rollback had given the version back. */
  private async takeBackLate(): Promise<void> {
    const tags = await this.record.read();
    if (!tags || tags[FIELDS.owner] === this.me.ownerId) return;
    const { pairs } = this.ownership.marks;
    const isHeld = ([key, value]: Pair) => pairs.some(pair => pair.key === key && pair.value === value);
    const remove = this.changed.put.filter(isHeld);
    const put = this.changed.remove.filter(pair => this.former?.[pair[0]] === pair[1] && !isHeld(pair));
    await this.ownership.exchange(this.version!, { remove, put });
  }

  /** Brings the metadata of a version that this resource still owns to the state that CloudFormation wants now. */
  private async bringBackMetadata(): Promise<void> {
    // a late delivery leaves alone what somebody has changed by hand since.
    const properties = (await this.mayHaveWritten()) && (await this.scope.operation.latestProperties());
    if (!properties) return;
    const latest = SchemaVersionShape.decode(properties, '');
    if (!hasSameSource(latest, this.wanted)) return;
    const change = restoreMetadata(latest.Metadata ?? {}, this.ownership.marks.pairs, this.wanted.Metadata ?? {});
    await this.ownership.exchange(this.version!, change);
  }

  /** The version that a Delete is about; after an incomplete Create, it is found by its definition. */
  protected async find(): Promise<HeldVersion | undefined> {
    const { versionId } = this.id;
    if (versionId !== undefined) return this.registry.findVersion(versionId);
    if (this.cannotBeFound) return undefined;
    try {
      return await this.registry.findByDefinition(this.id, await this.definition());
    } catch (error) {
      if (!(error instanceof Unpublishable) && !isRefusedByService(error) && !isAccessDenied(error)) throw error;
      // the policy may no longer include the object; unless the Create was killed, it has removed itself what it made.
      this.cannotBeFound = true;
      this.scope.log.error('cannot look up what the failed Create has made: it stays', { error });
      return undefined;
    }
  }

  /**
   * Before a definition is registered again, it is looked up again, because the registry does not name the owner of a
   * version.
   */
  protected override async beforeRepeating(command: string, error: unknown): Promise<void> {
    await super.beforeRepeating(command, error);
    if (command === 'RegisterSchemaVersion') await this.publication.refuseRegistered(await this.definition());
  }

  /** Whether only this resource has the version: it can be a producer's, who has registered the same definition. */
  private async isUnclaimed(): Promise<boolean> {
    const tags = await this.record.read();
    if (!tags) return false;
    const owner = tags[FIELDS.owner];
    if (owner !== undefined) return owner === this.me.ownerId;
    return this.version?.status === 'FAILURE' || !isMarkedByOthers(this.ownership.marks, this.wanted.Metadata);
  }

  private definition(): Promise<string> {
    return definitionOf(this.wanted, this.clients.read, this.scope);
  }
}
