/** How an event comes to have an artifact: it reads the owner, and claims the artifact or is refused. */
import { type OwnershipTags } from '../../contract/ownership';
import { type Answer, type Scope } from './custom-resource';
import { HeldByNative, Irreversible, OperationOver, Refusal, Taken, isLeftAlone } from './errors';
import { type EventMark } from './event';
import { isLost, restored } from './lost-owner';
import { type OwnerStack, heldByNative, reasonOf, takenByOther } from './messages';
import {
  type Claim,
  type Claimant,
  NO_CHANGE,
  type TagChange,
  type Tags,
  claimInPhase,
  claimOf,
  claimant,
  isChange,
  markTags,
  mergeChanges,
  ownerTags,
  reclaim,
} from './ownership';
import { isRefusedByService } from './retry';
import { type SoughtResource, type StackPhase } from './stack';
import { type Yielding, yieldTo, yieldToRival } from './yielding';

/** Where the record of an artifact's owner is kept. */
export interface OwnerRecord {
  readonly keys: OwnershipTags;
  /** Whether a change can remove what another stack has written at the same time. Absent: false. */
  readonly removesOthers?: boolean;
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

/** What is claimed, and how. */
interface Claiming {
  readonly adoptExisting: boolean;
  /** In words. Absent: the artifact. */
  readonly what?: string;
  /** Whether the resource has had the artifact before this event. Absent: true in an Update that replaces nothing. */
  readonly had?: boolean;
}

/** How long, in ms, an owner's record that was read is valid for a change of the artifact. */
const FRESH = 1_000;

/** One event about one artifact, up to the claim. */
export abstract class ClaimedArtifact {
  protected readonly me: Claimant;
  /** The artifact in words. */
  protected abstract readonly what: string;
  protected abstract readonly record: OwnerRecord;
  /** The AWS resource type that can manage an artifact of this kind, and the id there. Absent: there is none. */
  protected native?: SoughtResource;
  /** Whether an Update makes an artifact other than the one that the resource had. */
  protected readonly replaces: boolean;
  /** Whether the event was overtaken, and undoes its own changes. */
  protected isOver = false;
  /** Whether this delivery of the event has made the artifact, or written a claim to it. */
  protected hasClaimed = false;
  /** Whether this delivery has begun to bring an existing artifact to its wanted state. */
  protected hasWritten = false;
  /** When the record last said that the artifact is this resource's; absent: it need not be. */
  private mineAt?: number;
  /** What a rollback answers if the artifact turns out to be somebody else's. */
  private held?: Answer;

  /** @param owner the owner in the physical id, for which the event acts */
  constructor(
    protected readonly scope: Scope,
    { owner, replaces = false }: { owner: string } & Omit<Which, 'id'>,
  ) {
    const me = claimant(scope.stackId, scope.logicalId);
    this.me = { ...me, ownerId: owner, mark: scope.mark };
    this.replaces = replaces;
  }

  /** The record of the owner that makes an artifact. */
  protected get mine(): Tags {
    return ownerTags(this.record.keys, this.me);
  }

  /**
   * The owner of the artifact; `undefined` if the artifact is gone. An event that is older than the owner's newest
   * event is over.
   */
  protected async owners(): Promise<Tags | undefined> {
    const tags = await this.record.read();
    if (tags) await this.refuseStale(tags);
    if (tags?.[this.record.keys.owner] === this.me.ownerId) this.seenAsMine();
    return tags;
  }

  /** From now on the artifact is only changed while it is this resource's. */
  protected seenAsMine(): void {
    this.mineAt = this.scope.clock.now();
  }

  /** The event itself gives the artifact up from now on. */
  protected givesUp(): void {
    this.mineAt = undefined;
  }

  /** After a while, somebody else may have taken the artifact. */
  protected async requireStillMine(): Promise<void> {
    if (this.mineAt === undefined || this.scope.clock.now() - this.mineAt < FRESH) return;
    await this.requireMine();
  }

  /** Throws if somebody has taken the artifact while a change of it was waiting. */
  protected async requireMine(): Promise<void> {
    const tags = await this.record.read();
    if (tags && tags[this.record.keys.owner] !== this.me.ownerId) {
      throw new Taken(
        `somebody else has taken ${this.what} while this event was waiting: it stays as it is; deploy again if it must belong to this stack`,
        this.held,
      );
    }
    this.seenAsMine();
  }

  /** How this event claims an existing artifact. Refuses before the first write. */
  protected async claim(
    tags: Tags,
    { adoptExisting, what = this.what, had = this.isItsOwn }: Claiming,
    held: Answer,
  ): Promise<Claimed> {
    const { keys } = this.record;
    this.held = held;
    const byThisEvent = this.isClaimedByThisEvent(tags);
    const claimed = await claimInPhase(tags, keys, this.me, {
      adoptExisting,
      openSince: await this.openSince(tags),
      phase: () => this.phaseToAdopt(),
    });
    if (claimed.kind === 'refused') {
      const owner = await this.ownerStack(claimed.ownerStack);
      throw new Refusal(takenByOther(what, owner, this.me.stackId), held);
    }
    if (claimed.kind === 'adopted') await this.refuseNative(what, held);
    if (claimed.kind !== 'held') return { kind: claimed.kind, change: claimed.change, byThisEvent };
    if (byThisEvent) await this.yieldUnlessSettled(yieldToRival(tags, keys, this.me, this.scope.mark.sentAt));
    if (isLost(tags, keys)) return { kind: 'held', change: restored(tags, keys), byThisEvent };
    if (had || byThisEvent) return { kind: 'held', change: NO_CHANGE, byThisEvent };
    // an earlier deployment has left it behind, and made it, so the rollback of this deployment must not remove it.
    if (await this.isLeftBehind(tags, held)) {
      return { kind: 'reclaimed', change: reclaim(tags, keys, this.me), byThisEvent };
    }
    // an artifact that is created again here must not look like that of an older event, which may still be running.
    const again = this.scope.request.RequestType === 'Create';
    return { kind: 'held', change: again ? { set: markTags(keys, this.me), remove: [] } : NO_CHANGE, byThisEvent };
  }

