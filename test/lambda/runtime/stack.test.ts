import { Deadline } from '../../../lambda/runtime/clock';
import { type StackPhase, type StackState, stackQuestions } from '../../../lambda/runtime/stack';
import { FakeClock } from '../../../testing/clock';

const OWN = 'own';
const quiet = { info: () => {}, warn: () => {}, error: () => {}, count: () => {} };

const phaseOf = (stacks: Record<string, StackState>) => {
  const describe = jest.fn(async (stackId: string) => stacks[stackId] ?? Promise.reject(new Error('no such stack')));
  const clock = new FakeClock(0);
  const asking = { clock, deadline: new Deadline(clock, 900_000), log: quiet };
  const none = async function* () {};
  const questions = stackQuestions({ stackId: OWN, logicalId: 'V' }, { describeStack: describe, events: none }, asking);
  return { describe, phase: questions.stackPhase };
};

test.each<[string, StackPhase]>([
  ['CREATE_IN_PROGRESS', 'deploying'],
  ['UPDATE_IN_PROGRESS', 'deploying'],
  ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'deploying'],
  ['IMPORT_IN_PROGRESS', 'deploying'],
  ['REVIEW_IN_PROGRESS', 'deploying'],
  ['CREATE_COMPLETE', 'deploying'],
  ['UPDATE_COMPLETE', 'deploying'],
  ['UPDATE_FAILED', 'deploying'],
  ['ROLLBACK_COMPLETE', 'deploying'],
  ['UPDATE_ROLLBACK_FAILED', 'deploying'],
  ['ROLLBACK_IN_PROGRESS', 'rolling-back'],
  ['UPDATE_ROLLBACK_IN_PROGRESS', 'rolling-back'],
  ['UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', 'rolling-back'],
  ['IMPORT_ROLLBACK_IN_PROGRESS', 'rolling-back'],
  ['DELETE_IN_PROGRESS', 'deleting'],
])('a stack in %s is %s', async (status, expected) => {
  expect(await phaseOf({ own: { status } }).phase()).toBe(expected);
});

test.each<[string, string, string, StackPhase]>([
  ['DELETE_IN_PROGRESS', 'DELETE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS', 'rolling-back'],
  ['DELETE_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_IN_PROGRESS', 'rolling-back'],
  ['UPDATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS', 'rolling-back'],
  ['DELETE_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'deleting'],
  ['CREATE_COMPLETE', 'DELETE_IN_PROGRESS', 'DELETE_IN_PROGRESS', 'deleting'],
  ['CREATE_IN_PROGRESS', 'CREATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS', 'deploying'],
])('a nested stack in %s, its parent in %s and the root in %s is %s', async (own, middle, root, expected) => {
  const { phase } = phaseOf({
    own: { status: own, parentId: 'middle' },
    middle: { status: middle, parentId: 'root' },
    root: { status: root },
  });
  expect(await phase()).toBe(expected);
});

test('CloudFormation is asked once, however often the phase is', async () => {
  const { phase, describe } = phaseOf({ own: { status: 'DELETE_IN_PROGRESS' } });
  expect(describe).not.toHaveBeenCalled();
  expect(await Promise.all([phase(), phase()])).toEqual(['deleting', 'deleting']);
  await phase();
  expect(describe).toHaveBeenCalledTimes(1);
});

test('a stack that cannot be read is no reason to guess: the error says what is missing', async () => {
  const denied = phaseOf({ own: { status: 'DELETE_IN_PROGRESS', parentId: 'root' } });
  await expect(denied.phase()).rejects.toThrow(
    /^cannot read whether stack root is rolling back.*no such stack.*needs cloudformation:DescribeStacks/,
  );
});

const error = (name: string) => Object.assign(new Error(name), { name });

test('a stack that cannot be read at the moment is asked again', async () => {
  const { phase, describe } = phaseOf({ own: { status: 'DELETE_IN_PROGRESS' } });
  describe.mockRejectedValueOnce(error('AccessDenied')).mockRejectedValueOnce(error('Throttling'));
  expect(await phase()).toBe('deleting');
});

test('a stack that could not be read is asked again at the next question', async () => {
  const { phase, describe } = phaseOf({ own: { status: 'UPDATE_ROLLBACK_IN_PROGRESS' } });
  describe.mockRejectedValueOnce(new Error('not now'));
  await expect(phase()).rejects.toThrow('not now');
  expect(await phase()).toBe('rolling-back');
});

test('a parent that may not be described is left aside: synthesis has not known that the stack is nested', async () => {
  const { phase, describe } = phaseOf({ own: { status: 'DELETE_IN_PROGRESS', parentId: 'by-hand' } });
  describe.mockImplementation(async id =>
    id === OWN ? { status: 'DELETE_IN_PROGRESS', parentId: 'by-hand' } : Promise.reject(error('AccessDenied')),
  );
  expect(await phase()).toBe('deleting');
});
