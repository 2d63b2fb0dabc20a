/** What the codes of WeChat's API mean for a caller. Pure. */

/** How a caller reacts to a code. */
export type Reaction =
  | 'done'
  /** WeChat is busy: the same request again, later. */
  | 'retry'
  /** The token is not the current one: read it again, once. */
  | 'renew-token'
  | 'fail'
  /** CloudBase's own codes, an undocumented, open set: the request was not carried out. */
  | 'refused';

interface Meaning {
  readonly reaction: Reaction;
  /** What to do about it, if that is known. */
  readonly advice?: string;
}

const BUSY: Meaning = { reaction: 'retry', advice: 'WeChat stayed busy; try again later' };
const OLD_TOKEN: Meaning = {
  reaction: 'renew-token',
  advice:
    "the access token is not the platform's current component_access_token, even after it was read again: let the code that " +
    'renews the token write each new token to the secret',
};
const OUR_FAULT: Meaning = { reaction: 'fail', advice: 'this library has sent a wrong request: please report it' };
const BAD_REQUEST: Meaning = { reaction: 'fail', advice: 'check the names against the CloudBase console' };
const setup = (advice: string): Meaning => ({ reaction: 'fail', advice });

const NOT_AUTHORIZED = setup('the platform is not authorized for this interface');
const ADDRESS =
  "the function's address is not on the platform's allow-list: add it there and publish the list to the live version; " +
  'a function in a VPC behind a NAT has a fixed one (WeChatArtifactProvider.of with vpc)';

/** "api minute-quota reach limit, must slower, retry next minute" */
const BY_THE_MINUTE = 45011;

const MEANINGS: Readonly<Record<number, Meaning>> = {
  0: { reaction: 'done' },
  [-1]: BUSY,
  [BY_THE_MINUTE]: BUSY,
  [-1000]: BUSY,
  40001: OLD_TOKEN,
  40014: OLD_TOKEN,
  42001: OLD_TOKEN,
  41001: OUR_FAULT,
  40097: BAD_REQUEST,
  40101: BAD_REQUEST,
  43002: OUR_FAULT,
  44002: OUR_FAULT,
  47001: BAD_REQUEST,
  85088: setup('cloud development is not enabled for the app: enable it, and check environmentId'),
  61004: setup(ADDRESS),
  40164: setup(ADDRESS),
  45035: setup(ADDRESS),
  48001: NOT_AUTHORIZED,
  48004: NOT_AUTHORIZED,
  61007: NOT_AUTHORIZED,
  45009: setup('the daily quota is used up: try again tomorrow'),
  40125: setup('the app secret is not that of the platform'),
  41004: setup('the app secret is empty'),
  61005: setup('the verify ticket is older than twelve hours: let the platform write every ticket that WeChat pushes'),
  61006: setup('the verify ticket is not the last one that WeChat has pushed'),
  61011: setup('the app id is not that of a third-party platform'),
};

/**
 * CloudBase's own codes have six digits and are negative; other codes are in the ranges of WeChat that all platforms
 * share.
 */
const isOfCloudBase = (code: number) => code <= -100_000;
const REFUSED: Meaning = { reaction: 'refused' };
const FAILED: Meaning = { reaction: 'fail' };

export const reactionTo = (code: number): Reaction => meaningOf(code).reaction;

/** `undefined` if there is nothing to add to the code's message. */
export function adviceOn(code: number, message: string): string | undefined {
  const { advice } = meaningOf(code);
  const address = NOT_LISTED.includes(code) ? CALLER.exec(message)?.[0] : undefined;
  return address ? advice?.replace("the function's address", `the function's address ${address}`) : advice;
}

/** A limit that ends by itself: the caller waits as long as there is time. */
export const isOfLimit = (code: number) => code === BY_THE_MINUTE;

/** Whether a refusal by CloudBase is temporary, by its message; the codes are undocumented. */
export const passes = (message: string) => PASSING.test(message);

// unverified: the wording.
const PASSING =
  /\b(building|deploying|in progress|(retry|try again) later)\b|(构建|部署|更新|发布|操作)中|正在(构建|部署|更新|发布)|稍[后候][再重]试/i;

const NOT_LISTED = [61004, 40164, 45035];

// the message of 61004 ends in "requestIP: 203.0.113.7 rid: ..."; undocumented.
const CALLER = /\b\d{1,3}(?:\.\d{1,3}){3}\b|\b(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4}\b/i;

function meaningOf(code: number): Meaning {
  return Object.hasOwn(MEANINGS, code) ? MEANINGS[code] : isOfCloudBase(code) ? REFUSED : FAILED;
}
