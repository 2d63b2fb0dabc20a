// Names of members that only the handlers' own classes use: a bundle can shorten them, which nothing else may do.
import { readFileSync } from 'node:fs';
import ts from 'typescript';

const PRIVATE = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;

/**
 * Private and protected members, except for names that something else in the bundle has as well: a library, a member that
 * is not private, a field of an object, or a text.
 *
 * @param files what is bundled
 */
export function privateNames(files) {
  const isOurs = file => file.endsWith('.ts');
  const names = new Set();
  const taken = new Set(files.filter(file => !isOurs(file)).flatMap(wordsIn));
  for (const file of files.filter(isOurs)) {
    collect(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest), names, taken);
  }
  return [...names].filter(name => !taken.has(name)).sort();
}

const wordsIn = file => readFileSync(file, 'utf8').match(/[A-Za-z_$][\w$]*/g) ?? [];

function collect(node, names, taken) {
  if (ts.isStringLiteralLike(node)) taken.add(node.text);
  else if (node.name && ts.isIdentifier(node.name)) {
    if (isPrivate(node)) names.add(node.name.text);
    else if (isProperty(node)) taken.add(node.name.text);
  }
  ts.forEachChild(node, child => collect(child, names, taken));
}

const isMember = node =>
  ts.isPropertyDeclaration(node) ||
  ts.isMethodDeclaration(node) ||
  ts.isAccessor(node) ||
  // with a modifier, a parameter of a constructor is a member.
  (ts.isParameter(node) && node.modifiers !== undefined);

const isPrivate = node => isMember(node) && (ts.getCombinedModifierFlags(node) & PRIVATE) !== 0;

const isProperty = node =>
  isMember(node) ||
  ts.isPropertySignature(node) ||
  ts.isMethodSignature(node) ||
  ts.isPropertyAssignment(node) ||
  ts.isShorthandPropertyAssignment(node);
