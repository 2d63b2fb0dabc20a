/** The options of a PROTOBUF definition: those of the compiler (protoc 3.21, `descriptor.proto`), and custom ones. */
// documented: Protocol Buffers documentation, "Options", with descriptor.proto
import {
  Enum,
  Field,
  MapField,
  Method,
  OneOf,
  type ReflectionObject,
  Service,
  Type,
  types as scalarTypes,
} from 'protobufjs';
import { type Definition, fullNameOf } from './declared';
import { type Names, lookUp, namesOf } from './names';

type Value = 'text' | 'flag' | readonly string[];

const OPTIONS = {
  FileOptions: {
    ...all('text', 'java_package', 'java_outer_classname', 'go_package', 'objc_class_prefix', 'csharp_namespace'),
    ...all('text', 'swift_prefix', 'php_class_prefix', 'php_namespace', 'php_metadata_namespace', 'ruby_package'),
    ...all('flag', 'java_multiple_files', 'java_generate_equals_and_hash', 'java_string_check_utf8', 'deprecated'),
    ...all('flag', 'cc_generic_services', 'java_generic_services', 'py_generic_services', 'php_generic_services'),
    cc_enable_arenas: 'flag',
    optimize_for: ['SPEED', 'CODE_SIZE', 'LITE_RUNTIME'],
  },
  MessageOptions: all('flag', 'message_set_wire_format', 'no_standard_descriptor_accessor', 'deprecated', 'map_entry'),
  FieldOptions: {
    ...all('flag', 'packed', 'lazy', 'unverified_lazy', 'deprecated', 'weak'),
    ctype: ['STRING', 'CORD', 'STRING_PIECE'],
    jstype: ['JS_NORMAL', 'JS_STRING', 'JS_NUMBER'],
    // written as an option, but part of the field.
    json_name: 'text',
  },
  OneofOptions: {},
  EnumOptions: all('flag', 'allow_alias', 'deprecated'),
  EnumValueOptions: all('flag', 'deprecated'),
  ServiceOptions: all('flag', 'deprecated'),
  MethodOptions: {
    deprecated: 'flag',
    idempotency_level: ['IDEMPOTENCY_UNKNOWN', 'NO_SIDE_EFFECTS', 'IDEMPOTENT'],
  },
} satisfies Record<string, Readonly<Record<string, Value>>>;

type Kind = keyof typeof OPTIONS;

function all<T extends Value>(value: T, ...names: readonly string[]): Readonly<Record<string, T>> {
  return Object.fromEntries(names.map(name => [name, value]));
}

/** The value of an option of the compiler. */
export const optionOf = (declared: ReflectionObject, name: string, otherwise?: unknown): unknown =>
  optionsOf(declared).find(([option]) => option === name)?.[1] ?? otherwise;

/** Throws if an option is unknown, is set twice, or has a value of another type. */
export function checkOptions(definition: Definition): void {
  const names = namesOf(definition.root);
  for (const each of definition.declared) {
    // what the file uses is looked up in its package.
    const usedBy = kindOf(each) === 'FileOptions' ? `${definition.package}.file` : fullNameOf(each);
    const check = (options: readonly Option[], kind: Kind) => {
      options.forEach(([name, value], index) => {
        const isTwice = options.findIndex(([other]) => other === name) < index;
        const problem = problemOf({ kind, name, value, isTwice, usedBy }, names);
        if (problem) throw new Error(`option ${name} of ${each.name || 'the file'} ${problem}`);
      });
    };
    check(optionsOf(each), kindOf(each));
    if (each instanceof Enum) {
      Object.values(each.valuesOptions ?? {}).forEach(options => check(Object.entries(options), 'EnumValueOptions'));
    }
  }
}

type Option = readonly [name: string, value: unknown];

/** Not in the types of the parser's version. */
interface Parsed {
  readonly parsedOptions?: readonly Readonly<Record<string, unknown>>[];
}

const optionsOf = (declared: ReflectionObject & Parsed): readonly Option[] =>
  (declared.parsedOptions ?? []).flatMap(option => Object.entries(option));

function kindOf(declared: ReflectionObject): Kind {
  if (declared instanceof Type) return 'MessageOptions';
  if (declared instanceof Field) return 'FieldOptions';
  if (declared instanceof OneOf) return 'OneofOptions';
  if (declared instanceof Enum) return 'EnumOptions';
  if (declared instanceof Service) return 'ServiceOptions';
  return declared instanceof Method ? 'MethodOptions' : 'FileOptions';
}

interface Use {
  readonly kind: Kind;
  readonly name: string;
  readonly value: unknown;
  readonly isTwice: boolean;
  readonly usedBy: string;
}

function problemOf({ kind, name, value, isTwice, usedBy }: Use, names: Names): string | undefined {
  const custom = /^\(([^)]+)\)/.exec(name)?.[1];
  if (custom === undefined) {
    if (kind === 'FieldOptions' && name === 'default') return isTwice ? 'was set before' : undefined;
    const known = (OPTIONS[kind] as Readonly<Record<string, Value>>)[name];
    if (known === undefined) return 'is unknown: the file that defines it must be imported';
    if (isTwice) return 'was set before';
    return isOfValue(value, known) ? undefined : `must be ${typeof known === 'string' ? known : known.join(' or ')}`;
  }
  const extension = lookUp(names, { name: custom, usedBy });
  if (
    !(extension instanceof Field) ||
    !(extension.extend ?? fullNameOf(extension.parent!)).endsWith(`protobuf.${kind}`)
  )
    return 'is unknown: the definition must define it, as an extension of google.protobuf.' + kind;
  if (isTwice && !extension.repeated) return 'was set before';
  return isOfField(value, extension) ? undefined : `is no ${extension.type}: ${JSON.stringify(value)}`;
}

function isOfValue(value: unknown, known: Value): boolean {
  if (known === 'text') return typeof value === 'string';
  return known === 'flag' ? typeof value === 'boolean' : known.includes(String(value));
}

/** What is inside a message is not compared with its fields. */
function isOfField(value: unknown, field: Field): boolean {
  if (field instanceof MapField || field.resolvedType instanceof Type) return typeof value === 'object';
  return isScalar(value, field);
}

/** Whether a text, a flag or a number is of a field's type. */
export function isScalar(value: unknown, { type, resolvedType }: Field): boolean {
  // true and false can be names of values.
  if (resolvedType instanceof Enum) return typeof value !== 'number' && String(value) in resolvedType.values;
  if (type === 'bool') return typeof value === 'boolean';
  if (type === 'string' || type === 'bytes') return typeof value === 'string';
  if (type === 'float' || type === 'double') return typeof value === 'number';
  return type in scalarTypes.basic && Number.isInteger(value) && fits(value as number, type);
}

function fits(value: number, type: string): boolean {
  const bits = type.endsWith('64') ? 64 : 32;
  const isUnsigned = type.startsWith('u') || type.startsWith('fixed');
  // a number of JavaScript cannot tell 2^64 from what is a little less.
  const max = 2 ** (isUnsigned ? bits : bits - 1) - (bits === 32 ? 1 : 0);
  return value <= max && value >= (isUnsigned ? 0 : -(2 ** (bits - 1)));
}
