/** The tags of every AWS IoT resource that can have tags, by ARN. */
// documented: API reference of each operation; authorization reference
// unverified: the errors for too many tags and for reserved keys
import { checked } from '../../core/checked';
import { type Needed, type Operations } from '../../core/service';
import { TAGS } from './constraints';
import { invalidRequest, limitExceeded, notFound, validation } from './errors';

export type Tags = Readonly<Record<string, string>>;

const MAX_TAGS = 50;

export class TagStore {
  private readonly byArn = new Map<string, Map<string, string>>();

  /** Registers a resource that can have tags. */
  register(arn: string, tags: Tags = {}): void {
    this.byArn.set(arn, new Map(Object.entries(tags)));
  }

  forget(arn: string): void {
    this.byArn.delete(arn);
  }

  of(arn: string): Tags {
    return Object.fromEntries(this.byArn.get(arn) ?? []);
  }

  /** The live tags of a resource, for TagResource and UntagResource. */
  require(arn: string): Map<string, string> {
    const tags = this.byArn.get(arn);
    if (!tags) throw notFound(`Resource ${arn} not found`);
    return tags;
  }

  /** The condition keys of a call on a resource: its tags, and those in the request. */
  context(arn: string, requested?: Tags): NonNullable<Needed['context']> {
    const context: Record<string, string | string[]> = {};
    for (const [key, value] of Object.entries(this.of(arn))) context[`aws:ResourceTag/${key}`] = value;
    if (requested) {
      for (const [key, value] of Object.entries(requested)) context[`aws:RequestTag/${key}`] = value;
      context['aws:TagKeys'] = Object.keys(requested);
    }
    return context;
  }
}

/**
 * What a creation with tags needs beside its own action. documented: resource handlers at f32fb1b, whose permissions for a
 * creation have it. unverified: that it is asked of the new resource alone
 */
export function needsOfTags(store: TagStore, arn: string, requested: Tags = {}): Needed[] {
  if (Object.keys(requested).length === 0) return [];
  return [{ action: 'iot:TagResource', resource: arn, context: store.context(arn, requested) }];
}

/** Refuses tags that only AWS can write. */
export function checkTagMap(tags: Tags = {}): void {
  const reserved = Object.keys(tags).find(isReserved);
  if (reserved !== undefined) throw validation(`Tag key ${reserved} has the reserved prefix aws:`);
}

const isReserved = (key: string) => /^aws:/i.test(key);

export function tagOperations(store: TagStore): Operations {
  return {
    TagResource: checked(invalidRequest, {
      members: TAGS.TagResource,
      needs: ({ resourceArn = '*', tags = [] }) => [
        {
          action: 'iot:TagResource',
          resource: resourceArn,
          context: store.context(resourceArn, Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value ?? '']))),
        },
      ],
      run({ resourceArn, tags }) {
        const held = store.require(resourceArn);
        const reserved = tags.find(({ Key }) => isReserved(Key));
        if (reserved) throw invalidRequest(`Tag key ${reserved.Key} has the reserved prefix aws:`);
        const after = new Set([...held.keys(), ...tags.map(({ Key }) => Key)]);
        if (after.size > MAX_TAGS)
          throw limitExceeded(`A resource can have at most ${MAX_TAGS} tags, not ${after.size}`);
        for (const { Key, Value } of tags) held.set(Key, Value ?? '');
        return {};
      },
    }),
    UntagResource: checked(invalidRequest, {
      members: TAGS.UntagResource,
      needs: ({ resourceArn = '*', tagKeys = [] }) => [
        {
          action: 'iot:UntagResource',
          resource: resourceArn,
          context: { ...store.context(resourceArn), 'aws:TagKeys': tagKeys },
        },
      ],
      run({ resourceArn, tagKeys }) {
        const held = store.require(resourceArn);
        for (const key of tagKeys) held.delete(key);
        return {};
      },
    }),
    ListTagsForResource: checked(invalidRequest, {
      members: TAGS.ListTagsForResource,
      // documented: resource handlers at f32fb1b, which list the tags of packages. The authorization reference lists no
      // packages and versions for this operation: only `*` grants it.
      run: ({ resourceArn }) => ({
        tags: [...store.require(resourceArn)].map(([Key, Value]) => ({ Key, Value })),
      }),
    }),
  };
}
