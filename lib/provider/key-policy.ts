import { type Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { type IKey } from 'aws-cdk-lib/aws-kms';
import { type IQueue } from 'aws-cdk-lib/aws-sqs';

/**
 * Lets CloudWatch Logs encrypt the log groups of a stack with a key, and deliver logs there. Of any log group in the
 * account: their names are not known before they are made with the key.
 */
export function letLogsUse(key: IKey, stack: Stack): void {
  const logGroups = stack.formatArn({ service: 'logs', resource: '*' });
  key.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal(`logs.${stack.region}.${stack.urlSuffix}`)],
      actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
      resources: ['*'],
      conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': logGroups } },
    }),
  );
}

/** Lets logs be delivered of what is encrypted with a key, such as the executions of a state machine. */
export function letLogDeliveryUse(key: IKey): void {
  key.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('delivery.logs.amazonaws.com')],
      actions: ['kms:Decrypt'],
      resources: ['*'],
    }),
  );
}

/** Lets the rules of a stack's account send to a queue what they cannot deliver. Of any rule: they name the queue. */
export function letRulesSendTo(queue: IQueue, stack: Stack): void {
  const principals = [new iam.ServicePrincipal('events.amazonaws.com')];
  const conditions = { ArnLike: { 'aws:SourceArn': stack.formatArn({ service: 'events', resource: 'rule/*' }) } };
  queue.addToResourcePolicy(
    new iam.PolicyStatement({ principals, actions: ['sqs:SendMessage'], resources: [queue.queueArn], conditions }),
  );
  queue.encryptionMasterKey?.addToResourcePolicy(
    new iam.PolicyStatement({
      principals,
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: ['*'],
      conditions,
    }),
  );
}
