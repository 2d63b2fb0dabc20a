import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { AssetHashType, Duration } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { type Construct } from 'constructs';
import { type ArtifactProviderProps } from './artifact-provider-props';
import { type Permission } from './permissions';

/** What distinguishes the provider of one service family from the others. */
export interface ProviderFamily {
  /** Folder of the handler's bundle. */
  readonly bundle: string;
  readonly description: string;
  /** The permissions that the handler needs in every stack. */
  readonly permissions: readonly Permission[];
}

/** What the function is made with beside its settings. */
export interface FunctionParts {
  readonly role: iam.IRole;
  readonly logGroup: logs.ILogGroup;
}

/** Makes the function of a provider. */
export function providerFunction(
  scope: Construct,
  { bundle, description }: ProviderFamily,
  props: ArtifactProviderProps,
  { role, logGroup }: FunctionParts,
): lambda.Function {
  // every artifact names this id, so the logical id is as short as the provider's.
  const made = new lambda.Function(scope, 'Resource', {
    description,
    code: handlerCode(bundle),
    handler: 'index.handler',
    runtime: props.runtime ?? lambda.determineLatestNodeRuntime(scope),
    architecture: props.architecture ?? lambda.Architecture.ARM_64,
    memorySize: props.memorySize ?? 256,
    timeout: props.timeout ?? Duration.minutes(15),
    role,
    logGroup,
    environmentEncryption: props.environmentEncryption ?? props.encryptionKey,
    reservedConcurrentExecutions: props.reservedConcurrentExecutions,
    vpc: props.vpc,
    vpcSubnets: props.vpcSubnets,
    securityGroups: props.securityGroups,
  });
  // of the function's own, these would have the role get a second policy.
  const resource = made.node.defaultChild as lambda.CfnFunction;
  if (isTraced(props)) resource.tracingConfig = { mode: props.tracing! };
  if (props.deadLetterQueue) resource.deadLetterConfig = { targetArn: props.deadLetterQueue.queueArn };
  return made;
}

/** What the function's settings have it do. */
export function settingsPermissions(props: ArtifactProviderProps): Permission[] {
  const { vpc, deadLetterQueue: queue, encryptionKey, environmentEncryption } = props;
  const permissions: Permission[] = [];
  if (vpc) permissions.push(NETWORK_INTERFACES);
  if (isTraced(props)) permissions.push(TRACES);
  // not a grant, for which a key of another stack would have to name the role.
  if (encryptionKey && !environmentEncryption) {
    permissions.push({ actions: ['kms:Decrypt'], resources: [encryptionKey.keyArn] });
  }
  if (queue) permissions.push({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] });
  if (queue?.encryptionMasterKey) {
    permissions.push({
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [queue.encryptionMasterKey.keyArn],
    });
  }
  return permissions;
}

const NETWORK_INTERFACES: Permission = {
  actions: [
    'ec2:AssignPrivateIpAddresses',
    'ec2:CreateNetworkInterface',
    'ec2:DeleteNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:UnassignPrivateIpAddresses',
  ],
  resources: ['*'],
  wildcardReason: 'Lambda creates the network interfaces, and their names are not known in advance.',
};

const TRACES: Permission = {
  actions: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
  resources: ['*'],
  wildcardReason: 'X-Ray has no resource-level permissions for traces.',
};

const isTraced = ({ tracing }: ArtifactProviderProps) => tracing !== undefined && tracing !== lambda.Tracing.DISABLED;

/** The prebuilt handler of a family, as it ships beside the compiled constructs. */
function handlerCode(bundle: string): lambda.Code {
  const directory = path.join(__dirname, '../../handlers', bundle);
  const content = readFileSync(path.join(directory, 'index.js'));
  // only the content: file times and modes differ between machines and would change every template.
  const assetHash = createHash('sha256').update(content).digest('hex');
  return lambda.Code.fromAsset(directory, { assetHash, assetHashType: AssetHashType.CUSTOM });
}
