// documented: API reference, each operation
import { type Members, type Operation, ServiceError, type World } from '../../core/service';
import { headers, noContent, xml } from './answers';
import { Bucket } from './bucket';
import { listObjects, listVersions } from './listing';
import { bucketArn, onBucket } from './needs';
import type { S3 } from './service';

export const bucketOperations = (s3: S3): Record<string, Operation> => ({
  ListBuckets: {
    http: 'GET /',
    needs: () => [{ action: 's3:ListAllMyBuckets', resource: '*' }],
    run: () => ({
      Buckets: [...s3.buckets.values()].map(({ name, created }) => ({ Name: name, CreationDate: created })),
    }),
    answer: ({ Buckets }) => xml('ListAllMyBucketsResult')({ Buckets: { Bucket: Buckets } }),
  },
  CreateBucket: {
    http: 'PUT /{Bucket}',
    needs: ({ Bucket }, world) => [{ action: 's3:CreateBucket', resource: bucketArn(Bucket, world) }],
    run: ({ Bucket }, { world }) => createBucket(s3, Bucket, world),
    answer: headers,
  },
  HeadBucket: {
    http: 'HEAD /{Bucket}',
    needs: onBucket(s3, 'ListBucket'),
    run: ({ Bucket }, { world }) => {
      s3.bucket(Bucket);
      return { BucketRegion: world.region };
    },
    answer: headers,
  },
  DeleteBucket: {
    http: 'DELETE /{Bucket}',
    needs: onBucket(s3, 'DeleteBucket'),
    run: ({ Bucket }) => {
      if (!s3.bucket(Bucket).isEmpty) {
        throw new ServiceError('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409, {
          BucketName: Bucket,
        });
      }
      s3.buckets.delete(Bucket);
    },
    answer: noContent,
  },
  GetBucketLocation: {
    http: 'GET /{Bucket}?location',
    needs: onBucket(s3, 'GetBucketLocation'),
    run: ({ Bucket }, { world }) => {
      s3.bucket(Bucket);
      // the first region has no location.
      return { LocationConstraint: world.region === 'us-east-1' ? '' : world.region };
    },
    answer: ({ LocationConstraint }) => xml('LocationConstraint')(LocationConstraint),
  },
  GetBucketVersioning: {
    http: 'GET /{Bucket}?versioning',
    needs: onBucket(s3, 'GetBucketVersioning'),
    run: ({ Bucket }) => ({ Status: s3.bucket(Bucket).versioning }),
    answer: xml('VersioningConfiguration'),
  },
  PutBucketVersioning: {
    http: 'PUT /{Bucket}?versioning',
    needs: onBucket(s3, 'PutBucketVersioning'),
    run: ({ Bucket, VersioningConfiguration }) => {
      s3.bucket(Bucket).versioning = VersioningConfiguration.Status;
    },
  },
  GetBucketEncryption: {
    http: 'GET /{Bucket}?encryption',
    needs: onBucket(s3, 'GetEncryptionConfiguration'),
    run: ({ Bucket }) => ({ ServerSideEncryptionConfiguration: { Rules: s3.bucket(Bucket).encryption } }),
    answer: ({ ServerSideEncryptionConfiguration: { Rules } }) =>
      xml('ServerSideEncryptionConfiguration')({ Rule: Rules }),
  },
  PutBucketEncryption: {
    http: 'PUT /{Bucket}?encryption',
    needs: onBucket(s3, 'PutEncryptionConfiguration'),
    run: ({ Bucket, ServerSideEncryptionConfiguration: { Rules, Rule } }) => {
      s3.bucket(Bucket).encryption = [Rules ?? Rule].flat();
    },
  },
  GetBucketPolicy: {
    http: 'GET /{Bucket}?policy',
    needs: onBucket(s3, 'GetBucketPolicy'),
    run: ({ Bucket }) => {
      const { policy } = s3.bucket(Bucket);
      if (policy) return { Policy: JSON.stringify(policy) };
      throw new ServiceError('NoSuchBucketPolicy', 'The bucket policy does not exist', 404, { BucketName: Bucket });
    },
    answer: ({ Policy }) => ({ status: 200, headers: { 'content-type': 'application/json' }, body: Policy }),
  },
  PutBucketPolicy: {
    http: 'PUT /{Bucket}?policy',
    payload: 'Policy',
    needs: onBucket(s3, 'PutBucketPolicy'),
    run: ({ Bucket, Policy }) => {
      s3.bucket(Bucket).policy = readPolicy(String(Policy));
    },
    answer: noContent,
  },
  DeleteBucketPolicy: {
    http: 'DELETE /{Bucket}?policy',
    needs: onBucket(s3, 'DeleteBucketPolicy'),
    run: ({ Bucket }) => {
      s3.bucket(Bucket).policy = undefined;
    },
    answer: noContent,
  },
  ListObjectsV2: {
    http: 'GET /{Bucket}?list-type=2',
    query: {
      prefix: 'Prefix',
      delimiter: 'Delimiter',
      'max-keys': 'MaxKeys',
      'continuation-token': 'ContinuationToken',
      'start-after': 'StartAfter',
    },
    needs: onBucket(s3, 'ListBucket'),
    run: input => listObjects(s3.bucket(input.Bucket), input),
    answer: xml('ListBucketResult'),
  },
  ListObjectVersions: {
    http: 'GET /{Bucket}?versions',
    query: { prefix: 'Prefix' },
    needs: onBucket(s3, 'ListBucketVersions'),
    run: input => listVersions(s3.bucket(input.Bucket), input),
    answer: ({ Versions, DeleteMarkers, ...rest }) =>
      xml('ListVersionsResult')({ ...rest, Version: Versions, DeleteMarker: DeleteMarkers }),
  },
});

function createBucket(s3: S3, name: string, world: World): Members {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
    throw new ServiceError('InvalidBucketName', 'The specified bucket is not valid.', 400, { BucketName: name });
  }
  if (s3.buckets.has(name)) {
    const message = 'Your previous request to create the named bucket succeeded and you already own it.';
    throw new ServiceError('BucketAlreadyOwnedByYou', message, 409, { BucketName: name });
  }
  s3.buckets.set(name, new Bucket(name, new Date(world.clock.now())));
  return { Location: `/${name}` };
}

function readPolicy(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch {
    throw new ServiceError('MalformedPolicy', "Policies must be valid JSON and the first byte must be '{'", 400);
  }
}
