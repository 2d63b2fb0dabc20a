import { Deadline } from '../../../lambda/runtime/clock';
import { type StackState, stackQuestions } from '../../../lambda/runtime/stack';
import { type StackEvent } from '../../../lambda/runtime/stack-history';
import { FakeClock } from '../../../testing/clock';

const OWN = 'own';
const quiet = { info: () => {}, warn: () => {}, error: () => {}, count: () => {} };

/** What a stack's resource `V` asks. */
function questions(stacks: Record<string, StackState>, events: (of: string) => AsyncIterable<StackEvent>) {
  const clock = new FakeClock(0);
  const asking = { clock, deadline: new Deadline(clock, 900_000), log: quiet };
  const view = { describeStack: async (id: string) => stacks[id], events };
  return stackQuestions({ stackId: OWN, logicalId: 'V' }, view, asking);
}

describe('whether a resource had its id when the last deployment succeeded', () => {
  type Noted = [number, string, string, string?];
  const HELD = 'held';
  const hadAtSuccess = (
    history: Noted[],
    stacks: Record<string, StackState> = { own: { status: 'UPDATE_COMPLETE' } },
  ) => {
    const events = async function* (of: string) {
      for (const [changedAt, logicalId, status, id = logicalId] of [...history].reverse()) {
        const isRoot = logicalId === 'root';
        if (isRoot !== (of === 'root')) continue;
        yield { logicalId, physicalId: id, status, changedAt } satisfies StackEvent;
      }
    };
    return questions(stacks, events).hadAtSuccess(HELD);
  };
  const success: Noted = [100, OWN, 'CREATE_COMPLETE'];
  const began: Noted = [200, 'V', 'UPDATE_IN_PROGRESS', HELD];

  test.each<[string, Noted[], boolean]>([
    ['nothing has happened since', [success], true],
    ['the history no longer reaches back', [began, [210, 'V', 'UPDATE_COMPLETE', 'other']], true],
    ['it has been replaced since', [success, began, [210, 'V', 'UPDATE_COMPLETE', 'other']], true],
    ['it was replaced and has come back', [success, began, [220, 'V', 'UPDATE_IN_PROGRESS', 'other']], true],
    ['it has replaced another since', [success, [200, 'V', 'UPDATE_IN_PROGRESS', 'other']], false],
    ['only another has been touched since', [success, [200, 'W', 'UPDATE_IN_PROGRESS', 'other']], true],
    ['only its stack, of the same name, has begun since', [success, [200, 'V', 'UPDATE_IN_PROGRESS', OWN]], true],
    ['it has replaced another at once', [success, [100, 'V', 'UPDATE_IN_PROGRESS', 'other']], false],
    ['it has been created since', [success, [200, 'V', 'CREATE_IN_PROGRESS', HELD]], false],
    [
      'no deployment has succeeded',
      [
        [100, OWN, 'CREATE_IN_PROGRESS'],
        [200, 'V', 'CREATE_IN_PROGRESS', ''],
      ],
      false,
    ],
    [
      'only a rollback has',
      [
        [200, 'V', 'CREATE_IN_PROGRESS', HELD],
        [300, OWN, 'ROLLBACK_COMPLETE'],
      ],
      false,
    ],
    [
      'it was created before',
      [[90, 'V', 'CREATE_IN_PROGRESS', ''], success, [200, 'V', 'DELETE_IN_PROGRESS', HELD]],
      true,
    ],
  ])('where %s', async (_what, history, expected) => {
    expect(await hadAtSuccess(history)).toBe(expected);
  });

  test('of a nested stack it is the root’s deployment that counts', async () => {
    const stacks = {
      own: { status: 'DELETE_IN_PROGRESS', parentId: 'root' },
      root: { status: 'DELETE_IN_PROGRESS' },
    };
    const created: Noted = [90, 'V', 'CREATE_IN_PROGRESS', HELD];
    expect(await hadAtSuccess([created, [100, OWN, 'CREATE_COMPLETE']], stacks)).toBe(false);
    const succeeded: Noted[] = [created, [95, 'root', 'CREATE_COMPLETE'], [200, 'V', 'DELETE_IN_PROGRESS', HELD]];
    expect(await hadAtSuccess(succeeded, stacks)).toBe(true);
    const atOnce: Noted[] = [
      [95, 'V', 'CREATE_COMPLETE', HELD],
      [95, 'root', 'CREATE_COMPLETE'],
    ];
    expect(await hadAtSuccess(atOnce, stacks)).toBe(true);
    const replaced: Noted[] = [
      [200, 'V', 'UPDATE_IN_PROGRESS', 'other'],
      [300, 'root', 'UPDATE_FAILED'],
    ];
    expect(await hadAtSuccess([...atOnce, ...replaced], stacks)).toBe(false);
  });
});

