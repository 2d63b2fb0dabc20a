import { type SweepConfig } from '../../contract/sweep';
import { type SweepProperties } from '../../contract/sweep-execution';
import { type Service, type Surroundings, handleEvent } from '../../lambda/runtime/handle-event';
import { handleSlice } from '../../lambda/runtime/handle-slice';
import { type Put } from '../../lambda/runtime/http';
import { jsonLog } from '../../lambda/runtime/log';
import { type StackState } from '../../lambda/runtime/stack';
import { type StackEvent, type StackResourceState } from '../../lambda/runtime/stack-history';
import { serveSlice } from '../../lambda/sweep/execution';
import { sweepHandlers } from '../../lambda/sweep/service';
import { type SweepKinds } from '../../lambda/sweep/source';
import { type TestClock } from '../clock';
import { type Reply, amzDate } from '../stack';
import { type Execution, StateMachine } from './state-machine';

export const STACK_ID = 'arn:aws:cloudformation:us-east-1:111111111111:stack/fleet/0a1b';

const CONTEXT = { awsRequestId: 'invocation', logGroupName: '/aws/lambda/provider' };

/**
 * The function, the state machine and CloudFormation around one sweep. Time only passes in sleeps, which take no real
 * time.
 */
export class SweepWorld {
  readonly log: Record<string, unknown>[] = [];
  readonly replies: Reply[] = [];
  readonly machine: StateMachine;
  /** The stacks that can be described. */
  stacks: Record<string, StackState> = { [STACK_ID]: { status: 'UPDATE_COMPLETE' } };
  /** What the stack shows of the sweep's resource: the operation of the last event. */
  resource?: StackResourceState;
  /** The stack's history: it has succeeded once. */
  history: StackEvent[] = [
    { logicalId: 'fleet', physicalId: STACK_ID, status: 'CREATE_COMPLETE', changedAt: Date.UTC(2020, 0, 1) },
  ];
  /** Called before the history of a stack is read. */
  eventsOf: (stackId: string) => void = () => {};
  /** The most milliseconds of an invocation of the function. */
  remaining = 900_000;
  /** The URL for answers. */
  put: Put = async (_url, body) => {
    this.replies.push(JSON.parse(body) as Reply);
    return 200;
  };
  /** Replaces the module of the handlers. */
  loads = true;
  private events = 0;

  constructor(
    private readonly type: string,
    private readonly config: SweepConfig,
    /** Makes the kinds of sweeps for an invocation, which is dead when `killed` has rejected. */
    private readonly kinds: (killed: (error: Error) => void) => SweepKinds,
    readonly clock: TestClock,
  ) {
    this.machine = new StateMachine(
      clock,
      request => this.invoke(killed => handleSlice(request, this.context(), this.surroundings(killed))),
      { ...config, ...{ type } },
      STACK_ID,
    );
  }

  set status(status: string) {
    this.stacks[STACK_ID] = { ...this.stacks[STACK_ID], status };
  }

  /** Runs the sweep as a rule starts it. */
  async run(name = `run-${this.machine.executions.length + 1}`): Promise<Execution> {
    return this.machine.run(this.machine.begin(name));
  }

  /** The lines of one kind of record, by subject. */
  records(record: string): Record<string, unknown>[] {
    return this.log.filter(line => line.record === record);
  }

  /** Why candidates were kept, by name. */
  get kept(): Record<string, unknown> {
    return Object.fromEntries(this.records('kept').map(({ name, reason }) => [name, reason]));
  }

  properties(more: Partial<SweepProperties> = {}): SweepProperties {
    const Config = JSON.stringify({ ...this.config, type: this.type });
    return { Config, StateMachineArn: this.machine.arn, Triggers: ['DURING_DEPLOYMENT', 'ON_DESTROY'], ...more };
  }

  /** Sends an event. Returns the reply if the invocation itself gave it. */
  async send(
    RequestType: 'Create' | 'Update' | 'Delete',
    properties: object = this.properties(),
    more: object = {},
  ): Promise<Reply | undefined> {
    const before = this.replies.length;
    await this.deliver(this.event(RequestType, properties, more));
    return this.replies.slice(before).at(-1);
  }

  /** An event that the stack shows as in progress. */
  event(RequestType: string, properties: object = this.properties(), more: object = {}): Record<string, unknown> {
    const event = {
      RequestType,
      RequestId: `request-${++this.events}`,
      ResponseURL: `http://127.0.0.1/answer?X-Amz-Date=${amzDate(this.clock.now())}&X-Amz-Signature=5ec7e7`,
      StackId: STACK_ID,
      ResourceType: this.type,
      LogicalResourceId: 'Sweep',
      ...(RequestType !== 'Create' && { PhysicalResourceId: 'sweep/0123456789abcdef' }),
      ResourceProperties: { ServiceToken: 'arn:provider', ...properties },
      ...more,
    };
    this.resource = this.inProgress(event);
    return event;
  }

  private inProgress({ RequestType, PhysicalResourceId }: Record<string, unknown>): StackResourceState {
    const status = `${String(RequestType).toUpperCase()}_IN_PROGRESS`;
    return { status, physicalId: PhysicalResourceId as string | undefined, changedAt: this.clock.now() };
  }

  deliver(event: Record<string, unknown>): Promise<void> {
    return this.invoke(killed => handleEvent(event, this.context(), this.surroundings(killed)));
  }

  /** An invocation ends with its result, or when it is killed. */
  private async invoke<T>(run: (killed: (error: Error) => void) => Promise<T>): Promise<T> {
    let killed = (_: Error) => {};
    const death = new Promise<never>((_, reject) => (killed = reject));
    return this.clock.run(Promise.race([run(killed), death]));
  }

  private context() {
    const end = this.clock.now() + this.remaining;
    return { ...CONTEXT, getRemainingTimeInMillis: () => end - this.clock.now() };
  }

  private surroundings(killed: (error: Error) => void): Surroundings {
    const { clock, machine } = this;
    const kinds = this.kinds(killed);
    const service: Service = {
      handlers: () => sweepHandlers(kinds, machine),
      view: () => ({
        describeStack: async stackId => {
          const found = this.stacks[stackId];
          if (!found) throw new Error(`no such stack: ${stackId}`);
          return found;
        },
        describeResource: async () => this.resource,
        events: stackId => {
          this.eventsOf(stackId);
          const isResource = ({ physicalId }: StackEvent) => stackId === STACK_ID && !physicalId?.startsWith('arn:');
          return listed(this.history.filter(entry => entry.physicalId === stackId || isResource(entry)));
        },
        resources: async function* () {},
      }),
      slice: (request, scope) => serveSlice(request, scope, { kinds, machines: machine }),
    };
    return {
      clock,
      put: (...request) => this.put(...request),
      log: (stackName, fields) =>
        jsonLog({ now: () => clock.now(), write: line => this.log.push(JSON.parse(line)) }, stackName, fields),
      service: async () => {
        if (!this.loads) throw new Error('Cannot find module "left-out"');
        return service;
      },
    };
  }
}

async function* listed<T>(items: readonly T[]): AsyncIterable<T> {
  yield* items;
}
