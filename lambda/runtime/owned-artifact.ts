/**
 * The life of every artifact that a stack owns: the engine reads the owner, claims or refuses the artifact, brings it
 * to the wanted state, releases it, and undoes what a failed or overtaken event has done. A resource type defines where
 * the owner's record is, and how to destroy the artifact and give it back.
 */
import { type Removal } from '../../contract/cloudformation';
import { type OwnershipTags } from '../../contract/ownership';
import { LONGEST_CALL } from './client';
import { type Answer, type Scope } from './custom-resource';
import { HeldByNative, OperationOver, Refusal, isOperationOver } from './errors';
import { type EventMark } from './event';
import { heldByNative, reasonOf, takenByOther } from './messages';
import {
  type Claim,
  type Claimant,
  type LettingGo,
  NO_CHANGE,
  type TagChange,
  type Tags,
  type Yielding,
  claimInPhase,
  claimOf,
  claimant,
  isChange,
  letGo,
  markTags,
  mergeChanges,
  ownerTags,
  reclaim,
  returned,
  yieldTo,
  yieldToRival,
} from './ownership';
import { isThrottled } from './retry';
import { type SoughtResource } from './stack';

/** Where the record of an artifact's owner is kept. */
export interface OwnerRecord {
  readonly keys: OwnershipTags;
  /** `undefined` if the artifact is gone. */
  read(): Promise<Tags | undefined>;
  change(change: TagChange): Promise<void>;
}

/** The artifact that an event is about. */
export interface Which {
  /** Its physical id. */
  readonly id: string;
  /** Whether an Update replaces another artifact with this one. Absent: false. */
  readonly replaces?: boolean;
  /**
   * Whether the id of a Delete is one that CloudFormation generated because the Create had not answered. Absent: false.
   */
  readonly unanswered?: boolean;
}

/** The owner id of a resource at its Create. */
export const ownerOf = ({ stackId, logicalId }: Scope): string => claimant(stackId, logicalId).ownerId;

/** A claim that was not refused. */
export interface Claimed {
  readonly kind: Exclude<Claim['kind'], 'refused'> | 'free';
  readonly change: TagChange;
  /** Whether this event itself has made or taken the artifact, in this delivery or an earlier one. */
  readonly byThisEvent: boolean;
}

/** How long, in ms, to look for the result of a call without an answer: longer than the client waits for the answer. */
const LAST_CALL = LONGEST_CALL + 2_000;

/** What is claimed, and how. */
interface Claiming {
  readonly adoptExisting: boolean;
  /** In words. Absent: the artifact. */
  readonly what?: string;
  /** Whether the resource has had the artifact before this event. Absent: true in an Update that replaces nothing. */
  readonly had?: boolean;
}

/** One event about one artifact. */
export abstract class OwnedArtifact {
  protected readonly me: Claimant;
  /** The artifact in words. */
  protected abstract readonly what: string;
  protected abstract readonly record: OwnerRecord;
  /** The AWS resource type that can manage an artifact of this kind, and the id there. Absent: there is none. */
  protected native?: SoughtResource;
  private readonly unanswered: boolean;
  private isOver = false;
  /** Whether a creation had no answer: the service may still carry it out. */
  private isPending = false;

  /** Whether an Update makes an artifact other than the one that the resource had. */
  protected readonly replaces: boolean;

  /** @param owner the owner in the physical id, for which the event acts */
  constructor(
    protected readonly scope: Scope,
    { owner, replaces = false, unanswered = false }: { owner: string } & Omit<Which, 'id'>,
  ) {
    const me = claimant(scope.stackId, scope.logicalId);
    this.me = { ...me, ownerId: owner, mark: scope.mark };
    this.replaces = replaces;
    this.unanswered = unanswered;
  }

  /** Removes an artifact that this event is allowed to remove. */
  protected abstract destroy(tags: Tags): Promise<void>;

  /** Why an artifact that the event is about to destroy stays, without an owner. Asked before the destruction. */
  protected async protection(): Promise<string | undefined> {
    return undefined;
  }

  /** Restores the state in which the artifact was claimed, before the owner's record is changed. */
  protected abstract restore(outcome: LettingGo['kind'], tags: Tags): Promise<void>;

  /** What else is removed from the record together with the ownership. */
  protected forget(change: TagChange, _tags: Tags, _outcome: LettingGo['kind']): TagChange {
    return change;
  }

