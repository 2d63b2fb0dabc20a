/**
 * What a property is, declared once: its type, how it is read from what CloudFormation sends, and its rules. Constructs
 * check at synth what is known by then; handlers decode and check again. CloudFormation turns numbers and booleans into
 * strings and drops null and empty values, both in the new and in the old properties; properties that only another
 * version of this library has are ignored.
 */

/**
 * The rule that a value breaks: what was got, what is expected and how to mend it, in one sentence without a full stop.
 * `undefined` if the value follows the rule.
 */
export type Problem = string | undefined;

/** A string rule: length in UTF-16 units and a pattern that the whole string must match. */
export interface StringRule {
  readonly what: string;
  readonly min: number;
  readonly max: number;
  readonly pattern?: RegExp;
  /** The pattern in words. */
  readonly allowed?: string;
}

type Rule<T> = (value: T) => Problem;

/** Whether a value is not known yet: at synth, a token. */
type Unknown = (value: unknown) => boolean;

// declared as methods, so that a Shape of a subtype is a Shape of its supertype.
interface Judge<T> {
  judge(value: T, unknown: Unknown): readonly string[];
  known(value: T, unknown: Unknown): T;
}

/** One kind of value. */
export class Shape<T> {
  constructor(
    /** Reads a value. Throws an error that names the property, what was expected and what was got. */
    readonly decode: (value: unknown, property: string) => T,
    /** The problems of a known value. */
    readonly judge: Judge<T>['judge'] = () => [],
    /** The part of a value that is known. */
    readonly known: Judge<T>['known'] = value => value,
  ) {}

  /** A shape with one more rule. The rule of a map gets the entries that are known. */
  also(rule: Rule<T>): Shape<T> {
    const judge = (value: T, unknown: Unknown) => [
      ...this.judge(value, unknown),
      ...defined(rule(this.known(value, unknown))),
    ];
    return new Shape(this.decode, judge, this.known);
  }
}

/** A value that may be absent. Absent, null and the empty string are `undefined`. */
export class OptionalShape<T> extends Shape<T | undefined> {
  /** Marks a field that can be absent, for the types. */
  readonly isOptional = true;
}

/** The type of a shape's values. */
export type Infer<S> = S extends Shape<infer T> ? T : never;

type Fields = Readonly<Record<string, Shape<unknown>>>;
type OptionalKey<F> = { [K in keyof F]: F[K] extends OptionalShape<infer _> ? K : never }[keyof F];
type Structure<F extends Fields> = { readonly [K in Exclude<keyof F, OptionalKey<F>>]: Infer<F[K]> } & {
  readonly [K in OptionalKey<F>]?: Infer<F[K]>;
};
type Flat<T> = { readonly [K in keyof T]: T[K] };

/** Every rule that a value breaks. Skips what `unless` says is not known yet. */
export function problems<T>(shape: Shape<T>, value: T, { unless = () => false }: { unless?: Unknown } = {}): string[] {
  return unless(value) ? [] : [...shape.judge(value, unless)];
}

/** @param rule a rule of characters, or any other one */
export function string(rule?: StringRule | Rule<string>): Shape<string> {
  const check = typeof rule === 'function' ? rule : rule && ((value: string) => checkString(rule, value));
  return new Shape(
    (value, property) => {
      if (typeof value === 'string') return value;
      if (typeof value === 'number' || typeof value === 'boolean') return String(value);
      throw mismatch(property, 'a string', value);
    },
    check && (value => defined(check(value))),
  );
}

export const boolean = new Shape<boolean>((value, property) => {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw mismatch(property, '"true" or "false"', value);
});

export const integer = new Shape<number>((value, property) => {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
  throw mismatch(property, 'a whole number', value);
});

export function oneOf<const T extends string>(...values: readonly T[]): Shape<T> {
  return new Shape((value, property) => {
    const found = values.find(candidate => candidate === value);
    if (found !== undefined) return found;
    throw mismatch(property, `one of ${values.join(', ')}`, value);
  });
}

