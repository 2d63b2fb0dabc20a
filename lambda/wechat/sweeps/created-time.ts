/** Times in WeChat's listings. Where they name no zone, they are those of Beijing, presumably. */

const BEIJING = '+08:00';

/**
 * How much later a version may have been made than its time read as Beijing's says: it would be UTC then, and no age
 * rule may remove a version too early for that.
 */
const SLACK = 8 * 3_600_000;

/** Milliseconds since the epoch. `undefined` where the text is no such time. */
export function createdAt(text: string | undefined): number | undefined {
  if (/^\d{10}$/.test(text ?? '')) return Number(text) * 1000;
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:?\d\d)?$/.exec(text ?? '');
  const time = match ? Date.parse(`${match[1]}T${match[2]}${match[3] ?? BEIJING}`) : NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** From when a version's age counts for certain. */
export const agedFrom = (created: number | undefined) => (created === undefined ? undefined : created + SLACK);
