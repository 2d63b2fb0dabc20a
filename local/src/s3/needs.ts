import { type Members, type Needed, type World } from '../core/service';
import type { S3 } from './s3';

/** A permission on a bucket. */
export const onBucket =
  (s3: S3, action: string) =>
  ({ Bucket }: Members, world: World): Needed[] => [
    { action: `s3:${action}`, resource: bucketArn(Bucket, world), resourcePolicy: s3.buckets.get(Bucket)?.policy },
  ];

/** A permission on an object; on one version of it, S3 asks for another. */
export const onObject =
  (s3: S3, action: string) =>
  ({ Bucket, Key, VersionId }: Members, world: World): Needed[] => [
    {
      action: `s3:${action}${VersionId === undefined ? '' : 'Version'}`,
      resource: `${bucketArn(Bucket, world)}/${Key}`,
      resourcePolicy: s3.buckets.get(Bucket)?.policy,
    },
  ];

export const bucketArn = (bucket: string, world: World): string => world.arn('s3', bucket, { region: '', account: '' });
