/**
 * The calls of Amazon S3 that handlers need: the current version of an object, and the content of a small object. They
 * are two requests that the SDK's signer signs, because the SDK's own S3 client would make a function's code a fifth
 * larger.
 */
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';

export interface ObjectName {
  readonly bucket: string;
  readonly key: string;
}

/**
 * The id of an object's current version; `undefined` if the bucket keeps no versions. Throws any other answer of S3.
 */
export type CurrentVersion = (object: ObjectName) => Promise<string | undefined>;

/**
 * The content of an object. Throws any other answer of S3, and an `ObjectTooLarge` if the object has more bytes than
 * the limit.
 */
export type ReadObject = (object: ObjectName, mostBytes: number) => Promise<Buffer>;

/** The endpoint and the credentials of the requests. */
export interface S3Access {
  /** Absent: the region's own endpoint. */
  readonly endpoint?: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** An answer of S3 that is not a success. The answer to a HEAD request has no body with details. */
export class S3Error extends Error {
  readonly $metadata: { readonly httpStatusCode: number };

  constructor(status: number, { bucket, key }: ObjectName, body = '') {
    const [code, message] = ['Code', 'Message'].map(name => new RegExp(`<${name}>([^<]+)</${name}>`).exec(body)?.[1]);
    super(`s3://${bucket}/${key}: ${message ?? `HTTP ${status}`}`);
    this.name = code ?? NAMES[status] ?? 'S3Error';
    this.$metadata = { httpStatusCode: status };
  }
}

const NAMES: Readonly<Record<number, string>> = { 403: 'AccessDenied', 404: 'NoSuchKey', 503: 'SlowDown' };

export class ObjectTooLarge extends Error {
  override readonly name = 'ObjectTooLarge';

  constructor({ bucket, key }: ObjectName, mostBytes: number) {
    super(`s3://${bucket}/${key} must have at most ${mostBytes.toLocaleString('en-US')} bytes, got more`);
  }
}

/** @param access read at each request; by default from the environment of the function */
export function currentVersion(ended?: AbortSignal, access = ofFunction): CurrentVersion {
  return async object => {
    const { response } = await send('HEAD', object, access(), ended);
    response.resume();
    if (response.statusCode !== 200) throw new S3Error(response.statusCode ?? 0, object);
    const version = [response.headers['x-amz-version-id']].flat()[0];
    return version === 'null' ? undefined : version;
  };
}

/** @param access as above */
export function readObject(ended?: AbortSignal, access = ofFunction): ReadObject {
  return async (object, mostBytes) => {
    const { response } = await send('GET', object, access(), ended);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      // leaving the loop ends the connection.
      if (bytes > mostBytes) throw new ObjectTooLarge(object, mostBytes);
      chunks.push(chunk);
    }
    const body = Buffer.concat(chunks);
    if (response.statusCode !== 200) throw new S3Error(response.statusCode ?? 0, object, body.toString());
    return body;
  };
}

function ofFunction(): S3Access {
  const { env } = process;
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN } = env;
  return {
    endpoint: env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL,
    region: env.AWS_REGION ?? '',
    credentials: {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      sessionToken: AWS_SESSION_TOKEN,
    },
  };
}

/** The address of an object. */
export function urlOf({ bucket, key }: ObjectName, { endpoint, region }: S3Access): URL {
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const base = (endpoint ?? `https://s3.${region}.${suffix}`).replace(/\/$/, '');
  return new URL([base, bucket, ...key.split('/').map(encoded)].join('/'));
}

const encoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, mark => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);

/** The headers of a request, signed as the SDK signs it. */
async function signed(
  method: string,
  { host, hostname, pathname, port, protocol }: URL,
  { region, credentials }: S3Access,
): Promise<Record<string, string>> {
  // unlike other services, S3 escapes the path of a key once.
  const signer = new SignatureV4({ credentials, region, service: 's3', sha256: Sha256, uriEscapePath: false });
  const request = new HttpRequest({
    method,
    protocol,
    hostname,
    port: port ? Number(port) : undefined,
    path: pathname,
    headers: { host },
  });
  return (await signer.sign(request)).headers;
}

/** How long, in milliseconds, S3 can take to answer. */
const TIMEOUT = 20_000;

async function send(
  method: 'GET' | 'HEAD',
  object: ObjectName,
  access: S3Access,
  ended?: AbortSignal,
): Promise<{ readonly response: IncomingMessage }> {
  const url = urlOf(object, access);
  const headers = await signed(method, url, access);
  const signal = AbortSignal.any([AbortSignal.timeout(TIMEOUT), ...(ended ? [ended] : [])]);
  const request = url.protocol === 'http:' ? httpRequest : httpsRequest;
  return new Promise((resolve, reject) => {
    // a connection that was kept open while Lambda froze the function is dead.
    const sent = request(url, { method, headers, agent: false, signal }, response => resolve({ response }));
    sent.on('error', reject);
    sent.end();
  });
}
