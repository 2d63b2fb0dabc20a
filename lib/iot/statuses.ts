import { type IConstruct } from 'constructs';
import { quote } from '../../contract/shape';
import { listOf, requireKinds } from '../core/arguments';
import { invalid } from '../core/validation';

/** The states that a property names. */
export interface NamedStatuses {
  readonly property: string;
  readonly statuses: readonly string[] | undefined;
  /** The states that there are. */
  readonly known: Readonly<Record<string, string>>;
}

/** Throws if a list of states is empty, which would select nothing, or has what is no state. */
export function requireStatuses(scope: IConstruct, { property, statuses, known }: NamedStatuses): void {
  const all = Object.values(known);
  requireKinds(
    scope,
    { [property]: statuses },
    { [property]: listOf('a list of states', `one such as ['${all[0]}']`) },
  );
  if (statuses?.length === 0) {
    throw invalid(scope, `${property} must name at least one state, got none: leave ${property} out for its default`);
  }
  const other = statuses?.find(status => !all.includes(status));
  if (other === undefined) return;
  throw invalid(scope, `${property} must only name the states ${all.join(', ')}, got ${quote(String(other))}`);
}
