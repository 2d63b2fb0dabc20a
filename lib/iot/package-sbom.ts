import type * as s3 from 'aws-cdk-lib/aws-s3';

/**
 * The software bill of materials of a package version: one zip archive of SPDX or CycloneDX files in JSON format. AWS
 * IoT itself reads and validates it.
 *
 * There is no `fromAsset`: AWS IoT reads the archive as `iot.amazonaws.com`, which the policy of the CDK's staging
 * bucket does not let in.
 */
export class PackageSbom {
  /**
   * An archive in a bucket. A bucket of this app (and its key) gets a policy that lets AWS IoT read the archive; an
   * imported one must have it.
   *
   * @param bucket a bucket with versioning, in the region of the package
   * @param objectKey key of the zip archive
   * @param objectVersion version id of the object
   */
  public static fromBucket(bucket: s3.IBucket, objectKey: string, objectVersion: string): PackageSbom {
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
