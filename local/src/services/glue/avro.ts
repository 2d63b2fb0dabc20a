/** AVRO as its implementation in Java reads it, on top of `avsc`. */
import { Type } from 'avsc';
import { replaceLongNumbers } from './long-numbers';

/** Throws where a definition is none. */
export function avroType(definition: string): Type {
  const schema: unknown = JSON.parse(replaceLongNumbers(definition, readable));
  checkNames(schema);
  return Type.forSchema(schema as Parameters<typeof Type.forSchema>[0]);
}

const LONG = 2n ** 63n;

/** The library holds no long from 2^53-1 on. Any other of the type's range stands for it: nothing is ever encoded. */
function readable(digits: string): string {
  const number = BigInt(digits);
  if (number < -LONG || number >= LONG) return digits;
  return String(Math.sign(Number(digits)) * (Number.MAX_SAFE_INTEGER - 1));
}

const NAMED = ['record', 'error', 'enum', 'fixed'];

/** The library takes types without a name, and aliases that are no list. */
function checkNames(schema: unknown): void {
  if (Array.isArray(schema)) return schema.forEach(checkNames);
  if (typeof schema !== 'object' || schema === null) return;
  const { type, name, aliases, fields, items, values } = schema as Record<string, unknown>;
  if (typeof type === 'string' && NAMED.includes(type) && typeof name !== 'string')
    throw new Error(`no name in ${type}`);
  if (aliases !== undefined && !Array.isArray(aliases)) throw new Error(`aliases must be a list: ${String(aliases)}`);
  for (const each of [type, items, values]) checkNames(each);
  if (Array.isArray(fields)) fields.forEach(checkNames);
}
