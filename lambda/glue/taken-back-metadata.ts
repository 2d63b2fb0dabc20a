/** The metadata that a resource takes back from a version that it gives up. */
import { OWNER_KEY } from '../../contract/ownership';
import { type Scope } from '../runtime/custom-resource';
import { type LettingGo } from '../runtime/ownership';
import { type Pair } from './metadata';
import { type Marks, putByOwner } from './version-ownership';

/** @param template the pairs that the resource has declared */
export async function takenBack(
  outcome: LettingGo['kind'],
  marks: Marks,
  template: Readonly<Record<string, string>>,
  scope: Pick<Scope, 'stackPhase' | 'settledSince'>,
): Promise<readonly Pair[]> {
  if (outcome === 'returned') return putByOwner(marks, template);
  if (outcome !== 'forgotten') return [];
  const put = putBeforeOwner(marks, template);
  // in a rollback, the former owner can have the version back before this resource has let it go.
  if (put.length === 0 || (await scope.stackPhase()) !== 'rolling-back') return [];
  const settled = await Promise.all(put.map(({ putAt }) => scope.settledSince(putAt)));
  return put.filter((_, index) => !settled[index]).map(({ key, value }) => [key, value]);
}

/** The pairs of a template that are older than the claim of the present owner. */
function putBeforeOwner({ pairs, record }: Marks, template: Readonly<Record<string, string>>) {
  const owner = pairs.find(({ key, value }) => key === OWNER_KEY && value === record.values.at(-1));
  return pairs.filter(({ key, value, putAt }) => template[key] === value && putAt < (owner?.putAt ?? 0));
}
