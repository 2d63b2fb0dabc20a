/**
 * PROTOBUF as the schema registry accepts it: "proto2 and proto3 without support for extensions or groups" (developer
 * guide). A definition contains all its types, except the well-known ones.
 */
// documented: developer guide, "Schemas"; Protocol Buffers documentation, the language guides
// captured: public report, aws-glue-schema-registry, for "unable to find" an import
import { Enum, Field, type NamespaceBase, Root, Type, common, parse, tokenize } from 'protobufjs';
import descriptor from 'protobufjs/google/protobuf/descriptor.json';

/**
 * Throws if a definition is invalid. The wording differs from the service's, except for an import that is not found.
 */
export function protobufRoot(definition: string): Root {
  const syntax = syntaxOf(definition);
  const { root, imports = [], weakImports = [] } = parse(definition, new Root(), { keepCase: true });
  if (root.nestedArray.length === 0) throw new Error('the definition declares nothing');
  for (const each of nestedIn(root)) checkDeclaration(each, syntax);
  for (const name of [...imports, ...weakImports]) addWellKnown(root, name);
  // finds unknown types, in a field or in the method of a service.
  root.resolveAll();
  return root;
}

/** A definition without a syntax line is proto2, as for the PROTOBUF compiler. */
function syntaxOf(definition: string): string {
  // eslint-disable-next-line no-restricted-syntax -- comments are none of ours, and this is not our API.
  const tokens = tokenize(definition, false);
  const first = tokens.next();
  if (first === 'edition') throw new Error('editions are not supported: the syntax must be proto2 or proto3');
  return first === 'syntax' && /^\s*=\s*["']proto3["']/.test(afterKeyword(definition)) ? 'proto3' : 'proto2';
}

const afterKeyword = (definition: string): string =>
  /^(?:\s|\/\/[^\n]*\n|\/\*[^]*?\*\/)*syntax([^]*)$/.exec(definition)?.[1] ?? '';

function* nestedIn(parent: NamespaceBase): Iterable<unknown> {
  for (const each of parent.nestedArray) {
    yield each;
    if (each instanceof Type) yield* each.fieldsArray;
    if ('nestedArray' in each) yield* nestedIn(each as NamespaceBase);
  }
}

// custom options extend the types of the compiler itself: these extensions are not fields of messages. unverified: that
// the service accepts them.
const OPTIONS = /^\.?google\.protobuf\.\w+Options$/;

function checkDeclaration(each: unknown, syntax: string): void {
  if (each instanceof Type) {
    if ((each as { group?: boolean }).group) throw new Error(`group ${each.name}: groups are not supported`);
    if (each.extensions?.length) throw new Error(`message ${each.name}: extensions are not supported`);
  }
  if (each instanceof Field) {
    const isOption = each.extend !== undefined && OPTIONS.test(each.extend);
    if (each.extend !== undefined && !isOption) throw new Error(`extend ${each.extend}: extensions are not supported`);
    if (each.id < 1 || each.id > MAX_NUMBER || (each.id >= 19_000 && each.id <= 19_999)) {
      throw new Error(`field ${each.name}: the number ${each.id} is not between 1 and ${MAX_NUMBER}, or is reserved`);
    }
  }
  if (each instanceof Enum && syntax === 'proto3' && Object.values(each.values)[0] !== 0) {
    throw new Error(`enum ${each.name}: the first value must be 0 in proto3`);
  }
}

const MAX_NUMBER = 2 ** 29 - 1;

// unverified: google/type. The service's own serializers have these files; they are not available here.
function addWellKnown(root: Root, name: string): void {
  const found = name === 'google/protobuf/descriptor.proto' ? descriptor : common.get(name);
  if (!found?.nested) throw new Error(`unable to find ${name}`);
  root.addJSON(found.nested as Parameters<Root['addJSON']>[0]);
}
