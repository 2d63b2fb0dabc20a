import { Annotations, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { type Construct, type IDependable } from 'constructs';
import { differ } from '../core/environment';
import { invalid } from '../core/validation';
import { type ArtifactProvider } from '../provider/artifact-provider';
import { type PackageArtifactConfig } from './package-artifact';
import { type PackageSbom } from './package-sbom';

/** Lets the provider hand an artifact in: AWS IoT checks that the caller may read it. */
export function allowArtifact(version: Construct, provider: ArtifactProvider, artifact: PackageArtifactConfig): void {
  checkRegion(version, 'artifact', artifact.bucket);
  provider._allow({
    // unverified: that AWS IoT asks for GetObject where no version is named, as Amazon S3 does.
    actions: artifact.objectVersion ? ['s3:GetObjectVersion'] : ['s3:GetObject', 's3:GetObjectVersion'],
    resources: [artifact.bucket.arnForObjects(artifact.objectKey)],
    collapsedResource: artifact.bucket.arnForObjects('*'),
  });
  artifact.bucket.encryptionKey?.grantDecrypt(provider);
}

/**
 * Lets AWS IoT itself read an SBOM, where the bucket and its key are of this app. Returns what must be there before the
 * SBOM is handed in.
 */
export function allowSbomToBeRead(version: Construct, sbom: PackageSbom): IDependable[] {
  checkRegion(version, 'SBOM', sbom.bucket);
  const service = new iam.ServicePrincipal('iot.amazonaws.com', {
    conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(version).account } },
  });
  const policy = sbom.bucket.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [service],
      actions: ['s3:GetObject', 's3:GetObjectVersion'],
      resources: [sbom.bucket.arnForObjects(sbom.objectKey)],
    }),
  );
  sbom.bucket.encryptionKey?.grantDecrypt(service);
  if (!policy.statementAdded) {
    Annotations.of(version).addWarningV2(
      'cdk-versioned-artifacts:sbomBucketPolicy',
      `the bucket of the SBOM is imported, so that its policy cannot be changed here: let iot.amazonaws.com have ` +
        `s3:GetObject and s3:GetObjectVersion on ${sbom.objectKey}, then acknowledge this warning`,
    );
  }
  // a key's policy is part of the key.
  return [policy.policyDependable, sbom.bucket.encryptionKey].filter(dependable => dependable !== undefined);
}

function checkRegion(version: Construct, what: string, bucket: s3.IBucket): void {
  const { region } = Stack.of(version);
  if (differ(bucket.env.region, region)) {
    throw invalid(
      version,
      `the ${what} of a package version must be in a bucket of the version's own region ${region}, got one in ${bucket.env.region}: replicate it there`,
    );
  }
}
