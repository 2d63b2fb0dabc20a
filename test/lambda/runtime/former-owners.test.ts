import { ARTIFACT_TAGS as KEYS } from '../../../contract/ownership';
import {
  type FormerOwner,
  formatFormers,
  formersLeft,
  formersWith,
  hasMore,
  isRemembered,
  lostBy,
  memoryOf,
  parseFormers,
  placeOf,
  remember,
  rememberBeside,
  rememberInstead,
  rememberLost,
  remembered,
  rememberedBefore,
  rememberedWithout,
  wasOpen,
} from '../../../lambda/runtime/former-owners';
import { changed, claim, claimOf, claimant, letGo, ownerTags } from '../../../lambda/runtime/ownership';

const SECONDS = 1_764_000_000;
const a = { ownerId: 'a1' };
const b: FormerOwner = { ownerId: 'b2', openSince: SECONDS * 1_000 };
const c: FormerOwner = { ownerId: 'c3', openSince: (SECONDS + 60) * 1_000 };

test.each([[[]], [[a]], [[b]], [[b, a]], [[c, b]]] as const)('%j reads back as it was written', formers => {
  expect(parseFormers(formatFormers(formers))).toEqual(formers);
});

test('a former owner for good is written as its id alone, as versions of the library before this one do', () => {
  expect(formatFormers([a])).toBe('a1');
  expect(parseFormers(undefined)).toEqual([]);
});

test.each([
  ['an owner for good leaves no other, but a mark', a, 'b2', 'a1/'],
  ['and none if there was no other', a, undefined, 'a1'],
  ['an open one leaves the owner before it', b, 'a1', 'b2+t68n40/a1'],
  ['an open one that had it before, once', b, 'b2+t68n40/a1', 'b2+t68n40/a1'],
  ['of several open ones, the last and the oldest are left, and a mark', c, 'b2+t68n40/a1', 'c3+t68n5o/a1/'],
  ['the mark stays', b, 'c3+t68n5o/a1/', 'b2+t68n40/a1/'],
  ['also with an owner for good', a, 'c3+t68n5o/b2/', 'a1/'],
] as const)('%s', (_what, owner, before, formers) => {
  expect(formersWith(owner, before, 'd4')).toBe(formers);
});

test.each([
  ['who had it in between leaves who had it before', b, { before: 'c3+t68n5o/a1', taker: 'c3' }, 'b2+t68n40/a1'],
  ['who had it for good leaves the last one alone', { ownerId: 'b2' }, { before: 'a1', taker: 'a1' }, 'b2'],
  ['and a mark, if there was another one', { ownerId: 'b2' }, { before: 'c3+t68n5o/a1', taker: 'a1' }, 'b2/'],
  ['as does who had it before another one', b, { before: 'c3+t68n5o/e5+t68n5o', taker: 'e5' }, 'b2+t68n40/'],
] as const)('if an artifact is taken back, %s', (_what, owner, { before, taker }, formers) => {
  expect(formersWith(owner, before, taker)).toBe(formers);
});

test('the mark says that there were more, and is no owner', () => {
  expect([hasMore('b2/'), hasMore('/'), hasMore('b2'), hasMore(undefined)]).toEqual([true, true, false, false]);
  expect([parseFormers('b2/'), parseFormers('/')]).toEqual([[{ ownerId: 'b2' }], []]);
  expect([formersLeft('b2/a1/', [a]), formersLeft('a1/', []), formersLeft('a1', [])]).toEqual(['a1/', '/', undefined]);
});

