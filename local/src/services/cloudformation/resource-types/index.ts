/** Every resource type that the local CloudFormation has. To add one, add a line. */
import { validationError } from '../template';
import { metadata, waitConditionHandle } from './cloudformation';
import { alarm, dashboard } from './cloudwatch';
import { type CustomResourceOptions, customResource, isCustomResource } from './custom-resource';
import { EC2 } from './ec2';
import { rule } from './events';
import { registry, schema } from './glue';
import { schemaVersion, schemaVersionMetadata } from './glue-versions';
import { managedPolicy, policy, role } from './iam';
import { softwarePackage, softwarePackageVersion } from './iot';
import { alias, key } from './kms';
import { eventInvokeConfig, lambdaFunction, permission } from './lambda';
import { logGroup } from './logs';
import { type NestedStacks, nestedStack } from './nested-stack';
import { type ResourceType } from './resource-type';
import { bucket, bucketPolicy } from './s3';
import { secret } from './secrets-manager';
import { topic, topicPolicy } from './sns';
import { queue, queuePolicy } from './sqs';
import { parameter } from './ssm';
import { stateMachine } from './step-functions';

const NATIVE: Readonly<Record<string, ResourceType>> = {
  'AWS::CDK::Metadata': metadata,
  'AWS::CloudFormation::WaitConditionHandle': waitConditionHandle,
  'AWS::Glue::Registry': registry,
  'AWS::Glue::Schema': schema,
  'AWS::Glue::SchemaVersion': schemaVersion,
  'AWS::Glue::SchemaVersionMetadata': schemaVersionMetadata,
  'AWS::CloudWatch::Alarm': alarm,
  'AWS::CloudWatch::Dashboard': dashboard,
  'AWS::Events::Rule': rule,
  'AWS::IAM::ManagedPolicy': managedPolicy,
  'AWS::IAM::Policy': policy,
  'AWS::IAM::Role': role,
  'AWS::IoT::SoftwarePackage': softwarePackage,
  'AWS::IoT::SoftwarePackageVersion': softwarePackageVersion,
  'AWS::KMS::Alias': alias,
  'AWS::KMS::Key': key,
  'AWS::Lambda::EventInvokeConfig': eventInvokeConfig,
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Lambda::Permission': permission,
  'AWS::Logs::LogGroup': logGroup,
  'AWS::S3::Bucket': bucket,
  'AWS::S3::BucketPolicy': bucketPolicy,
  'AWS::SNS::Topic': topic,
  'AWS::SNS::TopicPolicy': topicPolicy,
  'AWS::SQS::Queue': queue,
  'AWS::SQS::QueuePolicy': queuePolicy,
  'AWS::SSM::Parameter': parameter,
  'AWS::SecretsManager::Secret': secret,
  'AWS::StepFunctions::StateMachine': stateMachine,
  ...EC2,
};

/** The resource types by name. */
export class ResourceTypes {
  private readonly known: Map<string, ResourceType>;
  private readonly custom: ResourceType;

  constructor(options: CustomResourceOptions & { readonly nestedStacks: NestedStacks }) {
    this.custom = customResource(options);
    this.known = new Map([
      ...Object.entries(NATIVE),
      ['AWS::CloudFormation::Stack', nestedStack(options.nestedStacks)],
    ]);
  }

  get(type: string): ResourceType {
    const found = isCustomResource(type) ? this.custom : this.known.get(type);
    if (found) return found;
    throw this.unknown([type]);
  }

  /** Throws ValidationError if one of them is unknown. */
  checkAll(types: readonly string[]): void {
    const unknown = new Set(types.filter(type => !isCustomResource(type) && !this.known.has(type)));
    if (unknown.size > 0) throw this.unknown([...unknown]);
  }

  private unknown(types: readonly string[]): Error {
    return validationError(
      `Template format error: Unrecognized resource types: [${types.join(', ')}]. The local CloudFormation knows ` +
        `custom resources and ${[...this.known.keys()].sort().join(', ')}`,
    );
  }
}
