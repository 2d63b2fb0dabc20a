/** Which of many similar cases a test plays. */
const { CASES: which, SEED = '28' } = process.env;

let tables = 0;

/**
 * Every so many-th case, and in each table of a file from another one on. `SEED` chooses which, and with `CASES=all` it
 * is all of them.
 */
export function sampled<T>(cases: readonly T[], every: number): readonly T[] {
  const first = (Number(SEED) + tables++) % every;
  return which === 'all' ? cases : cases.filter((_, index) => index % every === first);
}
