/** Jobs of a fleet under a cleanup: what imports this has a local AWS of its own in each test. */
import { LocalAws } from 'cdk-versioned-artifacts-local';
import { type JobExecutionCleanupConfig } from '../../../../contract/iot';
import { SteppingClock, type TestClock } from '../../../../testing/clock';
import { IotSweep, cleanup } from './iot-sweep';

export let clock: TestClock;
export let aws: LocalAws;
beforeEach(() => start(new SteppingClock()));
afterEach(() => aws.stop());

/** Starts the local AWS by a clock. */
export async function start(by: TestClock): Promise<void> {
  clock = by;
  aws = await LocalAws.start({ clock });
}

export const sweepOf = (more: Partial<JobExecutionCleanupConfig> = {}) => new IotSweep(aws, cleanup(more), clock);
export const arn = (resource: string) => `arn:aws:iot:${aws.region}:${aws.account}:${resource}`;
export const things = (count: number) => {
  const names = Array.from({ length: count }, (_, index) => `thing-${String(index).padStart(3, '0')}`);
  aws.iot.devices.add(names, { groups: ['fleet'] });
  return names;
};
export const job = (jobId: string, more: object = {}) =>
  aws.iot.byHand('CreateJob', { jobId, targets: [arn('thinggroup/fleet')], document: '{}', ...more });
/** A job whose executions are all over. */
export const finished = async (jobId: string, more: object = {}) => {
  await job(jobId, more);
  aws.iot.devices.advanceAll(jobId, 'SUCCEEDED');
};
export const executions = (jobId: string) => aws.iot.describeJob(jobId)?.executions ?? [];
export const leftOf = (jobId: string) => executions(jobId).map(({ thingName, status }) => `${thingName} ${status}`);
export const deletions = () =>
  aws.calls.filter({ operation: 'DeleteJobExecution', via: 'http' }).map(({ input }) => input);
