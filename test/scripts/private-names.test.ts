import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireFresh } from '../../scripts/stamp';
import { run } from './run-script';

requireFresh(['handlers']);

/** A class whose members are private, protected or neither. */
const CLASS = `
  export abstract class Claim {
    private readonly waiting = 1;
    readonly shown = 2;
    constructor(private readonly tools: { readonly clock: number }) {}
    protected abstract destroy(): void;
    private get remaining() { return this.tools.clock - this.waiting; }
  }
`;

const TAKEN = [
  ['a library', 'library.js', 'exports.remaining = 1'],
  ['a public member', 'other.ts', 'class Other { remaining = 1 }'],
  ['an interface', 'other.ts', 'interface Other { remaining: number }'],
  ['an object', 'other.ts', 'export const other = { remaining: 1 }'],
  ['a shorthand', 'other.ts', 'const remaining = 1; export const other = { remaining }'],
  ['a text', 'other.ts', 'Reflect.get({}, "remaining")'],
];

const ALONE = 'nothing';

/** The names that are shortened, by what else is in the bundle. All in one process, which loads a compiler. */
let shortened: Readonly<Record<string, readonly string[]>>;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'private-names-'));
  const bundles = [[ALONE], ...TAKEN].map(([what, file, text], index) => {
    const files = Object.entries({ 'claim.ts': CLASS, ...(file && { [file]: text }) });
    const paths = files.map(([name, content]) => {
      const path = join(folder, `${index}-${name}`);
      writeFileSync(path, content);
      return path;
    });
    return [what, paths];
  });
  shortened = run(`
    import { privateNames } from './scripts/private-names.mjs';
    const bundles = ${JSON.stringify(bundles)};
    console.log(JSON.stringify(Object.fromEntries(bundles.map(([what, paths]) => [what, privateNames(paths)]))));
  `) as typeof shortened;
});
afterAll(() => rmSync(folder, { recursive: true }));

test('private and protected members are shortened, and nothing else', () => {
  expect(shortened[ALONE]).toEqual(['destroy', 'remaining', 'tools', 'waiting']);
});

test.each(TAKEN)('what %s calls so, too, keeps its name', what => {
  expect(shortened[what]).toEqual(['destroy', 'tools', 'waiting']);
});
