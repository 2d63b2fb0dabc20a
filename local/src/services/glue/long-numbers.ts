/** Whole numbers in JSON that JavaScript cannot hold: they would lose digits, and two of them become one. */

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Writes each whole number from 2^53-1 on otherwise. */
export function replaceLongNumbers(json: string, replace: (digits: string) => string): string {
  return json.replace(STRING_OR_NUMBER, text => {
    const isLong = /^-?\d+$/.test(text) && Math.abs(Number(text)) >= Number.MAX_SAFE_INTEGER;
    return isLong ? replace(text) : text;
  });
}
