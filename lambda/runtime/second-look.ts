/** A rollback follows so closely on the write that it undoes that it may not see it yet: then it reads once more. */
import { isDeepStrictEqual } from 'node:util';
import { type Removal } from '../../contract/cloudformation';
import { type Scope } from './custom-resource';

/** How long, in ms, until a write of the deployment that is rolled back must be visible. */
const VISIBLE = 2_000;

/** The properties of a resource that its artifact does not show. */
interface Unshown {
  readonly Removal?: Removal;
  readonly AdoptExisting?: boolean;
  readonly ProtectInActiveJobs?: boolean;
  readonly Salt?: string;
}

const UNSHOWN: Record<keyof Unshown, true> = {
  Removal: true,
  AdoptExisting: true,
  ProtectInActiveJobs: true,
  Salt: true,
};

/** Whether an artifact must look different after an Update. */
export function looksDifferent<T extends Unshown>(wanted: T, previous: T | undefined): boolean {
  if (!previous) return false;
  return !isDeepStrictEqual(shownOf(wanted), shownOf(previous));
}

/** A property that is absent may be there without a value. */
const shownOf = (properties: object) =>
  Object.fromEntries(Object.entries(properties).filter(([key, value]) => value !== undefined && !(key in UNSHOWN)));

export class SecondLook {
  private isTaken = false;

  constructor(private readonly scope: Scope) {}

  /** True once, after a wait, in a rollback that has the time. */
  async take(artifact: string): Promise<boolean> {
    const { clock, deadline, log } = this.scope;
    if (this.isTaken || deadline.remaining() <= 2 * VISIBLE) return false;
    this.isTaken = true;
    if ((await this.scope.stackPhase()) !== 'rolling-back') return false;
    log.info('nothing to roll back is visible: reading again', { artifact });
    await clock.sleep(VISIBLE);
    return true;
  }
}
