/** What CloudFormation can do with a resource. */
import { type Release } from './world';

/** A resource, and what it can be changed to. */
export interface Subject {
  readonly type: string;
  readonly first: object;
  /** Changed in place. */
  readonly changed: object;
  /** So different that it is another artifact. */
  readonly replaced: object;
  /** Takes over what somebody else has made. Absent: the type adopts nothing. */
  readonly adopting?: object;
}

export interface Operation {
  readonly title: string;
  readonly given: readonly Release[];
  readonly release: Release | 'deleted';
}

const EMPTY: Release = { resources: {} };

export function operationsOf({ type, first, changed, replaced, adopting }: Subject): Operation[] {
  const releaseOf = (properties: object): Release => ({ resources: { It: { type, properties } } });
  const failing = (release: Release): Release => ({ ...release, fails: true });
  const [one, other, another] = [first, changed, replaced].map(releaseOf);
  const all: Operation[] = [
    { title: 'Create', given: [], release: one },
    { title: 'Create, rolled back', given: [], release: failing(one) },
    { title: 'Create in an update, rolled back', given: [EMPTY], release: failing(one) },
    { title: 'Update in place', given: [one], release: other },
    { title: 'Update in place, rolled back', given: [one], release: failing(other) },
    { title: 'Update with replacement', given: [one], release: another },
    { title: 'Update with replacement, rolled back', given: [one], release: failing(another) },
    { title: 'Delete', given: [one], release: EMPTY },
    { title: 'Delete with the stack', given: [one], release: 'deleted' },
  ];
  if (!adopting) return all;
  const adopted = releaseOf(adopting);
  return [
    ...all,
    { title: 'Create by adoption', given: [EMPTY], release: adopted },
    { title: 'Create by adoption, rolled back', given: [EMPTY], release: failing(adopted) },
  ];
}
