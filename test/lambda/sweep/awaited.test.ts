import { answerOf, incomplete, incompleteAnswer } from '../../../lambda/sweep/awaited';
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
  const answer = incompleteAnswer({ ...counts, ...more }, 'WARN');
  expect(answer).toMatchObject({ status: 'SUCCESS', data: { RemovedCount: '5', RemainingCount } });
  const atLeast = 'planned' in more ? '' : 'at least ';
  expect(incomplete({ ...counts, ...more })).toContain(`5 removed, ${atLeast}${RemainingCount} remaining`);
});

test('what is left fails the event unless it is to warn only', () => {
  expect(incompleteAnswer(counts, 'FAIL')).toEqual({ status: 'FAILED', message: incomplete(counts) });
});
