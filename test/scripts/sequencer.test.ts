import { existsSync } from 'node:fs';
import { join } from 'node:path';
import LongestFirst, { LONG } from '../sequencer';

const ROOT = join(__dirname, '../..');

test('what takes longest is there, and starts first whatever its size', () => {
  const hasteFS = { getSize: (path: string) => (path.endsWith('a.test.ts') ? 1_000_000 : 1) };
  const context = { config: { id: 'any', cacheDirectory: join(__dirname, 'none') }, hasteFS };
  const testOf = (path: string) => ({ path: join(ROOT, path), context });
  const others = ['test/a.test.ts', 'test/b.test.ts'];
  const sequencer = new LongestFirst({} as never);
  const sorted = sequencer.sort([...others, ...[...LONG].reverse()].map(testOf)) as { readonly path: string }[];

  expect(sorted.slice(0, LONG.length).map(({ path }) => path)).toEqual(LONG.map(path => join(ROOT, path)));
  expect(LONG.filter(path => !existsSync(join(ROOT, path)))).toEqual([]);
});
