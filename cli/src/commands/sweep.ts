import { setTimeout as timer } from 'node:timers/promises';
import { type SFNClient } from '@aws-sdk/client-sfn';
import { type SweepCounts } from '../../../lambda/sweep/cursor';
import { Account } from '../aws/account';
import { type DeployedSweep, findSweep, triggersOf } from '../aws/deployed-sweeps';
import { type RunState, executionWith, runningRun, startRun, stateOf } from '../aws/run';
import { UserError } from '../errors';
import { sweepAsTable } from '../output/tables';
import { type Decisions, dryRun } from '../plan/dry-run';
import { actionOf } from '../plan/plan';
import { Rehearsal } from '../plan/rehearsal';
import { type SweepReport } from '../plan/report';
import { type Terminal } from '../terminal';

export interface SweepFlags {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** Milliseconds between the first two looks at a run, then twice as many each time: most runs are short. */
const FIRST_POLL = 250;
/** The most milliseconds between two looks at a run. */
const LONGEST_POLL = 2_000;
const INTERRUPTED = 130;

export async function sweep(
  id: string,
  options: SweepFlags,
  terminal: Terminal,
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<unknown> = async (milliseconds, signal) =>
    timer(milliseconds, undefined, { signal }).catch(() => undefined),
): Promise<number> {
  const account = await Account.signIn();
  const found = await findSweep(account, id);
  const plan = await planned(account, found);
  terminal.say(sweepAsTable(plan));
  if (plan.unknown !== undefined) return 1;
  if (options.dryRun) return plan.refused === undefined ? 0 : 1;

  const sfn = account.stepFunctions();
  const running = await runningRun(sfn, found.machineArn);
  if (running === undefined) {
    const decision = await decide(plan, options, terminal);
    if (decision !== 'start') return decision === 'refused' ? 1 : 0;
  } else terminal.note('a run is under way already: this one is followed');
  const run = running ?? (await startRun(sfn, found.machineArn));
  const state = await follow(sfn, run, plan.removed, { terminal, sleep });
  if ('goesOnAs' in state) {
    const { goesOnAs: arn } = state;
    terminal.note(`the run goes on: ${arn}\nTo stop it: aws stepfunctions stop-execution --execution-arn ${arn}`);
    return INTERRUPTED;
  }
  terminal.say(endInWords(state));
  // one that was skipped has succeeded in doing nothing.
  if (state.status !== 'SUCCEEDED' || state.outcome === 'SKIPPED') return 1;
  const after = await planned(account, found);
  if (after.candidates.length > 0) terminal.say(`\nWhat stayed, and why:\n${sweepAsTable(after)}`);
  return 0;
}

/** What a run would decide now. */
async function planned(account: Account, found: DeployedSweep): Promise<SweepReport> {
  const { config, stackId, machineArn } = found;
  const kinds = (await Rehearsal.begin(account)).sweeps();
  const decisions: Decisions = await dryRun(config, { kinds, view: account.view, stackId });
  return {
    name: config.name,
    type: config.type,
    logicalId: machineArn.split(':').at(-1) ?? '',
    triggers: await triggersOf(account, found),
    action: actionOf(config),
    dryRun: config.rules.dryRun ?? false,
    ...decisions,
  };
}

async function decide(plan: SweepReport, { yes }: SweepFlags, terminal: Terminal): Promise<'start' | 'refused' | 'no'> {
  if (plan.refused !== undefined) {
    terminal.note('the run is not started: it would be refused');
    return 'refused';
  }
  if (plan.removed === 0) {
    terminal.note('the run is not started: nothing would go');
    return 'no';
  }
  if (yes) return 'start';
  if (!terminal.isInteractive)
    throw new UserError('nobody is here to be asked: add --yes to start the run, or --dry-run');
  const question = `${plan.action === 'delete' ? 'Delete' : 'Deprecate'} ${plan.removed}, which cannot be undone?`;
  return (await terminal.confirm(question)) ? 'start' : 'no';
}

interface Following {
  readonly terminal: Terminal;
  sleep(milliseconds: number, signal: AbortSignal): Promise<unknown>;
}

/** Looks after which an execution that the service does not know is none: it lists a new one a moment later. */
const MOST_UNKNOWN = 18;

/** Follows a run to its end, from one execution to the next, or to an interrupt. */
async function follow(
  sfn: SFNClient,
  first: string,
  planned: number,
  { terminal, sleep }: Following,
): Promise<RunState | { readonly goesOnAs: string }> {
  let run = first;
  let unknown = 0;
  let poll = FIRST_POLL;
  let counts: SweepCounts | undefined;
  const interrupted = new AbortController();
  const stopListening = terminal.onInterrupt(() => interrupted.abort());
  const bar = await terminal.progress(planned);
  try {
    for (;;) {
      const state = await stateOf(sfn, run);
      if (state) {
        counts = state.counts ?? counts;
        bar.update(doneOf(counts), noteOn(state));
        if (state.continuedBy !== undefined) run = state.continuedBy;
        else if (state.status !== 'RUNNING') return state;
      } else if (++unknown > MOST_UNKNOWN) throw new UserError(`Step Functions does not know the execution ${run}`);
      if (!interrupted.signal.aborted) await sleep(poll, interrupted.signal);
      poll = Math.min(2 * poll, LONGEST_POLL);
      if (interrupted.signal.aborted) return { goesOnAs: await executionWith(sfn, run) };
    }
  } finally {
    bar.stop();
    stopListening();
  }
}

const doneOf = (counts: SweepCounts | undefined) => (counts ? counts.removed + counts.gone : 0);

function noteOn({ counts, isWaiting }: RunState): string {
  const throttled = counts?.throttled ? `throttled ${counts.throttled} times` : undefined;
  return [isWaiting ? 'waiting' : undefined, throttled].filter(Boolean).join(', ');
}

function endInWords({ status, outcome, counts, message }: RunState): string {
  const { removed = 0, gone = 0, failed = 0, kept = 0 } = counts ?? {};
  const numbers = `${removed} removed, ${gone} gone already, ${failed} failed, ${kept} kept`;
  const how = outcome === undefined || outcome === status ? status : `${status} (${outcome})`;
  return `${how}: ${numbers}${message === undefined ? '' : `\n${message}`}`;
}