  /** What a deployment that has failed without a rollback has replaced is not left behind: it is still the resource's. */
  private async isLeftBehind(tags: Tags, { physicalResourceId }: Answer): Promise<boolean> {
    if (!(await this.scope.succeededSince(claimOf(tags, this.record.keys, this.me)?.since))) return false;
    return this.scope.request.RequestType === 'Create' || !(await this.scope.hadAtSuccess(physicalResourceId));
  }

  /** A rollback adopts nothing, and hears no refusal of an event that it has overtaken. */
  private async phaseToAdopt(): Promise<StackPhase> {
    const phase = await this.scope.stackPhase();
    if (phase === 'rolling-back') await this.confirm();
    return phase;
  }

  /** When another resource of the stack claimed the artifact, if no deployment has succeeded since. */
  private async openSince(tags: Tags): Promise<number | undefined> {
    const { keys } = this.record;
    const owner = tags[keys.owner];
    if (owner === undefined || owner === this.me.ownerId || tags[keys.stack] !== this.me.stackId) return undefined;
    const claimed = claimOf(tags, keys, { ownerId: owner });
    return claimed && !(await this.scope.settledSince(claimed.since)) ? claimed.since : undefined;
  }

  /** What a refusal says of the stack that owns the artifact. */
  protected async ownerStack(stackId: string | undefined): Promise<OwnerStack | undefined> {
    if (stackId === undefined) return undefined;
    return { stackId, isGone: stackId !== this.me.stackId && (await this.scope.ofStack(stackId).isGone()) };
  }

  /** Whether the newest claim is this event's, in whatever delivery. */
  protected isClaimedByThisEvent(tags: Tags): boolean {
    return isMark(claimOf(tags, this.record.keys, this.me), this.scope.mark);
  }

  /** CloudFormation can move a resource to another stack without an event: what the former stack claimed is final. */
  protected isMovedHere(tags: Tags): boolean {
    const claimed = claimOf(tags, this.record.keys, this.me);
    return claimed !== undefined && claimed.stack !== this.me.stackId.split('/').slice(-2).join('/');
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
    this.hasWritten = true;
    if (kind === 'held') {
      await this.requireStillMine();
      return this.unlessRefused(() => this.record.change(mergeChanges(change, rest)));
    }
    this.hasClaimed = true;
    await this.record.change(change);
    const after = (await this.record.read()) ?? {};
    await this.yieldTo(yieldTo(before, after, this.record.keys, this.me));
    this.seenAsMine();
    // the former owner has let the artifact go at the same time, and removed more than its own tags.
    if (isLost(after, this.record.keys)) {
      await this.record.change(restored({ ...after, ...this.mine }, this.record.keys));
    }
    if (isChange(rest)) await this.record.change(rest);
  }

  /** Logs and counts what stays as it is although it must change, if that must not fail the event. */
  protected refused(error: Error, fields: object = {}): void {
    this.scope.log.count('Refused');
    this.scope.log.error(reasonOf(error), { refused: error.name, ...fields });
  }

  /** A step that does not keep a rollback from the steps that follow. */
  protected readonly unlessRefused = async (step: () => Promise<void>): Promise<void> => {
    try {
      await step();
    } catch (error) {
      if (!mayStay(error) || (await this.scope.stackPhase()) !== 'rolling-back') throw error;
      this.refused(error);
    }
  };

  /** A refusal of the service fails a deployment, but not a rollback: that answers the state as it is. */
  protected async orRefused(answer: Answer, work: () => Promise<Answer>): Promise<Answer> {
    try {
      return await work();
    } catch (error) {
      if (!mayStay(error) || (isLeftAlone(error) && error.answer)) throw error;
      throw new Irreversible(reasonOf(error), answer);
    }
  }

  /** A late delivery gives nothing up that its first one has claimed with success. */
  private async yieldUnlessSettled(other: Yielding | undefined): Promise<void> {
    if (other && !(await this.scope.operation.hasSucceeded())) await this.yieldTo(other);
  }

  private async yieldTo(other: Yielding | undefined): Promise<void> {
    if (!other) return;
    await this.record.change(other.change);
    throw new Refusal(
      `${this.what} was claimed by stack ${other.stackId} at the same time, and belongs to that stack; deploy again if it must ` +
        'belong to this stack',
    );
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
}

const mayStay = (error: unknown): error is Error => isLeftAlone(error) || isRefusedByService(error);

export const isMark = (claimed: EventMark | undefined, { sentAt, hash }: EventMark) =>
  claimed?.sentAt === sentAt && claimed.hash === hash;
