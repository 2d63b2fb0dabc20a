import * as iam from 'aws-cdk-lib/aws-iam';
import { type Construct, type IDependable } from 'constructs';
import { type Permissions } from './permissions';

/**
 * The provider's role as the target of grants. The role's own `addToPrincipalPolicy` would make a second policy, so
 * this one adds the statements to the provider's policy.
 */
export class ProviderPrincipal implements iam.IPrincipal {
  readonly grantPrincipal = this;
  readonly assumeRoleAction = 'sts:AssumeRole';

  constructor(
    private readonly provider: Construct & IDependable,
    private readonly roleArn: string,
    private readonly permissions: Permissions,
  ) {}

  get policyFragment(): iam.PrincipalPolicyFragment {
    return new iam.ArnPrincipal(this.roleArn).policyFragment;
  }

  addToPolicy(statement: iam.PolicyStatement): boolean {
    return this.addToPrincipalPolicy(statement).statementAdded;
  }

  addToPrincipalPolicy(statement: iam.PolicyStatement): iam.AddToPrincipalPolicyResult {
    this.permissions.addGranted(statement);
    return { statementAdded: true, policyDependable: this.provider };
  }
}
