/** A retention and a deployment that moves the default of a package, which the rollback moves back. */
import { LocalAws } from 'cdk-versioned-artifacts-local';
import { SoftwarePackageResourceType as Type } from '../../../../contract/iot';
import { SteppingClock } from '../../../../testing/clock';
import { STACK_ID } from '../../../../testing/sweep/sweep-world';
import { type Reply, Stack } from '../stack';
import { DAY, IotSweep, PACKAGE, retention } from './iot-sweep';

let clock: SteppingClock;
let aws: LocalAws;
let stack: Stack;
let id: string;
beforeEach(async () => {
  clock = new SteppingClock();
  aws = await LocalAws.start({ clock });
  await aws.iot.createPackage(PACKAGE);
  for (const name of ['1.0.0', '2.0.0', '3.0.0', '4.0.0', '5.0.0']) {
    await aws.iot.createVersion(PACKAGE, name, { status: 'PUBLISHED' });
    clock.advance(DAY);
  }
});
afterEach(() => aws.stop());

const pointer = (VersionName: string) => ({ PackageName: PACKAGE, VersionName });
const left = () => Object.keys(aws.iot.describe(PACKAGE)?.versions ?? {}).sort();
const shown = () => aws.iot.describe(PACKAGE)?.defaultVersionName;
const sweepOf = () => new IotSweep(aws, retention({ rules: { keepLatest: 2 }, protectInActiveJobs: false }), clock);
const succeeded = (reply: Reply): string => {
  expect(reply).toMatchObject({ Status: 'SUCCESS' });
  return reply.PhysicalResourceId;
};

/** A deployment designates 1.0.0, and another one is under way. */
async function designated(by: Stack): Promise<void> {
  stack = by;
  id = succeeded(await stack.create(Type.DEFAULT_VERSION, 'D', pointer('1.0.0')));
  stack.status = 'UPDATE_COMPLETE';
  await stack.later();
  stack.status = 'UPDATE_IN_PROGRESS';
}

const move = async (from: string, to: string) =>
  succeeded(await stack.update(Type.DEFAULT_VERSION, 'D', { id, properties: pointer(to), old: pointer(from) }));

async function rollBack(from: string): Promise<void> {
  stack.status = 'UPDATE_ROLLBACK_IN_PROGRESS';
  await move(from, '1.0.0');
  expect(shown()).toBe('1.0.0');
}

test('during the deployment that moves it, its former version stays for the rollback', async () => {
  await designated(new Stack(aws, 'fleet', '0a1b'));
  await move('1.0.0', '5.0.0');
  const sweep = sweepOf();
  sweep.stacks[STACK_ID] = { status: 'UPDATE_IN_PROGRESS' };
  expect(await sweep.send('Update', sweep.properties(), { OldResourceProperties: {} })).toMatchObject({
    Data: { RemovedCount: '2' },
  });
  expect(sweep.kept['1.0.0']).toBe('DEFAULT_PREDECESSOR');
  expect(left()).toEqual(['1.0.0', '4.0.0', '5.0.0']);
  await rollBack('5.0.0');
});

test('where the stack that moves it cannot be described, its former version stays, too', async () => {
  await designated(new Stack(aws, 'release', '9f8e'));
  await move('1.0.0', '5.0.0');
  const sweep = sweepOf();
  sweep.eventsOf = () => {
    throw Object.assign(new Error('denied'), { name: 'AccessDenied' });
  };
  await sweep.run();
  expect(left()).toEqual(['1.0.0', '4.0.0', '5.0.0']);
  await rollBack('5.0.0');
});

test('of two moves without a success in between, the version before both stays', async () => {
  await designated(new Stack(aws, 'release', '9f8e'));
  await move('1.0.0', '2.0.0');
  stack.history.enter('UPDATE_FAILED');
  await stack.later();
  stack.history.enter('UPDATE_IN_PROGRESS');
  await move('2.0.0', '5.0.0');
  await sweepOf().run();
  expect(left()).toEqual(['1.0.0', '4.0.0', '5.0.0']);
  await rollBack('5.0.0');
});

test('once the deployment has succeeded, its former version may go', async () => {
  await designated(new Stack(aws, 'fleet', '0a1b'));
  await move('1.0.0', '5.0.0');
  stack.status = 'UPDATE_COMPLETE';
  const sweep = sweepOf();
  sweep.history = stack.history.entries;
  await sweep.run();
  expect(left()).toEqual(['4.0.0', '5.0.0']);
});
