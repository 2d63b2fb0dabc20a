/** Requests to WeChat over HTTP. The token travels in the URL, so no URL is ever logged or put into an error. */
import { type HttpAnswer, send } from '../runtime/http';
import { shown } from './answer';
import { NoAnswer } from './errors';

/** The members of an answer; the code tells which ones there are. */
export type WeChatAnswer = Readonly<Record<string, unknown>>;

/** Sends a JSON body to a path of the API. Throws `NoAnswer`. */
export type Post = (path: string, body: object, accessToken?: string) => Promise<WeChatAnswer>;

const TIMEOUT = 20_000;

/** Requests end when `ended` aborts, because the event has been answered. */
export function postTo(endpoint: string, ended: AbortSignal, sending = send): Post {
  const base = endpoint.replace(/\/+$/, '');
  const { host } = new URL(base);
  return async (path, body, accessToken) => {
    const query = accessToken === undefined ? '' : `?access_token=${encodeURIComponent(accessToken)}`;
    const request = {
      method: 'POST',
      contentType: 'application/json',
      body: JSON.stringify(body),
      signal: AbortSignal.any([ended, AbortSignal.timeout(TIMEOUT)]),
    };
    let answer: HttpAnswer;
    try {
      answer = await sending(`${base}/${path}${query}`, request);
    } catch (error) {
      throw new NoAnswer(`${host} ${describe(error)}`);
    }
    return parse(answer, host, accessToken);
  };
}

/** The HTTP status says nothing: WeChat's errors have status 200. */
function parse({ status, body }: HttpAnswer, host: string, accessToken: string | undefined): WeChatAnswer {
  try {
    // byte order marks and raw control characters were observed in WeChat's answers, and are not valid JSON.
    const value: unknown = JSON.parse(body.replace(/^\ufeff/, '').replace(/\p{Cc}/gu, ' '));
    if (typeof value === 'object' && value !== null) return value as WeChatAnswer;
  } catch {
    // handled like an HTML page of a proxy.
  }
  // a request without a token has sent secrets, which an answer may quote.
  const quoted = accessToken === undefined || body === '' ? '' : `: ${shown(body, accessToken)}`;
  throw new NoAnswer(`${host} answered with HTTP status ${status} and a body that is not JSON${quoted}`);
}

function describe(error: unknown): string {
  const { name, code } = error as NodeJS.ErrnoException;
  if (name === 'AbortError' || name === 'TimeoutError') {
    return `did not answer within ${TIMEOUT / 1000} s; a function in a VPC needs a NAT to reach it`;
  }
  return `could not be reached (${code ?? name})`;
}
