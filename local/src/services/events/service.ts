// documented: API reference, PutEvents and PutEventsResultEntry, also for how the size of an entry is computed
// unverified: the words of most entries that are refused
import { randomUUID } from 'crypto';
import { checked } from '../../core/checked';
import { type InternalCall, type Operation, type Principal, type Service, type World } from '../../core/service';
import { type Input } from '../../core/shape';
import { ENTRIES_BYTES, MEMBERS } from './constraints';
import { Deliveries, type Delivery } from './deliveries';
import { invalid, noBus } from './errors';
import { type AwsEvent } from './event';
import { matchesPattern } from './pattern';
import { type Rule, Rules } from './rules';
import { timesBetween } from './schedule';
import { type DeliveredEvent } from './target-input';

export type { Delivery } from './deliveries';
export type { Rule, Target } from './rules';

export interface EventsOptions {
  readonly world: World;
  /** Makes calls in the name of a principal. */
  readonly callAs: (principal: Principal) => InternalCall;
  /** Whether EventBridge can assume a role. */
  readonly mayAssume: (roleArn: string) => boolean;
  /** Milliseconds before the retries of a delivery that the target was too busy for. */
  readonly retryDelays: readonly number[];
}

/** Amazon EventBridge: the default event bus, and schedules. */
export class Events implements Service {
  readonly signingName = 'events';
  readonly protocol = 'json';
  readonly targetPrefix = 'AWSEvents';
  readonly operations: Readonly<Record<string, Operation>>;
  /** How often every event is delivered. EventBridge only promises at least once. @default 1 */
  copies = 1;
  /** Milliseconds after which an event is delivered. @default 0 */
  delay = 0;
  private readonly bus = new Rules();
  private readonly deliveries: Deliveries;
  private readonly world: World;

  constructor({ world, callAs, mayAssume, retryDelays }: EventsOptions) {
    this.world = world;
    this.deliveries = new Deliveries({
      call: world.call,
      callAs,
      mayAssume,
      clock: world.clock,
      retryDelays,
      copies: () => this.copies,
      delay: () => this.delay,
    });
    this.operations = {
      ...this.bus.operations(),
      PutEvents: checked(invalid, {
        members: MEMBERS.PutEvents,
        needs: () => [{ action: 'events:PutEvents', resource: world.arn('events', 'event-bus/default') }],
        run: input => this.putEvents(input),
      }),
    };
  }

  /** The rules by name. */
  get rules(): ReadonlyMap<string, Rule> {
    return this.bus.byName;
  }

  /** All deliveries, in order. */
  get delivered(): readonly Delivery[] {
    return this.deliveries.done;
  }

  /** Puts an event on the bus, as a service does. Returns its id. */
  publish({ source, detailType, resources = [], detail, time }: AwsEvent): string {
    const event = { ...this.envelope(time), 'detail-type': detailType, source, resources, detail };
    for (const rule of this.bus.enabled()) {
      if (rule.pattern && matchesPattern(rule.pattern, event)) this.deliveries.submit(rule, event);
    }
    return event.id;
  }

  /** Fires the schedule of a rule once, now. Throws ResourceNotFoundException. */
  fireSchedule(ruleName: string): void {
    this.fire(this.bus.find(ruleName), this.world.clock.now());
  }

  /** Fires every enabled rule once for each time of its schedule since the rule was created, enabled or last fired. */
  fireDueSchedules(): void {
    const now = this.world.clock.now();
    for (const rule of this.bus.enabled()) {
      let { firedUntil } = rule;
      for (const time of rule.schedule ? timesBetween(rule.schedule, firedUntil, now) : []) {
        firedUntil = time;
        this.fire(rule, time);
      }
      this.bus.set({ ...rule, firedUntil });
    }
  }

  /** Waits until no delivery is in flight. */
  async settled(): Promise<void> {
    await this.deliveries.settled();
  }

  /** Stops all deliveries. */
  stop(): void {
    this.deliveries.stop();
  }

  private fire(rule: Rule, time: number): void {
    this.deliveries.submit(rule, {
      ...this.envelope(time),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      resources: [rule.arn],
      detail: {},
    });
  }

  private envelope(time = this.world.clock.now()): DeliveredEvent & { readonly id: string } {
    const { account, region } = this.world;
    return { version: '0', id: randomUUID(), account, region, time: new Date(time).toISOString().replace(/\.\d+/, '') };
  }

  private putEvents({ Entries }: Input<typeof MEMBERS.PutEvents>): object {
    if (Entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > ENTRIES_BYTES) {
      throw invalid('Total size of the entries in the request is over the limit.');
    }
    const results = Entries.map(entry => {
      const refusal = refusalOf(entry);
      if (refusal) return refusal;
      const { Source = '', DetailType = '', Detail = '', Resources, Time, EventBusName = 'default' } = entry;
      if (!/(^|:event-bus\/)default$/.test(EventBusName)) throw noBus(EventBusName);
      const EventId = this.publish({
        source: Source,
        detailType: DetailType,
        detail: JSON.parse(Detail) as Record<string, unknown>,
        resources: Resources,
        time: Time === undefined ? undefined : Time * 1000,
      });
      return { EventId };
    });
    return { FailedEntryCount: results.filter(result => 'ErrorCode' in result).length, Entries: results };
  }
}

type Entry = Input<typeof MEMBERS.PutEvents>['Entries'][number];

const sizeOf = ({ Source = '', DetailType = '', Detail = '', Resources = [], Time }: Entry): number =>
  (Time === undefined ? 0 : 14) + Buffer.byteLength([Source, DetailType, Detail, ...Resources].join(''));

/** Why an entry is not put on the bus, in the form of the answer. */
function refusalOf({
  Source = '',
  DetailType,
  Detail,
}: Entry): { ErrorCode: string; ErrorMessage: string } | undefined {
  const missing = Object.entries({ Source, DetailType, Detail }).find(([, value]) => !value)?.[0];
  if (missing) {
    const ErrorMessage = `Parameter ${missing} is not valid. Reason: ${missing} is a required argument.`;
    return { ErrorCode: 'InvalidArgument', ErrorMessage };
  }
  // captured: public report, for the words
  if (Source.startsWith('aws.')) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  }
  try {
    const detail: unknown = JSON.parse(Detail ?? '');
    if (typeof detail === 'object' && detail !== null && !Array.isArray(detail)) return undefined;
  } catch {
    // falls through to the error for text that is not a JSON object.
  }
  return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
}
