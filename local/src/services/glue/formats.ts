/**
 * The three formats of definitions. The messages differ from the service's: only the fact that there is a message is
 * the same.
 */
// documented: developer guide, "Schemas": the formats
import { avroOf } from './avro/schema';
import { replaceNumbers } from './json-numbers';
import { checkJsonSchema } from './json-schema';
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

// documented: API model, CheckSchemaVersionValidity
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
 * difference. captured: stackd, for AVRO and JSON
 */
export function canonical(dataFormat: DataFormat, definition: string): string {
  return FORMATS[dataFormat].canonical(definition);
}

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
