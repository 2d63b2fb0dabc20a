/**
 * Decoders of resource properties. CloudFormation turns numbers and booleans into strings and drops what is null or
 * empty, both in the new and the old properties; properties of another version of this library are passed over.
 */
import { quote } from '../../contract/custom-resource';

/** Reads a value, or throws an error that names the property, what was expected and what was got. */
export type Decoder<T> = (value: unknown, property: string) => T;

export const string: Decoder<string> = (value, property) => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw mismatch(property, 'a string', value);
};

export const boolean: Decoder<boolean> = (value, property) => {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw mismatch(property, '"true" or "false"', value);
};

export const integer: Decoder<number> = (value, property) => {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
  throw mismatch(property, 'a whole number', value);
};

export function oneOf<T extends string>(...values: readonly T[]): Decoder<T> {
  return (value, property) => {
    const found = values.find(candidate => candidate === value);
    if (found !== undefined) return found;
    throw mismatch(property, `one of ${values.join(', ')}`, value);
  };
}

/** Absent, null and the empty string are `undefined`. */
export function optional<T>(decoder: Decoder<T>): Decoder<T | undefined> {
  return (value, property) => (value == null || value === '' ? undefined : decoder(value, property));
}

/** For a value that may be empty, since CloudFormation drops it then. */
export function withDefault<T>(decoder: Decoder<T>, absent: T): Decoder<T> {
  return (value, property) => (value == null ? absent : decoder(value, property));
}

export function listOf<T>(decoder: Decoder<T>): Decoder<T[]> {
  return (value, property) => {
    if (!Array.isArray(value)) throw mismatch(property, 'a list', value);
    return value.map((item, index) => decoder(item, `${property}[${index}]`));
  };
}

export function mapOf<T>(decoder: Decoder<T>): Decoder<Record<string, T>> {
  return (value, property) => {
    if (!isStructure(value)) throw mismatch(property, 'a map', value);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decoder(item, `${property}.${key}`)]));
  };
}

/** A structure with these fields; others are ignored, absent ones stay absent. */
export function struct<T extends object>(fields: { readonly [K in keyof T]-?: Decoder<T[K]> }): Decoder<T> {
  const decoders = Object.entries(fields) as [string, Decoder<unknown>][];
  return (value, property) => {
    if (!isStructure(value)) throw mismatch(property, 'a structure', value);
    const decoded = decoders
      .map(([name, decoder]) => [name, decoder(value[name], property ? `${property}.${name}` : name)] as const)
      .filter(([, item]) => item !== undefined);
    return Object.fromEntries(decoded) as T;
  };
}

/** The decoder of a resource's properties. */
export function properties<T extends object>(fields: {
  readonly [K in keyof T]-?: Decoder<T[K]>;
}): (raw: Readonly<Record<string, unknown>>) => T {
  const decode = struct<T>(fields);
  return raw => decode(raw, '');
}

function isStructure(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mismatch(property: string, expected: string, got: unknown): Error {
  return new Error(`property ${property} must be ${expected}, got ${describe(got)}`);
}

function describe(value: unknown): string {
  if (value == null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return isStructure(value) ? 'a structure' : quote(String(value));
}
