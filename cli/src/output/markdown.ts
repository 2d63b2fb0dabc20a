/** A plan as Markdown, for the comment of a pull request. */
import { kindOfArtifact } from '../plan/artifact-types';
import { type ArtifactReport, type PlanReport, type StackReport, type SweepReport } from '../plan/report';
import { saidOf, stateInWords, summaryInWords, verdictOn, willOf } from './tables';

/** Rows of a sweep in the comment: GitHub takes 65,536 characters. */
const MOST_ROWS = 50;

/** Found again by whoever updates the comment. */
export const MARKER = '<!-- cdk-versioned-artifacts plan -->';

export function planAsMarkdown({ stacks, summary }: PlanReport): string {
  const { artifactsDeleted, sweptAway, failures } = summary;
  const sign = failures > 0 ? '❌' : artifactsDeleted + sweptAway > 0 ? '⚠️' : '✅';
  return [
    MARKER,
    `### ${sign} What this deployment removes`,
    '',
    summaryInWords(summary),
    ...stacks.flatMap(stackLines),
  ].join('\n');
}

function stackLines({ name, region, status, artifacts, sweeps, notes }: StackReport): string[] {
  const changed = artifacts.filter(({ actions }) => !(actions.length === 1 && actions[0] === 'unchanged'));
  return [
    '',
    `#### ${text(name)} (${region}, ${status ?? 'not deployed'})`,
    ...notes.map(note => `\n> ${text(note)}`),
    ...(changed.length > 0 ? artifactLines(changed) : ['', 'No artifact changes.']),
    ...sweeps.flatMap(sweepLines),
  ];
}

function artifactLines(artifacts: readonly ArtifactReport[]): string[] {
  return [
    '',
    '| what | artifact | will | today |',
    '| --- | --- | --- | --- |',
    ...artifacts.map(artifact => {
      const said = saidOf(artifact).map(each => `<br>${text(each)}`);
      const cells = [kindOfArtifact(artifact.type), code(artifact.name), `**${willOf(artifact)}**${said.join('')}`];
      return `| ${[...cells, text(stateInWords(artifact))].join(' | ')} |`;
    }),
  ];
}

function sweepLines(sweep: SweepReport): string[] {
  const { name, triggers, candidates, action, notes } = sweep;
  const going = candidates.filter(({ decision }) => decision === 'remove');
  const rows = [...going, ...candidates.filter(({ decision }) => decision === 'keep')].slice(0, MOST_ROWS);
  return [
    '',
    `**Sweep ${text(name)}** (${text(triggers.join(', '))}): ${text(verdictOn(sweep))}`,
    ...notes.map(note => `\n> ${text(note)}`),
    ...(rows.length === 0
      ? []
      : [
          '',
          '<details><summary>candidates</summary>',
          '',
          '| candidate | will | reason | state |',
          '| --- | --- | --- | --- |',
          ...rows.map(
            ({ name: candidate, decision, reason, status = '' }) =>
              `| ${code(candidate)} | ${decision === 'remove' ? `**${action}**` : 'keep'} | ${reason} | ${status} |`,
          ),
          ...(candidates.length > rows.length ? ['', `and ${candidates.length - rows.length} more`] : []),
          '',
          '</details>',
        ]),
  ];
}

/** What a name or a message must not make of the comment. */
const text = (value: string) => value.replace(/[\\`*_{}[\]<>|]/g, mark => `\\${mark}`).replace(/\s*\n\s*/g, ' ');

const code = (value: string) => `\`${value.replace(/[`|\n]/g, ' ')}\``;
