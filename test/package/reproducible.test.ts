import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run, temporaryFolder } from './workspace';

const folder = temporaryFolder();

afterAll(() => folder.remove());

/** Builds and synthesises a copy of the sources. */
async function buildIn(path: string): Promise<{ template: string; bundle: string }> {
  mkdirSync(path, { recursive: true });
  for (const source of ['lib', 'contract', 'lambda', 'scripts', 'package.json', 'tsconfig.json', 'README.md']) {
    cpSync(join(ROOT, source), join(path, source), { recursive: true });
  }
  cpSync(join(__dirname, 'app.js'), join(path, 'app.js'));
  symlinkSync(join(ROOT, 'node_modules'), join(path, 'node_modules'), 'junction');
  await run(process.execPath, ['scripts/build.mjs', 'constructs', 'handlers'], path);
  return {
    template: await run(process.execPath, ['app.js'], path),
    bundle: readFileSync(join(path, 'build', 'handlers', 'iot', 'index.js'), 'utf8'),
  };
}

test('the same source gives the same handler and the same template, byte for byte, wherever it is built', async () => {
  const [here, there] = await Promise.all([
    buildIn(join(folder.path, 'here')),
    buildIn(join(folder.path, 'some', 'where', 'deep', 'there')),
  ]);

  expect(there.bundle === here.bundle).toBe(true);
  expect(there.template).toBe(here.template);
  expect(here.template).toContain('AWS::Lambda::Function');
}, 180_000);
