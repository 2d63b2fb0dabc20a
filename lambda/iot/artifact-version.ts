import { type S3LocationProperty } from '../../contract/iot';
import { type Scope } from '../runtime/custom-resource';
import { isOperationOver } from '../runtime/errors';
import { reasonOf } from '../runtime/messages';
import { isError, retryAccessDenied, retryPassing } from '../runtime/retry';
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
    if (isOperationOver(cause)) throw cause;
    const where = `s3://${object.bucket}/${object.key}`;
    if ((await scope.stackPhase()) === 'rolling-back') {
      const reason = reasonOf(cause);
      scope.log.warn(`the rollback continues without the version of the artifact at ${where}`, { reason });
      return artifact;
    }
    if (!isError(cause, 'NoSuchKey')) throw cause;
    throw new Error(`the artifact is not at ${where} any more (${cause.name}): deploy again to upload it`, { cause });
  }
}
