/** The versions of a package that jobs deploy, or are about to. */
import { ServiceError } from 'cdk-versioned-artifacts-local';
import { type DeployedVersions, neededByJob, pagesOf, readDeployed } from '../../../lambda/iot/active-jobs';
import { type IotGateway } from '../../../lambda/iot/gateway';
import { OutOfTime } from '../../../lambda/sweep/pace';
import { PACKAGE, aws } from './brake-ecu';
import { gatewayOf } from './stack';

const IN_PROGRESS = { status: 'IN_PROGRESS' } as const;

let iot: IotGateway;
beforeEach(async () => {
  iot = gatewayOf(aws);
  aws.iot.devices.add('t');
  for (const name of ['1.0.0', '2.0.0']) await aws.iot.createVersion(PACKAGE, name, { status: 'PUBLISHED' });
  await aws.iot.createPackage('motor');
  await aws.iot.createVersion('motor', '1.0.0', { status: 'PUBLISHED', isDefault: true });
});

const arn = (resource: string) => `arn:aws:iot:${aws.region}:${aws.account}:${resource}`;
const arnOf = (versionName: string, packageName = PACKAGE) => arn(`package/${packageName}/version/${versionName}`);
const job = (jobId: string, ...destinationPackageVersions: string[]) =>
  aws.iot.byHand('CreateJob', {
    jobId,
    targets: [arn('thing/t')],
    document: '{}',
    ...(destinationPackageVersions.length > 0 && { destinationPackageVersions }),
  });
const deployed = async (createdSince?: number) =>
  Object.fromEntries((await readDeployed(iot, PACKAGE, { ...IN_PROGRESS, createdSince })).versions);
const described = () => aws.calls.filter({ operation: 'DescribeJob' }).map(({ input }) => input.jobId);
const undescribed = (error: ServiceError) =>
  aws.faults.inject({ service: 'iot', operation: 'DescribeJob', trouble: { error } });

test('are those of the package that its jobs name, by job', async () => {
  expect(await deployed()).toEqual({});
  await job('rollout', arnOf('1.0.0'));
  await job('other', arnOf('1.0.0', 'motor'));
  await job('config');
  expect(await deployed()).toEqual({ '1.0.0': 'rollout' });
});

test('are the default version, too, where a job names the default, unless the package has none', async () => {
  await aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, defaultVersionName: '2.0.0' });
  await job('rollout', arnOf('$default'));
  // as a job shows it whose default has changed.
  jest.spyOn(iot, 'findJob').mockResolvedValue({ destinationPackageVersions: [arnOf('$default')] });
  expect(await deployed()).toEqual({ $default: 'rollout', '2.0.0': 'rollout' });
  await aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, unsetDefaultVersion: true });
  expect(await deployed()).toEqual({ $default: 'rollout' });
  jest.spyOn(iot, 'findPackage').mockResolvedValue(undefined);
  expect(await deployed()).toEqual({ $default: 'rollout' });
});

test.each<[string, object, boolean]>([
  ['has ended', { status: 'CANCELED', jobProcessDetails: { numberOfInProgressThings: 0 } }, false],
  ['goes on', { status: 'CANCELED', jobProcessDetails: { numberOfInProgressThings: 1 } }, true],
  ['does not say how far it is', { status: 'CANCELED' }, true],
  ['has not begun', { status: 'IN_PROGRESS', jobProcessDetails: { numberOfInProgressThings: 0 } }, true],
])('are deployed or not by a canceled job that %s', async (_what, shown, isDeployed) => {
  await job('rollout', arnOf('1.0.0'));
  jest.spyOn(iot, 'findJob').mockResolvedValue({ ...shown, destinationPackageVersions: [arnOf('1.0.0')] });
  expect(await deployed()).toEqual(isDeployed ? { '1.0.0': 'rollout' } : {});
});

test('of jobs that were created earlier are not asked for again', async () => {
  await job('rollout', arnOf('1.0.0'));
  const [{ createdAt }] = (await iot.listJobs(IN_PROGRESS, undefined)).jobs!;
  expect(await deployed(createdAt!.getTime())).toEqual({ '1.0.0': 'rollout' });
  aws.calls.clear();
  expect(await deployed(createdAt!.getTime() + 1)).toEqual({});
  expect(described()).toEqual([]);
  jest.spyOn(iot, 'listJobs').mockResolvedValue({ $metadata: {}, jobs: [{ jobId: 'rollout' }] });
  expect(await deployed(Date.now())).toEqual({ '1.0.0': 'rollout' });
});

test('of a job that cannot be described are unknown, and the job is named', async () => {
  await job('rollout', arnOf('1.0.0'));
  undescribed(new ServiceError('AccessDeniedException', 'not allowed', 403));
  expect((await readDeployed(iot, PACKAGE, IN_PROGRESS)).undescribed).toBe('rollout (not allowed)');
  undescribed(new ServiceError('AccessDeniedException', 'not allowed', 403));
  expect(await neededByJob(iot, { packageName: PACKAGE, versionName: '2.0.0' })).toBe(
    'job rollout (not allowed), which may deploy it, cannot be described',
  );
});

test('are not guessed where the time is over', async () => {
  await job('rollout', arnOf('1.0.0'));
  jest.spyOn(iot, 'findJob').mockRejectedValue(new OutOfTime('late'));
  await expect(readDeployed(iot, PACKAGE, IN_PROGRESS)).rejects.toThrow(OutOfTime);
});

test('are those of all pages', async () => {
  for (let number = 0; number < 251; number++) await job(`job-${number}`, ...(number === 0 ? [arnOf('1.0.0')] : []));
  const pages: DeployedVersions[] = [];
  for await (const page of pagesOf(iot, PACKAGE, IN_PROGRESS)) pages.push(page);
  expect(pages.flatMap(({ versions }) => [...versions.keys()])).toEqual(['1.0.0']);
  expect(pages).toHaveLength(2);
  expect(new Set(described()).size).toBe(251);
});

test('need a version until no job deploys it', async () => {
  const at = { packageName: PACKAGE, versionName: '1.0.0' };
  await job('rollout', arnOf('1.0.0'));
  expect(await neededByJob(iot, at)).toBe('job rollout deploys it');
  expect(await neededByJob(iot, { ...at, versionName: '2.0.0' })).toBeUndefined();
  expect(await neededByJob(iot, at, Date.now() + 60_000)).toBeUndefined();
  aws.iot.devices.advanceAll('rollout', 'SUCCEEDED');
  expect(await neededByJob(iot, at)).toBeUndefined();
});
