import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import {
  type HostOptions,
  type HostedContext,
  LocalAws,
  type StackOutcome,
  throttling,
} from 'cdk-versioned-artifacts-local';
import { clientConfig, cloudFormationView } from '../../lambda/runtime/client';
import { type Service, type Surroundings, handleEvent } from '../../lambda/runtime/handle-event';
import { handleSlice, isSliceRequest } from '../../lambda/runtime/handle-slice';
import { jsonLog } from '../../lambda/runtime/log';
import { QUICK } from '../../testing/access';
import { bySeed } from '../../testing/chance';
import { VirtualClock } from '../../testing/clock';
import { inVirtualTime } from '../../testing/virtual-time';
import { type Direct, withoutSockets } from '../../testing/without-sockets';
import { type Machinery, type Sweep, type SweepOf, scheduleOf, sweepResources, sweeperStack } from './sweeps';

/** A service family under test. */
export interface Family {
  /** Signing name of the service that its handlers call. */
  readonly service: string;
  /** The operations of which a call may be held up, killed or refused. */
  readonly operations: readonly string[];
  /** The family's services, whose calls are made with these credentials, and sent so where that needs none. */
  servicesFor(
    credentials: HostedContext['credentials'],
    send: Direct['send'],
  ): { readonly artifacts: Service; readonly sweeps: Service };
  /** How its retention is configured that keeps so many of the newest versions. */
  sweep(keep: number, aws: LocalAws): ReturnType<SweepOf>;
}

export interface Resource {
  readonly type: string;
  readonly properties: object;
  readonly dependsOn?: readonly string[];
}

export type Resources = Readonly<Record<string, Resource>>;

/** What goes wrong with a deployment. */
export interface Trouble {
  /** Another resource fails: while these are under way, when all of them are done, or after so many milliseconds. */
  readonly fails?: 'meanwhile' | 'afterwards' | number;
  /** A call is held up, and goes on in the midst of the rollback or when it is over. */
  readonly heldUp?: { readonly call: number; readonly until: 'rollback' | 'end' };
  /** The function dies at a call. */
  readonly killed?: { readonly call: number; readonly when: 'before' | 'after' };
  /** A call is throttled that often. */
  readonly throttled?: { readonly call: number; readonly times: number };
  /** Lambda delivers each event once more, so many milliseconds later. */
  readonly twice?: number;
  /** The schedule of a third stack's retention is due at a call. */
  readonly swept?: { readonly call: number; readonly keep: number };
  /** What CloudFormation does about a failure. Absent: it rolls back. */
  readonly onFailure?: 'DELETE' | 'DO_NOTHING';
}

/** How many of the newest versions retentions may keep. */
export const KEEPS = [1, 2, 3];

/** No two operations of a stack begin within one: CloudFormation takes longer, and its events have no finer times. */
const A_SECOND = 1_000;

/** So long a retention leaves what is registered and not marked yet. */
const A_MINUTE = 60_000;

/** After so many waits of an execution somebody stops it: the stack that it waits for has failed and stays so. */
const PATIENCE = 8;

export interface WorldOptions {
  /** What the retentions of a third stack keep, which is not there without any. @default KEEPS */
  readonly keeps?: readonly number[];
  /** Of everything that is left to chance. @default 0 */
  readonly seed?: number;
}

/**
 * One local AWS with the family's handlers in its process, and CloudFormation before them: in virtual time, without
 * sockets, and with chance that is drawn from a seed. So whatever is played happens again in the same way.
 */
export class World {
  /** Plays something in a world of its own. */
  static async play(
    family: Family,
    acts: (world: World) => Promise<void>,
    { keeps = KEEPS, seed = 0 }: WorldOptions = {},
  ): Promise<void> {
    const clock = new VirtualClock();
    await bySeed(seed, async () => {
      const aws = await LocalAws.start({ clock, asyncRetryDelays: [2_000, 4_000] });
      // no world has a port of its own: an event is marked with a hash of its URL.
      Object.defineProperty(aws, 'endpoint', { value: ENDPOINT });
      Object.assign(process.env, aws.env);
      const world = new World(family, aws, clock);
      try {
        await inVirtualTime(clock, async () => {
          await world.beginSweeping(keeps);
          await acts(world);
        });
      } finally {
        world.sockets.stop();
        await aws.stop();
      }
    });
  }

