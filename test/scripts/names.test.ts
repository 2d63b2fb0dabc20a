import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const ROOMS = ['contract', 'lib', 'lambda', 'cli/src', 'testing'];
const EXPORT = /^export (?:declare )?(?:abstract )?(?:async )?(?:class|const|enum|function\*?|interface|type) (\w+)/gm;

/** Where each exported name is declared. */
function declarations(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const room of ROOMS) {
    for (const file of readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts')) continue;
      for (const [, name] of readFileSync(join(ROOT, room, file), 'utf8').matchAll(EXPORT)) {
        found.set(name, [...new Set([...(found.get(name) ?? []), join(room, file)])]);
      }
    }
  }
  return found;
}

/** The part of a room that has names of its own: each family has the same ones. */
const partOf = (file: string): string => /^(?:lib|lambda)\/(?:iot|glue|wechat)\//.exec(file)?.[0] ?? '';

/** Constructs and handlers call the same by the same name: what a template has is declared on both sides. */
const sideOf = (file: string): string => (file.startsWith('lib/') ? 'construct' : 'handler');

test('an exported name means one thing: only siblings of families, and both sides of a template, share one', () => {
  const shared = [...declarations()].filter(([, files]) => {
    const parts = files.map(partOf);
    const counts = [...new Set(parts)].map(part => parts.filter(each => each === part).length);
    const areSiblings = parts.every(Boolean) && counts.length > 1 && new Set(counts).size === 1;
    const areSides = files.length === 2 && new Set(files.map(sideOf)).size === 2;
    return files.length > 1 && !areSiblings && !areSides;
  });

  expect(Object.fromEntries(shared)).toEqual({});
});
