import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isFresh, requireFresh, sources, stamp } from '../../scripts/stamp';

let root: string;

const write = (file: string, content = '') => {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), content);
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'stamp-'));
  write('lib/iot/a.ts', 'a');
  write('contract/b.ts', 'b');
  write('.jsii');
  write('build/lib/index.js');
  write('build/lib/library.js');
  stamp('constructs', sources('constructs', root), root);
});

afterEach(() => rmSync(root, { recursive: true }));

test('what was built of the sources as they are is fresh', () => {
  expect(isFresh('constructs', root)).toBe(true);
  expect(() => requireFresh(['constructs'], root)).not.toThrow();
});

test.each<[string, () => void]>([
  ['a source has changed', () => write('contract/b.ts', 'c')],
  ['a source has come', () => write('lib/iot/new.ts')],
  ['a source has gone', () => rmSync(join(root, 'lib/iot/a.ts'))],
  ['a source has got another name', () => (rmSync(join(root, 'lib/iot/a.ts')), write('lib/iot/z.ts', 'a'))],
  ['other packages are installed', () => write('package-lock.json', '{}')],
  ['what was built has gone', () => rmSync(join(root, 'build/lib/index.js'))],
  ['the build has failed', () => stamp('constructs', undefined, root)],
])('it is stale once %s', (_, change) => {
  change();

  expect(isFresh('constructs', root)).toBe(false);
});

test('a change of another step makes nothing stale', () => {
  write('lambda/iot/a.ts', 'handler');
  write('local/src/a.ts', 'service');

  expect(isFresh('constructs', root)).toBe(true);
});

test('a stale build is an error that says how to mend it', () => {
  write('lib/iot/a.ts', 'changed');

  expect(() => requireFresh(['constructs', 'handlers'], root)).toThrow(
    'the build of constructs and handlers is missing or older than its sources: run `npm run build -- constructs handlers`',
  );
});
