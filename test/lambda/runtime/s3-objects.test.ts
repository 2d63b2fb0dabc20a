import { createHash, createHmac } from 'node:crypto';
import { type IncomingMessage, type Server, createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type S3Access, currentVersion, readObject, urlOf } from '../../../lambda/runtime/s3-objects';

const OBJECT = { bucket: 'assets', key: "schemas/a b+(1)'/ü.avsc" };

let server: Server;
let access: S3Access;
let received: IncomingMessage[];
let answer: { status?: number; headers?: Record<string, string>; body?: string };
beforeAll(async () => {
  server = createServer((request, response) => {
    received.push(request);
    response.writeHead(answer.status ?? 200, answer.headers).end(answer.body);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
});
beforeEach(() => {
  received = [];
  answer = {};
  access = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI', sessionToken: 'session' },
  };
});

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** The signature that Amazon S3 computes from a request that it has received. */
function signatureOf({ method, url, headers }: IncomingMessage, signedHeaders: string): string {
  const lines = signedHeaders.split(';').map(name => `${name}:${String(headers[name])}\n`);
  const canonical = [method, url, '', lines.join(''), signedHeaders, headers['x-amz-content-sha256']].join('\n');
  const time = String(headers['x-amz-date']);
  const scope = `${time.slice(0, 8)}/eu-west-1/s3/aws4_request`;
  const key = scope.split('/').reduce<string | Buffer>(hmac, 'AWS4wJalrXUtnFEMI');
  return hmac(key, ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')).toString('hex');
}

test.each([
  ['HEAD', () => currentVersion(undefined, () => access)(OBJECT)],
  ['GET', () => readObject(undefined, () => access)(OBJECT, 10)],
])('a %s request is signed as Amazon S3 checks it, for whatever key', async (method, ask) => {
  await ask();
  const [request] = received;
  expect(request).toMatchObject({ method, url: '/assets/schemas/a%20b%2B%281%29%27/%C3%BC.avsc' });
  const [, signed, signature] = /SignedHeaders=([^,]+), Signature=(\w+)/.exec(String(request.headers.authorization))!;
  expect(signed.split(';')).toEqual(expect.arrayContaining(['host', 'x-amz-date', 'x-amz-security-token']));
  expect(signature).toBe(signatureOf(request, signed));
});

test.each([
  ['of a bucket that keeps versions', { 'x-amz-version-id': '3HL4kqtJ' }, '3HL4kqtJ'],
  ['of before the bucket has kept versions is none', { 'x-amz-version-id': 'null' }, undefined],
  ['of a bucket that keeps none is none', {}, undefined],
])('the current version %s', async (_of, headers, version) => {
  answer = { headers: headers as Record<string, string> };
  expect(await currentVersion(undefined, () => access)(OBJECT)).toBe(version);
});

test.each([
  [403, 'AccessDenied'],
  [404, 'NoSuchKey'],
  [503, 'SlowDown'],
  [418, 'S3Error'],
])('an answer %d without a body is %s', async (status, name) => {
  answer = { status };
  await expect(currentVersion(undefined, () => access)(OBJECT)).rejects.toMatchObject({
    name,
    message: `s3://assets/${OBJECT.key}: HTTP ${status}`,
    $metadata: { httpStatusCode: status },
  });
});

test('an answer with a body says what is wrong', async () => {
  answer = { status: 400, body: '<Error><Code>Expired</Code><Message>The token is old.</Message></Error>' };
  await expect(readObject(undefined, () => access)(OBJECT, 1000)).rejects.toMatchObject({
    name: 'Expired',
    message: `s3://assets/${OBJECT.key}: The token is old.`,
  });
});

test('an object may have as many bytes as the limit, and no more', async () => {
  answer = { body: '12345' };
  const read = readObject(undefined, () => access);
  expect((await read(OBJECT, 5)).toString()).toBe('12345');
  await expect(read(OBJECT, 4)).rejects.toThrow('must have at most 4 bytes, got more');
});

test('a request ends with the event', async () => {
  const reading = readObject(AbortSignal.abort(), () => access)(OBJECT, 5);
  await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
});

test.each([
  ['eu-west-1', undefined, 'https://s3.eu-west-1.amazonaws.com/assets/'],
  ['cn-north-1', undefined, 'https://s3.cn-north-1.amazonaws.com.cn/assets/'],
  ['eu-west-1', 'https://vpce-1.s3.example/', 'https://vpce-1.s3.example/assets/'],
])('in %s with the endpoint %p an object is at %s', (region, endpoint, base) => {
  expect(urlOf({ bucket: 'assets', key: 'k' }, { ...access, region, endpoint }).href).toBe(`${base}k`);
});
