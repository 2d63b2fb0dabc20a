/**
 * PROTOBUF as the schema registry accepts it: "proto2 and proto3 without support for extensions or groups" (developer
 * guide). A definition contains all its types, except the well-known ones. `protobufjs` parses it.
 */
// documented: Protocol Buffers documentation, the language guides
import { Field, type Namespace, type ReflectionObject, Root, Type, common, parse } from 'protobufjs';
import api from 'protobufjs/google/protobuf/api.json';
import descriptor from 'protobufjs/google/protobuf/descriptor.json';
import sourceContext from 'protobufjs/google/protobuf/source_context.json';
import type from 'protobufjs/google/protobuf/type.json';
import { declaredIn } from './declared';
import { checkOptions } from './options';
import { checkRules } from './rules';
import { syntaxOf } from './statements';

/**
 * Throws if a definition is invalid. The wording differs from the service's, except for an import that is not found.
 */
export function protobufRoot(definition: string): Root {
  const text = withoutComments(definition);
  const { root, package: name = '', imports = [], weakImports = [] } = parse(text, new Root(), { keepCase: true });
  const syntax = syntaxOf(text);
  // unverified: that a definition must declare something
  if (root.nestedArray.length === 0) throw new Error('the definition declares nothing');
  const declared = [...declaredIn(root)];
  declared.forEach(checkSupported);
  const files = [...imports, ...weakImports];
  files.forEach((file, index) => {
    if (files.indexOf(file) < index) throw new Error(`${file} is imported twice`);
    // captured: public report, aws-glue-schema-registry, for "unable to find" an import
    addWellKnown(root, file);
  });
  // finds unknown types, in a field or in the method of a service.
  root.resolveAll();
  const whole = { syntax, package: name, root, declared };
  checkOptions(whole);
  checkRules(whole);
  return root;
}

/** The parser reads a comment right after a name as a part of the name. */
const withoutComments = (definition: string): string =>
  definition.replace(
    /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|\/\*[^]*?\*\/|\/\/[^\n]*/g,
    (_, text?: string) => text ?? ' ',
  );

// custom options extend the types of the compiler itself: these extensions are not fields of messages. unverified: that
// the service accepts them.
const OPTIONS = /^\.?google\.protobuf\.\w+Options$/;

// documented: developer guide, "Schemas": no extensions, no groups
function checkSupported(each: ReflectionObject): void {
  if (each instanceof Type) {
    if ((each as { group?: boolean }).group) throw new Error(`group ${each.name}: groups are not supported`);
    if (each.extensions?.length) throw new Error(`message ${each.name}: extensions are not supported`);
  }
  if (each instanceof Field && each.extend !== undefined && !OPTIONS.test(each.extend)) {
    throw new Error(`extend ${each.extend}: extensions are not supported`);
  }
}

interface WellKnown {
  readonly nested: { readonly google: { readonly nested: { readonly protobuf: { readonly nested: object } } } };
}

/** The files that the parser does not have by name. */
const WELL_KNOWN: Readonly<Record<string, WellKnown | undefined>> = {
  'google/protobuf/api.proto': api,
  'google/protobuf/descriptor.proto': descriptor,
  'google/protobuf/source_context.proto': sourceContext,
  'google/protobuf/type.proto': type,
};

// unverified: google/type. The service's own serializers have these files; they are not available here.
function addWellKnown(root: Root, name: string): void {
  const found = WELL_KNOWN[name] ?? (common.get(name) as WellKnown | null);
  if (!found?.nested) throw new Error(`unable to find ${name}`);
  if (found === api) addWellKnown(root, 'google/protobuf/type.proto');
  const scope = root.define('google.protobuf');
  // files have some types in common.
  const nested = Object.entries(found.nested.google.nested.protobuf.nested).filter(([each]) => !scope.get(each));
  scope.addJSON(Object.fromEntries(nested) as Parameters<Namespace['addJSON']>[0]);
}
