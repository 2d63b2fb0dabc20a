import { type Duration } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';

/** Configuration of an `ArtifactProvider`. */
export interface ArtifactProviderProps {
  /**
   * The VPC that the function runs in. It must reach the service's endpoints, CloudFormation's, where there are sweeps
   * those of Step Functions, and the S3 endpoint that CloudFormation's answers go to.
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
   * @default - a log group of its own, which is deleted together with the stack
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
   * The key that encrypts the function's environment at rest.
   *
   * @default - a key that AWS Lambda manages
   */
  readonly environmentEncryption?: kms.IKey;

  /**
   * The role that the function runs with. It must be assumable by `lambda.amazonaws.com`; the provider attaches its
   * policy, unless the role is imported as immutable.
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
   * How long the function may work on one event, at most 15 minutes. It answers CloudFormation before that time is up.
   *
   * @default Duration.minutes(15)
   */
  readonly timeout?: Duration;
}
