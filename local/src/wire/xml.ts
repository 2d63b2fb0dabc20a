// documented: Smithy, "AWS Query protocol"
/** XML in the form of the query services: members of an object are elements, items of a list are `member` elements. */
export function toXml(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(item => element('member', item)).join('');
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object') {
    return Object.entries(value)
      .map(([name, member]) => (member === undefined || member === null ? '' : element(name, member)))
      .join('');
  }
  return escape(String(value));
}

export const element = (name: string, value: unknown): string => `<${name}>${toXml(value)}</${name}>`;

/** Characters that XML 1.0 cannot contain, even escaped. */
// eslint-disable-next-line no-control-regex
export const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** What the content of an element cannot have as it is: mark-up, and line ends that a parser would change. */
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };
const UNPLAIN = new RegExp(`[${Object.keys(ENTITIES).join('')}]|${UNWRITABLE.source}`, 'g');

/** Text for the content of an element, without characters that XML cannot contain. */
export const escape = (text: string): string => text.replace(UNPLAIN, character => ENTITIES[character] ?? '');
