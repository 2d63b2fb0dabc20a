import { type S3LocationProperty } from '../../contract/iot';
import { type Scope } from '../runtime/custom-resource';
import { isAccessDenied, retryAccessDenied, retryPassing } from '../runtime/retry';
import { type CurrentVersion } from '../runtime/s3-objects';

/** Where an artifact is, with the version of the object if the template asks for a lookup. */
export async function withVersion<T extends S3LocationProperty | undefined>(
  artifact: T,
  currentVersion: CurrentVersion,
  scope: Scope,
): Promise<T> {
  if (!artifact?.ResolveVersion || artifact.Version !== undefined) return artifact;
  const object = { bucket: artifact.Bucket, key: artifact.Key };
  let isFirst = true;
  const lookUp = async () => {
    if (!isFirst) await scope.operation.confirm('wait');
    isFirst = false;
    return currentVersion(object);
  };
  try {
    const Version = await retryAccessDenied(scope, () => retryPassing(scope, lookUp));
    return { ...artifact, Version };
  } catch (cause) {
    if (!(cause instanceof Error) || !MISSING.includes(cause.name)) throw cause;
    const missing = `the artifact is not at s3://${object.bucket}/${object.key} any more (${cause.name})`;
    if ((await scope.stackPhase()) !== 'rolling-back') {
      if (isAccessDenied(cause)) throw cause;
      throw new Error(`${missing}: deploy again to upload it`, { cause });
    }
    scope.log.warn(`${missing}: the rollback continues without the version of the object`);
    return artifact;
  }
}

// S3 answers "access denied" for a missing object if the caller cannot list the bucket.
const MISSING = ['NoSuchKey', 'AccessDenied'];
