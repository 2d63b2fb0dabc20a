/** How IAM decides about a call by policies within one account, by its guide ("Policy evaluation logic"). */
// documented: user guide (IAM), reference_policies_evaluation-logic and reference_policies_variables
import { type ConditionBlock, type Context, holds, matches } from './conditions';

/** A policy with its name. */
export interface NamedPolicy {
  readonly name: string;
  readonly document: object;
}

/** The request. */
export interface PolicyRequest {
  readonly caller: Caller;
  readonly action: string;
  /** An ARN, or `*` for a call on all resources. */
  readonly resource: string;
  readonly context: Context;
}

/** The caller. */
export type Caller =
  { readonly service: string } | { readonly account: string; readonly roleArn: string; readonly sessionArn: string };

/** The policies that count. */
export interface Policies {
  readonly identity: readonly NamedPolicy[];
  /** The permissions boundary of the identity. */
  readonly boundary?: object;
  readonly resource?: object;
}

export type PolicyKind = 'identity-based policy' | 'permissions boundary' | 'resource-based policy';

export type AccessDecision = 'Allowed' | 'ExplicitlyDenied' | 'ImplicitlyDenied';

/** A statement that matched: its place, and its elements that matched. */
export interface MatchedStatement {
  readonly policyName: string;
  /** The index of the statement in the policy document, from 0. */
  readonly index: number;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

export interface Evaluation {
  readonly decision: AccessDecision;
  /** The kind of policy that denies, explicitly or because it does not allow the call. */
  readonly deniedBy?: PolicyKind;
  /** The identity's statements that allow the call or a part of it, even if something else denies it. */
  readonly allowedBy: readonly MatchedStatement[];
}

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | string[];
  readonly NotAction?: string | string[];
  readonly Resource?: string | string[];
  readonly NotResource?: string | string[];
  readonly Principal?: PrincipalElement;
  readonly NotPrincipal?: PrincipalElement;
  readonly Condition?: ConditionBlock;
}

type PrincipalElement = '*' | Readonly<Record<string, string | string[]>>;

/** An explicit deny always wins. A call that no statement allows is denied. */
export function evaluate(request: PolicyRequest, { identity, boundary, resource }: Policies): Evaluation {
  const own = identity.flatMap(policy => matched(request, policy));
  const limits = boundary && matched(request, { name: 'boundary', document: boundary });
  const others = resource ? matched(request, { name: 'resource', document: resource }, { ofResource: true }) : [];
  const allowing = own.filter(isAllow);
  // a call on all resources uses the statements that allow it on some, although none of them is enough.
  const parts = request.resource === '*' ? identity.flatMap(policy => matched(request, policy, { inPart: true })) : own;
  const allowedBy = parts.filter(isAllow);
  const denying = [
    [own, 'identity-based policy'],
    [limits ?? [], 'permissions boundary'],
    [others, 'resource-based policy'],
  ] as const;
  const [, deniedBy] = denying.find(([statements]) => !statements.every(isAllow)) ?? [];
  if (deniedBy) return { decision: 'ExplicitlyDenied', deniedBy, allowedBy };
  // if a resource policy allows the account, the policies of the account decide. If it names the session or everybody,
  // the boundary of the role does not limit it.
  if (others.some(({ reach }) => reach === 'caller')) return { decision: 'Allowed', allowedBy };
  const isGranted = allowing.length > 0 || others.some(({ reach }) => reach === 'role');
  if (!isGranted) return { decision: 'ImplicitlyDenied', deniedBy: 'identity-based policy', allowedBy };
  if (limits && !limits.some(isAllow)) {
    return { decision: 'ImplicitlyDenied', deniedBy: 'permissions boundary', allowedBy };
  }
  return { decision: 'Allowed', allowedBy };
}

interface Matched extends MatchedStatement {
  readonly effect: Statement['Effect'];
  /** How a statement of a resource policy names the caller. */
  readonly reach?: Reach;
}

const isAllow = ({ effect }: Matched): boolean => effect === 'Allow';

function matched(
  request: PolicyRequest,
  { name, document }: NamedPolicy,
  { ofResource = false, inPart = false } = {},
): Matched[] {
  const { Version, Statement } = document as { Version?: string; Statement?: Statement | Statement[] };
  const read = Version === '2012-10-17' ? (text: string) => replaced(text, request.context) : (text: string) => text;
  return [Statement ?? []].flat().flatMap((statement, index) => {
    const { Action, NotAction, Resource, NotResource, Principal, NotPrincipal, Condition = {} } = statement;
    const actions = matching(Action, action => matches(action.toLowerCase(), request.action.toLowerCase()));
    const resources = matching(Resource, resource => matches(read(resource), request.resource));
    const excluded =
      matching(NotAction, action => matches(action.toLowerCase(), request.action.toLowerCase())).length +
      matching(NotResource, resource => matches(read(resource), request.resource)).length;
    const reach = ofResource ? reachOf({ Principal, NotPrincipal }, request.caller) : undefined;
    const applies =
      (Action === undefined || actions.length > 0) &&
      (Resource === undefined || resources.length > 0 || inPart) &&
      excluded === 0 &&
      (!ofResource || reach !== undefined) &&
      holds(Condition, request.context, read);
    return applies ? [{ policyName: name, index, actions, resources, effect: statement.Effect, reach }] : [];
  });
}

const matching = (patterns: string | string[] = [], isMatch: (pattern: string) => boolean): string[] =>
  [patterns].flat().filter(isMatch);

/** Replaces variables by values of the context. A variable without a value matches nothing. */
function replaced(text: string, context: Context): string {
  return text.replace(/\$\{([\w:/.@=+-]+)(?:, *'([^']*)')?\}/g, (_, key: string, otherwise?: string) => {
    const [value = otherwise ?? '\0', ...more] = context.get(key.toLowerCase()) ?? [];
    return more.length > 0 ? '\0' : value.replace(/[*?$]/g, '${$&}');
  });
}

/** How a resource policy names a caller: the session, its role or its account. */
type Reach = 'caller' | 'role' | 'account';

function reachOf(
  { Principal, NotPrincipal }: Pick<Statement, 'Principal' | 'NotPrincipal'>,
  caller: Caller,
): Reach | undefined {
  if (NotPrincipal !== undefined) return reach(NotPrincipal, caller) ? undefined : 'caller';
  return Principal === undefined ? undefined : reach(Principal, caller);
}

function reach(principal: PrincipalElement, caller: Caller): Reach | undefined {
  const { AWS = [], Service = [] } = principal === '*' ? { AWS: '*' } : principal;
  const [identities, services] = [[AWS].flat(), [Service].flat()];
  if ('service' in caller) return services.includes(caller.service) || identities.includes('*') ? 'caller' : undefined;
  const { account, roleArn, sessionArn } = caller;
  if (identities.includes('*') || identities.includes(sessionArn)) return 'caller';
  if (identities.includes(roleArn)) return 'role';
  const [, partition] = roleArn.split(':');
  return [account, `arn:${partition}:iam::${account}:root`].some(each => identities.includes(each))
    ? 'account'
    : undefined;
}
