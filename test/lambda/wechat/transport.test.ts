import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { NoAnswer } from '../../../lambda/wechat/errors';
import { postTo } from '../../../lambda/wechat/transport';

const TOKEN = 'a token+/=&';

let server: Server;
let origin: string;
let received: { readonly url?: string; readonly method?: string; readonly type?: string; readonly body: string }[];
let answer: (response: ServerResponse, request: IncomingMessage) => void;
beforeEach(async () => {
  received = [];
  answer = response => response.end('{"errcode":0}');
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { url, method, headers } = request;
      received.push({ url, method, type: headers['content-type'], body: Buffer.concat(chunks).toString() });
      answer(response, request);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
});

const never = new AbortController().signal;
const failure = async (call: Promise<unknown>): Promise<NoAnswer> =>
  call.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: NoAnswer) => error,
  );

test('a request is a POST of JSON to a path under the endpoint, with the token in the query', async () => {
  expect(await postTo(`${origin}/proxy//`, never)('a/b', { x: '版本' }, TOKEN)).toEqual({ errcode: 0 });
  expect(received).toEqual([
    {
      url: `/proxy/a/b?access_token=${encodeURIComponent(TOKEN)}`,
      method: 'POST',
      type: 'application/json',
      body: '{"x":"版本"}',
    },
  ]);
});

test('a request without a token has no query', async () => {
  await postTo(origin, never)('a/b', {});
  expect(received).toMatchObject([{ url: '/a/b' }]);
});

test.each<[string, (response: ServerResponse, request: IncomingMessage) => void, string]>([
  ['a page', response => response.writeHead(502).end('<html>'), 'HTTP status 502 and a body that is not JSON'],
  ['JSON that is no object', response => response.end('"ok"'), 'HTTP status 200 and a body that is not JSON'],
  ['null', response => response.end('null'), 'HTTP status 200 and a body that is not JSON: null'],
  ['nothing', response => response.end(), 'HTTP status 200 and a body that is not JSON'],
  [
    'a redirection',
    response => response.writeHead(302, { location: '/c' }).end(),
    'HTTP status 302 and a body that is not JSON',
  ],
  ['a cut connection', (_, request) => request.socket.destroy(), 'could not be reached (ECONNRESET)'],
  [
    'half an answer',
    (response, request) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"errcode":', () => request.socket.destroy());
    },
    'could not be reached (ECONNRESET)',
  ],
])('%s is no answer, and the error shows neither token nor path', async (_what, meet, reason) => {
  answer = meet;
  const error = await failure(postTo(origin, never)('a/b', {}, TOKEN));
  expect(error).toBeInstanceOf(NoAnswer);
  expect(error.message).toContain(reason);
  expect(error.message).not.toMatch(/token|a\/b/);
});

test('a host that does not exist is no answer', async () => {
  const error = await failure(postTo('http://127.0.0.1:1', never)('a/b', {}, TOKEN));
  expect(error.message).toBe('127.0.0.1:1 could not be reached (ECONNREFUSED)');
});

test('a request under way ends with the event', async () => {
  const ended = new AbortController();
  answer = () => ended.abort();
  const error = await failure(postTo(origin, ended.signal)('a/b', {}, TOKEN));
  expect(error.message).toContain('did not answer within 20 s; a function in a VPC needs a NAT');
});

test.each([
  ['a byte order mark', '\ufeff{"errcode":0,"errmsg":"ok"}', 'ok'],
  ['a raw control character', '{"errcode":0,\r\n"errmsg":"ok\u0001"}', 'ok '],
])('%s makes no answer unreadable', async (_what, body, errmsg) => {
  answer = response => response.end(body);
  expect(await postTo(origin, never)('a', {}, TOKEN)).toEqual({ errcode: 0, errmsg });
});

test('what is no JSON is shown, without the token, and not where the request was about secrets', async () => {
  answer = response => response.end(`<b>busy</b>\u0001 ${TOKEN} ${'x'.repeat(1000)}`);
  const { message } = await failure(postTo(origin, never)('a', {}, TOKEN));
  expect(message).toContain('not JSON: <b>busy</b>  [redacted] xxx');
  expect(message.length).toBeLessThan(500);
  expect((await failure(postTo(origin, never)('a', { secret: 1 }))).message).toMatch(/and a body that is not JSON$/);
});
