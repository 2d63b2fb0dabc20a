/** What is claimed again, and what two claim at once: nothing that was there before a deployment goes with its rollback. */
import { LocalAws } from 'cdk-versioned-artifacts-local';
import { SoftwarePackageResourceType as Type } from '../../../contract/iot';
import { ARTIFACT_TAGS, DEFAULT_POINTER_TAGS } from '../../../contract/ownership';
import { type Reply, Stack } from './stack';

const PACKAGE = 'brake-ecu';
const DAY = 86_400_000;

let aws: LocalAws;
let stack: Stack;
let other: Stack;
beforeEach(async () => {
  aws = await LocalAws.start();
  await aws.iot.createPackage(PACKAGE);
  stack = new Stack(aws);
  other = new Stack(aws, 'other');
});
afterEach(() => aws.stop());

const published = (VersionName = '1.0.0', more: object = {}) => ({
  PackageName: PACKAGE,
  VersionName,
  Status: 'PUBLISHED',
  Removal: 'DELETE',
  ...more,
});
const adopting = (more: object = {}) => published('1.0.0', { AdoptExisting: 'true', ...more });
const pointer = (VersionName: string) => ({ PackageName: PACKAGE, VersionName });
const held = (name = '1.0.0') => aws.iot.describe(PACKAGE)?.versions[name];
const shown = () => aws.iot.describe(PACKAGE)?.defaultVersionName;
const succeeded = (reply: Reply | undefined): string => {
  expect(reply).toMatchObject({ Status: 'SUCCESS' });
  return reply!.PhysicalResourceId;
};

/** The deployment succeeds, and another one begins. */
async function nextDeployment(): Promise<void> {
  stack.status = 'UPDATE_COMPLETE';
  await stack.later();
  stack.status = 'UPDATE_IN_PROGRESS';
}

async function rollBack(): Promise<void> {
  await stack.later();
  stack.status = 'UPDATE_ROLLBACK_IN_PROGRESS';
}

/** Something happens before the next claim is written. */
function beforeClaim(happens: () => Promise<void>): void {
  stack.interrupt = async (operation, moment) => {
    if (operation !== 'TagResource' || moment !== 'before') return;
    stack.interrupt = undefined;
    await happens();
  };
}

describe('what a resource has left behind, since its Delete never came or was refused, outlives the rollback of', () => {
  test.each(['RETAIN', 'DELETE'])('a deployment that puts the version in again, under %s', async Removal => {
    const wanted = published('1.0.0', { Removal });
    succeeded(await stack.create(Type.VERSION, 'V', wanted));
    await nextDeployment();
    const id = succeeded(await stack.create(Type.VERSION, 'V', wanted));
    await rollBack();
    succeeded(await stack.delete(Type.VERSION, 'V', id, wanted));
    expect(held()?.status).toBe('PUBLISHED');
    stack.status = 'UPDATE_IN_PROGRESS';
    succeeded(await stack.create(Type.VERSION, 'V', wanted));
  });

  test.each(['RETAIN', 'DELETE'])('a deployment that replaces another version by it, under %s', async Removal => {
    const [old, wanted] = ['1.0.0', '2.0.0'].map(name => published(name, { Removal }));
    const first = succeeded(await stack.create(Type.VERSION, 'V', old));
    const second = succeeded(await stack.update(Type.VERSION, 'V', { id: first, properties: wanted, old }));
    await nextDeployment();
    const again = succeeded(await stack.update(Type.VERSION, 'V', { id: second, properties: old, old: wanted }));
    await rollBack();
    expect(succeeded(await stack.update(Type.VERSION, 'V', { id: again, properties: wanted, old }))).toBe(second);
    succeeded(await stack.delete(Type.VERSION, 'V', again, old));
    expect([held(), held('2.0.0')].map(version => version?.status)).toEqual(['PUBLISHED', 'PUBLISHED']);
    expect(held('2.0.0')?.tags[ARTIFACT_TAGS.stack]).toBe(stack.stackId);
  });

  test('a deployment that puts the package in again', async () => {
    const wanted = { PackageName: 'left-behind' };
    succeeded(await stack.create(Type.PACKAGE, 'P', wanted));
    await nextDeployment();
    const id = succeeded(await stack.create(Type.PACKAGE, 'P', wanted));
    await rollBack();
    succeeded(await stack.delete(Type.PACKAGE, 'P', id, wanted));
    expect(aws.iot.describe('left-behind')).toBeDefined();
  });

  test('a deployment that designates the default again', async () => {
    await aws.iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED' });
    succeeded(await stack.create(Type.DEFAULT_VERSION, 'D', pointer('1.0.0')));
    await nextDeployment();
    const id = succeeded(await stack.create(Type.DEFAULT_VERSION, 'D', pointer('1.0.0')));
    await rollBack();
    succeeded(await stack.delete(Type.DEFAULT_VERSION, 'D', id, pointer('1.0.0')));
    expect(shown()).toBe('1.0.0');
  });
});

test('what a former life has left behind can be had again after a deployment of it that failed', async () => {
  succeeded(await stack.create(Type.VERSION, 'V', published()));
  const second = new Stack(aws, stack.name, 'second-life');
  const id = succeeded(await second.create(Type.VERSION, 'V', published()));
  await second.during('ROLLBACK_IN_PROGRESS', async () =>
    succeeded(await second.delete(Type.VERSION, 'V', id, published())),
  );
  const third = new Stack(aws, stack.name, 'third-life');
  succeeded(await third.create(Type.VERSION, 'V', published()));
  expect(held()?.tags[ARTIFACT_TAGS.stack]).toBe(third.stackId);
});

