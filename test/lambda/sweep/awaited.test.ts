import {
  OTHER_RULES,
  answerOf,
  endOfHour,
  incomplete,
  incompleteAnswer,
  isHourOver,
} from '../../../lambda/sweep/awaited';
import { NOTHING } from '../../../lambda/sweep/cursor';

const counts = { ...NOTHING, removed: 5, gone: 2, kept: 4 };

test('an answer counts what was removed, what stays and what a dry run left', () => {
  expect(answerOf({ status: 'SUCCEEDED', counts: { ...counts, wouldRemove: 3 } })).toEqual({
    status: 'SUCCESS',
    data: { RemovedCount: '5', KeptCount: '4', RemainingCount: '3' },
  });
});

test.each([
  ['the rest of the plan', { planned: 20 }, '13'],
  ['at least one where there is no plan', {}, '1'],
  ['at least what failed', { failed: 6 }, '6'],
])('what is left at the end of the hour is %s', (_, more, RemainingCount) => {
  const answer = incompleteAnswer({ counts: { ...counts, ...more } }, 'WARN');
  expect(answer).toMatchObject({ status: 'SUCCESS', data: { RemovedCount: '5', RemainingCount } });
  const atLeast = 'planned' in more ? '' : 'at least ';
  expect(incomplete({ counts: { ...counts, ...more } })).toContain(`5 removed, ${atLeast}${RemainingCount} remaining`);
});

test('what is left fails the event unless it is to warn only', () => {
  expect(incompleteAnswer({ counts }, 'FAIL')).toEqual({ status: 'FAILED', message: incomplete({ counts }) });
});

test('removals that failed are counted, and the first of them says why', () => {
  const firstFailure = '1.0.0: DeletePackageVersion: AccessDeniedException: not authorized';
  expect(answerOf({ status: 'FAILED', counts: { ...counts, failed: 2, firstFailure } })).toEqual({
    status: 'FAILED',
    message: `2 removals failed and 5 succeeded; the first was ${firstFailure}; the provider's log names each of them`,
  });
});

test('what a service refused until the time was over is why a sweep is incomplete', () => {
  const troubles = { ListTagsForResource: 'ListTagsForResource: ThrottlingException: Rate exceeded' };
  expect(incomplete({ counts, troubles })).toBe(
    "CloudFormation's time ended before the sweep: 5 removed, at least 1 remaining; a call that had not succeeded by " +
      'then: ListTagsForResource: ThrottlingException: Rate exceeded; run it again, or on a schedule, which has no such limit',
  );
});

test('a sweep that was refused, or has failed to remove something, fails the event', () => {
  expect(answerOf({ status: 'REFUSED', counts, message: 'too many' })).toEqual({
    status: 'FAILED',
    message: 'the sweep was refused: too many',
  });
  expect(answerOf({ status: 'FAILED', counts: { ...counts, failed: 3 } })).toEqual({
    status: 'FAILED',
    message: "3 removals failed and 5 succeeded; the provider's log names each of them",
  });
});

test('what is left says why, and what to do', () => {
  expect(incomplete({ counts })).toMatch(/^CloudFormation's time ended before the sweep: .*; run it again/);
  expect(incomplete({ counts }, OTHER_RULES)).toMatch(/^the rules in the state machine are not .*; deploy again/);
});

test('the hour ends two minutes before CloudFormation gives up, and never if nobody waits', () => {
  expect(endOfHour(3_600_000)).toBe(3_480_000);
  expect(endOfHour(undefined)).toBe(Infinity);
});

test.each<[number, number | undefined, boolean]>([
  [3_449_999, undefined, false],
  [3_450_000, undefined, true],
  [3_389_999, 60_000, false],
  [3_390_000, 60_000, true],
])('at %d ms, with a pause of %j, the hour is over for another slice: %s', (now, pause, expected) => {
  expect(isHourOver(3_600_000, now, pause)).toBe(expected);
});
