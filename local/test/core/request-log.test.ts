import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalAws } from 'cdk-versioned-artifacts-local';
import { SteppingClock } from '../../../testing/clock';
import { ROLE, createFunction, createRole } from './fixtures';

let aws: LocalAws;
let clock: SteppingClock;
let lines: string[];
const start = async () => {
  lines = [];
  clock = new SteppingClock();
  aws = await LocalAws.start({ clock, log: line => lines.push(line) });
};
afterEach(() => aws.stop());

/** The columns of a line. */
const columns = (line: string) => line.split(/ {2,}/);
const last = () => columns(lines.at(-1)!);

describe('a request', () => {
  beforeEach(start);

  test('is a line: when, what, about what, how it ended, how long it took, who', async () => {
    await aws.iot.createPackage('brake-ecu');
    const slow = aws.faults.inject({ operation: 'CreatePackageVersion', trouble: { stall: 'until released' } });
    const created = aws.call('iot', 'CreatePackageVersion', { packageName: 'brake-ecu', versionName: '2.0.0' });
    while (slow.hits === 0) await new Promise(setImmediate);
    clock.advance(250);
    slow.release();
    await created;
    const time = new Date(clock.now()).toISOString().slice(11, -1);
    expect(last()).toEqual([time, 'iot.CreatePackageVersion', 'brake-ecu/2.0.0', '200', '250 ms', 'developer']);
  });

  test.each<[string, string, object, string]>([
    ['glue', 'GetSchemaVersion', { SchemaId: { RegistryName: 'r', SchemaName: 's' } }, 'r/s'],
    ['glue', 'GetSchema', { SchemaId: { SchemaArn: 'arn:aws:glue:us-east-1:111111111111:schema/r/s' } }, 'r/s'],
    ['glue', 'GetRegistry', { RegistryId: { RegistryName: 'r' } }, 'r'],
    ['iot', 'DescribeJob', { jobId: 'ota' }, 'ota'],
    ['lambda', 'GetFunction', { FunctionName: 'fn' }, 'fn'],
    ['s3', 'GetObject', { Bucket: 'b', Key: 'k/1' }, 'b/k/1'],
    ['secretsmanager', 'GetSecretValue', { SecretId: 'token' }, 'token'],
    [
      'states',
      'DescribeStateMachine',
      { stateMachineArn: `arn:aws:states:us-east-1:1:stateMachine:m` },
      'stateMachine:m',
    ],
  ])('of %s.%s is about %j', async (service, operation, input, identifier) => {
    const refusal = await aws.call(service, operation, input).then(
      () => undefined,
      (error: Error & { code: string; status: number }) => error,
    );
    expect(last()[2]).toBe(identifier);
    expect(last()[3]).toBe(`${refusal!.status} ${refusal!.code}`);
  });

  test('that is no operation is a line, too', async () => {
    await expect(aws.call('iot', 'FlyToMars', {})).rejects.toThrow();
    expect(lines.at(-1)).toContain('iot.FlyToMars');
    expect(lines.at(-1)).toMatch(/ 4\d\d \w+ /);
  });

  test('whose connection is cut says so', async () => {
    aws.faults.inject({ operation: 'ListPackages', trouble: { cut: 'before' } });
    await expect(aws.call('iot', 'ListPackages', {})).rejects.toThrow();
    expect(lines.at(-1)).toMatch(/iot\.ListPackages .* ConnectionCut /);
  });

  test('shows no input but names: neither a secret nor a token', async () => {
    await aws.call('secretsmanager', 'CreateSecret', {
      Name: 'platform',
      SecretString: 'hunter2',
      ClientRequestToken: 'T',
    });
    expect(lines.join()).not.toContain('hunter2');
    await fetch(`${aws.weChat.endpoint}/componenttcb/getcsversionlist?access_token=${aws.weChat.accessToken}`, {
      method: 'POST',
      body: JSON.stringify({ env_id: 'prod', server_name: 'api' }),
    });
    expect(last().slice(1, 3)).toEqual(['api.weixin.qq.com.getcsversionlist', 'prod/api']);
    expect(last().at(-1)).toBe('unsigned');
    expect(lines.join()).not.toContain(aws.weChat.accessToken);
  });
});

describe('a function', () => {
  beforeEach(async () => {
    await start();
    await createRole(aws, { Action: 'logs:*', Resource: '*' });
  });
  const invoke = (code: string, payload: object = {}) =>
    createFunction(aws, code).then(() =>
      aws.call('lambda', 'Invoke', { FunctionName: 'fn', Payload: Buffer.from(JSON.stringify(payload)) }),
    );
  const own = () => lines.filter(line => columns(line)[1] === 'fn').map(columns);

  test('has its lines among the requests, by its request id', async () => {
    await invoke(`exports.handler = async () => {
      console.log('looking');
      process.stdout.write(JSON.stringify({ level: 'WARN', message: 'slow', tries: 2, time: 'x', requestId: 'y' }) + '\\n');
    };`);
    const [, id] = /START RequestId: ([0-9a-f-]{36}) /.exec(lines.join('\n'))!;
    expect(new Set(own().map(([, , requestId]) => requestId))).toEqual(new Set([id.split('-')[0]]));
    const said = own().map(line => line.slice(3).join('  '));
    expect(said).toEqual([
      `START RequestId: ${id} Version: $LATEST`,
      'INFO  looking',
      'WARN  slow  tries=2',
      'END',
      expect.stringMatching(/^REPORT {2}Duration: .* ms {2}Billed/),
    ]);
    expect(lines.at(-1)).toMatch(/lambda\.Invoke +fn +200/);
    // what keeps its log is no line of its own.
    expect(lines.join()).not.toContain('logs.PutLogEvents');
  });

  test('calls by its name and its role', async () => {
    await invoke(`const { IoTClient, ListPackagesCommand } = require('@aws-sdk/client-iot');
      exports.handler = async () => new IoTClient({}).send(new ListPackagesCommand({})).catch(() => 1);`);
    const call = lines.find(line => line.includes('iot.ListPackages'))!;
    expect(columns(call).slice(-3)).toEqual(['403 AccessDeniedException', '0 ms', `fn as ${ROLE.split('/').at(-1)}`]);
  });
});

describe('LOCAL_AWS_LOG', () => {
  const folder = mkdtempSync(join(tmpdir(), 'request-log-'));
  afterEach(() => delete process.env.LOCAL_AWS_LOG);
  afterAll(() => rmSync(folder, { recursive: true }));

  test('names the file that the lines are appended to', async () => {
    const file = join(folder, 'requests.log');
    process.env.LOCAL_AWS_LOG = file;
    for (const name of ['one', 'two']) {
      aws = await LocalAws.start();
      await aws.call('iot', 'CreatePackage', { packageName: name });
      if (name === 'one') await aws.stop();
    }
    const written = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(written.map(line => columns(line)[2])).toEqual(['one', 'two']);
  });

  test('may be the standard error', async () => {
    const written = jest.spyOn(console, 'error').mockImplementation(() => {});
    process.env.LOCAL_AWS_LOG = 'stderr';
    aws = await LocalAws.start();
    await aws.call('iot', 'CreatePackage', { packageName: 'one' });
    expect(written).toHaveBeenCalledWith(expect.stringContaining('iot.CreatePackage'));
    written.mockRestore();
  });
});
