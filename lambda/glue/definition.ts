/** The definition of a version, from the template or from Amazon S3. */
import { DefinitionShape, type SchemaVersionProperties, definitionText, fittingDefinition } from '../../contract/glue';
import { problems } from '../../contract/shape';
import { type Scope } from '../runtime/custom-resource';
import { reasonOf } from '../runtime/messages';
import { retryPassing } from '../runtime/retry';
import { type ObjectName, ObjectTooLarge, type ReadObject } from '../runtime/s3-objects';
import { Unpublishable } from './errors';

type Source = Pick<SchemaVersionProperties, 'Definition' | 'DefinitionObject'>;

/** Whether two resources have one definition of one schema, without reading it. */
export function hasSameSource(a: SchemaVersionProperties, b: SchemaVersionProperties): boolean {
  const source = ({ RegistryName, SchemaName, Definition, DefinitionObject }: SchemaVersionProperties) =>
    JSON.stringify([RegistryName, SchemaName, Definition, DefinitionObject?.Bucket, DefinitionObject?.Key]);
  return source(a) === source(b);
}

export async function definitionOf(
  { Definition, DefinitionObject }: Source,
  read: ReadObject,
  scope: Scope,
): Promise<string> {
  if (Definition !== undefined) return Definition;
  const { Bucket, Key } = DefinitionObject!;
  const where = `s3://${Bucket}/${Key}`;
  const definition = textOf(await bytesOf({ bucket: Bucket, key: Key }, read, scope), where);
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

/** Many times the limit of a definition, because whitespace is removed. */
const MOST_BYTES = 8_000_000;

async function bytesOf(object: ObjectName, read: ReadObject, scope: Scope): Promise<Uint8Array> {
  try {
    return await retryPassing(scope, () => read(object, MOST_BYTES));
  } catch (error) {
    if (error instanceof ObjectTooLarge) throw new Unpublishable(`the definition is too long: ${error.message}`);
    if (!(error instanceof Error) || !(await isMissing(error, scope))) throw error;
    throw new Unpublishable(
      `the definition is not at s3://${object.bucket}/${object.key} any more (${error.name}): deploy again to ` +
        'upload it',
    );
  }
}

/**
 * S3 answers "access denied" for a missing object if the caller cannot list the bucket. A deployment repeats that call.
 */
async function isMissing({ name }: Error, scope: Scope): Promise<boolean> {
  if (name === 'NoSuchKey' || name === 'NoSuchBucket') return true;
  return name === 'AccessDenied' && (await scope.stackPhase()) !== 'deploying';
}
