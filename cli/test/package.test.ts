import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import lock from '../../package-lock.json';
import whole from '../../package.json';
import { ALLOWED } from '../../scripts/licenses';
import { requireFresh } from '../../scripts/stamp';
import own from '../package.json';

const ROOT = join(__dirname, '..', '..');
const BUILD = join(ROOT, 'cli', 'build');

beforeAll(() => requireFresh(['cli']));

/** The modules that a file loads before it does anything, and those that they load. */
function loadedBy(file: string, found = new Set<string>()): Set<string> {
  const text = readFileSync(join(BUILD, file), 'utf8');
  for (const [, name] of text.matchAll(/^(?:import|export)\b[^"'(]*["']([^"']+)["']/gm)) {
    if (found.has(name)) continue;
    found.add(name);
    if (name.startsWith('./')) loadedBy(name.slice(2), found);
  }
  return found;
}

test('help loads the parser alone, so that it is there at once', () => {
  const packages = [...loadedBy('main.mjs')].filter(name => !/^(\.\/|node:)/.test(name));
  expect(packages).toEqual(['commander']);
});

test.each(['plan', 'why', 'sweep', 'local', 'verify'])('help of %s teaches with an example', command => {
  const { stdout, status } = spawnSync(process.execPath, [join(BUILD, 'main.mjs'), command, '--help'], {
    encoding: 'utf8',
  });
  expect(stdout).toMatch(new RegExp(`Example:\\n  \\$ .*cdk-versioned-artifacts ${command}`));
  expect(status).toBe(0);
});

test('a command without credentials says where to get them', () => {
  const { PATH } = process.env;
  const { stderr, status } = spawnSync(process.execPath, [join(BUILD, 'main.mjs'), 'why', 'a/1'], {
    encoding: 'utf8',
    env: { PATH, AWS_REGION: 'us-east-1', AWS_EC2_METADATA_DISABLED: 'true', HOME: '/nowhere' },
  });
  expect(stderr).toContain('aws sso login');
  expect(status).toBe(1);
});

test('the package is built before it is packed, and holds that and the licenses of what is in it', () => {
  const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--offline'], {
    cwd: join(ROOT, 'cli'),
    encoding: 'utf8',
  });
  const [{ files }] = JSON.parse(stdout.slice(stdout.search(/^\[/m))) as [{ files: { path: string }[] }];
  const paths = files.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining([
      'package.json',
      'README.md',
      'LICENSE',
      own.bin['cdk-versioned-artifacts'],
      'build/THIRD-PARTY-LICENSES',
    ]),
  );
  expect(
    paths.filter(path => !/^(package\.json|README\.md|LICENSE|build\/([\w-]+\.mjs|THIRD-PARTY-LICENSES))$/.test(path)),
  ).toEqual([]);
});

test('the library needs nothing of the command line', () => {
  expect(whole).not.toHaveProperty('dependencies');
  expect(JSON.stringify(whole.files)).not.toContain('cli');
});

test('what it installs may be used under its license', () => {
  type Entry = { readonly license?: string; readonly dependencies?: object };
  const packages = lock.packages as Readonly<Record<string, Entry>>;
  const seen = new Set<string>();
  const visit = (name: string, from: string) => {
    // a package's own folder first, then those around it.
    const at = [`${from}/node_modules/${name}`, `cli/node_modules/${name}`, `node_modules/${name}`].find(
      each => packages[each],
    );
    if (!at || seen.has(at)) return;
    seen.add(at);
    for (const dependency of Object.keys(packages[at].dependencies ?? {})) visit(dependency, at);
  };
  for (const name of Object.keys(own.dependencies)) visit(name, 'cli');
  expect(seen.size).toBeGreaterThan(50);
  const others = [...seen].filter(each => !ALLOWED.includes(packages[each].license ?? ''));
  expect(others.map(each => `${each}: ${packages[each].license}`)).toEqual([]);
});
