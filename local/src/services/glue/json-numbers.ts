/**
 * JSON whose numbers keep the text that they are written in: JavaScript has not all their digits, so that two different
 * numbers become the same, nor 1 apart from 1.0.
 */

export class JsonNumber {
  constructor(readonly text: string) {}

  /** A whole number of at most so many bits. */
  isInteger(bits: number): boolean {
    if (!/^-?\d+$/.test(this.text)) return false;
    const number = BigInt(this.text);
    return BigInt.asIntN(bits, number) === number;
  }
}

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const MARK = '\\u0000number';

export const replaceNumbers = (json: string, replace: (number: string) => string): string =>
  json.replace(STRING_OR_NUMBER, text => (text.startsWith('"') ? text : replace(text)));

export function parseJson(text: string): unknown {
  // the text must be JSON before its numbers are replaced.
  JSON.parse(text);
  const marked = replaceNumbers(text, number => `{"${MARK}":"${number}"}`);
  return JSON.parse(marked, (_, value: unknown) => {
    const number = isObject(value) ? value['\u0000number'] : undefined;
    return typeof number === 'string' ? new JsonNumber(number) : value;
  });
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber);
