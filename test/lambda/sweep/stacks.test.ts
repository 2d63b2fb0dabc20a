import { ARTIFACT_TAGS as KEYS } from '../../../contract/ownership';
import { type CurrentOperation } from '../../../lambda/runtime/current-operation';
import { type ClaimRecord, type Tags } from '../../../lambda/runtime/ownership';
import { type StackState } from '../../../lambda/runtime/stack';
import { Stacks, isUndone, nowAndThen, stackRest, whileAwaited } from '../../../lambda/sweep/stacks';
import { FakeClock } from '../../../testing/clock';

const ACCOUNT = 'arn:aws:cloudformation:eu-west-1:111122223333:stack';
const OWN = `${ACCOUNT}/fleet/5a1c`;
const OTHER = `${ACCOUNT}/other/77b2`;
const HOUR = 3_600_000;

type States = Record<string, StackState | Error>;
const error = (name: string, message = name) => Object.assign(new Error(message), { name });
const MISSING = error('ValidationError', 'Stack with id x does not exist');
const describing = (states: States) =>
  jest.fn(async (id: string) => {
    const state = states[id] ?? MISSING;
    if (state instanceof Error) throw state;
    return state;
  });

test.each<[string, string, string]>([
  ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'at-rest'],
  ['UPDATE_ROLLBACK_COMPLETE', 'UPDATE_COMPLETE', 'at-rest'],
  ['UPDATE_COMPLETE', 'UPDATE_IN_PROGRESS', 'busy'],
  ['UPDATE_FAILED', 'UPDATE_COMPLETE', 'busy'],
  ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_COMPLETE', 'busy'],
  ['UPDATE_COMPLETE', 'UPDATE_ROLLBACK_IN_PROGRESS', 'rolling-back'],
  ['UPDATE_ROLLBACK_FAILED', 'UPDATE_COMPLETE', 'rolling-back'],
  ['UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_COMPLETE', 'rolling-back'],
  ['DELETE_IN_PROGRESS', 'UPDATE_IN_PROGRESS', 'deleting'],
  ['UPDATE_COMPLETE', 'DELETE_IN_PROGRESS', 'deleting'],
  ['DELETE_FAILED', 'DELETE_FAILED', 'deleting'],
  ['DELETE_COMPLETE', 'UPDATE_COMPLETE', 'gone'],
  ['UPDATE_COMPLETE', 'DELETE_COMPLETE', 'gone'],
])('a stack in %s within one in %s is %s', async (own, root, expected) => {
  const describe = describing({ own: { status: own, parentId: 'root' }, root: { status: root } });
  expect(await stackRest('own', describe)).toBe(expected);
});

test.each<[string, string, boolean]>([
  ['UPDATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS', false],
  ['UPDATE_COMPLETE', 'UPDATE_ROLLBACK_IN_PROGRESS', true],
  ['UPDATE_FAILED', 'UPDATE_COMPLETE', true],
  ['UPDATE_ROLLBACK_COMPLETE', 'UPDATE_COMPLETE', true],
])('a deployment of a stack that is in %s by now, within one in %s, is undone: %s', async (own, root, expected) => {
  const describe = describing({ own: { status: own, parentId: 'root' }, root: { status: root } });
  expect(await isUndone('own', describe)).toBe(expected);
});

function setUp(states: States = {}, settledSince?: (stackId: string, claimedAt: number) => Promise<boolean>) {
  const clock = new FakeClock(100 * HOUR);
  const warn = jest.fn();
  const log = { info: () => {}, warn, error: () => {}, count: () => {} };
  const describeStack = describing(states);
  const stacks = new Stacks({ stackId: OWN, clock, log, describeStack, settledSince });
  return { stacks, warn, describeStack, clock };
}

