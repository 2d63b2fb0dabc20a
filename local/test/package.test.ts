import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { requireFresh } from '../../scripts/stamp';
import own from '../package.json';

const LOCAL = join(__dirname, '..');

beforeAll(() => requireFresh(['local']));

test('the package is built before it is packed, and holds no more than what is compiled of a source', () => {
  const { stdout, stderr } = spawnSync('npm', ['pack', '--dry-run', '--json', '--offline'], {
    cwd: LOCAL,
    encoding: 'utf8',
  });
  expect(stderr).toContain('local: up to date');
  const [{ files }] = JSON.parse(stdout.slice(stdout.search(/^\[/m))) as [{ files: { path: string }[] }];
  const paths = files.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining([
      ...['package.json', 'README.md', 'LICENSE', own.main, own.types],
      ...['lambda-runtime/bootstrap.cjs', 'lambda-runtime/plain-http.cjs'],
    ]),
  );
  const compiled = paths.filter(path => path.startsWith('build/'));
  expect(
    paths.filter(path => !compiled.includes(path) && !/^(lambda-runtime\/|[A-Z]+(\.md)?$|package\.json)/.test(path)),
  ).toEqual([]);
  const sources = compiled.map(path => path.replace('build/', 'src/').replace(/(\.d\.ts|\.js)$/, '.ts'));
  expect(sources.filter(path => !existsSync(join(LOCAL, path)))).toEqual([]);
});
