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

/**
 * Text for the content of an element: without characters that XML cannot contain, and with line ends that a parser
 * keeps.
 */
export function escape(text: string): string {
  return text
    .replace(UNWRITABLE, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/\r/g, '&#13;');
}
