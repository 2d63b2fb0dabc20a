/** The user's tags, as opposed to the library's own. Pure. */
import { type TagProperty } from '../../contract/cloudformation';
import { TAG_PREFIX } from '../../contract/ownership';
import { type TagChange, type Tags } from '../runtime/ownership';

export function toTags(tags: readonly TagProperty[] | undefined): Tags {
  return Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key, Value]));
}

/**
 * The change from the current tags to the wanted ones. Only tags that the template set before are removed: others
 * belong to operators and to tools that set tags themselves.
 */
export function diffTags(wanted: Tags, held: Tags, previous: Tags): TagChange {
  const gone = Object.keys(previous).filter(key => key in held && !(key in wanted) && !key.startsWith(TAG_PREFIX));
  return {
    set: Object.fromEntries(Object.entries(wanted).filter(([key, value]) => held[key] !== value)),
    remove: gone,
  };
}

/** The same change, but only of tags that an event has set or removed. What is no longer so, somebody has changed since. */
export function restoreTags(wanted: Tags, held: Tags, event: Tags): TagChange {
  const { set, remove } = diffTags(wanted, held, event);
  const isOfEvent = (key: string) => held[key] === event[key];
  return {
    set: Object.fromEntries(Object.entries(set).filter(([key]) => isOfEvent(key))),
    remove: remove.filter(isOfEvent),
  };
}
