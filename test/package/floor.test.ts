import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run, temporaryFolder } from './workspace';

const manifest = (folder: string) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

test.each(['aws-cdk-lib', 'constructs'])('the oldest %s that is supported is the one that is tested', name => {
  const { version } = manifest(join(ROOT, 'node_modules', `${name}-floor`));

  expect(manifest(ROOT).peerDependencies[name]).toBe(`^${version}`);
});

test('the constructs compile against the oldest peers', async () => {
  const folder = temporaryFolder();
  try {
    const at = (name: string) => join(ROOT, 'node_modules', `${name}-floor`);
    // the root exports this and all services, which take seconds to read.
    const core = join(at('aws-cdk-lib'), 'core');
    expect(readFileSync(join(at('aws-cdk-lib'), 'index.d.ts'), 'utf8')).toContain("export * from './core';");
    const compilerOptions = {
      noEmit: true,
      rootDir: ROOT,
      typeRoots: [join(ROOT, 'node_modules', '@types')],
      paths: {
        'aws-cdk-lib': [core],
        'aws-cdk-lib/*': [join(at('aws-cdk-lib'), '*')],
        constructs: [at('constructs')],
      },
    };
    const include = ['lib/**/*.ts', 'contract/**/*.ts'].map(pattern => join(ROOT, pattern));
    const config = join(folder.path, 'tsconfig.json');
    writeFileSync(config, JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), compilerOptions, include }));

    await run(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', config], ROOT);
  } finally {
    folder.remove();
  }
}, 180_000);
