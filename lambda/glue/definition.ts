/** Where the definition of a version comes from. */
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { type SchemaVersionProperties } from '../../contract/glue';
import { Unpublishable } from './errors';

type Source = Pick<SchemaVersionProperties, 'Definition' | 'DefinitionObject'>;

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
