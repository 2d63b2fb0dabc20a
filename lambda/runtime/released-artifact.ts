/**
 * How an event lets an artifact go: it destroys it, gives it back, or leaves it to nobody, once other resources of the stack
 * that are deleted at the same time have let it go.
 */
import { type Removal } from '../../contract/cloudformation';
import { awaitEffect } from './await-effect';
import { ClaimedArtifact, type Which } from './claimed-artifact';
import { type Scope } from './custom-resource';
import { Refusal, Taken, isOperationOver } from './errors';
import { hasMore } from './former-owners';
import { HandOver } from './hand-over';
import { reasonOf } from './messages';
import { type Keeper, OtherHolders } from './other-holders';
import { type LettingGo, type TagChange, type Tags, claimOf, formersOf, isChange, letGo } from './ownership';
import { isRefusedByService } from './retry';
import { SecondLook } from './second-look';

/** Whether an event undoes what was claimed at that time. */
type Undoes = (claimedAt: number | undefined) => Promise<boolean>;

/** One event about one artifact, with what ends the ownership. */
export abstract class ReleasedArtifact extends ClaimedArtifact {
  /** Whether a Create that has not answered may still be running. */
  private isUnanswered: boolean;
  private readonly secondLook: SecondLook;
  protected readonly others: OtherHolders;
  protected handOver?: HandOver;
  /** The resource that has the artifact next, although the record does not name it. */
  protected keeper?: Keeper;

  constructor(scope: Scope, which: { owner: string } & Omit<Which, 'id'>) {
    super(scope, which);
    this.isUnanswered = which.unanswered ?? false;
    this.secondLook = new SecondLook(scope);
    this.others = new OtherHolders(scope, which.owner, () => this.artifactId);
  }

  /** The physical id by which this resource has the artifact; absent: it is not known yet. */
  protected abstract readonly artifactId: string | undefined;

  /** Removes an artifact that this event is allowed to remove. */
  protected abstract destroy(tags: Tags): Promise<void>;

  /** Why an artifact that the event is about to destroy stays, without an owner. Asked before the destruction. */
  protected async protection(): Promise<string | undefined> {
    return undefined;
  }

  /** What is left of an artifact that was destroyed: if somebody has made it again, that is another one. */
  protected async leftOf<T>(held: T | undefined): Promise<T | undefined> {
    const now = held && (await this.record.read());
    return now && now[this.record.keys.owner] !== this.me.ownerId ? undefined : held;
  }

  /** Restores the state in which the artifact was claimed, before the owner's record is changed. */
  protected abstract restore(outcome: LettingGo['kind'], tags: Tags): Promise<void>;

  /** In a Delete: removes what failed deployments of the stack have left on an artifact that is not the resource's. */
  protected async clearLeftovers(_tags: Tags): Promise<void> {
    // the record of most artifacts says what was there before.
  }

  /** The keys of the record that say in which state the artifact was claimed. */
  protected readonly memories: readonly string[] = [];

  /** Undoes a restoration that came after the former owner had removed the artifact. */
  protected async undoRestore(_tags: Tags): Promise<void> {
    // what no longer exists is not restored.
  }

  /** What else is removed from the record together with the ownership. */
  protected forget(change: TagChange, _tags: Tags, _outcome: LettingGo['kind']): TagChange {
    return change;
  }

  /** Whether to read once more what leaves the event nothing to do. */
  protected async looksAgain(): Promise<boolean> {
    return !this.isOver && this.secondLook.take(this.what);
  }

  /** Whether the last call of a Create that has not answered is complete. */
  protected async isSettled(tags: Tags): Promise<boolean> {
    return tags[this.record.keys.owner] === this.me.ownerId;
  }

  /**
   * A Create that has not answered may still be running, and nobody would remove what it makes after its Delete: when a
   * creation is rolled back, the role of the function is deleted next. So the Delete waits for the last call of the
   * Create.
   */
  protected async awaitCreation(why: string): Promise<void> {
    this.scope.log.info(`${why}: waiting for what it may still do`, { artifact: this.what });
    await awaitEffect(this.scope, async () => {
      const tags = await this.record.read();
      return tags !== undefined && this.isSettled(tags);
    });
  }

  /**
   * Carries out a Delete.
   *
   * @param undoes given if an event undoes what it has made or taken itself
   */
  protected async remove(removal: Removal, undoes?: Undoes): Promise<void> {
    try {
      await this.removeAsRecorded(removal, undoes);
    } catch (error) {
      // what was read before may be another one's by now.
      if (!isRefusedByService(error) && !(error instanceof Taken)) return this.unlessGone(error);
      this.scope.log.warn(reasonOf(error));
      await this.removeAsRecorded(removal, undoes).catch((again: unknown) => this.unlessGone(again));
    }
  }

