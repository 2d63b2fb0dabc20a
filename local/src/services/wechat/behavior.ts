// documented: WeChat documentation, the pages of the interface
// captured: public report, threads of the WeChat community, for the codes of an address and for numbers as text
import { type Readings, readingsOfEnvironment } from '../../core/readings';

/**
 * The settings of the local WeChat API that a test can change: one of the plausible behaviors where the documentation
 * does not decide. The codes of CloudBase itself are not documented; those here are invented.
 */
export interface WeChatBehavior {
  // unverified: these choices. The default is the more likely one.

  /** Whether a new component_access_token invalidates the former one, as "not latest" in error 40001 suggests. */
  newTokenVoidsOld: boolean;
  /** The code for a call from an address that is not on the allow-list. Reports show all three. */
  addressCode: 61_004 | 40_164 | 45_035;
  /** Whether codes, totals and percentages are numbers, or text, as reports about other APIs of WeChat show. */
  numbers: 'number' | 'text';
  /** The form of times in the list: as on its page, ISO 8601, seconds since the epoch, or none. */
  times: 'beijing' | 'iso' | 'epoch' | 'absent';
  /** The code for a service or version that does not exist. */
  missingCode: number;
  /** The code for a version that is being built or deployed. */
  transitionCode: number;
  /** What happens to a request to delete a version that carries traffic beside others. */
  trafficDeletion: 'allowed' | 'refused';
  /** The code of this refusal. */
  trafficCode: number;
  /** What the list of a service that does not exist answers. */
  missingServiceListing: 'empty' | 'refused';
  /** The order of getcsversionlist. */
  listingOrder: 'newest-first' | 'oldest-first';
  /** Whether getcsversionlist, of the older generation of the interface, still works and shows these versions. */
  listing: 'served' | 'retired';
}

const LIKELY: Readonly<WeChatBehavior> = {
  newTokenVoidsOld: true,
  addressCode: 61_004,
  numbers: 'number',
  times: 'beijing',
  missingCode: -501_001,
  transitionCode: -501_002,
  trafficDeletion: 'allowed',
  trafficCode: -501_003,
  missingServiceListing: 'refused',
  listingOrder: 'newest-first',
  listing: 'served',
};

const OTHER: Partial<WeChatBehavior> = {
  newTokenVoidsOld: false,
  addressCode: 40_164,
  numbers: 'text',
  times: 'iso',
  trafficDeletion: 'refused',
  missingServiceListing: 'empty',
  listingOrder: 'oldest-first',
};

export const defaultBehavior = (readings: Readings = readingsOfEnvironment()): WeChatBehavior => ({
  ...LIKELY,
  ...(readings === 'other' && OTHER),
});
