/** Which versions must not go. Pure. */
import { type Found } from './listing';

/** What the template allows, and what its stack is doing. */
export interface Allowance {
  readonly deleteServerWithLastVersion: boolean;
  /** The stack is being deleted, and not just a version of it. */
  readonly stackGoes: boolean;
}

/** Why a version that is listed must stay; `undefined` where it may go. */
export function whyItStays({ version, total }: Found, allowed: Allowance): string | undefined {
  const flag = allowed.deleteServerWithLastVersion;
  if (total <= 1) {
    return flag
      ? undefined
      : 'it is the last version of its service; deploy another one first, or set deleteServerWithLastVersion to have ' +
          'the service go with it';
  }
  if (version?.flowRatio === 0 || (flag && allowed.stackGoes)) return undefined;
  const traffic = version?.flowRatio === undefined ? 'an unknown share' : `${version.flowRatio} %`;
  return `it carries ${traffic} of the traffic of its service; route the traffic to another version first`;
}

/** unverified: the words. The documentation shows `build_fail` alone, and others of Tencent's end in "ing" on their way. */
export const isInTransition = (status: string) => status.endsWith('ing') && status !== 'running';
