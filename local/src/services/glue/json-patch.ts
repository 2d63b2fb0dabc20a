// documented: API reference, GetSchemaVersionsDiff; RFC 6902
/** An operation of a JSON Patch (RFC 6902). */
export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/** The JSON Patch that turns one JSON value into another: member by member, and arrays index by index. */
export function jsonPatch(before: unknown, after: unknown, path = ''): readonly PatchOperation[] {
  if (before === after) return [];
  if (!isContainer(before) || !isContainer(after) || Array.isArray(before) !== Array.isArray(after)) {
    return [{ op: 'replace', path, value: after }];
  }
  const at = (key: string) => `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return [
    // from the end, so that the indexes of the others stay valid.
    ...Object.keys(before)
      .reverse()
      .flatMap(key =>
        key in after ? jsonPatch(before[key], after[key], at(key)) : [{ op: 'remove', path: at(key) } as const],
      ),
    ...Object.keys(after)
      .filter(key => !(key in before))
      .map(key => ({ op: 'add', path: at(key), value: after[key] }) as const),
  ];
}

const isContainer = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
