import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SHORT_LIVED } from '../../scripts/short-lived';
import { requireFresh } from '../../scripts/stamp';
import { run, temporaryFolder } from '../package/workspace';
import { ROOT, SNIPPETS } from './documents';

const snippets = SNIPPETS.filter(({ language }) => language === 'ts');

beforeAll(() => requireFresh(['constructs', 'local']));

test('the examples in the documents compile', async () => {
  const folder = temporaryFolder();
  try {
    snippets.forEach(({ code }, index) => writeFileSync(join(folder.path, `snippet-${index}.ts`), code));
    const compilerOptions = {
      noEmit: true,
      noUnusedLocals: false,
      rootDir: '/',
      typeRoots: [join(ROOT, 'node_modules', '@types')],
      types: ['jest', 'node'],
      paths: {
        'cdk-versioned-artifacts-local': [join(ROOT, 'local', 'build', 'index.d.ts')],
        'cdk-versioned-artifacts': [join(ROOT, 'build', 'lib', 'index.d.ts')],
        // without all services that its root exports, which take seconds to read.
        'aws-cdk-lib': [join(ROOT, 'node_modules', 'aws-cdk-lib', 'core')],
        'aws-cdk-lib/*': [join(ROOT, 'node_modules', 'aws-cdk-lib', '*')],
      },
    };
    const tsconfig = { extends: join(ROOT, 'tsconfig.json'), compilerOptions, include: ['*.ts'], exclude: [] };
    writeFileSync(join(folder.path, 'tsconfig.json'), JSON.stringify(tsconfig));

    await run(process.execPath, [...SHORT_LIVED, require.resolve('typescript/bin/tsc'), '-p', folder.path], ROOT);
    expect(snippets).not.toEqual([]);
  } finally {
    folder.remove();
  }
}, 120_000);
