/**
 * Whole numbers in JSON that JavaScript cannot hold: they would lose digits, so that two different numbers become the
 * same.
 */

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Replaces each whole number from 2^53-1 on. */
export function replaceLongNumbers(json: string, replace: (digits: string) => string): string {
  return json.replace(STRING_OR_NUMBER, text => {
    const isLong = /^-?\d+$/.test(text) && Math.abs(Number(text)) >= Number.MAX_SAFE_INTEGER;
    return isLong ? replace(text) : text;
  });
}
