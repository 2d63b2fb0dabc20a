import { refusal } from './iot-sweep';
import { arnOf, aws, clock, job, left, publish, sweepOf } from './package-under-retention';

const MINUTE = 60_000;
const throttled = refusal('ThrottlingException', 429);
const DELETION = { service: 'iot', operation: 'DeletePackageVersion' };

describe('a version that a job deploys which began after the jobs were read', () => {
  beforeEach(async () => {
    await publish('1.0.0', '2.0.0', '3.0.0');
    aws.iot.devices.add('t');
  });
  const rollout = () => job('rollout', { destinationPackageVersions: [arnOf('2.0.0')] });

  test('stays while its removal waits for its turn', async () => {
    let since: number | undefined;
    let hasBegun = false;
    aws.faults.inject({
      ...DELETION,
      times: 1_000,
      match: () => {
        since ??= clock.now();
        const waited = clock.now() - since;
        if (!hasBegun && waited > 3 * MINUTE) void rollout();
        hasBegun ||= waited > 3 * MINUTE;
        return waited < 6 * MINUTE;
      },
      trouble: { error: throttled },
    });
    const sweep = sweepOf();
    await sweep.run();
    expect(hasBegun).toBe(true);
    expect(left()).toEqual(['2.0.0', '3.0.0']);
    expect(sweep.kept['2.0.0']).toBe('IN_ACTIVE_JOB');
  });

  test('stays while the run waits for a deployment', async () => {
    const sweep = sweepOf();
    aws.faults.inject({
      ...DELETION,
      times: 1_000,
      match: () => {
        sweep.status = 'UPDATE_IN_PROGRESS';
        return true;
      },
      trouble: { error: throttled },
    });
    const run = sweep.machine.begin('run');
    for (let slices = 0; run.state.next !== 'WAIT' && slices < 5; slices++) await sweep.machine.run(run, 1);
    expect(run.state.next).toBe('WAIT');
    aws.faults.clear();
    await rollout();
    sweep.status = 'UPDATE_COMPLETE';
    // another execution goes on by the rules of now.
    await sweep.machine.runAll();
    expect(left()).toEqual(['2.0.0', '3.0.0']);
    expect(sweep.kept['2.0.0']).toBe('IN_ACTIVE_JOB');
  });
});
