import { type CfnResource, type Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import {
  PackageArtifact,
  PackageSbom,
  SoftwarePackage,
  type SoftwarePackageVersionOptions,
} from 'cdk-versioned-artifacts';
import { VERSION, artifact, newStack, only, resources, warnings } from '../app';

function addVersion(stack: Stack, props: Partial<SoftwarePackageVersionOptions>, id = 'V') {
  const softwarePackage =
    (stack.node.tryFindChild('P') as SoftwarePackage) ?? SoftwarePackage.fromPackageName(stack, 'P', 'p');
  return softwarePackage.addVersion(id, { versionName: id, ...props });
}

const idOf = (stack: Stack, construct: Bucket | Key) => stack.getLogicalId(construct.node.defaultChild as CfnResource);

/** What the provider may do with an action. */
function resourcesOf(stack: Stack, action: string): unknown[] {
  const [policy] = Object.values(resources(stack, 'AWS::IAM::Policy'));
  return policy.Properties.PolicyDocument.Statement.filter((statement: { Action: string | string[] }) =>
    [statement.Action].flat().includes(action),
  ).flatMap((statement: { Resource: unknown }) => statement.Resource);
}

describe('artifact', () => {
  test('of a bucket is pinned by its version, and the provider may read it', () => {
    const stack = newStack();
    const bucket = Bucket.fromBucketName(stack, 'Bucket', 'firmware');
    addVersion(stack, { artifact: PackageArtifact.fromBucket(bucket, 'fw.bin', 'v1') });

    expect(artifact(stack, VERSION).Artifact).toEqual({ Bucket: 'firmware', Key: 'fw.bin', Version: 'v1' });
    expect(resourcesOf(stack, 's3:GetObjectVersion')).toEqual([
      { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::firmware/fw.bin']] },
    ]);
    expect(resourcesOf(stack, 's3:GetObject')).toEqual([]);
    expect(resourcesOf(stack, 'kms:Decrypt')).toEqual([]);
  });

  test('of an encrypted bucket may be decrypted by the provider, by its policy alone', () => {
    const stack = newStack();
    const key = new Key(stack, 'Key');
    const bucket = new Bucket(stack, 'Bucket', { encryptionKey: key });
    for (const id of ['V1', 'V2']) addVersion(stack, { artifact: PackageArtifact.fromBucket(bucket, id, 'v') }, id);

    expect(resourcesOf(stack, 'kms:Decrypt')).toEqual([{ 'Fn::GetAtt': [idOf(stack, key), 'Arn'] }]);
    expect(Object.keys(resources(stack, 'AWS::IAM::Policy'))).toHaveLength(1);
  });

  test('of a local file is located by a hash of its content', () => {
    const stack = newStack();
    addVersion(stack, { artifact: PackageArtifact.fromAsset(`${__dirname}/../../../package.json`) });

    const { Artifact } = artifact(stack, VERSION) as {
      Artifact: { Key: string; Version?: string; ResolveVersion?: boolean };
    };
    expect(Artifact.Key).toMatch(/^[0-9a-f]{64}\.json$/);
    // synthesis does not know it, and the handler looks it up.
    expect([Artifact.Version, Artifact.ResolveVersion]).toEqual([undefined, true]);
    expect(JSON.stringify(resourcesOf(stack, 's3:ListBucket'))).toContain('cdk-hnb659fds-assets-');
    for (const action of ['s3:GetObject', 's3:GetObjectVersion']) {
      expect(JSON.stringify(resourcesOf(stack, action))).toContain(Artifact.Key);
    }
  });

  test.each([
    [20, 20],
    [21, 1],
  ])('%d objects of one bucket make %d resources in the policy', (objects, listed) => {
    const stack = newStack();
    const bucket = Bucket.fromBucketName(stack, 'Bucket', 'firmware');
    for (let i = 0; i < objects; i++) {
      addVersion(stack, { artifact: PackageArtifact.fromBucket(bucket, `fw-${i}.bin`, 'v') }, `V${i}`);
    }

    expect(resourcesOf(stack, 's3:GetObjectVersion')).toHaveLength(listed);
  });
});

describe('SBOM', () => {
  const sbomOf = (bucket: IBucket) => PackageSbom.fromBucket(bucket, 'sbom.zip', 'v1');

  test('is pinned by its version', () => {
    const stack = newStack();
    addVersion(stack, { sbom: sbomOf(new Bucket(stack, 'Bucket')), waitForSbomValidation: true });

    expect(artifact(stack, VERSION)).toMatchObject({
      Sbom: { Key: 'sbom.zip', Version: 'v1' },
      WaitForSbomValidation: true,
    });
  });

  test('may be read by AWS IoT, on no condition that AWS does not name, before the version is made', () => {
    const stack = newStack();
    const key = new Key(stack, 'Key');
    const bucket = new Bucket(stack, 'Bucket', { encryptionKey: key });
    addVersion(stack, { sbom: sbomOf(bucket) });

    expect(only(stack, 'AWS::S3::BucketPolicy').Properties.PolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 'iot.amazonaws.com' },
        Action: ['s3:GetObject', 's3:GetObjectVersion'],
        Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': [idOf(stack, bucket), 'Arn'] }, '/sbom.zip']] },
      },
    ]);
    expect(only(stack, 'AWS::KMS::Key').Properties.KeyPolicy.Statement).toContainEqual({
      Effect: 'Allow',
      Principal: { Service: 'iot.amazonaws.com' },
      Action: 'kms:Decrypt',
      Resource: '*',
    });
    expect(only(stack, VERSION).DependsOn).toEqual(
      expect.arrayContaining([...Object.keys(resources(stack, 'AWS::S3::BucketPolicy')), idOf(stack, key)]),
    );
    expect(warnings(stack)).toEqual([]);
  });

  test('of an imported bucket gets a warning that tells what its policy must allow', () => {
    const stack = newStack();
    addVersion(stack, { sbom: sbomOf(Bucket.fromBucketName(stack, 'Bucket', 'sboms')) });

    expect(warnings(stack)).toEqual([
      'the bucket of the SBOM is imported, so that its policy cannot be changed here: let iot.amazonaws.com have ' +
        's3:GetObject and s3:GetObjectVersion on sbom.zip, then acknowledge this warning',
    ]);
  });

  test('of another region is refused', () => {
    const stack = newStack({ env: { account: '111111111111', region: 'eu-west-1' } });
    const bucket = Bucket.fromBucketAttributes(stack, 'Bucket', { bucketName: 'far-away', region: 'us-east-1' });

    expect(() => addVersion(stack, { sbom: sbomOf(bucket) })).toThrow(
      'the SBOM of a package version must be in a bucket of',
    );
  });

  test('needs no permission of the provider to read it', () => {
    const stack = newStack();
    addVersion(stack, { sbom: sbomOf(Bucket.fromBucketName(stack, 'Bucket', 'sboms')) });

    expect(resourcesOf(stack, 's3:GetObjectVersion')).toEqual([]);
  });
});

test('an artifact of your own kind only has to say where it is', () => {
  class Built extends PackageArtifact {
    bind = (scope: Stack) => ({ bucket: Bucket.fromBucketName(scope, 'Build', 'builds'), objectKey: 'latest' });
  }
  const stack = newStack();
  addVersion(stack, { artifact: new Built() });

  expect(artifact(stack, VERSION).Artifact).toEqual({ Bucket: 'builds', Key: 'latest' });
});
