/** The metadata that a resource takes back from a version that it gives up. */
import { OWNER_KEY } from '../../contract/ownership';
import { type Scope } from '../runtime/custom-resource';
import { type LettingGo } from '../runtime/ownership';
import { DeclaredMetadata } from './declared-metadata';
import { type Pair } from './metadata';
import { type Marks, putByOwner, without } from './version-ownership';

/** A version that a resource gives up. */
export interface GivenUp {
  readonly versionId: string;
  readonly marks: Marks;
  /** The pairs that the resource has declared. */
  readonly template: Readonly<Record<string, string>>;
  readonly outcome: LettingGo['kind'];
  /** The resource of the stack that has the version from now on. Absent: none. */
  readonly heir: string | undefined;
  /** Whether that resource is there to stay, and its deployment has succeeded. */
  readonly isSettled: boolean;
}

/** Including what failed deployments have put and nobody is asked about. What the heir declares stays. */
export async function takenBack(given: GivenUp, scope: Scope): Promise<readonly Pair[]> {
  const { versionId, marks, template, outcome, heir } = given;
  const own = await takenBackOwn(given, scope);
  const left = heir === undefined ? without(marks, own) : marks;
  const declared = await DeclaredMetadata.of(versionId, left, scope);
  const kept = outcome === 'released' ? template : declared.by(heir);
  // a rename to a resource of which nothing is known takes nothing with it.
  const taken = given.isSettled && !kept ? [] : own;
  return distinct([...taken, ...declared.put(left)]).filter(([key, value]) => kept?.[key] !== value);
}

async function takenBackOwn(
  { marks, template, outcome, isSettled }: GivenUp,
  scope: Pick<Scope, 'stackPhase' | 'settledSince'>,
): Promise<readonly Pair[]> {
  if (outcome === 'returned') return putByOwner(marks, template);
  if (isSettled) return heldOf(marks, template).map(({ key, value }) => [key, value]);
  if (outcome !== 'forgotten') return [];
  const put = putBeforeOwner(marks, template);
  // in a rollback, the former owner can have the version back before this resource has let it go.
  if (put.length === 0 || (await scope.stackPhase()) !== 'rolling-back') return [];
  const settled = await Promise.all(put.map(({ putAt }) => scope.settledSince(putAt)));
  return put.filter((_, index) => !settled[index]).map(({ key, value }) => [key, value]);
}

/** The pairs of a template that are older than the claim of the present owner. */
function putBeforeOwner(marks: Marks, template: GivenUp['template']) {
  const { pairs, record } = marks;
  const owner = pairs.find(({ key, value }) => key === OWNER_KEY && value === record.values.at(-1));
  return heldOf(marks, template).filter(({ putAt }) => putAt < (owner?.putAt ?? 0));
}

const heldOf = ({ pairs }: Marks, template: GivenUp['template']) =>
  pairs.filter(({ key, value }) => template[key] === value);

const distinct = (pairs: readonly Pair[]): readonly Pair[] => [
  ...new Map(pairs.map(pair => [pair.join('='), pair])).values(),
];
