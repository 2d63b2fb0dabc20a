import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type LocalAws } from 'cdk-versioned-artifacts-local';
import { type Clock } from '../lambda/runtime/clock';
import { type Put } from '../lambda/runtime/http';
import { DirectHandler } from './direct-handler';

/** How long, in ms, a request takes. Whatever happens at the same time has no order. */
const TAKEN = 50;

type Answering = Pick<LocalAws, 'answer'>;

/** By the host and port of its endpoint. */
const direct = new Map<string, Answering>();

const { handle } = NodeHttpHandler.prototype;

/**
 * Takes the requests to a local AWS there without sockets: those of all SDK clients of this process, and those of the
 * `put` that it returns. Sockets cost more time than the rest of a call.
 */
export function withoutSockets(aws: LocalAws, clock: Clock): { readonly put: Put; stop(): void } {
  const { host } = new URL(aws.endpoint);
  const answering = takingTime(aws, clock);
  direct.set(host, answering);
  NodeHttpHandler.prototype.handle = function (request, options) {
    const found = direct.get(`${request.hostname}:${request.port}`);
    return found ? new DirectHandler(found).handle(request, options) : handle.call(this, request, options);
  };
  return {
    put: async (url, body) => {
      const { pathname: path, searchParams: query } = new URL(url);
      return (await answering.answer({ method: 'PUT', path, query, headers: {}, body: Buffer.from(body) })).status;
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
    await clock.sleep(TAKEN);
    try {
      return await aws.answer(request);
    } catch {
      throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
    }
  },
});
