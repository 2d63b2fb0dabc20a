import { Deadline } from '../../../lambda/runtime/clock';
import { type StackState, stackQuestions } from '../../../lambda/runtime/stack';
import { type StackEvent } from '../../../lambda/runtime/stack-history';
import { FakeClock } from '../../../testing/clock';

const OWN = 'own';
const quiet = { info: () => {}, warn: () => {}, error: () => {}, count: () => {} };
const error = (name: string) => Object.assign(new Error(name), { name });

describe('whether a deployment has succeeded since a claim', () => {
  const CLAIMED = 100_000;
  const succeededSince = (stacks: Record<string, StackState>, history: [number, string, string][], since?: number) =>
    questions(stacks, history).succeededSince(since);
  const questions = (stacks: Record<string, StackState>, history: [number, string, string][]) => {
    const clock = new FakeClock(0);
    const asking = { clock, deadline: new Deadline(clock, 900_000), log: quiet };
    const events = async function* (of: string) {
      for (const [changedAt, logicalId, status] of [...history].reverse()) {
        const physicalId = logicalId === of ? of : 'x';
        if (status === 'UNREAD') throw new Error('nobody needs this entry');
        yield { logicalId, physicalId, status, changedAt } satisfies StackEvent;
      }
    };
    const view = { describeStack: async (id: string) => stacks[id] ?? Promise.reject(error('AccessDenied')), events };
    return stackQuestions({ stackId: OWN, logicalId: 'V' }, view, asking);
  };
  const deleting = { own: { status: 'DELETE_IN_PROGRESS' } };

  test('yes, where the stack has come to an end of its own since', async () => {
    const history: [number, string, string][] = [
      [99_000, 'V', 'CREATE_IN_PROGRESS'],
      [105_000, OWN, 'CREATE_COMPLETE'],
      [200_000, OWN, 'DELETE_IN_PROGRESS'],
    ];
    expect(await succeededSince(deleting, history, CLAIMED)).toBe(true);
  });

  test('no, where the stack goes because its creation failed (OnFailure: DELETE)', async () => {
    const history: [number, string, string][] = [
      [99_000, 'V', 'CREATE_IN_PROGRESS'],
      [105_000, OWN, 'CREATE_FAILED'],
      [106_000, OWN, 'DELETE_IN_PROGRESS'],
    ];
    expect(await succeededSince(deleting, history, CLAIMED)).toBe(false);
  });

  test('no, where the next deployment deletes what failed without a rollback', async () => {
    const history: [number, string, string][] = [
      [50_000, OWN, 'CREATE_COMPLETE'],
      [99_000, 'V', 'CREATE_IN_PROGRESS'],
      [105_000, OWN, 'UPDATE_FAILED'],
      [300_000, OWN, 'UPDATE_IN_PROGRESS'],
    ];
    expect(await succeededSince({ own: { status: 'UPDATE_IN_PROGRESS' } }, history, CLAIMED)).toBe(false);
  });

  test.each<[string, [number, string, string][], boolean]>([
    ['another one goes on', [[300_000, OWN, 'UPDATE_IN_PROGRESS']], true],
    [
      'a clean-up goes on',
      [
        [300_000, OWN, 'UPDATE_IN_PROGRESS'],
        [301_000, OWN, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'],
      ],
      true,
    ],
    ['its own clean-up goes on', [[106_000, OWN, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS']], false],
    [
      'another one has succeeded',
      [
        [300_000, OWN, 'UPDATE_IN_PROGRESS'],
        [301_000, OWN, 'UPDATE_COMPLETE'],
      ],
      false,
    ],
    ['a deployment of another resource begins', [[300_000, 'W', 'UPDATE_IN_PROGRESS']], false],
  ])('the claim was left open by a deployment that had failed: %s', async (_what, since, expected) => {
    const history: [number, string, string][] = [
      [50_000, OWN, 'CREATE_COMPLETE'],
      [100_400, OWN, 'UPDATE_IN_PROGRESS'],
      [100_500, 'V', 'CREATE_IN_PROGRESS'],
      ...since,
    ];
    expect(await questions({ own: { status: 'UPDATE_IN_PROGRESS' } }, history).isLeftOpen(CLAIMED)).toBe(expected);
  });

  test('within the second of the claim the order of the entries tells', async () => {
    const claim: [number, string, string] = [100_300, 'V', 'CREATE_IN_PROGRESS'];
    const success: [number, string, string] = [100_600, OWN, 'CREATE_COMPLETE'];
    expect(await succeededSince(deleting, [claim, success], CLAIMED)).toBe(true);
    const former: [number, string, string] = [100_100, OWN, 'UPDATE_COMPLETE'];
    expect(await succeededSince(deleting, [former, [100_200, OWN, 'UPDATE_IN_PROGRESS'], claim], CLAIMED)).toBe(false);
  });

  test('within the second of the claim a success ends the operation of the claim, where none has begun since', async () => {
    const others: [number, string, string] = [100_300, 'W', 'CREATE_IN_PROGRESS'];
    const success: [number, string, string] = [100_600, OWN, 'UPDATE_COMPLETE'];
    expect(await succeededSince(deleting, [others, success], CLAIMED)).toBe(true);
    const next: [number, string, string] = [100_800, OWN, 'UPDATE_IN_PROGRESS'];
    expect(await succeededSince(deleting, [others, success, next], CLAIMED)).toBe(false);
    const deletion: [number, string, string] = [100_800, OWN, 'DELETE_IN_PROGRESS'];
    expect(await succeededSince(deleting, [others, success, deletion], CLAIMED)).toBe(true);
  });

  test('within the second of the claim it is of the operation that began after the success, where its resource had one', async () => {
    const history: [number, string, string][] = [
      [95_000, 'V', 'CREATE_IN_PROGRESS'],
      [99_900, 'V', 'CREATE_COMPLETE'],
      [100_100, OWN, 'CREATE_COMPLETE'],
      [100_200, OWN, 'UPDATE_IN_PROGRESS'],
      [100_300, 'V', 'UPDATE_IN_PROGRESS'],
      [102_000, OWN, 'UPDATE_FAILED'],
    ];
    expect(await succeededSince(deleting, history, CLAIMED)).toBe(false);
  });

  describe('where a success and the beginning of the next deployment are in the second of the claim', () => {
    const created: [number, string, string] = [99_900, 'V', 'CREATE_COMPLETE'];
    const begun: [number, string, string] = [100_200, OWN, 'UPDATE_IN_PROGRESS'];
    const failed: [number, string, string] = [104_000, OWN, 'UPDATE_FAILED'];

    test.each<[string, boolean, [number, string, string][]]>([
      ['yes, of a resource that this leaves alone', true, []],
      ['yes, of a resource that this only deletes', true, [[100_300, 'V', 'DELETE_IN_PROGRESS']]],
      ['yes, of a resource that this comes to later', true, [[102_000, 'V', 'UPDATE_IN_PROGRESS']]],
      ['no, of a resource that this changes at once', false, [[101_999, 'V', 'UPDATE_IN_PROGRESS']]],
    ])('%s', async (_what, expected, since) => {
      const history = (succeededAt: number): typeof since => [
        created,
        [succeededAt, OWN, 'CREATE_COMPLETE'],
        begun,
        ...since,
        failed,
      ];
      expect(await succeededSince(deleting, history(100_100), CLAIMED)).toBe(expected);
      expect(await succeededSince(deleting, history(100_000), CLAIMED)).toBe(expected);
      expect(await succeededSince(deleting, history(99_950), CLAIMED)).toBe(false);
    });

    test('no, of a resource that was not there before', async () => {
      const others: [number, string, string] = [99_900, 'W', 'CREATE_COMPLETE'];
      const history: [number, string, string][] = [others, [100_100, OWN, 'CREATE_COMPLETE'], begun, failed];
      expect(await succeededSince(deleting, history, CLAIMED)).toBe(false);
    });
  });

  test.each<[string, boolean, number]>([
    ['yes, from the beginning of the second of the claim on', true, 100_000],
    ['no, in the second before', false, 99_999],
  ])('without a next deployment: %s', async (_what, expected, at) => {
    expect(await succeededSince(deleting, [[at, OWN, 'UPDATE_COMPLETE']], CLAIMED)).toBe(expected);
  });

  test('a second after the claim the order of the entries tells no more', async () => {
    const history: [number, string, string][] = [
      [100_300, 'V', 'CREATE_IN_PROGRESS'],
      [101_000, OWN, 'CREATE_COMPLETE'],
      [101_000, OWN, 'UPDATE_IN_PROGRESS'],
      [101_500, 'V', 'UPDATE_IN_PROGRESS'],
      [102_000, OWN, 'UPDATE_FAILED'],
    ];
    expect(await succeededSince(deleting, history, CLAIMED)).toBe(true);
  });

  test('the history is read no further than to the claim', async () => {
    const history: [number, string, string][] = [
      [10_000, 'V', 'UNREAD'],
      [98_000, OWN, 'UPDATE_IN_PROGRESS'],
      [102_000, OWN, 'UPDATE_FAILED'],
    ];
    expect(await succeededSince(deleting, history, CLAIMED)).toBe(false);
  });

  test('of a nested stack it is the root’s deployment that counts', async () => {
    const stacks = {
      own: { status: 'DELETE_IN_PROGRESS', parentId: 'root' },
      root: { status: 'DELETE_IN_PROGRESS' },
    };
    const began: [number, string, string] = [90_000, 'root', 'CREATE_IN_PROGRESS'];
    expect(await succeededSince(stacks, [began, [105_000, OWN, 'CREATE_COMPLETE']], CLAIMED)).toBe(false);
    expect(await succeededSince(stacks, [began, [105_000, 'root', 'CREATE_COMPLETE']], CLAIMED)).toBe(true);
  });

  describe('no, where a nested stack had completed its update and the one around it rolls it back', () => {
    const rolledBack: [number, string, string][] = [
      [90_000, 'root', 'UPDATE_IN_PROGRESS'],
      [95_000, OWN, 'UPDATE_IN_PROGRESS'],
      [99_000, 'V', 'UPDATE_IN_PROGRESS'],
      [105_000, OWN, 'UPDATE_COMPLETE'],
      [106_000, 'root', 'UPDATE_ROLLBACK_IN_PROGRESS'],
      [107_000, OWN, 'UPDATE_ROLLBACK_IN_PROGRESS'],
    ];
    const own = { status: 'UPDATE_ROLLBACK_IN_PROGRESS', parentId: 'root' };

    test.each<[string, StackState | undefined]>([
      ['can be read', { status: 'UPDATE_ROLLBACK_IN_PROGRESS' }],
      ['may not be read', undefined],
    ])('which %s', async (_what, root) => {
      const { settledSince, stackPhase } = questions({ own, ...(root && { root }) }, rolledBack);
      expect(await settledSince(CLAIMED)).toBe(false);
      expect(await stackPhase()).toBe('rolling-back');
    });

    test('even if an earlier deployment of the root had failed without a rollback', async () => {
      const failed: [number, string, string][] = [
        [108_000, 'root', 'UPDATE_FAILED'],
        [109_000, 'root', 'UPDATE_IN_PROGRESS'],
        [110_000, OWN, 'UPDATE_IN_PROGRESS'],
        [111_000, OWN, 'UPDATE_COMPLETE'],
        [112_000, 'root', 'UPDATE_ROLLBACK_IN_PROGRESS'],
        [113_000, OWN, 'UPDATE_ROLLBACK_IN_PROGRESS'],
      ];
      const root = { status: 'UPDATE_ROLLBACK_IN_PROGRESS' };
      expect(await questions({ own, root }, [...rolledBack.slice(0, 4), ...failed]).settledSince(CLAIMED)).toBe(false);
    });

    test('but what was claimed before stays so', async () => {
      const before: [number, string, string][] = [
        [80_000, 'root', 'CREATE_COMPLETE'],
        [79_000, OWN, 'CREATE_COMPLETE'],
      ];
      const root = { status: 'UPDATE_ROLLBACK_IN_PROGRESS' };
      expect(await questions({ own, root }, [...before.reverse(), ...rolledBack]).settledSince(50_000)).toBe(true);
    });
  });

  describe('of what is claimed in a rollback', () => {
    const rollback: [number, string, string][] = [
      [90_000, OWN, 'UPDATE_IN_PROGRESS'],
      [91_000, 'V', 'UPDATE_IN_PROGRESS'],
      [98_000, OWN, 'UPDATE_ROLLBACK_IN_PROGRESS'],
      [99_000, 'V', 'UPDATE_IN_PROGRESS'],
    ];
    const cleansUp: [number, string, string] = [102_000, OWN, 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS'];
    const ended: [number, string, string] = [103_000, OWN, 'UPDATE_ROLLBACK_COMPLETE'];
    const failed: [number, string, string][] = [
      [104_000, OWN, 'UPDATE_IN_PROGRESS'],
      [105_000, OWN, 'UPDATE_FAILED'],
    ];
    const continued: [number, string, string][] = [
      [101_000, OWN, 'UPDATE_ROLLBACK_FAILED'],
      [101_500, OWN, 'UPDATE_ROLLBACK_IN_PROGRESS'],
    ];

    test.each<[string, boolean, [number, string, string][], number?]>([
      ['yes, where it has ended, whatever has failed since', true, [...rollback, cleansUp, ended, ...failed]],
      ['yes, where it had to be continued', true, [...rollback, ...continued, cleansUp, ended]],
      ['no, where it has failed', false, [...rollback, ...continued.slice(0, 1)]],
      ['no, where it goes on', false, [...rollback, cleansUp]],
      ['no, of what the deployment had claimed that it undoes', false, [...rollback, ended], 92_000],
      ['no, of what a later deployment has claimed', false, [...rollback, ended, ...failed], 104_000],
      ['no, of what that had claimed at once', false, [...rollback, ended], 90_000],
      ['no, within the second of its beginning', false, [...rollback.slice(0, 3), ended], 98_000],
      ['yes, in the second after', true, [...rollback, ended], 99_000],
    ])('%s', async (_what, expected, history, claimedAt = CLAIMED) => {
      expect(await succeededSince(deleting, history, claimedAt)).toBe(expected);
    });
  });

  test('no, while the stack rolls back', async () => {
    const rolling = { own: { status: 'UPDATE_ROLLBACK_IN_PROGRESS' } };
    expect(await succeededSince(rolling, [[105_000, OWN, 'UPDATE_COMPLETE']], CLAIMED)).toBe(false);
  });

  test('in a clean-up it is the deployment before that counts', async () => {
    const cleaning = { own: { status: 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS' } };
    const began: [number, string, string] = [90_000, OWN, 'UPDATE_IN_PROGRESS'];
    const cleanUp: [number, string, string] = [300_000, OWN, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'];
    expect(await succeededSince(cleaning, [began, [105_000, OWN, 'UPDATE_FAILED'], cleanUp], CLAIMED)).toBe(false);
    expect(await succeededSince(cleaning, [began, [105_000, OWN, 'UPDATE_COMPLETE'], cleanUp], CLAIMED)).toBe(true);
  });

  test('yes, where the history no longer reaches back to the claim: that deployment is over', async () => {
    const going: [number, string, string] = [9_000_000, OWN, 'DELETE_IN_PROGRESS'];
    expect(await succeededSince(deleting, [going], CLAIMED)).toBe(true);
    expect(await succeededSince(deleting, [going], 0)).toBe(true);
    expect(await succeededSince(deleting, [], CLAIMED)).toBe(true);
    expect(await succeededSince(deleting, [[101_000, OWN, 'DELETE_IN_PROGRESS']], CLAIMED)).toBe(true);
    expect(await succeededSince(deleting, [[102_000, 'V', 'CREATE_IN_PROGRESS']], CLAIMED)).toBe(true);
  });

  test('no, where the history begins with the stack', async () => {
    const failed: [number, string, string][] = [
      [102_000, OWN, 'CREATE_IN_PROGRESS'],
      [105_000, OWN, 'CREATE_FAILED'],
      [106_000, OWN, 'DELETE_IN_PROGRESS'],
    ];
    expect(await succeededSince(deleting, failed, 0)).toBe(false);
  });

  test('of what an older version of the library claimed, the stack’s status tells', async () => {
    expect(await succeededSince(deleting, [])).toBe(true);
    expect(await succeededSince(deleting, [[102_000, OWN, 'CREATE_IN_PROGRESS']])).toBe(true);
    expect(await succeededSince({ own: { status: 'ROLLBACK_IN_PROGRESS' } }, [])).toBe(false);
  });
});
