import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { AssetHashType, Token } from 'aws-cdk-lib';
import * as assets from 'aws-cdk-lib/aws-s3-assets';
import { type Construct } from 'constructs';
import {
  DEFINITION_BYTES_IN_TEMPLATE,
  type DefinitionObjectProperty,
  type SchemaVersionProperties,
} from '../../contract/glue';
import { type ArtifactProvider } from '../provider/artifact-provider';

type Source = Pick<SchemaVersionProperties, 'Definition' | 'DefinitionObject'>;

/** How a definition travels: in the template, or as an asset that the provider may read. */
export function definitionSource(version: Construct, provider: ArtifactProvider, definition: string): Source {
  // what only the deployment knows cannot be uploaded before.
  const isSmall = Token.isUnresolved(definition) || Buffer.byteLength(definition) <= DEFINITION_BYTES_IN_TEMPLATE;
  return isSmall ? { Definition: definition } : { DefinitionObject: uploaded(version, provider, definition) };
}

function uploaded(version: Construct, provider: ArtifactProvider, definition: string): DefinitionObjectProperty {
  const { bucket, s3ObjectKey } = stage(version, definition);
  provider._allow({
    actions: ['s3:GetObject'],
    resources: [bucket.arnForObjects(s3ObjectKey)],
    collapsedResource: bucket.arnForObjects('*'),
  });
  bucket.encryptionKey?.grantDecrypt(provider);
  return { Bucket: bucket.bucketName, Key: s3ObjectKey };
}

function stage(version: Construct, definition: string): assets.Asset {
  const folder = mkdtempSync(path.join(tmpdir(), 'schema-definition-'));
  try {
    const file = path.join(folder, 'definition.txt');
    writeFileSync(file, definition);
    const assetHash = createHash('sha256').update(definition).digest('hex');
    return new assets.Asset(version, 'Definition', { path: file, assetHash, assetHashType: AssetHashType.CUSTOM });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
