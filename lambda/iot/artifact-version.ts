import { type SoftwarePackageVersionProperties } from '../../contract/iot';
import { type Scope } from '../runtime/custom-resource';
import { isAccessDenied, retryAccessDenied, retryPassing } from '../runtime/retry';
import { type CurrentVersion } from '../runtime/s3-objects';

/** What is wanted, with the version of the artifact's object where it is to be looked up. */
export async function withArtifactVersion(
  wanted: SoftwarePackageVersionProperties,
  currentVersion: CurrentVersion,
  scope: Scope,
): Promise<SoftwarePackageVersionProperties> {
  const { Artifact } = wanted;
  if (!Artifact?.ResolveVersion || Artifact.Version !== undefined) return wanted;
  const object = { bucket: Artifact.Bucket, key: Artifact.Key };
  let isFirst = true;
  const lookUp = async () => {
    if (!isFirst) await scope.operation.confirm('wait');
    isFirst = false;
    return currentVersion(object);
  };
  try {
    const Version = await retryAccessDenied(scope, () => retryPassing(scope, lookUp));
    return { ...wanted, Artifact: { ...Artifact, Version } };
  } catch (cause) {
    if (!(cause instanceof Error) || !MISSING.includes(cause.name)) throw cause;
    const missing = `the artifact is not at s3://${object.bucket}/${object.key} any more (${cause.name})`;
    if ((await scope.stackPhase()) !== 'rolling-back') {
      if (isAccessDenied(cause)) throw cause;
      throw new Error(`${missing}: deploy again, which uploads it`, { cause });
    }
    scope.log.warn(`${missing}: the rollback goes on without the version of its object`);
    return wanted;
  }
}

// to who may not list a bucket, S3 says of a missing object that it is denied.
const MISSING = ['NoSuchKey', 'AccessDenied'];
