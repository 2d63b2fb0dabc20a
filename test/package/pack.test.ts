import { cpSync, mkdirSync, readFileSync, readdirSync, renameSync } from 'node:fs';
import { join, relative } from 'node:path';
import { FAMILIES } from '../../scripts/families';
import { requireFresh } from '../../scripts/stamp';
import { ROOT, link, run, temporaryFolder } from './workspace';

jest.setTimeout(120_000);

const folder = temporaryFolder();
const consumer = join(folder.path, 'consumer');
const installed = join(consumer, 'node_modules', 'cdk-versioned-artifacts');

beforeAll(async () => {
  requireFresh(['constructs', 'handlers']);
  const [{ filename }] = JSON.parse(
    await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder.path], ROOT),
  );
  await run('tar', ['-xzf', filename], folder.path);
  mkdirSync(join(consumer, 'node_modules'), { recursive: true });
  renameSync(join(folder.path, 'package'), installed);
  link('aws-cdk-lib', consumer);
  link('constructs', consumer);
  cpSync(join(__dirname, 'app.js'), join(consumer, 'app.js'));
});

afterAll(() => folder.remove());

function files(of: string): string[] {
  return readdirSync(of, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(of, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
}

const sources = () =>
  ['lib', 'contract'].flatMap(name =>
    files(join(ROOT, name)).map(file => `build/${name}/${file.replace(/\.ts$/, '')}`),
  );

describe('the npm package', () => {
  test('holds the compiled constructs, the assembly and the handler bundles, and nothing else', () => {
    const expected = [
      /^(package\.json|README\.md|LICENSE|\.jsii)$/,
      /^build\/(lib|contract)\/[a-z0-9/-]+\.(js|d\.ts)$/,
      /^build\/handlers\/[a-z-]+\/index\.js$/,
    ];

    expect(files(installed).filter(file => !expected.some(pattern => pattern.test(file)))).toEqual([]);
  });

  test('holds every construct, its types and every bundle', () => {
    expect(files(installed)).toEqual(
      expect.arrayContaining([
        'README.md',
        'LICENSE',
        '.jsii',
        ...FAMILIES.map(family => `build/handlers/${family}/index.js`),
        ...sources().flatMap(source => [`${source}.js`, `${source}.d.ts`]),
      ]),
    );
  });

  test('holds nothing that was compiled from a source that has gone', () => {
    const compiled = files(installed).filter(file => /^build\/(lib|contract)\//.test(file));

    expect([...new Set(compiled.map(file => file.replace(/\.(js|d\.ts)$/, '')))].sort()).toEqual(sources().sort());
  });

  test('depends on nothing at run time but its peers', () => {
    const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));

    expect(dependencies).toBeUndefined();
    expect(Object.keys(peerDependencies).sort()).toEqual(['aws-cdk-lib', 'constructs']);
  });

  test('synthesises for a consumer without esbuild, another process or the network', async () => {
    const printed = await run(process.execPath, ['--require', join(__dirname, 'offline.js'), 'app.js'], consumer, {
      PATH: '',
    });

    const types = Object.values(JSON.parse(printed).Resources as Record<string, { Type: string }>).map(
      ({ Type }) => Type,
    );
    expect(types).toEqual(expect.arrayContaining(['AWS::Lambda::Function', 'Custom::IoTSoftwarePackageVersion']));
  });
});
