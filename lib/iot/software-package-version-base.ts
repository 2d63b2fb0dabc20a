import { Resource } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { type ISoftwarePackage, type ISoftwarePackageVersion } from './software-package-interfaces';

/**
 * What defined and imported versions share.
 *
 * @internal
 */
export abstract class SoftwarePackageVersionBase extends Resource implements ISoftwarePackageVersion {
  public abstract readonly softwarePackage: ISoftwarePackage;
  public abstract readonly packageVersionName: string;
  public abstract readonly packageVersionArn: string;

  public attributePlaceholder(key: string): string {
    return this.placeholder(`attributes:${key}`);
  }

  public get artifactUrlPlaceholder(): string {
    return this.placeholder('artifact-location:s3-presigned-url');
  }

  public grant(grantee: iam.IGrantable, ...actions: string[]): iam.Grant {
    return iam.Grant.addToPrincipal({
      grantee,
      actions,
      resourceArns: [this.softwarePackage.packageArn, this.packageVersionArn],
    });
  }

  public grantRead(grantee: iam.IGrantable): iam.Grant {
    return this.grant(grantee, 'iot:GetPackageVersion');
  }

  private placeholder(what: string): string {
    return `\${aws:iot:package:${this.softwarePackage.packageName}:version:${this.packageVersionName}:${what}}`;
  }
}
