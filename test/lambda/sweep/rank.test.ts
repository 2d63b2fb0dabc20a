import { orderBy } from '../../../lambda/sweep/order';
import { Ranking } from '../../../lambda/sweep/rank';

const ranking = (keepLatest: number) => new Ranking(keepLatest, orderBy('CREATION'));
const thing = (createdAt: number) => ({ name: `thing-${createdAt}`, createdAt });
const names = (entries: { name: string }[]) => entries.map(({ name }) => name).sort();

test('keeps the latest of a stream and hands out what falls out', () => {
  const latest = ranking(3);
  const out = [5, 1, 4, 2, 3, 6].map(createdAt => latest.add(thing(createdAt))?.name);
  expect(out).toEqual([undefined, undefined, undefined, 'thing-1', 'thing-2', 'thing-3']);
  expect(names(latest.entries())).toEqual(['thing-4', 'thing-5', 'thing-6']);
  expect(latest.threshold()).toEqual({ last: thing(4) });
});

test('what has fallen out takes no memory: it falls out again when it is listed twice', () => {
  const latest = ranking(1);
  latest.add(thing(1));
  expect(latest.add(thing(2))).toEqual(thing(1));
  expect(latest.add(thing(1))).toEqual(thing(1));
  expect(latest.add(thing(2))).toBeUndefined();
});

test('has no threshold while there are fewer', () => {
  const latest = ranking(2);
  latest.add(thing(1));
  expect(latest.threshold()).toEqual({});
});

test('goes on from the entries of another one', () => {
  const first = ranking(2);
  [3, 1, 2].forEach(createdAt => first.add(thing(createdAt)));
  const entries = JSON.parse(JSON.stringify(first.entries())) as { name: string; createdAt: number }[];
  const second = new Ranking(2, orderBy('CREATION'), entries);
  expect(second.add(thing(4))).toEqual(thing(2));
  expect(second.threshold()).toEqual({ last: thing(3) });
});
