import { type LocalAws, ServiceError, weChatError } from 'cdk-versioned-artifacts-local';
import { type Service } from '../../local/src/core/service';
import { protocols } from '../../local/src/wire';
import { type HttpAnswer as Answer } from '../../local/src/wire/protocol';
import { type Call, type Sent, type Strike, type Wire, broken, never } from './wire';

/** What can happen to a call. */
export interface Fault {
  readonly name: string;
  /** Which calls it can happen to. Absent: all. */
  readonly concerns?: (call: Call) => boolean;
  /** What the reason of a failure then says. Absent: the operation must get through it. */
  readonly reason?: RegExp;
  strike(means: Means): Strike;
}

/** What a fault is made with. */
export interface Means {
  readonly aws: LocalAws;
  /** What the call would have been answered before the last write. */
  readonly stale?: Answer;
}

/** A fault, and the number of the call that it happens to. */
export interface Point {
  readonly call: number;
  readonly fault: Fault;
}

type Refusal = 'throttled' | 'unwell' | 'unavailable' | 'denied';

const ERRORS: Readonly<Record<Refusal, readonly [code: string, message: string, status: number]>> = {
  throttled: ['ThrottlingException', 'Rate exceeded', 400],
  unwell: ['InternalFailure', 'An unexpected error has occurred.', 500],
  unavailable: ['ServiceUnavailable', 'The service is temporarily unavailable.', 503],
  denied: ['AccessDeniedException', 'User is not authorized to perform this', 403],
};

/** Where Amazon S3 has words of its own. */
const ERRORS_OF_S3: Partial<typeof ERRORS> = {
  throttled: ['SlowDown', 'Please reduce your request rate. Rate exceeded', 503],
  denied: ['AccessDenied', 'Access Denied: not authorized', 403],
};

/** How a service says so, in its own protocol. */
function refusal(aws: LocalAws, { service }: Call, what: Refusal): Answer {
  const [code, message, status] = (service === 's3' && ERRORS_OF_S3[what]) || ERRORS[what];
  if (service === 'cloudformation-response') return { status: what === 'throttled' ? 503 : status };
  if (service === 'wechat') {
    return what === 'throttled' ? aws.weChat.writeError(weChatError(45011)) : { status, body: `<h1>${message}</h1>` };
  }
  const services = Object.values(aws as unknown as Record<string, Service | undefined>);
  const found = services.find(each => each?.signingName === service)!;
  return protocols[found.protocol].writeError(new ServiceError(code, message, status), found);
}

const isOfService = ({ service }: Call) => service !== 'cloudformation-response';
const isOfAws = (call: Call) => isOfService(call) && call.service !== 'wechat';

/** A refusal of the call and, while it lasts, of what is called of it again. */
const refused =
  (what: Refusal, lasts: (first: Sent, wire: Wire) => (later: Sent) => boolean = () => () => false) =>
  ({ aws }: Means): Strike =>
  async (first, wire) => {
    const strike: Strike = async ({ call }) => refusal(aws, call, what);
    const stillLasts = lasts(first, wire);
    wire.goOn(later => isSame(later.call, first.call) && stillLasts(later), strike);
    return strike(first, wire);
  };

const isSame = (one: Call, other: Call) => one.service === other.service && one.operation === other.operation;

const lasting =
  (milliseconds: number) =>
  (_first: Sent, { clock }: Wire) => {
    const until = clock.now() + milliseconds;
    return () => clock.now() < until;
  };

const untilAnswered = (first: Sent) => (later: Sent) => later.invocation.requestId === first.invocation.requestId;

const always = (strike: Strike) => () => strike;

/** Longer than a client waits, and as long as a service may take. */
const TOO_LONG = 24_500;

export const FAULTS: readonly Fault[] = [
  {
    name: 'killed before',
    strike: always(async ({ invocation }) => {
      invocation.die();
      return never();
    }),
  },
  {
    name: 'killed after',
    strike: always(async ({ invocation, pass }) => {
      await pass();
      invocation.die();
      return never();
    }),
  },
  { name: 'throttled', strike: refused('throttled') },
  { name: 'throttled for a minute', strike: refused('throttled', lasting(60_000)), concerns: isOfService },
  {
    name: 'throttled to the end',
    concerns: isOfService,
    reason: /Rate exceeded|minute-quota|HTTP 503/,
    strike: refused('throttled', untilAnswered),
  },
  { name: '500', strike: refused('unwell') },
  { name: '503', strike: refused('unavailable') },
  {
    name: '500 to the end',
    concerns: isOfService,
    reason: /InternalFailure|unexpected error|HTTP 500|HTTP status 500/,
    strike: refused('unwell', untilAnswered),
  },
  {
    name: 'cut before',
    strike: always(async () => {
      throw broken('socket hang up');
    }),
  },
  {
    name: 'cut after',
    strike: always(async ({ pass }) => {
      await pass();
      throw broken('socket hang up');
    }),
  },
  {
    name: 'slow',
    strike: always(async ({ pass }, { clock }) => {
      await clock.sleep(4_000);
      return pass();
    }),
  },
  { name: 'stalled, and never done', strike: always(never) },
  {
    name: 'stalled to the end',
    concerns: isOfService,
    reason: /no answer in time|did not answer|could not be reached/,
    strike: always(async (first, wire) => {
      const untilThen = untilAnswered(first);
      wire.goOn(later => isSame(later.call, first.call) && untilThen(later), never);
      return never();
    }),
  },
  {
    name: 'stalled, and done late',
    strike: always(async ({ pass }, { clock }) => {
      await clock.sleep(TOO_LONG);
      return pass();
    }),
  },
  { name: 'denied for ten seconds', concerns: isOfAws, strike: refused('denied', lasting(10_000)) },
  {
    name: 'denied to the end',
    concerns: isOfAws,
    reason: /not authorized|AccessDenied|HTTP 403/,
    strike: refused('denied', untilAnswered),
  },
  {
    name: 'delivered again before',
    strike: always(async ({ invocation, pass }) => {
      await invocation.again();
      return pass();
    }),
  },
  {
    name: 'delivered again during',
    strike: always(async ({ invocation, pass }) => {
      void invocation.again();
      return pass();
    }),
  },
  {
    name: 'delivered again after',
    strike: always(async ({ invocation, pass }) => {
      const answer = await pass();
      await invocation.again();
      return answer;
    }),
  },
  {
    name: 'delivered again when all is over',
    concerns: ({ operation }) => operation === 'PutResponse',
    strike: always(async ({ invocation, pass }, wire) => {
      wire.afterwards.push(() => invocation.again());
      return pass();
    }),
  },
];

/** A read that does not see the last write yet. What it leads to may be a failure, whose reason is what was read. */
export const STALE_READ: Fault = {
  name: 'stale read',
  reason: /./,
  strike:
    ({ stale }) =>
    async ({ pass }) =>
      stale ?? pass(),
};
