/**
 * Why a reader of one AVRO definition cannot read what was written with another one, by the rules of schema resolution
 * of the AVRO specification. Pure; it explains a refusal of the registry, and decides nothing.
 */
type Schema = string | readonly Schema[] | Declaration;

interface Declaration {
  readonly type: Schema;
  readonly name?: string;
  readonly aliases?: readonly string[];
  readonly fields?: readonly Field[];
  readonly symbols?: readonly string[];
  readonly default?: unknown;
  readonly items?: Schema;
  readonly values?: Schema;
  readonly size?: number;
}

interface Field {
  readonly name: string;
  readonly type: Schema;
  readonly aliases?: readonly string[];
  readonly default?: unknown;
}

/** Other types that a type can read. */
const PROMOTED: Readonly<Record<string, readonly string[]>> = {
  long: ['int'],
  float: ['int', 'long'],
  double: ['int', 'long', 'float'],
  string: ['bytes'],
  bytes: ['string'],
};

/** `undefined` if no conflict is found, or if one of the two is not an AVRO definition. */
export function avroConflict(reader: string, writer: string): string | undefined {
  try {
    const [read, written] = [JSON.parse(reader) as Schema, JSON.parse(writer) as Schema];
    return new Resolution(namedTypes(read), namedTypes(written)).conflict(read, written, 'the record');
  } catch {
    return undefined;
  }
}

class Resolution {
  private readonly compared = new Set<string>();

  constructor(
    private readonly reader: NamedTypes,
    private readonly writer: NamedTypes,
  ) {}

  conflict(readerType: Schema, writerType: Schema, where: string): string | undefined {
    const reader = declared(readerType, this.reader);
    const writer = declared(writerType, this.writer);
    if (Array.isArray(writer)) return firstOf(writer, branch => this.conflict(readerType, branch as Schema, where));
    if (Array.isArray(reader)) {
      const isRead = reader.some(branch => this.conflict(branch as Schema, writerType, where) === undefined);
      return isRead ? undefined : `${where} can be ${nameOf(writerType)}, which ${nameOf(readerType)} cannot read`;
    }
    return this.single(reader as Declaration, writer as Declaration, where);
  }

  private single(reader: Declaration, writer: Declaration, where: string): string | undefined {
    const type = reader.type as string;
    if (type !== writer.type) {
      if (PROMOTED[type]?.includes(writer.type as string)) return undefined;
      return `${where} is ${nameOf(writer)}, which ${nameOf(reader)} cannot read`;
    }
    if (type === 'array') return this.conflict(reader.items!, writer.items!, `${where}[]`);
    if (type === 'map') return this.conflict(reader.values!, writer.values!, `${where}{}`);
    if (type === 'fixed' && reader.size !== writer.size) {
      return `${where} has ${writer.size} bytes instead of ${reader.size}`;
    }
    if (type === 'enum' && reader.default === undefined) {
      const unknown = writer.symbols?.find(symbol => !reader.symbols?.includes(symbol));
      return unknown === undefined ? undefined : `${where} can be ${unknown}, which the other definition does not have`;
    }
    return type === 'record' ? this.fields(reader, writer, where) : undefined;
  }

  private fields(reader: Declaration, writer: Declaration, where: string): string | undefined {
    const pair = `${reader.name}\n${writer.name}`;
    if (this.compared.has(pair)) return undefined;
    this.compared.add(pair);
    const conflict = firstOf(reader.fields ?? [], field => {
      const names = [field.name, ...(field.aliases ?? [])];
      const written = writer.fields?.find(({ name }) => names.includes(name));
      const path = where === 'the record' ? `field ${field.name}` : `${where}.${field.name}`;
      if (written) return this.conflict(field.type, written.type, path);
      return 'default' in field ? undefined : `${path} is not written and has no default`;
    });
    if (conflict !== undefined) this.compared.delete(pair);
    return conflict;
  }
}

type NamedTypes = ReadonlyMap<string, Declaration>;

/** The declaration of a type. */
function declared(type: Schema, named: NamedTypes): Declaration | readonly Schema[] {
  if (Array.isArray(type)) return type as readonly Schema[];
  if (typeof type === 'string') return named.get(unqualified(type)) ?? { type };
  const declaration = type as Declaration;
  return typeof declaration.type === 'string' ? declaration : declared(declaration.type, named);
}

/** The types that a definition names, also those in fields that the other side does not have. */
function namedTypes(schema: Schema, found = new Map<string, Declaration>()): NamedTypes {
  if (typeof schema === 'string') return found;
  const { name, type, items, values, fields = [] } = schema as Declaration;
  if (name) found.set(unqualified(name), schema as Declaration);
  const parts = Array.isArray(schema) ? (schema as readonly Schema[]) : [type, items, values];
  for (const part of [...parts, ...fields.map(field => field.type)]) if (part) namedTypes(part, found);
  return found;
}

const unqualified = (name: string) => name.slice(name.lastIndexOf('.') + 1);

function nameOf(type: Schema): string {
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) return `[${type.map(branch => nameOf(branch as Schema)).join(', ')}]`;
  const { name, type: inner } = type as Declaration;
  return name ?? nameOf(inner);
}

function firstOf<T>(items: readonly T[], find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
