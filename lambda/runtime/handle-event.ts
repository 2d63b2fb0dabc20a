import { quote } from '../../contract/shape';
import { type ExecutionState, type SliceRequest } from '../../contract/sweep-execution';
import { type LogLocation, type Outcome, answer } from './answer';
import { type Clock } from './clock';
import { currentOperation } from './current-operation';
import { type HandedOver, type ResourceHandler, type Scope, type SliceScope } from './custom-resource';
import { type Deadlines, abandonedAt, deadlines } from './deadline';
import { isOperationOver } from './errors';
import {
  type CloudFormationEvent,
  type Envelope,
  type Request,
  createFailedId,
  eventToken,
  isCreateFailedId,
  markOf,
  parseEnvelope,
  parseEvent,
} from './event';
import { type Put } from './http';
import { type Fields, type Log, WarnedLog } from './log';
import { reasonOf } from './messages';
import { isHandedOver, operation } from './operation';
import { retryPassing } from './retry';
import { type CloudFormationView, holderOf, stackQuestions } from './stack';

/** Handlers by resource type. */
export type Handlers = Readonly<Record<string, ResourceHandler<unknown>>>;

/** What Lambda says about an invocation. */
export interface InvocationContext extends LogLocation {
  getRemainingTimeInMillis(): number;
}

/** If less time, in ms, is left, nothing is written any more. */
const WORTH_BEGINNING = 500;

/** The clients that the handlers work with. They stop when `ended` aborts, because the event has been answered. */
export interface Service {
  handlers(ended: AbortSignal): Handlers;
  /** Queries CloudFormation. */
  view(ended: AbortSignal): CloudFormationView;
  /** Works on a slice of a sweep. Absent if the family has no sweeps. */
  slice?(request: SliceRequest, scope: SliceScope): Promise<ExecutionState>;
}

/** The outside world. */
export interface Surroundings {
  readonly clock: Clock;
  readonly put: Put;
  log(stackName: string, context: Fields): Log;
  /** The handlers of a type of resources. If no type is given: those of sweeps. */
  service(resourceType?: string): Promise<Service>;
  /** Types that a service other than that of an unknown type handles. Absent: none. */
  readonly sweepTypes?: readonly string[];
}

/**
 * Answers one CloudFormation event, exactly once. Throws if nobody can be answered, or if the answer cannot be
 * delivered; Lambda then delivers the event again.
 */
export async function handleEvent(input: unknown, context: InvocationContext, world: Surroundings): Promise<void> {
  const envelope = parseEnvelope(input);
  const { RequestType, ResourceType, ResourceProperties } = input as Record<string, Fields | undefined>;
  const log = world.log(stackNameOf(envelope.StackId), {
    requestType: RequestType,
    resourceType: ResourceType,
    logicalId: envelope.LogicalResourceId,
    requestId: context.awsRequestId,
  });
  const { clock, put } = world;
  const abandoned = abandonedAt(envelope.ResponseURL, ResourceProperties?.ServiceTimeout, clock.now());
  if (clock.now() >= abandoned) {
    log.error('dropped an event that CloudFormation has given up', { since: new Date(abandoned).toISOString() });
    return;
  }
  const limits = deadlines(clock, context.getRemainingTimeInMillis(), abandoned);
  const result = await outcomeOf(input, envelope, limits, { abandoned, log, world });
  if (result === 'over') return;
  if (isHandedOver(result)) return log.info('handed over', { to: result.handedOverTo });
  await answer(result, envelope, { clock, put, log, end: limits.end, location: context });
}

/** Never throws. */
async function outcomeOf(
  input: unknown,
  envelope: Envelope,
  limits: Deadlines,
  { abandoned, log, world }: { readonly abandoned: number; readonly log: Log; readonly world: Surroundings },
): Promise<Outcome | HandedOver | 'over'> {
  const ended = new AbortController();
  let physicalResourceId = envelope.PhysicalResourceId ?? createFailedId(envelope);
  try {
    const event = parseEvent(input);
    if (event.RequestType === 'Delete' && isCreateFailedId(event.PhysicalResourceId)) {
      return { status: 'SUCCESS', physicalResourceId, data: {} };
    }
    const service = await world.service(event.ResourceType);
    const at = { stackId: event.StackId, logicalId: event.LogicalResourceId };
    const warned = new WarnedLog(log);
    const asking = { clock: world.clock, deadline: limits.work, log: warned };
    const view = service.view(ended.signal);
    const questions = stackQuestions(at, view, asking);
    const scope: Scope = {
      ...at,
      ...asking,
      ...questions,
      physicalId: event.PhysicalResourceId,
      eventToken: eventToken(event),
      abandonedAt: abandoned,
      request: requestOf(event),
      mark: markOf(event, world.clock.now()),
      ofStack: (stackId, logicalId = '') => stackQuestions({ stackId, logicalId }, view, asking),
      describeStack: id => retryPassing(asking, () => view.describeStack(id)),
      holderOf: sought => holderOf(sought, () => view.resources(at.stackId), asking),
      operation: currentOperation(event, view, { ...asking, ...questions }),
    };
    const handler = handlerOf(event.ResourceType, service.handlers(ended.signal), world.sweepTypes);
    const task = operation(event, handler, scope);
    physicalResourceId = task.physicalResourceId ?? physicalResourceId;
    const result = await inTime(task.run, limits, { clock: world.clock, log: warned });
    return isHandedOver(result) ? result : { status: 'SUCCESS', ...result };
  } catch (error) {
    const message = reasonOf(error);
    if (isOperationOver(error)) {
      log.warn(`${message}: it is not answered`);
      return 'over';
    }
    log.error(message, { error });
    return { status: 'FAILED', physicalResourceId, message };
  } finally {
    ended.abort();
  }
}

/** A Delete of an unknown type fails like the others: to report success would orphan the artifact. */
function handlerOf(resourceType: string, handlers: Handlers, others: readonly string[] = []): ResourceHandler<unknown> {
  if (Object.hasOwn(handlers, resourceType)) return handlers[resourceType];
  throw new Error(
    `unknown resource type ${quote(resourceType)}, expected one of ${[...Object.keys(handlers), ...others].join(', ')}; ` +
      'deploy with a version of the library that has this type',
  );
}

function requestOf(event: CloudFormationEvent): Request {
  const { ResponseURL, StackId, RequestId, LogicalResourceId, RequestType, ResourceProperties } = event;
  const ServiceTimeout = Number(ResourceProperties.ServiceTimeout) || undefined;
  return { ResponseURL, StackId, RequestId, LogicalResourceId, RequestType, ServiceTimeout };
}

async function inTime<T>(
  run: () => Promise<T>,
  limits: Deadlines,
  { clock, log }: { readonly clock: Clock; readonly log: WarnedLog },
): Promise<T> {
  const timeLeft = limits.answer.remaining();
  const late = (what: string) => {
    // most likely that is what took the time: what fails for a while is repeated.
    const why = log.lastError === undefined ? '' : `, and the last call that failed said ${quote(log.lastError)}`;
    return new Error(
      `${what}: the time of the function or of CloudFormation has ended${why}; deploy again, or set a longer timeout for the provider`,
    );
  };
  if (limits.work.remaining() < WORTH_BEGINNING) throw late('not begun');
  const done = new AbortController();
  const tooLate = clock.sleep(timeLeft, done.signal).then(() => {
    throw late(`not done after ${Math.round(timeLeft / 1000)} s`);
  });
  try {
    return await Promise.race([run(), tooLate]);
  } finally {
    done.abort();
  }
}

export function stackNameOf(stackId: string): string {
  return stackId.split('/')[1] ?? stackId;
}
