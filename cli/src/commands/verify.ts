import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { setTimeout as timer } from 'node:timers/promises';
import { Account } from '../aws/account';
import { UserError } from '../errors';
import { tableOf } from '../output/tables';
import { type Terminal } from '../terminal';
import { EXPERIMENTS, type Experiment, type Observation } from '../verify/experiments';
import { Interrupted, Lab } from '../verify/lab';

export interface VerifyOptions {
  readonly yes?: boolean;
  readonly report: string;
  /** Ids of experiments. Absent: all. */
  readonly only?: readonly string[];
  /** The ARN of a role that may do on packages and versions whatever their tag `verify` says `yes` to. */
  readonly role?: string;
}

/** How an experiment ended. */
type Result = Pick<Experiment, 'id' | 'question' | 'assumes'> &
  (({ readonly settled: true } & Observation) | { readonly settled: false; readonly because: string });

const INTERRUPTED = 130;

/** Settles on an account what no documentation tells, and removes all that it has made for that. */
export async function verify(
  options: VerifyOptions,
  terminal: Terminal,
  sleep: (milliseconds: number) => Promise<unknown> = timer,
): Promise<number> {
  const experiments = chosen(options);
  const account = await Account.signIn();
  const prefix = `verify-${randomBytes(4).toString('hex')}`;
  terminal.note(intention(account, prefix, experiments));
  if (!options.yes) {
    if (!terminal.isInteractive) throw new UserError('nobody is here to be asked: add --yes to run the experiments');
    if (!(await terminal.confirm('Run the experiments?'))) return 0;
  }
  const interrupted = new AbortController();
  const stopListening = terminal.onInterrupt(() => interrupted.abort());
  const { signal } = interrupted;
  const lab = new Lab({
    iot: account.iot(),
    glue: account.glue(),
    ...(options.role !== undefined && { asRole: await account.iotAs(options.role) }),
    sleep,
    interrupted: signal,
    prefix,
  });
  const results: Result[] = [];
  let left: readonly string[];
  try {
    for (const experiment of experiments) {
      if (signal.aborted) break;
      terminal.note(`${experiment.id} ...`);
      results.push(await resultOf(experiment, lab));
    }
  } finally {
    terminal.note('removing what was made ...');
    left = await lab.clear();
    stopListening();
  }
  terminal.say(resultsAsTable(results));
  writeFileSync(options.report, `${JSON.stringify(reportOf(results, account, left), undefined, 2)}\n`);
  terminal.note(`the report is in ${options.report}: it names no account and may be attached to a bug report`);
  for (const each of left) terminal.note(`NOT REMOVED, remove it by hand: ${each}`);
  if (signal.aborted) return INTERRUPTED;
  return left.length === 0 && results.every(result => result.settled && result.isSafe) ? 0 : 1;
}

function chosen({ only, role }: VerifyOptions): readonly Experiment[] {
  const ids = EXPERIMENTS.map(({ id }) => id);
  const unknown = only?.find(id => !ids.includes(id));
  if (unknown !== undefined) throw new UserError(`there is no experiment ${unknown}: there are ${ids.join(', ')}`);
  const needing = EXPERIMENTS.find(({ id, needsRole }) => needsRole && only?.includes(id));
  if (needing && role === undefined) {
    throw new UserError(`the experiment ${needing.id} is made by a role: name it by --role (the guide has its policy)`);
  }
  return EXPERIMENTS.filter(({ id, needsRole }) => (!only || only.includes(id)) && (!needsRole || role !== undefined));
}

function intention({ id, region }: Account, prefix: string, experiments: readonly Experiment[]): string {
  return (
    `${experiments.length} experiments in ${region} of account ${id}. They make packages and versions, registries and schemas, ` +
    `things and jobs, all named ${prefix}-*, and remove them again. They cost nothing beyond their requests, and take up to ` +
    'five minutes.'
  );
}

async function resultOf(experiment: Experiment, lab: Lab): Promise<Result> {
  const { id, question, assumes } = experiment;
  try {
    return { id, question, assumes, settled: true, ...(await experiment.run(lab)) };
  } catch (error) {
    const { name, message } = error as Error;
    const because = error instanceof Interrupted ? message : `${name}: ${message}`;
    return { id, question, assumes, settled: false, because };
  }
}

function resultsAsTable(results: readonly Result[]): string {
  const table = tableOf('question', 'the library assumes', 'observed', 'safe');
  for (const result of results) {
    const { question, assumes } = result;
    if (!result.settled) table.push([question, assumes, `not settled: ${result.because}`, '?']);
    else
      table.push([question, assumes, result.asAssumed ? 'as assumed' : result.observed, result.isSafe ? 'yes' : 'NO']);
  }
  return table.toString();
}

/** The shape is versioned; it holds no account. */
const reportOf = (results: readonly Result[], { region }: Account, left: readonly string[]) => ({
  version: 1,
  at: new Date().toISOString(),
  region,
  results,
  notRemoved: left,
});
