import { type IResource } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { SoftwarePackageVersion } from './software-package-version';
import type { SoftwarePackageVersionOptions } from './software-package-version-props';

/** A software package of AWS IoT Device Management, defined here or imported. */
export interface ISoftwarePackage extends IResource {
  /**
   * The name of the package.
   *
   * @attribute
   */
  readonly packageName: string;

  /**
   * The ARN of the package.
   *
   * @attribute
   */
  readonly packageArn: string;

  /**
   * Defines a version of this package.
   *
   * @param id the version's construct id
   * @param props the version
   */
  addVersion(id: string, props: SoftwarePackageVersionOptions): SoftwarePackageVersion;

  /**
   * Grants actions on the package itself, not on its versions.
   *
   * @param grantee who gets the permissions
   * @param actions actions such as `iot:GetPackage`
   */
  grant(grantee: iam.IGrantable, ...actions: string[]): iam.Grant;

  /**
   * Lets somebody read the package and all of its versions. Listing versions has no resource-level permission in AWS
   * IoT, so that this allows it for every package.
   *
   * @param grantee who gets the permissions
   */
  grantRead(grantee: iam.IGrantable): iam.Grant;

  /**
   * Lets somebody, such as a build pipeline, create versions of the package, change them and publish them. It needs
   * `s3:GetObjectVersion` on the artifacts besides.
   *
   * @param grantee who gets the permissions
   */
  grantPublish(grantee: iam.IGrantable): iam.Grant;
}

/** A version of a software package, defined here or imported. */
export interface ISoftwarePackageVersion extends IResource {
  /** The package that this is a version of. */
  readonly softwarePackage: ISoftwarePackage;

  /**
   * The name of the version.
   *
   * @attribute
   */
  readonly packageVersionName: string;

  /**
   * The ARN of the version: what the destination package versions of a job name.
   *
   * @attribute
   */
  readonly packageVersionArn: string;

  /**
   * A placeholder for an attribute of the version in job documents and recipes; AWS IoT replaces it when a job starts.
   *
   * @param key the attribute
   */
  attributePlaceholder(key: string): string;

  /** A placeholder for a presigned URL of the version's artifact in job documents and recipes. */
  readonly artifactUrlPlaceholder: string;

  /**
   * Grants actions on the version. AWS IoT authorises them on the package as well, so that they are granted on both.
   *
   * @param grantee who gets the permissions
   * @param actions actions such as `iot:GetPackageVersion`
   */
  grant(grantee: iam.IGrantable, ...actions: string[]): iam.Grant;

  /**
   * Lets somebody read the version.
   *
   * @param grantee who gets the permissions
   */
  grantRead(grantee: iam.IGrantable): iam.Grant;
}
