import { type IConstruct } from 'constructs';
import { invalid } from '../core/validation';

/** Throws if a list of states is empty: it would select nothing. */
export function requireStatuses(scope: IConstruct, property: string, statuses?: readonly string[]): void {
  if (statuses?.length !== 0) return;
  throw invalid(scope, `${property} must name at least one state, got none: leave ${property} out for its default`);
}