  readonly logs: Record<string, unknown>[] = [];
  private readonly provider: string;
  private readonly gate: string;
  private readonly machinery: Machinery;
  private readonly sockets: Direct;
  private inFlight = 0;
  /** When each event is delivered once more. Absent: never. */
  private twiceAfter?: number;
  /** The second deliveries, by the id of their request. */
  private readonly again = new Map<string, Promise<unknown>>();
  /** Whether the gate may fail by now, if it is to fail meanwhile. */
  mayFail: () => boolean = () => true;

  private constructor(
    private readonly family: Family,
    readonly aws: LocalAws,
    readonly clock: VirtualClock,
  ) {
    this.sockets = withoutSockets(aws, clock);
    this.provider = aws.lambda.host('provider', (event, context) => this.handle(event, context));
    this.gate = aws.lambda.host('gate', event => this.guard(event as Record<string, string>));
    this.machinery = { functionArn: this.provider, roleArn: `arn:aws:iam::${aws.account}:role/${MACHINES}` };
  }

  /** A third stack has retentions, and nothing else. */
  private async beginSweeping(keeps: readonly number[]): Promise<void> {
    const { aws, machinery } = this;
    const allowed = { Effect: 'Allow', Action: ['lambda:InvokeFunction', 'states:StartExecution'], Resource: '*' };
    const trusted = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: TRUSTED } };
    const role = { RoleName: MACHINES };
    await aws.call('iam', 'CreateRole', { ...role, AssumeRolePolicyDocument: policy(trusted) });
    await aws.call('iam', 'PutRolePolicy', { ...role, PolicyName: 'Run', PolicyDocument: policy(allowed) });
    if (keeps.length === 0) return;
    const resources = sweeperStack(keeps, keep => this.family.sweep(keep, aws), machinery);
    await aws.cloudFormation.deploy({ stackName: 'sweeper', template: this.template(resources) });
  }

  /** What a stack has of a sweep. */
  sweeping(sweep: Sweep, beside: Resources): Resources {
    return sweepResources(sweep, keep => this.family.sweep(keep, this.aws), this.machinery, beside);
  }

  /** The schedule of the third stack's retention is due. */
  async sweep(keep: number): Promise<void> {
    this.clock.advance(A_MINUTE);
    this.aws.events.fireSchedule(scheduleOf(keep));
    await this.settled();
  }

  /** Waits until nothing is under way any more. */
  async settled(): Promise<void> {
    const { aws, clock } = this;
    const done = { yet: false };
    const settled = aws.settled().then(() => (done.yet = true));
    while (!done.yet) {
      await Promise.race([settled, clock.sleep(1_000)]);
      for (const { arn: executionArn, status, history } of aws.stepFunctions.executions()) {
        const waits = history.events.filter(({ type }) => type === 'WaitStateEntered').length;
        if (status === 'RUNNING' && waits > PATIENCE) await aws.call('states', 'StopExecution', { executionArn });
      }
    }
    await settled;
  }

  /** Deploys, with what goes wrong, and waits until nothing is under way any more. */
  async deploy(stackName: string, resources: Resources, trouble: Trouble = {}): Promise<StackOutcome> {
    const { aws } = this;
    await this.clock.sleep(A_SECOND);
    const held = this.inject(stackName, trouble);
    this.twiceAfter = trouble.twice;
    if (held && trouble.heldUp?.until === 'rollback') {
      aws.cloudFormation.onStackStatus(({ status }) => {
        if (/ROLLBACK|DELETE/.test(status)) held.release();
      });
    }
    this.mayFail = () => (held ? held.hits > 0 : this.inFlight > 0);
    try {
      const outcome = await aws.cloudFormation.deploy({
        stackName,
        template: this.template(resources, trouble.fails),
        disableRollback: trouble.onFailure === 'DO_NOTHING' ? true : undefined,
        onFailure: trouble.onFailure === 'DELETE' ? 'DELETE' : undefined,
      });
      held?.release();
      await Promise.all(this.again.values());
      await this.settled();
      return outcome;
    } finally {
      aws.faults.clear();
      this.twiceAfter = undefined;
    }
  }

  /** Rolls back a stack that was left where it failed. */
  async rollBack(stackName: string): Promise<{ readonly stackId: string; readonly status: string | undefined }> {
    await this.clock.sleep(A_SECOND);
    const { id } = this.aws.cloudFormation.describe(stackName)!;
    await this.aws.call('cloudformation', 'RollbackStack', { StackName: stackName });
    return { stackId: id, status: await this.ended(stackName) };
  }

  /** Waits for the end of what a call to CloudFormation has begun. Returns the status of the stack. */
  async ended(stackName: string): Promise<string | undefined> {
    for (;;) {
      await this.settled();
      const status = this.aws.cloudFormation.describe(stackName)?.status;
      if (!status?.endsWith('_IN_PROGRESS')) return status;
      await this.clock.sleep(500);
    }
  }

  async destroy(stackName: string, trouble: Trouble = {}): Promise<StackOutcome> {
    await this.clock.sleep(A_SECOND);
    this.inject(stackName, trouble);
    try {
      const outcome = await this.aws.cloudFormation.destroy(stackName);
      await this.settled();
      return outcome;
    } finally {
      this.aws.faults.clear();
    }
  }

  /** How many events the handlers have been sent. */
  get events(): number {
    return this.payloads().length;
  }

  /** Lambda delivers an event once more. */
  async deliverAgain(index: number): Promise<void> {
    const Payload = this.payloads()[index];
    await this.aws.call('lambda', 'Invoke', { FunctionName: this.provider, InvocationType: 'Event', Payload });
    await this.settled();
  }

  /** Whether an event is the creation that has failed of a resource that was left so. */
  isLeftFailed(index: number): boolean {
    const { RequestType, StackId, LogicalResourceId } = JSON.parse(this.payloads()[index]);
    const status = this.aws.cloudFormation.describe(StackId)?.resources.get(LogicalResourceId)?.status;
    return RequestType === 'Create' && status === 'CREATE_FAILED';
  }

  /** Another function with the family's handlers. */
  host(name: string, options: HostOptions = {}): string {
    return this.aws.lambda.host(name, (event, context) => this.handle(event, context), options);
  }

  private payloads(): string[] {
    return this.aws.calls
      .filter({ service: 'lambda', operation: 'Invoke' })
      .filter(({ input }) => input.FunctionName === this.provider)
      .map(({ input }) => String(input.Payload))
      .filter(payload => payload.includes('"RequestType"'));
  }

  private inject(stackName: string, { heldUp, killed, throttled, swept }: Trouble) {
    const { faults } = this.aws;
    const { service, operations } = this.family;
    const at = (nth: number) => ({
      service,
      operation: operations[nth % operations.length],
      nth: 1 + Math.floor(nth / operations.length),
    });
    if (killed) faults.inject({ ...at(killed.call), trouble: { kill: killed.when } });
    if (throttled) {
      faults.inject({ ...at(throttled.call), times: throttled.times, trouble: { error: throttling() } });
    }
    if (swept) {
      let due = at(swept.call).nth;
      const match = () => {
        if (--due === 0) this.aws.events.fireSchedule(scheduleOf(swept.keep));
        return false;
      };
      faults.inject({ ...at(swept.call), match, trouble: { stall: 0 } });
    }
    if (!heldUp) return undefined;
    // what a rollback itself calls is not held up: nothing would be left that ends it.
    const match = () => !this.isRollingBack(stackName);
    return faults.inject({ ...at(heldUp.call), match, trouble: { stall: 'until released' } });
  }

  /** What a stack is deployed from: the resources, and one that fails where it shall. */
  template(resources: Resources, fails?: Trouble['fails']): object {
    const all = Object.entries(resources).map(([id, { type, properties, dependsOn }]) => [
      id,
      { Type: type, Properties: { ...this.tokenOf(type), ...properties }, DependsOn: dependsOn },
    ]);
    const gate = {
      Type: 'Custom::Gate',
      Properties: { ServiceToken: this.gate, Fails: fails ?? 'never', Salt: String(this.aws.calls.length) },
      DependsOn: fails === undefined || fails === 'afterwards' ? Object.keys(resources) : undefined,
    };
    return { Resources: { ...Object.fromEntries(all), Gate: gate } };
  }

  private readonly tokenOf = (type: string) => type.startsWith('Custom::') && { ServiceToken: this.provider };

  /** Another kind of resource, which fails where it shall: of a deployment alone, and not of its rollback. */
  private async guard(event: Record<string, string>): Promise<void> {
    const { RequestType, ResponseURL, StackId, RequestId, LogicalResourceId } = event;
    const { Fails } = event.ResourceProperties as unknown as Record<string, string>;
    const isDue = RequestType !== 'Delete' && !this.isRollingBack(StackId);
    if (isDue && Fails === 'meanwhile') await this.quietOr(this.mayFail);
    if (isDue && Number(Fails) > 0) await this.clock.sleep(Number(Fails));
    const failed = isDue && Fails !== 'never';
    const body = {
      Status: failed ? 'FAILED' : 'SUCCESS',
      Reason: failed ? 'the gate is shut' : undefined,
      PhysicalResourceId: 'gate',
      StackId,
      RequestId,
      LogicalResourceId,
    };
    await this.sockets.put(ResponseURL, JSON.stringify(body), 5_000);
  }

  private isRollingBack(stackId: string): boolean {
    return /ROLLBACK|DELETE/.test(this.aws.cloudFormation.describe(stackId)?.status ?? '');
  }

  /** Waits for something, or until the handlers have nothing to do. */
  private async quietOr(happened: () => boolean): Promise<void> {
    for (let quiet = 0; quiet < 5 && !happened();) {
      await this.clock.sleep(200);
      quiet = this.inFlight > 0 ? 0 : quiet + 1;
    }
  }

  private deliverTwice(event: { RequestId?: string }): void {
    const { RequestId } = event;
    if (this.twiceAfter === undefined || RequestId === undefined || this.again.has(RequestId)) return;
    const Payload = JSON.stringify(event);
    const invocation = { FunctionName: this.provider, InvocationType: 'Event', Payload };
    const delivery = this.clock.sleep(this.twiceAfter).then(() => this.aws.call('lambda', 'Invoke', invocation));
    this.again.set(RequestId, delivery);
  }

  private async handle(event: unknown, context: HostedContext): Promise<unknown> {
    const { death } = context;
    const { sockets } = this;
    // what is dead sends nothing.
    const ifAlive = <A extends unknown[], T>(send: (...args: A) => Promise<T>) => {
      return (...args: A) => (death.aborted ? new Promise<T>(() => {}) : send(...args));
    };
    const world: Surroundings = {
      clock: this.clock,
      put: ifAlive(sockets.put),
      log: (stackName, fields) =>
        jsonLog({ now: this.clock.now, write: line => this.logs.push(JSON.parse(line)) }, stackName, fields),
      service: async type => {
        const { artifacts, sweeps } = this.family.servicesFor(context.credentials, ifAlive(sockets.send));
        const isSweep = type === undefined || type === this.family.sweep(1, this.aws).type;
        return { ...(isSweep ? sweeps : artifacts), view: ended => viewOf(ended, context) };
      },
    };
    this.inFlight++;
    this.deliverTwice(event as { RequestId?: string });
    const dead = new Promise<void>(resolve => death.addEventListener('abort', () => resolve()));
    try {
      const work = isSliceRequest(event) ? handleSlice(event, context, world) : handleEvent(event, context, world);
      return await Promise.race([work, dead]);
    } finally {
      this.inFlight--;
    }
  }
}

const viewOf = (ended: AbortSignal, { credentials }: HostedContext) =>
  cloudFormationView(new CloudFormationClient({ ...clientConfig(ended), ...QUICK, credentials }));

const ENDPOINT = 'http://127.0.0.1:1';
const MACHINES = 'machines';
const TRUSTED = ['states.amazonaws.com', 'events.amazonaws.com'];
const policy = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
