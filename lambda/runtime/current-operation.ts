/**
 * Whether an event is still CloudFormation's current operation. CloudFormation cancels and rolls back without waiting
 * for an invocation in flight, and Lambda delivers an event again minutes later: an event is carried out only while it is
 * its resource's current operation.
 *
 * An operation is only over if there is evidence: something that CloudFormation has recorded after this event was sent. A
 * view that is older than the event merely lags behind.
 */
import { OperationOver } from './errors';
import { type CloudFormationEvent, type RawProperties, sentAt } from './event';
import { reasonOf } from './messages';
import { retryReading } from './retry';
import { type Asking, type CloudFormationView, type StackPhase } from './stack';
import { SECOND, type StackEvent, type StackResourceState, propertiesOf } from './stack-history';

/** How long, in ms, an answer is valid: calls that follow within that time do not ask again. */
const FRESH = 400;

export interface CurrentOperation {
  /**
   * Throws `OperationOver` if the event is no longer its resource's operation. Call it before every change that cannot
   * be undone, and after every wait. An answer is valid for a moment, so that calls in quick succession ask once.
   *
   * @param after the time of a wait, or of a call that may have waited: an answer before that time is not valid
   */
  confirm(after?: 'wait'): Promise<void>;
  /** The state that CloudFormation wants for the resource now; `undefined` if CloudFormation does not tell. */
  latestProperties(): Promise<RawProperties | undefined>;
  /** Whether CloudFormation has noted that the event succeeded, whatever has come since. */
  hasSucceeded(): Promise<boolean>;
  /** What CloudFormation has noted about the event itself, whatever has come since. */
  outcome(): Promise<OperationOutcome>;
}

/** How an operation has ended. */
export type OperationOutcome =
  | {
      readonly kind: 'succeeded';
      /** What the resource has had since. */
      readonly physicalId?: string;
      /** When, in milliseconds since the epoch. */
      readonly at: number;
      /** Whether CloudFormation has begun to delete the resource with that physical id since. */
      readonly isDeleted: boolean;
    }
  /** It failed or was canceled. */
  | { readonly kind: 'failed' }
  /** CloudFormation shows neither: the entries lag behind, or are no longer there. */
  | { readonly kind: 'unknown' };

export function currentOperation(
  event: CloudFormationEvent,
  view: Omit<CloudFormationView, 'resources'>,
  asking: Asking & { stackPhase(): Promise<StackPhase> },
): CurrentOperation {
  const judge = new Judge(event, view, asking.stackPhase);
  let confirmedAt = -Infinity;
  return {
    confirm: async after => {
      if (after === undefined && asking.clock.now() - confirmedAt < FRESH) return;
      const verdict = await retryReading(asking, () => judge.verdict()).catch((error: unknown) => {
        throw unknowable(error);
      });
      if (verdict === 'over') {
        throw new OperationOver(
          `CloudFormation no longer performs this ${event.RequestType} of ${event.LogicalResourceId}`,
        );
      }
      confirmedAt = asking.clock.now();
    },
    latestProperties: () => retryReading(asking, () => judge.latestProperties()),
    hasSucceeded: async () => (await retryReading(asking, () => judge.outcome())).kind === 'succeeded',
    outcome: () => retryReading(asking, () => judge.outcome()),
  };
}

type Verdict = 'current' | 'over';

/** The entries about the operation's beginning and before, and those after it, each newest first. */
interface Noted {
  readonly before: readonly StackEvent[];
  readonly news: readonly StackEvent[];
  /** The physical ids that CloudFormation has begun to delete after it. */
  readonly deleted: ReadonlySet<string | undefined>;
}

class Judge {
  private readonly since: number;
  private readonly own: string;
  private seen?: StackResourceState;

  constructor(
    private readonly event: CloudFormationEvent,
    private readonly view: Omit<CloudFormationView, 'resources'>,
    private readonly phase: () => Promise<StackPhase>,
  ) {
    this.since = sentAt(event.ResponseURL) ?? Infinity;
    this.own = `${event.RequestType.toUpperCase()}_IN_PROGRESS`;
  }

  async verdict(): Promise<Verdict> {
    const { StackId, LogicalResourceId, RequestType } = this.event;
    const now = await this.view.describeResource(StackId, LogicalResourceId);
    const verdict = await this.judge(now);
    if (verdict === 'current' && now?.status === this.own && RequestType !== 'Create') this.seen = now;
    return verdict;
  }

  private async judge(now: StackResourceState | undefined): Promise<Verdict> {
    if (!now) return this.byEvents();
    const { RequestType, PhysicalResourceId } = this.event;
    const { seen } = this;
    if (seen && seen.status === now.status && seen.changedAt === now.changedAt) return 'current';
    // in the clean-up of a replacement, the resource shows its replacement.
    const ofAnother = RequestType === 'Delete' && now.physicalId !== PhysicalResourceId;
    if (ofAnother && now.status !== this.own) return this.byEvents();
    if (seen && now.changedAt > seen.changedAt) return ofAnother ? this.byEvents() : 'over';
    if (now.status !== this.own) {
      if (now.changedAt < this.since) return 'current';
      return now.changedAt >= this.since + SECOND ? 'over' : this.byEvents();
    }
    if (now.changedAt >= this.since + SECOND) return this.byEvents();
    // the reverse Update of a rollback has the same status as the Update that it undoes.
    if (RequestType === 'Update' && (await this.phase()) === 'rolling-back') return this.byEvents();
    return 'current';
  }

