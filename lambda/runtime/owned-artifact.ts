/**
 * What every artifact that a stack owns goes through once it is claimed: it is brought to the wanted state, let go, and
 * what a failed or overtaken event has done is undone. A resource type says where its owner's record is and how it is
 * destroyed and given back.
 */
import { type Removal } from '../../contract/cloudformation';
import { ClaimedArtifact, type Which, isMark } from './claimed-artifact';
import { LONGEST_CALL } from './client';
import { type Scope } from './custom-resource';
import { Refusal, isOperationOver } from './errors';
import { reasonOf } from './messages';
import { type LettingGo, type TagChange, type Tags, claimOf, isChange, letGo, returned } from './ownership';
import { isThrottled } from './retry';

/** How long, in ms, what a call has begun is looked for: longer than its client waits for an answer. */
const LAST_CALL = LONGEST_CALL + 2_000;

/** One event about one artifact. */
export abstract class OwnedArtifact extends ClaimedArtifact {
  private readonly unanswered: boolean;
  /** Whether a creation had no answer: the service may carry it out still. */
  private isPending = false;

  constructor(scope: Scope, which: { owner: string } & Omit<Which, 'id'>) {
    super(scope, which);
    this.unanswered = which.unanswered ?? false;
  }

  /** Removes an artifact that this event may remove. */
  protected abstract destroy(tags: Tags): Promise<void>;

  /** Why an artifact stays that is to be destroyed, nobody's from then on. Asked before it is. */
  protected async protection(): Promise<string | undefined> {
    return undefined;
  }

  /** Brings back, before the owner's record says so, what the artifact was when it was claimed. */
  protected abstract restore(outcome: LettingGo['kind'], tags: Tags): Promise<void>;

  /** What else of the record goes with the ownership. */
  protected forget(change: TagChange, _tags: Tags, _outcome: LettingGo['kind']): TagChange {
    return change;
  }

  /**
   * What an Update makes that is gone somebody's hand has deleted, or a later event: an old Update must not make it again,
   * since what it makes under the id that the resource had nothing would undo.
   */
  protected async again<T>(make: () => Promise<T>): Promise<T> {
    await this.confirm();
    return make();
  }

  /**
   * Does what changes the artifact. What was done when it turns out that the operation is over is undone; so is what a
   * failed replacement did, since it answers with the old id and nobody else would.
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

  /** Does what may turn out to be over: what an attempt made of which no answer came is undone then, too. */
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

  /** What this event alone has made or taken goes; what else it has changed, a resource type brings back itself. */
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

  /** Whether what a Create that has not answered was about to do is done. */
  protected async isSettled(tags: Tags): Promise<boolean> {
    return tags[this.record.keys.owner] === this.me.ownerId;
  }

  /**
   * A Create that has not answered may be at work still, and what it makes after its Delete nobody would remove: when a
   * creation is rolled back, its role goes next. So its last call is waited for.
   */
  private async awaitCreation(why: string): Promise<void> {
    const { clock, log, deadline } = this.scope;
    const until = clock.now() + Math.min(LAST_CALL, deadline.remaining() / 2);
    log.info(`${why}: what it may still do is waited for`, { artifact: this.what });
    for (let delay = 500; clock.now() < until; delay = Math.min(2 * delay, 2_000)) {
      const tags = await this.record.read();
      if (tags && (await this.isSettled(tags))) return;
      await clock.sleep(delay);
    }
  }

  /**
   * Carries out a Delete.
   *
   * @param undoes given where an event undoes what it has made or taken itself
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
      regains: undoes ? undefined : takenAt => this.regains(takenAt),
    });
    this.scope.log.info('let go', { artifact: this.what, outcome: outcome.kind });
    if (outcome.kind === 'foreign') return;
    await this.confirm();
    if (outcome.kind === 'destroyed') {
      // what an event has just made itself nobody has had time to need.
      const reason = undoes ? undefined : await this.protection();
      if (reason === undefined) return this.destroyOrLeave(tags, { undone });
      return this.leaveToNobody(tags, new Refusal(reason));
    }
    // another stack's by now: no more than the trace of a claim that came too late.
    if (outcome.kind === 'forgotten' && !isChange({ ...outcome.change, tidy: [] })) {
      return this.record.change(outcome.change);
    }
    if (await this.unlessGone(() => this.passOn(outcome, tags))) return this.remove(removal, undoes);
  }

  /** Lets go of an artifact that stays. True where it is this resource's by then, and still to be let go. */
  private async passOn(outcome: LettingGo & { readonly change: TagChange }, tags: Tags): Promise<boolean> {
    const { keys } = this.record;
    const former = tags[keys.formerOwner];
    if (outcome.kind === 'returned' && !(await this.stillHas(keys.formerOwner, tags))) return true;
    await this.restore(outcome.kind, tags);
    await this.record.change(this.forget(outcome.change, tags, outcome.kind));
    // both may go at once, with their stack: what the new owner has given back meanwhile is this one's to let go.
    if (outcome.kind === 'forgotten') return !(await this.stillHas(keys.owner, tags));
    if (outcome.kind === 'released' || former === undefined) return false;
    return former === this.me.ownerId || (await this.isLeftTo(former, tags));
  }

