/**
 * Whether a reader of one PROTOBUF definition understands data of another: by the developer guide's rules (required
 * fields, messages, methods), and for types on the wire by "Updating a message type" in the documentation of Protocol
 * Buffers, to which the guide refers. A reader must know each message, even one that is only the type of an optional
 * field.
 */
// documented: developer guide, "Compatibility mode"; Protocol Buffers documentation, "Updating a message type"
// captured: public report, a question of 2023 with the CloudTrail event: FORWARD refuses a field with a new message
import {
  Enum,
  type Field,
  MapField,
  Method,
  type NamespaceBase,
  type OneOf,
  type Root,
  Service,
  Type,
} from 'protobufjs';

export function readsProtobuf(reader: Root, writer: Root): boolean {
  const known = declaredIn(reader);
  const declared = declaredIn(writer);
  return [...declared].every(([name, written]) => {
    const read = known.get(name);
    if (written instanceof Method) return read instanceof Method && signature(read) === signature(written);
    return read instanceof Type && readsMessage(read, written, new Set());
  });
}

/** Messages and methods by their full names, without the well-known types, which come with their import. */
function declaredIn(parent: NamespaceBase, found = new Map<string, Type | Method>()): Map<string, Type | Method> {
  for (const each of parent.nestedArray) {
    if (each.fullName === '.google') continue;
    if (each instanceof Type) found.set(each.fullName, each);
    if (each instanceof Service) each.methodsArray.forEach(method => found.set(method.fullName, method));
    if ('nestedArray' in each) declaredIn(each as NamespaceBase, found);
  }
  return found;
}

const signature = ({ resolvedRequestType, resolvedResponseType, requestStream, responseStream }: Method): string =>
  JSON.stringify([resolvedRequestType?.fullName, !!requestStream, resolvedResponseType?.fullName, !!responseStream]);

/** @param pairs the pairs of messages in comparison, because messages can contain themselves */
function readsMessage(reader: Type, writer: Type, pairs: Set<string>): boolean {
  const pair = `${reader.fullName} ${writer.fullName}`;
  if (pairs.has(pair)) return true;
  pairs.add(pair);
  return (
    reader.fieldsArray.every(read => {
      const written = writer.fieldsById[read.id];
      if (written === undefined) return !read.required;
      return (!read.required || written.required) && readsField(read, written, pairs);
    }) && (reader.oneofsArray ?? []).every(oneof => fitsOneof(oneof, writer))
  );
}

/** If a writer sets two fields that are one oneof for the reader, the reader loses the first field. */
function fitsOneof(oneof: OneOf, writer: Type): boolean {
  const written = oneof.fieldsArray.map(({ id }) => writer.fieldsById[id]).filter(field => field !== undefined);
  const [first, ...others] = written;
  return others.every(field => field.partOf && field.partOf.name === first?.partOf?.name);
}

function readsField(read: Field, written: Field, pairs: Set<string>): boolean {
  if (read instanceof MapField && written instanceof MapField) {
    const isKeyRead = SCALAR_WIRE[read.keyType] === SCALAR_WIRE[written.keyType];
    return isKeyRead && readsType(read, written, pairs);
  }
  // unverified: that a map can replace the repeated message of its keys and values, which is the same on the wire.
  if (read instanceof MapField || written instanceof MapField) return false;
  // repeated numbers are packed, but a single number is not.
  if (read.repeated !== written.repeated && !DELIMITED.includes(wire(read))) return false;
  return readsType(read, written, pairs);
}

function readsType(read: Field, written: Field, pairs: Set<string>): boolean {
  const [reader, writer] = [read.resolvedType, written.resolvedType];
  if (reader instanceof Type && writer instanceof Type) return readsMessage(reader, writer, pairs);
  if (wire(read) === wire(written)) return true;
  // a message is bytes for a reader that does not know its type. documented: Protocol Buffers documentation, "Updating a
  // message type"
  return [wire(read), wire(written)].sort().join() === 'message,text' && [read.type, written.type].includes('bytes');
}

/** Types with the same name in this table are interchangeable. */
const SCALAR_WIRE: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['int32', 'uint32', 'int64', 'uint64', 'bool'].map(type => [type, 'varint'])),
  ...Object.fromEntries(['sint32', 'sint64'].map(type => [type, 'zigzag'])),
  ...Object.fromEntries(['fixed32', 'sfixed32'].map(type => [type, 'fixed32'])),
  ...Object.fromEntries(['fixed64', 'sfixed64'].map(type => [type, 'fixed64'])),
  float: 'float',
  double: 'double',
  string: 'text',
  bytes: 'text',
};
const DELIMITED = ['text', 'message'];

function wire({ resolvedType, type }: Field): string {
  if (resolvedType instanceof Enum) return 'varint';
  return resolvedType ? 'message' : SCALAR_WIRE[type]!;
}
