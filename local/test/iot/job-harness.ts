import { THING_GROUP_ARN, startFleet } from './harness';

export const JOB = { jobId: 'ota-1' };
export const JOB_ARN = 'arn:aws:iot:eu-west-1:111122223333:job/ota-1';
export const MINUTE = 60_000;
export const CREATE = { ...JOB, targets: [THING_GROUP_ARN], document: '{}' };

/** A fleet and a job for all of it. */
export async function startJob(things = 3, job: object = {}, behavior: Parameters<typeof startFleet>[1] = {}) {
  const started = startFleet(things, behavior);
  await started.run('CreateJob', { ...CREATE, ...job });
  return { ...started, status: () => started.iot.describeJob('ota-1')?.status };
}
export const statuses = ({ iot }: Awaited<ReturnType<typeof startJob>>) =>
  iot.describeJob('ota-1')?.executions.map(({ status }) => status);
