/** The query language of fleet indexing: fields with a word or a phrase, AND, OR, NOT and parentheses. */
// documented: developer guide, "Query syntax"
// unverified: the words for a query that cannot be read, and the error for one that is too long
import { invalidQuery } from './errors';

/** A document of the index: all values of a field, by its path. */
export type Lookup = (path: readonly string[]) => readonly string[];

export interface Query {
  /** The paths of all fields in the query. */
  readonly fields: readonly (readonly string[])[];
  matches(lookup: Lookup): boolean;
}

type Condition = (lookup: Lookup) => boolean;

type Token =
  | { readonly kind: 'term'; readonly path: readonly string[]; readonly words: readonly string[] }
  | { readonly kind: '(' | ')' | 'AND' | 'OR' | 'NOT' };

// documented: General Reference
const MAX_TERMS = 12;

/** The most bytes of a query. documented: General Reference */
const MAX_BYTES = 1000;

const TERM = /^((?:\\.|[A-Za-z0-9_.$])+):(?:"((?:\\.|[^"\\])*)"|((?:\\.|[^\s()"\\:])+))/;
const OPERATOR = /^(?:(AND|OR|NOT)(?=[\s(]|$)|([()]))/;

export function parseQuery(text: string): Query {
  // documented: General Reference
  if (Buffer.byteLength(text) > MAX_BYTES) throw invalidQuery(`A query can have at most ${MAX_BYTES} bytes`);
  if (text.trim() === '*') return { fields: [], matches: () => true };
  const tokens = tokenize(text);
  const fields = tokens.flatMap(token => (token.kind === 'term' ? [token.path] : []));
  // documented: General Reference
  if (fields.length > MAX_TERMS) throw invalidQuery(`A query can have at most ${MAX_TERMS} terms`);
  return { fields, matches: new Parser(tokens, text).parse() };
}

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let rest = text.trimStart(); rest; rest = rest.trimStart()) {
    const operator = OPERATOR.exec(rest);
    const term = operator ? undefined : TERM.exec(rest);
    // a hyphen excludes what follows, so a hyphen in a field's name must be escaped.
    if (!operator && !term) throw invalidQuery(`Cannot read the query from: ${rest}`);
    if (operator) tokens.push({ kind: (operator[1] ?? operator[2]) as '(' });
    if (term) tokens.push({ kind: 'term', path: fieldPath(term[1]), words: wordsOf(unescape(term[2] ?? term[3])) });
    rest = rest.slice((operator ?? term)![0].length);
  }
  return tokens;
}

/** unverified: the form of a package name with a dot. Here, an escaped dot does not divide a path. */
const fieldPath = (field: string) => field.split(/(?<!\\)\./).map(unescape);
const unescape = (text: string) => text.replace(/\\(.)/g, '$1');
const wordsOf = (text: string) => text.toLowerCase().split(/\s+/).filter(Boolean);

/** OR binds weaker than AND, which is also implied between adjacent terms. NOT binds strongest. */
class Parser {
  private at = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly text: string,
  ) {}

  parse(): Condition {
    const query = this.disjunction();
    if (this.at < this.tokens.length) throw this.unexpected();
    return query;
  }

  private disjunction(): Condition {
    const parts = [this.conjunction()];
    while (this.take('OR')) parts.push(this.conjunction());
    return lookup => parts.some(part => part(lookup));
  }

  private conjunction(): Condition {
    const parts = [this.negation()];
    while (this.take('AND') || this.startsTerm()) parts.push(this.negation());
    return lookup => parts.every(part => part(lookup));
  }

  private negation(): Condition {
    if (!this.take('NOT')) return this.primary();
    const negated = this.negation();
    return lookup => !negated(lookup);
  }

  private primary(): Condition {
    if (this.take('(')) {
      const inner = this.disjunction();
      if (!this.take(')')) throw this.unexpected();
      return inner;
    }
    const token = this.tokens[this.at++];
    if (token?.kind !== 'term') throw this.unexpected();
    return lookup => lookup(token.path).some(value => holds(wordsOf(value), token.words));
  }

  private take(kind: Token['kind']): boolean {
    if (this.tokens[this.at]?.kind !== kind) return false;
    this.at++;
    return true;
  }

  private startsTerm(): boolean {
    const kind = this.tokens[this.at]?.kind;
    return kind === 'term' || kind === 'NOT' || kind === '(';
  }

  private unexpected() {
    return invalidQuery(`Cannot read the query: ${this.text}`);
  }
}

/** Whether the words of a phrase follow each other in a value. The last word can end in a wildcard. */
function holds(value: readonly string[], phrase: readonly string[]): boolean {
  const same = (word: string, wanted: string) =>
    wanted.endsWith('*') ? word.startsWith(wanted.slice(0, -1)) : word === wanted;
  return value.some((_, start) =>
    phrase.every((wanted, i) => start + i < value.length && same(value[start + i], wanted)),
  );
}
