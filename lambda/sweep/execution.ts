/** Slices of a sweep that runs as an execution of its state machine. */
import { createHash } from 'node:crypto';
import { type SweepConfig } from '../../contract/sweep';
import {
  type ExecutionState,
  MAX_SLICES_OF_AN_EXECUTION,
  type PendingAnswer,
  SHORTEST_WAIT_SECONDS,
  type SliceRequest,
  type SweepProperties,
  SweepShape,
} from '../../contract/sweep-execution';
import { Deadline } from '../runtime/clock';
import { type SliceScope } from '../runtime/custom-resource';
import { OperationOver, isOperationOver } from '../runtime/errors';
import { type RawProperties, sentAt } from '../runtime/event';
import {
  OTHER_RULES,
  STOPPED,
  type Shortfall,
  type SweepProgress,
  TIME_OVER,
  answerOf,
  endOfHour,
  failedRemovals,
  hashOf,
  incomplete,
  incompleteAnswer,
  isHourOver,
} from './awaited';
import { NOTHING, type SweepCounts, type SweepCursor, handedOn } from './cursor';
import { rulesOfDeletion } from './deletion';
import { type Machines, type Stops, isMachineGone, patientMachines } from './machine';
import { OutOfTime } from './pace';
import { type SweepOutcome, work } from './slices';
import { type SweepKinds, kindOf } from './source';
import { type Confirm, type StackRest, isUndone, nowAndThen, stackNow, whileAwaited } from './stacks';

/** What slices need. */
export interface SliceTools {
  readonly kinds: SweepKinds;
  readonly machines: Machines & Stops;
}

/** CloudFormation only deletes a machine when no execution runs: a wait delays that. */
const LONGEST_WAIT_SECONDS = 300;
/** How much, in milliseconds, the clocks of Lambda and CloudFormation can differ. */
const CLOCK_SKEW = 60_000;
/** How long, in milliseconds, before the end of Lambda's time a slice stops: a call in progress can take that long. */
const LAST_CALL = 20_000;

/** Works on one slice and returns what the machine does next. */
export async function serveSlice(request: SliceRequest, scope: SliceScope, tools: SliceTools): Promise<ExecutionState> {
  try {
    return await serve(request, scope, tools);
  } catch (error) {
    if (!isOperationOver(error)) throw error;
    const cause = `nothing more is swept: ${error.message}`;
    scope.log.warn(`${cause}: it is not answered`);
    return { next: 'FAILED', error: 'SweepUndone', cause };
  }
}

async function serve(request: SliceRequest, scope: SliceScope, tools: SliceTools): Promise<ExecutionState> {
  const machines = patientMachines(tools.machines, scope);
  const { config, stackId, retryCount } = request;
  const { clock, log } = scope;
  // an unknown kind of sweep needs no checks.
  kindOf(tools.kinds, config);
  let state = request.sweep === 'BEGIN' ? begun(request, clock.now()) : request.state;
  const slices = (state.slices ?? 0) + 1;
  // this function itself has written the cursor.
  const before = state.cursor as SweepCursor | undefined;

  if (state.answer && retryCount > 0 && (await scope.operation?.hasSucceeded())) {
    return { next: 'DONE', outcome: { status: 'ANSWERED', message: 'an earlier attempt of the slice has answered' } };
  }
  if (state.answer && request.sweep === 'BEGIN') {
    const rules = await confirmUnderWay(state.answer, request, scope);
    const counts = before?.counts ?? NOTHING;
    const otherRules = await answerOtherRules(state.answer, { config, rules, counts }, scope);
    if (otherRules) return otherRules;
  }
  if (state.answer && (await isUndone(stackId, scope.describeStack))) return undone(state.answer, scope);
  if (!state.answer) {
    const beginning = await begins({ ...state, slices }, request, scope, machines);
    if ('instead' in beginning) return beginning.instead;
    state = beginning.goesOn;
  }

  const confirm = confirmationOf(request, state, scope);
  if (state.answer) await confirm();
  let isStopped = false;
  const look = async () => {
    const stopped = tools.machines.wasStopped(request.stateMachine, request.execution);
    // an execution that cannot be read counts as running.
    isStopped = await stopped.catch(() => false);
    if (isStopped) throw new OutOfTime();
  };
  const notStopped = nowAndThen(look, clock);
  const until = Math.min(scope.deadline.at - lastCall(scope), endOfHour(scope.abandonedAt));
  const deadline = new Deadline(clock, until);
  const again = retryCount > 0;
  const result = await work(tools.kinds, {
    config,
    stackId,
    cursor: before,
    again,
    deadline,
    clock,
    log,
    describeStack: scope.describeStack,
    settledSince: (id, claimedAt) => scope.ofStack(id).settledSince(claimedAt),
    idsSinceSuccess: () => scope.ofStack(stackId).idsSinceSuccess(),
    isAwaited: state.answer !== undefined,
    confirm: async when => {
      await confirm(when);
      await notStopped();
    },
  });
  if (result.done) return ended(result.outcome, scope);
  // nobody else would tell CloudFormation.
  if (state.answer) await look().catch(() => {});
  if (isStopped) return cutShort(result.cursor, STOPPED, state.answer, scope);

  const { cursor, waits } = result;
  const pause = waits ? SHORTEST_WAIT_SECONDS : 0;
  if (state.answer && isHourOver(scope.abandonedAt, clock.now(), pause * 1000)) {
    return cutShort(cursor, TIME_OVER, state.answer, scope);
  }
  const next = waits
    ? { next: 'WAIT' as const, waitSeconds: pause }
    : { next: 'SLICE' as const, waitSeconds: undefined };
  return goOn({ ...state, ...next, cursor, slices }, request, machines);
}

