/** Which versions a retention keeps whatever its rules say. Pure. */
import { type ListedVersion } from '../gateway';
import { isInTransition } from '../guard';

export const ServiceVersionKept = {
  /** It carries traffic, or how much could not be read. */
  TRAFFIC: 'TRAFFIC',
  /** It is being built, deployed or deleted, or its state could not be read. */
  IN_TRANSITION: 'IN_TRANSITION',
  /** The service has no other version. */
  LAST: 'LAST_VERSION',
  /** The retention's stack has recorded it. Other stacks' records are not known. */
  OWNED: 'OWNED',
} as const;

type Kept = (typeof ServiceVersionKept)[keyof typeof ServiceVersionKept];

export function protectionOf({ status, flowRatio }: Pick<ListedVersion, 'status' | 'flowRatio'>): Kept | undefined {
  if (flowRatio !== 0) return ServiceVersionKept.TRAFFIC;
  return !status || isInTransition(status) ? ServiceVersionKept.IN_TRANSITION : undefined;
}
