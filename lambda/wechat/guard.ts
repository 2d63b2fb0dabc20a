/** Which versions must not be removed. Pure. */
import { type Found } from './listing';

/** What the template allows, and the phase of its stack. */
export interface Allowance {
  readonly deleteServerWithLastVersion: boolean;
  /** Whether the stack is being deleted, and not only a version. */
  readonly stackGoes: boolean;
}

/** Why a listed version must stay; `undefined` if it can be removed. */
export function whyItStays({ version, total }: Found, allowed: Allowance): string | undefined {
  const flag = allowed.deleteServerWithLastVersion;
  if (total <= 1) {
    return flag
      ? undefined
      : 'it is the last version of its service; deploy another one first, or set deleteServerWithLastVersion to delete ' +
          'the service with it';
  }
  if (version?.flowRatio === 0 || (flag && allowed.stackGoes)) return undefined;
  const traffic = version?.flowRatio === undefined ? 'an unknown share' : `${version.flowRatio} %`;
  return `it carries ${traffic} of the traffic of its service; route the traffic to another version first`;
}

/**
 * unverified: the wording. The documentation only shows `build_fail`; other transitional states of Tencent end in
 * "ing".
 */
export const isInTransition = (status: string) => /(?<!^runn)ing$/i.test(status);
