/**
 * AVRO definitions, by the rules of its implementation for Java (`Schema.Parser`, version 1.11), which the developer
 * guide names. No library for JavaScript keeps to them.
 */
// documented: AVRO specification and its Java implementation, to which the developer guide refers
import { JsonNumber, isObject, parseJson } from '../json-numbers';
import { isDefault } from './defaults';

const PRIMITIVES = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const;

interface Named {
  readonly name: string;
  readonly fullName: string;
  /** Full names. */
  readonly aliases: readonly string[];
}

export interface AvroField {
  readonly name: string;
  readonly type: Avro;
  readonly aliases: readonly string[];
  /** Undefined without one. */
  readonly fallback: unknown;
}

export interface AvroRecord extends Named {
  readonly kind: 'record';
  readonly fields: readonly AvroField[];
}

export interface AvroEnum extends Named {
  readonly kind: 'enum';
  readonly symbols: readonly string[];
  readonly fallback: string | undefined;
}

export interface AvroFixed extends Named {
  readonly kind: 'fixed';
  readonly size: number;
}

export type Avro =
  | { readonly kind: (typeof PRIMITIVES)[number] }
  | { readonly kind: 'array'; readonly items: Avro }
  | { readonly kind: 'map'; readonly values: Avro }
  | { readonly kind: 'union'; readonly branches: readonly Avro[] }
  | AvroRecord
  | AvroEnum
  | AvroFixed;

/** Throws if a definition is invalid. */
export const avroOf = (definition: string): Avro => new Parser().read(parseJson(definition), undefined);

type Json = Readonly<Record<string, unknown>>;

class Parser {
  private readonly declared = new Map<string, Avro>();
  private readonly unread = new Set<Avro>();

  /** @param space the namespace around it */
  read(schema: unknown, space: string | undefined): Avro {
    if (typeof schema === 'string') return found(this.find(schema, space), `${schema} is not a defined name`);
    if (Array.isArray(schema)) return unionOf(schema.map(each => this.read(each, space)));
    if (!isObject(schema)) throw new Error(`a schema must be a name, a list or an object: ${text(schema)}`);
    const type = required(schema, 'type');
    if (isPrimitive(type)) return { kind: type };
    if (type === 'array') return { kind: type, items: this.read(member(schema, 'items'), space) };
    if (type === 'map') return { kind: type, values: this.read(member(schema, 'values'), space) };
    if (type === 'record' || type === 'error' || type === 'enum' || type === 'fixed') {
      return this.readNamed(schema, type, space);
    }
    // a reference within an object.
    return found(this.declared.get(nameOf(type, space).fullName), `the type ${type} is not supported`);
  }

  private find(name: string, space: string | undefined): Avro | undefined {
    if (isPrimitive(name)) return { kind: name };
    const { fullName, simple } = nameOf(name, space);
    return this.declared.get(fullName) ?? this.declared.get(simple);
  }

  private readNamed(schema: Json, type: 'record' | 'error' | 'enum' | 'fixed', around: string | undefined): Avro {
    const { simple: name, fullName, space } = nameOf(required(schema, 'name'), optional(schema, 'namespace') ?? around);
    if (isPrimitive(fullName)) throw new Error(`a ${type} cannot have the name of a primitive type: ${fullName}`);
    const aliases = aliasesOf(schema).map(alias => nameOf(alias, space).fullName);
    const named = { name, fullName, aliases };
    if (type === 'enum') return this.declare({ kind: type, ...named, ...symbolsOf(schema) });
    if (type === 'fixed') return this.declare({ kind: type, ...named, size: sizeOf(schema) });
    // a record can contain itself.
    const fields: AvroField[] = [];
    const record = this.declare({ kind: 'record', ...named, fields });
    this.unread.add(record);
    fields.push(...list(schema, 'fields').map(field => this.readField(field, space)));
    this.unread.delete(record);
    noneTwice(fields.map(field => field.name));
    return record;
  }

  private declare<T extends AvroRecord | AvroEnum | AvroFixed>(declared: T): T {
    if (this.declared.has(declared.fullName)) throw new Error(`${declared.fullName} is defined twice`);
    this.declared.set(declared.fullName, declared);
    return declared;
  }

