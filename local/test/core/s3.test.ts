import { Readable } from 'stream';
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { LocalAws } from 'cdk-versioned-artifacts-local';
import { client } from './fixtures';

describe('S3', () => {
  let aws: LocalAws;
  let s3: S3Client;
  const Bucket = 'artifacts';

  beforeEach(async () => {
    aws = await LocalAws.start();
    s3 = new S3Client({ ...client(aws), forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket }));
  });
  afterEach(async () => {
    s3.destroy();
    await aws.stop();
  });

  const put = (Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  const versioned = () =>
    s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  const text = async (Key: string, VersionId?: string) =>
    (await s3.send(new GetObjectCommand({ Bucket, Key, VersionId }))).Body?.transformToString();

  test('an object comes back as it was put, with type and metadata', async () => {
    await s3.send(
      new PutObjectCommand({ Bucket, Key: 'a/b c.txt', Body: 'käse', ContentType: 'text/x', Metadata: { who: 'me' } }),
    );
    const { Body, ContentType, Metadata, ContentLength } = await s3.send(
      new GetObjectCommand({ Bucket, Key: 'a/b c.txt' }),
    );
    expect({ ContentType, Metadata, ContentLength, text: await Body?.transformToString() }).toEqual({
      ContentType: 'text/x',
      Metadata: { who: 'me' },
      ContentLength: 5,
      text: 'käse',
    });
  });

  test('a streamed body arrives without its chunk framing', async () => {
    const Body = Readable.from([Buffer.from('one '), Buffer.from('two')]);
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body, ContentLength: 7 }));
    expect(await text('k')).toBe('one two');
  });

  test('an object uploaded in parts is their concatenation in the order of their numbers', async () => {
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'k' }));
    const part = async (PartNumber: number, Body: string) => {
      const { ETag } = await s3.send(new UploadPartCommand({ Bucket, Key: 'k', UploadId, PartNumber, Body }));
      return { PartNumber, ETag };
    };
    const Parts = [await part(2, 'two'), await part(1, 'one ')].reverse();
    const { ETag } = await s3.send(
      new CompleteMultipartUploadCommand({ Bucket, Key: 'k', UploadId, MultipartUpload: { Parts } }),
    );
    expect(await text('k')).toBe('one two');
    expect(ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
  });

  test('a versioned bucket keeps what was overwritten and what was deleted', async () => {
    await versioned();
    const { VersionId: first } = await put('k', 'one');
    const { VersionId: second } = await put('k', 'two');
    const { DeleteMarker } = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    expect(DeleteMarker).toBe(true);
    expect([await text('k', first), await text('k', second)]).toEqual(['one', 'two']);
    await expect(text('k')).rejects.toMatchObject({ name: 'NoSuchKey', $metadata: { httpStatusCode: 404 } });
    const { Versions, DeleteMarkers } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    expect(Versions?.map(({ VersionId }) => VersionId)).toEqual([second, first]);
    expect(DeleteMarkers).toMatchObject([{ Key: 'k', IsLatest: true }]);
  });

  test('a bucket without versioning keeps one version and names none', async () => {
    expect((await put('k', 'one')).VersionId).toBeUndefined();
    await put('k', 'two');
    expect(await text('k')).toBe('two');
    expect((await s3.send(new ListObjectVersionsCommand({ Bucket }))).Versions).toHaveLength(1);
  });

  test('a missing version is not found', async () => {
    await versioned();
    await put('k', 'one');
    await expect(text('k', 'nope')).rejects.toMatchObject({ name: 'NoSuchVersion' });
    await expect(s3.send(new HeadObjectCommand({ Bucket, Key: 'other' }))).rejects.toMatchObject({ name: 'NotFound' });
  });

  test('keys are listed in order, in pages, and grouped at the delimiter', async () => {
    for (const key of ['b', 'a/1', 'a/2', 'c']) await put(key, 'x');
    const first = await s3.send(new ListObjectsV2Command({ Bucket, Delimiter: '/', MaxKeys: 2 }));
    expect(first.CommonPrefixes).toEqual([{ Prefix: 'a/' }]);
    expect(first.Contents?.map(({ Key }) => Key)).toEqual(['b']);
    const { NextContinuationToken: ContinuationToken } = first;
    const second = await s3.send(new ListObjectsV2Command({ Bucket, Delimiter: '/', MaxKeys: 2, ContinuationToken }));
    expect(second.Contents?.map(({ Key }) => Key)).toEqual(['c']);
    expect(second.IsTruncated).toBe(false);
  });

  test('several objects go in one call', async () => {
    await put('a', 'x');
    await put('b', 'x');
    const Delete = { Objects: [{ Key: 'a' }, { Key: 'b' }] };
    const { Deleted } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete }));
    expect(Deleted?.map(({ Key }) => Key)).toEqual(['a', 'b']);
    expect(aws.s3.bucket(Bucket).isEmpty).toBe(true);
  });

  test('a range is answered in part', async () => {
    await put('k', '0123456789');
    const { Body, ContentRange } = await s3.send(new GetObjectCommand({ Bucket, Key: 'k', Range: 'bytes=2-4' }));
    expect([await Body?.transformToString(), ContentRange]).toEqual(['234', 'bytes 2-4/10']);
  });

  test('a bucket says where it is, how it encrypts and what its policy is', async () => {
    expect((await s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBeUndefined();
    const { ServerSideEncryptionConfiguration } = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
    expect(ServerSideEncryptionConfiguration?.Rules).toMatchObject([
      { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
    ]);
    await expect(s3.send(new GetBucketPolicyCommand({ Bucket }))).rejects.toMatchObject({ name: 'NoSuchBucketPolicy' });
    const Policy = '{"Version":"2012-10-17","Statement":[]}';
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    expect((await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy).toBe(Policy);
  });

  test('a bucket with objects is not deleted', async () => {
    await put('k', 'x');
    await expect(s3.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'BucketNotEmpty' });
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    await s3.send(new DeleteBucketCommand({ Bucket }));
    expect(aws.s3.buckets.has(Bucket)).toBe(false);
  });

  test('the staging bucket of the CDK is there from the start', async () => {
    const { Buckets } = await s3.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toContain('cdk-hnb659fds-assets-111111111111-us-east-1');
  });
});
