// documented: user guide, eb-use-resource-based and eb-rule-dlq
import { randomUUID } from 'crypto';
import { type InternalCall, type Principal, ServiceError } from '../../core/service';
import { type Rule, type Target } from './rules';
import { wildcard } from './wildcard';

export interface TargetsOptions {
  /** Calls as EventBridge. */
  readonly call: InternalCall;
  /** Makes calls in the name of a principal. */
  readonly callAs: (principal: Principal) => InternalCall;
  /** Whether EventBridge can assume a role. */
  readonly mayAssume: (roleArn: string) => boolean;
  readonly now: () => number;
}

/** The service principal, which the policies of functions name. */
const PRINCIPAL = 'events.amazonaws.com';

/** Sends an input to a target. Throws if the target does not accept it. */
export async function send(rule: Rule, target: Target, input: string, options: TargetsOptions): Promise<void> {
  const { Arn } = target;
  const [, , service, , , ...resource] = Arn.split(':');
  switch (service) {
    case 'lambda':
      return invoke(rule, Arn, input, options);
    case 'states':
      return startExecution(target, input, options);
    case 'sqs':
      return void (await options.call('sqs', 'SendMessage', { QueueUrl: resource.join(':'), MessageBody: input }));
    case 'sns':
      return void (await options.call('sns', 'Publish', { TopicArn: Arn, Message: input }));
    case 'logs':
      return putLogEvent(resource[1], input, options);
    default:
      throw new Error(`the local AWS delivers no events to ${Arn}`);
  }
}

/**
 * Sends an event that a target did not accept to the target's dead-letter queue, if it has one, without the attributes
 * with the reason, because only bodies of messages are kept. If the queue's policy does not allow it, the event is
 * lost.
 */
export async function sendDeadLetter(
  { arn }: Rule,
  { DeadLetterConfig }: Target,
  input: string,
  { call }: Pick<TargetsOptions, 'call'>,
): Promise<void> {
  if (!DeadLetterConfig?.Arn) return;
  const queue = { QueueUrl: DeadLetterConfig.Arn.split(':').at(-1) };
  try {
    const { Attributes } = await call('sqs', 'GetQueueAttributes', { ...queue, AttributeNames: ['Policy'] });
    const { Statement = [] } = JSON.parse(Attributes.Policy ?? '{}') as { Statement?: Permission[] };
    if (!Statement.some(permission => permits(permission, arn, 'sqs:SendMessage'))) return;
    await call('sqs', 'SendMessage', { ...queue, MessageBody: input });
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
  }
}

async function invoke({ arn }: Rule, functionArn: string, input: string, { call }: TargetsOptions): Promise<void> {
  const policy = await call('lambda', 'GetPolicy', { FunctionName: functionArn }).catch(() => ({}));
  const { Statement = [] } = JSON.parse(policy.Policy ?? '{}') as { Statement?: Permission[] };
  if (!Statement.some(permission => permits(permission, arn, 'lambda:InvokeFunction'))) {
    throw new Error(`${functionArn} has no permission by which ${PRINCIPAL} may invoke it for ${arn}`);
  }
  await call('lambda', 'Invoke', { FunctionName: functionArn, InvocationType: 'Event', Payload: input });
}

/** A statement of a function's policy, as AddPermission makes it, or of a queue's policy, as the CDK makes it. */
interface Permission {
  readonly Principal: { readonly Service?: string };
  readonly Action: string;
  readonly Condition?: { readonly ArnLike?: Readonly<Record<string, string>> };
}

function permits({ Principal, Action, Condition }: Permission, ruleArn: string, action: string): boolean {
  const conditions = Condition?.ArnLike ?? {};
  // the names of conditions are not case-sensitive.
  const source = conditions['AWS:SourceArn'] ?? conditions['aws:SourceArn'] ?? '*';
  const [service] = action.split(':');
  return Principal.Service === PRINCIPAL && [action, `${service}:*`].includes(Action) && wildcard(source).test(ruleArn);
}

async function startExecution({ Arn, RoleArn = '' }: Target, input: string, options: TargetsOptions): Promise<void> {
  if (!options.mayAssume(RoleArn)) throw new Error(`${RoleArn} does not trust ${PRINCIPAL}`);
  const call = options.callAs({ kind: 'role', roleArn: RoleArn, session: randomUUID() });
  await call('states', 'StartExecution', { stateMachineArn: Arn, input });
}

async function putLogEvent(logGroupName: string, message: string, { call, now }: TargetsOptions): Promise<void> {
  const stream = { logGroupName, logStreamName: randomUUID() };
  await call('logs', 'CreateLogStream', stream);
  await call('logs', 'PutLogEvents', { ...stream, logEvents: [{ timestamp: now(), message }] });
}
