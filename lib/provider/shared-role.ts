import { Token } from 'aws-cdk-lib';
import { type IRole } from 'aws-cdk-lib/aws-iam';
import { type IConstruct } from 'constructs';
import { type PolicyBudget } from './permissions';

/** The providers that use a role, by the app and the role: its ARN, or the construct if the ARN is not known yet. */
const users = new WeakMap<IConstruct, Map<IRole | string, Set<IConstruct>>>();

const keyOf = (role: IRole) => (Token.isUnresolved(role.roleArn) ? role : role.roleArn);

/** Records that a provider puts its policies on a role. */
export function shareRole(role: IRole, provider: IConstruct): void {
  const { root } = provider.node;
  const roles = users.get(root) ?? new Map<IRole | string, Set<IConstruct>>();
  users.set(root, roles);
  const sharers = roles.get(keyOf(role)) ?? new Set();
  roles.set(keyOf(role), sharers.add(provider));
}

/** The part of a role's budget for policies that a provider has if it shares the role. Known when all providers are. */
export function shareOf({ inline, managed }: PolicyBudget, provider: IConstruct, role: () => IRole): PolicyBudget {
  const sharers = () => users.get(provider.node.root)?.get(keyOf(role()))?.size ?? 1;
  return {
    get inline() {
      return Math.floor(inline / sharers());
    },
    get managed() {
      return Math.floor(managed / sharers());
    },
    get sharers() {
      return sharers();
    },
  };
}