/** The trusted part of an execution's input. Empty if a rule starts the execution. */
function begun({ state, execution }: SliceRequest, now: number): ExecutionState {
  const { cursor, answer, predecessor } = state;
  const isSuccessor = predecessor !== undefined && execution.endsWith(`:${successorOf(predecessor)}`);
  return {
    ...(cursor && { cursor: handedOn(cursor, now) }),
    ...(answer && { answer }),
    ...(isSuccessor && { predecessor }),
  };
}

/**
 * Rejects a forged answer: for CloudFormation, the resource in it is at rest, is not this sweep, or does not sweep now;
 * or the address has no date, or one in the future, so that CloudFormation could not be seen to go on.
 *
 * @returns the rules by which the event sweeps, as CloudFormation knows them. Absent: those of the machine
 */
async function confirmUnderWay(
  answer: PendingAnswer,
  { stateMachine }: SliceRequest,
  scope: SliceScope,
): Promise<SweepProperties | undefined> {
  const { StackId, LogicalResourceId, RequestType, ResponseURL } = answer;
  const now = await scope.describeResource(StackId, LogicalResourceId);
  if (now?.status !== `${RequestType.toUpperCase()}_IN_PROGRESS`) {
    throw new OperationOver(
      `no ${RequestType} of ${LogicalResourceId} is in progress, the resource is ${now?.status ?? 'gone'}`,
    );
  }
  const sent = sentAt(ResponseURL);
  if (sent === undefined) throw new OperationOver(`the answer to the ${RequestType} has no date`);
  if (sent > scope.clock.now() + CLOCK_SKEW) {
    throw new OperationOver(`the ${RequestType} of ${LogicalResourceId} is yet to come`);
  }
  const held = await scope.operation?.latestProperties();
  const properties = held && sweepIn(held);
  if (held && properties?.StateMachineArn !== stateMachine) {
    throw new OperationOver(`${LogicalResourceId} is not this sweep`);
  }
  const doesNot = `this ${RequestType} of ${LogicalResourceId} does not sweep`;
  if (RequestType === 'Delete') {
    const stack = scope.ofStack(StackId, LogicalResourceId);
    const decided = await rulesOfDeletion({ properties, physicalId: now.physicalId ?? '' }, stack);
    if (decided.kind === 'nothing') throw new OperationOver(`${doesNot}: ${decided.because}`);
    return decided.rules;
  }
  if (properties && !properties.Triggers.includes('DURING_DEPLOYMENT')) throw new OperationOver(doesNot);
  return undefined;
}

/** What a resource declares of a sweep; `undefined` if it is none. */
function sweepIn(properties: RawProperties): SweepProperties | undefined {
  try {
    return SweepShape.decode(properties, '');
  } catch {
    return undefined;
  }
}

/** Ends the event if a deployment that failed without a rollback has left other rules in the machine. */
async function answerOtherRules(
  { ConfigHash, OnIncomplete }: PendingAnswer,
  {
    config,
    rules,
    counts,
  }: { readonly rules?: SweepProperties } & Pick<SliceRequest, 'config'> & { readonly counts: SweepCounts },
  scope: SliceScope,
): Promise<ExecutionState | undefined> {
  const known = [ConfigHash, rules && hashOf(JSON.parse(rules.Config) as SweepConfig)];
  if (known.every(hash => hash === undefined || hash === hashOf(config))) return undefined;
  return cutShort({ counts }, OTHER_RULES, { OnIncomplete }, scope);
}

