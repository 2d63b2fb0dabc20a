/** A stack as it is deployed. Only reads. */
import { DescribeStacksCommand, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { listedResources } from '../../../lambda/runtime/client';
import { type Template, parseTemplate } from '../assembly/template';
import { UserError } from '../errors';
import { type Account } from './account';

export interface DeployedResource {
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
}

export interface DeployedStack {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly parentId?: string;
  readonly template: Template;
  readonly parameters: Readonly<Record<string, string>>;
  readonly resources: ReadonlyMap<string, DeployedResource>;
}

/** What a deployment makes anew: the CDK deletes it first. */
const AS_GOOD_AS_NONE = /^(REVIEW_IN_PROGRESS|ROLLBACK_COMPLETE|DELETE_COMPLETE)$/;

/**
 * `undefined` where there is none.
 *
 * @param stack its name or id
 */
export async function deployedStack(account: Account, stack: string): Promise<DeployedStack | undefined> {
  const found = await described(account, stack);
  if (!found || AS_GOOD_AS_NONE.test(found.StackStatus ?? '')) return undefined;
  const { StackId: id = '', StackName: name = '', StackStatus: status = '', ParentId, Parameters = [] } = found;
  return {
    id,
    name,
    status,
    parentId: ParentId,
    template: await templateOf(account, id),
    parameters: Object.fromEntries(
      Parameters.map(({ ParameterKey = '', ParameterValue, ResolvedValue }) => [
        ParameterKey,
        ResolvedValue ?? ParameterValue ?? '',
      ]),
    ),
    resources: await resourcesOf(account, id),
  };
}

/** What tells a stack that is none of this library's from one that is not there. */
export async function requiredStack(account: Account, stack: string): Promise<DeployedStack> {
  const found = await deployedStack(account, stack);
  if (found) return found;
  throw new UserError(
    `stack ${stack} is not deployed in ${account.region} of account ${account.id}: deploy it first, or set AWS_REGION and ` +
      'AWS_PROFILE to where it is',
  );
}

async function described({ cloudFormation }: Account, StackName: string) {
  try {
    return (await cloudFormation.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0];
  } catch (error) {
    if ((error as Error).name === 'ValidationError' && /does not exist/.test((error as Error).message))
      return undefined;
    throw error;
  }
}

async function templateOf({ cloudFormation }: Account, StackName: string): Promise<Template> {
  const { TemplateBody = '{}' } = await cloudFormation.send(new GetTemplateCommand({ StackName }));
  return parseTemplate(TemplateBody, `the template of ${StackName}`);
}

async function resourcesOf({ cloudFormation }: Account, stackId: string) {
  const found = new Map<string, DeployedResource>();
  for await (const entry of listedResources(cloudFormation, stackId)) {
    const { LogicalResourceId: logicalId = '', PhysicalResourceId: physicalId = '', ResourceType: type = '' } = entry;
    if (!/^DELETE_(COMPLETE|SKIPPED)$/.test(entry.ResourceStatus ?? '')) {
      found.set(logicalId, { logicalId, physicalId, type });
    }
  }
  return found;
}
