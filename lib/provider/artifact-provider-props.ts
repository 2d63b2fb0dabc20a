import { type Duration, type RemovalPolicy, Token } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct, type IConstruct } from 'constructs';
import { type Problem } from '../../contract/shape';
import { invalid } from '../core/validation';

/** Configuration of an `ArtifactProvider`. */
export interface ArtifactProviderProps {
  /**
   * The VPC that the function runs in. From there it must reach the endpoints of the service, of CloudFormation, of
   * Step Functions if there are sweeps, and of Amazon S3, where CloudFormation takes its answers.
   *
   * @default - the function runs outside any VPC of yours
   */
  readonly vpc?: ec2.IVpc;

  /**
   * The subnets that the function runs in. Only together with `vpc`.
   *
   * @default - the VPC's private subnets
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * The security groups of the function. Only together with `vpc`.
   *
   * @default - a security group of its own that allows all outbound traffic
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * Memory of the function, in MiB.
   *
   * @default 256
   */
  readonly memorySize?: number;

  /**
   * Instruction set of the function.
   *
   * @default - ARM_64
   */
  readonly architecture?: lambda.Architecture;

  /**
   * The log group that the function writes to.
   *
   * @default - a log group of its own
   */
  readonly logGroup?: logs.ILogGroup;

  /**
   * How long the provider's own log groups keep their records: that of the function, and that of the state machines of
   * sweeps. Not together with `logGroup`.
   *
   * @default - three months
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * What happens to the provider's own log groups when their stack is rolled back or deleted. Log groups that stay keep
   * their records for `logRetention`; after that they are empty and cost nothing. Not together with `logGroup`.
   *
   * @default RemovalPolicy.RETAIN - the message of a failed deployment names the log group, so it must still exist
   */
  readonly logRemovalPolicy?: RemovalPolicy;

  /**
   * The key that encrypts what the provider keeps at rest: its own log groups (of the function, and of the state
   * machines of sweeps), the definitions and executions of those state machines, and the function's environment. A key
   * of this app gets a policy for CloudWatch Logs; an imported one must have it.
   *
   * @default - keys that AWS owns
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * The key that encrypts the function's environment at rest.
   *
   * @default - `encryptionKey`, or else a key that AWS Lambda manages
   */
  readonly environmentEncryption?: kms.IKey;

  /**
   * Whether AWS X-Ray traces the function. The state machines of sweeps are traced always.
   *
   * @default - the function traces only what a traced caller hands to it
   */
  readonly tracing?: lambda.Tracing;

  /**
   * The queue that gets what would be dropped otherwise: events that the function has failed three times, and events
   * with which a rule could not start a sweep. A standard queue, whose messages may hold the URL that CloudFormation is
   * answered by: encrypt it. A queue of this app gets a policy for EventBridge; an imported one must have it.
   *
   * @default - such events are dropped, and counted in `metricDropped()`
   */
  readonly deadLetterQueue?: sqs.IQueue;

  /**
   * How many of the account's concurrent executions are set aside for the function, which then never has more. A
   * deployment has up to eight artifacts of a provider under way, and each sweep that runs takes one: below that, they
   * wait for each other. At least 1.
   *
   * @default - the function shares what the account has
   */
  readonly reservedConcurrentExecutions?: number;

  /**
   * The role of the function. `lambda.amazonaws.com` must be able to assume it. The provider attaches its policies,
   * unless the role is imported as immutable. Providers that share a role divide the quotas of its policies.
   *
   * @default - a role of its own, without managed policies
   */
  readonly role?: iam.IRole;

  /**
   * The runtime of the function. A Node.js runtime, version 20 or newer.
   *
   * @default - the newest Node.js runtime that the stack's region offers
   */
  readonly runtime?: lambda.Runtime;

  /**
   * How long the function can work on one event, 1 to 15 minutes. It answers CloudFormation before that time is over.
   *
   * @default Duration.minutes(15)
   */
  readonly timeout?: Duration;
}

/** Throws if a configuration contradicts itself. */
export function validateConfiguration(scope: IConstruct, props: ArtifactProviderProps): void {
  const problem = checkConfiguration(props);
  if (problem) throw invalid(scope, problem);
}

function checkConfiguration(props: ArtifactProviderProps): Problem {
  if (!props.vpc && (props.vpcSubnets || props.securityGroups)) {
    return `vpcSubnets and securityGroups configure a provider in a VPC, got ${props.vpcSubnets ? 'vpcSubnets' : 'securityGroups'} without a vpc: set vpc, too`;
  }
  if (props.logGroup && props.logRetention !== undefined) {
    return "logRetention is for the provider's own log group, got a logGroup as well: set the retention on that one";
  }
  if (props.logGroup && props.logRemovalPolicy !== undefined) {
    return "logRemovalPolicy is for the provider's own log groups, got a logGroup as well: set the policy on that one";
  }
  if (props.runtime && props.runtime.family !== lambda.RuntimeFamily.NODEJS) {
    return `the provider's runtime must be a Node.js runtime, got ${props.runtime.name}`;
  }
  if (props.deadLetterQueue?.fifo) {
    return 'Lambda and EventBridge have standard queues for dead letters, got a FIFO queue as deadLetterQueue: leave fifo out';
  }
  return checkTimeout(props.timeout) ?? checkConcurrency(props.reservedConcurrentExecutions);
}

function checkConcurrency(concurrency?: number): Problem {
  if (concurrency === undefined || Token.isUnresolved(concurrency)) return undefined;
  return Number.isInteger(concurrency) && concurrency >= 1
    ? undefined
    : `reservedConcurrentExecutions must be a whole number of at least 1, got ${concurrency}: with none the function never answers`;
}

function checkTimeout(timeout?: Duration): Problem {
  if (!timeout || timeout.isUnresolved()) return undefined;
  const seconds = timeout.toSeconds();
  return seconds < 60 || seconds > 900
    ? `the provider's timeout must be 1 to 15 minutes, got ${timeout.toHumanString()}`
    : undefined;
}

/** Whether two configurations say the same. Two constructs are only equal if they are the same object. */
function sameConfiguration(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return false;
  if (Construct.isConstruct(a) || Construct.isConstruct(b) || Token.isUnresolved(a) || Token.isUnresolved(b)) {
    return false;
  }
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every(key => sameConfiguration(Reflect.get(a, key), Reflect.get(b, key)));
}

/** The names of the properties in which two configurations differ. */
export function differences(a: ArtifactProviderProps, b: ArtifactProviderProps): string[] {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof ArtifactProviderProps>;
  return [...keys].filter(key => !sameConfiguration(a[key], b[key])).sort();
}
