import { Deadline } from '../../../lambda/runtime/clock';
import {
  type HeldResource,
  type StackPhase,
  type StackState,
  holderOf,
  stackQuestions,
} from '../../../lambda/runtime/stack';
import { type StackEvent } from '../../../lambda/runtime/stack-history';
import { FakeClock } from '../../../testing/clock';

const OWN = 'own';
const quiet = { info: () => {}, warn: () => {}, error: () => {}, count: () => {} };

const asking = () => {
  const clock = new FakeClock(0);
  return { clock, deadline: new Deadline(clock, 900_000), log: quiet };
};

const phaseOf = (stacks: Record<string, StackState>, history: StackEvent[] = []) => {
  const describe = jest.fn(async (stackId: string) => stacks[stackId] ?? Promise.reject(new Error('no such stack')));
  const events = async function* () {
    yield* history;
  };
  const questions = stackQuestions({ stackId: OWN, logicalId: 'V' }, { describeStack: describe, events }, asking());
  return { describe, phase: questions.stackPhase, questions };
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

test('a stack that may not be described itself is no reason to guess either', async () => {
  const { phase, describe } = phaseOf({});
  describe.mockRejectedValue(error('AccessDenied'));
  await expect(phase()).rejects.toThrow(/^cannot read whether stack own is rolling back/);
});

describe('whether a stack is gone', () => {
  const missing = Object.assign(error('ValidationError'), { message: 'Stack with id own does not exist' });

  test.each<[string, StackState | Error, boolean | undefined]>([
    ['is, where it was deleted', { status: 'DELETE_COMPLETE' }, true],
    ['is, where that was long ago', missing, true],
    ['is not, where its deletion has failed', { status: 'DELETE_FAILED' }, false],
    ['is not known, where the question is not understood', error('ValidationError'), undefined],
    ['is not known, where something else does not exist', new Error(missing.message), undefined],
    ['is not known, where it may not be described', error('AccessDenied'), undefined],
  ])('%s', async (_what, answer, expected) => {
    const { describe, questions } = phaseOf({});
    if (answer instanceof Error) describe.mockRejectedValue(answer);
    else describe.mockResolvedValue(answer);
    expect(await questions.isGone()).toBe(expected);
  });
});

test('the ids since the last success are those of its resources, and none that are not known yet', async () => {
  const at = (changedAt: number, logicalId: string, status: string, physicalId?: string): StackEvent => ({
    changedAt,
    logicalId,
    status,
    physicalId,
  });
  const history = [
    at(4, 'V', 'UPDATE_IN_PROGRESS', 'v2'),
    at(3, 'V', 'UPDATE_IN_PROGRESS', 'v1'),
    at(3, 'W', 'CREATE_IN_PROGRESS', ''),
    at(2, 'fleet', 'UPDATE_COMPLETE', OWN),
    at(1, 'V', 'CREATE_COMPLETE', 'v0'),
  ];
  const { questions } = phaseOf({ own: { status: 'UPDATE_IN_PROGRESS' } }, history);
  expect(await questions.idsSinceSuccess()).toEqual(new Set(['v1', 'v2']));
});

test('the holder of something is the resource with its type and its id', async () => {
  const resources = async function* (): AsyncGenerator<HeldResource> {
    yield { logicalId: 'Other', type: 'AWS::IoT::SoftwarePackage', physicalId: 'radar' };
    yield { logicalId: 'Alike', type: 'AWS::Glue::Schema', physicalId: 'brake' };
    yield { logicalId: 'Holder', type: 'AWS::IoT::SoftwarePackage', physicalId: 'brake' };
  };
  const held = (type: string, physicalId: string) => holderOf({ type, physicalId }, resources, asking());
  expect(await held('AWS::IoT::SoftwarePackage', 'brake')).toBe('Holder');
  expect(await held('AWS::IoT::SoftwarePackage', 'lidar')).toBeUndefined();
});
