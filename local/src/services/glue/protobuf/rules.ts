/**
 * What a PROTOBUF definition must keep to, beside its grammar: the rules of the language guides of proto2 and proto3, as
 * their compiler (protoc 3.21) checks them. Unverified: that the service checks each of them.
 */
// documented: Protocol Buffers documentation, the language guides, with the compiler (protoc 3.21)
import {
  Enum,
  Field,
  MapField,
  Method,
  type NamespaceBase,
  OneOf,
  type ReflectionObject,
  Type,
  types,
} from 'protobufjs';
import { AnyNamespace, type Class, type Definition, type Syntax, fullNameOf, isType } from './declared';
import { type Names, lookUp, namesOf } from './names';
import { isScalar, optionOf } from './options';

/** What is wrong, if something is. */
type Problem = string | false | undefined;

interface Context {
  readonly syntax: Syntax;
  readonly names: Names;
}

interface Rule {
  /** The section of the language guide, or the compiler alone. */
  readonly from: string;
  readonly problem: (declared: ReflectionObject, context: Context) => Problem;
}

const rule = <T extends ReflectionObject>(
  of: Class<T>,
  from: string,
  problem: (declared: T, context: Context) => Problem,
): Rule => ({ from, problem: (declared, context) => declared instanceof of && problem(declared, context) });

const MAX_NUMBER = 2 ** 29 - 1;
const MAX_DEPTH = 31;
const MAX_PACKAGE = 511;

const RULES: readonly Rule[] = [
  rule(AnyNamespace, 'protoc', each => fullNameOf(each).length > MAX_PACKAGE && 'the name of the package is too long'),
  rule(AnyNamespace, 'Enum Value Options', nameTwice),
  rule(Type, 'protoc', type => depthOf(type) > MAX_DEPTH && `more than ${MAX_DEPTH} messages are in each other`),
  rule(Type, 'Reserved Fields', ({ reserved }) => reservedTwice(reserved)),
  rule(Type, 'Reserved Fields', ({ reserved }) => outside(reserved, 1, 2 ** 31 - 1)),
  rule(Type, 'JSON Mapping', (type, { syntax }) => syntax === 'proto3' && jsonNameTwice(type)),
  rule(OneOf, 'Oneof', ({ oneof }) => oneof.length === 0 && 'a oneof must have a field'),
  rule(Enum, 'Enumerations', ({ values }) => Object.keys(values).length === 0 && 'an enum must have a value'),
  rule(Enum, 'Enumerations', ({ values }, { syntax }) => {
    return syntax === 'proto3' && Object.values(values)[0] !== 0 && 'the first value must be 0 in proto3';
  }),
  rule(Enum, 'Enumerations', ({ values }) => outside(Object.values(values), -(2 ** 31), 2 ** 31 - 1)),
  rule(Enum, 'Enum Value Aliases', allowsAliasesInVain),
  rule(Enum, 'protoc', (each, { syntax }) => syntax === 'proto3' && valueTwice(each)),
  rule(Enum, 'Reserved Values', ({ reserved }) => reservedTwice(reserved)),
  rule(Enum, 'Reserved Values', ({ reserved }) => outside(reserved, -(2 ** 31), 2 ** 31 - 1)),
  rule(Field, 'Assigning Field Numbers', ({ id }) => {
    const isOutside = id < 1 || id > MAX_NUMBER || (id >= 19_000 && id <= 19_999);
    return isOutside && `the number ${id} is not between 1 and ${MAX_NUMBER}, or is reserved`;
  }),
  rule(Field, 'Packages and Name Resolution', (field, { names }) => {
    if (field.type in types.basic) return undefined;
    const found = lookUp(names, { name: field.type, usedBy: fullNameOf(field), typesOnly: true });
    return !isType(found) && `${field.type} is not a type`;
  }),
  rule(Method, 'Packages and Name Resolution', (method, { names }) => {
    const { requestType, responseType } = method;
    const wrong = [requestType, responseType].find(
      name => !(lookUp(names, { name, usedBy: fullNameOf(method) }) instanceof Type),
    );
    return wrong !== undefined && `${wrong} is not a message`;
  }),
  rule(Field, 'Default Field Values', wrongDefault),
  rule(Field, 'Field Options: packed', field => {
    const isPacked = optionOf(field, 'packed') === true && !(field.repeated && isNumeric(field));
    return isPacked && 'only repeated numbers can be packed';
  }),
  rule(Field, 'descriptor.proto', field => {
    const isLazy = ['lazy', 'unverified_lazy'].some(name => optionOf(field, name) === true);
    return isLazy && !isMessage(field) && 'only a message can be lazy';
  }),
  rule(Field, 'descriptor.proto', field => {
    const isSet = optionOf(field, 'jstype', 'JS_NORMAL') !== 'JS_NORMAL';
    return isSet && !/^[usf]?\w*(?:int|fixed)64$/.test(field.type) && 'jstype is for numbers of 64 bits';
  }),
  rule(Field, 'protoc', field => {
    const isOther = optionOf(field, 'json_name', camelCase(field.name)) !== camelCase(field.name);
    return field.extend !== undefined && isOther && 'an extension has no json_name';
  }),
  rule(Field, 'protoc', ({ type }) => type.startsWith('group.') && 'a type in group: it is a keyword'),
];

