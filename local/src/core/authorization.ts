// documented: user guide (IAM), reference_policies_evaluation-logic and reference_policies_condition-keys
import {
  type Caller,
  type Evaluation,
  type MatchedStatement,
  type NamedPolicy,
  type Policies,
  evaluate,
} from './policy';
import { conditionKeysOf } from './reference';
import { type Needed, type Principal, type ServiceError } from './service';

/** The policies of roles, and which of their statements were used. */
export interface PolicySource {
  policiesOf(roleArn: string): readonly NamedPolicy[];
  /** The permissions boundary of the role, if it has one. */
  boundaryOf(roleArn: string): object | undefined;
  /** Records that a call needed these statements. */
  used(roleArn: string, usages: readonly MatchedStatement[]): void;
}

/** Decides by the policies of the caller's role. Developers and services can do everything. */
export class Authorizer {
  constructor(
    private readonly policies: PolicySource,
    private readonly account: string,
    private readonly region: string,
  ) {}

  /** Throws the error that `denied` makes of the message if a permission is missing. */
  async check(
    principal: Principal,
    needs: readonly Needed[],
    denied: (message: string) => ServiceError,
  ): Promise<void> {
    if (principal.kind !== 'role') return;
    for (const needed of needs) {
      const reason = await this.refusal(principal, needed);
      if (reason) {
        const who = sessionArn(principal);
        // captured: public report, the messages of denied calls in many issues
        throw denied(
          `User: ${who} is not authorized to perform: ${needed.action} on resource: ${needed.resource} ${reason}`,
        );
      }
    }
  }

  private async refusal(principal: Principal & { kind: 'role' }, needed: Needed): Promise<string | undefined> {
    const { roleArn } = principal;
    const { decision, deniedBy, allowedBy } = await decide(needed, {
      caller: { account: this.account, roleArn, sessionArn: sessionArn(principal) },
      context: this.globalContext(principal),
      policies: { identity: this.policies.policiesOf(roleArn), boundary: this.policies.boundaryOf(roleArn) },
    });
    this.policies.used(roleArn, allowedBy);
    if (decision === 'Allowed') return undefined;
    return decision === 'ExplicitlyDenied'
      ? `with an explicit deny in ${deniedBy === 'identity-based policy' ? 'an' : 'a'} ${deniedBy}`
      : `because no ${deniedBy} allows the ${needed.action} action`;
  }

  private globalContext(principal: Principal & { kind: 'role' }): Record<string, string> {
    return {
      'aws:PrincipalAccount': this.account,
      'aws:PrincipalArn': principal.roleArn,
      'aws:RequestedRegion': this.region,
      // in the cloud, the call would come over TLS.
      'aws:SecureTransport': 'true',
    };
  }
}

interface Asked {
  readonly caller: Caller;
  /** The context keys that every call has. */
  readonly context: Readonly<Record<string, string>>;
  readonly policies: Omit<Policies, 'resource'>;
}

/** Decides about a need by the policies of the caller and of the resource. */
export async function decide(needed: Needed, { caller, context, policies }: Asked): Promise<Evaluation> {
  const { action, resource, resourcePolicy } = needed;
  const isKey = await conditionKeysOf(action, resource);
  const own = Object.entries(needed.context ?? {}).filter(([key]) => isKey(key));
  const all = [...Object.entries(context), ...own].map(
    ([key, value]) => [key.toLowerCase(), [value].flat() as readonly string[]] as const,
  );
  return evaluate({ caller, action, resource, context: new Map(all) }, { ...policies, resource: resourcePolicy });
}

/** `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION` */
export function sessionArn({ roleArn, session }: { roleArn: string; session: string }): string {
  const [, partition, , , account, path] = roleArn.split(':');
  return `arn:${partition}:sts::${account}:assumed-role/${path.split('/').pop()}/${session}`;
}