  /** The record of the owner that makes an artifact. */
  protected get mine(): Tags {
    return ownerTags(this.record.keys, this.me);
  }

  /**
   * If the artifact is gone, somebody has deleted it by hand, or a later event has. An old Update must not make it
   * again, because nothing would undo what it makes under the id that the resource had.
   */
  protected async again<T>(make: () => Promise<T>): Promise<T> {
    await this.confirm();
    return make();
  }

  /**
   * The owner of the artifact; `undefined` if the artifact is gone. An event that is older than the owner's newest
   * event is over.
   */
  protected async owners(): Promise<Tags | undefined> {
    const tags = await this.record.read();
    if (tags) await this.refuseStale(tags);
    return tags;
  }

  /** How this event claims an existing artifact. Refuses before the first write. */
  protected async claim(
    tags: Tags,
    { adoptExisting, what = this.what, had = this.isItsOwn }: Claiming,
    held: Answer,
  ): Promise<Claimed> {
    const { keys } = this.record;
    const byThisEvent = this.isClaimedByThisEvent(tags);
    const claimed = await claimInPhase(tags, keys, this.me, {
      adoptExisting,
      phase: () => this.scope.stackPhase(),
    });
    if (claimed.kind === 'refused') throw new Refusal(takenByOther(what, claimed.ownerStack, this.me.stackId), held);
    if (claimed.kind === 'adopted') await this.refuseNative(what, held);
    if (claimed.kind !== 'held') return { kind: claimed.kind, change: claimed.change, byThisEvent };
    if (byThisEvent) await this.yieldTo(yieldToRival(tags, keys, this.me, this.scope.mark.sentAt));
    if (had || byThisEvent) return { kind: 'held', change: NO_CHANGE, byThisEvent };
    // an earlier deployment has left it behind, and made it, so the rollback of this deployment must not remove it.
    if (await this.scope.succeededSince(claimOf(tags, keys, this.me)?.sentAt)) {
      return { kind: 'reclaimed', change: reclaim(tags, keys, this.me), byThisEvent };
    }
    // an artifact that is created again here must not look like that of an older event, which may still be running.
    const again = this.scope.request.RequestType === 'Create';
    return { kind: 'held', change: again ? { set: markTags(keys, this.me), remove: [] } : NO_CHANGE, byThisEvent };
  }

  /** Whether the newest claim is this event's, in whatever delivery. */
  protected isClaimedByThisEvent(tags: Tags): boolean {
    return isMark(claimOf(tags, this.record.keys, this.me), this.scope.mark);
  }

  /** Whether the event is about the artifact that the resource had before the event. */
  private get isItsOwn(): boolean {
    return this.scope.request.RequestType === 'Update' && !this.replaces;
  }

  /**
   * The clean-up of a resource of AWS's own type in the same stack deletes its artifact, even if another resource has
   * adopted it.
   */
  protected async refuseNative(what: string, held: Answer): Promise<void> {
    const holder = this.native && (await this.scope.holderOf(this.native));
    if (holder !== undefined) throw new HeldByNative(heldByNative(what, this.native!.type, holder), held);
  }

  /**
   * Writes a claim, and yields if somebody else has claimed the artifact at the same time.
   *
   * @param rest what else to write, given the claimant's record after the claim
   */
  protected async own(before: Tags, { kind, change }: Omit<Claimed, 'byThisEvent'>, rest: TagChange): Promise<void> {
    if (kind === 'held') return this.record.change(mergeChanges(change, rest));
    await this.record.change(change);
    const after = (await this.record.read()) ?? {};
    await this.yieldTo(yieldTo(before, after, this.record.keys, this.me));
    if (isChange(rest)) await this.record.change(rest);
  }

  private async yieldTo(other: Yielding | undefined): Promise<void> {
    if (!other) return;
    await this.record.change(other.change);
    throw new Refusal(
      `${this.what} was claimed by stack ${other.stackId} at the same time, and belongs to that stack; deploy again if it must ` +
        'belong to this stack',
    );
  }

