import * as cdk from 'aws-cdk-lib';
import { type IConstruct } from 'constructs';

/** The part of `Validations` of aws-cdk-lib that this library needs; absent before 2.257. */
interface Acknowledging {
  readonly Validations?: {
    of(scope: IConstruct): { acknowledge(rule: { readonly id: string; readonly reason: string }): void };
  };
}

/** Acknowledges cdk-nag's finding about a wildcard in a policy. cdk-nag's reports show the reason. */
export function acknowledgeWildcard(scope: IConstruct, resource: string, reason: string): void {
  const id = `AwsSolutions-IAM5[Resource::${flatten(cdk.Stack.of(scope).resolve(resource))}]`;
  acknowledge(scope, id, reason);
}

/** The packs of cdk-nag that find inline policies. */
const PACKS = ['HIPAA.Security', 'NIST.800.53.R4', 'NIST.800.53.R5', 'PCI.DSS.321'];

/** Answers cdk-nag's findings about inline policies. */
export function acknowledgeInlinePolicy(scope: IConstruct): void {
  const reason =
    'An inline policy belongs to one role and cannot be attached to others: its permissions are only for this stack.';
  for (const pack of PACKS) acknowledge(scope, `${pack}-IAMNoInlinePolicy`, reason);
}

function acknowledge(scope: IConstruct, id: string, reason: string): void {
  (cdk as Acknowledging).Validations?.of(scope).acknowledge({ id, reason });
}

/** A resource as cdk-nag writes it: `arn:<AWS::Partition>:iot:...`. */
function flatten(value: unknown): string {
  if (typeof value === 'string') return value.replace(/\$\{/g, '<').replace(/\}/g, '>');
  const [[intrinsic, argument]] = Object.entries(value as Record<string, unknown>);
  switch (intrinsic) {
    case 'Ref':
      return `<${argument}>`;
    case 'Fn::GetAtt':
      return `<${(argument as string[]).join('.')}>`;
    case 'Fn::Join': {
      const [delimiter, parts] = argument as [string, unknown[]];
      return parts.map(flatten).join(delimiter);
    }
    case 'Fn::Sub':
    case 'Fn::ImportValue':
      return flatten(argument);
    default:
      return JSON.stringify(value);
  }
}
