/** The condition block of a policy statement, as IAM documents its operators. */
// documented: user guide (IAM), reference_policies_elements_condition_operators
import { BlockList, isIPv6 } from 'node:net';

/** The keys of a request's context, in lower case, because IAM ignores their case. */
export type Context = ReadonlyMap<string, readonly string[]>;

/** Operators, then keys, then values. */
export type ConditionBlock = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Whether a value of the context fulfills a value of the policy. */
type Test = (actual: string, wanted: string) => boolean;

const number = (compare: (a: number, b: number) => boolean) => by(Number, compare);
const date = (compare: (a: number, b: number) => boolean) =>
  by(text => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text)), compare);

const TESTS: Readonly<Record<string, Test>> = {
  StringEquals: (actual, wanted) => actual === literal(wanted),
  StringEqualsIgnoreCase: (actual, wanted) => actual.toLowerCase() === literal(wanted).toLowerCase(),
  StringLike: (actual, wanted) => matches(wanted, actual),
  NumericEquals: number((a, b) => a === b),
  NumericLessThan: number((a, b) => a < b),
  NumericLessThanEquals: number((a, b) => a <= b),
  NumericGreaterThan: number((a, b) => a > b),
  NumericGreaterThanEquals: number((a, b) => a >= b),
  DateEquals: date((a, b) => a === b),
  DateLessThan: date((a, b) => a < b),
  DateLessThanEquals: date((a, b) => a <= b),
  DateGreaterThan: date((a, b) => a > b),
  DateGreaterThanEquals: date((a, b) => a >= b),
  Bool: (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase(),
  BinaryEquals: (actual, wanted) => actual === wanted,
  IpAddress: (actual, wanted) => isWithin(actual, wanted),
  ArnEquals: (actual, wanted) => matchesArn(wanted, actual),
  ArnLike: (actual, wanted) => matchesArn(wanted, actual),
};

/** The operators that hold if none of the values matches. */
const NEGATED: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
  NotIpAddress: 'IpAddress',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
};

const OPERATOR = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/;

/** Whether an operator is one that IAM has. */
export function isOperator(operator: string): boolean {
  const [, , name = '', ifExists] = OPERATOR.exec(operator) ?? [];
  return name in TESTS || name in NEGATED || (name === 'Null' && !ifExists);
}

/** Whether all of a statement's conditions hold. `read` gives the values of a policy with their variables replaced. */
export function holds(conditions: ConditionBlock, context: Context, read: (value: string) => string): boolean {
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => {
      const wanted = [values].flat().map(value => read(String(value)));
      return holdsFor(operator, context.get(key.toLowerCase()), wanted);
    }),
  );
}

function holdsFor(operator: string, actual: readonly string[] | undefined, wanted: readonly string[]): boolean {
  const [, quantifier, name, ifExists] = OPERATOR.exec(operator)!;
  if (name === 'Null') return wanted.some(value => (value.toLowerCase() === 'true') === (actual === undefined));
  const negated = name in NEGATED;
  const test = TESTS[NEGATED[name] ?? name];
  const fits = (value: string) => wanted.some(each => test(value, each)) !== negated;
  if (quantifier === 'ForAllValues') return (actual ?? []).every(fits);
  if (actual === undefined) return Boolean(ifExists) || (negated && quantifier === undefined);
  if (quantifier === 'ForAnyValue') return actual.some(fits);
  // with several values, a negated operator fails if any of them matches.
  return negated ? actual.every(fits) : actual.some(fits);
}

function by(read: (text: string) => number, compare: (a: number, b: number) => boolean): Test {
  return (actual, wanted) => compare(read(actual), read(wanted));
}

function isWithin(address: string, range: string): boolean {
  const [net, prefix] = range.split('/');
  const family = isIPv6(net) ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(net, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family);
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** `${*}`, `${?}` and `${$}` are the characters themselves. */
const ESCAPED = /\$\{([*?$])\}/g;
const literal = (text: string): string => text.replace(ESCAPED, '$1');

/** Whether a text fits a pattern with `*` and `?`. */
export function matches(pattern: string, text: string): boolean {
  const source = pattern
    .split(/(\$\{[*?$]\}|[*?])/)
    .map(part => (part === '*' ? '.*' : part === '?' ? '.' : quoted(literal(part))));
  return new RegExp(`^${source.join('')}$`, 's').test(text);
}

const quoted = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** Compares the six parts of an ARN one by one: a wildcard does not cross a colon, except in the last part. */
function matchesArn(pattern: string, arn: string): boolean {
  const parts = partsOf(arn);
  const wanted = partsOf(pattern);
  return wanted.length === parts.length && wanted.every((part, index) => matches(part, parts[index]));
}

function partsOf(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}
