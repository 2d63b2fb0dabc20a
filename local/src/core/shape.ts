/**
 * The input of an operation as a table of members: lengths, patterns, ranges, required members. Reading an input by the
 * table converts text from a path or query string, drops unknown members, and names every broken constraint in the
 * words of AWS.
 */
// documented: API model, for the kinds of constraints of every service
// captured: public report, for the words of a broken constraint, which the older services share

/** The rule of one member. */
export interface MemberRule<T> {
  readonly required?: boolean;
  /** Converts a value, or adds its problem to `broken`. */
  read(value: unknown, at: string, broken: string[]): T;
}

export type MemberRules = Readonly<Record<string, MemberRule<unknown>>>;

type RequiredNames<M extends MemberRules> = {
  [K in keyof M]: M[K] extends { readonly required: true } ? K : never;
}[keyof M];

/** The input that a table of members describes. */
export type Input<M extends MemberRules> = { readonly [K in RequiredNames<M>]: Value<M[K]> } & {
  readonly [K in Exclude<keyof M, RequiredNames<M>>]?: Value<M[K]>;
};
type Value<R> = R extends MemberRule<infer T> ? T : never;

interface Range {
  readonly min?: number;
  readonly max?: number;
}

/** Reads an input. Throws the error that `refuse` makes of the broken constraints. */
export function readInput<M extends MemberRules>(
  members: M,
  input: unknown,
  refuse: (message: string) => Error,
): Input<M> {
  const broken: string[] = [];
  const value = structure(members).read(input ?? {}, '', broken);
  if (broken.length > 0) {
    // captured: public report, for these words, which the older services share
    throw refuse(`${broken.length} validation error${broken.length > 1 ? 's' : ''} detected: ${broken.join('; ')}`);
  }
  return value;
}

/** A required member. */
export function required<T>(rule: MemberRule<T>): MemberRule<T> & { readonly required: true } {
  return { ...rule, required: true };
}

interface TextOptions extends Range {
  /** The pattern must match the whole text. */
  readonly pattern?: RegExp;
  /** Whether the length counts bytes of UTF-8. */
  readonly bytes?: boolean;
}

/** A string. */
export function text(options: TextOptions = {}): MemberRule<string> {
  const pattern = options.pattern && new RegExp(`^(?:${options.pattern.source})$`, 'u');
  return {
    read(value, at, broken) {
      if (typeof value !== 'string') return wrongType(value, at, 'a string', broken);
      const length = options.bytes ? Buffer.byteLength(value) : value.length;
      checkRange(value, at, { size: length, what: 'have length', range: options }, broken);
      if (pattern && !pattern.test(value)) {
        broken.push(failed(value, at, `satisfy regular expression pattern: ${options.pattern!.source}`));
      }
      return value;
    },
  };
}

/** One of a fixed set of strings. */
export function oneOf<const T extends string>(...values: readonly T[]): MemberRule<T> {
  return {
    read(value, at, broken) {
      if (!values.includes(value as T))
        broken.push(failed(value, at, `satisfy enum value set: [${values.join(', ')}]`));
      return value as T;
    },
  };
}

/** A whole number, or its digits. */
export function integer(range: Range = {}): MemberRule<number> {
  return {
    read(value, at, broken) {
      const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
      if (!Number.isSafeInteger(number)) return wrongType(value, at, 'a whole number', broken);
      checkRange(value, at, { size: number as number, what: 'have value', range }, broken);
      return number as number;
    },
  };
}

/** A number. */
export function decimal(range: Range = {}): MemberRule<number> {
  return {
    read(value, at, broken) {
      if (typeof value !== 'number') return wrongType(value, at, 'a number', broken);
      checkRange(value, at, { size: value, what: 'have value', range }, broken);
      return value;
    },
  };
}

/** A boolean, or its name. */
export function flag(): MemberRule<boolean> {
  return {
    read(value, at, broken) {
      if (value === true || value === 'true') return true;
      if (value === false || value === 'false') return false;
      return wrongType(value, at, 'a boolean', broken);
    },
  };
}

export function list<T>(member: MemberRule<T>, range: Range = {}): MemberRule<readonly T[]> {
  return {
    read(value, at, broken) {
      if (!Array.isArray(value)) return wrongType(value, at, 'a list', broken);
      checkRange(value, at, { size: value.length, what: 'have length', range }, broken);
      return value.map((each, index) => member.read(each, `${at}.${index + 1}.member`, broken));
    },
  };
}

export function map<T>(
  key: MemberRule<string>,
  member: MemberRule<T>,
  range: Range = {},
): MemberRule<Readonly<Record<string, T>>> {
  return {
    read(value, at, broken) {
      if (!isObject(value)) return wrongType(value, at, 'a map', broken);
      const entries = Object.entries(value);
      checkRange(value, at, { size: entries.length, what: 'have length', range }, broken);
      return Object.fromEntries(
        entries.map(([name, each]) => [key.read(name, at, broken), member.read(each, `${at}.${name}`, broken)]),
      );
    },
  };
}

export function structure<M extends MemberRules>(members: M): MemberRule<Input<M>> {
  return {
    read(value, at, broken) {
      if (!isObject(value)) return wrongType(value, at, 'a structure', broken);
      const read: Record<string, unknown> = {};
      for (const [name, rule] of Object.entries(members)) {
        const member = value[name];
        const path = at ? `${at}.${name}` : name;
        if (member != null) read[name] = rule.read(member, path, broken);
        else if (rule.required) broken.push(failed(null, path, 'not be null'));
      }
      return read as Input<M>;
    },
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

interface Measured {
  readonly size: number;
  readonly what: string;
  readonly range: Range;
}

function checkRange(value: unknown, at: string, { size, what, range }: Measured, broken: string[]): void {
  if (range.max !== undefined && size > range.max) {
    broken.push(failed(value, at, `${what} less than or equal to ${range.max}`));
  }
  if (range.min !== undefined && size < range.min) {
    broken.push(failed(value, at, `${what} greater than or equal to ${range.min}`));
  }
}

function wrongType(value: unknown, at: string, wanted: string, broken: string[]): never {
  broken.push(failed(value, at, `be ${wanted}`));
  // nobody sees this value: an input with broken constraints is refused as a whole.
  return undefined as never;
}

function failed(value: unknown, at: string, constraint: string): string {
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  const cut = shown.length > 100 ? `${shown.slice(0, 97)}...` : shown;
  return `Value ${value === null ? cut : `'${cut}'`} at '${at}' failed to satisfy constraint: Member must ${constraint}`;
}