  /** Throws why a Delete has failed, unless somebody else has deleted the artifact meanwhile. */
  private async unlessGone(error: unknown): Promise<void> {
    if (!isOperationOver(error) && !(await this.record.read().catch(() => true))) return;
    throw isRefusedByService(error) ? new Refusal(reasonOf(error)) : error;
  }

  private async removeAsRecorded(removal: Removal, undoes?: Undoes): Promise<void> {
    const { keys } = this.record;
    if (this.isUnanswered) await this.awaitCreation('the Create has not answered');
    this.isUnanswered = false;
    const tags = this.isOver ? await this.record.read() : await this.owners();
    if (!tags && !undoes && (await this.looksAgain())) return this.remove(removal);
    if (!tags) return;
    if (tags[keys.owner] === this.me.ownerId) this.seenAsMine();
    // a delivery of this event was killed after it had let the artifact go.
    if (tags[keys.owner] !== this.me.ownerId && this.record.removesOthers) await this.partWith(tags).restoreLost();
    const isUndone: Undoes = undoes ?? (async claimedAt => !this.isMovedHere(tags) && this.isOfFailure(claimedAt));
    if (!undoes && (await this.awaitOlder(tags))) return this.remove(removal);
    let undone = false;
    this.keeper = undefined;
    const outcome = await letGo(tags, keys, this.me, {
      removal,
      undoes: async claimedAt => (undone = await isUndone(claimedAt)),
      regains: undoes ? undefined : (...taken) => this.others.regains(...taken),
      isKept: undoes ? undefined : former => this.others.isKeptBy(former),
      keeper: undoes ? undefined : async () => (this.keeper = await this.others.keeper())?.ownerId,
      isLeftOpen: undoes ? undefined : takenAt => this.scope.isLeftOpen(takenAt),
    });
    this.scope.log.info('let go', { artifact: this.what, outcome: outcome.kind });
    if (outcome.kind === 'foreign') {
      if (undoes) return;
      return (await this.looksAgain()) ? this.remove(removal) : this.clearLeftovers(tags);
    }
    await this.confirm();
    if (outcome.kind === 'destroyed') {
      // nobody has had time to need what an event has just made itself.
      const reason = undoes ? undefined : await this.protection();
      if (reason === undefined) return this.destroyOrLeave(tags, { undone });
      return this.leaveToNobody(tags, new Refusal(reason));
    }
    // another stack owns it by now: only the mark of a claim that came too late is removed.
    if (outcome.kind === 'forgotten' && !isChange({ ...outcome.change, tidy: [] })) {
      await this.record.change(outcome.change);
      return undoes ? undefined : this.clearLeftovers(tags);
    }
    if (await this.passOn(outcome, tags)) return this.remove(removal, undoes);
  }

  /** Whether no deployment has succeeded since a claim. If its date is lost, what the resource had then decides. */
  private async isOfFailure(claimedAt: number | undefined): Promise<boolean> {
    if (!(await this.scope.succeededSince(claimedAt))) return true;
    const { physicalId } = this.scope;
    return claimedAt === undefined && physicalId !== undefined && !(await this.scope.hadAtSuccess(physicalId));
  }

  /** Releases an artifact that stays. True if this resource owns it afterwards, and must still release it. */
  private async passOn(outcome: LettingGo & { readonly change: TagChange }, tags: Tags): Promise<boolean> {
    const { keys } = this.record;
    const former = [...formersOf(tags, keys), this.keeper?.ownerId].find(
      owner => owner !== undefined && owner === outcome.change.set[keys.owner],
    );
    if (outcome.kind === 'returned' && !(await this.stillHas(keys.formerOwner, tags))) return true;
    await this.restore(outcome.kind, tags);
    await this.letGoOf(this.forget(outcome.change, tags, outcome.kind), tags);
    // both resources can be deleted at once, with their stack: this one must release what the new owner has given back.
    if (outcome.kind === 'forgotten' || outcome.kind === 'bequeathed') return !(await this.isForgotten(tags));
    if (outcome.kind === 'released' || former === undefined) return false;
    return former === this.me.ownerId || (await this.isLeftTo(former, tags));
  }

  /**
   * Waits until those that had the artifact before this resource, and are deleted at the same time, have let it go: one
   * record says what all of them remember, and nobody can change it in one step. True if there was anybody to wait for.
   */
  private async awaitOlder(tags: Tags): Promise<boolean> {
    const holders = this.holders(tags);
    const mine = holders.indexOf(this.me.ownerId);
    if (mine < 0) return false;
    return this.others.awaitDeleted(holders.slice(mine + 1), async () => {
      if (await this.goesWithLater(tags)) await this.takeBack(tags);
    });
  }

  /** In a Delete: whether all who have had the artifact since go as well, before a deployment with it has succeeded. */
  private async goesWithLater(tags: Tags): Promise<boolean> {
    return (await this.laterThatStays(tags)) === undefined;
  }

