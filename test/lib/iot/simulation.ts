import { runSimulation } from '@cloud-copilot/iam-simulate';
import { type Stack } from 'aws-cdk-lib';
import { newStack, resources } from '../app';

const account = '111111111111';
const region = 'eu-west-1';

export const arn = (resource: string) => `arn:aws:iot:${region}:${account}:package/${resource}`;
export const stackArn = (name: string) => `arn:aws:cloudformation:${region}:${account}:stack/${name}/id`;
export const THIS_STACK = stackArn('this');

const REFERENCES: Record<string, string> = { 'AWS::Partition': 'aws', 'AWS::StackId': THIS_STACK };

export interface PolicyDocument {
  readonly Statement: readonly {
    readonly Action: string | string[];
    readonly Resource?: string | string[];
    readonly Condition?: object;
  }[];
}

/** A stack of the account and region that the ARNs are of. */
export const stackOf = (declare: (stack: Stack) => unknown) => {
  const stack = newStack({ env: { account, region } });
  declare(stack);
  return stack;
};

/** The policies of a stack as IAM has them, by their logical ids. */
export function policiesOf(stack: Stack): Record<string, PolicyDocument> {
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== 'object' || !value) return value;
    const [[key, argument]] = Object.entries(value);
    if (key === 'Ref') return REFERENCES[argument as string] ?? argument;
    if (key === 'Fn::Join') return argument[1].map(resolve).join(argument[0]);
    if (key === 'Fn::GetAtt') return argument.join('.');
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, resolve(inner)]));
  };
  const policies = Object.entries(resources(stack, 'AWS::IAM::Policy'));
  return Object.fromEntries(
    policies.map(([id, { Properties }]) => [id, resolve(Properties.PolicyDocument) as PolicyDocument]),
  );
}

/** The provider's one policy for what it manages. */
export const policyOf = (stack: Stack): PolicyDocument => policiesOf(stack).IotArtifactsPolicyC1539D1D;

/** What a policy allows, one line for each action and resource. */
export const allowed = ({ Statement }: PolicyDocument): string[] =>
  Statement.flatMap(({ Action, Resource = [] }) =>
    [Action].flat().flatMap(action => [Resource].flat().map(resource => `${action} ${resource}`)),
  );

/** Whether the provider's policy lets it do something, to a resource with tags. */
export async function allows(stack: Stack, action: string, resource: string, tags: Record<string, string> = {}) {
  const context = Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value]);
  const result = await runSimulation(
    {
      request: {
        principal: `arn:aws:sts::${account}:assumed-role/provider/session`,
        action,
        resource: { resource, accountId: account },
        contextVariables: Object.fromEntries(context),
      },
      identityPolicies: [{ name: 'provider', policy: policyOf(stack) }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (result.resultType !== 'single' && result.resultType !== 'wildcard') throw new Error(JSON.stringify(result));
  const results = result.resultType === 'single' ? [result.result] : result.results;
  return results.some(({ analysis }) => analysis.result === 'Allowed');
}
