import { Plan } from '../../lambda/sweep/plan';
import { random } from '../../testing/token-bucket';

/** How long it takes to plan a retention of many versions that are listed in no order. */
export async function planningRows(versions = 100_000) {
  const next = random(1);
  const part = () => Math.floor(next() * 100);
  const candidates = Array.from({ length: versions }, (_, index) => ({
    name: index % 10 === 0 ? `nightly-${index}` : `${part()}.${part()}.${part()}`,
    createdAt: Date.UTC(2025, 0, 1) + Math.floor(next() * 1e10),
  }));
  const rows = [];
  for (const order of ['SEMVER', 'CREATION'] as const) {
    const rules = { keepLatest: 50, minAgeSeconds: 1, exclude: ['*-lts'] };
    const start = performance.now();
    const plan = new Plan({ name: 'bench', rules, order, requestsPerSecond: 8 }, Date.UTC(2026, 0, 1));
    const threshold = await plan.rank(candidates);
    const removals = candidates.filter(candidate => plan.decide(candidate, threshold, []).action === 'remove').length;
    const seconds = Number(((performance.now() - start) / 1000).toFixed(2));
    rows.push({ order, versions, keepLatest: 50, removals, seconds });
  }
  return rows;
}
