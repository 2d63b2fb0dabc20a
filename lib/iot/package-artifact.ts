import { Stack } from 'aws-cdk-lib';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as assets from 'aws-cdk-lib/aws-s3-assets';
import { type Construct } from 'constructs';
import { type S3LocationProperty } from '../../contract/iot';
import { BUCKET, OBJECT_KEY, OBJECT_VERSION, requireArgument, text } from '../core/arguments';
import { differ } from '../core/environment';
import { invalid } from '../core/validation';
import { type ArtifactProvider } from '../provider/artifact-provider';
import { MAX_LISTED } from '../provider/permissions';

/** Where the artifact of a version is. */
export interface PackageArtifactConfig {
  /** The bucket, in the region of the version. */
  readonly bucket: s3.IBucket;

  /** Key of the object. */
  readonly objectKey: string;

  /**
   * Version of the object.
   *
   * @default - the current one
   */
  readonly objectVersion?: string;

  /**
   * Whether the CDK stages the object, so that the CDK's garbage collection can delete it later.
   *
   * @default false
   */
  readonly staged?: boolean;
}

/**
 * The file that a package version ships: an object in Amazon S3. Publishing the version freezes the object's location.
 *
 * @example
 * import { Bucket } from 'aws-cdk-lib/aws-s3';
 * import { PackageArtifact, SoftwarePackage } from 'cdk-versioned-artifacts';
 *
 * declare const firmware: SoftwarePackage;
 * declare const bucket: Bucket;
 * firmware.addVersion('V2', {
 *   versionName: '2.0.0',
 *   artifact: PackageArtifact.fromBucket(bucket, 'brake-ecu-2.0.0.bin', 'nDbNOnZk4xV7eXtB'),
 * });
 */
export abstract class PackageArtifact {
  /**
   * An object in a bucket, in a certain version: publishing freezes the location, but not the bytes behind it.
   *
   * @param bucket a bucket with versioning, in the region of the package
   * @param objectKey key of the object
   * @param objectVersion version id of the object
   */
  public static fromBucket(bucket: s3.IBucket, objectKey: string, objectVersion: string): PackageArtifact {
    const call = 'PackageArtifact.fromBucket';
    requireArgument(call, bucket, BUCKET);
    requireArgument(call, objectKey, OBJECT_KEY);
    requireArgument(call, objectVersion, OBJECT_VERSION);
    return new LocatedArtifact(() => ({ bucket, objectKey, objectVersion }));
  }

  /**
   * A local file, or a directory as a zip archive, that is uploaded as a CDK asset. Its location contains a hash of its
   * content; the deployment looks up the version id of the object.
   *
   * Changed bytes have another location, which a published version refuses: give the version a new name as well.
   *
   * The CDK's garbage collection (`cdk gc`) deletes assets that no stack names any more. A version that stays after its
   * construct is removed (`VersionRemoval.RETAIN`, `VersionRemoval.DEPRECATE`) could lose its artifact, so it gets a
   * warning.
   *
   * @param path path of the file or directory, relative to the working directory
   */
  public static fromAsset(path: string): PackageArtifact {
    requireArgument(
      'PackageArtifact.fromAsset',
      path,
      text('the path of a file or a directory', "one such as 'firmware/brake-ecu-2.0.0.bin'"),
    );
    return new LocatedArtifact(scope => {
      const asset = new assets.Asset(scope, 'Artifact', { path });
      return { bucket: asset.bucket, objectKey: asset.s3ObjectKey, staged: true };
    });
  }

  /**
   * Called when a version takes the artifact.
   *
   * @param scope the version
   */
  public abstract bind(scope: Construct): PackageArtifactConfig;
}

class LocatedArtifact extends PackageArtifact {
  constructor(private readonly locate: (scope: Construct) => PackageArtifactConfig) {
    super();
  }

  public bind(scope: Construct): PackageArtifactConfig {
    return this.locate(scope);
  }
}

/** Lets the provider pass an artifact to AWS IoT, which checks that the caller can read it. */
export function allowArtifact(version: Construct, provider: ArtifactProvider, artifact: PackageArtifactConfig): void {
  requireRegionOf(version, 'artifact', artifact.bucket);
  provider._allow({
    // unverified: AWS IoT asks for GetObject if no version is named, as Amazon S3 does.
    actions: artifact.objectVersion ? ['s3:GetObjectVersion'] : ['s3:GetObject', 's3:GetObjectVersion'],
    resources: [artifact.bucket.arnForObjects(artifact.objectKey)],
    collapsedResource: artifact.bucket.arnForObjects('*'),
    maxListed: MAX_LISTED,
  });
  // without this permission, Amazon S3 answers "access denied" if the object does not exist.
  if (artifact.staged) provider._allow({ actions: ['s3:ListBucket'], resources: [artifact.bucket.bucketArn] });
  artifact.bucket.encryptionKey?.grantDecrypt(provider);
}

/** Where the object of an artifact or an SBOM is, in the form of the contract. */
export function locationOf(at: PackageArtifactConfig): S3LocationProperty {
  const { bucket, objectKey, objectVersion, staged } = at;
  const isLookedUp = staged && objectVersion === undefined;
  return {
    Bucket: bucket.bucketName,
    Key: objectKey,
    Version: objectVersion,
    ResolveVersion: isLookedUp || undefined,
  };
}

/** Throws if a bucket is known to be in another region than a version. */
export function requireRegionOf(version: Construct, what: string, bucket: s3.IBucket): void {
  const { region } = Stack.of(version);
  if (differ(bucket.env.region, region)) {
    throw invalid(
      version,
      `the ${what} of a package version must be in a bucket of the version's own region ${region}, got one in ${bucket.env.region}: replicate it there`,
    );
  }
}
