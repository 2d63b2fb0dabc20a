/** What the parser accepts in the text of a PROTOBUF definition, but the compiler of Protocol Buffers (protoc) does not. */
// documented: Protocol Buffers documentation, the language specifications, with the compiler (protoc 3.21)
import { tokenize } from 'protobufjs';
import type { Syntax } from './declared';

/** The tokens up to a semicolon or a brace, which is the last of them. */
type Statement = readonly string[];

/** Throws if a statement is invalid. A definition without a syntax line is proto2, as for the compiler. */
export function syntaxOf(definition: string): Syntax {
  const [first, ...others] = statementsOf(definition);
  const problem = [first ?? [], ...others].map(problemOf).find(each => each !== undefined);
  if (problem !== undefined) throw new Error(problem);
  if (others.some(([keyword, next]) => keyword === 'syntax' && next === '=')) {
    throw new Error('syntax must be the first statement, and there must be one');
  }
  const [keyword, , ...values] = first ?? [];
  if (keyword !== 'syntax') return 'proto2';
  const value = values.slice(0, -1).join('').replaceAll('"', '');
  if (value !== 'proto2' && value !== 'proto3') throw new Error(`the syntax must be proto2 or proto3: ${value}`);
  return value;
}

function* statementsOf(definition: string): Iterable<Statement> {
  let statement: string[] = [];
  for (const token of tokensOf(definition)) {
    statement.push(token);
    if (!/^[;{}]$/.test(token)) continue;
    if (statement.length > 1) yield statement;
    statement = [];
  }
}

/** Each text is one token, in double quotes. */
function* tokensOf(definition: string): Iterable<string> {
  // eslint-disable-next-line no-restricted-syntax -- comments are none of ours, and this is not our API.
  const { next } = tokenize(definition, false);
  for (let token = next(); token !== null; token = next()) {
    if (token !== '"' && token !== "'") yield token;
    else {
      yield `"${next() ?? ''}"`;
      next();
    }
  }
}

function problemOf(statement: Statement): string | undefined {
  const [keyword, next] = statement;
  const end = statement[statement.length - 1];
  const isNumber = (token: string) => /^-?\d/.test(token);
  const isText = (token: string) => token.startsWith('"');
  if (keyword === 'edition' && next === '=') return 'editions are not supported: the syntax must be proto2 or proto3';
  if ((keyword === 'export' || keyword === 'local') && /^(?:message|enum)$/.test(next!) && end === '{') {
    return `${keyword} is not supported before ${next}: it is of editions`;
  }
  if (keyword === 'import' && next === 'option') return 'import option is not supported: it is of editions';
  if (keyword === 'reserved' && statement.some(isNumber) && statement.some(isText)) {
    return 'one statement reserves numbers or names, not both';
  }
  if (keyword === 'option' && !isOption(statement))
    return `an option has one name and one value: ${statement.join(' ')}`;
  return statement.map(token => /^-(?:Inf|INF|NaN|NAN|Nan)$/.exec(token)?.[0]).find(Boolean);
}

function isOption(statement: Statement): boolean {
  const equals = statement.indexOf('=');
  const values = statement.slice(equals + 1, -1);
  const isAggregate = statement[statement.length - 1] === '{' && values.length === 0;
  return equals > 1 && (isAggregate || values.length === 1 || values.every(value => value.startsWith('"')));
}
