import { RemovalPolicy } from 'aws-cdk-lib';
import { type IConstruct } from 'constructs';
import { type Removal } from '../../contract/cloudformation';
import { describe } from '../../contract/shape';
import { invalid } from './validation';

/**
 * What happens to a version when its construct is removed. A failed deployment is always undone, whatever is set here.
 */
export enum VersionRemoval {
  /** It is deleted. */
  DELETE = 'DELETE',

  /** It is deprecated and stays; it no longer belongs to the stack. A draft stays a draft. Not for schema versions. */
  DEPRECATE = 'DEPRECATE',

  /** It stays as it is; it no longer belongs to the stack. */
  RETAIN = 'RETAIN',
}

/**
 * What happens to an artifact when its construct is removed: a property that the handler obeys. CloudFormation must
 * send the Delete for that, so the resource's own deletion policy is not set.
 */
export class RemovalProperty {
  private current: Removal;
  private explicit: boolean;

  /**
   * @param scope the artifact
   * @param byDefault the removal that the template does not mention
   * @param given the removal in the artifact's own properties
   */
  constructor(
    private readonly scope: IConstruct,
    private readonly byDefault: Removal,
    given?: Removal,
  ) {
    this.current = given ?? byDefault;
    this.explicit = given != null;
  }

  public get value(): Removal {
    return this.current;
  }

  /** Whether the removal of this artifact was set explicitly. */
  public get isExplicit(): boolean {
    return this.explicit;
  }

  /** The value for the template: nothing if it is the default. */
  public get property(): { readonly Removal?: Removal } {
    return this.current === this.byDefault ? {} : { Removal: this.current };
  }

  /** Applies a policy that is set on this artifact. */
  public set(policy: RemovalPolicy): void {
    this.current = removalOf(this.scope, policy);
    this.explicit = true;
  }

  /** Applies a policy that is set on many resources. It must not delete what was set to stay. */
  public setInBulk(policy: RemovalPolicy): void {
    const removal = removalOf(this.scope, policy);
    if (!this.explicit || removal === 'RETAIN') this.current = removal;
  }
}

/**
 * The removal that a CDK policy asks for. A failed deployment is undone under each of them, so both RETAIN policies
 * mean the same.
 */
function removalOf(scope: IConstruct, policy: RemovalPolicy): Removal {
  switch (policy) {
    case RemovalPolicy.DESTROY:
      return 'DELETE';
    case RemovalPolicy.RETAIN:
    case RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE:
      return 'RETAIN';
    default:
      throw noSnapshots(scope, policy);
  }
}

/** Throws if CloudFormation would have to make a snapshot of an artifact: it would refuse the deployment. */
export function refuseSnapshot(scope: IConstruct, policy: RemovalPolicy | undefined): void {
  if (policy === RemovalPolicy.SNAPSHOT) throw noSnapshots(scope, policy);
}

const noSnapshots = (scope: IConstruct, policy: RemovalPolicy) =>
  invalid(
    scope,
    `the removal policy must be RemovalPolicy.DESTROY or RemovalPolicy.RETAIN, got ${describe(policy)}: an artifact has no snapshots`,
  );
