/** A retention of CloudBase versions, and what others do to the service while it runs. */
import { STACK_ID } from '../../../../testing/sweep/sweep-world';
import { untilHit } from '../../../../testing/until-hit';
import { LIST } from '../stack';
import { aws, clock, deploy, left, record, removeByHand, stack, sweepOf } from './service-under-retention';

/** Something happens while a run asks for the list: for the plan, for the removals, then for each removal. */
async function disturbed(
  running: Promise<unknown>,
  which: { nth: number; match?: (input: Record<string, unknown>) => boolean },
  happens: () => unknown,
): Promise<void> {
  const stalled = aws.faults.inject({ operation: LIST, ...which, trouble: { stall: 'until released' } });
  await untilHit(stalled, running);
  await happens();
  stalled.release();
  await running;
}

test('a version that a deployment of the stack records which has just begun stays', async () => {
  deploy(4);
  const sweep = sweepOf();
  const run = sweep.machine.begin('run');
  // when the first one has gone, the stack was at rest a moment ago.
  await disturbed(sweep.machine.run(run, 2), { nth: 4 }, () => {
    sweep.status = 'UPDATE_IN_PROGRESS';
    const [candidate] = left();
    stack.resources = [record(candidate)];
  });
  const recorded = left();
  expect(recorded).toHaveLength(3);
  expect(run.state).toMatchObject({ next: 'WAIT' });
  sweep.stacks[STACK_ID] = { status: 'UPDATE_COMPLETE', updatedAt: clock.now() };
  await sweep.machine.runAll();
  expect(left()).toEqual(recorded);
});

test('a version stays that comes to be among the latest, since a newer one has gone meanwhile', async () => {
  deploy(5);
  const sweep = sweepOf({ rules: { keepLatest: 2 } });
  await disturbed(sweep.run(), { nth: 2 }, () => removeByHand('api-005'));
  expect(left()).toEqual(['api-003', 'api-004']);
});

test.each(['newest-first', 'oldest-first'] as const)(
  'a version that moves to another page, since another one has gone, does not count as gone: %s',
  async order => {
    aws.weChat.behavior.listingOrder = order;
    deploy(21);
    const last = order === 'newest-first' ? 'api-001' : 'api-021';
    const other = order === 'newest-first' ? 'api-021' : 'api-001';
    // nothing else goes, so that no pass is repeated.
    const exclude = left().filter(name => name !== last);
    const sweep = sweepOf({ rules: { minAgeSeconds: 60, exclude } });
    // the second page is listed, and looked at again for the removal.
    await disturbed(sweep.run(), { nth: 2, match: ({ offset }) => offset === 20 }, () => removeByHand(other));
    expect(left()).toHaveLength(19);
    expect(left()).not.toContain(last);
  },
);

test.each(['deleting', 'DELETING'])('the last one stays beside one that is %s', async status => {
  deploy(2, { 'api-002': { status } });
  const sweep = sweepOf({ rules: { minAgeSeconds: 1 } });
  await sweep.run();
  expect(left()).toEqual(['api-001', 'api-002']);
  expect(sweep.kept['api-001']).toBe('LAST_VERSION');
});
