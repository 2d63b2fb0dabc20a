import { firmware, retained, seed, versionsIn } from './firmware';
import { World } from './world';

const isWrite = (call: string) => !/:(Get|List|Describe|Search|Query|Check)/.test(call);

let world: World;
let next: string;
beforeAll(async () => {
  world = await World.start();
  await world.deploy(retained(['1.0.0']));
  await seed(world, '0.1.0', '0.2.0', '0.3.0');
  next = world.synth(firmware(['2.0.0']));
});
afterAll(() => world.stop());

test.each<[string, (next: string) => string[]]>([
  ['plan', app => ['plan', '--app', app]],
  ['plan --json', app => ['plan', '--app', app, '--json']],
  ['plan --markdown', app => ['plan', '--app', app, '--markdown']],
  ['why', () => ['why', 'brake-ecu/1.0.0']],
  ['why of what a sweep takes', () => ['why', 'brake-ecu/0.1.0']],
  ['sweep --dry-run', () => ['sweep', 'Keep', '--dry-run']],
])('%s makes no call that writes', async (_, args) => {
  const calls = await world.callsOf(async () => {
    const { code, noted } = await world.run(...args(next));
    expect([code, noted]).toEqual([0, '']);
  });
  expect(calls.length).toBeGreaterThan(5);
  expect(calls.filter(isWrite)).toEqual([]);
  expect(versionsIn(world)).toEqual(['0.1.0', '0.2.0', '0.3.0', '1.0.0']);
});

test('sweep and verify do, and what they may call is known', async () => {
  const swept = await world.callsOf(() => world.run('sweep', 'Keep', '--yes'));
  expect([...new Set(swept.filter(isWrite))]).toEqual(['states:StartExecution']);
  const verified = await world.callsOf(() =>
    world.run('verify', '--yes', '--only', 'publish-published', '--report', `${world.folder}/report.json`),
  );
  const written = ['CreatePackage', 'CreatePackageVersion', 'UpdatePackageVersion', 'UpdatePackage'];
  const removed = ['DeletePackageVersion', 'DeletePackage'];
  expect([...new Set(verified.filter(isWrite))].sort()).toEqual(
    [...written, ...removed].map(operation => `iot:${operation}`).sort(),
  );
});
