/** Objects in S3 that packages refer to. */
import { ServiceError, type World } from '../service';
import { validation } from './errors';

export interface S3Location {
  readonly bucket?: string;
  readonly key?: string;
  readonly version?: string;
}

/**
 * Looks an object up in S3.
 * unverified: that a location without bucket or key, or one with nothing there, is refused at once with a
 * ValidationException.
 */
export async function requireObject(world: World, what: string, location: S3Location): Promise<void> {
  const { bucket, key, version } = location;
  if (!bucket || !key) throw validation(`The s3Location of ${what} needs a bucket and a key`);
  try {
    await world.call('s3', 'HeadObject', { Bucket: bucket, Key: key, VersionId: version });
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const versioned = version === undefined ? '' : ` in version ${version}`;
    throw validation(`The object s3://${bucket}/${key}${versioned} of ${what} cannot be read: ${error.code}`);
  }
}

/** What the caller needs for a location that it hands in, so that nobody ships what he may not read. */
export function objectNeeds(world: World, location: S3Location | undefined) {
  if (!location?.bucket || !location.key) return [];
  return [
    { action: 's3:GetObjectVersion', resource: `arn:${world.partition}:s3:::${location.bucket}/${location.key}` },
  ];
}
