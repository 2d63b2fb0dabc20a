// Tables of what the sweeps have left, and why.
import { ROLLOUTS } from './fleet-seed.mjs';
import { table } from './screen.mjs';

/** Reasons of the retention's records in words. */
const REASONS = {
  AMONG_LATEST: 'it is the latest',
  DEFAULT_VERSION: "it is the package's default",
  EXCLUDED: 'a rule excludes it',
  IN_ACTIVE_JOB: 'a job in progress deploys it',
  OWNED: 'a stack owns it',
};

export function sayExecutions(before, after) {
  const rows = ROLLOUTS.flatMap(({ jobId, daysAgo, because }) => {
    const [had, has] = [countByStatus(before[jobId]), countByStatus(after[jobId])];
    return Object.keys(had).map(status => [
      `${jobId}, ${daysAgo} days old`,
      status,
      had[status],
      has[status] ?? 0,
      has[status] ? (status === 'IN_PROGRESS' ? 'at work' : because) : '',
    ]);
  });
  table(['job', 'executions', 'before', 'after', 'why they stay'], rows);
}

function countByStatus(executions) {
  const counts = {};
  for (const { status } of executions) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

export function saySurvivors(versions, kept) {
  table(
    ['version', 'stays because', 'record'],
    versions.map(version => [version, REASONS[kept[version]] ?? 'nobody knows', kept[version] ?? 'none']),
  );
}
