import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

/**
 * Sends a body to a presigned URL and resolves with the HTTP status. Rejects if that takes longer than `timeout` ms.
 */
export type Put = (url: string, body: string, timeout: number) => Promise<number>;

export const put: Put = async (url, body, timeout) => {
  // a presigned URL is signed for an empty content type.
  const { status } = await send(url, { method: 'PUT', contentType: '', body, signal: AbortSignal.timeout(timeout) });
  return status;
};

export interface HttpRequest {
  readonly method: string;
  readonly contentType: string;
  readonly body: string;
  /**
   * One time limit for name resolution, connecting and waiting together, which a socket's own timeout does not have.
   */
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** Sends a request and reads the answer. Rejects if there is no answer, with an error that does not show the URL. */
export function send(url: string, { method, contentType, body, signal }: HttpRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const request = new URL(url).protocol === 'http:' ? httpRequest : httpsRequest;
    const sent = request(
      url,
      {
        method,
        headers: { 'content-type': contentType, 'content-length': Buffer.byteLength(body) },
        // a connection that was kept open while Lambda froze the function is dead.
        agent: false,
        signal,
      },
      response => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
