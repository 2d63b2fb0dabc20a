import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requireFresh } from '../../scripts/stamp';
import { ROOT, run, temporaryFolder } from './workspace';

jest.setTimeout(180_000);

const folder = temporaryFolder();
const here = ROOT;
const there = join(folder.path, 'some', 'where', 'deep', 'there');

afterAll(() => folder.remove());

const BUNDLE_IOT = `
  import { bundle } from './scripts/bundle.mjs';
  await bundle('lambda/iot/index.ts', 'build/handlers/iot/index.js');
`;

/** What a compiler finds instead of the newest peers. */
function oldestPeers() {
  const [library, constructs] = ['aws-cdk-lib-floor', 'constructs-floor'].map(name => `./node_modules/${name}`);
  // the root exports this and all services, which take seconds to read.
  expect(readFileSync(join(ROOT, library, 'index.d.ts'), 'utf8')).toContain("export * from './core';");
  return { 'aws-cdk-lib': [`${library}/core`], 'aws-cdk-lib/*': [`${library}/*`], constructs: [constructs] };
}

test('the constructs compile against the oldest peers', async () => {
  mkdirSync(there, { recursive: true });
  for (const source of ['lib', 'contract', 'lambda', 'scripts', 'package.json', 'README.md']) {
    cpSync(join(here, source), join(there, source), { recursive: true });
  }
  cpSync(join(__dirname, 'app.js'), join(there, 'app.js'));
  symlinkSync(join(ROOT, 'node_modules'), join(there, 'node_modules'), 'junction');
  const config = JSON.parse(readFileSync(join(here, 'tsconfig.json'), 'utf8'));
  config.compilerOptions.paths = oldestPeers();
  writeFileSync(join(there, 'tsconfig.json'), JSON.stringify(config));

  await run(process.execPath, ['scripts/build.mjs', 'constructs'], there);
});

test('the same source gives the same constructs, handler and template, byte for byte, wherever it is built', async () => {
  requireFresh(['constructs', 'handlers']);
  // the one family of the app; each is bundled in the same way.
  await run(process.execPath, ['--input-type=module', '-e', BUNDLE_IOT], there);

  for (const built of ['.jsii', 'build/lib/library.js', 'build/handlers/iot/index.js']) {
    expect([built, readFileSync(join(there, built)).equals(readFileSync(join(here, built)))]).toEqual([built, true]);
  }
  const template = await run(process.execPath, [join(__dirname, 'app.js')], here);
  expect(await run(process.execPath, ['app.js'], there)).toBe(template);
  expect(template).toContain('AWS::Lambda::Function');
});
