import { type LocalAws } from 'cdk-versioned-artifacts-local';
import { type SweepCounts } from '../../lambda/sweep/cursor';
import { Fleet } from './fleet';

/** One line of a sweep's log. */
export interface SweepRecord {
  readonly record: string;
  readonly name: string;
  readonly reason: string;
  readonly status: string;
  readonly counts: SweepCounts;
}

/** How an execution of a sweep's state machine ended. */
export interface SweepRun {
  readonly status: string;
  readonly error?: string;
  readonly cause?: string;
  readonly outcome?: { readonly status: string; readonly counts?: SweepCounts };
}

/** A fleet whose state machines wait and retry a thousand times faster. */
export async function startSweepFleet(...options: Parameters<typeof Fleet.start>): Promise<Fleet> {
  const fleet = await Fleet.start(...options);
  fleet.aws.stepFunctions.waitScale = 0.001;
  return fleet;
}

/** What the sweeps have logged of one kind, in order. */
export function records(fleet: Fleet, record: string): SweepRecord[] {
  return fleet.log
    .split('\n')
    .filter(line => line.includes(`"record":"${record}"`))
    .map(line => JSON.parse(line) as SweepRecord);
}

/** The names of what was removed. */
export const removed = (fleet: Fleet): string[] =>
  records(fleet, 'removed')
    .map(({ name }) => name)
    .sort();

/** Why each survivor stayed, by name. */
export const kept = (fleet: Fleet): Record<string, string> =>
  Object.fromEntries(records(fleet, 'kept').map(({ name, reason }) => [name, reason]));

/** The executions of all sweeps, in the order in which they started. */
export const runs = ({ aws }: Fleet): SweepRun[] =>
  aws.stepFunctions.executions().map(({ status, error, cause, output }) => ({
    status,
    ...(error !== undefined && { error, cause }),
    ...(output !== undefined && { outcome: (JSON.parse(output) as { outcome: SweepRun['outcome'] }).outcome }),
  }));

/** Waits until something has come about. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(resolve => setTimeout(resolve, 10));
}

/** A job by hand for some things; it is over once its executions are. */
export async function createJob(aws: LocalAws, jobId: string, things: readonly string[], input = {}): Promise<void> {
  const targets = things.map(name => `arn:aws:iot:${aws.region}:${aws.account}:thing/${name}`);
  await aws.iot.byHand('CreateJob', { jobId, targets, document: '{}', ...input });
}