  private readField(field: unknown, space: string | undefined): AvroField {
    if (!isObject(field)) throw new Error(`a field must be an object: ${text(field)}`);
    const name = validName(required(field, 'name'));
    const type = this.read(member(field, 'type'), space);
    const { order } = field;
    if (order !== undefined && !ORDERS.includes(String(order).toLowerCase())) {
      throw new Error(`field ${name}: the order must be one of ${ORDERS.join(', ')}, got ${text(order)}`);
    }
    const fallback = isNumberAsText(field.default, type) ? new JsonNumber('0.0') : field.default;
    if (fallback !== undefined && !isDefault(fallback, type, this.unread)) {
      throw new Error(`field ${name}: ${text(fallback)} is not a default of ${type.kind}`);
    }
    return { name, type, aliases: aliasesOf(field), fallback };
  }
}

const ORDERS: readonly string[] = ['ascending', 'descending', 'ignore'];

function unionOf(branches: readonly Avro[]): Avro {
  if (branches.some(({ kind }) => kind === 'union')) throw new Error('a union cannot contain a union');
  noneTwice(branches.map(each => ('fullName' in each ? each.fullName : each.kind)));
  return { kind: 'union', branches };
}

function symbolsOf(schema: Json): Pick<AvroEnum, 'symbols' | 'fallback'> {
  const symbols = list(schema, 'symbols').map(validName);
  noneTwice(symbols);
  const fallback = optional(schema, 'default');
  if (fallback !== undefined && !symbols.includes(fallback)) throw new Error(`the default ${fallback} is no symbol`);
  return { symbols, fallback };
}

function sizeOf(schema: Json): number {
  const size = member(schema, 'size');
  const isSize = size instanceof JsonNumber && size.isInteger(32) && Number(size.text) >= 0;
  if (!isSize) throw new Error(`the size must be a whole number from 0 on, got ${text(size)}`);
  return Number(size.text);
}

/** The text that Java reads as a number: `Double.valueOf`, without hexadecimal numbers. */
const JAVA_NUMBER = /^\s*[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?)\s*$/;

const isNumberAsText = (value: unknown, { kind }: Avro): boolean =>
  (kind === 'float' || kind === 'double') && typeof value === 'string' && JAVA_NUMBER.test(value);

/** A namespace before the name replaces the one around it. Java does not check namespaces. */
function nameOf(name: string, around: string | undefined) {
  const end = name.lastIndexOf('.');
  const space = (end < 0 ? around : name.slice(0, end)) || undefined;
  const simple = validName(name.slice(end + 1));
  return { simple, space, fullName: space === undefined ? simple : `${space}.${simple}` };
}

/** Java knows letters and digits of all scripts that have 16 bits. */
function validName(name: unknown): string {
  const isName = typeof name === 'string' && /^[\p{L}_][\p{L}\p{Nd}_]*$/u.test(name);
  if (!isName || [...name].length !== name.length) throw new Error(`not a name: ${text(name)}`);
  return name;
}

function aliasesOf(schema: Json): readonly string[] {
  const aliases = schema.aliases === undefined ? [] : list(schema, 'aliases');
  const other = aliases.find(alias => typeof alias !== 'string');
  if (other !== undefined) throw new Error(`aliases must be names: ${text(other)}`);
  return aliases as readonly string[];
}

function list(schema: Json, key: string): readonly unknown[] {
  const value = member(schema, key);
  if (!Array.isArray(value)) throw new Error(`${key} must be a list: ${text(value)}`);
  return value;
}

function member(schema: Json, key: string): unknown {
  if (schema[key] === undefined) throw new Error(`${key} is missing: ${text(schema)}`);
  return schema[key];
}

const optional = (schema: Json, key: string): string | undefined =>
  typeof schema[key] === 'string' ? schema[key] : undefined;

function required(schema: Json, key: string): string {
  const value = optional(schema, key);
  if (value === undefined) throw new Error(`there is no ${key}, as text: ${text(schema)}`);
  return value;
}

function noneTwice(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw new Error(`${twice} is there twice`);
}

function found<T>(value: T | undefined, problem: string): T {
  if (value === undefined) throw new Error(problem);
  return value;
}

const isPrimitive = (name: string): name is (typeof PRIMITIVES)[number] =>
  (PRIMITIVES as readonly string[]).includes(name);

const text = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) => (each instanceof JsonNumber ? Number(each.text) : each)) ?? 'nothing';
