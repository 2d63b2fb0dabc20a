/**
 * The three formats of definitions. Libraries check the syntax. Their messages differ from the service's: only the fact
 * that there is a message is the same.
 */
// documented: developer guide, "Schemas": the formats, the drafts of JSON Schema and the validator
// captured: stackd, for what counts as the same definition in AVRO and JSON
import Ajv from 'ajv';
import draft06 from 'ajv/dist/refs/json-schema-draft-06.json';
import Ajv04 from 'ajv-draft-04';
import { avroOf } from './avro/schema';
import { replaceNumbers } from './json-numbers';
import { protobufRoot } from './protobuf/definition';
import type { DataFormat } from './state';

interface Format {
  /** Throws if the definition is invalid. */
  check(definition: string): void;
  /** The same text for all definitions that the service treats as one. */
  canonical(definition: string): string;
}

const FORMATS: Readonly<Record<DataFormat, Format>> = {
  AVRO: { check: definition => void avroOf(definition), canonical: sortedJson },
  JSON: { check: checkJsonSchema, canonical: sortedJson },
  // unverified: which definitions are duplicates in this format.
  PROTOBUF: { check: definition => void protobufRoot(definition), canonical: definition => definition },
};

const MAX_ERROR = 5000;

/** The problem of a definition, or undefined. */
export function syntaxError(dataFormat: DataFormat, definition: string): string | undefined {
  try {
    FORMATS[dataFormat].check(definition);
    return undefined;
  } catch (error) {
    return (error as Error).message.slice(0, MAX_ERROR);
  }
}

/**
 * The form of a definition by which duplicates are recognized: whitespace and the order of JSON keys make no
 * difference.
 */
export function canonical(dataFormat: DataFormat, definition: string): string {
  return FORMATS[dataFormat].canonical(definition);
}

/**
 * The documented drafts are 04, 06 and 07, with http or https. A definition without a draft is read as draft 07. The
 * definition itself must contain the target of a `$ref`.
 */
function checkJsonSchema(definition: string): void {
  const schema = withMetaSchema(JSON.parse(definition));
  const options = { strict: false, validateFormats: false, logger: false, code: { regExp: javaPattern } } as const;
  const ajv = /draft-04/.test(schema?.$schema) ? new Ajv04(options) : new Ajv(options);
  if (ajv instanceof Ajv) ajv.addMetaSchema(draft06);
  if (!ajv.validateSchema(schema)) throw new Error(ajv.errorsText(ajv.errors, { dataVar: '#' }));
  ajv.compile(schema);
}

const DRAFT = /^https?:\/\/json-schema\.org\/draft-0[467]\/schema#?$/;

/** Each meta schema has one name: with http and the empty fragment. */
function withMetaSchema<T>(schema: T): T & { readonly $schema: string } {
  const { $schema } = Object(schema) as { $schema?: unknown };
  if (typeof $schema !== 'string' || !DRAFT.test($schema)) return schema as T & { readonly $schema: string };
  return { ...schema, $schema: `${$schema.replace('https:', 'http:').replace(/#$/, '')}#` };
}

/**
 * The documented validator (Everit) reads patterns as Java does. The constructs that only Java has are left out before
 * JavaScript checks the rest. Patterns are never matched.
 */
const javaPattern = Object.assign(
  (pattern: string) => {
    const known = pattern
      .replace(/\(\?[a-zA-Z]+(?:-[a-zA-Z]+)?(:|\))/g, (_, end: string) => (end === ':' ? '(?:' : ''))
      .replace(/([*+?}])\+/g, '$1')
      .replace(/\\[pP]\{\w+\}/g, '\\w')
      .replace(/\\[QEAZzGhHRX]/g, '');
    return new RegExp(known);
  },
  { code: 'javaPattern' },
);

const isLong = (number: string): boolean =>
  /^-?\d+$/.test(number) && Math.abs(Number(number)) >= Number.MAX_SAFE_INTEGER;

function sortedJson(definition: string): string {
  // a number that would lose digits is compared by its digits.
  const exact = replaceNumbers(definition, number => (isLong(number) ? `"long ${number}"` : number));
  return JSON.stringify(JSON.parse(exact), (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
