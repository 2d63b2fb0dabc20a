import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { requireFresh } from '../../scripts/stamp';
import { ROOT, run, temporaryFolder } from './workspace';

const folder = temporaryFolder();

afterAll(() => folder.remove());

/** What is built in a folder, and what an app in it synthesises. */
const builtIn = async (path: string, app: string) => ({
  bundle: readFileSync(join(path, 'build', 'handlers', 'iot', 'index.js'), 'utf8'),
  template: await run(process.execPath, [app], path),
});

const BUNDLE_IOT = `
  import { bundle } from './scripts/bundle.mjs';
  await bundle('lambda/iot/index.ts', 'build/handlers/iot/index.js');
`;

/** Builds a copy of the sources. */
async function copyTo(path: string): Promise<string> {
  mkdirSync(path, { recursive: true });
  for (const source of ['lib', 'contract', 'lambda', 'scripts', 'package.json', 'tsconfig.json', 'README.md']) {
    cpSync(join(ROOT, source), join(path, source), { recursive: true });
  }
  cpSync(join(__dirname, 'app.js'), join(path, 'app.js'));
  symlinkSync(join(ROOT, 'node_modules'), join(path, 'node_modules'), 'junction');
  await run(process.execPath, ['scripts/build.mjs', 'constructs'], path);
  // the one family of the app; each is bundled in the same way.
  await run(process.execPath, ['--input-type=module', '-e', BUNDLE_IOT], path);
  return path;
}

test('the same source gives the same handler and the same template, byte for byte, wherever it is built', async () => {
  requireFresh(['constructs', 'handlers']);
  const here = await builtIn(ROOT, join(__dirname, 'app.js'));
  const there = await builtIn(await copyTo(join(folder.path, 'some', 'where', 'deep', 'there')), 'app.js');

  expect(there.bundle === here.bundle).toBe(true);
  expect(there.template).toBe(here.template);
  expect(here.template).toContain('AWS::Lambda::Function');
}, 180_000);
