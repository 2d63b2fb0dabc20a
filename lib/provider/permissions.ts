import { ArnFormat, type IResolveContext, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { type IConstruct } from 'constructs';
import { invalid } from '../core/validation';
import { acknowledgeWildcard } from './acknowledgement';
import { deployedCharacters } from './deployed-characters';

/** What a handler is allowed to do, and on which resources. */
export interface Permission {
  readonly actions: readonly string[];
  readonly resources?: readonly string[];
  /** Every resource except these, for an action that is authorized on resources of several types. */
  readonly notResources?: readonly string[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The wildcard that replaces the resources if they are too many. */
  readonly collapsedResource?: string;
  /** How many resources are listed before they are replaced. Absent: as many as the policies can hold. */
  readonly maxListed?: number;
  /** Why the resources need a wildcard. */
  readonly wildcardReason?: string;
}

/**
 * The characters that a role's policies can have by IAM's quotas: 10,240 in all inline policies together, 6,144 in a
 * managed policy.
 */
export interface PolicyBudget {
  /** Characters of the inline policy. A role can have several. */
  readonly inline: number;
  /** Managed policies. A role can have 10 by default. */
  readonly managed: number;
  /** How many providers share the role, of which each has the same part. Absent: one. */
  readonly sharers?: number;
}

/** How many resources of a kind are listed that nobody would read one by one, such as the files of a bucket. */
export const MAX_LISTED = 20;

/** With a margin, because a size before the deployment is an estimate. */
const MANAGED_CHARACTERS = 6_000;
/** Characters of a document beside its statements, and of a statement beside its resources. */
const FRAME = 60;

const COLLAPSED = 'A list of all resources would be longer than the policies of a role can be.';

/** The wildcard that replaces the state machines of sweeps if they are too many. */
export const anyStateMachine = (stack: Stack) =>
  stack.formatArn({
    service: 'states',
    resource: 'stateMachine',
    resourceName: '*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

interface Entry {
  readonly permission: Permission;
  readonly resources: Set<string>;
}

/** One statement. Each page takes as many of its resources as it has room for. */
interface Part {
  readonly fixed: number;
  readonly resources: readonly { readonly arn: string; readonly size: number }[];
  statement(resources: readonly string[]): iam.PolicyStatement;
}

/**
 * What a role is allowed to do. Permissions that only differ in their resources share a statement. The first page is
 * the document of the inline policy; the other pages are the documents of managed policies.
 */
export class Permissions extends iam.PolicyDocument {
  private readonly known = new Set<string>();
  private readonly allowed = new Map<string, Entry>();
  private readonly granted: iam.PolicyStatement[] = [];
  private readonly sizes = new Map<string, number>();

  constructor(
    private readonly scope: IConstruct,
    private readonly budget: PolicyBudget,
  ) {
    super();
  }

  allow(...permissions: Permission[]): void {
    for (const permission of permissions) {
      // artifacts of one kind ask for the same permission many times.
      const text = JSON.stringify(permission);
      if (this.known.has(text)) continue;
      this.known.add(text);
      this.add(permission);
    }
  }

  private add(permission: Permission): void {
    const { resources = [], wildcardReason, ...rest } = permission;
    // resolved, because two tokens can have the same value.
    const key = JSON.stringify(Stack.of(this.scope).resolve(rest));
    const entry = this.allowed.get(key) ?? { permission, resources: new Set() };
    this.allowed.set(key, entry);
    for (const resource of resources) {
      if (entry.resources.has(resource)) continue;
      entry.resources.add(resource);
      if (wildcardReason && resource.includes('*')) acknowledgeWildcard(this.scope, resource, wildcardReason);
    }
    if (isCollapsed(entry)) acknowledgeWildcard(this.scope, permission.collapsedResource!, COLLAPSED);
  }

  /** Adds a statement that a grant of another construct wrote. */
  addGranted(statement: iam.PolicyStatement): void {
    this.granted.push(statement);
  }

  override get isEmpty(): boolean {
    return this.allowed.size === 0 && this.granted.length === 0;
  }

  override resolve(context: IResolveContext): unknown {
    return this.page(0).resolve(context);
  }

  /** The documents that hold the permissions, the inline policy's first. Throws if there are too many permissions. */
  pages(): iam.PolicyDocument[] {
    const entries = [...this.allowed.values()];
    const one = this.paged(entries, isCollapsed);
    if (one.length === 1) return one;
    const needed = entries.map(entry => withoutRepetition(entry, entries));
    const listed = this.paged(needed, isCollapsed);
    if (listed.length <= 1 + this.budget.managed) return listed;
    const collapsed = this.paged(needed, () => true);
    if (collapsed.length <= 1 + this.budget.managed) {
      for (const { permission } of this.allowed.values()) {
        if (permission.collapsedResource) acknowledgeWildcard(this.scope, permission.collapsedResource, COLLAPSED);
      }
      return collapsed;
    }
    const { sharers = 1 } = this.budget;
    const remedy = sharers > 1 ? `give each of the ${sharers} providers that share the role one of its own, or ` : '';
    throw invalid(
      this.scope,
      `a role's policies must have at most about ${this.budget.inline + this.budget.managed * MANAGED_CHARACTERS} characters ` +
        `of permissions, got more: ${remedy}divide the artifacts, or the grants, among several stacks`,
    );
  }

  /** One of the documents, for a policy that is made before all permissions are known. */
  page(index: number): iam.PolicyDocument {
    return this.pages()[index] ?? new iam.PolicyDocument();
  }

  private paged(entries: readonly Entry[], collapses: (entry: Entry) => boolean): iam.PolicyDocument[] {
    const pages: iam.PolicyStatement[][] = [[]];
    let room = this.budget.inline - FRAME;
    const turn = () => {
      pages.push([]);
      room = MANAGED_CHARACTERS - FRAME;
    };
    for (const { fixed, resources, statement } of this.parts(entries, collapses)) {
      let taken: string[] = [];
      const write = () => {
        if (taken.length > 0 || resources.length === 0) pages.at(-1)!.push(statement(taken));
        taken = [];
      };
      if (room < fixed + (resources[0]?.size ?? 0)) turn();
      room -= fixed;
      for (const { arn, size } of resources) {
        if (room < size) {
          write();
          turn();
          room -= fixed;
        }
        taken.push(arn);
        room -= size;
      }
      write();
    }
    // the same statements, whatever feature flags the app has set.
    return pages.map(statements => new iam.PolicyDocument({ statements, minimize: true }));
  }

  private sizeOf(arn: string): number {
    const size = this.sizes.get(arn) ?? deployedCharacters(Stack.of(this.scope).resolve(arn));
    this.sizes.set(arn, size);
    return size;
  }

  private *parts(entries: readonly Entry[], collapses: (entry: Entry) => boolean): Generator<Part> {
    const stack = Stack.of(this.scope);
    const sizeOf = (value: unknown) => deployedCharacters(stack.resolve(value));
    for (const entry of entries) {
      const { actions, notResources, conditions, collapsedResource } = entry.permission;
      const isWide = collapsedResource !== undefined && collapses(entry);
      const arns = isWide ? [collapsedResource] : [...entry.resources];
      if (arns.length === 0 && !notResources) continue;
      const statement = (resources: readonly string[]) =>
        new iam.PolicyStatement({
          actions: [...actions],
          resources: [...resources],
          notResources: notResources && [...notResources],
          conditions,
        });
      yield {
        fixed: FRAME + sizeOf([actions, notResources, conditions]),
        // each resource takes a comma.
        resources: arns.map(arn => ({ arn, size: this.sizeOf(arn) + 1 })),
        statement,
      };
    }
    for (const granted of this.granted) {
      yield { fixed: sizeOf(granted.toStatementJson()), resources: [], statement: () => granted };
    }
  }
}

/** An entry without the resources on which another entry allows the same or more. */
function withoutRepetition(entry: Entry, all: readonly Entry[]): Entry {
  const { actions, notResources, conditions } = entry.permission;
  if (notResources || conditions) return entry;
  const wider = all.filter(
    ({ permission: other }) =>
      other !== entry.permission &&
      !other.notResources &&
      !other.conditions &&
      other.actions.length > actions.length &&
      actions.every(action => other.actions.includes(action)),
  );
  const resources = [...entry.resources].filter(arn => !wider.some(other => other.resources.has(arn)));
  return { permission: entry.permission, resources: new Set(resources) };
}

function isCollapsed({ permission, resources }: Entry): boolean {
  const { collapsedResource, maxListed = Infinity } = permission;
  return collapsedResource !== undefined && resources.size > maxListed;
}
