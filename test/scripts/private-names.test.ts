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
  ['an export', 'other.ts', 'export function remaining() {}'],
];

/** Methods, public ones and those of an interface, beside functions that something else calls by their names. */
const METHODS = `
  export interface Store { readonly readAll: () => number; findOne(): number; getRemainingTimeInMillis(): number }
  export class Shelf { countAll() { return 1; } toString() { return 'shelf'; } addListener() {} leaveOut() {} }
  export const leaveOut = 1;
  export const byType = { 'Custom::Shelf'() {}, perType: () => 1 };
`;
const OF_METHODS = 'methods';

const ALONE = 'nothing';

/** The names that are shortened, by what else is in the bundle. All in one process, which loads a compiler. */
let shortened: Readonly<Record<string, readonly string[]>>;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'private-names-'));
  const bundles = [[ALONE], ...TAKEN, [OF_METHODS, 'claim.ts', METHODS]].map(([what, file, text], index) => {
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

test('private and protected members are shortened, and no other members that are data', () => {
  expect(shortened[ALONE]).toEqual(['destroy', 'remaining', 'tools', 'waiting']);
});

test.each(TAKEN)('what %s calls so, too, keeps its name', what => {
  expect(shortened[what]).toEqual(['destroy', 'tools', 'waiting']);
});

test('a public method is shortened; what the platform or Lambda names, and what is exported, are not', () => {
  expect(shortened[OF_METHODS]).toEqual(['countAll', 'findOne', 'readAll']);
});
