// documented: authorization reference; API reference, GetObject and HeadObject
import { type Members, type Needed, type World } from '../../core/service';
import type { S3 } from './service';

/** A permission on a bucket. */
export const onBucket =
  (s3: S3, action: string) =>
  ({ Bucket }: Members, world: World): Needed[] => [
    { action: `s3:${action}`, resource: bucketArn(Bucket, world), resourcePolicy: s3.buckets.get(Bucket)?.policy },
  ];

/** A permission on an object. For one version of it, S3 needs another permission. */
export const onObject =
  (s3: S3, action: string) =>
  ({ Bucket, Key, VersionId }: Members, world: World): Needed[] => [
    {
      action: `s3:${action}${VersionId === undefined ? '' : 'Version'}`,
      resource: `${bucketArn(Bucket, world)}/${Key}`,
      resourcePolicy: s3.buckets.get(Bucket)?.policy,
    },
  ];

/**
 * The permission to read an object. A caller that cannot list the bucket does not learn that the object does not exist:
 * AccessDenied instead of NoSuchKey (documentation of GetObject and HeadObject; unverified for a version by id).
 */
export const toRead =
  (s3: S3) =>
  (input: Members, world: World): Needed[] => {
    const isMissing = input.VersionId === undefined && s3.buckets.get(input.Bucket)?.has(input.Key) === false;
    const read = onObject(s3, 'GetObject')(input, world);
    return isMissing ? [...read, ...onBucket(s3, 'ListBucket')(input, world)] : read;
  };

export const bucketArn = (bucket: string, world: World): string => world.arn('s3', bucket, { region: '', account: '' });
