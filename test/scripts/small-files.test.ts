import { readFileSync, readdirSync } from 'node:fs';
import { join, normalize } from 'node:path';

const ROOT = join(__dirname, '../..');
const ROOMS = ['contract', 'lib', 'lambda', 'local/src', 'cli/src'];
const SMALL = 40;

/** Siblings: each of a family of files has the same name or place, whatever its size. */
const SIBLINGS = /\/resource-types\/|\/operations-[\w-]+\.ts$|\/keep-reasons\.ts$|^local\/src\/wire\//;

/** Why a small file with one importer is not a part of it. */
const REASONS: Readonly<Record<string, string>> = {
  'lambda/iot/artifact-version.ts': 'looks up an S3 object, and would make the longest event file longer',
  'lib/iot/remaining-version.ts': 'warns about other constructs, and would make the longest construct longer',
  'lib/provider/deployed-characters.ts': 'estimates CloudFormation values, and knows no permissions',
  'lib/provider/provider-principal.ts': 'implements an interface of the CDK',
  'lib/provider/shared-role.ts': 'keeps what providers have in common, and knows none of them',
  'lib/provider/template-limits.ts': 'knows the limits of CloudFormation, and no provider',
  'local/src/services/glue/json-patch.ts': 'is RFC 6902, with tests of its own',
  'local/src/services/iot/client-tokens.ts': 'is one unverified behavior of the service',
};

const files = ROOMS.flatMap(room =>
  readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' }).map(file => join(room, file)),
).filter(file => file.endsWith('.ts'));
const texts = new Map(files.map(file => [file, readFileSync(join(ROOT, file), 'utf8')]));

const importersOf = (file: string): string[] =>
  files.filter(other =>
    [...texts.get(other)!.matchAll(/(?:from|import\()\s*'(\.[^']+?)(?:\.js)?'/g)].some(([, path]) =>
      [`${path}.ts`, `${path}/index.ts`].some(each => normalize(join(other, '..', each)) === file),
    ),
  );

test('a small file that one file imports is a part of that file, or has a reason', () => {
  const small = files.filter(file => texts.get(file)!.split('\n').length <= SMALL && !SIBLINGS.test(file));
  expect(small.filter(file => importersOf(file).length === 1 && !isLoadedOnDemand(file)).sort()).toEqual(
    Object.keys(REASONS).sort(),
  );
});

/** What is loaded on demand, or first, must be a file. */
function isLoadedOnDemand(file: string): boolean {
  const name = file.replace(/\.ts$/, '.js').replace(/^.*\//, '/');
  return files.some(other => texts.get(other)!.includes(`${name}')`) && importersOf(file).includes(other));
}
