import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type LocalAws } from 'cdk-versioned-artifacts-local';
import { type Clock } from '../lambda/runtime/clock';
import { type Put, type send } from '../lambda/runtime/http';
import { DirectHandler, unlessAborted } from './direct-handler';

/** How long, in ms, a request takes at least, and at most. Whatever happens at the same time has no order. */
const TAKEN = [20, 80] as const;

type Answering = Pick<LocalAws, 'answer'>;

/** By the host and port of its endpoint. */
const direct = new Map<string, Answering>();

const { handle } = NodeHttpHandler.prototype;

/** How requests get to a local AWS without sockets. */
export interface Direct {
  readonly put: Put;
  readonly send: typeof send;
  stop(): void;
}

/**
 * Takes the requests to a local AWS there without sockets: those of all SDK clients of this process, and those of the
 * `put` and the `send` that it returns. Sockets cost more time than the rest of a call, and no clock sees them.
 */
export function withoutSockets(aws: LocalAws, clock: Clock): Direct {
  const { host } = new URL(aws.endpoint);
  const answering = takingTime(aws, clock);
  direct.set(host, answering);
  NodeHttpHandler.prototype.handle = function (request, options) {
    const found = direct.get(`${request.hostname}:${request.port}`);
    return found ? new DirectHandler(found).handle(request, options) : handle.call(this, request, options);
  };
  const answerTo = (method: string, url: string, body: string) => {
    const { pathname: path, searchParams: query } = new URL(url);
    return answering.answer({ method, path, query, headers: {}, body: Buffer.from(body) });
  };
  return {
    put: async (url, body) => (await answerTo('PUT', url, body)).status,
    send: async (url, { method, body, signal }) => {
      const answer = await unlessAborted(signal, answerTo(method, url, body));
      return { status: answer.status, body: String(answer.body ?? '') };
    },
    stop: () => {
      direct.delete(host);
      if (direct.size === 0) NodeHttpHandler.prototype.handle = handle;
    },
  };
}

/** A connection that is cut has the error that clients know from Node.js. */
const takingTime = (aws: LocalAws, clock: Clock): Answering => ({
  answer: async request => {
    await clock.sleep(TAKEN[0] + Math.floor(Math.random() * (TAKEN[1] - TAKEN[0])));
    try {
      return await aws.answer(request);
    } catch {
      throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
    }
  },
});