  /**
   * Changes the artifact. If the operation turns out to be over, the change is undone. So is the change of a failed
   * replacement, because it answers with the old id, so that no other event would undo it.
   */
  protected async carryOut<T>(work: () => Promise<T>, { undoneOnFailure }: { undoneOnFailure: boolean }): Promise<T> {
    try {
      return await this.watch(async () => {
        const result = await work();
        await this.scope.operation.confirm();
        return result;
      });
    } catch (error) {
      if (undoneOnFailure && !isOperationOver(error)) {
        await this.undo('the failed replacement', () => this.remove('DELETE', async () => true));
      }
      throw error;
    }
  }

  /** Runs an operation that may turn out to be over: then an attempt without an answer is undone, too. */
  protected async watch<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isOperationOver(error) && !this.isOver) {
        this.isOver = true;
        await this.undo('what an overtaken event did', () => this.undoOvertaken());
      }
      throw error;
    }
  }

  /**
   * Undoes what this event alone has made or taken. The resource type itself restores everything else that the event
   * has changed.
   */
  protected async undoOvertaken(): Promise<void> {
    if (this.isPending) await this.awaitCreation('a call of this event had no answer');
    const tags = await this.record.read();
    if (!tags || tags[this.record.keys.owner] !== this.me.ownerId) return;
    if (!this.isClaimedByThisEvent(tags)) return;
    if (this.scope.request.RequestType === 'Update' && !this.replaces) {
      const change = returned(tags, this.record.keys, this.me);
      if (change) await this.giveBack(change, tags);
      return;
    }
    await this.remove('DELETE', async () => true);
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
  private async awaitCreation(why: string): Promise<void> {
    const { clock, log, deadline } = this.scope;
    const until = clock.now() + Math.min(LAST_CALL, deadline.remaining() / 2);
    log.info(`${why}: waiting for what it may still do`, { artifact: this.what });
    for (let delay = 500; clock.now() < until; delay = Math.min(2 * delay, 2_000)) {
      const tags = await this.record.read();
      if (tags && (await this.isSettled(tags))) return;
      await clock.sleep(delay);
    }
  }

  /**
   * Carries out a Delete.
   *
   * @param undoes given if an event undoes what it has made or taken itself
   */
  protected async remove(
    removal: Removal,
    undoes?: (claimedAt: number | undefined) => Promise<boolean>,
  ): Promise<void> {
    const { keys } = this.record;
    if (this.unanswered) await this.awaitCreation('the Create has not answered');
    const tags = this.isOver ? await this.record.read() : await this.owners();
    if (!tags) return;
    let undone = false;
    const outcome = await letGo(tags, keys, this.me, {
      removal,
      undoes: async claimedAt => (undone = await (undoes ? undoes(claimedAt) : this.isUndone(claimedAt))),
    });
    this.scope.log.info('let go', { artifact: this.what, outcome: outcome.kind });
    if (outcome.kind === 'foreign') return;
    await this.confirm();
    if (outcome.kind === 'destroyed') {
      // nobody has had time to need what an event has just made itself.
      const reason = undoes ? undefined : await this.protection();
      if (reason === undefined) return this.destroyOrLeave(tags, { undone });
      return this.leaveToNobody(tags, new Refusal(reason));
    }
    // another stack owns it by now: only the mark of a claim that came too late is removed.
    if (outcome.kind === 'forgotten' && !isChange({ ...outcome.change, tidy: [] })) {
      return this.record.change(outcome.change);
    }
    if (outcome.kind === 'returned' && !(await this.stillHas(keys.formerOwner, tags)))
      return this.remove(removal, undoes);
    await this.restore(outcome.kind, tags);
    await this.record.change(this.forget(outcome.change, tags, outcome.kind));
    // both resources can be deleted at once, with their stack: this one must release what the new owner has given back
    // meanwhile.
    if (outcome.kind === 'forgotten' && !(await this.stillHas(keys.owner, tags))) return this.remove(removal, undoes);
  }

  /** Whether a tag that decides the case still has the value that was read, if it had one. */
  private async stillHas(key: string, before: Tags): Promise<boolean> {
    if (before[key] === undefined) return true;
    const now = await this.record.read();
    return now === undefined || now[key] === before[key];
  }

  private async isUndone(claimedAt: number | undefined): Promise<boolean> {
    return !(await this.scope.succeededSince(claimedAt));
  }

  /**
   * A Delete fails if the artifact cannot be removed. A Delete that undoes does not fail: it leaves the artifact
   * without an owner, so that a sweep can remove it.
   */
  private async destroyOrLeave(tags: Tags, { undone }: { readonly undone: boolean }): Promise<void> {
    try {
      await this.destroy(tags);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (!undone && (await this.scope.stackPhase()) !== 'rolling-back') throw error;
      await this.leaveToNobody(tags, error);
    }
  }

  private async leaveToNobody(tags: Tags, why: Refusal): Promise<void> {
    await this.record.change(this.forget(this.released(tags), tags, 'released'));
    this.refused(why);
  }

  protected abstract released(tags: Tags): TagChange;

  /** Logs and counts what stays as it is although it must change, if that must not fail the event. */
  protected refused(error: Error, fields: object = {}): void {
    this.scope.log.count('Refused');
    this.scope.log.error(error.message, { refused: error.name, ...fields });
  }

  /**
   * The reverse Update of a rollback gives back what the failed deployment has adopted or taken over under the id that
   * the resource already had. True if it did.
   */
  protected async givesBack(tags: Tags): Promise<boolean> {
    const { keys } = this.record;
    const change = returned(tags, keys, this.me);
    const claimed = claimOf(tags, keys, this.me);
    if (!change || !claimed) return false;
    if (isMark(claimed, this.scope.mark) || (await this.scope.stackPhase()) !== 'rolling-back') return false;
    if (await this.scope.settledSince(claimed.sentAt)) return false;
    await this.confirm();
    await this.giveBack(change, tags);
    return true;
  }

  /**
   * CloudFormation ignores the answer of an Update that it has canceled, and sends the reverse Update at once. So the
   * reverse Update undoes what the canceled one has made or taken in the place of the resource's artifact: either that
   * exists by then, or the canceled Update has noticed that it is over.
   */
  async undoCancelled(): Promise<void> {
    if ((await this.scope.stackPhase()) !== 'rolling-back') return;
    const tags = await this.record.read();
    if (!tags || tags[this.record.keys.owner] !== this.me.ownerId) return;
    const claimed = claimOf(tags, this.record.keys, this.me);
    if (!claimed || (await this.scope.settledSince(claimed.sentAt))) return;
    this.scope.log.info('made by an Update that was canceled', { artifact: this.what });
    await this.undo('what a canceled Update did', () => this.remove('DELETE', async () => true));
  }

  private async giveBack(change: TagChange, tags: Tags): Promise<void> {
    await this.restore('returned', tags);
    await this.record.change(this.forget(change, tags, 'returned'));
    this.scope.log.info('given back', { artifact: this.what });
  }

  /**
   * Called before a throttled call, or a call without an answer, is repeated, because time has passed. A write needs
   * the operation to be current, and a removal needs the artifact to be this event's.
   */
  protected async beforeRepeating(command: string, error?: unknown): Promise<void> {
    if (/^(Get|List|Describe|Query|Check)/.test(command)) return;
    this.isPending ||= command.startsWith('Create') && !isThrottled(error);
    await this.confirm('wait');
    if (command.startsWith('Delete')) await this.requireMine();
  }

  /** Throws if somebody has taken the artifact while its removal was waiting. */
  protected async requireMine(): Promise<void> {
    const tags = await this.record.read();
    if (tags && tags[this.record.keys.owner] !== this.me.ownerId) {
      throw new Refusal(`somebody else has taken ${this.what} while its removal was waiting: it stays`);
    }
  }

  /** An event that undoes its own changes after it was overtaken does not check its operation: that is over. */
  protected async confirm(after?: 'wait'): Promise<void> {
    if (!this.isOver) await this.scope.operation.confirm(after);
  }

  private async refuseStale(tags: Tags): Promise<void> {
    const { mark, operation } = this.scope;
    const newest = claimOf(tags, this.record.keys, this.me);
    if (!newest || isMark(newest, mark) || newest.sentAt < mark.sentAt) return;
    if (newest.sentAt > mark.sentAt) {
      throw new OperationOver(
        `a later event has already claimed ${this.what} (${new Date(newest.sentAt).toISOString()})`,
      );
    }
    await operation.confirm();
  }

  private async undo(what: string, work: () => Promise<void>): Promise<void> {
    await work().catch((reason: unknown) =>
      this.scope.log.error(`${what} could not be undone`, { artifact: this.what, reason: reasonOf(reason) }),
    );
  }
}

const isMark = (claimed: EventMark | undefined, { sentAt, hash }: EventMark) =>
  claimed?.sentAt === sentAt && claimed.hash === hash;
