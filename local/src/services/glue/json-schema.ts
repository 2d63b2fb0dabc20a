/** JSON Schema as the documented validator (Everit) reads it: drafts 04, 06 and 07. */
// documented: developer guide, "Schemas": the drafts of JSON Schema and the validator
import Ajv, { type Options } from 'ajv';
import { type default as AjvCore } from 'ajv/dist/core';
import draft06 from 'ajv/dist/refs/json-schema-draft-06.json';
import Ajv04 from 'ajv-draft-04';
import { checkJavaPattern } from './java-pattern';

const pattern = Object.assign(checkJavaPattern, { code: 'checkJavaPattern' });

type Draft = '04' | '06' | '07';

/** A keyword of a later draft, or of an earlier one, is a word that nobody knows. */
const UNKNOWN: Readonly<Record<Draft, readonly string[]>> = {
  '04': ['const', 'contains', 'propertyNames', 'if', 'then', 'else'],
  '06': ['id', 'if', 'then', 'else'],
  '07': ['id'],
};

/**
 * Throws if a definition is invalid. A draft is named with http or https. A definition without a draft is read as draft
 * 07. The definition itself must contain the target of a `$ref`.
 */
export function checkJsonSchema(definition: string): void {
  const schema = withMetaSchema(JSON.parse(definition));
  const draft = (/draft-(04|06)/.exec(String(schema?.$schema))?.[1] ?? '07') as Draft;
  const meta = (META[draft] ??= validator(draft));
  if (!meta.validateSchema(schema)) throw new Error(meta.errorsText(meta.errors, { dataVar: '#' }));
  const ajv = validator(draft, { validateSchema: false });
  UNKNOWN[draft].forEach(keyword => ajv.removeKeyword(keyword));
  ajv.compile(schema);
}

/** What checks definitions against the meta schema of their draft, which takes longer to compile than all else. */
const META: Partial<Record<Draft, AjvCore>> = {};

function validator(draft: Draft, more: Options = {}): AjvCore {
  const options = { strict: false, validateFormats: false, logger: false, code: { regExp: pattern }, ...more } as const;
  if (draft === '04') return new Ajv04(options);
  return new Ajv(options).addMetaSchema(draft06);
}

const DRAFT = /^https?:\/\/json-schema\.org\/draft-0[467]\/schema#?$/;

/** Each meta schema has one name: with http and the empty fragment. */
function withMetaSchema<T>(schema: T): T & { readonly $schema: string } {
  const { $schema } = Object(schema) as { $schema?: unknown };
  if (typeof $schema !== 'string' || !DRAFT.test($schema)) return schema as T & { readonly $schema: string };
  return { ...schema, $schema: `${$schema.replace('https:', 'http:').replace(/#$/, '')}#` };
}
