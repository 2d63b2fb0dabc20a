/** Tags of registries and schemas. */
// documented: API reference of each operation; authorization reference
// unverified: the errors for too many tags and for reserved keys
import { checked } from '../../core/checked';
import { type Operations } from '../../core/service';
import { TAGS } from './constraints';
import { invalidInput, notFound } from './errors';
import { type GlueNeeds } from './needs';
import { type RegistryStore } from './state';

const MAX_TAGS = 50;

/** Refuses tags that only AWS can write. */
export function checkTags(tags: Readonly<Record<string, string>> = {}): void {
  const reserved = Object.keys(tags).find(key => /^aws:/i.test(key));
  if (reserved !== undefined) throw invalidInput(`Tag key ${reserved} has the reserved prefix aws:`);
}

export function tagOperations(store: RegistryStore, permissions: GlueNeeds): Operations {
  const tagsOf = (arn: string): Map<string, string> => {
    const tags = store.findTags(arn);
    if (!tags) throw notFound(`Resource is not found. ResourceArn: ${arn}`);
    return tags;
  };

  return {
    TagResource: checked(invalidInput, {
      members: TAGS.TagResource,
      needs: ({ ResourceArn, TagsToAdd }) => permissions.onTagged('TagResource', ResourceArn, TagsToAdd),
      run({ ResourceArn, TagsToAdd }) {
        checkTags(TagsToAdd);
        const tags = tagsOf(ResourceArn);
        const count = new Set([...tags.keys(), ...Object.keys(TagsToAdd)]).size;
        if (count > MAX_TAGS) throw invalidInput(`A resource can have at most ${MAX_TAGS} tags, not ${count}.`);
        for (const [key, value] of Object.entries(TagsToAdd)) tags.set(key, value);
        return {};
      },
    }),

    UntagResource: checked(invalidInput, {
      members: TAGS.UntagResource,
      needs: ({ ResourceArn, TagsToRemove }) =>
        permissions.onTagged('UntagResource', ResourceArn, undefined, TagsToRemove),
      run({ ResourceArn, TagsToRemove }) {
        const tags = tagsOf(ResourceArn);
        for (const key of TagsToRemove) tags.delete(key);
        return {};
      },
    }),

    GetTags: checked(invalidInput, {
      members: TAGS.GetTags,
      // the authorization reference lists no registries and schemas for this operation: only `*` grants it.
      needs: () => permissions.anywhere('GetTags'),
      run: ({ ResourceArn }) => ({ Tags: Object.fromEntries(tagsOf(ResourceArn)) }),
    }),
  };
}
