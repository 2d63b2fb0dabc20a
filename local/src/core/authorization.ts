import { type RunSimulationResults, runSimulation } from '@cloud-copilot/iam-simulate';
import { type Needed, type Principal, type ServiceError } from './service';

/** A policy of a role. */
export interface NamedPolicy {
  readonly name: string;
  readonly document: object;
}

/** Where the policies of a role are found, and who hears which were used. */
export interface PolicySource {
  policiesOf(roleArn: string): readonly NamedPolicy[];
  /** A call needed these statements. */
  used(roleArn: string, usages: readonly StatementUsage[]): void;
}

/** What a call needed of a statement: where it stands, and the elements of it that matched. */
export interface StatementUsage {
  readonly policyName: string;
  /** The statement's place in the policy document, from 0. */
  readonly index: number;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

/** Decides by the policies of the caller's role. Developers and services may do everything. */
export class Authorizer {
  constructor(
    private readonly policies: PolicySource,
    private readonly account: string,
    private readonly region: string,
  ) {}

  /** Throws what `denied` makes of the message where a permission is missing. */
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
        throw denied(
          `User: ${who} is not authorized to perform: ${needed.action} on resource: ${needed.resource} ${reason}`,
        );
      }
    }
  }

  private async refusal(principal: Principal & { kind: 'role' }, needed: Needed): Promise<string | undefined> {
    const result = await runSimulation(
      {
        request: {
          principal: sessionArn(principal),
          action: needed.action,
          resource: { resource: needed.resource, accountId: this.account },
          contextVariables: { ...this.globalContext(principal), ...needed.context } as Record<
            string,
            string | string[]
          >,
        },
        identityPolicies: this.policies
          .policiesOf(principal.roleArn)
          .map(({ name, document }) => ({ name, policy: document })),
        resourcePolicy: needed.resourcePolicy,
        serviceControlPolicies: [],
        resourceControlPolicies: [],
      },
      {},
    );
    const analysis = decisive(result, needed);
    this.policies.used(principal.roleArn, usages(analysis?.identityAnalysis?.allowStatements ?? []));
    if (analysis?.result === 'Allowed') return undefined;
    return analysis?.result === 'ExplicitlyDenied'
      ? `with an explicit deny in ${analysis.resourceAnalysis?.denyStatements.length ? 'a resource' : 'an identity'}-based policy`
      : `because no identity-based policy allows the ${needed.action} action`;
  }

  private globalContext(principal: Principal & { kind: 'role' }): Record<string, string> {
    return {
      'aws:PrincipalAccount': this.account,
      'aws:PrincipalArn': principal.roleArn,
      'aws:RequestedRegion': this.region,
      // stands in for the cloud, where the call would have come over TLS.
      'aws:SecureTransport': 'true',
    };
  }
}

/** The analysis that decides; none where a resource `*` is only granted in part. */
function decisive(result: RunSimulationResults, needed: Needed) {
  if (result.resultType === 'error') {
    // an action or resource that the authorization reference does not know: the service's `needs` is wrong.
    throw new Error(`cannot decide on ${needed.action} for ${needed.resource}: ${JSON.stringify(result.errors)}`);
  }
  if (result.resultType === 'single') return result.result.analysis;
  return result.results.find(({ resourcePattern }) => resourcePattern === needed.resource)?.analysis;
}

type Statements = NonNullable<NonNullable<ReturnType<typeof decisive>>['identityAnalysis']>['allowStatements'];

const usages = (statements: Statements): StatementUsage[] =>
  statements.map(({ policyId, statement, explain }) => ({
    policyName: policyId,
    index: statement.index() - 1,
    actions: matching(explain.actions).map(({ action }) => action),
    resources: matching(explain.resources).map(({ resource }) => resource),
  }));

function matching<T extends { matches: boolean }>(explained: T | T[] | undefined): T[] {
  return (explained === undefined ? [] : [explained].flat()).filter(({ matches }) => matches) as T[];
}

/** `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION` */
export function sessionArn({ roleArn, session }: { roleArn: string; session: string }): string {
  const [, partition, , , account, path] = roleArn.split(':');
  return `arn:${partition}:sts::${account}:assumed-role/${path.split('/').pop()}/${session}`;
}
