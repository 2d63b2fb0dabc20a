import { CfnResource, Stack } from 'aws-cdk-lib';
import { type IConstruct } from 'constructs';
import { dependableOn } from '../core/dependencies';
import { isInTree } from '../core/tree';
import { referencesIn } from './references';

/** A resource that CloudFormation makes after others of its kind if there are many. */
export interface LaneResource extends CfnResource {
  /** The resource in the template. */
  readonly artifactProperties: object;
  /** Whether it can refer to another resource than its provider. */
  readonly mayRefer: boolean;
  /** Whether it can be made after another one. */
  mayFollow(other: IConstruct): boolean;
}

/**
 * How many artifacts of a stack CloudFormation works on at once. Eight at a time use nearly all of the ten calls a
 * second that services allow by default, and few calls are throttled.
 */
const LANES = 8;

interface Lane {
  readonly last: LaneResource;
  /** What at least one artifact of the lane depends on. */
  readonly covered: Set<IConstruct>;
}

/**
 * Spreads the artifacts of a stack over lanes, so that CloudFormation does not send the events of all of them at once:
 * each artifact depends on the last one of its lane. The artifacts are in an order in which no existing dependency
 * points forward, so that no cycle can arise.
 */
export class Lanes {
  /** The artifacts, with the dependencies that their kind requires. */
  private readonly artifacts = new Map<LaneResource, readonly IConstruct[]>();
  private known?: { readonly size: number; readonly roots: ReadonlyMap<LaneResource, readonly IConstruct[]> };
  private isSearching = false;

  constructor(private readonly provider: IConstruct) {}

  /** Adds an artifact, which depends on some resources in any case. */
  public add(artifact: LaneResource, after: readonly IConstruct[]): void {
    this.artifacts.set(artifact, after);
    const wanted = () => this.rootsOf(artifact, after).filter(root => artifact.mayFollow(root));
    artifact.node.addDependency(dependableOn(wanted));
  }

  /** The resources of the artifacts in the template. */
  public get properties(): object[] {
    return this.inTree.map(artifact => artifact.artifactProperties);
  }

  private get inTree(): LaneResource[] {
    return [...this.artifacts.keys()].filter(isInTree);
  }

  /**
   * The artifact that an artifact follows. Decided when the app is synthesized, because only then are all dependencies
   * known.
   */
  private rootsOf(artifact: LaneResource, after: readonly IConstruct[]): readonly IConstruct[] {
    const { size } = this.artifacts;
    // the search asks for the dependencies without lanes.
    if (size <= LANES || this.isSearching) return after;
    if (this.known?.size !== size) {
      this.isSearching = true;
      try {
        this.known = { size, roots: this.spread() };
      } finally {
        this.isSearching = false;
      }
    }
    return this.known.roots.get(artifact) ?? after;
  }

  private spread(): Map<LaneResource, readonly IConstruct[]> {
    const roots = new Map<LaneResource, readonly IConstruct[]>();
    // the lane whose last artifact is the oldest comes first.
    const lanes: Lane[] = [];
    for (const { artifact, after } of this.ordered()) {
      const joined = lanes.findIndex(({ last }) => after.has(last));
      const isFull = lanes.length >= LANES;
      const index = joined >= 0 ? joined : lanes.findIndex(({ last }) => isFull && artifact.mayFollow(last));
      const lane = index >= 0 ? lanes.splice(index, 1)[0] : undefined;
      const own = this.artifacts.get(artifact)!;
      // an artifact does not repeat the dependencies of the last one.
      const needed = own.filter(root => root === lane?.last || !lane?.covered.has(root));
      roots.set(artifact, lane && joined < 0 ? [...needed, lane.last] : needed);
      const covered = lane?.covered ?? new Set();
      for (const root of own) covered.add(root);
      lanes.push({ last: artifact, covered });
    }
    return roots;
  }

