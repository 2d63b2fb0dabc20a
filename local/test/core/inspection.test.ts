import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { type Duplex } from 'node:stream';
import { LocalAws } from 'cdk-versioned-artifacts-local';
import { Inspection } from '../../src/services/lambda/inspection';
import { createFunction, createRole } from './fixtures';

let aws: LocalAws;
let lines: string[];
/** With a port that the inspector of each process chooses: one that is free now need not be so later. */
const start = async ({ isBreaking } = { isBreaking: false }) => {
  lines = [];
  aws = await LocalAws.start({ inspect: { port: 0, isBreaking }, log: line => lines.push(line) });
  await createRole(aws, { Action: 'logs:*', Resource: '*' });
};
afterEach(() => aws.stop());

const LISTENING = /^Debugger listening on ws:\/\/(127\.0\.0\.1:\d+)\//;

const invoke = async (FunctionName = 'fn', payload: object = {}) =>
  String((await aws.call('lambda', 'Invoke', { FunctionName, Payload: Buffer.from(JSON.stringify(payload)) })).Payload);

/** Waits for a line of the inspector or of a function. */
async function told(text: string, times = 1): Promise<void> {
  while (lines.filter(line => line.includes(text)).length < times) await new Promise(setImmediate);
}

/** A debugger that commands and does not listen: Node.js 20 has no client of WebSockets. */
class Debugger {
  static async attach(): Promise<Debugger> {
    const [host] = lines.flatMap(line => LISTENING.exec(line)?.[1] ?? []).slice(-1);
    const answer = await fetch(`http://${host}/json/list`);
    const [{ webSocketDebuggerUrl }] = (await answer.json()) as [{ webSocketDebuggerUrl: string }];
    const attached = lines.filter(line => line.startsWith('Debugger attached')).length;
    const socket = await upgraded(webSocketDebuggerUrl.replace('ws:', 'http:'));
    await told('Debugger attached', attached + 1);
    return new Debugger(socket);
  }

  private id = 0;

  private constructor(private readonly socket: Duplex) {}

  send(method: string, params: object = {}): void {
    const text = Buffer.from(JSON.stringify({ id: ++this.id, method, params }));
    // one frame of text, masked by zeros.
    this.socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]));
  }

  release(): void {
    this.send('Runtime.evaluate', { expression: 'released = 1' });
  }

  detach(): void {
    this.socket.destroy();
  }
}

function upgraded(url: string): Promise<Duplex> {
  const headers = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
  };
  return new Promise((resolve, reject) => {
    const message = request(url, { headers });
    message.on('upgrade', (_answer, socket) => resolve(socket));
    message.on('error', reject);
    message.end();
  });
}

const WAITS = `exports.handler = async () => {
  console.log('running');
  while (!globalThis.released) await new Promise(resolve => setTimeout(resolve, 1));
  return process.pid;
};`;

test('the inspector answers while a function runs, and what it says is no line of the function', async () => {
  await start();
  await createFunction(aws, WAITS, { Timeout: 30 });
  const running = invoke();
  await told('running');
  const debug = await Debugger.attach();
  debug.release();
  expect(Number(await running)).toBeGreaterThan(0);
  debug.detach();
  expect(lines).toContainEqual(expect.stringMatching(LISTENING));
  expect(aws.logs.messages('/aws/lambda/fn').join()).not.toContain('Debugger');
});

test('functions run one at a time; a process stays for the next invocation of its function', async () => {
  await start();
  await createFunction(aws, WAITS, { Timeout: 30 });
  await createFunction(aws, WAITS, { FunctionName: 'other', Timeout: 30 });
  const [first, second] = [invoke('fn'), invoke('other')];
  await told('running');
  (await Debugger.attach()).release();
  const pid = await first;
  await told('Debugger listening', 2);
  await told('running', 2);
  const isAbout = (name: string) => (line: string) => line.includes(`  ${name}  `) && line.includes(' START ');
  const end = lines.findIndex(line => line.includes('  fn  ') && line.includes('END RequestId'));
  expect(lines.findIndex(isAbout('other'))).toBeGreaterThan(end);
  (await Debugger.attach()).release();
  const otherPid = await second;
  expect(otherPid).not.toBe(pid);
  expect(await invoke('other')).toBe(otherPid);
});

test('a function waits for a debugger, which then holds it for longer than its time', async () => {
  await start({ isBreaking: true });
  const code = `exports.handler = async (event, context) => {
    const end = Date.now() + 1200;
    while (Date.now() < end);
    return context.getRemainingTimeInMillis();
  };`;
  await createFunction(aws, code, { Timeout: 1 });
  const running = invoke();
  await told('Debugger listening');
  const debug = await Debugger.attach();
  expect(lines.filter(line => line.includes('START'))).toEqual([]);
  debug.send('Runtime.runIfWaitingForDebugger');
  expect(Number(await running)).toBeGreaterThan(900);
});

test.each([
  [{ port: 9229 }, '--inspect=127.0.0.1:9229'],
  [{ port: 9229, isBreaking: true }, '--inspect-brk=127.0.0.1:9229'],
])("the port of %j is the inspector's", (inspect, flag) => {
  expect(new Inspection(inspect, () => {}).flags).toEqual([flag]);
});

test('a function that nobody debugs is timed out as ever', async () => {
  await start();
  await createFunction(aws, WAITS, { Timeout: 1 });
  expect(await invoke()).toContain('Task timed out after 1.00 seconds');
});

describe('the environment', () => {
  const variables = ['LOCAL_AWS_INSPECT', 'LOCAL_AWS_INSPECT_BRK'] as const;
  afterEach(() => variables.forEach(name => delete process.env[name]));

  test.each(variables)('may say so by %s', async name => {
    process.env[name] = '0';
    const written = jest.spyOn(console, 'error').mockImplementation(() => {});
    aws = await LocalAws.start();
    await createRole(aws);
    await createFunction(aws, 'exports.handler = async () => 1;', { Timeout: 30 });
    const running = invoke().catch(() => 'ended');
    while (written.mock.calls.length === 0) await new Promise(setImmediate);
    expect(written.mock.calls[0][0]).toMatch(LISTENING);
    if (name === 'LOCAL_AWS_INSPECT') expect(await running).toBe('1');
    written.mockRestore();
  });

  test('must name a port', async () => {
    process.env.LOCAL_AWS_INSPECT = 'yes';
    await expect(LocalAws.start()).rejects.toThrow('LOCAL_AWS_INSPECT must be a port such as 9229, got yes');
  });
});