  /**
   * Two that go at once may write at once. An owner that was written when the former one had let the artifact go already
   * means nothing; where the former one had only forgotten it, or has written first, the artifact is still to be let go.
   */
  private async isLeftTo(former: string, before: Tags): Promise<boolean> {
    const { keys } = this.record;
    const now = await this.record.read();
    if (now?.[keys.owner] === this.me.ownerId) return true;
    if (now?.[keys.owner] !== former) return false;
    if (!(keys.stack in now)) {
      await this.record.change(this.forget({ set: {}, remove: [keys.owner] }, now, 'released'));
      return false;
    }
    const claim = keys.claim + former;
    if (claim in now || !(claim in before)) return false;
    await this.record.change({ set: { [keys.owner]: this.me.ownerId }, remove: [] });
    return true;
  }

  /** Whether this resource and the one that has taken its artifact over go both, before a deployment has succeeded. */
  private async regains(takenAt: number): Promise<boolean> {
    return (await this.scope.stackPhase()) === 'deleting' && !(await this.scope.settledSince(takenAt));
  }

  /** What the other one of two that go at once has deleted meanwhile is let go. */
  private async unlessGone(work: () => Promise<boolean>): Promise<boolean> {
    try {
      return await work();
    } catch (error) {
      if (isOperationOver(error) || (await this.record.read().catch(() => true))) throw error;
      return false;
    }
  }

  /** Whether a tag that decides still has the value that was read, where it had one. */
  private async stillHas(key: string, before: Tags): Promise<boolean> {
    if (before[key] === undefined) return true;
    const now = await this.record.read();
    return now === undefined || now[key] === before[key];
  }

  private async isUndone(claimedAt: number | undefined): Promise<boolean> {
    return !(await this.scope.succeededSince(claimedAt));
  }

  /** What cannot be removed fails a Delete, but not one that undoes: there it is left to nobody, for a sweep to take. */
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

  /** Notes what stays as it is although it should change, where that must not fail the event. */
  protected refused(error: Error, fields: object = {}): void {
    this.scope.log.count('Refused');
    this.scope.log.error(error.message, { refused: error.name, ...fields });
  }

  /**
   * The reverse Update of a rollback gives back what the failed deployment has adopted or taken over under the id that the
   * resource had already. True where it did.
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
   * CloudFormation does not hear an Update any more that it has cancelled, whatever that answers, and sends the reverse one
   * at once. So that one undoes what the former has made or taken in the place of what the resource has: it was there by
   * then, or the former has noticed that it was over.
   */
  async undoCancelled(): Promise<void> {
    if ((await this.scope.stackPhase()) !== 'rolling-back') return;
    const tags = await this.record.read();
    if (!tags || tags[this.record.keys.owner] !== this.me.ownerId) return;
    const claimed = claimOf(tags, this.record.keys, this.me);
    if (!claimed || (await this.scope.settledSince(claimed.sentAt))) return;
    this.scope.log.info('made by an update that was cancelled', { artifact: this.what });
    await this.undo('what a cancelled update did', () => this.remove('DELETE', async () => true));
  }

  private async giveBack(change: TagChange, tags: Tags): Promise<void> {
    await this.restore('returned', tags);
    await this.record.change(this.forget(change, tags, 'returned'));
    this.scope.log.info('given back', { artifact: this.what });
  }

  /**
   * Before a call is repeated that was throttled, or had no answer: a wait has passed. What writes needs the operation, what
   * removes needs the artifact still to be this event's.
   */
  protected async beforeRepeating(command: string, error?: unknown): Promise<void> {
    if (/^(Get|List|Describe|Query|Check)/.test(command)) return;
    this.isPending ||= command.startsWith('Create') && !isThrottled(error);
    await this.confirm('wait');
    if (command.startsWith('Delete')) await this.requireMine();
  }

  /** Throws where somebody has taken the artifact while its removal was waited for. */
  protected async requireMine(): Promise<void> {
    const tags = await this.record.read();
    if (tags && tags[this.record.keys.owner] !== this.me.ownerId) {
      throw new Refusal(`${this.what} has become somebody else's while its removal was waited for: it stays`);
    }
  }

  private async undo(what: string, work: () => Promise<void>): Promise<void> {
    await work().catch((reason: unknown) =>
      this.scope.log.error(`${what} could not be undone`, { artifact: this.what, reason: reasonOf(reason) }),
    );
  }
}
