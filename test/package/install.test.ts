import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './workspace';

interface Locked {
  readonly license?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
}

const lock = () => JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages as Record<string, Locked>;

test('what the local AWS needs binds nobody who uses it', () => {
  const bound = Object.entries(lock()).filter(([, { dev, license }]) => !dev && /^A?GPL/.test(license ?? ''));

  expect(bound.map(([name]) => name)).toEqual([]);
});