/** Throws if a definition breaks a rule. */
export function checkRules(definition: Definition): void {
  const context = { syntax: definition.syntax, names: namesOf(definition.root) };
  for (const each of definition.declared) {
    for (const { from, problem } of RULES) {
      const found = problem(each, context);
      if (found) throw new Error(`${fullNameOf(each) || 'the file'}: ${found} (${from})`);
    }
  }
}

/** The values of an enum are names beside the enum, not in it; a map is a message beside its field. */
function nameTwice(scope: NamespaceBase): Problem {
  const inner = scope.nestedArray.flatMap(each => [
    each.name,
    ...(each instanceof Enum ? Object.keys(each.values) : []),
  ]);
  const fields = scope instanceof Type ? scope.fieldsArray : [];
  const maps = fields.filter(each => each instanceof MapField).map(({ name }) => `${pascalCase(name)}Entry`);
  const oneofs = scope instanceof Type ? scope.oneofsArray : [];
  const twice = firstTwice([...inner, ...fields.map(({ name }) => name), ...oneofs.map(({ name }) => name), ...maps]);
  return twice !== undefined && `"${twice}" is defined twice`;
}

type Reserved = readonly (number | string | readonly number[])[] | undefined;

function reservedTwice(reserved: Reserved = []): Problem {
  const names = reserved.filter(each => typeof each === 'string');
  const ranges = reserved.filter((each): each is readonly number[] => Array.isArray(each));
  const sorted = [...ranges].sort(([a], [b]) => a! - b!);
  const overlap = sorted.find(([from], index) => index > 0 && from! <= sorted[index - 1]![1]!);
  if (overlap) return `the reserved range ${overlap.join(' to ')} overlaps with another one`;
  const twice = firstTwice(names);
  return twice !== undefined && `the name "${twice}" is reserved twice`;
}

function outside(numbers: Reserved = [], min: number, max: number): Problem {
  const wrong = numbers.flat().find(each => typeof each === 'number' && (each < min || each > max));
  return wrong !== undefined && `the number ${wrong} is not between ${min} and ${max}`;
}

function jsonNameTwice({ fieldsArray }: Type): Problem {
  const twice = firstTwice(fieldsArray.map(({ name }) => name.replaceAll('_', '').toLowerCase()));
  return twice !== undefined && `two fields have the name "${twice}" in JSON`;
}

function allowsAliasesInVain(declared: Enum): Problem {
  const isAllowed = optionOf(declared, 'allow_alias');
  if (isAllowed === false) return 'allow_alias = false has no effect';
  return (
    isAllowed === true && firstTwice(Object.values(declared.values)) === undefined && 'allow_alias, without aliases'
  );
}

/** Names that differ in case, or in the name of the enum before them, are the same in some languages. */
function valueTwice({ name, values }: Enum): Problem {
  const letters = [...name.replaceAll('_', '')].map(letter => `_*${letter}`);
  const prefix = new RegExp(`^${letters.join('')}_*(?=[^_])`, 'i');
  const numbers = new Map<string, number>();
  const wrong = Object.entries(values).find(([value, number]) => {
    const short = pascalCase(value.replace(prefix, '').toLowerCase());
    const other = numbers.get(short);
    numbers.set(short, number);
    return other !== undefined && other !== number;
  });
  return wrong && `the value ${wrong[0]} has the name of another one, but for its case or prefix`;
}

function wrongDefault(field: Field, { syntax }: Context): Problem {
  const value = optionOf(field, 'default');
  if (value === undefined) return undefined;
  if (syntax === 'proto3') return 'proto3 has no default values';
  if (field.repeated || isMessage(field)) return 'a repeated field, a map or a message has no default value';
  return !isScalar(value, field) && `the default value ${JSON.stringify(value)} is no ${field.type}`;
}

const isMessage = (field: Field): boolean => field instanceof MapField || field.resolvedType instanceof Type;
const isNumeric = (field: Field): boolean => !isMessage(field) && !['string', 'bytes'].includes(field.type);

function depthOf(declared: ReflectionObject): number {
  return declared instanceof Type ? 1 + depthOf(declared.parent!) : 0;
}

const firstTwice = <T>(values: readonly T[]): T | undefined =>
  values.find((each, index) => values.indexOf(each) < index);

const camelCase = (name: string): string =>
  name.replace(/_+([a-zA-Z0-9]?)/g, (_, letter: string) => letter.toUpperCase());

const pascalCase = (name: string): string =>
  name.replace(/(?:^|_+)([a-zA-Z0-9]?)/g, (_, letter: string) => letter.toUpperCase());
