import { Annotations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { type Construct, type IDependable } from 'constructs';
import { BUCKET, OBJECT_KEY, OBJECT_VERSION, requireArgument } from '../core/arguments';
import { requireRegionOf } from './package-artifact';

/**
 * The software bill of materials of a package version: one zip archive of SPDX or CycloneDX files in JSON format. AWS
 * IoT itself reads and validates it.
 *
 * There is no `fromAsset`: AWS IoT reads the archive as `iot.amazonaws.com`, which the policy of the CDK's staging
 * bucket does not allow.
 *
 * @example
 * import { Bucket } from 'aws-cdk-lib/aws-s3';
 * import { PackageSbom, SoftwarePackage } from 'cdk-versioned-artifacts';
 *
 * declare const firmware: SoftwarePackage;
 * declare const bucket: Bucket;
 * firmware.addVersion('V2', {
 *   versionName: '2.0.0',
 *   sbom: PackageSbom.fromBucket(bucket, 'brake-ecu-2.0.0-sbom.zip', 'nDbNOnZk4xV7eXtB'),
 *   waitForSbomValidation: true,
 * });
 */
export class PackageSbom {
  /**
   * An archive in a bucket. A bucket of this app (and its key) gets a policy that lets AWS IoT read the archive. An
   * imported bucket must have such a policy already.
   *
   * @param bucket a bucket with versioning, in the region of the package
   * @param objectKey key of the zip archive
   * @param objectVersion version id of the object
   */
  public static fromBucket(bucket: s3.IBucket, objectKey: string, objectVersion: string): PackageSbom {
    const call = 'PackageSbom.fromBucket';
    requireArgument(call, bucket, BUCKET);
    requireArgument(call, objectKey, OBJECT_KEY);
    requireArgument(call, objectVersion, OBJECT_VERSION);
    return new PackageSbom(bucket, objectKey, objectVersion);
  }

  private constructor(
    /** The bucket that the archive is in. */
    public readonly bucket: s3.IBucket,
    /** Key of the archive. */
    public readonly objectKey: string,
    /** Version id of the archive. */
    public readonly objectVersion: string,
  ) {}
}

/**
 * Lets AWS IoT itself read an SBOM, where the bucket and its key are of this app. Returns what must be there before the
 * SBOM is handed in.
 */
export function allowSbomToBeRead(version: Construct, sbom: PackageSbom): IDependable[] {
  requireRegionOf(version, 'SBOM', sbom.bucket);
  // without aws:SourceAccount, as in AWS's own sample: that AWS IoT sends it here is documented nowhere.
  const service = new iam.ServicePrincipal('iot.amazonaws.com');
  const policy = sbom.bucket.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [service],
      actions: ['s3:GetObject', 's3:GetObjectVersion'],
      resources: [sbom.bucket.arnForObjects(sbom.objectKey)],
    }),
  );
  sbom.bucket.encryptionKey?.grantDecrypt(service);
  if (!policy.statementAdded) {
    Annotations.of(version).addWarningV2(
      'cdk-versioned-artifacts:sbomBucketPolicy',
      `the bucket of the SBOM is imported, so that its policy cannot be changed here: let iot.amazonaws.com have ` +
        `s3:GetObject and s3:GetObjectVersion on ${sbom.objectKey}, then acknowledge this warning`,
    );
  }
  // a key's policy is part of the key.
  return [policy.policyDependable, sbom.bucket.encryptionKey].filter(dependable => dependable !== undefined);
}