test('a version that only an unfinished deployment has made goes, though that has created it twice', async () => {
  succeeded(await stack.create(Type.VERSION, 'V', published()));
  stack.history.enter('UPDATE_FAILED');
  await stack.later();
  stack.history.enter('UPDATE_IN_PROGRESS');
  const id = succeeded(await stack.create(Type.VERSION, 'V', published()));
  await rollBack();
  succeeded(await stack.delete(Type.VERSION, 'V', id, published()));
  expect(held()).toBeUndefined();
});

test('a version under RETAIN outlives a stack whose history CloudFormation has forgotten', async () => {
  const wanted = published('1.0.0', { Removal: 'RETAIN' });
  const id = succeeded(await stack.create(Type.VERSION, 'V', wanted));
  stack.status = 'UPDATE_COMPLETE';
  stack.history.entries.length = 0;
  await stack.later(100 * DAY);
  stack.history.enter('DELETE_IN_PROGRESS');
  succeeded(await stack.delete(Type.VERSION, 'V', id, wanted));
  expect(held()?.status).toBe('PUBLISHED');
});

test('what an Update has adopted is given back by a rollback that goes on days after it had failed', async () => {
  const id = succeeded(await stack.create(Type.VERSION, 'V', published()));
  await aws.iot.byHand('DeletePackageVersion', { packageName: PACKAGE, versionName: '1.0.0' });
  succeeded(await other.create(Type.VERSION, 'V', published()));
  await nextDeployment();
  succeeded(await stack.update(Type.VERSION, 'V', { id, properties: adopting(), old: published() }));
  await rollBack();
  stack.history.enter('UPDATE_ROLLBACK_FAILED');
  await stack.later(3 * DAY);
  stack.history.enter('UPDATE_ROLLBACK_IN_PROGRESS');
  succeeded(await stack.update(Type.VERSION, 'V', { id, properties: published(), old: adopting() }));
  expect(held()?.tags[ARTIFACT_TAGS.stack]).toBe(other.stackId);
});

test('what an Update without a rollback has adopted stays the stack’s in the next deployment, which does not roll back', async () => {
  const id = succeeded(await stack.create(Type.VERSION, 'V', published()));
  await aws.iot.byHand('DeletePackageVersion', { packageName: PACKAGE, versionName: '1.0.0' });
  succeeded(await other.create(Type.VERSION, 'V', published()));
  await nextDeployment();
  succeeded(await stack.update(Type.VERSION, 'V', { id, properties: adopting(), old: published() }));
  stack.history.enter('UPDATE_FAILED');
  await stack.later();
  stack.history.enter('UPDATE_IN_PROGRESS');
  const described = adopting({ Tags: [{ Key: 'team', Value: 'a' }] });
  succeeded(await stack.update(Type.VERSION, 'V', { id, properties: described, old: adopting() }));
  expect(held()?.tags).toMatchObject({ [ARTIFACT_TAGS.stack]: stack.stackId, team: 'a' });
});

test('a rollback adopts nothing, whatever the template before says', async () => {
  await aws.iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED' });
  const id = succeeded(await stack.create(Type.VERSION, 'V', adopting()));
  await nextDeployment();
  succeeded(await other.create(Type.VERSION, 'V', adopting()));
  await rollBack();
  const described = adopting({ Tags: [{ Key: 'team', Value: 'a' }] });
  succeeded(await stack.update(Type.VERSION, 'V', { id, properties: adopting(), old: described }));
  expect(held()?.tags[ARTIFACT_TAGS.stack]).toBe(other.stackId);
});

describe('of two stacks that claim at once', () => {
  test('the one whose function dies before it has looked again yields when it has come again', async () => {
    await aws.iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED' });
    beforeClaim(async () => void succeeded(await other.create(Type.VERSION, 'V', adopting())));
    // refused creation, version, tags, claim.
    stack.killNext = { call: 4, when: 'after' };
    const reply = await stack.create(Type.VERSION, 'V', adopting());
    expect(reply.Reason).toContain(`claimed by stack ${other.stackId} at the same time`);
    expect(held()?.tags[ARTIFACT_TAGS.stack]).toBe(other.stackId);
  });

  test('the loser’s tags are not on the winner’s version', async () => {
    await aws.iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED' });
    const team = (Value: string) => adopting({ Tags: [{ Key: 'team', Value }] });
    beforeClaim(async () => void succeeded(await other.create(Type.VERSION, 'V', team('winner'))));
    expect((await stack.create(Type.VERSION, 'V', team('loser'))).Status).toBe('FAILED');
    expect(held()?.tags.team).toBe('winner');
  });

  test('the winner of the default finds it as its own record says, and takes it back when it goes', async () => {
    for (const name of ['1.0.0', '2.0.0']) await aws.iot.createVersion(PACKAGE, name, { status: 'PUBLISHED' });
    let id = '';
    beforeClaim(async () => {
      id = succeeded(await other.create(Type.DEFAULT_VERSION, 'D', pointer('2.0.0')));
    });
    expect((await stack.create(Type.DEFAULT_VERSION, 'D', pointer('1.0.0'))).Status).toBe('FAILED');
    expect(aws.iot.describe(PACKAGE)?.tags[DEFAULT_POINTER_TAGS.version]).toBe('2.0.0');
    succeeded(await other.delete(Type.DEFAULT_VERSION, 'D', id, pointer('2.0.0')));
    expect(shown()).toBeUndefined();
  });
});
