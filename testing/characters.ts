import fc from 'fast-check';

const SURROGATES = { from: 0xd800, count: 0x800 };

/**
 * Every character of Unicode, as `unit: 'binary'` has them. fast-check would first make a table of them all, which takes a
 * second.
 */
export const anyCharacter = fc.nat({ max: 0x10ffff - SURROGATES.count }).map(
  index => String.fromCodePoint(index < SURROGATES.from ? index : index + SURROGATES.count),
  character => {
    const code = typeof character === 'string' ? character.codePointAt(0) : undefined;
    if (code === undefined || character !== String.fromCodePoint(code)) throw new Error('not one character');
    return code < SURROGATES.from ? code : code - SURROGATES.count;
  },
);
