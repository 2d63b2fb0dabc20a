import picomatch from 'picomatch';
import { KeepReason, type SweepConfig } from '../../contract/sweep';
import { type Candidate } from './source';

/** Why a candidate is none of the things that the sweep speaks of; `undefined` where it is one. */
export type Selection = (candidate: Candidate) => string | undefined;

export function selection({ rules, statuses }: Pick<SweepConfig, 'rules' | 'statuses'>): Selection {
  const included = rules.include?.length ? matcher(rules.include) : () => true;
  const excluded = rules.exclude?.length ? matcher(rules.exclude) : () => false;
  return ({ name, status }) => {
    if (statuses && !(status !== undefined && statuses.includes(status))) return KeepReason.STATUS;
    if (!included(name)) return KeepReason.NOT_INCLUDED;
    if (excluded(name)) return KeepReason.EXCLUDED;
    return undefined;
  };
}

// names are no paths: a star crosses slashes, a leading dot is a character like others, and nothing negates.
const matcher = (globs: readonly string[]) =>
  picomatch([...globs], { bash: true, dot: true, nonegate: true, windows: false });
