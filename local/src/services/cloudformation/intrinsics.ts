/** CloudFormation's intrinsic functions: they make the value that a resource gets of a value in the template. */
// documented: user guide, "Intrinsic function reference" and "Pseudo parameters reference"
// unverified: the words of most refusals
import { type Members } from '../../core/service';
import { type Template, isRecord, validationError } from './template';

/** The values against which a template is resolved. */
export interface TemplateScope {
  readonly template: Template;
  readonly parameters: Readonly<Record<string, string | readonly string[]>>;
  readonly pseudoParameters: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The value of `Ref` of a resource. */
  ref(logicalId: string): unknown;
  getAtt(logicalId: string, attribute: string): unknown;
  /** A placeholder in previews for what only the deployment knows. */
  readonly unknown?: string;
  importValue(name: string): string;
  stackOutput(reference: StackOutputReference): string;
}

/** The request of `Fn::GetStackOutput`. */
export interface StackOutputReference {
  readonly stackName: string;
  readonly outputName: string;
  /** Absent: the region of the stack. */
  readonly region?: string;
}

/** `AWS::NoValue`: the member or element that has it is dropped. */
const NO_VALUE = Symbol('AWS::NoValue');

type Intrinsic = (argument: Members, scope: TemplateScope) => unknown;

/** Resolves a value of the template. Members and elements that are `AWS::NoValue` are dropped. */
export function resolve(value: unknown, scope: TemplateScope): unknown {
  const resolved = evaluate(value, scope);
  return resolved === NO_VALUE ? undefined : resolved;
}

/** Whether a condition of the template holds. */
export function conditionHolds(name: string, scope: TemplateScope): boolean {
  const condition = scope.template.Conditions?.[name];
  if (condition === undefined) {
    throw validationError(`Template format error: Unresolved condition dependency ${name}`);
  }
  return truth(condition, scope);
}

function evaluate(value: unknown, scope: TemplateScope): unknown {
  if (Array.isArray(value)) {
    return value.map(element => evaluate(element, scope)).filter(element => element !== NO_VALUE);
  }
  if (!isRecord(value)) return value;
  const keys = Object.keys(value);
  if (keys.length === 1) {
    const intrinsic = INTRINSICS[keys[0]];
    if (intrinsic) return intrinsic(value[keys[0]], scope);
    if (keys[0].startsWith('Fn::')) {
      throw validationError(
        `Template error: ${keys[0]} is not supported by the local CloudFormation, which knows ${Object.keys(INTRINSICS).join(', ')}`,
      );
    }
  }
  const members = Object.entries(value).map(([key, member]) => [key, evaluate(member, scope)] as const);
  return Object.fromEntries(members.filter(([, member]) => member !== NO_VALUE));
}

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (name, scope) => reference(String(name), scope),
  'Fn::GetAtt': (argument, scope) => {
    const [logicalId, ...attribute] = Array.isArray(argument) ? argument : splitOnce(String(argument));
    return scope.getAtt(logicalId, String(evaluate(attribute.join('.'), scope)));
  },
  'Fn::Sub': substitute,
  'Fn::Join': (argument, scope) => {
    const [delimiter, values] = pair('Fn::Join', argument);
    return list('Fn::Join', values, scope).map(String).join(String(delimiter));
  },
  'Fn::Select': (argument, scope) => {
    const [index, values] = pair('Fn::Select', argument);
    const elements = list('Fn::Select', values, scope);
    const position = Number(evaluate(index, scope));
    if (scope.unknown !== undefined && elements.some(element => String(element).includes(scope.unknown!))) {
      return elements[position] ?? scope.unknown;
    }
    if (!(position in elements)) {
      throw validationError(`Template error: Fn::Select cannot select nonexistent value at index ${position}`);
    }
    return elements[position];
  },
  'Fn::Split': (argument, scope) => {
    const [delimiter, value] = pair('Fn::Split', argument);
    return text('Fn::Split', value, scope).split(String(delimiter));
  },
  'Fn::If': (argument, scope) => {
    if (!Array.isArray(argument) || argument.length !== 3) {
      throw validationError('Template error: Fn::If requires a list argument with three elements');
    }
    const [condition, whenTrue, whenFalse] = argument;
    return evaluate(conditionHolds(condition, scope) ? whenTrue : whenFalse, scope);
  },
  'Fn::Equals': (argument, scope) => {
    const [left, right] = pair('Fn::Equals', argument).map(side => evaluate(side, scope));
    return String(left) === String(right);
  },
  'Fn::And': (argument: unknown[], scope) => argument.every(condition => truth(condition, scope)),
  'Fn::Or': (argument: unknown[], scope) => argument.some(condition => truth(condition, scope)),
  'Fn::Not': (argument: unknown[], scope) => !truth(argument[0], scope),
  'Fn::FindInMap': findInMap,
  'Fn::ImportValue': (argument, scope) => scope.importValue(text('Fn::ImportValue', argument, scope)),
  'Fn::GetStackOutput': (argument, scope) => {
    const { StackName, OutputName, Region } = isRecord(argument) ? argument : {};
    if (StackName === undefined || OutputName === undefined) {
      throw validationError('Template error: every Fn::GetStackOutput object requires StackName and OutputName');
    }
    const member = (value: unknown) => text('Fn::GetStackOutput', value, scope);
    return scope.stackOutput({
      stackName: member(StackName),
      outputName: member(OutputName),
      region: Region === undefined ? undefined : member(Region),
    });
  },
  'Fn::GetAZs': (argument, scope) => {
    const region = evaluate(argument, scope) || scope.pseudoParameters['AWS::Region'];
    return ['a', 'b', 'c'].map(zone => `${String(region)}${zone}`);
  },
  'Fn::Base64': (argument, scope) => Buffer.from(text('Fn::Base64', argument, scope)).toString('base64'),
};

