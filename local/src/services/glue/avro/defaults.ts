/** The default values of AVRO fields, as its implementation for Java checks them (`Schema.isValidDefault`). */
// documented: AVRO specification and its Java implementation
import { JsonNumber, isObject } from '../json-numbers';
import type { Avro } from './schema';

/**
 * Java does not ask whether an enum has the symbol, or how long bytes are. A union takes what its first type does.
 *
 * @param unread the records whose fields are still being read, which cannot have a default yet
 */
export function isDefault(value: unknown, type: Avro, unread: ReadonlySet<Avro>): boolean {
  const isPart = (part: unknown, of: Avro) => isDefault(part, of, unread);
  switch (type.kind) {
    case 'null':
      return value === null;
    case 'boolean':
      return typeof value === 'boolean';
    case 'int':
      return value instanceof JsonNumber && value.isInteger(32);
    case 'long':
      return value instanceof JsonNumber && value.isInteger(64);
    case 'float':
    case 'double':
      return value instanceof JsonNumber;
    case 'bytes':
    case 'string':
    case 'enum':
    case 'fixed':
      return typeof value === 'string';
    case 'array':
      return Array.isArray(value) && value.every(each => isPart(each, type.items));
    case 'map':
      return isObject(value) && Object.values(value).every(each => isPart(each, type.values));
    case 'union':
      return type.branches[0] !== undefined && isPart(value, type.branches[0]);
    case 'record': {
      if (!isObject(value) || unread.has(type)) return false;
      return type.fields.every(({ name, type: of, fallback }) => isPart(name in value ? value[name] : fallback, of));
    }
  }
}
