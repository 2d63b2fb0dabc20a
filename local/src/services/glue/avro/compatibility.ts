/**
 * Whether a reader of one AVRO definition understands data of another, by the rules of its implementation for Java
 * (`SchemaCompatibility`): names are compared without their namespaces.
 */
// documented: AVRO specification and its Java implementation, to which the developer guide refers
import type { Avro, AvroField, AvroRecord } from './schema';

interface Verdict {
  isRead: boolean;
}

/** The pairs of records that were compared. A pair in comparison counts as read, because records contain themselves. */
type Pairs = Map<AvroRecord, Map<AvroRecord, Verdict>>;

export function readsAvro(reader: Avro, writer: Avro, pairs: Pairs = new Map()): boolean {
  const reads = (read: Avro, written: Avro) => readsAvro(read, written, pairs);
  if (writer.kind === 'union') return writer.branches.every(branch => reads(reader, branch));
  if (reader.kind === 'union') return reader.branches.some(branch => reads(branch, writer));
  if (reader.kind === 'array' && writer.kind === 'array') return reads(reader.items, writer.items);
  if (reader.kind === 'map' && writer.kind === 'map') return reads(reader.values, writer.values);
  if (reader.kind === 'fixed' && writer.kind === 'fixed') return isNamed(reader, writer) && reader.size === writer.size;
  if (reader.kind === 'enum' && writer.kind === 'enum') {
    const isKnown = writer.symbols.every(symbol => reader.symbols.includes(symbol));
    return isNamed(reader, writer) && (isKnown || reader.fallback !== undefined);
  }
  if (reader.kind === 'record' && writer.kind === 'record') return readsRecord(reader, writer, pairs);
  return reader.kind === writer.kind || (PROMOTED[reader.kind] ?? []).includes(writer.kind);
}

const PROMOTED: Readonly<Partial<Record<Avro['kind'], readonly string[]>>> = {
  long: ['int'],
  float: ['int', 'long'],
  double: ['int', 'long', 'float'],
  bytes: ['string'],
  string: ['bytes'],
};

interface Name {
  readonly name: string;
  readonly fullName: string;
  readonly aliases: readonly string[];
}

const isNamed = (reader: Name, writer: Name): boolean =>
  reader.name === writer.name || reader.aliases.includes(writer.fullName);

function readsRecord(reader: AvroRecord, writer: AvroRecord, pairs: Pairs): boolean {
  const known = pairs.get(reader)?.get(writer);
  if (known !== undefined) return known.isRead;
  const verdict = { isRead: true };
  const verdicts = pairs.get(reader) ?? new Map<AvroRecord, Verdict>();
  pairs.set(reader, verdicts.set(writer, verdict));
  verdict.isRead = isNamed(reader, writer) && reader.fields.every(field => readsField(field, writer, pairs));
  return verdict.isRead;
}

function readsField(field: AvroField, writer: AvroRecord, pairs: Pairs): boolean {
  const names = [field.name, ...field.aliases];
  const [written, another] = writer.fields.filter(({ name }) => names.includes(name));
  if (another !== undefined) return false;
  if (written !== undefined) return readsAvro(field.type, written.type, pairs);
  return field.fallback !== undefined || (field.type.kind === 'enum' && field.type.fallback !== undefined);
}
