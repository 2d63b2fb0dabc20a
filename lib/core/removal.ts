import { RemovalPolicy } from 'aws-cdk-lib';
import { type IConstruct } from 'constructs';
import { type Removal } from '../../contract/cloudformation';
import { invalid } from './validation';

/** What becomes of a version when its construct goes. A failed deployment is undone whatever is set here. */
export enum VersionRemoval {
  /** It is deleted. */
  DELETE = 'DELETE',

  /** It stays, deprecated, and no longer belongs to the stack. A draft stays a draft. Not for schema versions. */
  DEPRECATE = 'DEPRECATE',

  /** It stays as it is, and no longer belongs to the stack. */
  RETAIN = 'RETAIN',
}

/** The removal that a CDK policy asks for. A failed deployment is undone under each, so both RETAINs are one. */
export function removalOf(scope: IConstruct, policy: RemovalPolicy): Removal {
  switch (policy) {
    case RemovalPolicy.DESTROY:
      return 'DELETE';
    case RemovalPolicy.RETAIN:
    case RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE:
      return 'RETAIN';
    default:
      throw invalid(
        scope,
        `the removal policy must be DESTROY or RETAIN, got ${policy.toUpperCase()}: there are no snapshots of artifacts`,
      );
  }
}
