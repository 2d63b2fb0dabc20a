/**
 * What definitions are in their three formats. The syntax is checked by libraries, whose messages are not the
 * service's own: only that there is a message is the same.
 */
import Ajv from 'ajv';
import draft06 from 'ajv/dist/refs/json-schema-draft-06.json';
import Ajv04 from 'ajv-draft-04';
import { Type } from 'avsc';
import { parse as parseProtobuf } from 'protobufjs';
import type { DataFormat } from './state';

interface Format {
  /** Throws where the definition is none. */
  check(definition: string): void;
  /** The same for all definitions that the service takes for one. */
  canonical(definition: string): string;
}

const FORMATS: Readonly<Record<DataFormat, Format>> = {
  AVRO: { check: definition => void avroType(definition), canonical: sortedJson },
  JSON: { check: checkJsonSchema, canonical: sortedJson },
  // unverified: which definitions are duplicates of each other in this format.
  PROTOBUF: { check: checkProtobuf, canonical: definition => definition },
};

const MAX_ERROR = 5000;

/** What is wrong with a definition, or undefined where nothing is. */
export function syntaxError(dataFormat: DataFormat, definition: string): string | undefined {
  try {
    FORMATS[dataFormat].check(definition);
    return undefined;
  } catch (error) {
    return (error as Error).message.slice(0, MAX_ERROR);
  }
}

/** A definition as duplicates are recognised by: neither whitespace nor the order of JSON keys makes a difference. */
export function canonical(dataFormat: DataFormat, definition: string): string {
  return FORMATS[dataFormat].canonical(definition);
}

export function avroType(definition: string): Type {
  return Type.forSchema(JSON.parse(definition));
}

function checkJsonSchema(definition: string): void {
  const schema = JSON.parse(definition);
  // the documented drafts are 04, 06 and 07; a definition that names none is read as draft 07.
  const ajv = /draft-04/.test(schema?.$schema) ? new Ajv04({ strict: false }) : new Ajv({ strict: false });
  if (ajv instanceof Ajv) ajv.addMetaSchema(draft06);
  if (!ajv.validateSchema(schema)) throw new Error(ajv.errorsText(ajv.errors, { dataVar: '#' }));
}

function checkProtobuf(definition: string): void {
  if (parseProtobuf(definition).root.nestedArray.length === 0) throw new Error('the definition declares nothing');
}

function sortedJson(definition: string): string {
  return JSON.stringify(JSON.parse(definition), (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
