import crypto from 'node:crypto';
import { type HostedContext, LocalAws, type StackOutcome } from 'cdk-versioned-artifacts-local';
import { type SliceRequest } from '../../contract/sweep-execution';
import { type Service, type Surroundings, handleEvent } from '../../lambda/runtime/handle-event';
import { handleSlice, isSliceRequest } from '../../lambda/runtime/handle-slice';
import { jsonLog } from '../../lambda/runtime/log';
import { VirtualClock } from '../../testing/clock';
import { inVirtualTime } from '../../testing/virtual-time';
import { put, sendingBy } from './sockets';
import { type Invocation, type Send, Wire } from './wire';

/** Loads the handlers of a family, as its function does. */
export type Load = () => { readonly service: Service };

export interface Resource {
  readonly type: string;
  readonly properties: object;
  readonly dependsOn?: readonly string[];
}

export type Resources = Readonly<Record<string, Resource>>;

/** What a stack is brought to. */
export interface Release {
  readonly resources: Resources;
  /** Another resource fails, when these are done. */
  readonly fails?: boolean;
}

const STACK = 'release';

/** Seconds that the function has. */
const TIMEOUT = 180;

/**
 * A local AWS with one function, all in this process, and in virtual time: without sockets, so that nothing but the
 * clock passes time. Everything random is the same each time.
 */
export class World {
  static async start(load: Load): Promise<World> {
    const clock = new VirtualClock(Date.UTC(2026, 10, 28));
    const aws = await LocalAws.start({ clock, asyncRetryDelays: [60_000, 120_000] });
    // no world has a port of its own: an event is marked with a hash of its URL.
    Object.defineProperty(aws, 'endpoint', { value: 'http://127.0.0.1' });
    Object.assign(process.env, aws.env);
    return new World(aws, clock, load);
  }

  readonly wire: Wire;
  readonly logs: Record<string, unknown>[] = [];
  private readonly provider: string;
  private releases = 0;

  private constructor(
    readonly aws: LocalAws,
    readonly clock: VirtualClock,
    private readonly load: Load,
  ) {
    this.wire = new Wire(request => aws.answer(request), clock);
    this.provider = aws.lambda.host(
      'provider',
      (event, context) => this.handle(event as Event | SliceRequest, context),
      {
        timeout: TIMEOUT,
      },
    );
  }

  /** Lets things happen in the world's own time, and by chance that is the same each time. */
  async live<T>(work: () => Promise<T>): Promise<T> {
    const { randomUUID } = crypto;
    const { random } = Math;
    let drawn = 0;
    crypto.randomUUID = () => `00000000-0000-4000-8000-${String(++drawn).padStart(12, '0')}`;
    // pauses are long, so that they are few.
    Math.random = () => 1 - ((++drawn * 0.618034) % 1) / 4;
    try {
      return await inVirtualTime(this.clock, work);
    } finally {
      crypto.randomUUID = randomUUID;
      Math.random = random;
    }
  }

  /** Brings the stack to a release, or deletes it. */
  readonly bring = async (release: Release | 'deleted'): Promise<StackOutcome> => {
    const { cloudFormation } = this.aws;
    if (release === 'deleted') return cloudFormation.destroy(STACK);
    const isNew = cloudFormation.describe(STACK) === undefined;
    if (release.fails) cloudFormation.failNext({ logicalId: 'Gate', on: isNew ? 'CREATE' : 'UPDATE' });
    const resources = Object.entries(release.resources).map(([id, { type, properties, dependsOn }]) => {
      const token = type.startsWith('Custom::') && { ServiceToken: this.provider };
      return [id, { Type: type, Properties: { ...token, ...properties }, DependsOn: dependsOn }];
    });
    const gate = {
      Type: 'AWS::SSM::Parameter',
      Properties: { Type: 'String', Name: 'gate', Value: String(++this.releases) },
      DependsOn: Object.keys(release.resources),
    };
    const Resources = { ...(Object.fromEntries(resources) as object), Gate: gate };
    return cloudFormation.deploy({ stackName: STACK, template: { Resources } });
  };

  /** Does again what has failed: a rollback, or a deletion. */
  async recover(): Promise<void> {
    const { aws, clock } = this;
    const status = () => aws.cloudFormation.describe(STACK)?.status ?? 'gone';
    if (status() === 'UPDATE_ROLLBACK_FAILED') {
      await aws.call('cloudformation', 'ContinueUpdateRollback', { StackName: STACK });
      while (status().endsWith('_IN_PROGRESS')) await clock.sleep(1_000);
    }
    if (/^(DELETE|ROLLBACK)_FAILED$/.test(status())) await aws.cloudFormation.destroy(STACK);
  }

  private handle(event: Event | SliceRequest, context: HostedContext): Promise<unknown> {
    const { aws, clock, wire } = this;
    const { death } = context;
    const isSlice = isSliceRequest(event);
    const invocation: Invocation = {
      requestId: isSlice ? event.execution : event.RequestId,
      isOver: () => death.aborted,
      die: () => aws.lambda.killWhere(holder => holder === context.credentials.accessKeyId),
      // what a state machine asks for comes once.
      again: async () => {
        if (!isSlice) await aws.lambda.deliverAgain(({ RequestId }) => RequestId === event.RequestId);
      },
    };
    const surroundings: Surroundings = {
      clock,
      put,
      log: (stackName, fields) =>
        jsonLog({ now: () => clock.now(), write: line => this.logs.push(JSON.parse(line)) }, stackName, fields),
      service: async () => this.load().service,
    };
    const send: Send = (request, patience) => wire.send(invocation, request, patience);
    return sendingBy<unknown>(send, () =>
      isSlice ? handleSlice(event, context, surroundings) : handleEvent(event, context, surroundings),
    );
  }
}

interface Event {
  readonly RequestId: string;
}
