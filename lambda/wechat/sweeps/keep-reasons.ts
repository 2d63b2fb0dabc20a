/** Why a version of a CloudBase service stays, whatever the rules say. Pure. */
import { type ListedVersion } from '../gateway';
import { isInTransition } from '../guard';

export const VersionKept = {
  /** It carries traffic, or its traffic could not be read. */
  TRAFFIC: 'TRAFFIC',
  /** It is being built, deployed or deleted, or its state could not be read. */
  IN_TRANSITION: 'IN_TRANSITION',
  /** The service has no other version. */
  LAST: 'LAST_VERSION',
  /** The retention's stack has recorded it. Other stacks' records are not known. */
  OWNED: 'OWNED',
} as const;

/** Whether a version can take traffic: not while it is built, nor if that has failed. */
export const isServing = (status = ''): boolean => status !== '' && !isInTransition(status) && !/fail/i.test(status);

type Kept = (typeof VersionKept)[keyof typeof VersionKept];

export function protectionOf({ status, flowRatio }: Pick<ListedVersion, 'status' | 'flowRatio'>): Kept | undefined {
  if (flowRatio !== 0) return VersionKept.TRAFFIC;
  return !status || isInTransition(status) ? VersionKept.IN_TRANSITION : undefined;
}
