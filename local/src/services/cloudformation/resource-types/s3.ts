/** Buckets and their policies. */
// documented: template reference, AWS::S3::Bucket and BucketPolicy: what Ref and GetAtt return, and what replaces
// the resource
import { type ResourceRequest, type ResourceType, generatedName, unlessMissing } from './resource-type';

export const bucket: ResourceType = {
  createOnly: ['BucketName'],
  nameProperty: 'BucketName',
  async create(request) {
    const { properties, call, world } = request;
    const name = String(properties.BucketName ?? generatedName(request, 63).toLowerCase());
    await call('s3', 'CreateBucket', { Bucket: name });
    await configure(request, name);
    return {
      physicalId: name,
      attributes: {
        Arn: `arn:${world.partition}:s3:::${name}`,
        DomainName: `${name}.s3.amazonaws.com`,
        RegionalDomainName: `${name}.s3.${world.region}.amazonaws.com`,
      },
    };
  },
  async update(request) {
    await configure(request, request.physicalId);
    return request;
  },
  delete: ({ physicalId, call }) => unlessMissing(call('s3', 'DeleteBucket', { Bucket: physicalId })),
};

async function configure({ properties, call }: ResourceRequest, Bucket: string): Promise<void> {
  const { VersioningConfiguration, BucketEncryption } = properties;
  if (VersioningConfiguration) await call('s3', 'PutBucketVersioning', { Bucket, VersioningConfiguration });
  if (!BucketEncryption) return;
  const Rules = (BucketEncryption as EncryptionProperty).ServerSideEncryptionConfiguration.map(
    ({ ServerSideEncryptionByDefault: ApplyServerSideEncryptionByDefault, BucketKeyEnabled }) => ({
      ApplyServerSideEncryptionByDefault,
      BucketKeyEnabled,
    }),
  );
  await call('s3', 'PutBucketEncryption', { Bucket, ServerSideEncryptionConfiguration: { Rules } });
}

interface EncryptionProperty {
  readonly ServerSideEncryptionConfiguration: readonly {
    readonly ServerSideEncryptionByDefault: object;
    readonly BucketKeyEnabled?: boolean;
  }[];
}

export const bucketPolicy: ResourceType = {
  createOnly: ['Bucket'],
  async create(request) {
    await putPolicy(request);
    return { physicalId: String(request.properties.Bucket) };
  },
  async update(request) {
    await putPolicy(request);
    return request;
  },
  delete: ({ properties: { Bucket }, call }) => unlessMissing(call('s3', 'DeleteBucketPolicy', { Bucket })),
};

async function putPolicy({ properties: { Bucket, PolicyDocument }, call }: ResourceRequest): Promise<void> {
  await call('s3', 'PutBucketPolicy', { Bucket, Policy: JSON.stringify(PolicyDocument) });
}
