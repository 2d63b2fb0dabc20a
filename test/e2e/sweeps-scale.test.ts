import { Duration, type Stack } from 'aws-cdk-lib';
import { type CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { type CallRecord } from 'cdk-versioned-artifacts-local';
import {
  IotArtifactProvider,
  JobExecutionCleanup,
  type JobExecutionCleanupProps,
  JobSelection,
  OnIncomplete,
  SweepTrigger,
} from 'cdk-versioned-artifacts';
import { PastClock } from '../../testing/clock';
import { untilHit } from '../../testing/until-hit';
import { type Fleet } from './fleet';
import { createJob, runs, startSweepFleet } from './sweep-fleet';

let fleet: Fleet;
let clock: PastClock;
beforeEach(async () => {
  clock = new PastClock();
  fleet = await startSweepFleet('Fleet', { clock });
});
afterEach(() => fleet.stop());

/** Seconds that the function has for an event, so that a sweep outlives it soon: less than constructs allow. */
const TIMEOUT = 5;

async function createEndedJob(things: number): Promise<void> {
  const names = Array.from({ length: things }, (_, n) => `car-${n}`);
  fleet.aws.iot.devices.add(names, { groups: ['fleet'] });
  const targets = [`arn:aws:iot:${fleet.aws.region}:${fleet.aws.account}:thinggroup/fleet`];
  await createJob(fleet.aws, 'ota', [], { targets });
  fleet.aws.iot.devices.advanceAll('ota', 'SUCCEEDED');
}
const left = () => fleet.aws.iot.describeJob('ota')?.executions.length;
/** Of the calls of the sweep. */
function shareThrottled(): number {
  const calls = fleet.aws.calls.filter({ service: 'iot', via: 'http' });
  return calls.filter(({ error }) => error === 'ThrottlingException').length / calls.length;
}
const deletions = () => fleet.aws.calls.filter({ service: 'iot', operation: 'DeleteJobExecution' });

const deploy = (props: Partial<JobExecutionCleanupProps> = {}, timeout = TIMEOUT) =>
  fleet.deploy((stack: Stack) => {
    const provider = IotArtifactProvider.of(stack, { timeout: Duration.minutes(1) });
    (provider.node.findChild('Resource').node.defaultChild as CfnFunction).timeout = timeout;
    new JobExecutionCleanup(stack, 'Cleanup', { jobs: JobSelection.byIds('ota'), requestsPerSecond: 200, ...props });
  });

/** Who makes a call: a service, or a role by the construct that it belongs to. */
function caller({ principal }: CallRecord): string {
  if (principal.kind !== 'role') return principal.kind === 'service' ? principal.name : 'nobody';
  return principal.roleArn.includes('Sweeps') ? 'machine' : 'function';
}

describe('a destroy that outlives Lambda’s limit', () => {
  beforeEach(() => createEndedJob(70));

  test('is handed over to the state machine, whose last slice answers CloudFormation', async () => {
    fleet.aws.throttle({ service: 'iot', perSecond: 10 });
    await deploy({ requestsPerSecond: 10 });
    fleet.aws.calls.clear();
    expect(await fleet.destroy()).toMatchObject({ status: 'DELETE_COMPLETE' });

    const told = ['Invoke', 'StartExecution', 'PutResponse', 'DeleteStateMachine'];
    const record = [...fleet.aws.calls].filter(({ operation }) => told.includes(operation));
    const story = record.map(call => `${caller(call)} ${call.operation}`);
    // as many slices as it takes.
    expect(story.filter((line, index) => line !== story[index - 1])).toEqual([
      'cloudformation.amazonaws.com Invoke',
      'function StartExecution',
      'machine Invoke',
      'nobody PutResponse',
      'cloudformation.amazonaws.com DeleteStateMachine',
    ]);
    const [invoked, handedOver] = record;
    const answered = record.find(({ operation }) => operation === 'PutResponse') as CallRecord;
    expect(handedOver.at - invoked.at).toBeLessThan(TIMEOUT * 1000);
    expect(answered.at - invoked.at).toBeGreaterThan(TIMEOUT * 1000);
    expect(deletions().filter(({ at }) => at < handedOver.at)).not.toHaveLength(70);
    expect(left()).toBe(0);
    expect(shareThrottled()).toBeLessThanOrEqual(0.01);
    await fleet.aws.settled();
    // the machine goes with the stack, and ends the run at its next step: by then the last slice has answered.
    expect(runs(fleet)).toMatchObject([{ status: 'ABORTED' }]);
    expect(fleet.log).toContain('70 removed');
    // the execution's input is the one place that keeps it.
    expect(fleet.log).not.toContain('cloudformation-custom-resource-response');
  });

  test('ends soon where somebody stops the state machine, and CloudFormation hears of it', async () => {
    fleet.aws.throttle({ service: 'iot', perSecond: 10 });
    await deploy({ requestsPerSecond: 10 });
    const destroyed = fleet.destroy();
    // removals of the machine's.
    const removal = { service: 'iot', operation: 'DeleteJobExecution', nth: 45 };
    const stalled = fleet.aws.faults.inject({ ...removal, trouble: { stall: 'until released' } });
    await untilHit(stalled, destroyed);
    const [{ arn: executionArn }] = fleet.aws.stepFunctions.executions();
    await fleet.aws.call('states', 'StopExecution', { executionArn });
    stalled.release();
    const { status, failures } = await destroyed;
    expect(status).toBe('DELETE_FAILED');
    expect(failures.join()).toContain('somebody has stopped the execution');
    expect(left()).toBeGreaterThan(0);
    expect(await fleet.destroy()).toMatchObject({ status: 'DELETE_COMPLETE' });
    expect(left()).toBe(0);
  });

  test.each([
    [OnIncomplete.FAIL, 'DELETE_FAILED'],
    [OnIncomplete.WARN, 'DELETE_COMPLETE'],
  ])('and CloudFormation’s hour ends as onIncomplete says: %s', async (onIncomplete, status) => {
    // of its hour, CloudFormation has two minutes left; of the deployment's too, since time does not run backwards.
    clock.behind = 57.98 * 60_000;
    await deploy({ onIncomplete, requestsPerSecond: 1 });
    const outcome = await fleet.destroy();
    expect(outcome.status).toBe(status);
    const message = "CloudFormation's time ended before the sweep";
    expect(fleet.log).toContain(message);
    if (onIncomplete === OnIncomplete.FAIL) expect(outcome.failures.join()).toContain(message);
    expect(left()).toBeGreaterThan(0);
  });
});

describe('a function that is killed in the middle of a slice', () => {
  const kill = () =>
    fleet.aws.faults.inject({
      service: 'iot',
      operation: 'DeleteJobExecution',
      trouble: { kill: 'after' },
      nth: 6,
      times: 2,
    });
  beforeEach(() => createEndedJob(16));
  afterEach(() => {
    const done = deletions().filter(({ status }) => status === 200);
    expect(new Set(done.map(({ input }) => input.thingName as string)).size).toBe(done.length);
    expect(left()).toBe(0);
  });

  test('of a state machine is run again, and the sweep goes on', async () => {
    await deploy({ triggers: [SweepTrigger.afterDeployment()] });
    const fault = kill();
    await fleet.aws.settled();
    expect(fault.hits).toBe(2);
    expect(runs(fleet)).toMatchObject([{ status: 'SUCCEEDED' }]);
  });

  test('while CloudFormation waits is run again, and the sweep goes on', async () => {
    await deploy();
    const fault = kill();
    expect(await fleet.destroy()).toMatchObject({ status: 'DELETE_COMPLETE' });
    expect(fault.hits).toBe(2);
  });
});

test('a sweep at its quota is throttled in at most a hundredth of its calls', async () => {
  await createEndedJob(150);
  fleet.aws.throttle({ service: 'iot', perSecond: 25 });
  await deploy({ requestsPerSecond: 25 }, 900);
  expect(await fleet.destroy()).toMatchObject({ status: 'DELETE_COMPLETE' });
  expect(left()).toBe(0);
  expect(shareThrottled()).toBeLessThanOrEqual(0.01);
});