describe('the properties that a resource had when the last deployment succeeded', () => {
  type Noted = [number, string, string, object?, string?];
  const propertiesAtSuccess = (
    history: Noted[],
    stacks: Record<string, StackState> = { own: { status: 'UPDATE_FAILED' } },
  ) => {
    const events = async function* (of: string) {
      for (const [changedAt, logicalId, status, properties, physicalId = logicalId] of [...history].reverse()) {
        if ((logicalId === 'root') !== (of === 'root')) continue;
        const entry = { logicalId, physicalId, status, changedAt } satisfies StackEvent;
        yield { ...entry, ...(properties && { properties: JSON.stringify(properties) }) };
      }
    };
    return questions(stacks, events).propertiesAtSuccess();
  };
  const created: Noted[] = [
    [50, 'V', 'CREATE_IN_PROGRESS', { rules: 'first' }],
    [60, 'V', 'CREATE_COMPLETE', { rules: 'old' }],
  ];
  const success: Noted = [100, OWN, 'CREATE_COMPLETE'];
  const failed: Noted[] = [
    [200, 'V', 'UPDATE_IN_PROGRESS', { rules: 'new' }],
    [210, 'V', 'UPDATE_COMPLETE', { rules: 'new' }],
    [220, OWN, 'UPDATE_FAILED'],
  ];

  test.each<[string, Noted[], object | string | undefined]>([
    [
      'are no others where nothing has touched it since',
      [...created, success, [200, 'W', 'UPDATE_IN_PROGRESS']],
      undefined,
    ],
    ['are no others where it is only deleted', [...created, success, [200, 'V', 'DELETE_IN_PROGRESS']], undefined],
    ['are those before a deployment that failed', [...created, success, ...failed], { rules: 'old' }],
    ['are those before some that failed', [...created, success, ...failed, ...failed], { rules: 'old' }],
    [
      'are those of its replacement, whose clean-up comes after it',
      [
        ...created,
        [70, 'V', 'UPDATE_COMPLETE', { rules: 'replaced' }],
        [80, 'V', 'DELETE_IN_PROGRESS', { rules: 'old' }],
        [90, 'V', 'DELETE_COMPLETE', { rules: 'old' }],
        success,
        ...failed,
      ],
      { rules: 'replaced' },
    ],
    [
      'are not those of its stack, of the same name',
      [...created, [100, 'V', 'CREATE_COMPLETE', { rules: 'of a stack' }, OWN], ...failed],
      { rules: 'old' },
    ],
    ['are unknown where the history has none', [success, ...failed], 'unknown'],
    ['are unknown where its entry has none', [[60, 'V', 'CREATE_COMPLETE'], success, ...failed], 'unknown'],
    ['are unknown where the history does not reach back', failed, 'unknown'],
  ])('%s', async (_what, history, expected) => {
    expect(await propertiesAtSuccess(history)).toEqual(expected);
  });

  test('of a nested stack it is the root’s deployment that counts', async () => {
    const stacks = {
      own: { status: 'DELETE_IN_PROGRESS', parentId: 'root' },
      root: { status: 'DELETE_IN_PROGRESS' },
    };
    const nested: Noted[] = [...created, success, [110, 'root', 'CREATE_COMPLETE'], ...failed.slice(0, 2)];
    const own: Noted = [215, OWN, 'UPDATE_COMPLETE'];
    expect(await propertiesAtSuccess([...nested, own], stacks)).toEqual({ rules: 'old' });
    expect(await propertiesAtSuccess([...nested, own, [300, 'root', 'UPDATE_COMPLETE']], stacks)).toBeUndefined();
  });
});

