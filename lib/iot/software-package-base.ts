import { Fn, Resource, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { type Construct } from 'constructs';
import { checkPackageName } from '../../contract/iot';
import { validate } from '../core/validation';
import { packageArn } from './permissions';
import { type ISoftwarePackage } from './software-package-interfaces';
import { SoftwarePackageVersion } from './software-package-version';
import { type SoftwarePackageVersionOptions } from './software-package-version-props';

/**
 * What defined and imported packages share.
 *
 * @internal
 */
export abstract class SoftwarePackageBase extends Resource implements ISoftwarePackage {
  public abstract readonly packageName: string;
  public abstract readonly packageArn: string;

  public addVersion(id: string, props: SoftwarePackageVersionOptions): SoftwarePackageVersion {
    return new SoftwarePackageVersion(this, id, { ...props, softwarePackage: this });
  }

  public grant(grantee: iam.IGrantable, ...actions: string[]): iam.Grant {
    return iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [this.packageArn] });
  }

  public grantRead(grantee: iam.IGrantable): iam.Grant {
    return this.grant(grantee, 'iot:GetPackage')
      .combine(this.grantOnVersions(grantee, 'iot:GetPackageVersion'))
      .combine(grantOnAll(grantee, 'iot:ListPackageVersions'));
  }

  public grantPublish(grantee: iam.IGrantable): iam.Grant {
    return this.grantOnVersions(
      grantee,
      'iot:CreatePackageVersion',
      'iot:GetPackageVersion',
      'iot:UpdatePackageVersion',
    ).combine(grantOnAll(grantee, 'iot:GetIndexingConfiguration'));
  }

  private grantOnVersions(grantee: iam.IGrantable, ...actions: string[]): iam.Grant {
    return iam.Grant.addToPrincipal({
      grantee,
      actions,
      resourceArns: [this.packageArn, `${this.packageArn}/version/*`],
    });
  }
}

/** For actions without resource-level permission. */
function grantOnAll(grantee: iam.IGrantable, ...actions: string[]): iam.Grant {
  return iam.Grant.addToPrincipal({ grantee, actions, resourceArns: ['*'] });
}

// here and not in a file of its own: versions import packages by ARN, and modules that form a cycle must not extend
// each other's classes.
class ImportedSoftwarePackage extends SoftwarePackageBase {
  constructor(
    scope: Construct,
    id: string,
    public readonly packageName: string,
    public readonly packageArn: string,
  ) {
    super(scope, id, { environmentFromArn: packageArn });
    validate(this, packageName, checkPackageName);
  }
}

export function importPackageByName(scope: Construct, id: string, packageName: string): ISoftwarePackage {
  return new ImportedSoftwarePackage(scope, id, packageName, packageArn(Stack.of(scope), packageName));
}

export function importPackageByArn(scope: Construct, id: string, arn: string): ISoftwarePackage {
  return new ImportedSoftwarePackage(scope, id, Fn.select(1, Fn.split('/', arn)), arn);
}
