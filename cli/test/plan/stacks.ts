import { type Template, type TemplateResource } from '../../src/assembly/template';
import { type Account } from '../../src/aws/account';

/** A stack as it is deployed. */
export interface Held {
  readonly template: Template;
  /** Physical ids by logical ids. */
  readonly ids?: Readonly<Record<string, string>>;
  readonly status?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly parentId?: string;
}

/** The id of a stack that is deployed. */
export const idOf = (name: string, uuid = '1'): string =>
  `arn:aws:cloudformation:us-east-1:111111111111:stack/${name}/${uuid}`;

/** An account whose CloudFormation knows some stacks by their names. */
export function accountWith(stacks: Readonly<Record<string, Held>> = {}, region = 'us-east-1'): Account {
  const send = async ({ constructor: { name: command }, input }: { input: { StackName: string } }) => {
    const name = input.StackName.split('/')[1] ?? input.StackName;
    const stack = Object.hasOwn(stacks, name) ? stacks[name] : undefined;
    if (!stack) {
      throw Object.assign(new Error(`Stack with id ${name} does not exist`), { name: 'ValidationError' });
    }
    return answerOf(command, name, stack);
  };
  return {
    region,
    id: '111111111111',
    partition: 'aws',
    cloudFormation: { send },
    stackId: (name: string) => idOf(name, 'none'),
  } as unknown as Account;
}

function answerOf(command: string, name: string, held: Held): object {
  const { template, ids = {}, status = 'UPDATE_COMPLETE', parameters = {}, parentId } = held;
  switch (command) {
    case 'DescribeStacksCommand': {
      const Parameters = Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      }));
      const at = { StackId: idOf(name), StackName: name, StackStatus: status, ParentId: parentId };
      return { Stacks: [{ ...at, Parameters }] };
    }
    case 'GetTemplateCommand':
      return { TemplateBody: JSON.stringify(template) };
    case 'ListStackResourcesCommand':
      return {
        StackResourceSummaries: Object.entries(ids).map(([LogicalResourceId, PhysicalResourceId]) => ({
          LogicalResourceId,
          PhysicalResourceId,
          ResourceType: template.Resources?.[LogicalResourceId].Type,
          ResourceStatus: 'CREATE_COMPLETE',
        })),
      };
    default:
      throw new Error(`${command} is not answered here`);
  }
}

/** A stack of an app, as `cdk synth` writes it. */
export const synthesized = (
  template: Template,
  parameters: Readonly<Record<string, string>> = {},
  directory = '/nowhere',
) => ({ id: 'Stage/Fleet', stackName: 'Fleet', template, parameters, assets: [], directory });

export const resources = (Resources: Readonly<Record<string, TemplateResource>>): Template => ({ Resources });
