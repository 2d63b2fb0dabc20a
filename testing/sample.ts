/** Which of many similar cases a test plays. */
const { CASES, SEED: seed = '28' } = process.env;

/** Which samples are played. */
export const SEED = Number(seed);

/** Whether all cases are played. */
export const PLAYS_ALL = CASES === 'all';

let tables = 0;

/**
 * Every so many-th case, and in each table of a file from another one on. `SEED` chooses which, and with `CASES=all` it
 * is all of them.
 */
export function sampled<T>(cases: readonly T[], every: number): readonly T[] {
  const first = (SEED + tables++) % every;
  return PLAYS_ALL ? cases : cases.filter((_, index) => index % every === first);
}
