import {
  CfnResource,
  type ITaggable,
  type RemovalPolicy,
  type RemovalPolicyOptions,
  TagManager,
  TagType,
} from 'aws-cdk-lib';
import { type Construct, type IConstruct } from 'constructs';
import { CloudFormationLimits, type TagProperty } from '../../contract/cloudformation';
import { type ArtifactProvider } from './artifact-provider';

export interface ArtifactResourceProps {
  readonly provider: ArtifactProvider;
  readonly type: string;
  /** Properties as the contract shapes them. Undefined ones are left out. */
  readonly properties: object;
  /**
   * Hears of a removal policy, so that it becomes a property that the handler obeys. The resource's own deletion policy
   * is not set then: CloudFormation must send the Delete for the handler to act on it, whatever becomes of the artifact.
   */
  readonly onRemovalPolicy?: (policy: RemovalPolicy) => void;
}

/** The custom resource behind an artifact. */
export class ArtifactResource extends CfnResource {
  constructor(
    scope: Construct,
    private readonly artifact: ArtifactResourceProps,
  ) {
    super(scope, 'Resource', {
      type: artifact.type,
      properties: {
        ServiceToken: artifact.provider._serviceToken,
        // frozen: it is among the properties of the event, so that a change would update every artifact.
        ServiceTimeout: CloudFormationLimits.MAX_SERVICE_TIMEOUT_SECONDS,
        ...artifact.properties,
      },
    });
    this.node.addDependency(artifact.provider);
  }

  public override applyRemovalPolicy(policy?: RemovalPolicy, options?: RemovalPolicyOptions): void {
    if (!this.artifact.onRemovalPolicy) super.applyRemovalPolicy(policy, options);
    else if (policy !== undefined) this.artifact.onRemovalPolicy(policy);
  }
}

/** The resource behind an artifact that has tags. */
export class TaggedArtifactResource extends ArtifactResource implements ITaggable {
  public readonly tags: TagManager;

  constructor(scope: Construct, artifact: ArtifactResourceProps) {
    super(scope, artifact);
    this.tags = new TagManager(TagType.STANDARD, artifact.type, undefined, { tagPropertyName: 'Tags' });
  }

  /** The tags as the contract writes them. */
  public tagProperties(): TagProperty[] {
    return Object.entries(this.tags.tagValues()).map(([Key, Value]) => ({ Key, Value }));
  }

  protected override get cfnProperties(): { [key: string]: unknown } {
    const { Tags: _, ...properties } = super.cfnProperties;
    const tags = this.tagProperties();
    return tags.length > 0 ? { ...properties, Tags: tags } : properties;
  }
}

/**
 * Orders a resource after the one behind another construct; an import has none. Not after the whole construct, of which
 * the dependent one may be a child.
 */
export function dependOnResourceOf(dependent: CfnResource, construct: IConstruct): void {
  const { defaultChild } = construct.node;
  if (defaultChild) dependent.node.addDependency(defaultChild);
}
