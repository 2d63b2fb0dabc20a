import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requireFresh } from '../../scripts/stamp';
import { run, temporaryFolder } from '../package/workspace';
import { DOCUMENTS, ROOT, read } from './documents';

/** What a snippet may take for granted that has no imports of its own: it stands in a stack's constructor. */
const inStack = (snippet: string) => `
  import { Stack, RemovalPolicy, aws_s3 } from 'aws-cdk-lib';
  import * as library from 'cdk-versioned-artifacts';
  const { ${names(snippet).join(', ')} } = library;
  declare const bucket: aws_s3.IBucket;
  declare const objectVersion: string;
  export class Example extends Stack {
    public fill(): void {
      ${snippet}
    }
  }`;

const names = (snippet: string) =>
  [...new Set(snippet.match(/\b[A-Z][A-Za-z]+(?=[.(])/g))].filter(name => name !== 'RemovalPolicy');

const snippets = DOCUMENTS.flatMap(document =>
  [...read(document).matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => (/^import /m.test(code) ? code : inStack(code))),
);

beforeAll(() => requireFresh(['constructs']));

test('the examples in the documents compile', async () => {
  const folder = temporaryFolder();
  try {
    snippets.forEach((code, index) => writeFileSync(join(folder.path, `snippet-${index}.ts`), code));
    const compilerOptions = {
      noEmit: true,
      noUnusedLocals: false,
      rootDir: '/',
      typeRoots: [join(ROOT, 'node_modules', '@types')],
      paths: {
        'cdk-versioned-artifacts': [join(ROOT, 'build', 'lib', 'index.d.ts')],
        'aws-cdk-lib': [join(ROOT, 'node_modules', 'aws-cdk-lib')],
        'aws-cdk-lib/*': [join(ROOT, 'node_modules', 'aws-cdk-lib', '*')],
      },
    };
    const tsconfig = { extends: join(ROOT, 'tsconfig.json'), compilerOptions, include: ['*.ts'], exclude: [] };
    writeFileSync(join(folder.path, 'tsconfig.json'), JSON.stringify(tsconfig));

    await run(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', folder.path], ROOT);
    expect(snippets).not.toEqual([]);
  } finally {
    folder.remove();
  }
}, 120_000);
