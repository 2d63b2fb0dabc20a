/** Where the definition of a version comes from. */
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { type Problem } from '../../contract/custom-resource';
import { type SchemaVersionProperties } from '../../contract/glue/schema-versions';
import { Unpublishable } from './errors';

type Source = Pick<SchemaVersionProperties, 'Definition' | 'DefinitionObject'>;

export function checkSource({ Definition, DefinitionObject }: Source): Problem {
  if ((Definition === undefined) !== (DefinitionObject === undefined)) return undefined;
  return `one of Definition and DefinitionObject must be set, got ${Definition === undefined ? 'neither' : 'both'}`;
}

export async function definitionOf({ Definition, DefinitionObject }: Source, s3: S3Client): Promise<string> {
  if (Definition !== undefined) return Definition;
  const { Bucket, Key } = DefinitionObject!;
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return (await Body?.transformToString('utf-8')) ?? '';
  } catch (error) {
    if (!(error instanceof Error) || !['NoSuchKey', 'NoSuchBucket'].includes(error.name)) throw error;
    throw new Unpublishable(
      `the definition is not at s3://${Bucket}/${Key} any more (${error.name}): deploy again, which uploads it`,
    );
  }
}
