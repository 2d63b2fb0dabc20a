import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import js from '@eslint/js';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import { importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import { FAMILIES } from './scripts/families.js';

const ROOT = dirname(fileURLToPath(import.meta.url));

const ofEachFamily = (room, allowed) => Object.fromEntries(FAMILIES.map(family => [`${room}/${family}`, allowed]));
const EVERYTHING_BUT = room => ({ but: room });

/** Who may import whom, among the rooms of this repository. A room may always import from itself. */
const MAY_IMPORT = {
  contract: [],
  'lib/core': ['contract'],
  'lib/provider': ['contract', 'lib/core'],
  'lib/sweep': ['contract', 'lib/core', 'lib/provider'],
  'lib/dashboard': ['contract', 'lib/core', 'lib/provider', 'lib/sweep'],
  ...ofEachFamily('lib', ['contract', 'lib/core', 'lib/provider', 'lib/sweep']),
  'lambda/runtime': ['contract'],
  'lambda/sweep': ['contract', 'lambda/runtime'],
  ...ofEachFamily('lambda', ['contract', 'lambda/runtime', 'lambda/sweep']),
  'local/src': [],
  'local/test': ['local/src', 'testing'],
  'cli/src': ['contract', 'lambda/runtime', 'lambda/sweep', ...FAMILIES.map(family => `lambda/${family}`)],
  'cli/test': EVERYTHING_BUT('bench'),
  testing: ['contract', 'lambda/runtime', 'lambda/sweep', 'local/src'],
  test: EVERYTHING_BUT('bench'),
  bench: EVERYTHING_BUT('test'),
};

const rooms = Object.keys(MAY_IMPORT);
const zones = Object.entries(MAY_IMPORT).map(([target, allowed]) => {
  const others = rooms.filter(room => room !== target);
  const forbidden = Array.isArray(allowed) ? others.filter(room => !allowed.includes(room)) : [allowed.but];
  const may = Array.isArray(allowed) ? allowed.join(', ') || 'no other room' : `everything but ${allowed.but}`;
  return { target: `./${target}`, from: forbidden.map(room => `./${room}`), message: `${target}/ may import ${may}.` };
});

const BOOLEAN = 'A boolean among other arguments says nothing to who reads the call: take an object that names it.';

/** No boolean by position: neither declared (as a type, as one of several types, by its default) nor handed in. */
const POSITIONAL_BOOLEANS = [
  ':not(MethodDefinition[kind=set]) > * > Identifier.params[typeAnnotation.typeAnnotation.type=TSBooleanKeyword]',
  'Identifier.params[typeAnnotation.typeAnnotation.types.0.type=TSBooleanKeyword]',
  'Identifier.params[typeAnnotation.typeAnnotation.types.1.type=TSBooleanKeyword]',
  'AssignmentPattern.params[right.raw=/^(true|false)$/]',
  // what a promise, a matcher or a generator is about is its value.
  ':matches(CallExpression, NewExpression)' +
    ':not([callee.name=resolve], [callee.property.name=/^(resolve|toBe|toEqual|toHaveProperty|constant|constantFrom)$/])' +
    ' > Literal.arguments[raw=/^(true|false)$/]',
].map(selector => ({ selector, message: BOOLEAN }));

export default tseslint.config(
  { ignores: ['**/build/', '**/cdk.out/', 'dist/', 'coverage/'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    plugins: { 'import-x': importX },
    settings: {
      ...importX.flatConfigs.typescript.settings,
      // the workspace sorts as the packages that users install, whether it is built yet or not.
      'import-x/external-module-folders': ['node_modules', 'local'],
      'import-x/resolver-next': [createTypeScriptImportResolver({ project: './tsconfig.dev.json' })],
    },
    rules: {
      'import-x/no-duplicates': ['error', { 'prefer-inline': true }],
      'import-x/order': [
        'error',
        { groups: ['builtin', 'external', 'internal', 'parent', 'sibling', 'index'], alphabetize: { order: 'asc' } },
      ],
      'sort-imports': [
        'error',
        { ignoreDeclarationSort: true, memberSyntaxSortOrder: ['none', 'all', 'single', 'multiple'] },
      ],
    },
  },
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { project: './tsconfig.dev.json', tsconfigRootDir: ROOT } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'import-x/no-restricted-paths': ['error', { zones }],
    },
  },
  {
    files: [
      'lib/**/*.ts',
      'contract/**/*.ts',
      'lambda/**/*.ts',
      'cli/src/**/*.ts',
      'local/src/**/*.ts',
      'testing/**/*.ts',
    ],
    rules: {
      // an import of a type alone is no cycle: nothing is loaded.
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
    },
  },
  {
    rules: {
      '@typescript-eslint/max-params': ['error', { max: 4 }],
      'no-restricted-syntax': ['error', ...POSITIONAL_BOOLEANS],
    },
  },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    languageOptions: { globals: { Buffer: 'readonly', console: 'readonly', process: 'readonly' } },
  },
  {
    files: ['**/*.js', '**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: { __dirname: 'readonly', __filename: 'readonly' } },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    // what is held on to has the name of the global that others may replace.
    files: ['local/lambda-runtime/*.cjs'],
    rules: { 'no-redeclare': ['error', { builtinGlobals: false }] },
  },
  {
    files: ['contract/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: ['aws-cdk-lib*', 'constructs', '@aws-sdk/*'] }] },
  },
  {
    files: ['lambda/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: ['aws-cdk-lib*', 'constructs'] }] },
  },
  {
    files: ['lib/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: ['@aws-sdk/*'] }] },
  },
);