/** Ends a run before it is complete. */
async function cutShort(
  progress: SweepProgress,
  shortfall: Shortfall,
  answer: Pick<PendingAnswer, 'OnIncomplete'> | undefined,
  scope: SliceScope,
): Promise<ExecutionState> {
  const cause = incomplete(progress, shortfall);
  scope.log.error(cause);
  if (answer) await scope.answer(incompleteAnswer(progress, answer.OnIncomplete, shortfall));
  return { next: 'FAILED', error: 'SweepIncomplete', cause };
}

/** What an execution does before its next slice, where nobody waits for it: it goes on, or ends or waits. */
type Beginning = { readonly goesOn: ExecutionState } | { readonly instead: ExecutionState };

/** A run that nobody waits for waits, ends or leaves the rest to a successor if it cannot go on now. */
async function begins(
  state: ExecutionState & { readonly slices: number },
  request: SliceRequest,
  scope: SliceScope,
  machines: Machines,
): Promise<Beginning> {
  const before = state.cursor as SweepCursor | undefined;
  const hasBegun = before !== undefined && before.pass !== 'BEGIN';
  const { rest, updatedAt } = await stackNow(request.stackId, scope.describeStack);
  // asked first: the permission to list executions goes before the machine.
  const over = OVER[rest];
  if (over !== undefined) return { instead: skipped(over, before, scope) };
  const isAtRest = rest === 'at-rest';
  const line = hasBegun ? undefined : await placeInLine({ ...request, state }, machines, isAtRest ? updatedAt : 0);
  if (line?.older !== undefined) return { instead: skipped(line.older, before, scope) };
  const hasRulesOfNow = isAtRest && (await beganWithRulesOfNow(request, line ?? {}, updatedAt, scope));
  const rulesAsOf = hasRulesOfNow ? updatedAt : isAtRest ? state.rulesAsOf : undefined;
  if (!isAtRest || line?.isUnknown) {
    scope.log.info(
      isAtRest ? 'waiting until this execution is listed' : 'the stack is in progress or has failed: waiting',
    );
    const waitSeconds = Math.min(SHORTEST_WAIT_SECONDS * 2 ** (state.slices - 1), LONGEST_WAIT_SECONDS);
    return { instead: await goOn({ ...state, rulesAsOf, next: 'WAIT', waitSeconds }, request, machines) };
  }
  if (rulesAsOf === updatedAt) return { goesOn: { ...state, rulesAsOf } };
  scope.log.info('the stack was deployed since this execution has begun: another one goes on by the rules of now');
  return { instead: await leaveToSuccessor(state, request, scope, machines) };
}

/**
 * Whether the first slice has the rules that are deployed: the machine's definition is that of the time at which the
 * execution began, and the stack was at rest from then on. A slice can be late: the function was throttled.
 */
async function beganWithRulesOfNow(
  { sweep, stackId }: SliceRequest,
  { startedAt = Infinity }: PlaceInLine,
  updatedAt: number,
  scope: SliceScope,
): Promise<boolean> {
  if (sweep !== 'BEGIN' || updatedAt > startedAt) return false;
  // a stack that was never updated has only had these rules.
  return updatedAt === 0 || !(await scope.ofStack(stackId).hasMovedSince(startedAt));
}

/** Where the stack makes a run pointless. */
const OVER: Partial<Record<StackRest, string>> = {
  gone: 'the stack of the sweep no longer exists',
  // the machine is deleted only when no execution runs.
  deleting: 'the stack of the sweep is being deleted',
};

function skipped(why: string, before: SweepCursor | undefined, { log }: SliceScope): ExecutionState {
  log.info(`skipped: ${why}`);
  return { next: 'DONE', outcome: { status: 'SKIPPED', message: why, ...(before && { counts: before.counts }) } };
}

/** Another execution continues by the definition that the machine has now. */
async function leaveToSuccessor(
  state: ExecutionState,
  request: SliceRequest,
  scope: SliceScope,
  machines: Machines,
): Promise<ExecutionState> {
  try {
    return await startSuccessor(state, request, machines);
  } catch (error) {
    if (!isMachineGone(error)) throw error;
    return skipped('the state machine of the sweep no longer exists', state.cursor as SweepCursor | undefined, scope);
  }
}

