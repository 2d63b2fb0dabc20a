/** A plan as tables, for a terminal. */
import Table from 'cli-table3';
import { kindOfArtifact } from '../plan/artifact-types';
import {
  type ArtifactReport,
  type ArtifactState,
  type PlanReport,
  type StackReport,
  type SweepReport,
  isDue,
} from '../plan/report';

/** Candidates of a sweep that are shown one by one; the others stay in the counts. */
const MOST_CANDIDATES = 40;

export function planAsTables({ stacks, summary }: PlanReport): string {
  return [...stacks.map(stackAsTables), summaryInWords(summary)].join('\n\n');
}

function stackAsTables(stack: StackReport): string {
  const { name, account, region, status, notes, artifacts, sweeps } = stack;
  const parts = [`${name}  (${region}, ${account}, ${status ?? 'not deployed'})`, ...notes.map(note => `  ! ${note}`)];
  const changed = artifacts.filter(artifact => !isUnchanged(artifact));
  const unchanged = artifacts.length - changed.length;
  if (changed.length > 0) parts.push('', 'Artifacts', artifactTable(changed));
  if (unchanged > 0)
    parts.push(`${changed.length > 0 ? '' : '\n'}${unchanged} ${plural(unchanged, 'artifact')} unchanged`);
  for (const sweep of sweeps) parts.push('', sweepAsTable(sweep));
  return parts.join('\n');
}

const isUnchanged = ({ actions, notes }: ArtifactReport) =>
  actions.length === 1 && actions[0] === 'unchanged' && notes.length === 0;

function artifactTable(artifacts: readonly ArtifactReport[]): string {
  const table = tableOf('what', 'artifact', 'will', 'today');
  for (const artifact of artifacts) {
    table.push([kindOfArtifact(artifact.type), artifact.name, willOf(artifact), stateInWords(artifact)]);
    for (const said of saidOf(artifact)) table.push([{ colSpan: 4, content: `  ${said}` }]);
  }
  return table.toString();
}

export const willOf = ({ actions, failure, unknown }: ArtifactReport): string =>
  failure !== undefined ? 'FAIL' : unknown !== undefined ? 'unknown' : actions.join(', ');

/** What is to be said of an artifact beside its row. */
export const saidOf = ({ failure, unknown, notes }: ArtifactReport): readonly string[] => [
  ...(failure === undefined ? [] : [failure]),
  ...(unknown === undefined ? [] : [unknown]),
  ...notes,
];

/** What the service holds today. */
export function stateInWords({ today, type }: Pick<ArtifactReport, 'today' | 'type'>): string {
  if (!today) return '';
  if (!today.exists) return 'not there';
  const { status, isDefault, number } = today;
  const parts = [
    number === undefined ? undefined : `version ${number}`,
    status,
    isDefault ? 'default' : undefined,
    defaultInWords(today, type),
    ownerInWords(today),
  ];
  return parts.filter(part => part !== undefined && part !== '').join(', ');
}

const defaultInWords = ({ defaultVersion }: ArtifactState, type: string) =>
  kindOfArtifact(type) === 'default version' || defaultVersion !== undefined
    ? `default ${defaultVersion ?? 'none'}`
    : undefined;

export function ownerInWords({ owner }: Pick<ArtifactState, 'owner'>): string {
  if (!owner) return '';
  if (owner.stack === undefined) return 'nobody’s';
  return owner.isThisStack ? 'this stack’s' : `of stack ${owner.stack}`;
}

export function sweepAsTable(sweep: SweepReport): string {
  const { candidates, notes } = sweep;
  const parts = [`Sweep ${sweep.name}  (${sweep.triggers.join(', ') || 'no trigger'})`, verdictOn(sweep)];
  const shown = candidates.slice(0, MOST_CANDIDATES);
  if (shown.length > 0) {
    const table = tableOf('candidate', 'will', 'reason', 'state', 'made');
    for (const { name, decision, reason, status = '', createdAt = '' } of shown) {
      table.push([name, decision === 'keep' ? 'keep' : sweep.action, reason, status, createdAt.slice(0, 10)]);
    }
    parts.push(table.toString());
    if (candidates.length > shown.length) parts.push(`and ${candidates.length - shown.length} more (--json lists all)`);
  }
  return [...parts, ...notes.map(note => `  ! ${note}`)].join('\n');
}

/** What a sweep comes to, in one line. */
export function verdictOn(sweep: SweepReport): string {
  const { removed, kept, byReason, refused, unknown, dryRun, action } = sweep;
  if (unknown !== undefined) return `unknown: ${unknown}`;
  const reasons = Object.entries(byReason)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(', ');
  const counts = `${removed} to ${action}, ${kept} to keep${reasons ? ` (${reasons})` : ''}`;
  if (refused !== undefined) return `REFUSED, nothing goes: ${refused}\n${counts}`;
  if (dryRun) return `${counts}; its rules have it run dry, so nothing goes`;
  return isDue(sweep) ? counts : `${counts}; it only runs when the stack is deleted`;
}

export function summaryInWords(summary: PlanReport['summary']): string {
  const { artifactsDeleted, sweptAway, failures, unknown } = summary;
  const parts = [
    `${artifactsDeleted} ${plural(artifactsDeleted, 'artifact')} deleted by the deployment`,
    `${sweptAway} deleted by sweeps`,
    ...(failures > 0 ? [`the deployment FAILS on ${failures}`] : []),
    ...(unknown > 0 ? [`${unknown} unknown`] : []),
  ];
  return `${parts.join(', ')}.`;
}

export const plural = (count: number, noun: string) => (count === 1 ? noun : `${noun}s`);

export function tableOf(...head: string[]): InstanceType<typeof Table> {
  // colors are for whoever reads them in a terminal that has them: a pipeline's log has none.
  return new Table({ head, style: { head: [], border: [], compact: true } });
}
