import { type NodeHttpHandler } from '@smithy/node-http-handler';
import { type LocalAws } from 'cdk-versioned-artifacts-local';

type Handle = NodeHttpHandler['handle'];

/**
 * Takes the requests of SDK clients to the local AWS without sockets, because sockets cost more time than the rest of a
 * call. Everything else is as over HTTP.
 */
export class DirectHandler {
  constructor(private readonly aws: Pick<LocalAws, 'answer'>) {}

  readonly handle: Handle = async ({ method, path, query = {}, headers, body }, { abortSignal } = {}) => {
    const parameters = Object.entries(query).flatMap(([name, values]) =>
      [values ?? ''].flat().map(value => [name, value] as [string, string]),
    );
    const answered = this.aws.answer({
      method,
      path,
      query: new URLSearchParams(parameters),
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
      body: bytesOf(body as string | Uint8Array | undefined),
    });
    const answer = await unlessAborted(abortSignal as AbortSignal | undefined, answered.catch(broken));
    return {
      response: {
        statusCode: answer.status,
        headers: { ...answer.headers },
        // as a whole: a stream of one part takes longer.
        body: Buffer.from(answer.body ?? ''),
      },
    };
  };

  destroy(): void {}
}

// the SDK's own kind of bytes would become text on the way.
const bytesOf = (body: string | Uint8Array = ''): Buffer =>
  typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.byteLength);

/**
 * A socket that the other side has closed. In a test, errors of sockets are of another realm, so the SDK does not
 * recognize their code and does not retry them. This error behaves in the same way, unless it has the name that the SDK
 * retries.
 */
function broken(error: Error): never {
  throw error.name === 'TimeoutError' ? error : new Error('socket hang up');
}

/** Without a controller that aborts after each call, which would make an error with its stack each time. */
export async function unlessAborted<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (!signal) return work;
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(Object.assign(new Error('Request aborted'), { name: 'AbortError' }));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