describe('what the resources were to be since the last deployment that succeeded', () => {
  type Noted = [number, string, string, string?, string?];
  const declarations = async (
    history: Noted[],
    stacks: Record<string, StackState> = { own: { status: 'UPDATE_FAILED' } },
  ) => {
    const events = async function* (of: string) {
      for (const [changedAt, logicalId, status, rules, physicalId = logicalId] of [...history].reverse()) {
        if ((logicalId === 'root') !== (of === 'root')) continue;
        const entry = { logicalId, physicalId, status, changedAt } satisfies StackEvent;
        yield { ...entry, ...(rules && { properties: JSON.stringify({ rules }) }) };
      }
    };
    const all = await questions(stacks, events).declarationsSinceSuccess();
    return all.map(({ physicalId, properties, from, until, isRestoring }) => [
      physicalId,
      properties.rules,
      from,
      until,
      ...(isRestoring ? ['restoring'] : []),
    ]);
  };
  const created: Noted[] = [
    [50, 'V', 'CREATE_IN_PROGRESS', 'old', ''],
    [60, 'V', 'CREATE_COMPLETE', 'old'],
    [100, OWN, 'CREATE_COMPLETE'],
  ];
  const failed: Noted[] = [
    [200, OWN, 'UPDATE_IN_PROGRESS'],
    [210, 'V', 'UPDATE_IN_PROGRESS', 'new'],
    [220, 'V', 'UPDATE_COMPLETE', 'new'],
  ];
  const rollback: Noted[] = [
    [300, OWN, 'UPDATE_ROLLBACK_IN_PROGRESS'],
    [310, 'V', 'UPDATE_IN_PROGRESS', 'old'],
    [320, 'V', 'UPDATE_COMPLETE', 'old'],
  ];

  test.each<[string, Noted[], unknown[]]>([
    ['nothing where nothing has happened', created, []],
    ['what a deployment has changed', [...created, ...failed], [['V', 'new', 210, 220]]],
    [
      'what each of several has changed',
      [...created, ...failed, [230, OWN, 'UPDATE_FAILED'], [250, 'V', 'UPDATE_FAILED', 'newer']],
      [
        ['V', 'new', 210, 220],
        ['V', 'newer', 250, 250],
      ],
    ],
    [
      'the replacement, since the replacing began',
      [
        ...created,
        [210, 'V', 'UPDATE_IN_PROGRESS', 'new'],
        [215, 'V', 'UPDATE_IN_PROGRESS', 'new', 'other'],
        [220, 'V', 'UPDATE_COMPLETE', 'new', 'other'],
      ],
      [['other', 'new', 210, 220]],
    ],
    ['nothing of what goes on', [...created, [210, 'V', 'UPDATE_IN_PROGRESS', 'new']], []],
    ['nothing of a deletion', [...created, [210, 'V', 'DELETE_COMPLETE', 'old']], []],
    ['nothing of what never had an id', [...created, [210, 'V', 'CREATE_FAILED', 'new', '']], []],
    ['nothing without properties', [...created, [210, 'V', 'UPDATE_COMPLETE']], []],
    [
      'what a rollback restores as such',
      [...created, ...failed, ...rollback],
      [
        ['V', 'new', 210, 220],
        ['V', 'old', 310, 320, 'restoring'],
      ],
    ],
    [
      'nothing of what was rolled back',
      [...created, ...failed, ...rollback, [330, OWN, 'UPDATE_ROLLBACK_COMPLETE'], [410, 'W', 'CREATE_COMPLETE', 'w']],
      [['W', 'w', 410, 410]],
    ],
    [
      'what a clean-up of a rollback is still about',
      [...created, ...failed, [300, OWN, 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS']],
      [['V', 'new', 210, 220]],
    ],
  ])('%s', async (_what, history, expected) => {
    expect(await declarations(history)).toEqual(expected);
  });

  test('of a nested stack since its root has succeeded', async () => {
    const stacks = { own: { status: 'UPDATE_COMPLETE', parentId: 'root' }, root: { status: 'UPDATE_IN_PROGRESS' } };
    const nested: Noted[] = [...created, [110, 'root', 'CREATE_COMPLETE'], ...failed, [230, OWN, 'UPDATE_COMPLETE']];
    expect(await declarations(nested, stacks)).toEqual([['V', 'new', 210, 220]]);
  });
});

describe('what has become of what a resource of the stack has had since the last deployment that succeeded', () => {
  const SOUGHT = 'sought';
  const success: [string, string, string] = [OWN, 'CREATE_COMPLETE', OWN];

  test.each<[string, [string, string, string][], string]>([
    ['nothing has happened to it', [success], 'left'],
    ['it was made', [success, ['W', 'CREATE_COMPLETE', SOUGHT]], 'held'],
    ['it was replaced', [success, ['W', 'CREATE_COMPLETE', SOUGHT], ['W', 'UPDATE_COMPLETE', 'other']], 'left'],
    ['another was', [success, ['W', 'CREATE_COMPLETE', SOUGHT], ['X', 'UPDATE_COMPLETE', 'other']], 'held'],
    ['it is being replaced', [success, ['W', 'CREATE_COMPLETE', SOUGHT], ['W', 'UPDATE_IN_PROGRESS', SOUGHT]], 'held'],
    ['it is being deleted', [success, ['W', 'CREATE_COMPLETE', SOUGHT], ['W', 'DELETE_IN_PROGRESS', SOUGHT]], 'going'],
    ['it could not be deleted', [success, ['W', 'DELETE_FAILED', SOUGHT]], 'going'],
    ['it was deleted', [success, ['W', 'DELETE_IN_PROGRESS', SOUGHT], ['W', 'DELETE_COMPLETE', SOUGHT]], 'gone'],
    ['it was left out of the stack', [success, ['W', 'DELETE_SKIPPED', SOUGHT]], 'gone'],
    ['it was deleted before', [['W', 'DELETE_COMPLETE', SOUGHT], success], 'left'],
  ])('%s', async (_what, history, fate) => {
    const events = async function* () {
      for (const [index, [logicalId, status, physicalId]] of [...history.entries()].reverse()) {
        yield { logicalId, status, physicalId, changedAt: index * 1_000 } satisfies StackEvent;
      }
    };
    const asked = questions({ [OWN]: { status: 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS' } }, events);
    expect(await asked.fateOf(SOUGHT)).toBe(fate);
  });
});
