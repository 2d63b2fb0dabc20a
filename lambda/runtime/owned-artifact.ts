/**
 * The life of an artifact after its claim: the engine brings it to the wanted state, and undoes what a failed or overtaken
 * event has done. A resource type defines where the owner's record is, and how to destroy the artifact and give it back.
 */
import { type Which, isMark } from './claimed-artifact';
import { type Scope } from './custom-resource';
import { isOperationOver } from './errors';
import { reasonOf } from './messages';
import { type Tags, claimOf, returned } from './ownership';
import { type Checks, isRead } from './patient';
import { ReleasedArtifact } from './released-artifact';
import { isThrottled } from './retry';

/** How much, in ms, the clocks of CloudFormation and of a function can differ. */
const AT_ONCE = 1_000;

/** One event about one artifact. */
export abstract class OwnedArtifact extends ReleasedArtifact {
  private readonly beganAt: number;
  /** Whether a creation had no answer: the service may still carry it out. */
  private isPending = false;

  constructor(scope: Scope, which: { owner: string } & Omit<Which, 'id'>) {
    super(scope, which);
    this.beganAt = scope.clock.now();
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
        this.givesUp();
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
    if (!(await this.mustUndo(tags))) return;
    if (this.scope.request.RequestType === 'Update' && !this.replaces) {
      const change = returned(tags, this.record.keys, this.me);
      if (change) await this.giveBack(change, tags);
      return;
    }
    await this.remove('DELETE', async () => true);
  }

  /** Whether this event's claim began the ownership, and no delivery of the event has succeeded with it. */
  protected async mustUndo(tags: Tags): Promise<boolean> {
    const claimed = claimOf(tags, this.record.keys, this.me);
    return isMark(claimed, this.scope.mark) && claimed?.since === claimed?.sentAt && !(await this.isSettledElsewhere());
  }

  /**
   * Whether another delivery of this event has succeeded with the artifact: then it is the resource's, whatever operation
   * has followed. Not if this delivery has made or taken it anew, after it was gone.
   */
  protected async isSettledElsewhere(): Promise<boolean> {
    const outcome = await this.scope.operation.outcome();
    const isOurs = this.hasClaimed || this.isPending;
    if (outcome.kind === 'unknown') return !isOurs;
    if (outcome.kind === 'failed') return false;
    const { artifactId = outcome.physicalId } = this;
    // what it has succeeded with is gone since, so that another artifact was made.
    if ((outcome.physicalId ?? artifactId) !== artifactId) return false;
    return !isOurs || (!outcome.isDeleted && outcome.at > this.beganAt - AT_ONCE);
  }

  /** Whether an overtaken Update may have changed the artifact: in this delivery, or in one that was killed. */
  protected async mayHaveWritten(): Promise<boolean> {
    return this.hasWritten || (await this.scope.operation.outcome()).kind === 'failed';
  }

  /**
   * The reverse Update of a rollback gives back what the failed deployment has adopted or taken over under the id that
   * the resource already had. True if it did.
   */
  protected async givesBack(tags: Tags): Promise<boolean> {
    if (this.scope.request.RequestType !== 'Update') return false;
    const { keys } = this.record;
    const change = returned(tags, keys, this.me);
    const claimed = claimOf(tags, keys, this.me);
    if (!change || !claimed || this.isMovedHere(tags)) return false;
    if (isMark(claimed, this.scope.mark) || (await this.scope.stackPhase()) !== 'rolling-back') return false;
    if (await this.scope.settledSince(claimed.since)) return false;
    await this.confirm();
    await this.unlessRefused(() => this.giveBack(change, tags));
    return true;
  }

  /**
   * CloudFormation ignores the answer of an Update that it has canceled, and sends the reverse Update at once. So the
   * reverse Update undoes what the canceled one has made or taken in the place of the resource's artifact: either that
   * exists by then, or the canceled Update has noticed that it is over. Only its claim of what existed before can come a
   * moment later, since it does not ask again at once.
   */
  async undoCancelled(): Promise<void> {
    if ((await this.scope.stackPhase()) !== 'rolling-back') return;
    const tags = await this.record.read();
    if (!tags) return;
    if (tags[this.record.keys.owner] !== this.me.ownerId) {
      return (await this.looksAgain()) ? this.undoCancelled() : undefined;
    }
    const claimed = claimOf(tags, this.record.keys, this.me);
    if (!claimed || this.isMovedHere(tags) || (await this.scope.settledSince(claimed.since))) return;
    this.scope.log.info('made by an Update that was canceled', { artifact: this.what });
    await this.undo('what a canceled Update did', () => this.remove('DELETE', async () => true));
  }

  /**
   * Called before a throttled call, or a call without an answer, is repeated, because time has passed. A write needs
   * the operation to be current, and a removal needs the artifact to be this event's.
   */
  protected async beforeRepeating(command: string, error?: unknown): Promise<void> {
    if (isRead(command)) return;
    this.isPending ||= command.startsWith('Create') && !isThrottled(error);
    await this.confirm('wait');
    if (command.startsWith('Delete')) await this.requireMine();
    await this.handOver?.requireNobody();
  }

  /** What the event's client checks. A record is not among it: a claim that is written is read again. */
  protected readonly checks: Checks = {
    beforeSending: async command => {
      if (/^(Update|Delete|Associate|Disassociate)/.test(command)) await this.requireStillMine();
    },
    beforeRepeating: (command, error) => this.beforeRepeating(command, error),
  };

  private async undo(what: string, work: () => Promise<void>): Promise<void> {
    await work().catch((reason: unknown) =>
      this.scope.log.error(`${what} could not be undone`, { artifact: this.what, reason: reasonOf(reason) }),
    );
  }
}
