import { type LocalAws } from 'cdk-versioned-artifacts-local';
import { type Clock } from '../lambda/runtime/clock';
import { type CloudFormationEvent } from '../lambda/runtime/event';
import { type Handlers, handleEvent } from '../lambda/runtime/handle-event';
import { jsonLog } from '../lambda/runtime/log';
import { DEVELOPER, KEPT } from './access';
import { SteppingClock } from './clock';
import { DirectHandler } from './direct-handler';
import { RecordedHistory } from './history';

/** What CloudFormation is told. */
export interface Reply {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly PhysicalResourceId: string;
  readonly Data?: Record<string, string>;
}

/** The configuration of an SDK client. */
export interface Access extends Readonly<typeof DEVELOPER & typeof KEPT> {
  readonly endpoint: string;
  readonly region: string;
  readonly maxAttempts: number;
  readonly requestHandler: DirectHandler;
}

/** The part of an SDK client that handlers use. */
export interface Client {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- commands differ by service.
  send(command: any): Promise<any>;
}

/** The service whose handlers are tested. */
export interface Family {
  /** The name under which calls are recorded. */
  readonly service: string;
  /** A clock that the local AWS shares. Absent: each event has its own. */
  readonly clock?: Clock;
  /** @param dying wraps a client of the service, so that it stops when the function dies */
  handlers(access: Access, dying: <C extends Client>(client: C) => C): Handlers;
}

/** What an Update changes. */
export interface Change {
  readonly id: string;
  readonly properties: object;
  readonly old?: object;
}

/** At which call to the service a function dies, and whether that call takes effect. */
export interface Kill {
  readonly call: number;
  readonly when: 'before' | 'after';
}

export type Moment = 'before' | 'after' | 'failed';

let made = 0;

/**
 * Stands for CloudFormation: sends the events of one resource to the handlers as the runtime does. The handlers call
 * the local AWS through the real SDK. Time only passes in sleeps, which take no real time.
 */
export class Stack {
  /** Kills the function at a call of the next event; Lambda then delivers the event once more. */
  killNext?: Kill;
  readonly stackId: string;
  readonly logs: Record<string, unknown>[] = [];
  readonly history: RecordedHistory;
  /** Hears of each call to the service: before the call, after it took effect, and when it has failed. */
  interrupt?: (operation: string, moment: Moment) => Promise<void>;
  /** The events that were sent, oldest first. */
  readonly sent: CloudFormationEvent[] = [];
  private readonly clock: Clock;
  private readonly access: Access;
  private requests = 0;

  constructor(
    private readonly family: Family,
    private readonly aws: LocalAws,
    readonly name = `stack-${++made}`,
    uuid = '0a1b',
  ) {
    this.clock = family.clock ?? sharedClock;
    this.stackId = `arn:aws:cloudformation:${aws.region}:${aws.account}:stack/${name}/${uuid}`;
    this.history = new RecordedHistory(this.stackId, 'UPDATE_IN_PROGRESS', () => this.clock.now());
    this.access = {
      endpoint: aws.endpoint,
      region: aws.region,
      ...DEVELOPER,
      ...KEPT,
      maxAttempts: 1,
      requestHandler: new DirectHandler(aws),
    };
  }

  /** What the stack is doing, by CloudFormation's names. */
  get status(): string {
    return this.history.status;
  }

  set status(status: string) {
    this.history.status = status;
  }

  create(type: string, logicalId: string, properties: object): Promise<Reply> {
    return this.answered(this.attempt(type, logicalId, properties));
  }

  /** A Create that can be overtaken: `undefined` if it has no answer. */
  attempt(type: string, logicalId: string, properties: object): Promise<Reply | undefined> {
    return this.send({ RequestType: 'Create', ResourceType: type, LogicalResourceId: logicalId, ...props(properties) });
  }

  update(type: string, logicalId: string, change: Change): Promise<Reply> {
    return this.answered(this.attemptUpdate(type, logicalId, change));
  }

  /** An Update that can be overtaken: `undefined` if it has no answer. */
  attemptUpdate(type: string, logicalId: string, { id, properties, old = {} }: Change): Promise<Reply | undefined> {
    return this.send({
      RequestType: 'Update',
      ResourceType: type,
      LogicalResourceId: logicalId,
      PhysicalResourceId: id,
      ...props(properties),
      OldResourceProperties: { ...old },
    });
  }

  get now(): number {
    return this.clock.now();
  }

  /** Lets some seconds pass, or the given number of milliseconds. */
  later(milliseconds = 5_000): Promise<void> {
    return this.clock.sleep(milliseconds);
  }

