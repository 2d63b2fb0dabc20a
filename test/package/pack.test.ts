import { cpSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { FAMILIES } from '../../scripts/families';
import { requireFresh } from '../../scripts/stamp';
import { ROOT, link, run, temporaryFolder } from './workspace';

jest.setTimeout(120_000);

/** What packing reads. */
const REPOSITORY = [
  ...['lib', 'contract', 'lambda', 'scripts', 'docs', 'build', 'rosetta'],
  ...['package.json', 'package-lock.json', 'tsconfig.json', '.jsii'],
  ...['README.md', 'CHANGELOG.md', 'LICENSE', 'THIRD-PARTY-LICENSES'],
];

const folder = temporaryFolder();
const consumer = join(folder.path, 'consumer');
const installed = join(consumer, 'node_modules', 'cdk-versioned-artifacts');

beforeAll(async () => {
  requireFresh(['constructs', 'handlers']);
  // a copy, since packing changes the manifest for as long as it lasts.
  const repository = join(folder.path, 'repository');
  for (const name of REPOSITORY) cpSync(join(ROOT, name), join(repository, name), { recursive: true });
  // npm reads all that is installed: no more than what the build looks for.
  for (const compiler of ['jsii', 'typescript']) link(compiler, repository);
  const printed = await run('npm', ['pack', '--json', '--pack-destination', folder.path], repository);
  const [{ filename }] = JSON.parse(printed.slice(printed.search(/^\[/m)));
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

/** What Node.js loads of the constructs. */
const LOADED = ['build/lib/index.js', 'build/lib/library.js'];

const sources = () =>
  ['lib', 'contract'].flatMap(name =>
    files(join(ROOT, name)).map(file => `build/${name}/${file.replace(/\.ts$/, '')}`),
  );

describe('the npm package', () => {
  test('holds the compiled constructs, the assembly, the handler bundles and the documents, and nothing else', () => {
    const expected = [
      /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|THIRD-PARTY-LICENSES|\.jsii)$/,
      /^docs\/[a-z-]+\.md$/,
      /^rosetta\/default\.ts-fixture$/,
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
        'THIRD-PARTY-LICENSES',
        'docs/architecture.md',
        'rosetta/default.ts-fixture',
        '.jsii',
        ...FAMILIES.map(family => `build/handlers/${family}/index.js`),
        ...sources().map(source => `${source}.d.ts`),
        ...LOADED,
      ]),
    );
  });

  test('holds nothing that was compiled from a source that has gone', () => {
    const compiled = files(installed).filter(file => /^build\/(lib|contract)\//.test(file));

    expect(compiled.sort()).toEqual([...sources().map(source => `${source}.d.ts`), ...LOADED].sort());
  });

  test('depends on nothing at run time but its peers', () => {
    const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));

    expect(dependencies).toBeUndefined();
    expect(Object.keys(peerDependencies).sort()).toEqual(['aws-cdk-lib', 'constructs']);
  });

  test('leaves out of its manifest what only this repository needs, and the repository keeps it', () => {
    const manifest = (of: string) => Object.keys(JSON.parse(readFileSync(join(of, 'package.json'), 'utf8')));
    const ours = ['allowScripts', 'devDependencies', 'overrides', 'workspaces'];

    expect(manifest(installed).filter(key => ours.includes(key))).toEqual([]);
    expect(manifest(installed)).toEqual(expect.arrayContaining(['homepage', 'bugs', 'publishConfig', 'jsii']));
    expect(manifest(join(folder.path, 'repository'))).toEqual(expect.arrayContaining(ours));
  });

  test.each([
    // npm packs nothing where what it runs before has failed, for whichever reason.
    ['the build fails', 'process.exitCode = 1;', 'npm pack --dry-run', 'the build has failed'],
    [
      'the build makes nothing',
      '',
      'node scripts/prepack.mjs',
      'the build of constructs and handlers is missing or older than its sources',
    ],
  ])('is not packed where %s', async (_, build, command, reason) => {
    const repository = join(folder.path, 'repository');
    expect(JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')).scripts.prepack).toBe(
      'node scripts/prepack.mjs',
    );
    rmSync(join(repository, '.jsii'), { force: true });
    rmSync(join(repository, 'build', 'handlers'), { recursive: true, force: true });
    writeFileSync(join(repository, 'scripts', 'build.mjs'), build);
    const [program, ...args] = command.split(' ');

    await expect(run(program, args, repository)).rejects.toThrow(reason);
  });

  test('synthesises for a consumer without esbuild, another process or the network', async () => {
    // without what the CDK looks for in each template, which takes it four seconds.
    const env = { PATH: '', CDK_VALIDATION: 'false' };
    const printed = await run(process.execPath, ['--require', join(__dirname, 'offline.js'), 'app.js'], consumer, env);

    const types = Object.values(JSON.parse(printed).Resources as Record<string, { Type: string }>).map(
      ({ Type }) => Type,
    );
    expect(types).toEqual(expect.arrayContaining(['AWS::Lambda::Function', 'Custom::IoTSoftwarePackageVersion']));
  });
});
