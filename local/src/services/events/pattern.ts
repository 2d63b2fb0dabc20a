/**
 * Event patterns select the events of a rule. All members of a pattern must match. A leaf lists alternatives, of which
 * one must match one of the event's values.
 */
// documented: user guide, eb-event-patterns and eb-create-pattern-operators
// unverified: the words after "Event pattern is not valid. Reason:"
import { invalidPattern } from './errors';
import { wildcard } from './wildcard';

export type Pattern = Readonly<Record<string, unknown>>;

/** Reads a pattern. Throws InvalidEventPatternException. */
export function parsePattern(text: string): Pattern {
  let pattern: unknown;
  try {
    pattern = JSON.parse(text);
  } catch (error) {
    throw invalidPattern((error as Error).message);
  }
  if (!isObject(pattern) || Object.keys(pattern).length === 0) throw invalidPattern('Filter is not an object');
  checkPattern(pattern);
  return pattern;
}

/** Whether a pattern matches an event in its delivered form. */
export function matchesPattern(pattern: Pattern, event: unknown): boolean {
  return Object.entries(pattern).every(([name, wanted]) => {
    if (name === '$or') return (wanted as Pattern[]).some(alternative => matchesPattern(alternative, event));
    const members = membersOf(event, name);
    if (Array.isArray(wanted)) {
      const values = members.filter(member => !isObject(member));
      return wanted.some(rule => matchesRule(rule, values));
    }
    // an absent member is also searched, because the pattern can say that its members must not exist.
    const objects = members.filter(isObject);
    return (objects.length > 0 ? objects : [{}]).some(member => matchesPattern(wanted as Pattern, member));
  });
}

type Test = (operand: unknown, value: unknown) => boolean;

const onText =
  (test: (operand: string, value: string) => boolean): Test =>
  (operand, value) => {
    if (typeof value !== 'string') return false;
    const ignoreCase = isObject(operand) ? operand['equals-ignore-case'] : undefined;
    if (typeof ignoreCase === 'string') return test(ignoreCase.toLowerCase(), value.toLowerCase());
    return test(String(operand), value);
  };

const COMPARISONS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** The matchers beside exact values and `exists`. */
const TESTS: Readonly<Record<string, Test>> = {
  prefix: onText((operand, value) => value.startsWith(operand)),
  suffix: onText((operand, value) => value.endsWith(operand)),
  'equals-ignore-case': onText((operand, value) => operand.toLowerCase() === value.toLowerCase()),
  wildcard: onText((operand, value) => wildcard(operand).test(value)),
  numeric: (operand, value) => typeof value === 'number' && inRange(operand as unknown[], value),
  'anything-but': (operand, value) =>
    isObject(operand)
      ? Object.entries(operand).every(([name, others]) => ![others].flat().some(other => TESTS[name](other, value)))
      : ![operand].flat().includes(value),
};

function matchesRule(rule: unknown, values: readonly unknown[]): boolean {
  if (!isObject(rule)) return values.includes(rule);
  const [[name, operand]] = Object.entries(rule);
  if (name === 'exists') return values.length > 0 === operand;
  return values.some(value => TESTS[name](operand, value));
}

/** The values of a member. For arrays, the values of all elements. */
function membersOf(value: unknown, name: string): unknown[] {
  const members = [value].flat().flatMap(each => (isObject(each) && name in each ? [each[name]] : []));
  return members.flat(Infinity);
}

function inRange(comparisons: readonly unknown[], value: number): boolean {
  for (let i = 0; i < comparisons.length; i += 2) {
    if (!COMPARISONS[String(comparisons[i])](value, Number(comparisons[i + 1]))) return false;
  }
  return true;
}

function checkPattern(pattern: Pattern): void {
  for (const [name, wanted] of Object.entries(pattern)) {
    if (name === '$or') {
      if (!Array.isArray(wanted) || !wanted.every(isObject)) throw invalidPattern('"$or" must be an array of objects');
      wanted.forEach(checkPattern);
    } else if (Array.isArray(wanted)) {
      if (wanted.length === 0) throw invalidPattern('Empty arrays are not allowed');
      wanted.forEach(checkRule);
    } else if (isObject(wanted)) {
      checkPattern(wanted);
    } else {
      throw invalidPattern(`"${name}" must be an object or an array`);
    }
  }
}

function checkRule(rule: unknown): void {
  if (Array.isArray(rule)) throw invalidPattern('Match value must be String, number, true, false, or null');
  if (!isObject(rule)) return;
  const [name, ...others] = Object.keys(rule);
  if (others.length > 0) throw invalidPattern('Only one key allowed in match expression');
  if (name === 'exists' && typeof rule.exists !== 'boolean') {
    throw invalidPattern('exists match pattern must be either true or false.');
  }
  if (name !== 'exists' && !(name in TESTS)) throw invalidPattern(`Unrecognized match type ${name}`);
  const isBounds = (bounds: unknown) =>
    Array.isArray(bounds) &&
    bounds.length > 0 &&
    bounds.every((each, i) => (i % 2 === 0 ? String(each) in COMPARISONS : typeof each === 'number'));
  if (name === 'numeric' && !isBounds(rule.numeric))
    throw invalidPattern('Value of numeric must be an array of bounds.');
  const butNames = isObject(rule['anything-but']) ? Object.keys(rule['anything-but']) : [];
  if (butNames.some(each => !(each in TESTS))) throw invalidPattern(`Unsupported anything-but pattern: ${butNames[0]}`);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