test.each([
  ['DELETE', true, '-'],
  ['RETAIN', true, '-'],
  ['DELETE', false, undefined],
  ['RETAIN', false, '-'],
] as const)(
  'a keeper that the record does not name has the artifact under %s, whether that is undone: %s, as adopted from %s',
  async (removal, isUndone, from) => {
    const stack = 'arn:aws:cloudformation:eu-west-1:111111111111:stack/fleet/1';
    const mark = { sentAt: SECONDS * 1_000, hash: '1a2b3c4d' };
    const me = { ...claimant(stack, 'A'), mark };
    const tags = { ...ownerTags(KEYS, me), [KEYS.adoptedFrom]: '-', [KEYS.formerOwner]: '/' };
    const manner = { removal, undoes: async () => isUndone, keeper: async () => 'b2' };
    const left = await letGo(tags, KEYS, me, manner);
    if (left.kind !== 'returned') throw new Error(left.kind);
    const after = changed(tags, left.change);
    expect([after[KEYS.owner], after[KEYS.adoptedFrom], after[KEYS.formerOwner]]).toEqual(['b2', from, '/']);
    expect(claimOf(after, KEYS, { ownerId: 'b2' })?.since).toBe(mark.sentAt);
    const named = { ...tags, [KEYS.formerOwner]: '' };
    expect(await letGo(named, KEYS, me, manner)).not.toMatchObject({ change: { set: { [KEYS.owner]: 'b2' } } });
  },
);

