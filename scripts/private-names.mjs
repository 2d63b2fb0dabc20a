// Names of members that only the handlers' own code uses: a bundle can shorten them, which nothing else may do.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const PRIVATE = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;

/** What JavaScript, Node.js and Lambda name, of which the handlers declare what they use. */
const PLATFORM = ['node_modules/typescript/lib', 'node_modules/@types/node', 'node_modules/undici-types'];
const LAMBDA = ['getRemainingTimeInMillis'];

/**
 * Private and protected members, and methods, which no JSON holds, except for names that something else in the bundle has
 * as well: a library, a member that is data, an export, or a text; and methods, except for what the platform names.
 *
 * @param files what is bundled
 */
export function privateNames(files) {
  const isOurs = file => file.endsWith('.ts');
  const found = {
    hidden: new Set(),
    methods: new Set(),
    taken: new Set(files.filter(file => !isOurs(file)).flatMap(wordsIn)),
  };
  for (const file of files.filter(isOurs)) {
    collect(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true), found);
  }
  const { hidden, methods, taken } = found;
  const platform = platformWords();
  const own = [...methods].filter(name => !platform.has(name));
  return [...new Set([...hidden, ...own])].filter(name => !taken.has(name)).sort();
}

let platform;
const platformWords = () => (platform ??= new Set([...LAMBDA, ...PLATFORM.flatMap(declarationsIn).flatMap(wordsIn)]));

const declarationsIn = folder =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => /(?:^|[\\/])(?!typescript|tsserverlibrary)[^\\/]+\.d\.ts$/.test(file))
    .map(file => join(folder, file));

const wordsIn = file => readFileSync(file, 'utf8').match(/[A-Za-z_$][\w$]*/g) ?? [];

function collect(node, found) {
  if (ts.isStringLiteralLike(node)) found.taken.add(node.text);
  else if (node.name && ts.isIdentifier(node.name)) setOf(node, found)?.add(node.name.text);
  ts.forEachChild(node, child => collect(child, found));
}

function setOf(node, { hidden, methods, taken }) {
  if (isPrivate(node)) return hidden;
  if (isMethod(node)) return methods;
  // a function in an object may be a method: what tells is the declaration.
  if (isProperty(node)) return isFunction(node) ? undefined : taken;
  return isExport(node) ? taken : undefined;
}

const isMember = node =>
  ts.isPropertyDeclaration(node) ||
  ts.isMethodDeclaration(node) ||
  ts.isAccessor(node) ||
  // with a modifier, a parameter of a constructor is a member.
  (ts.isParameter(node) && node.modifiers !== undefined);

const isPrivate = node => isMember(node) && (ts.getCombinedModifierFlags(node) & PRIVATE) !== 0;

const isMethod = node =>
  (ts.isMethodDeclaration(node) && !isFunction(node)) ||
  ts.isMethodSignature(node) ||
  (ts.isPropertySignature(node) && node.type !== undefined && ts.isFunctionTypeNode(node.type));

/** A function that is in an object, or in a member. */
const isFunction = node =>
  (ts.isMethodDeclaration(node) && ts.isObjectLiteralExpression(node.parent)) ||
  ((ts.isPropertyAssignment(node) || ts.isPropertyDeclaration(node)) &&
    node.initializer !== undefined &&
    (ts.isArrowFunction(node.initializer) || ts.isFunctionExpression(node.initializer)));

const isProperty = node =>
  isMember(node) ||
  ts.isPropertySignature(node) ||
  ts.isPropertyAssignment(node) ||
  ts.isShorthandPropertyAssignment(node);

/** What is imported dynamically is taken from an object by its name. */
const isExport = node =>
  ts.isExportSpecifier(node) ||
  ((ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) || ts.isVariableDeclaration(node)) &&
    (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Export) !== 0);
