import { type Job } from '@aws-sdk/client-iot';
import { type JobExecutionCleanupConfig } from '../../../../contract/iot';
import { type IotGateway } from '../../../../lambda/iot/gateway';
import { SelectedJobs } from '../../../../lambda/iot/sweeps/selected-jobs';
import { PACKAGE, cleanup } from './iot-sweep';

type More = Partial<JobExecutionCleanupConfig>;

const arn = (version: string) => `arn:aws:iot:us-east-1:111111111111:package/${PACKAGE}/version/${version}`;
const UPDATED = new Date(7);
const job = (more: Partial<Job> = {}): Partial<Job> => ({ status: 'COMPLETED', lastUpdatedAt: UPDATED, ...more });

/** The selection among jobs; those that are not named are gone. */
function selection(more: More, jobs: Record<string, Partial<Job> | Error> = {}) {
  const asked: string[] = [];
  const how: unknown[] = [];
  const gateway = {
    findJob: async (jobId: string, options: unknown) => {
      asked.push(jobId);
      how.push(options);
      const found = jobs[jobId];
      if (found instanceof Error) throw found;
      return found;
    },
  } as unknown as IotGateway;
  return { jobs: new SelectedJobs(cleanup(more), gateway), asked, how };
}

const PREFIX: More = { jobs: { by: 'ID_PREFIX', prefix: 'ota-' } };
const IDS: More = { jobs: { by: 'IDS', jobIds: ['a', 'b'] } };
const COMPLETED: More = { jobStatuses: ['COMPLETED'] };

test.each<[string, More, object, boolean]>([
  ['of any job', {}, { jobId: 'a', status: 'CANCELED' }, true],
  ['of a job with one of the ids', IDS, { jobId: 'b' }, true],
  ['of a job with another id', IDS, { jobId: 'c' }, false],
  ['of a job with the prefix', PREFIX, { jobId: 'ota-1' }, true],
  ['of a job with the prefix elsewhere', PREFIX, { jobId: 'my-ota-1' }, false],
  ['in one of the states', COMPLETED, { jobId: 'a', status: 'COMPLETED' }, true],
  ['in another state', COMPLETED, { jobId: 'a', status: 'CANCELED' }, false],
  ['in one of two states', { jobStatuses: ['COMPLETED', 'CANCELED'] }, { jobId: 'a', status: 'CANCELED' }, true],
  ['in a state that the listing does not tell', COMPLETED, { jobId: 'a' }, true],
  ['in any state, where no states are named', { jobStatuses: [] }, { jobId: 'a', status: 'CANCELED' }, true],
  ['of a job that is being deleted', {}, { jobId: 'a', status: 'DELETION_IN_PROGRESS' }, false],
])('the summary %s is selected or not', (_, more, summary, expected) => {
  expect(selection(more).jobs.mayBe(summary)).toBe(expected);
});

const DEPLOYS: More = { jobs: { by: 'PACKAGE_VERSION', packageVersionArn: arn('1.0.0') } };

test.each<[string, More, Partial<Job> | undefined, boolean]>([
  ['that is there', {}, job(), true],
  ['that is gone', {}, undefined, false],
  ['without a state', {}, job({ status: undefined }), false],
  ['that is being deleted', {}, job({ status: 'DELETION_IN_PROGRESS' }), false],
  ['in one of the states', COMPLETED, job(), true],
  ['in another state', COMPLETED, job({ status: 'CANCELED' }), false],
  ['of no namespace', {}, job({ namespaceId: '' }), true],
  ['of a namespace', {}, job({ namespaceId: 'greengrass' }), false],
  ['of the namespace', { namespaceId: 'greengrass' }, job({ namespaceId: 'greengrass' }), true],
  ['of no namespace, where one is wanted', { namespaceId: 'greengrass' }, job(), false],
  ['that deploys the version', DEPLOYS, job({ destinationPackageVersions: [arn('2.0.0'), arn('1.0.0')] }), true],
  ['that deploys another version', DEPLOYS, job({ destinationPackageVersions: [arn('2.0.0')] }), false],
  ['that deploys no version', DEPLOYS, job(), false],
])('a job %s is selected or not', async (_, more, found, expected) => {
  const { jobs } = selection(more, found && { a: found });
  expect(await jobs.find('a')).toEqual(expected ? { jobId: 'a', status: found?.status, lastUpdatedAt: 7 } : undefined);
});

test('a job of which the service does not tell when it was updated counts as updated just now', async () => {
  const { jobs } = selection({}, { a: job({ lastUpdatedAt: undefined }) });
  expect(await jobs.find('a')).toMatchObject({ lastUpdatedAt: Infinity });
});

test('a job that its id excludes is not described', async () => {
  const { jobs, asked } = selection(PREFIX, { a: job() });
  expect(await jobs.find('a')).toBeUndefined();
  expect(asked).toEqual([]);
});

test.each<[string, object]>([
  ['$default', { beforeSubstitution: true }],
  ['1.0.0', {}],
])('jobs that deploy %s are described as they show it', async (version, expected) => {
  const { jobs, how } = selection({ jobs: { by: 'PACKAGE_VERSION', packageVersionArn: arn(version) } });
  await jobs.find('a');
  expect(how).toEqual([expected]);
});

test('a version whose ARN has another form selects nothing', async () => {
  const { jobs, how } = selection({ jobs: { by: 'PACKAGE_VERSION', packageVersionArn: 'other' } }, { a: job() });
  expect(await jobs.find('a')).toBeUndefined();
  expect(how).toEqual([{}]);
});

test('a job is described once, again once it is forgotten, and again where that has failed', async () => {
  const { jobs, asked } = selection({}, { a: job(), broken: new Error('no way') });
  await Promise.all([jobs.find('a'), jobs.find('a')]);
  expect(asked).toEqual(['a']);
  jobs.forget('a');
  await jobs.find('a');
  expect(asked).toEqual(['a', 'a']);
  for (let times = 0; times < 2; times++) await expect(jobs.find('broken')).rejects.toThrow('no way');
  expect(asked).toEqual(['a', 'a', 'broken', 'broken']);
});

test('ten thousand descriptions are remembered, and the first ones go for more', async () => {
  const { jobs, asked } = selection({});
  for (let n = 0; n <= 10_000; n++) await jobs.find(`job-${n}`);
  asked.length = 0;
  for (const n of [1, 10_000, 0]) await jobs.find(`job-${n}`);
  expect(asked).toEqual(['job-0']);
});