  /** In a Delete: who has had the artifact since and stays, also because a deployment with it has succeeded. */
  protected async laterThatStays(tags: Tags): Promise<string | undefined> {
    const { keys } = this.record;
    const holders = this.holders(tags);
    const takenAt = claimOf(tags, keys, { ownerId: holders[0] })?.since;
    if (await this.scope.succeededSince(takenAt)) return holders[0];
    const staying = await this.others.firstToStay(holders.slice(0, holders.indexOf(this.me.ownerId)));
    return staying ?? (hasMore(tags[keys.formerOwner]) ? (await this.others.keeper())?.ownerId : undefined);
  }

  /** Who has the artifact, and then who had it before, the last one first. */
  private holders(tags: Tags): string[] {
    const { keys } = this.record;
    return [tags[keys.owner], ...formersOf(tags, keys)];
  }

  /** Undoes what is known to be this resource's own, as long as the record says since when it had the artifact. */
  protected async takeBack(_tags: Tags): Promise<void> {
    // the record of most artifacts says what was there before, whoever comes first.
  }

  /** Whether the record shows that this resource is no former owner any more, and still shows the owner that was read. */
  private async isForgotten(before: Tags): Promise<boolean> {
    const { keys } = this.record;
    const now = await this.record.read();
    if (now === undefined || before[keys.owner] === undefined) return true;
    return now[keys.owner] === before[keys.owner] && !formersOf(now, keys).includes(this.me.ownerId);
  }

  /**
   * Two resources that are deleted at once can write at once. An owner that was written after the former owner had released
   * the artifact is removed. If the former owner had only forgotten the artifact, or has written first, this resource must
   * still release it.
   */
  private async isLeftTo(former: string, before: Tags): Promise<boolean> {
    const { keys } = this.record;
    const now = await this.record.read();
    if (now?.[keys.owner] === this.me.ownerId) return true;
    if (now?.[keys.owner] !== former) return false;
    if (!(keys.stack in now)) {
      if (!(keys.releasedBy in now) && !(keys.adoptedFrom in before)) await this.undoRestore(now);
      await this.record.change(this.forget({ set: {}, remove: [keys.owner] }, now, 'released'));
      return false;
    }
    const [claim, mine] = [keys.claim + former, keys.claim + this.me.ownerId];
    const isNoMore = await this.others.hasLetGo(former, { asRecorded: !(claim in now) && claim in before });
    if (!isNoMore || (await this.record.read())?.[keys.owner] !== former) return false;
    const again = [mine, ...this.memories].filter(key => key in before && !(key in now));
    const set = Object.fromEntries(again.map(key => [key, before[key]]));
    await this.record.change({ set: { [keys.owner]: this.me.ownerId, ...set }, remove: [] });
    return true;
  }

  /** Changes the record so that this resource no longer owns the artifact. */
  protected async letGoOf(change: TagChange, tags: Tags): Promise<void> {
    this.givesUp();
    const { removesOthers, keys } = this.record;
    if (!removesOthers || tags[keys.owner] !== this.me.ownerId) return this.record.change(change);
    this.handOver = this.partWith(tags);
    await this.handOver.carryOut(change);
  }

  private partWith(tags: Tags): HandOver {
    const { me, what, record } = this;
    const restoredState = (now: Tags) => this.restoredState(now);
    return new HandOver({ me, what, record, restoredState }, tags, this.scope.log);
  }

  /** What else is restored with the tags of another stack. */
  protected async restoredState(_tags: Tags): Promise<Tags> {
    return {};
  }

  /** Whether a tag that decides the case still has the value that was read, if it had one. */
  private async stillHas(key: string, before: Tags): Promise<boolean> {
    if (before[key] === undefined) return true;
    const now = await this.record.read();
    return now === undefined || now[key] === before[key];
  }

  /**
   * A Delete fails if the artifact cannot be removed. A Delete that undoes does not fail: it leaves the artifact
   * without an owner, so that a sweep can remove it.
   */
  private async destroyOrLeave(tags: Tags, { undone }: { readonly undone: boolean }): Promise<void> {
    try {
      await this.destroy(tags);
    } catch (error) {
      if (!(error instanceof Refusal) || error instanceof Taken) throw error;
      if (!undone && (await this.scope.stackPhase()) !== 'rolling-back') throw error;
      await this.leaveToNobody(tags, error);
    }
  }

  private async leaveToNobody(tags: Tags, why: Refusal): Promise<void> {
    await this.letGoOf(this.forget(this.released(tags), tags, 'released'), tags);
    this.refused(why);
  }

  protected abstract released(tags: Tags): TagChange;

  protected async giveBack(change: TagChange, tags: Tags): Promise<void> {
    await this.restore('returned', tags);
    await this.letGoOf(this.forget(change, tags, 'returned'), tags);
    this.scope.log.info('given back', { artifact: this.what });
  }
}
