/**
 * Takes what handlers send over HTTP to the wire of the invocation that sends it. What imports this must load handlers
 * later.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type NodeHttpHandler } from '@smithy/node-http-handler';
import type * as http from '../../lambda/runtime/http';
import { type Put } from '../../lambda/runtime/http';
import type * as s3 from '../../lambda/runtime/s3-objects';
import { type HttpAnswer as Answer } from '../../local/src/wire/protocol';
import { DirectHandler } from '../../testing/direct-handler';
import { type Send } from './wire';

/** The way of an invocation's requests. */
const ways = new AsyncLocalStorage<Send>();

/** Runs an invocation whose requests go that way. */
export const sendingBy = <T>(send: Send, run: () => Promise<T>): Promise<T> => ways.run(send, run);

/** Milliseconds that AWS and WeChat have for an answer. */
const ANSWERING = 20_000;

const send = (method: string, url: string, body: string, patience: number): Promise<Answer> => {
  const { pathname: path, searchParams: query } = new URL(url);
  return way()({ method, path, query, headers: {}, body: Buffer.from(body) }, patience);
};

function way(): Send {
  const found = ways.getStore();
  if (!found) throw new Error('a request of no invocation');
  return found;
}

jest.mock('@smithy/node-http-handler', () => {
  const actual = jest.requireActual<{ NodeHttpHandler: typeof NodeHttpHandler }>('@smithy/node-http-handler');
  class WiredHandler extends actual.NodeHttpHandler {
    override handle(...request: Parameters<NodeHttpHandler['handle']>) {
      const aws = { answer: (each: Parameters<Send>[0]) => way()(each, ANSWERING) };
      return new DirectHandler(aws).handle(...request);
    }
  }
  return { ...actual, NodeHttpHandler: WiredHandler };
});

/** Answers CloudFormation. */
export const put: Put = async (url, body, patience) => (await send('PUT', url, body, patience)).status;

jest.mock('../../lambda/runtime/http', (): Pick<typeof http, 'send'> => ({
  send: async (url, { method, body }) => {
    const answer = await send(method, url, body, ANSWERING);
    return { status: answer.status, body: String(answer.body ?? '') };
  },
}));

jest.mock('../../lambda/runtime/s3-objects', (): Partial<typeof s3> => {
  const actual = jest.requireActual<typeof s3>('../../lambda/runtime/s3-objects');
  const ask = async (method: 'GET' | 'HEAD', object: s3.ObjectName): Promise<Answer> => {
    const path = `/${object.bucket}/${object.key}`;
    const request = { method, path, query: new URLSearchParams(), headers: SIGNED, body: Buffer.alloc(0) };
    const answer = await way()(request, ANSWERING);
    if (answer.status === 200) return answer;
    throw new actual.S3Error(answer.status, object, method === 'HEAD' ? '' : String(answer.body));
  };
  return {
    ...actual,
    currentVersion: () => async object => (await ask('HEAD', object)).headers?.['x-amz-version-id'],
    readObject: () => async object => Buffer.from((await ask('GET', object)).body ?? ''),
  };
});

const SIGNED = { authorization: 'AWS4-HMAC-SHA256 Credential=AKIADEVELOPER/20261128/us-east-1/s3/aws4_request' };
