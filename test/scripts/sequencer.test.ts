import { existsSync } from 'node:fs';
import { join } from 'node:path';
import NeverIdle, { LONG, WAITING } from '../sequencer';

const ROOT = join(__dirname, '../..');
const WORKERS = 4;

const hasteFS = { getSize: (path: string) => path.length };
const context = { config: { id: 'any', cacheDirectory: join(__dirname, 'none') }, hasteFS };

/** The files in their order, and when each runs if each worker takes the next one. */
function run(paths: readonly string[]) {
  const sorted = new NeverIdle({} as never).sort(paths.map(path => ({ path: join(ROOT, path), context }) as never));
  const free = Array<number>(WORKERS).fill(0);
  return (sorted as { readonly path: string }[]).map(test => {
    const path = test.path.slice(ROOT.length + 1);
    const start = Math.min(...free);
    const end = start + (LONG[path] ?? 1);
    free[free.indexOf(start)] = end;
    return { path, start, end };
  });
}

const others = Array.from({ length: 330 }, (_, nth) => `test/${'x'.repeat(nth)}.test.ts`);

test('no more files wait at a time than leave two workers to compute, and none of them is alone in the end', () => {
  const all = run([...others, ...Object.keys(LONG)]);
  expect(all).toHaveLength(others.length + Object.keys(LONG).length);
  const waiting = all.filter(({ path }) => path in WAITING);
  for (const { start } of waiting) {
    expect(waiting.filter(other => other.start <= start && start < other.end).length).toBeLessThanOrEqual(2);
  }
  const end = Math.max(...all.map(file => file.end));
  expect(Math.max(...waiting.map(file => file.end))).toBeLessThan(end - 10);
});

test('what takes longest starts first, and is there', () => {
  const all = run([...others, ...Object.keys(LONG)]);
  expect(all.slice(0, 2).map(({ path }) => LONG[path])).toEqual([30, 27]);
  expect(all.filter(({ path }) => path in LONG && !(path in WAITING)).every(({ start }) => start < 60)).toBe(true);
  expect(Object.keys(LONG).filter(path => !existsSync(join(ROOT, path)))).toEqual([]);
});
