import * as iam from 'aws-cdk-lib/aws-iam';

/** What a handler may do, to which resources. */
export interface Permission {
  readonly actions: readonly string[];
  readonly resources?: readonly string[];
  /** Every resource but these, for an action that is authorised on resources of several types. */
  readonly notResources?: readonly string[];
  readonly conditions?: Record<string, Record<string, string>>;
}

/**
 * The one policy document of a provider. Permissions that differ in their resources alone share a statement, so that
 * the document stays below the 10,240 characters of a role's inline policies.
 */
export class Permissions {
  readonly document = new iam.PolicyDocument();
  private readonly statements = new Map<string, iam.PolicyStatement>();

  allow(permission: Permission): void {
    const key = JSON.stringify([permission.actions, permission.notResources ?? [], permission.conditions ?? {}]);
    const known = this.statements.get(key);
    if (known) {
      known.addResources(...(permission.resources ?? []));
      return;
    }
    const statement = new iam.PolicyStatement({
      actions: [...permission.actions],
      resources: permission.resources && [...permission.resources],
      notResources: permission.notResources && [...permission.notResources],
      conditions: permission.conditions,
    });
    this.statements.set(key, statement);
    this.document.addStatements(statement);
  }

  /** Takes a statement that a grant of another construct wrote. */
  add(statement: iam.PolicyStatement): void {
    this.document.addStatements(statement);
  }
}
