import { type IResolveContext, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { type IConstruct } from 'constructs';
import { acknowledgeWildcard } from './acknowledgement';

/** What a handler may do, to which resources. */
export interface Permission {
  readonly actions: readonly string[];
  readonly resources?: readonly string[];
  /** Every resource but these, for an action that is authorised on resources of several types. */
  readonly notResources?: readonly string[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Stands for the resources where they become too many. */
  readonly collapsedResource?: string;
  /** Why there must be a wildcard in the resources. */
  readonly wildcardReason?: string;
}

/** Resources that a statement lists before they are collapsed. */
const MAX_LISTED = 20;
const COLLAPSED = `More than ${MAX_LISTED} resources are meant, and inline policies may have 10,240 characters.`;

/** The one policy document of a provider. Permissions that differ in their resources alone share a statement. */
export class Permissions extends iam.PolicyDocument {
  private readonly known = new Set<string>();
  private readonly allowed = new Map<string, { permission: Permission; resources: Set<string> }>();
  private readonly granted: iam.PolicyStatement[] = [];

  constructor(private readonly scope: IConstruct) {
    super();
  }

  allow(...permissions: Permission[]): void {
    for (const permission of permissions) {
      // artifacts of one kind ask for the same again and again.
      const text = JSON.stringify(permission);
      if (this.known.has(text)) continue;
      this.known.add(text);
      this.add(permission);
    }
  }

  private add(permission: Permission): void {
    const { resources = [], wildcardReason, ...rest } = permission;
    // resolved, since two tokens may stand for one thing.
    const key = JSON.stringify(Stack.of(this.scope).resolve(rest));
    const entry = this.allowed.get(key) ?? { permission, resources: new Set() };
    this.allowed.set(key, entry);
    const before = entry.resources.size;
    for (const resource of resources) {
      if (entry.resources.has(resource)) continue;
      entry.resources.add(resource);
      if (wildcardReason && resource.includes('*')) acknowledgeWildcard(this.scope, resource, wildcardReason);
    }
    if (permission.collapsedResource && before <= MAX_LISTED && entry.resources.size > MAX_LISTED) {
      acknowledgeWildcard(this.scope, permission.collapsedResource, COLLAPSED);
    }
  }

  /** Takes a statement that a grant of another construct wrote. */
  addGranted(statement: iam.PolicyStatement): void {
    this.granted.push(statement);
  }

  override get isEmpty(): boolean {
    return this.allowed.size === 0 && this.granted.length === 0;
  }

  override resolve(context: IResolveContext): unknown {
    const statements = [...this.allowed.values()].map(({ permission, resources }) => {
      const { actions, notResources, conditions, collapsedResource } = permission;
      const listed = collapsedResource && resources.size > MAX_LISTED ? [collapsedResource] : [...resources];
      return new iam.PolicyStatement({
        actions: [...actions],
        resources: listed,
        notResources: notResources && [...notResources],
        conditions,
      });
    });
    // the same statements whatever feature flags the app has set.
    return new iam.PolicyDocument({ statements: [...statements, ...this.granted], minimize: true }).resolve(context);
  }
}