describe('an artifact is held', () => {
  const owned = (stack: string): Tags => ({ [KEYS.owner]: 'o', [KEYS.stack]: stack });
  const claimed = (by: string, stack: string): Tags => ({
    [`${KEYS.claim}${by}`]: `2026-11-28T12:00:00Z/abcd/${stack}`,
  });
  const there = { [OTHER]: { status: 'UPDATE_COMPLETE' } };

  test.each<[string, Tags, States, boolean]>([
    ['by an owner whose stack exists', owned(OTHER), there, true],
    ['by nobody, where that stack is gone', owned(OTHER), {}, false],
    ['by an owner whose stack cannot be read', owned(OTHER), { [OTHER]: error('AccessDenied') }, true],
    ['by an owner without a stack', { [KEYS.owner]: 'o' }, {}, true],
    ['by nobody, without an owner', { [KEYS.stack]: OTHER }, there, false],
    ['by a claimant whose stack exists', claimed('o', 'other/77b2'), there, true],
    ['by nobody, where the stack of the claimant is gone', claimed('o', 'other/77b2'), {}, false],
    ['by a claimant whose claim cannot be read', { [`${KEYS.claim}o`]: 'soon' }, {}, true],
    ['by the second of two claimants', { ...claimed('o', 'gone/1'), ...claimed('p', 'other/77b2') }, there, true],
    ['by nobody, with other tags', { team: 'brakes' }, {}, false],
  ])('%s', async (_what, tags, states, expected) => {
    expect(await setUp(states).stacks.isHeld(tags, KEYS)).toBe(expected);
  });

  test('where the name of a stack may have been cut, since that tells no stack', async () => {
    const tags = claimed('o', 'other/77b2');
    expect(await setUp().stacks.isHeld(tags, KEYS, 'other'.length)).toBe(true);
    expect(await setUp().stacks.isHeld(tags, KEYS, 'other'.length + 1)).toBe(false);
  });

  test('if CloudFormation cannot be asked', async () => {
    const { clock, warn } = setUp();
    const log = { info: () => {}, warn, error: () => {}, count: () => {} };
    const stacks = new Stacks({ stackId: OWN, clock, log });
    expect(await stacks.isHeld(owned(OTHER), KEYS)).toBe(true);
    expect(await stacks.isBusy(OTHER)).toBe(false);
    expect(warn).not.toHaveBeenCalled();
    expect(await stacks.isProvisional([claimOf(OTHER)])).toBe(false);
    expect(await stacks.idsUnderWay()).toEqual(new Set());
  });

  test('and is left behind where it has an owner, whose stack is gone', async () => {
    expect(await setUp().stacks.isLeftBehind(owned(OTHER), KEYS)).toBe(true);
    expect(await setUp(there).stacks.isLeftBehind(owned(OTHER), KEYS)).toBe(false);
    expect(await setUp().stacks.isLeftBehind({}, KEYS)).toBe(false);
  });

  test('each stack is asked about once', async () => {
    const { stacks, describeStack } = setUp();
    for (const tags of [owned(OTHER), claimed('o', 'other/77b2')]) await stacks.isHeld(tags, KEYS);
    expect(describeStack).toHaveBeenCalledTimes(1);
  });
});

test.each<[string, boolean]>([
  ['a stack beside the sweep’s own in a deployment that CloudFormation waits in is not busy', true],
  ['without such a deployment it is', false],
])('%s', async (_what, isAwaited) => {
  const root = { status: 'UPDATE_IN_PROGRESS' };
  const describeStack = describing({
    [OWN]: { ...root, parentId: 'root' },
    [OTHER]: { ...root, parentId: 'root' },
    third: root,
    root,
  });
  const { clock } = setUp();
  const log = { info: () => {}, warn: () => {}, error: () => {}, count: () => {} };
  const idsSinceSuccess = isAwaited ? async () => new Set<string>() : undefined;
  const stacks = new Stacks({ stackId: OWN, clock, log, describeStack, idsSinceSuccess });
  expect(await stacks.isBusy(OTHER)).toBe(!isAwaited);
  expect(await stacks.isBusy('third')).toBe(true);
});

