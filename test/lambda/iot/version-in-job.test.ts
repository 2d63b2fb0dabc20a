import { LocalAws, ServiceError, throttling } from 'cdk-versioned-artifacts-local';
import { SoftwarePackageResourceType } from '../../../contract/iot';
import { ARTIFACT_TAGS } from '../../../contract/ownership';
import { instantClock } from '../../../testing/stack';
import { type Reply, Stack } from './stack';

const VERSION = SoftwarePackageResourceType.VERSION;
const PACKAGE = 'brake-ecu';

let aws: LocalAws;
let stack: Stack;
let id: string;

const properties = { PackageName: PACKAGE, VersionName: '1.0.0', Status: 'PUBLISHED', Removal: 'DELETE' };
const nextMonth = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 16).replace('T', ' ');
const held = () => aws.iot.describe(PACKAGE)?.versions['1.0.0'];
const arnOf = (versionName: string) =>
  `arn:aws:iot:${aws.region}:${aws.account}:package/${PACKAGE}/version/${versionName}`;
const job = (jobId: string, more: object = {}) =>
  aws.iot.byHand('CreateJob', {
    jobId,
    targets: [`arn:aws:iot:${aws.region}:${aws.account}:thing/t`],
    document: '{}',
    destinationPackageVersions: [arnOf('1.0.0')],
    ...more,
  });
const remove = (more: object = {}): Promise<Reply> => stack.delete(VERSION, 'V', id, { ...properties, ...more });
const refusals = () => stack.logs.filter(({ Refused }) => Refused === 1).length;

beforeEach(async () => {
  aws = await LocalAws.start();
  aws.iot.devices.add('t');
  await aws.iot.createPackage(PACKAGE);
  stack = new Stack(aws);
  id = (await stack.create(VERSION, 'V', properties)).PhysicalResourceId;
});
afterEach(() => aws.stop());

function expectLeftToNobody(why: RegExp): void {
  expect(held()?.status).toBe('PUBLISHED');
  expect(held()?.tags).not.toHaveProperty([ARTIFACT_TAGS.owner]);
  expect(held()?.tags).not.toHaveProperty([ARTIFACT_TAGS.stack]);
  expect(refusals()).toBe(1);
  expect(stack.logs).toContainEqual(
    expect.objectContaining({ level: 'ERROR', message: expect.stringMatching(why), refused: 'Refusal' }),
  );
}

describe('a version that is to be deleted is left to nobody', () => {
  test.each<[string, object]>([
    ['in progress', {}],
    ['scheduled', { schedulingConfig: { startTime: nextMonth } }],
    ['in progress in a namespace', { namespaceId: 'greengrass' }],
  ])('while a job that deploys it is %s', async (_, more) => {
    await job('rollout', more);
    expect(await remove()).toMatchObject({ Status: 'SUCCESS' });
    expectLeftToNobody(/version 1\.0\.0 of software package brake-ecu stays, .*: job rollout deploys it/);
  });

  test('while a job deploys the default, which it is', async () => {
    await aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, defaultVersionName: '1.0.0' });
    await job('rollout', { destinationPackageVersions: [arnOf('$default')] });
    expect(await remove()).toMatchObject({ Status: 'SUCCESS' });
    expectLeftToNobody(/job rollout deploys it/);
  });

  test('while executions of a cancelled job go on', async () => {
    await job('rollout');
    aws.iot.devices.advanceAll('rollout', 'IN_PROGRESS');
    await aws.iot.byHand('CancelJob', { jobId: 'rollout' });
    expect(await remove()).toMatchObject({ Status: 'SUCCESS' });
    expectLeftToNobody(/job rollout deploys it/);
  });

  test.each([
    ['ListJobs', /cannot read whether a job deploys it: AccessDeniedException/],
    ['DescribeJob', /job other .*, which may deploy it, cannot be described/],
  ])('where %s is denied', async (operation, why) => {
    await job('other', { destinationPackageVersions: undefined });
    const error = new ServiceError('AccessDeniedException', 'no', 403);
    aws.faults.inject({ service: 'iot', operation, times: 1_000, trouble: { error } });
    expect(await remove()).toMatchObject({ Status: 'SUCCESS' });
    expectLeftToNobody(why);
  });

  test('while a job deploys it that has begun while its removal was throttled', async () => {
    const clock = instantClock();
    await aws.stop();
    aws = await LocalAws.start({ clock });
    aws.iot.devices.add('t');
    await aws.iot.createPackage(PACKAGE);
    stack = new Stack(aws, undefined, undefined, clock);
    id = (await stack.create(VERSION, 'V', properties)).PhysicalResourceId;
    const begins = jest.fn(() => job('rollout'));
    let since: number | undefined;
    aws.faults.inject({
      service: 'iot',
      operation: 'DeletePackageVersion',
      times: 1_000,
      match: () => {
        since ??= clock.now();
        if (begins.mock.calls.length === 0 && clock.now() - since > 30_000) void begins();
        return clock.now() - since < 180_000;
      },
      trouble: { error: throttling() },
    });
    expect(await remove()).toMatchObject({ Status: 'SUCCESS' });
    expect(begins).toHaveBeenCalledTimes(1);
    expectLeftToNobody(/job rollout deploys it/);
  });

  test('and belongs to its construct again when that comes back', async () => {
    await job('rollout');
    await remove();
    expect(await stack.create(VERSION, 'V', properties)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: id });
  });
});

describe('a version is deleted', () => {
  test('where the job has ended', async () => {
    await job('rollout');
    aws.iot.devices.advanceAll('rollout', 'SUCCEEDED');
    await remove();
    expect(held()).toBeUndefined();
  });

  test('where the job is cancelled and nothing of it goes on', async () => {
    await job('rollout');
    await aws.iot.byHand('CancelJob', { jobId: 'rollout' });
    await remove();
    expect(held()).toBeUndefined();
  });

  test('where jobs deploy other versions', async () => {
    await aws.iot.createVersion(PACKAGE, '2.0.0', { status: 'PUBLISHED' });
    await job('rollout', { destinationPackageVersions: [arnOf('2.0.0')] });
    await remove();
    expect(held()).toBeUndefined();
  });

  test('whatever jobs deploy where it is not protected, and no job is looked at', async () => {
    await job('rollout');
    const calls = await stack.callsOf(() => remove({ ProtectInActiveJobs: false }));
    expect(held()).toBeUndefined();
    expect(calls).not.toContain('ListJobs');
  });

  test('unless somebody has taken it while the jobs were read', async () => {
    await job('other', { destinationPackageVersions: undefined });
    stack.interrupt = async (operation, moment) => {
      if (operation !== 'DescribeJob' || moment !== 'after') return;
      const tags = [{ Key: ARTIFACT_TAGS.owner, Value: '0123456789abcdef' }];
      await aws.iot.byHand('TagResource', { resourceArn: arnOf('1.0.0'), tags });
    };
    expect(await remove()).toMatchObject({ Status: 'SUCCESS' });
    expect(held()?.tags[ARTIFACT_TAGS.owner]).toBe('0123456789abcdef');
  });
});
