/** A retention while a deployment is not over: what that has made pushes nothing out that its rollback needs. */
import { ARTIFACT_TAGS } from '../../../../contract/ownership';
import { STACK_ID } from '../../../../testing/sweep/sweep-world';
import { untilHit } from '../../../../testing/until-hit';
import { DAY, type IotSweep, PACKAGE } from './iot-sweep';
import { arnOf, aws, clock, left, publish, sweepOf } from './package-under-retention';

describe('what a deployment that is not over has made pushes nothing out that its rollback needs', () => {
  const tag = (versionName: string, stack: string, claimedAt: number) => {
    const time = new Date(claimedAt).toISOString().replace(/\.\d+/, '');
    return aws.iot.byHand('TagResource', {
      resourceArn: arnOf(versionName),
      tags: [{ Key: `${ARTIFACT_TAGS.claim}0123456789abcdef`, Value: `${time}/c0ffee00/${stack}` }],
    });
  };
  const succeeded = (changedAt: number) => ({
    logicalId: 'fleet',
    physicalId: STACK_ID,
    status: 'UPDATE_COMPLETE',
    changedAt,
  });
  let sweep: IotSweep;
  beforeEach(async () => {
    await publish('0.8.0', '0.9.0', '1.0.0', '2.0.0', '2.1.0');
    sweep = sweepOf({ rules: { keepLatest: 1 } });
    sweep.history = [succeeded(clock.now())];
    sweep.status = 'UPDATE_IN_PROGRESS';
    clock.advance(60_000);
  });

  test('during the deployment of the own stack', async () => {
    await tag('2.0.0', 'fleet/0a1b', clock.now());
    await tag('2.1.0', 'fleet/0a1b', clock.now());
    await sweep.send('Create');
    expect(left()).toEqual(['1.0.0', '2.0.0', '2.1.0']);
  });

  test('but counts once the deployment has succeeded', async () => {
    await tag('2.1.0', 'fleet/0a1b', clock.now() - 2 * 60_000);
    await sweep.send('Create');
    expect(left()).toEqual(['2.1.0']);
  });

  test('and neither does what its rollback has removed since the listing', async () => {
    sweep.status = 'UPDATE_COMPLETE';
    const stalled = aws.faults.inject({
      service: 'iot',
      operation: 'ListTagsForResource',
      match: ({ resourceArn }) => String(resourceArn).endsWith('2.1.0'),
      trouble: { stall: 'until released' },
    });
    const running = sweep.run();
    await untilHit(stalled, running);
    await aws.iot.byHand('DeletePackageVersion', { packageName: PACKAGE, versionName: '2.1.0' });
    stalled.release();
    await running;
    expect(left()).toEqual(['2.0.0']);
  });

  test('in another stack, for as long as that may be deploying where it cannot be asked', async () => {
    sweep.status = 'UPDATE_COMPLETE';
    sweep.eventsOf = stackId => {
      if (stackId !== STACK_ID) throw Object.assign(new Error('no'), { name: 'AccessDenied' });
    };
    await tag('2.1.0', 'other/1', clock.now());
    await sweep.run();
    expect(left()).toEqual(['2.0.0', '2.1.0']);
    clock.advance(3 * DAY);
    await sweep.run();
    expect(left()).toEqual(['2.1.0']);
  });

  test('in another stack whose rollback has failed, for as long as that is not continued', async () => {
    sweep.status = 'UPDATE_COMPLETE';
    const other = STACK_ID.replace('fleet/0a1b', 'other/1');
    sweep.stacks[other] = { status: 'UPDATE_ROLLBACK_FAILED' };
    sweep.history.push({ ...succeeded(clock.now() - DAY), logicalId: 'other', physicalId: other });
    await tag('2.1.0', 'other/1', clock.now());
    clock.advance(3 * DAY);
    await sweep.run();
    expect(left()).toEqual(['2.0.0', '2.1.0']);
  });

  test('and is looked at in slices, however short they are', async () => {
    await tag('2.1.0', 'fleet/0a1b', clock.now());
    sweep.status = 'UPDATE_COMPLETE';
    sweep.remaining = 4_000;
    await sweep.run();
    expect(left()).toEqual(['2.0.0', '2.1.0']);
  });
});