test.each<[string, StackState | Error, boolean, number]>([
  ['that is updated', { status: 'UPDATE_IN_PROGRESS' }, true, 0],
  ['that rolls back', { status: 'UPDATE_ROLLBACK_IN_PROGRESS' }, true, 0],
  ['at rest', { status: 'UPDATE_COMPLETE' }, false, 0],
  ['that is gone', MISSING, false, 0],
  ['that cannot be read', error('AccessDenied'), false, 1],
])('another stack %s is busy or not', async (_what, state, expected, warned) => {
  const { stacks, warn } = setUp({ [OTHER]: state });
  expect(await stacks.isBusy(OTHER)).toBe(expected);
  expect(warn).toHaveBeenCalledTimes(warned);
});

const claimOf = (stack: string, hoursAgo = 1): ClaimRecord => {
  const sentAt = (100 - hoursAgo) * HOUR;
  return { ownerId: 'o', sentAt, since: sentAt, hash: 'abcd', stack };
};

describe('what is claimed by a deployment that has not succeeded is provisional', () => {
  const rests = { [OTHER]: { status: 'UPDATE_COMPLETE' } };
  const busy = { [OTHER]: { status: 'UPDATE_ROLLBACK_FAILED' } };

  test.each<[string, ClaimRecord, States]>([
    ['of the own stack', claimOf('fle/5a1c'), {}],
    ['of the own stack however long ago', claimOf('fleet/5a1c', 90), {}],
    ['of another stack', claimOf('other/77b2'), rests],
    ['of another stack named whole', claimOf(OTHER), rests],
    ['of another stack two days ago', claimOf('other/77b2', 48), rests],
    ['not of another stack longer ago', claimOf('other/77b2', 49), rests],
    ['of another stack longer ago that is still busy', claimOf('other/77b2', 49), busy],
  ])('%s', async (what, claim, states) => {
    const expected = !what.startsWith('not');
    const settledSince = jest.fn(async () => false);
    expect(await setUp(states, settledSince).stacks.isProvisional([claim])).toBe(expected);
    const asked = claim.stack.endsWith('5a1c') ? OWN : OTHER;
    expect(settledSince.mock.calls).toEqual(expected ? [[asked, claim.sentAt]] : []);
  });

  test('if one of several is, and not if there is none', async () => {
    const settledSince = async (stackId: string) => stackId === OWN;
    const { stacks } = setUp(rests, settledSince);
    expect(await stacks.isProvisional([claimOf(OWN), claimOf(OTHER)])).toBe(true);
    expect(await stacks.isProvisional([claimOf(OWN)])).toBe(false);
    expect(await stacks.isProvisional([])).toBe(false);
  });

  test('if that of another stack cannot be read, which is a warning; if that of the own one cannot, nothing is', async () => {
    const { stacks, warn } = setUp(rests, () => Promise.reject(error('AccessDenied')));
    expect(await stacks.isProvisional([claimOf(OTHER)])).toBe(true);
    expect(warn).toHaveBeenCalledTimes(1);
    await expect(stacks.isProvisional([claimOf(OWN)])).rejects.toThrow('AccessDenied');
  });
});

test('a question is asked again when its answer is five seconds old, and its error is everybody’s', async () => {
  const clock = new FakeClock();
  const ask = jest.fn(async () => {});
  const confirm = nowAndThen(ask, clock);
  await Promise.all([confirm(), confirm()]);
  clock.advance(4_999);
  await confirm();
  expect(ask).toHaveBeenCalledTimes(1);
  clock.advance(1);
  ask.mockRejectedValueOnce(new Error('over'));
  await expect(confirm()).rejects.toThrow('over');
  await expect(confirm()).rejects.toThrow('over');
  expect(ask).toHaveBeenCalledTimes(2);
  await confirm('now');
  await confirm();
  expect(ask).toHaveBeenCalledTimes(3);
});

test('while CloudFormation waits, an answer of some seconds ago is not too old', async () => {
  const clock = new FakeClock();
  const operation = { confirm: jest.fn(async () => {}) };
  const confirm = whileAwaited(operation as unknown as CurrentOperation, clock);
  await confirm();
  await confirm('now');
  expect(operation.confirm.mock.calls).toEqual([['wait']]);
});