  /** The artifacts, each after everything that it depends on in any way, with its direct dependencies. */
  private ordered(): { readonly artifact: LaneResource; readonly after: ReadonlySet<IConstruct> }[] {
    const artifacts = this.inTree;
    const graph = new Graph(this.provider, new Set(artifacts));
    const ordered: { artifact: LaneResource; after: ReadonlySet<IConstruct> }[] = [];
    const seen = new Set<IConstruct>();
    const visit = (node: IConstruct): void => {
      if (seen.has(node)) return;
      seen.add(node);
      const after = graph.after(node);
      for (const next of after) visit(next);
      if (graph.isArtifact(node)) ordered.push({ artifact: node, after });
    };
    for (const artifact of artifacts) visit(artifact);
    return ordered;
  }
}

/** The dependencies within a stack: between its resources, and with each nested stack as a whole. */
class Graph {
  private readonly stack: Stack;
  // many artifacts have the same dependencies and the same scopes.
  private readonly ofScopes = new Map<IConstruct, readonly IConstruct[]>();
  private readonly nodes = new Map<IConstruct, IConstruct | undefined>();
  /** Nested stacks by the resources that represent them in this stack. */
  private readonly nested = new Map<IConstruct, Stack>();

  constructor(
    private readonly provider: IConstruct,
    private readonly artifacts: ReadonlySet<IConstruct>,
  ) {
    this.stack = Stack.of(provider);
    for (const nested of this.stack.node.findAll().filter(Stack.isStack)) {
      if (nested.nestedStackResource) this.nested.set(nested.nestedStackResource, nested);
    }
  }

  public isArtifact(node: IConstruct): node is LaneResource {
    return this.artifacts.has(node);
  }

  public after(node: IConstruct): Set<IConstruct> {
    const resources = Stack.isStack(node) ? [...resourcesIn(node), node.nestedStackResource!] : [node as CfnResource];
    const found = new Set<IConstruct>();
    for (const resource of resources) {
      for (const other of this.afterResource(resource)) {
        const at = this.nodeOf(other);
        if (at && at !== node) found.add(at);
      }
    }
    return found;
  }

  private afterResource(resource: CfnResource): IConstruct[] {
    const after: IConstruct[] = resource.obtainDependencies().filter(CfnResource.isCfnResource);
    after.push(...this.afterScope(resource));
    if (!this.isArtifact(resource) || resource.mayRefer) after.push(...referencesIn(resource));
    return after;
  }

  /** What the constructs around a construct depend on, and that itself. */
  private afterScope(scope: IConstruct): readonly IConstruct[] {
    let known = this.ofScopes.get(scope);
    if (!known) {
      const own = scope.node.dependencies.flatMap(resourcesIn);
      const around = scope.node.scope ? this.afterScope(scope.node.scope) : [];
      known = own.length === 0 ? around : [...own, ...around];
      this.ofScopes.set(scope, known);
    }
    return known;
  }

  /**
   * The resource of the stack that contains a construct. All artifacts depend on the provider, so the provider cannot
   * depend on an artifact; a construct in a stack around or beside this one cannot either.
   */
  private nodeOf(other: IConstruct): IConstruct | undefined {
    if (!this.nodes.has(other)) this.nodes.set(other, this.findNodeOf(other));
    return this.nodes.get(other);
  }

  private findNodeOf(other: IConstruct): IConstruct | undefined {
    if (other.node.scopes.includes(this.provider)) return undefined;
    let stack = Stack.of(other);
    if (stack === this.stack) return this.nested.get(other) ?? other;
    while (stack.nestedStackParent && stack.nestedStackParent !== this.stack) stack = stack.nestedStackParent;
    return stack.nestedStackParent ? stack : undefined;
  }
}

function resourcesIn(scope: IConstruct): CfnResource[] {
  if (CfnResource.isCfnResource(scope) && scope.node.children.length === 0) return [scope];
  return scope.node.findAll().filter(CfnResource.isCfnResource);
}