function reference(name: string, scope: TemplateScope): unknown {
  if (name === 'AWS::NoValue') return NO_VALUE;
  if (name.startsWith('AWS::')) {
    const value = scope.pseudoParameters[name];
    if (value === undefined) throw validationError(`Template format error: Unrecognized pseudo parameter ${name}`);
    return value;
  }
  return scope.parameters[name] ?? scope.ref(name);
}

function substitute(argument: unknown, scope: TemplateScope): string {
  const [template, variables] = Array.isArray(argument) ? argument : [argument, {}];
  if (typeof template !== 'string') {
    throw validationError("Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments");
  }
  return template.replace(SUBSTITUTION, (_match, literal: string, name: string) => {
    if (literal !== undefined) return `\${${literal}}`;
    if (name in variables) return String(evaluate(variables[name], scope));
    return String(name.includes('.') ? INTRINSICS['Fn::GetAtt'](name, scope) : reference(name, scope));
  });
}

const SUBSTITUTION = /\$\{(?:!([^}]*)|([^!}][^}]*))\}/g;

function findInMap(argument: unknown, scope: TemplateScope): unknown {
  if (!Array.isArray(argument) || argument.length < 3) {
    throw validationError('Template error: every Fn::FindInMap object requires three parameters');
  }
  const [map, top, second] = argument.slice(0, 3).map(key => String(evaluate(key, scope)));
  const value = scope.template.Mappings?.[map]?.[top]?.[second];
  if (value !== undefined) return value;
  const options = argument[3];
  if (isRecord(options) && 'DefaultValue' in options) return evaluate(options.DefaultValue, scope);
  throw validationError(`Template error: Unable to get mapping for ${map}::${top}::${second}`);
}

/** Logical ids and parameters that a value of the template refers to. */
export function referencesOf(value: unknown): Set<string> {
  const found = new Set<string>();
  collect(value, found);
  return found;
}

function collect(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) return value.forEach(element => collect(element, found));
  if (!isRecord(value)) return;
  for (const [key, member] of Object.entries(value)) {
    if (key === 'Ref' && typeof member === 'string') found.add(member);
    else if (key === 'Fn::GetAtt') found.add(Array.isArray(member) ? String(member[0]) : splitOnce(String(member))[0]);
    else if (key === 'Fn::Sub') collectFromSub(member, found);
    else collect(member, found);
  }
}

/** The export names that a template imports, if they are literal. */
export function referencesToImports(value: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(value)) value.forEach(element => referencesToImports(element, found));
  else if (isRecord(value)) {
    for (const [key, member] of Object.entries(value)) {
      if (key === 'Fn::ImportValue' && typeof member === 'string') found.add(member);
      else referencesToImports(member, found);
    }
  }
  return found;
}

function collectFromSub(argument: unknown, found: Set<string>): void {
  const [template, variables] = Array.isArray(argument) ? argument : [argument, {}];
  for (const [, literal, name] of String(template).matchAll(SUBSTITUTION)) {
    if (literal === undefined && !(name in variables)) found.add(splitOnce(name)[0]);
  }
  collect(variables, found);
}

function truth(condition: unknown, scope: TemplateScope): boolean {
  // only here, because policies also have a member with this name.
  if (isRecord(condition) && typeof condition.Condition === 'string') return conditionHolds(condition.Condition, scope);
  const value = evaluate(condition, scope);
  return value === true || value === 'true';
}

function text(name: string, value: unknown, scope: TemplateScope): string {
  const resolved = evaluate(value, scope);
  if (typeof resolved === 'object') throw validationError(`Template error: ${name} requires a string`);
  return String(resolved);
}

function list(name: string, value: unknown, scope: TemplateScope): unknown[] {
  const resolved = evaluate(value, scope);
  if (Array.isArray(resolved)) return resolved;
  throw validationError(`Template error: ${name} requires a list, got ${JSON.stringify(resolved)}`);
}

function pair(name: string, argument: unknown): [unknown, unknown] {
  if (Array.isArray(argument) && argument.length === 2) return [argument[0], argument[1]];
  throw validationError(`Template error: every ${name} object requires two parameters`);
}

function splitOnce(path: string): [string, string] {
  const dot = path.indexOf('.');
  return dot < 0 ? [path, ''] : [path.slice(0, dot), path.slice(dot + 1)];
}
