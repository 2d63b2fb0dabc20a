/** An artifact in memory, and the events about it: the engine without a service and without CloudFormation. */
import { type Removal } from '../../../contract/cloudformation';
import { ARTIFACT_TAGS as KEYS } from '../../../contract/ownership';
import { type OwnerRecord } from '../../../lambda/runtime/claimed-artifact';
import { Deadline } from '../../../lambda/runtime/clock';
import { type OperationOutcome } from '../../../lambda/runtime/current-operation';
import { type Answer, type Scope } from '../../../lambda/runtime/custom-resource';
import { OperationOver } from '../../../lambda/runtime/errors';
import { OwnedArtifact } from '../../../lambda/runtime/owned-artifact';
import {
  type Claimant,
  type LettingGo,
  NO_CHANGE,
  type TagChange,
  type Tags,
  changed,
  claimant,
  ownerTags,
  release,
} from '../../../lambda/runtime/ownership';
import { type StackPhase } from '../../../lambda/runtime/stack';
import { type Fate } from '../../../lambda/runtime/stack-history';
import { SteppingClock } from '../../../testing/clock';

export { KEYS };

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
/** What a rollback answers. */
export const HELD: Answer = { physicalResourceId: 'toy', data: {} };

export const stackId = (name: string, uuid = '0a1b') =>
  `arn:aws:cloudformation:eu-west-1:111111111111:stack/${name}/${uuid}`;

/** A resource of a stack, and an event of it that was sent so many minutes before the test begins. */
export const sent = (minutesAgo: number, name = 'fleet', logicalId = 'V'): Claimant => ({
  ...claimant(stackId(name), logicalId),
  mark: { sentAt: START - minutesAgo * MINUTE, hash: '1a2b3c4d' },
});

/** The event that is tested, an earlier one of its resource, and resources of the same and of another stack. */
export const me = sent(0);
export const before = sent(60);
export const renamed = sent(30, 'fleet', 'Renamed');
export const stranger = sent(30, 'other');

/** The tags of an artifact that the event of a resource has made or claimed. */
export const ownedBy = (who: Claimant, more: Tags = {}): Tags => ({ ...ownerTags(KEYS, who), ...more });

/** A moment in the life of the record. */
export type Moment =
  | 'before confirmation'
  | 'before read'
  | 'before change'
  | 'after change'
  | 'before destruction'
  | 'before restoration';

/** Everything outside an event. */
export class ToyWorld {
  readonly clock = new SteppingClock(START);
  readonly lines: { readonly level: string; readonly message: string }[] = [];
  /** What was counted, and what the resource type was asked to do. */
  readonly done: string[] = [];
  /** `undefined` if the artifact is gone. */
  tags: Tags | undefined;
  phase: StackPhase = 'deploying';
  /** How many minutes ago the last deployment succeeded. Absent: none has. */
  succeeded?: number;
  /** Whether a deployment has failed without a rollback. */
  isLeftOpen = false;
  /** Whether the resource had the artifact when the last deployment succeeded. */
  hadAtSuccess = false;
  /** What has become of the artifact under the ids of other owners. */
  readonly fates = new Map<string, Fate>();
  /** The stacks that no longer exist. */
  readonly gone: string[] = [];
  /** The resource of AWS's own type that manages the artifact. */
  holder?: string;
  outcome: OperationOutcome = { kind: 'unknown' };
  isOver = false;
  /** Whether a change of the record can remove what another stack writes. */
  removesOthers = true;
  /** Milliseconds until the event must have ended. */
  time = 10 * MINUTE;
  /** Called at moments of the record, and of the artifact. */
  at: (moment: Moment) => void | Promise<void> = () => {};

  /** An event that was sent now, or as the resource says. */
  event(RequestType: 'Create' | 'Update' | 'Delete', options: EventOptions = {}): ToyEvent {
    const { by = sent(0) } = options;
    const { clock } = this;
    const since = (claimedAt: number) => this.succeeded !== undefined && START - this.succeeded * MINUTE > claimedAt;
    const confirm = async () => {
      await this.at('before confirmation');
      if (this.isOver) throw new OperationOver('over');
    };
    const say = (level: string) => (message: string) => void this.lines.push({ level, message });
    const scope = {
      ...{ stackId: by.stackId, logicalId: by.logicalId, mark: by.mark, clock, request: { RequestType } },
      deadline: new Deadline(clock, clock.now() + this.time),
      log: {
        ...{ info: say('info'), warn: say('warn'), error: say('error') },
        count: (metric: string) => void this.done.push(metric),
      },
      operation: {
        confirm,
        hasSucceeded: async () => this.outcome.kind === 'succeeded',
        outcome: async () => this.outcome,
      },
      stackPhase: async () => this.phase,
      settledSince: async (claimedAt: number) => since(claimedAt),
      succeededSince: async (claimedAt?: number) =>
        this.phase !== 'rolling-back' && (claimedAt === undefined || since(claimedAt)),
      isLeftOpen: async () => this.isLeftOpen,
      hadAtSuccess: async () => this.hadAtSuccess,
      // a replacement begins with the id of another artifact.
      physicalId: `${options.replaces ? 'former-toy' : 'toy'}@${by.ownerId}`,
      fateOf: async (physicalId: string) => this.fates.get(physicalId.replace(/^toy@/, '')) ?? 'left',
      ofStack: (id: string) => ({ isGone: async () => this.gone.includes(id) }),
      holderOf: async () => this.holder,
    } as unknown as Scope;
    return new ToyEvent(scope, this, { owner: by.ownerId, ...options });
  }