test('an open claim is known by the time of it', () => {
  const value = formatFormers([b, a]);
  expect([wasOpen(value), wasOpen(value, 'b2'), wasOpen(value, 'a1'), wasOpen(undefined)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test('who gets an artifact back that was never its own for good must give it back in turn', async () => {
  const stack = 'arn:aws:cloudformation:eu-west-1:111111111111:stack/fleet/1';
  const at = (logicalId: string, second: number) => ({
    ...claimant(stack, logicalId),
    mark: { sentAt: (SECONDS + second) * 1_000, hash: '1a2b3c4d' },
  });
  const [adopter, taker] = [at('Adopter', 0), at('Taker', 60)];
  const adopted = { ...ownerTags(KEYS, adopter), [KEYS.adoptedFrom]: '-' };
  const taken = claim(adopted, KEYS, taker, { adoptExisting: true, openSince: adopter.mark.sentAt });
  if (taken.kind !== 'taken-over') throw new Error(`got ${taken.kind}`);
  const { [KEYS.claim + adopter.ownerId]: _lost, ...held } = changed(adopted, taken.change);

  const undone = { removal: 'DELETE', undoes: async (since?: number) => since !== undefined } as const;
  const first = await letGo(held, KEYS, taker, undone);
  expect(first).toMatchObject({ kind: 'returned', change: { set: { [KEYS.owner]: adopter.ownerId } } });
  const back = changed(held, (first as { change: typeof taken.change }).change);
  expect(claimOf(back, KEYS, adopter)?.since).toBe(adopter.mark.sentAt);
  expect(await letGo(back, KEYS, adopter, undone)).toMatchObject({ kind: 'returned' });
});

test('what was there before each of several takers is remembered, the last first', () => {
  const [open, ofGood] = [formatFormers([c, b]), formatFormers([b, a])];
  const second = remember('2.0.0', '1.0.0', open);
  expect([remembered(second), rememberedBefore(second)]).toEqual(['2.0.0', '1.0.0']);
  const third = remember('3.0.0', second, open);
  expect([remembered(third), rememberedBefore(third)]).toEqual(['3.0.0', second]);
  expect([remembered(third, 1), rememberedBefore(third, 1)]).toEqual(['2.0.0', '1.0.0']);
  expect([rememberedWithout(third), rememberedWithout(third, 1)]).toEqual([second, '3.0.0/1.0.0']);
  expect([placeOf(ofGood, 'b2'), placeOf(ofGood, 'a1'), placeOf(ofGood, 'z'), placeOf(undefined, 'z')]).toEqual([
    0,
    1,
    0,
    Infinity,
  ]);
  expect([remembered(third, Infinity), rememberedBefore(third, Infinity)]).toEqual(['1.0.0', undefined]);
  expect(remember('4.0.0', third, open)).toBe(`4.0.0/${second}`);
  expect(['1.0.0', '4.0.0'].map(name => isRemembered(name, third))).toEqual([true, false]);
  expect(remember('2.0.0', '1.0.0', formatFormers([a]))).toBe('2.0.0');
  expect(remembered(remember('', '1.0.0', open))).toBeUndefined();
  expect(rememberedBefore(remember('2.0.0', undefined, open))).toBeUndefined();
});

test('what was there when an artifact was taken from its owner for good is remembered at the place of that one', () => {
  const ofGood = formatFormers([b, a]);
  const third = remember('3.0.0', remember('2.0.0', 'of a1', ofGood), ofGood);
  expect(memoryOf(third, ofGood, 'a1')).toMatchObject({ former: 'of a1', onceReturned: undefined });
  expect(memoryOf(third, ofGood, 'b2')).toMatchObject({ former: '3.0.0', onceReturned: 'of a1' });
});

test('something else can be remembered of the first owner', () => {
  expect(rememberInstead('new', '3.0.0/2.0.0/1.0.0')).toBe('3.0.0/2.0.0/new');
  expect(rememberInstead('new')).toBe('new');
});

test('nothing is remembered by who has no memory', () => {
  expect([isRemembered('1.0.0', undefined), remembered(undefined), rememberedWithout(undefined)]).toEqual([
    false,
    undefined,
    undefined,
  ]);
});

test.each<[string, string, ReturnType<typeof memoryOf>]>([
  ['the last one', 'b2', { former: '2.0.0', onceReturned: '1.0.0', onceForgotten: '1.0.0' }],
  ['the one for good', 'a1', { former: '1.0.0', onceReturned: undefined, onceForgotten: '2.0.0' }],
])('who lets an artifact go remembers its own: %s', (_what, owner, memory) => {
  expect(memoryOf('2.0.0/1.0.0', formatFormers([b, a]), owner)).toEqual(memory);
});

describe('what was adopted from a stack that had adopted it', () => {
  const value = rememberBeside('2.0.0', '1.0.0');

  test('is remembered of both', () => {
    expect([value, rememberBeside('2.0.0', undefined)]).toEqual(['2.0.0+1.0.0', '2.0.0']);
    expect(['2.0.0', '1.0.0', '2.0.0+1.0.0'].map(each => isRemembered(each, value))).toEqual([true, true, false]);
    expect(memoryOf(value, undefined, 'a1')).toMatchObject({ former: '2.0.0', onceReturned: '1.0.0' });
    expect(memoryOf('2.0.0', undefined, 'a1').onceReturned).toBeUndefined();
  });

  test('is remembered of the last two alone, and of the oldest owner of each', () => {
    expect(rememberBeside('3.0.0', value)).toBe('3.0.0+2.0.0');
    expect(rememberBeside('3.0.0', '2.0.0/1.0.0+0.1.0')).toBe('3.0.0+1.0.0');
  });

  test('is remembered beside what its new owner’s stack makes of it, as far as a tag has room', () => {
    const formers = formatFormers([c, b]);
    expect(remember('3.0.0', value, formatFormers([b]))).toBe('3.0.0/2.0.0+1.0.0');
    const long = ['a', 'b', 'c', 'd'].map(letter => letter.repeat(64));
    expect(remember(long[0], `${long[1]}/${long[2]}+${long[3]}`, formers)).toBe(long.slice(0, 3).join('/'));
    expect(memoryOf('3.0.0/2.0.0+1.0.0', formatFormers([b]), 'b2')).toMatchObject({
      former: '3.0.0',
      onceReturned: '2.0.0+1.0.0',
    });
  });

  test('shows nothing where nothing was there before it', () => {
    expect(memoryOf('+1.0.0', undefined, 'a1')).toMatchObject({ former: undefined, onceReturned: '1.0.0' });
  });
});

describe('what an owner has lost', () => {
  const lost = rememberLost('1.0.0', '2.0.0');

  test('is remembered until it has taken that back', () => {
    expect([lostBy('1.0.0', formatFormers([b]), 'b2'), lostBy(lost, formatFormers([b]), 'a1')]).toEqual([
      '1.0.0',
      '1.0.0',
    ]);
    expect(rememberLost('1.0.0', '3.0.0/2.0.0')).toBe('3.0.0+1.0.0/2.0.0');
  });

  test('is nothing if it has lost nothing', () => {
    expect(lostBy('2.0.0', formatFormers([b]), 'a1')).toBeUndefined();
    // of the one that it was adopted from.
    expect(lostBy(rememberBeside('2.0.0', '1.0.0'), undefined, 'a1')).toBeUndefined();
  });

  test('is not what the one has found from whom it was taken back', () => {
    expect(memoryOf(lost, formatFormers([b]), 'b2').former).toBe('2.0.0');
  });
});
