import { readAssembly } from '../assembly/assembly';
import { Accounts } from '../aws/account';
import { planAsMarkdown } from '../output/markdown';
import { planAsTables } from '../output/tables';
import { planOf, selectStacks } from '../plan/plan';
import { type PlanReport } from '../plan/report';
import { type Terminal } from '../terminal';

export interface PlanOptions {
  readonly app: string;
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly failOnRemoval?: boolean;
}

/** Something would go, and the user wants to be told by the exit code. */
const SOMETHING_GOES = 2;

export async function plan(patterns: readonly string[], options: PlanOptions, terminal: Terminal): Promise<number> {
  const stacks = selectStacks(readAssembly(options.app), patterns);
  const progress = (what: string) => {
    if (terminal.isInteractive) terminal.note(`looking at ${what}`);
  };
  const report = await planOf(stacks, new Accounts(), progress);
  if (report.stacks.length === 0) terminal.note(`no stack in ${options.app} has artifacts or sweeps of this library`);
  terminal.say(printed(report, options));
  return exitCode(report, options);
}

function printed(report: PlanReport, { json, markdown }: PlanOptions): string {
  if (json) return JSON.stringify(report, undefined, 2);
  return markdown ? planAsMarkdown(report) : planAsTables(report);
}

/** 1: what goes could not be told, since something is unknown or the deployment fails half-way. */
function exitCode({ summary }: PlanReport, { failOnRemoval }: PlanOptions): number {
  const { artifactsDeleted, sweptAway, unknown, failures } = summary;
  if (failOnRemoval && artifactsDeleted + sweptAway > 0) return SOMETHING_GOES;
  return unknown + failures > 0 ? 1 : 0;
}