  messages(level: string): string[] {
    return this.lines.filter(line => line.level === level).map(({ message }) => message);
  }
}

interface EventOptions {
  readonly by?: Claimant;
  readonly replaces?: boolean;
  readonly unanswered?: boolean;
}

/** What an event wants of an artifact that exists. */
interface Wanted {
  readonly adoptExisting?: boolean;
  /** What else the event writes. */
  readonly rest?: TagChange;
  /** What the event does after it has claimed the artifact. */
  readonly work?: () => Promise<void>;
  readonly had?: boolean;
}

export class ToyEvent extends OwnedArtifact {
  protected readonly what = 'the toy';
  protected override readonly native = { type: 'AWS::Toy::Toy', physicalId: 'toy' };
  protected override readonly memories = ['memory'];
  protected readonly artifactId: string;
  protected readonly record: OwnerRecord;
  /** Why the artifact must not be destroyed. */
  protects?: string;
  /** What the destruction of the artifact meets. */
  refusal?: Error;

  constructor(
    scope: Scope,
    private readonly world: ToyWorld,
    which: { owner: string; replaces?: boolean; unanswered?: boolean },
  ) {
    super(scope, which);
    this.artifactId = `toy@${which.owner}`;
    this.record = {
      keys: KEYS,
      removesOthers: world.removesOthers,
      read: async () => {
        await world.at('before read');
        return world.tags && { ...world.tags };
      },
      change: async change => {
        await world.at('before change');
        if (!world.tags) throw new Error('the toy is gone');
        world.tags = changed(world.tags, { ...change, remove: [...change.remove, ...(change.tidy ?? [])] });
        await world.at('after change');
      },
    };
  }

  /** Takes an artifact that exists, as handlers do. */
  async take({ adoptExisting = false, rest = NO_CHANGE, work, had }: Wanted = {}): Promise<string> {
    const tags = (await this.owners()) ?? {};
    if (await this.givesBack(tags)) return 'given back';
    const claimed = await this.claim(tags, { adoptExisting, had }, HELD);
    const isOwn = claimed.kind !== 'held' || claimed.byThisEvent;
    const change = async () => {
      await this.confirm();
      await this.own(tags, claimed, rest);
      await work?.();
    };
    await this.carryOut(change, { undoneOnFailure: this.replaces && isOwn });
    return claimed.kind;
  }

  /** Makes the artifact, and works on it. */
  make(work: () => Promise<void> = async () => {}): Promise<void> {
    const make = async () => {
      this.world.tags = this.mine;
      this.hasClaimed = true;
      this.seenAsMine();
      await work();
    };
    return this.carryOut(make, { undoneOnFailure: this.replaces });
  }

  delete(removal: Removal = 'DELETE'): Promise<void> {
    return this.remove(removal);
  }

  /** Before the client sends a command. */
  sending = (command: string) => this.checks.beforeSending!(command);
  /** Before the client repeats a command. */
  repeating = (command: string, error?: unknown) => this.checks.beforeRepeating(command, error);

  /** Whether the event may have changed the artifact. */
  wrote = () => this.mayHaveWritten();

  protected override async protection(): Promise<string | undefined> {
    return this.protects;
  }

  protected override async destroy(): Promise<void> {
    await this.world.at('before destruction');
    if (this.refusal) throw this.refusal;
    this.world.done.push('destroyed');
    this.world.tags = undefined;
  }

  protected override async restore(outcome: LettingGo['kind']): Promise<void> {
    await this.world.at('before restoration');
    this.world.done.push(`as ${outcome}`);
  }

  protected override async undoRestore(): Promise<void> {
    this.world.done.push('restoration undone');
  }

  protected override released(tags: Tags): TagChange {
    return release(tags, KEYS, this.me);
  }
}