  async outcome(): Promise<OperationOutcome> {
    const { before, news, deleted } = await this.noted();
    if (before.length === 0) return { kind: 'unknown' };
    if (this.isOvertaken(before)) return { kind: 'failed' };
    // CloudFormation notes the new id of a replacement as a second beginning, when it receives the answer.
    const isReplacement = ({ status, physicalId }: StackEvent) =>
      status === this.own && physicalId !== this.event.PhysicalResourceId;
    const end = news.filter(entry => !isReplacement(entry)).at(-1);
    if (!end) return { kind: 'unknown' };
    if (end.status !== `${this.event.RequestType.toUpperCase()}_COMPLETE`) return { kind: 'failed' };
    const { physicalId, changedAt: at } = end;
    return { kind: 'succeeded', physicalId, at, isDeleted: deleted.has(physicalId) };
  }

  private async byEvents(): Promise<Verdict> {
    const { before, news } = await this.noted();
    if (before.length === 0) {
      return news.some(({ changedAt }) => changedAt >= this.since + SECOND) ? 'over' : 'current';
    }
    if (news.length > 0) return 'over';
    return this.isOvertaken(before) ? 'over' : 'current';
  }

  private async noted(): Promise<Noted> {
    const later: StackEvent[] = [];
    const before: StackEvent[] = [];
    const deleted = new Set<string | undefined>();
    for await (const entry of this.entries()) {
      if (before.length === 0 && entry.status === 'DELETE_IN_PROGRESS') deleted.add(entry.physicalId);
      if (!this.isAbout(entry)) continue;
      const began = entry.status === this.own && entry.changedAt < this.since + SECOND;
      if (before.length > 0 || began) before.push(entry);
      else later.push(entry);
    }
    // CloudFormation records a Create a second time when it receives the answer.
    const news = later.filter(({ status }) => this.event.RequestType !== 'Create' || status !== this.own);
    return { before, news, deleted };
  }

  /** Whether the event is the earlier one of two operations of the same kind that began within the second. */
  private isOvertaken([newest, ...older]: readonly StackEvent[]): boolean {
    const mine = canonical(this.event.ResourceProperties);
    const twin = older.find(({ status, changedAt }) => status === this.own && changedAt >= this.since - SECOND);
    const [then, now] = [twin && propertiesOf(twin), propertiesOf(newest)];
    return then !== undefined && now !== undefined && canonical(then) === mine && canonical(now) !== mine;
  }

  /** The entries of the resource since shortly before the event, newest first. */
  private async *entries(): AsyncGenerator<StackEvent> {
    const { StackId, LogicalResourceId } = this.event;
    for await (const entry of this.view.events(StackId)) {
      if (entry.changedAt < this.since - AROUND) return;
      if (entry.logicalId === LogicalResourceId && entry.physicalId !== StackId) yield entry;
    }
  }

  /** A resource that is removed in a clean-up is not the current one. */
  private isAbout({ status, physicalId }: StackEvent): boolean {
    const { RequestType, PhysicalResourceId } = this.event;
    if (physicalId === PhysicalResourceId) return true;
    if (RequestType === 'Delete') return status.startsWith('CREATE_');
    return RequestType !== 'Update' || !status.startsWith('DELETE_');
  }

  async latestProperties(): Promise<RawProperties | undefined> {
    const { StackId, LogicalResourceId } = this.event;
    for await (const entry of this.view.events(StackId)) {
      if (entry.logicalId !== LogicalResourceId || entry.physicalId === StackId) continue;
      const properties = propertiesOf(entry);
      if (properties && /^(CREATE|UPDATE)_(IN_PROGRESS|COMPLETE)$/.test(entry.status)) return properties;
    }
    return undefined;
  }
}

/** How many milliseconds before its event was sent an operation can have begun. */
const AROUND = 60_000;

/** Properties, or other JSON, in a form in which those of an event and of CloudFormation's history can be compared. */
export function canonical(properties: unknown): string {
  return JSON.stringify(simplified({ ...Object(properties), ServiceToken: undefined, ServiceTimeout: undefined }));
}

function simplified(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(item => simplified(item));
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .filter(([, item]) => item != null)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, simplified(item)]);
}

function unknowable(error: unknown): Error {
  return new Error(
    `cannot read whether this is still CloudFormation's current operation, and makes no change that cannot be undone ` +
      `without knowing: ${reasonOf(error)}; the provider needs cloudformation:DescribeStackResource and ` +
      'cloudformation:DescribeStackEvents on the stack',
    { cause: error },
  );
}
