/**
 * Which version of an object is the current one in Amazon S3. One signed HEAD request: the SDK's client of S3 would make a
 * function's code a fifth larger.
 */
import { createHash, createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface ObjectName {
  readonly bucket: string;
  readonly key: string;
}

/** The id of an object's current version; `undefined` where its bucket keeps none. Throws what S3 answers otherwise. */
export type CurrentVersion = (object: ObjectName) => Promise<string | undefined>;

/** An answer of S3's that is no success. A HEAD request has no body that says more. */
export class S3Error extends Error {
  readonly $metadata: { readonly httpStatusCode: number };

  constructor(status: number, { bucket, key }: ObjectName) {
    super(`s3://${bucket}/${key}: HTTP ${status}`);
    this.name = NAMES[status] ?? 'S3Error';
    this.$metadata = { httpStatusCode: status };
  }
}

const NAMES: Readonly<Record<number, string>> = { 403: 'AccessDenied', 404: 'NoSuchKey', 503: 'SlowDown' };

/** With the credentials, the region and the endpoint that are in the environment of a function. */
export const currentVersion =
  (ended?: AbortSignal): CurrentVersion =>
  async object => {
    const url = urlOf(object);
    const { status, version } = await head(url, signed(url, new Date()), ended);
    if (status !== 200) throw new S3Error(status, object);
    return version === 'null' ? undefined : version;
  };

const region = () => process.env.AWS_REGION ?? '';

function urlOf({ bucket, key }: ObjectName): URL {
  const suffix = region().startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL } = process.env;
  const endpoint = AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL ?? `https://s3.${region()}.${suffix}`;
  return new URL([endpoint.replace(/\/$/, ''), bucket, ...key.split('/').map(encoded)].join('/'));
}

const encoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, mark => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);

/** The headers of a request that is signed with Signature Version 4. */
function signed({ host, pathname }: URL, now: Date): Record<string, string> {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN } = process.env;
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const headers: Record<string, string> = {
    host,
    'x-amz-content-sha256': sha256(''),
    'x-amz-date': time,
    ...(AWS_SESSION_TOKEN && { 'x-amz-security-token': AWS_SESSION_TOKEN }),
  };
  const names = Object.keys(headers).join(';');
  const canonical = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const request = ['HEAD', pathname, '', canonical.join(''), names, sha256('')].join('\n');
  const scope = [time.slice(0, 8), region(), 's3', 'aws4_request'];
  const key = scope.reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${AWS_SECRET_ACCESS_KEY}`);
  const text = ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(request)].join('\n');
  const credential = `${AWS_ACCESS_KEY_ID}/${scope.join('/')}`;
  const signature = hmac(key, text).toString('hex');
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** Milliseconds that S3 may take to answer. */
const TIMEOUT = 20_000;

function head(url: URL, headers: Record<string, string>, ended?: AbortSignal) {
  const signal = AbortSignal.any([AbortSignal.timeout(TIMEOUT), ...(ended ? [ended] : [])]);
  return new Promise<{ status: number; version?: string }>((resolve, reject) => {
    const request = url.protocol === 'http:' ? httpRequest : httpsRequest;
    // a connection that was kept over Lambda's freeze is dead.
    const sent = request(url, { method: 'HEAD', headers, agent: false, signal }, response => {
      response.resume();
      const version = response.headers['x-amz-version-id'];
      resolve({ status: response.statusCode ?? 0, version: [version].flat()[0] });
    });
    sent.on('error', reject);
    sent.end();
  });
}
