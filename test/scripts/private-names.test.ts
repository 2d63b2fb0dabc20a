import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireFresh } from '../../scripts/stamp';
import { run } from './run-script';

requireFresh(['handlers']);

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'private-names-'))));
afterAll(() => rmSync(folder, { recursive: true }));

function namesOf(files: Readonly<Record<string, string>>): unknown {
  const paths = Object.entries(files).map(([name, text]) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  });
  return run(`
    import { privateNames } from './scripts/private-names.mjs';
    console.log(JSON.stringify(privateNames(${JSON.stringify(paths)})));
  `);
}

const CLASS = `
  export abstract class Claim {
    private readonly waiting = 1;
    readonly shown = 2;
    constructor(private readonly tools: { readonly clock: number }) {}
    protected abstract destroy(): void;
    private get remaining() { return this.tools.clock - this.waiting; }
  }
`;

test('private and protected members are shortened, and nothing else', () => {
  expect(namesOf({ 'claim.ts': CLASS })).toEqual(['destroy', 'remaining', 'tools', 'waiting']);
});

test.each([
  ['a library', 'library.js', 'exports.remaining = 1'],
  ['a public member', 'other.ts', 'class Other { remaining = 1 }'],
  ['an interface', 'other.ts', 'interface Other { remaining: number }'],
  ['an object', 'other.ts', 'export const other = { remaining: 1 }'],
  ['a shorthand', 'other.ts', 'const remaining = 1; export const other = { remaining }'],
  ['a text', 'other.ts', 'Reflect.get({}, "remaining")'],
])('what %s calls so, too, keeps its name', (_what, file, text) => {
  expect(namesOf({ 'claim.ts': CLASS, [file]: text })).toEqual(['destroy', 'tools', 'waiting']);
});
