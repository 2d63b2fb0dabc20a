/**
 * Changes the record of an artifact that a resource lets go. If another stack adopts it at the same time, it is that
 * stack's, although the change may have removed that stack's tags.
 */
import { type OwnerRecord } from './claimed-artifact';
import { type Scope } from './custom-resource';
import { Refusal, isOperationOver } from './errors';
import { isLost, restored, restoredAdopter, restoredRival } from './lost-owner';
import { reasonOf } from './messages';
import { type Claimant, type TagChange, type Tags, mergeChanges } from './ownership';
import { isError } from './retry';

/** How often other stacks can adopt an artifact while the tags of one of them are restored. */
const MAX_RIVALS = 3;

/** What a resource lets go. */
export interface Parting {
  readonly me: Claimant;
  /** The artifact in words. */
  readonly what: string;
  readonly record: OwnerRecord;
  /** What else is restored with the tags of another stack. */
  restoredState(tags: Tags): Promise<Tags>;
}

export class HandOver {
  private isDone = false;

  constructor(
    private readonly parting: Parting,
    private readonly tags: Tags,
    private readonly log: Scope['log'],
  ) {}

  async carryOut(change: TagChange): Promise<void> {
    const { record, me, what } = this.parting;
    const mine = record.keys.claim + me.ownerId;
    // as long as the own claim is there, a delivery that comes again after a kill looks for a rival as well.
    const isKept = record.keys.owner in change.set && mine in this.tags;
    const write = () => record.change(isKept ? withoutRemoval(change, mine) : change);
    try {
      await write().catch(async (error: unknown) => {
        if (!isError(error, 'LimitExceededException')) throw error;
        // all tags are in use, and one is to be set that is new: the own claim makes room for it.
        await record.change({ set: {}, remove: [mine] });
        await write();
      });
    } catch (error) {
      // a policy that names the own stack's tags denies a write to what another stack has adopted.
      if (isOperationOver(error) || !(await this.isAdopted().catch(() => false))) throw error;
      this.log.info('another stack has adopted it', { artifact: what, reason: reasonOf(error) });
      return record.change({ set: {}, remove: [], tidy: [mine] });
    }
    this.isDone = true;
    await this.restoreRival();
    if (isKept) await record.change({ set: {}, remove: [], tidy: [mine] });
  }

  /** Throws if another stack has adopted the artifact while the change was waiting. */
  async requireNobody(): Promise<void> {
    if (!this.isDone && (await this.isAdopted())) {
      throw new Refusal(`somebody else has taken ${this.parting.what} while its release was waiting: it stays`);
    }
  }

  /** A delivery of the event was killed after it had let the artifact go: restores the owner that a claim names. */
  restoreLost(): Promise<void> {
    const { record, me } = this.parting;
    const change = isLost(this.tags, record.keys)
      ? restored(this.tags, record.keys)
      : restoredAdopter(this.tags, record.keys, me);
    return change ? this.restoreRival(change) : Promise.resolve();
  }

  private async isAdopted(): Promise<boolean> {
    const { record, me } = this.parting;
    const { owner, stack } = record.keys;
    const now = await record.read();
    return now?.[owner] !== undefined && now[owner] !== this.tags[owner] && now[stack] !== me.stackId;
  }

  /**
   * Restores the tags of a stack that has adopted the artifact, and looks again, because a third one can have adopted it
   * meanwhile. The claim that is left says the same, so that nothing fails if it cannot.
   *
   * @param change the restoration, if it is known already
   */
  private async restoreRival(change?: TagChange): Promise<void> {
    const { record, me, what } = this.parting;
    try {
      let known = this.tags;
      for (let rounds = 0; rounds < MAX_RIVALS; rounds++) {
        if (change) {
          this.log.warn('another stack has adopted it at the same time', { artifact: what });
          const state = await this.parting.restoredState(known);
          await record.change(mergeChanges(change, { set: state, remove: [] }));
        }
        const now = await record.read();
        change = now && restoredRival(known, now, record.keys, me.stackId);
        if (!now || !change) return;
        known = now;
      }
    } catch (error) {
      if (isOperationOver(error)) throw error;
      this.log.error('the tags of the stack that has adopted it could not be restored', {
        artifact: what,
        reason: reasonOf(error),
      });
    }
  }
}

const withoutRemoval = ({ set, remove, tidy = [] }: TagChange, key: string): TagChange => ({
  set,
  remove: remove.filter(each => each !== key),
  tidy: tidy.filter(each => each !== key),
});
