import { type ExecutionState, type PendingAnswer, type SliceRequest } from '../../contract/sweep-execution';
import { type Outcome, answer } from './answer';
import { type CurrentOperation, currentOperation } from './current-operation';
import { type SliceAnswer } from './custom-resource';
import { abandonedAt, deadlines } from './deadline';
import { eventToken } from './event';
import { type InvocationContext, type Surroundings, stackNameOf } from './handle-event';
import { type Log } from './log';
import { retryPassing } from './retry';
import { type Asking, type CloudFormationView, stackQuestions } from './stack';

/** Whether an event comes from a state machine, and not from CloudFormation. */
export function isSliceRequest(event: unknown): event is SliceRequest {
  return typeof (event as Partial<SliceRequest> | undefined)?.sweep === 'string';
}

/**
 * Serves the requests of a sweep's state machine. The machine repeats a request that throws, and gives up in the end.
 * If CloudFormation waits, the provider then reports the failure by itself, which works even if the handlers do not
 * load.
 */
export async function handleSlice(
  request: SliceRequest,
  context: InvocationContext,
  world: Surroundings,
): Promise<ExecutionState> {
  const { config, stackId, execution, retryCount } = request;
  const state = { ...request.state, answer: answerIn(request) };
  const { clock } = world;
  const log = world.log(stackNameOf(stackId), {
    execution: execution.split(':').at(-1),
    slice: state.slices ?? 0,
    attempt: retryCount,
    requestId: context.awsRequestId,
  });
  const abandoned = state.answer && abandonedAt(state.answer.ResponseURL, state.answer.ServiceTimeout, clock.now());
  const limits = deadlines(clock, context.getRemainingTimeInMillis(), abandoned ?? Infinity);
  const tell = async (said: SliceAnswer) => {
    if (!state.answer || abandoned === undefined) return;
    if (clock.now() >= abandoned) {
      return log.error('CloudFormation has given the event up: it is not answered', {
        since: new Date(abandoned).toISOString(),
      });
    }
    const delivery = { clock, put: world.put, log, end: limits.end, location: context };
    await answer(outcomeOf(said, state.answer), state.answer, delivery);
  };
  if (request.sweep === 'GIVE_UP') {
    const { error, cause } = failureOf(state);
    log.error(`the sweep ${config.name} is given up: ${error}: ${cause}`);
    await tell({ status: 'FAILED', message: `the sweep was given up: ${cause}` });
    return { next: 'FAILED', error, cause };
  }
  return serve({ ...request, state }, world, { log, deadline: limits.work, abandonedAt: abandoned, answer: tell });
}

async function serve(
  request: SliceRequest,
  world: Surroundings,
  scope: {
    readonly log: Log;
    readonly deadline: ReturnType<typeof deadlines>['work'];
    readonly abandonedAt: number | undefined;
    answer(answer: SliceAnswer): Promise<void>;
  },
): Promise<ExecutionState> {
  const service = await world.service();
  if (!service.slice)
    throw new Error(`this provider has no sweeps, got a request for ${request.config.name}: deploy again`);
  const ended = new AbortController();
  const view = service.view(ended.signal);
  const { clock } = world;
  const { answer } = request.state;
  const asking = { clock, deadline: scope.deadline, log: scope.log };
  try {
    return await service.slice(request, {
      ...scope,
      clock,
      ended: ended.signal,
      describeStack: stackId => retryPassing(asking, () => view.describeStack(stackId)),
      describeResource: (...which) => view.describeResource(...which),
      ofStack: (stackId, logicalId = '') => stackQuestions({ stackId, logicalId }, view, asking),
      operation: answer && operationOf(answer, view, asking),
    });
  } catch (error) {
    scope.log.error('the slice failed', { error });
    throw error;
  } finally {
    ended.abort();
  }
}

function operationOf(answer: PendingAnswer, view: CloudFormationView, asking: Asking): CurrentOperation {
  const { StackId: stackId, LogicalResourceId: logicalId } = answer;
  // the properties tell two Updates of one second apart. If the later one comes from a rollback, its stack shows the
  // rollback.
  const event = { ...answer, ResourceType: '', ResourceProperties: {} };
  return currentOperation(event, view, { ...asking, ...stackQuestions({ stackId, logicalId }, view, asking) });
}

function outcomeOf(said: SliceAnswer, { PhysicalResourceId }: PendingAnswer): Outcome {
  return { ...said, physicalResourceId: PhysicalResourceId };
}

/**
 * Whom to answer. Whoever can start the machine can write anything there. So events of other stacks, answers of other
 * executions, and addresses that are not CloudFormation's are ignored.
 */
function answerIn({ state: { answer }, stackId, execution }: SliceRequest): PendingAnswer | undefined {
  if (answer?.StackId !== stackId || !isAddress(answer.ResponseURL)) return undefined;
  return eventToken(answer) === execution.split(':').at(-1) ? answer : undefined;
}

/** Whether an address is CloudFormation's, or that of an emulator on this machine. */
function isAddress(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return hostname === '127.0.0.1' || (protocol === 'https:' && /\.amazonaws\.(com|com\.cn|eu)$/.test(hostname));
}

/** The error that the Catch state has caught: the cause of a failed function is JSON. */
function failureOf({ failure = {} }: ExecutionState): { readonly error: string; readonly cause: string } {
  const { Error: error = 'Unknown', Cause: cause = 'the state machine does not say why' } = failure;
  try {
    const { errorMessage } = JSON.parse(cause) as { errorMessage?: unknown };
    return { error, cause: typeof errorMessage === 'string' ? errorMessage : cause };
  } catch {
    return { error, cause };
  }
}
