/**
 * Which version of an object is the current one in Amazon S3. One HEAD request that the SDK's signer signs: its client of
 * S3 would make a function's code a fifth larger.
 */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';

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
    const { status, version } = await head(url, await signed(url), ended);
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

/** The headers of a request, signed as the SDK signs it. */
async function signed({ host, hostname, pathname, port, protocol }: URL): Promise<Record<string, string>> {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN } = process.env;
  const credentials = {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    sessionToken: AWS_SESSION_TOKEN,
  };
  // a key's path is escaped once, in S3 alone.
  const signer = new SignatureV4({
    credentials,
    region: region(),
    service: 's3',
    sha256: Sha256,
    uriEscapePath: false,
  });
  const request = new HttpRequest({
    method: 'HEAD',
    protocol,
    hostname,
    port: port ? Number(port) : undefined,
    path: pathname,
    headers: { host },
  });
  return (await signer.sign(request)).headers;
}

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
