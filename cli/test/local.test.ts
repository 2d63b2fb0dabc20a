import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IoTClient, ListPackageVersionsCommand } from '@aws-sdk/client-iot';
import { LocalAws } from 'cdk-versioned-artifacts-local';
import { run } from '../src/program';
import { type Terminal } from '../src/terminal';

const folder = mkdtempSync(join(tmpdir(), 'local-command-'));
afterAll(() => rmSync(folder, { recursive: true }));

function terminal() {
  const said: string[] = [];
  const noted: string[] = [];
  const listeners = new Set<() => void>();
  const made: Terminal = {
    say: text => void said.push(text),
    note: text => void noted.push(text),
    isInteractive: false,
    confirm: async () => false,
    onInterrupt: listener => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    progress: async () => ({ update: () => {}, stop: () => {} }),
  };
  return { made, said, noted, listeners };
}

/** Waits until something has come about. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(resolve => setImmediate(resolve));
}

test('a command runs in the environment of a local AWS, and its exit code is that of the whole', async () => {
  const { made } = terminal();
  const file = join(folder, 'environment.json');
  const script = `require('fs').writeFileSync(${JSON.stringify(file)}, JSON.stringify(process.env)); process.exit(3)`;
  expect(await run(['local', '--', process.execPath, '-e', script], made)).toBe(3);
  const env = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  expect(env).toMatchObject({
    AWS_ENDPOINT_URL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    AWS_ACCESS_KEY_ID: 'AKIADEVELOPER',
  });
});

test('without a command its environment is printed until an interrupt, and it holds the seed', async () => {
  const seed = join(folder, 'seed.json');
  writeFileSync(
    seed,
    JSON.stringify({
      packages: {
        'brake-ecu': {
          default: '2.0.0',
          versions: { '1.0.0': { status: 'DEPRECATED', daysOld: 100 }, '2.0.0': 'PUBLISHED' },
        },
      },
      schemas: { 'vehicles/orders': { versions: [{ type: 'record', name: 'Order', fields: [] }] } },
      calls: [{ service: 'iot', operation: 'CreatePackage', input: { packageName: 'other' } }],
    }),
  );
  const { made, said, noted, listeners } = terminal();
  const running = run(['local', '--seed', seed], made);
  await Promise.race([running, until(() => said.length > 0)]);
  expect(noted).toEqual([expect.stringMatching(/^a local AWS answers on/)]);
  const env = Object.fromEntries(said[0].split('\n').map(line => line.replace('export ', '').split(/=(.*)/)));
  const iot = new IoTClient({
    endpoint: env.AWS_ENDPOINT_URL,
    region: env.AWS_REGION,
    credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY },
  });
  const { packageVersionSummaries = [] } = await iot.send(new ListPackageVersionsCommand({ packageName: 'brake-ecu' }));
  const ages = packageVersionSummaries.map(({ versionName, status, creationDate }) => [
    versionName,
    status,
    Math.round((Date.now() - creationDate!.getTime()) / 86_400_000),
  ]);
  expect(ages.sort()).toEqual([
    ['1.0.0', 'DEPRECATED', 100],
    ['2.0.0', 'PUBLISHED', 0],
  ]);
  for (const listener of listeners) listener();
  expect(await running).toBe(0);
});

test('with --log each request is shown beside the result', async () => {
  const { made, said, noted } = terminal();
  const script = `const { IoTClient, CreatePackageCommand } = require('@aws-sdk/client-iot');
    new IoTClient({}).send(new CreatePackageCommand({ packageName: 'brake-ecu' }));`;
  expect(await run(['local', '--log', '--', process.execPath, '-e', script], made)).toBe(0);
  expect(noted).toEqual([expect.stringMatching(/iot\.CreatePackage +brake-ecu +200 +\d+ ms +developer$/)]);
  expect(said).toEqual([]);
});

test.each([
  [['--inspect'], { port: 9229, isBreaking: false }],
  [['--inspect', '9230'], { port: 9230, isBreaking: false }],
  [['--inspect-brk'], { port: 9229, isBreaking: true }],
  [[], undefined],
])('with %j functions are opened to a debugger at %j', async (options, inspect) => {
  const start = jest.spyOn(LocalAws, 'start');
  expect(await run(['local', ...options, '--', process.execPath, '-e', ''], terminal().made)).toBe(0);
  expect(start.mock.calls[0][0]).toMatchObject({ inspect });
  start.mockRestore();
});

test('what it cannot do it says', async () => {
  const { made, noted } = terminal();
  const seed = join(folder, 'wrong.json');
  writeFileSync(seed, JSON.stringify({ things: [] }));
  expect(await run(['local', '--seed', seed], made)).toBe(1);
  expect(noted[0]).toBe('a seed has no things: it may have packages, schemas, calls');
  const taken = await LocalAws.start();
  expect(await run(['local', '--port', new URL(taken.endpoint).port], made)).toBe(1);
  expect(noted[1]).toMatch(/^port \d+ is taken/);
  await taken.stop();
  expect(await run(['local', '--', 'no-such-command'], made)).toBe(1);
  expect(noted[2]).toMatch(/there is no command no-such-command/);
});
