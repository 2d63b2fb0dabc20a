import { Deadline } from '../../../lambda/runtime/clock';
import { type Scope } from '../../../lambda/runtime/custom-resource';
import { OtherHolders } from '../../../lambda/runtime/other-holders';
import { type StackPhase } from '../../../lambda/runtime/stack';
import { type Fate } from '../../../lambda/runtime/stack-history';
import { FakeClock } from '../../../testing/clock';

const MINUTE = 60_000;

/** The holders beside `me`, of whom CloudFormation tells these fates one after the other, the last one for ever. */
function holders(
  fates: readonly Fate[],
  more: { phase?: StackPhase; settled?: boolean; id?: string; declared?: readonly string[] } = {},
) {
  const { phase = 'deploying', settled = false, declared = [] } = more;
  const clock = new FakeClock();
  const id = 'id' in more ? more.id : 'a/1.0.0@me';
  const asked: string[] = [];
  const scope = {
    clock,
    deadline: new Deadline(clock, clock.now() + 10 * MINUTE),
    stackPhase: async () => phase,
    settledSince: async () => settled,
    declarationsSinceSuccess: async () => declared.map((physicalId, nth) => ({ physicalId, properties: { nth } })),
    fateOf: async (id: string) => {
      asked.push(id);
      return fates[Math.min(asked.length, fates.length) - 1];
    },
  } as unknown as Scope;
  return { others: new OtherHolders(scope, 'me', () => id), asked, clock };
}

test.each<[Fate, boolean, boolean]>([
  ['gone', false, true],
  ['held', true, false],
  ['left', true, true],
  ['left', false, false],
  ['going', true, true],
  ['going', false, false],
])('what is %s was let go, where the record says %p: %p', async (fate, asRecorded, expected) => {
  const { others, asked } = holders([fate]);
  expect(await others.hasLetGo('other', { asRecorded })).toBe(expected);
  expect(asked[0]).toBe('a/1.0.0@other');
});

test('a Delete in progress is waited for, and not for ever', async () => {
  const { others, asked } = holders(['going', 'going', 'gone']);
  expect(await others.hasLetGo('other', { asRecorded: false })).toBe(true);
  expect(asked).toHaveLength(3);
  const endless = holders(['going']);
  const begun = endless.clock.now();
  await endless.others.hasLetGo('other', { asRecorded: false });
  expect(endless.clock.now() - begun).toBeGreaterThan(5_000);
  expect(endless.clock.now() - begun).toBeLessThan(5 * MINUTE);
});

test.each([undefined, 'generated-1A2B'])('with the physical id %p nobody is asked', async id => {
  const { others, asked } = holders(['gone'], { id });
  expect(await others.hasLetGo('other', { asRecorded: false })).toBe(false);
  expect(asked).toEqual([]);
});

test.each<[StackPhase, Fate, boolean]>([
  ['deploying', 'held', true],
  ['deploying', 'gone', false],
  ['rolling-back', 'held', false],
])('in a stack that is %s, a holder that is %s keeps the artifact: %p', async (phase, fate, expected) =>
  expect(await holders([fate], { phase }).others.isKeptBy('other')).toBe(expected),
);

test.each<[string, StackPhase, { settled?: boolean; openSince?: number }, boolean]>([
  ['with its stack', 'deleting', {}, true],
  ['with its stack, after a deployment of it has succeeded', 'deleting', { settled: true }, false],
  ['in a rollback to what was before both', 'rolling-back', { openSince: 5 }, true],
  ['in a rollback to the former owner', 'rolling-back', {}, false],
  ['in no deployment', 'deploying', { openSince: 5 }, false],
])('a former owner regains what has gone %s: %p', async (_how, phase, { settled, openSince }, expected) => {
  const { others } = holders(['left'], { phase, settled });
  expect(await others.regains(1, { openSince } as never)).toBe(expected);
});

describe('among resources that the record does not name', () => {
  const declared = ['a/1.0.0@b', 'a/1.0.0@c', 'a/1.0.0@me', 'a/2.0.0@d', 'generated-1A2B', 'a/1.0.0@b'];

  test('the last one that is not deleted keeps the artifact, as it has declared it last', async () => {
    const { others, asked } = holders(['held'], { declared });
    expect(await others.keeper()).toEqual({ ownerId: 'b', properties: { nth: 5 } });
    expect(asked).toEqual(['a/1.0.0@b']);
  });

  test.each<Fate>(['going', 'gone', 'left'])('one that is %s does not', async fate => {
    expect(await holders([fate, 'held'], { declared }).others.keeper()).toEqual({
      ownerId: 'c',
      properties: { nth: 1 },
    });
    expect(await holders([fate], { declared }).others.keeper()).toBeUndefined();
  });

  test.each<StackPhase>(['rolling-back', 'deleting'])('nobody does in a stack that is %s', async phase => {
    expect(await holders(['held'], { declared, phase }).others.keeper()).toBeUndefined();
  });
});
