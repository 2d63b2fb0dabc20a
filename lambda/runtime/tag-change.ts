/** A change of tags, or of another record that has keys. Pure. */
export type Tags = Readonly<Record<string, string>>;

/** A change of tags: which tags are set, and then which are removed. */
export interface TagChange {
  readonly set: Tags;
  readonly remove: readonly string[];
  /** Tags without a meaning once the rest is done; removed if the policy still allows it. */
  readonly tidy?: readonly string[];
}

/** Combines two changes into one. */
export function mergeChanges(...changes: TagChange[]): TagChange {
  return {
    set: Object.assign({}, ...changes.map(({ set }) => set)),
    remove: changes.flatMap(({ remove }) => remove),
    tidy: changes.flatMap(({ tidy = [] }) => tidy),
  };
}

export const NO_CHANGE: TagChange = { set: {}, remove: [] };

/** The tags after a change. */
export function changed(tags: Tags, { set, remove }: TagChange): Tags {
  const after: Record<string, string> = { ...tags, ...set };
  for (const key of remove) delete after[key];
  return after;
}

/** Whether a change writes anything. */
export const isChange = ({ set, remove, tidy = [] }: TagChange): boolean =>
  Object.keys(set).length + remove.length + tidy.length > 0;

export const present = (tags: Tags, ...keys: string[]) => keys.filter(key => key in tags);
