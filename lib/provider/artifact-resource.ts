import {
  CfnDeletionPolicy,
  CfnResource,
  type ITaggable,
  Lazy,
  type RemovalPolicy,
  type RemovalPolicyOptions,
  TagManager,
  TagType,
} from 'aws-cdk-lib';
import { type Construct, type IConstruct } from 'constructs';
import { type TagProperty } from '../../contract/cloudformation';
import { type Shape } from '../../contract/shape';
import { resourcesOf } from '../core/dependencies';
import { type RemovalProperty, refuseSnapshot } from '../core/removal';
import { problemsAtSynth, validate } from '../core/validation';
import { type ArtifactProvider } from './artifact-provider';
import { render } from './looks';
import { hasTokens, hasTokensBeside } from './references';

export interface ArtifactResourceProps {
  readonly provider: ArtifactProvider;
  readonly type: string;
  readonly shape: Shape<unknown>;
  /** Properties of that shape, which must follow the shape's rules. Undefined properties are left out. */
  readonly properties: object;
  /** What the resource must come after: the resources of these constructs. An imported construct has none. */
  readonly after?: readonly IConstruct[];
  /** Whether CloudFormation can make it beside all others, however many there are. Absent: false. */
  readonly standsAlone?: boolean;
  /** What applies a removal policy. Absent: the resource's own deletion policy is set. */
  readonly removal?: RemovalProperty;
}

/**
 * The custom resource behind an artifact. It has no `ServiceTimeout`, because CloudFormation waits an hour by default,
 * and no dependency on the provider's policies, because its service token depends on them.
 */
export class ArtifactResource extends CfnResource {
  private readonly forbidden = new Set<IConstruct>();
  private readonly hasUnknown: boolean;

  constructor(
    scope: Construct,
    private readonly artifact: ArtifactResourceProps,
  ) {
    validate(scope, artifact.shape, artifact.properties);
    super(scope, 'Resource', { type: artifact.type });
    this.hasUnknown = hasTokens(artifact.properties);
    if (artifact.removal?.isExplicit) this.markExplicit();
    if (!artifact.standsAlone) artifact.provider._lanes.add(this, resourcesOf(...(artifact.after ?? [])));
  }

  public get artifactProperties(): object {
    return this.artifact.properties;
  }

  public get mayRefer(): boolean {
    return this.hasUnknown || hasTokensBeside(this);
  }

  /** Includes what synthesis would make the resource depend on. */
  public override removeDependency(target: CfnResource): void {
    this.forbid(target);
    super.removeDependency(target);
  }

  public forbid(target: CfnResource): void {
    this.forbidden.add(target);
  }

  public mayFollow(other: IConstruct): boolean {
    return !this.forbidden.has(other);
  }

  /** Applies a policy that is set on this artifact. */
  public setRemovalPolicy(policy: RemovalPolicy): void {
    this.artifact.removal?.set(policy);
    this.markExplicit();
  }

  /**
   * `MissingRemovalPolicies` ignores a resource that has a deletion policy. This policy is CloudFormation's default.
   */
  private markExplicit(): void {
    this.cfnOptions.deletionPolicy = CfnDeletionPolicy.DELETE;
  }

  // as late as possible, and without a token for each: both can change until the app is synthesized.
  protected override get cfnProperties(): { [key: string]: unknown } {
    const { provider, properties, removal } = this.artifact;
    // what is null in JavaScript is not given, and no template can hold it.
    const given = Object.entries(properties).filter(([, value]) => value !== null);
    return { ServiceToken: provider._serviceToken, ...Object.fromEntries(given), ...removal?.property };
  }

  /**
   * The CDK renders each resource twice: once to find references to other stacks, of which most artifacts have none. The
   * service token is of the artifact's own stack.
   *
   * @internal
   */
  public _toCloudFormation(): object {
    if (this.mayRefer) return render(this);
    return { Resources: Lazy.uncachedAny({ produce: ({ preparing }) => (preparing ? {} : render(this).Resources) }) };
  }

  public override applyRemovalPolicy(policy?: RemovalPolicy, options?: RemovalPolicyOptions): void {
    const { removal } = this.artifact;
    if (!removal) {
      refuseSnapshot(this, policy);
      super.applyRemovalPolicy(policy, options);
    } else if (policy !== undefined) removal.setInBulk(policy);
  }
}

type Remove = (this: CfnResource, target: CfnResource) => void;

/** The newer name of `removeDependency`, which the oldest peers do not have. */
const newer = Reflect.get(CfnResource.prototype, 'removeResourceDependency') as Remove | undefined;
if (newer) {
  Reflect.set(
    ArtifactResource.prototype,
    'removeResourceDependency',
    function (this: ArtifactResource, target: CfnResource) {
      this.forbid(target);
      newer.call(this, target);
    },
  );
}

/** The resource behind an artifact that has tags. */
export class TaggedArtifactResource extends ArtifactResource implements ITaggable {
  public readonly tags: TagManager;

  constructor(scope: Construct, artifact: ArtifactResourceProps) {
    super(scope, artifact);
    this.tags = new TagManager(TagType.STANDARD, artifact.type, undefined, { tagPropertyName: 'Tags' });
    // tags can be added until the app is synthesized.
    scope.node.addValidation({
      validate: () => (this.tags.hasTags() ? problemsAtSynth(artifact.shape, this.artifactProperties) : []),
    });
  }

  public override get artifactProperties(): object {
    return { ...super.artifactProperties, Tags: this.tagProperties() };
  }

  public override get mayRefer(): boolean {
    return super.mayRefer || (this.tags.hasTags() && hasTokens(this.tags.tagValues()));
  }

  private tagProperties(): TagProperty[] {
    return Object.entries(this.tags.tagValues()).map(([Key, Value]) => ({ Key, Value }));
  }

  protected override get cfnProperties(): { [key: string]: unknown } {
    const tags = this.tagProperties();
    return tags.length > 0 ? { ...super.cfnProperties, Tags: tags } : super.cfnProperties;
  }
}
