import { type Clock } from '../../lambda/runtime/clock';
import { type HttpAnswer as Answer, type HttpRequest } from '../../local/src/wire/protocol';

/** One delivery of an event, as far as the wire knows it. */
export interface Invocation {
  /** The event's id. */
  readonly requestId: string;
  /** Whether the function was killed, and hears nothing any more. */
  isOver(): boolean;
  /** Kills the function's process. */
  die(): void;
  /** Lambda delivers the event once more; resolves when that delivery has ended. */
  again(): Promise<void>;
}

/** A request of a function. */
export interface Sent {
  readonly invocation: Invocation;
  readonly request: HttpRequest;
  /** What is asked of which service. */
  readonly call: Call;
  /** Carries the request out. */
  pass(): Promise<Answer>;
}

/** Sends a request, and waits so many ms for the answer. Rejects as a socket does. */
export type Send = (request: HttpRequest, patience: number) => Promise<Answer>;

export interface Call {
  /** The signing name. */
  readonly service: string;
  /** As the protocol of the service says it. */
  readonly operation: string;
  readonly isRead: boolean;
}

/** How a call is met. */
export type Strike = (sent: Sent, wire: Wire) => Promise<Answer>;

/** Milliseconds that a request takes. */
const ON_THE_WAY = 30;

/** Where the requests of all functions pass, each with its number. */
export class Wire {
  /** In the order in which they were sent. */
  readonly sent: Sent[] = [];
  /** What is due when nothing else is. */
  readonly afterwards: (() => Promise<void>)[] = [];
  private strike?: Strike;
  private struckCall = 0;
  private others?: { readonly meets: (sent: Sent) => boolean; readonly strike: Strike };

  constructor(
    private readonly answer: (request: HttpRequest) => Promise<Answer>,
    readonly clock: Clock,
  ) {}

  /** From now on calls are numbered from 1, and one of them is struck. */
  begin(call = 0, strike?: Strike): void {
    this.sent.length = 0;
    this.struckCall = call;
    this.strike = strike;
  }

  /** The calls that follow are struck as well, if they are met. */
  goOn(meets: (sent: Sent) => boolean, strike: Strike): void {
    this.others = { meets, strike };
  }

  /** Nothing is struck any more, and what is due happens. */
  async mend(): Promise<void> {
    this.strike = undefined;
    this.others = undefined;
    for (const each of this.afterwards) await each();
  }

  /** Sends a request. Rejects as a socket does: with what the SDK names a `TimeoutError`, a reset as well. */
  async send(invocation: Invocation, request: HttpRequest, patience: number): Promise<Answer> {
    if (invocation.isOver()) return never();
    const sent: Sent = { invocation, request, call: callOf(request), pass: () => this.answer(request) };
    const isStruck = this.sent.push(sent) === this.struckCall;
    const strike = isStruck ? this.strike : this.others?.meets(sent) ? this.others.strike : undefined;
    await this.clock.sleep(ON_THE_WAY);
    const answer = strike ? await this.inTime(() => strike(sent, this), patience) : await sent.pass();
    return invocation.isOver() ? never() : answer;
  }

  private inTime(answer: () => Promise<Answer>, patience: number): Promise<Answer> {
    const late = this.clock.sleep(patience).then(() => {
      throw broken('no answer in time');
    });
    return Promise.race([answer(), late]);
  }
}

export const broken = (message: string) => Object.assign(new Error(message), { name: 'TimeoutError' });

/** What a dead process hears. */
export const never = () => new Promise<never>(() => {});

const READS = /^(Get|List|Query|Check|Describe|Search|HEAD|getcs)/;

/** Reads what is asked off a request, whatever its protocol. */
function callOf({ method, path, headers, body }: HttpRequest): Call {
  const scope = /Credential=[^/]+\/[^/]+\/[^/]+\/([^/]+)/.exec(headers.authorization ?? '');
  const target = headers['x-amz-target']?.split('.').at(-1) ?? /\bAction=(\w+)/.exec(body.toString())?.[1];
  if (!scope) {
    const isAnswer = method === 'PUT';
    const operation = isAnswer ? 'PutResponse' : path.slice(path.lastIndexOf('/') + 1);
    return { service: isAnswer ? 'cloudformation-response' : 'wechat', operation, isRead: READS.test(operation) };
  }
  const operation = target ?? `${method} ${path}`;
  return { service: scope[1], operation, isRead: target ? READS.test(target) : /^(GET|HEAD)/.test(method) };
}