export function optional<T>(shape: Shape<T>): OptionalShape<T> {
  return new OptionalShape<T>(
    (value, property) => (value == null || value === '' ? undefined : shape.decode(value, property)),
    (value, unknown) => (value == null || unknown(value) ? [] : shape.judge(value, unknown)),
  );
}

/** For a value that can be empty, because CloudFormation drops it then. */
export function withDefault<T>(shape: Shape<T>, absent: T): Shape<T> {
  const decode = (value: unknown, property: string) => (value == null ? absent : shape.decode(value, property));
  return new Shape(decode, shape.judge, shape.known);
}

export function list<T>(item: Shape<T>): Shape<readonly T[]> {
  return new Shape<readonly T[]>(
    (value, property) => {
      if (!Array.isArray(value)) throw mismatch(property, 'a list', value);
      return value.map((each, index) => item.decode(each, `${property}[${index}]`));
    },
    (value, unknown) => value.flatMap(each => (unknown(each) ? [] : item.judge(each, unknown))),
  );
}

/** @param keys the rules of keys, and the name of an entry in messages, if it has one */
export function map<T>(
  item: Shape<T>,
  { key = string(), entry }: { key?: Shape<string>; entry?: string } = {},
): Shape<Readonly<Record<string, T>>> {
  const where = (name: string) => (entry ? `, in ${entry} ${quote(name)}` : '');
  const isKnown = (unknown: Unknown) => (pair: readonly [string, T]) => !pair.some(unknown);
  return new Shape<Readonly<Record<string, T>>>(
    (value, property) => {
      if (!isStructure(value)) throw mismatch(property, 'a map', value);
      return Object.fromEntries(
        Object.entries(value).map(([name, each]) => [name, item.decode(each, `${property}.${name}`)]),
      );
    },
    (value, unknown) =>
      Object.entries(value)
        .filter(isKnown(unknown))
        .flatMap(([name, each]) =>
          [...key.judge(name, unknown), ...item.judge(each, unknown)].map(p => p + where(name)),
        ),
    (value, unknown) => Object.fromEntries(Object.entries(value).filter(isKnown(unknown))),
  );
}

/** A structure with these fields; others are ignored, absent ones stay absent. */
export function struct<F extends Fields>(fields: F): Shape<Flat<Structure<F>>> {
  const shapes = Object.entries(fields) as unknown as [string, Shape<unknown>][];
  return new Shape<Flat<Structure<F>>>(
    (value, property) => {
      if (!isStructure(value)) throw mismatch(property, 'a structure', value);
      const decoded = shapes
        .map(([name, shape]) => [name, shape.decode(value[name], property ? `${property}.${name}` : name)] as const)
        .filter(([, item]) => item !== undefined);
      return Object.fromEntries(decoded) as Flat<Structure<F>>;
    },
    (value, unknown) =>
      shapes.flatMap(([name, shape]) => {
        const item = (value as Record<string, unknown>)[name];
        return unknown(item) ? [] : shape.judge(item, unknown);
      }),
  );
}

/** Checks a string against its rule. */
export function checkString(rule: StringRule, value: string): Problem {
  // in JavaScript, a construct gets anything.
  if (typeof value !== 'string') return `${rule.what} must be a string, got ${describe(value)}`;
  if (value.length < rule.min || value.length > rule.max) {
    return `${rule.what} must have ${rule.min} to ${rule.max} characters, got ${value.length} (${quote(value)})`;
  }
  if (rule.pattern && !rule.pattern.test(value)) {
    return `${rule.what} must only contain ${rule.allowed ?? String(rule.pattern)}, got ${quote(value)}`;
  }
  return undefined;
}

/** A value for a message: quoted, and shortened if it is long. */
export function quote(value: string): string {
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value);
}

const defined = (problem: Problem) => (problem === undefined ? [] : [problem]);

function isStructure(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mismatch(property: string, expected: string, got: unknown): Error {
  return new Error(`property ${property} must be ${expected}, got ${describe(got)}`);
}

/** A value of any type for a message. */
export function describe(value: unknown): string {
  if (value == null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (isStructure(value)) return 'a structure';
  return typeof value === 'string' ? quote(value) : String(value);
}
