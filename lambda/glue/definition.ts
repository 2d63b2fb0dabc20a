/** The definition of a version, wherever it comes from. */
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { DefinitionShape, type SchemaVersionProperties, definitionText, fittingDefinition } from '../../contract/glue';
import { problems } from '../../contract/shape';
import { type Scope } from '../runtime/custom-resource';
import { reasonOf } from '../runtime/messages';
import { Unpublishable } from './errors';

type Source = Pick<SchemaVersionProperties, 'Definition' | 'DefinitionObject'>;

export async function definitionOf(
  { Definition, DefinitionObject }: Source,
  s3: S3Client,
  scope: Scope,
): Promise<string> {
  if (Definition !== undefined) return Definition;
  const { Bucket, Key } = DefinitionObject!;
  const where = `s3://${Bucket}/${Key}`;
  const definition = textOf(await bytesOf(Bucket, Key, s3, scope), where);
  const [problem] = problems(DefinitionShape, definition);
  if (problem) throw new Unpublishable(problem);
  return definition;
}

function textOf(bytes: Uint8Array, where: string): string {
  try {
    return fittingDefinition(definitionText(bytes, where));
  } catch (error) {
    throw new Unpublishable(reasonOf(error));
  }
}

async function bytesOf(Bucket: string, Key: string, s3: S3Client, scope: Scope): Promise<Uint8Array> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return (await Body?.transformToByteArray()) ?? new Uint8Array();
  } catch (error) {
    if (!(error instanceof Error) || !(await isMissing(error, scope))) throw error;
    throw new Unpublishable(
      `the definition is not at s3://${Bucket}/${Key} any more (${error.name}): deploy again, which uploads it`,
    );
  }
}

/** To who may not list a bucket, S3 says of a missing object that it is denied. A deployment tries that again. */
async function isMissing({ name }: Error, scope: Scope): Promise<boolean> {
  if (name === 'NoSuchKey' || name === 'NoSuchBucket') return true;
  return name === 'AccessDenied' && (await scope.stackPhase()) !== 'deploying';
}