  delete(type: string, logicalId: string, id: string, properties: object): Promise<Reply> {
    const event = {
      RequestType: 'Delete',
      ResourceType: type,
      LogicalResourceId: logicalId,
      PhysicalResourceId: id,
      ...props(properties),
    } as const;
    // an update deletes in its clean-up.
    const send = () => this.answered(this.send(event));
    if (this.status !== 'UPDATE_IN_PROGRESS') return send();
    // and what an update deletes was made by another operation.
    this.status = 'UPDATE_COMPLETE';
    this.status = 'UPDATE_IN_PROGRESS';
    return this.during('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', send);
  }

  /** Runs something while the stack has another status. */
  async during<T>(status: string, run: () => Promise<T>): Promise<T> {
    const before = this.status;
    this.status = status;
    try {
      return await run();
    } finally {
      this.status = before;
    }
  }

  /** The operations of the service that were called while the work ran. */
  async callsOf(run: () => Promise<unknown>): Promise<string[]> {
    this.aws.calls.clear();
    await run();
    return this.aws.calls.filter({ service: this.family.service, via: 'http' }).map(({ operation }) => operation);
  }

  private async send(
    event: Omit<CloudFormationEvent, 'RequestId' | 'ResponseURL' | 'StackId'> & Partial<CloudFormationEvent>,
  ): Promise<Reply | undefined> {
    const { clock } = this;
    // events of one resource are seconds apart.
    await clock.sleep(2_000);
    const { LogicalResourceId, PhysicalResourceId, RequestType, ResourceProperties } = event;
    const operation = RequestType.toUpperCase();
    const noted = ResourceProperties as object;
    this.history.resource(LogicalResourceId, `${operation}_IN_PROGRESS`, PhysicalResourceId, noted);
    const sent: CloudFormationEvent = {
      RequestId: `request-${++this.requests}`,
      ResponseURL: `http://127.0.0.1/answer?X-Amz-Date=${amzDate(clock.now())}&X-Amz-Expires=7200`,
      StackId: this.stackId,
      ...event,
    };
    const kill = this.killNext;
    this.killNext = undefined;
    // nobody hears what the dead function says.
    if (kill) await this.deliver(sent, client => mortal(client, kill));
    this.sent.push(sent);
    const reply = await this.deliver(sent);
    if (!reply) return undefined;
    const end = reply.Status === 'SUCCESS' ? 'COMPLETE' : 'FAILED';
    this.history.resource(LogicalResourceId, `${operation}_${end}`, reply.PhysicalResourceId, noted);
    return reply;
  }

  private async answered(sent: Promise<Reply | undefined>): Promise<Reply> {
    const reply = await sent;
    if (!reply) throw new Error('CloudFormation was not answered');
    return reply;
  }

  private interrupted<C extends Client>(client: C): C {
    const send = async (command: object) => {
      const operation = command.constructor.name.replace(/Command$/, '');
      await this.interrupt?.(operation, 'before');
      try {
        const answer: unknown = await client.send(command);
        await this.interrupt?.(operation, 'after');
        return answer;
      } catch (error) {
        await this.interrupt?.(operation, 'failed');
        throw error;
      }
    };
    return { send } as unknown as C;
  }

  /** Delivers an event, or delivers it again. `undefined` if it has no answer. */

  async deliver(
    sent: CloudFormationEvent,
    dying: <C extends Client>(client: C) => C = client => client,
  ): Promise<Reply | undefined> {
    const { clock } = this;
    let reply: Reply | undefined;
    const context = {
      awsRequestId: 'invocation',
      logGroupName: '/aws/lambda/provider',
      getRemainingTimeInMillis: () => 900_000,
    };
    await handleEvent(sent, context, {
      clock,
      put: async (_url, body) => {
        reply = JSON.parse(body) as Reply;
        return 200;
      },
      log: (stackName, fields) =>
        jsonLog({ now: clock.now, write: line => this.logs.push(JSON.parse(line)) }, stackName, fields),
      service: async () => ({
        handlers: () => this.family.handlers(this.access, client => dying(this.interrupted(client))),
        view: () => this.history,
      }),
    });
    return reply;
  }
}

/** A client that is dead from a given call on. */
export function mortal<C extends Client>(client: C, { call, when }: Kill): C {
  let calls = 0;
  const send = async (command: unknown) => {
    if (++calls < call) return client.send(command);
    if (calls === call && when === 'after') await client.send(command);
    throw new Error('killed');
  };
  return { send } as C;
}

const props = (properties: object) => ({ ResourceProperties: { ServiceToken: 'arn:provider', ...properties } });

/** The clock of both the local AWS and the handlers. Time only passes in sleeps, which take no real time. */
export const instantClock = () => new SteppingClock(Date.now());

/** Stacks that know of each other live at the same time. */
const sharedClock = instantClock();

/** A time in the form of a presigned URL. */
export const amzDate = (time: number) => new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