/** Which of the runs of a machine is to begin. */
interface PlaceInLine {
  /** Why this one does not: an older one runs. */
  readonly older?: string;
  /** It cannot be told yet. */
  readonly isUnknown?: boolean;
  readonly startedAt?: number;
}

/** @param since when the stack was deployed: a run from before that removes nothing more, and leaves the rest to another */
async function placeInLine(
  { execution, stateMachine, state }: SliceRequest,
  machines: Machines,
  since: number,
): Promise<PlaceInLine> {
  const running = await machines.running(stateMachine);
  const self = running.find(({ executionArn }) => executionArn === execution);
  const others = running.filter(
    ({ executionArn, startedAt }) =>
      executionArn !== execution && executionArn !== state?.predecessor && startedAt >= since,
  );
  // listings lag behind: without its own entry, a run does not know which of two runs is older.
  if (!self && others.length > 0) return { isUnknown: true };
  const older = others.find(other => other.startedAt < self!.startedAt || isTwin(other, self!));
  return { startedAt: self?.startedAt, ...(older && { older: `an older run is in progress (${older.name})` }) };
}

/**
 * A run only continues while CloudFormation waits for it or, if CloudFormation does not wait, while the stack is at rest
 * and as it was deployed when the run began.
 */
function confirmationOf({ stackId }: SliceRequest, { rulesAsOf }: ExecutionState, scope: SliceScope): Confirm {
  const { operation, clock } = scope;
  if (operation) return whileAwaited(operation, clock);
  return nowAndThen(async () => {
    const { rest, updatedAt } = await stackNow(stackId, scope.describeStack).catch(() => {
      // what waits for it has not failed: the next slice asks again, and says why it cannot.
      throw new OutOfTime();
    });
    if (rest !== 'at-rest') throw new OutOfTime(`the stack is no longer at rest: ${rest}`);
    if (updatedAt !== rulesAsOf) throw new OutOfTime('the stack was deployed meanwhile');
  }, clock);
}

/** The deployment of the run has failed meanwhile: the rollback may need the remaining candidates. */
async function undone({ RequestType }: PendingAnswer, scope: SliceScope): Promise<ExecutionState> {
  const cause = `nothing more is swept: the ${RequestType} that the sweep belongs to is rolled back`;
  scope.log.info(cause);
  await scope.answer({ status: 'FAILED', message: cause });
  return { next: 'FAILED', error: 'SweepUndone', cause };
}

/** Of two that began at the same time, the one with the smaller name counts as older. */
const isTwin = (other: { startedAt: number; name: string }, self: { startedAt: number; name: string }) =>
  other.startedAt === self.startedAt && other.name < self.name;

async function ended(outcome: SweepOutcome, scope: SliceScope): Promise<ExecutionState> {
  await scope.answer(answerOf(outcome));
  const { status, counts, message } = outcome;
  if (status === 'SUCCEEDED') return { next: 'DONE', outcome };
  if (status === 'FAILED') return { next: 'FAILED', error: 'RemovalsFailed', cause: failedRemovals(counts), outcome };
  return { next: 'FAILED', error: 'SweepRefused', cause: message, outcome };
}

/** The history of an execution is limited: after many slices another execution continues. */
async function goOn(state: ExecutionState, request: SliceRequest, machines: Machines): Promise<ExecutionState> {
  // a run that CloudFormation waits for ends within an hour.
  if (state.answer || (state.slices ?? 0) < MAX_SLICES_OF_AN_EXECUTION) return state;
  return startSuccessor(state, request, machines);
}

/** Starts the successor of an execution. */
async function startSuccessor(
  state: ExecutionState,
  request: SliceRequest,
  machines: Machines,
): Promise<ExecutionState> {
  const name = successorOf(request.execution);
  const { cursor } = state;
  await machines.start(request.stateMachine, name, { ...(cursor && { cursor }), predecessor: request.execution });
  return { next: 'DONE', outcome: { status: 'CONTINUED', message: `continues as ${name}` } };
}

/** The name of the execution that continues another one. */
export const successorOf = (execution: string) => createHash('sha256').update(execution).digest('hex');

/** Less if the function has a short timeout. */
const lastCall = ({ deadline }: SliceScope) => Math.min(LAST_CALL, deadline.remaining() / 4);
