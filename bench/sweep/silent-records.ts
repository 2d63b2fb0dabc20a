import { type Records } from '../../lambda/sweep/records';

const quiet = () => {};

/** Records that go nowhere. */
export const silentRecords: Records = {
  removed: quiet,
  wouldRemove: quiet,
  failed: quiet,
  kept: quiet,
  refused: quiet,
  unreadable: quiet,
  restarted: quiet,
  ended: quiet,
  counted: quiet,
};
