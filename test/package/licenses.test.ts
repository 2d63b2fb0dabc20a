import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALLOWED, licenseOf, packagesOf, thirdPartyLicenses } from '../../scripts/licenses';
import { requireFresh } from '../../scripts/stamp';
import { ROOT, temporaryFolder } from './workspace';

const folder = temporaryFolder();
afterAll(() => folder.remove());

/** A package in a temporary folder. */
function made(name: string, license: string, files: Record<string, string>): string {
  const path = join(folder.path, name);
  mkdirSync(path);
  writeFileSync(join(path, 'package.json'), JSON.stringify({ name, version: '1.2.3', license }));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  return path;
}

test('each package that a bundle holds stands in the shipped document, under a license that allows it', () => {
  requireFresh(['handlers']);
  const shipped = readFileSync(join(ROOT, 'THIRD-PARTY-LICENSES'), 'utf8');
  const metafiles = JSON.parse(readFileSync(join(ROOT, 'build', 'handlers.meta.json'), 'utf8')) as {
    readonly inputs: object;
    readonly outputs: Record<string, { readonly inputs: Record<string, { readonly bytesInOutput: number }> }>;
  }[];
  const held = metafiles
    .flatMap(({ outputs }) => Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs)))
    .filter(([file, { bytesInOutput }]) => bytesInOutput > 0 && file.includes('node_modules/'))
    .map(([file]) => file.replace(/^(.*node_modules\/(@[^/]+\/)?[^/]+).*$/, '$1'));

  expect(held).toEqual(expect.arrayContaining(['node_modules/@aws-sdk/client-iot', 'node_modules/semver']));
  for (const path of new Set(held)) {
    const { name, version, license } = JSON.parse(readFileSync(join(ROOT, path, 'package.json'), 'utf8'));
    expect(ALLOWED).toContain(license);
    expect(shipped).toContain(`\n${name} ${version} (${license})\n`);
  }
});

test('a package that leaves nothing in a bundle does not count', () => {
  const inputs = {
    'node_modules/@a/b/x.js': { bytesInOutput: 1 },
    'node_modules/c/node_modules/d/x.js': { bytesInOutput: 1 },
    'node_modules/gone/x.js': { bytesInOutput: 0 },
    'lambda/iot/index.ts': { bytesInOutput: 1 },
  };

  expect(packagesOf({ outputs: { 'index.js': { inputs } } })).toEqual([
    'node_modules/@a/b',
    'node_modules/c/node_modules/d',
  ]);
});

test('texts that are the same stand once, and a notice goes with its license', () => {
  const packages = [
    made('one', 'MIT', { LICENSE: 'do what you like' }),
    made('two', 'MIT', { 'license.md': 'do what you like' }),
    made('three', 'Apache-2.0', { LICENSE: 'keep the notice', NOTICE: 'made by us' }),
  ];
  const document = thirdPartyLicenses(packages);

  expect(document.match(/do what you like/g)).toHaveLength(1);
  expect(document).toContain('one 1.2.3 (MIT)\ntwo 1.2.3 (MIT)\n\ndo what you like');
  expect(document).toContain('keep the notice\n\nmade by us');
});

test('what may not be passed on, or has no text, is refused', () => {
  expect(() => licenseOf(made('viral', 'AGPL-3.0', { LICENSE: 'text' }))).toThrow('viral under AGPL-3.0');
  expect(() => licenseOf(made('bare', 'MIT', {}))).toThrow('bare, which has no text of its license');
});
