/**
 * Patterns as `java.util.regex` reads them. What only Java has is checked and left out, so that JavaScript can check the
 * rest. The result matches other text, so it must never be matched.
 */
// documented: developer guide, "Schemas": the validator is Everit, which has the patterns of Java

const QUOTED = /\\Q([^]*?)(?:\\E|$)/g;
const ESCAPED =
  /\\(?:[pP](?:\{(?<long>[^}]*)\}|(?<short>[^]?))|k<(?<group>[^>]*)>|x\{[0-9a-fA-F]{1,6}\}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|0(?:[0-3][0-7]{2}|[0-7]{1,2})|c[^]|N\{[^}]+\}|b\{g\}|(?<simple>[^]?))/g;
const FLAGS = /\(\?([a-zA-Z]*)(?:-([a-zA-Z]*))?([:)])/g;
const NAMED = /\(\?<(?![=!])([^>]*)>/g;
/** Letters after a backslash that stand for one character or place. */
const SIMPLE = /[tnrfaehHvVRXAGzZ]/;
const SHARED = /[dDsSwWbB]/;

/** Throws if Java refuses the pattern. */
export function checkJavaPattern(pattern: string): RegExp {
  const groups = [...pattern.matchAll(NAMED)].map(([, name]) => name!);
  const wrong = groups.find(name => !/^[a-zA-Z][a-zA-Z0-9]*$/.test(name));
  if (wrong !== undefined) throw invalid(`the name of a group, ${wrong}`, pattern);
  const known = pattern
    .replace(QUOTED, (_, text: string) => (text ? 'q' : ''))
    .replace(ESCAPED, (whole, ...more) => {
      const parts = more[more.length - 1] as Readonly<Record<string, string | undefined>>;
      return unescaped(whole, { ...parts, isGroup: groups.includes(parts.group ?? '') }, pattern);
    })
    .replace(/\(\?>/g, '(?:')
    .replace(FLAGS, (whole, on: string, off = '', end: string) => {
      if (!/^[idmsuxU]*$/.test(on + off)) throw invalid(whole, pattern);
      return end === ':' ? '(?:' : '';
    })
    .replace(/([*+?}])\+/g, '$1')
    // the first bracket in a class is a character.
    .replace(/(?<!\\)\[(\^?)\]/g, '[$1\\]');
  checkBraces(known, pattern);
  return new RegExp(known);
}

interface Escape {
  readonly long?: string | undefined;
  readonly short?: string | undefined;
  readonly group?: string | undefined;
  readonly simple?: string | undefined;
  readonly isGroup: boolean;
}

function unescaped(whole: string, { long, short, group, simple, isGroup }: Escape, pattern: string): string {
  const property = long ?? short;
  if (property !== undefined && !isProperty(property)) throw invalid(whole, pattern);
  if (group !== undefined && !isGroup) throw invalid(whole, pattern);
  if (simple === undefined) return 'a';
  const isKept = SHARED.test(simple) || /[^a-zA-Z0]/.test(simple);
  if (!isKept && !SIMPLE.test(simple)) throw invalid(whole, pattern);
  return isKept ? whole : 'a';
}

/** A brace outside a class starts a number of repetitions. */
function checkBraces(known: string, pattern: string): void {
  const bare = known.replace(/\\[^]/g, 'a').replace(/\[[^\]]*\]/g, 'a');
  for (const [whole, before, from, to] of bare.matchAll(/([^]?)\{(?:(\d+)(?:,(\d*))?\})?/g)) {
    const isValid = before !== '' && from !== undefined && Math.max(Number(from), Number(to ?? 0)) < 2 ** 31;
    if (!isValid) throw invalid(whole, pattern);
  }
}

const CATEGORY = /^(?:Is)?(?:C[cfnos]?|L[CDlmotu1]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?)$/;
const POSIX = /^(?:Lower|Upper|ASCII|Alpha|Digit|Alnum|Punct|Graph|Print|Blank|Cntrl|XDigit|Space|ALL)$/;
const OF_JAVA =
  /^java(?:(?:Lower|Upper|Title)Case|Alphabetic|Ideographic|Digit|Defined|Letter(?:OrDigit)?|(?:Java|Unicode)Identifier(?:Start|Part)|IdentifierIgnorable|SpaceChar|Whitespace|ISOControl|Mirrored)$/;
const BINARY =
  /^Is(?:Alphabetic|Ideographic|Letter|Lowercase|Uppercase|Titlecase|Punctuation|Control|White_?Space|Digit|Hex_?Digit|Join_?Control|Noncharacter_?Code_?Point|Assigned|Emoji\w*|Extended_?Pictographic)$/i;

/** Blocks, which JavaScript does not know, are all accepted. */
function isProperty(name: string): boolean {
  const [, key = '', value = ''] = /^(\w+)=(.*)$/.exec(name) ?? [];
  if (/^(?:general_category|gc)$/i.test(key)) return CATEGORY.test(value);
  if (/^(?:block|blk)$/i.test(key) || /^In\w/.test(name)) return true;
  if (/^(?:script|sc)$/i.test(key)) return isScript(value);
  return (
    [CATEGORY, POSIX, OF_JAVA, BINARY].some(known => known.test(name)) || (/^Is/.test(name) && isScript(name.slice(2)))
  );
}

function isScript(name: string): boolean {
  try {
    return /^\w+$/.test(name) && new RegExp(`\\p{Script=${name}}`, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

const invalid = (part: string, pattern: string): Error => new Error(`Java refuses ${part} in the pattern ${pattern}`);
