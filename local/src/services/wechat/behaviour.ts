import { type Readings, readingsOfEnvironment } from '../../core/readings';

/**
 * What a test may turn in the local WeChat API: where the documentation leaves several behaviours plausible, which of
 * them. Codes of CloudBase itself are an open set that is documented nowhere; those here are made up.
 */
export interface WeChatBehaviour {
  // unverified choices, each with the likelier one as default.

  /** Whether a new component_access_token voids the one before, as "not latest" in error 40001 suggests. */
  newTokenVoidsOld: boolean;
  /** The code for a call from an address that is not on the allow-list: reports have all three. */
  addressCode: 61_004 | 40_164 | 45_035;
  /** Whether codes, totals and percentages come as numbers, or as text as reports of other APIs of WeChat have it. */
  numbers: 'number' | 'text';
  /** How the listing writes times: as its page shows it, as ISO 8601, as seconds since the epoch, or not at all. */
  times: 'beijing' | 'iso' | 'epoch' | 'absent';
  /** The code for a service or version that does not exist. */
  missingCode: number;
  /** The code for a version that is being built or deployed. */
  transitionCode: number;
  /** What happens to a request to delete a version that carries traffic beside others. */
  trafficDeletion: 'allowed' | 'refused';
  /** The code of that refusal. */
  trafficCode: number;
  /** The listing of a service that does not exist. */
  missingServiceListing: 'empty' | 'refused';
  /** Whether getcsversionlist, of the older generation of the interface, is still served, and shows these versions. */
  listing: 'served' | 'retired';
}

const LIKELY: Readonly<WeChatBehaviour> = {
  newTokenVoidsOld: true,
  addressCode: 61_004,
  numbers: 'number',
  times: 'beijing',
  missingCode: -501_001,
  transitionCode: -501_002,
  trafficDeletion: 'allowed',
  trafficCode: -501_003,
  missingServiceListing: 'refused',
  listing: 'served',
};

const OTHER: Partial<WeChatBehaviour> = {
  newTokenVoidsOld: false,
  addressCode: 40_164,
  numbers: 'text',
  times: 'iso',
  trafficDeletion: 'refused',
  missingServiceListing: 'empty',
};

export const defaultBehaviour = (readings: Readings = readingsOfEnvironment()): WeChatBehaviour => ({
  ...LIKELY,
  ...(readings === 'other' && OTHER),
});
