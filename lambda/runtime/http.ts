import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** Sends a body to a presigned URL and resolves with the HTTP status. Rejects when that takes longer than `timeout` ms. */
export type Put = (url: string, body: string, timeout: number) => Promise<number>;

export const put: Put = (url, body, timeout) =>
  new Promise((resolve, reject) => {
    const request = new URL(url).protocol === 'http:' ? httpRequest : httpsRequest;
    const sent = request(
      url,
      {
        method: 'PUT',
        // a presigned URL is signed for an empty content type.
        headers: { 'content-type': '', 'content-length': Buffer.byteLength(body) },
        // a connection that was kept over Lambda's freeze is dead.
        agent: false,
        // bounds name resolution, connecting and waiting together, which a socket's own timeout does not.
        signal: AbortSignal.timeout(timeout),
      },
      response => {
        response.resume();
        response.on('error', reject);
        response.on('end', () => resolve(response.statusCode ?? 0));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
