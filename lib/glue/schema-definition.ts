import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { AssetHashType, Token } from 'aws-cdk-lib';
import * as assets from 'aws-cdk-lib/aws-s3-assets';
import { type Construct, type IConstruct } from 'constructs';
import {
  DEFINITION_BYTES_IN_TEMPLATE,
  type DefinitionObjectProperty,
  type SchemaVersionProperties,
  definitionText,
  fittingDefinition,
} from '../../contract/glue';
import { content, record, requireArgument, text } from '../core/arguments';
import { type ArtifactProvider } from '../provider/artifact-provider';
import { MAX_LISTED } from '../provider/permissions';
import { jsonOf } from '../provider/references';

/**
 * The definition of a schema version, in the data format of its schema: AVRO, JSON or PROTOBUF. It can have at most
 * 170,000 characters; the whitespace of AVRO and JSON is removed if it has more. A definition above 16 KB is uploaded
 * as a CDK asset instead of being part of the template.
 *
 * @example
 * import { SchemaDefinition, SchemaReference, SchemaVersion } from 'cdk-versioned-artifacts';
 *
 * new SchemaVersion(this, 'Order', {
 *   schema: SchemaReference.fromSchemaName({ registryName: 'shop', schemaName: 'orders' }),
 *   definition: SchemaDefinition.fromObject({
 *     type: 'record',
 *     name: 'Order',
 *     fields: [{ name: 'id', type: 'string' }],
 *   }),
 * });
 */
export abstract class SchemaDefinition {
  /**
   * A definition from a UTF-8 file, with or without a BOM, read at synthesis.
   *
   * @param path path of the file, relative to the working directory
   */
  public static fromFile(path: string): SchemaDefinition {
    requireArgument('SchemaDefinition.fromFile', path, text('the path of a file', "one such as 'schemas/order.avsc'"));
    return new RenderedDefinition(() => definitionText(readFileSync(path), path));
  }

  /**
   * A definition as it is.
   *
   * @param definition the definition's text
   */
  public static fromString(definition: string): SchemaDefinition {
    requireArgument(
      'SchemaDefinition.fromString',
      definition,
      content('the text of a definition', 'it, in the data format of the schema'),
    );
    return new RenderedDefinition(() => definition);
  }

  /**
   * A definition from an object, which is written as JSON: for AVRO and JSON. It can hold tokens anywhere.
   *
   * @param definition the definition
   */
  public static fromObject(definition: { [key: string]: unknown }): SchemaDefinition {
    requireArgument(
      'SchemaDefinition.fromObject',
      definition,
      record('a definition as an object', 'one, or give text to SchemaDefinition.fromString'),
    );
    return new RenderedDefinition(scope => jsonOf(scope, definition));
  }

  /**
   * The text of the definition.
   *
   * @param scope the version that it is for
   */
  public abstract render(scope: IConstruct): string;
}

class RenderedDefinition extends SchemaDefinition {
  constructor(private readonly produce: (scope: IConstruct) => string) {
    super();
  }

  public render(scope: IConstruct): string {
    return fittingDefinition(this.produce(scope));
  }
}

/** Whether the registry takes two definitions for the same: in JSON, whitespace and the order of keys do not count. */
export function isSameDefinition(one: string, other: string): boolean {
  return one === other || normalizedDefinition(one) === normalizedDefinition(other);
}

/** One spelling of all definitions that the registry takes for the same. */
export function normalizedDefinition(definition: string): string {
  try {
    JSON.parse(definition);
  } catch {
    return definition;
  }
  // numbers as text, because JSON.parse rounds large ones.
  const exact = definition.replace(STRING_OR_NUMBER, part => (part.startsWith('"') ? part : `"\\u0000${part}"`));
  return JSON.stringify(JSON.parse(exact, sorted));
}

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

const sorted = (_key: string, value: unknown) =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

type Source = Pick<SchemaVersionProperties, 'Definition' | 'DefinitionObject'>;

/** How a definition reaches the provider: in the template, or as an asset that the provider can read. */
export function definitionSource(version: Construct, provider: ArtifactProvider, definition: string): Source {
  // a definition that only the deployment knows cannot be uploaded.
  const isSmall = Token.isUnresolved(definition) || Buffer.byteLength(definition) <= DEFINITION_BYTES_IN_TEMPLATE;
  return isSmall ? { Definition: definition } : { DefinitionObject: uploaded(version, provider, definition) };
}

function uploaded(version: Construct, provider: ArtifactProvider, definition: string): DefinitionObjectProperty {
  const { bucket, s3ObjectKey } = stage(version, definition);
  provider._allow({
    actions: ['s3:GetObject'],
    resources: [bucket.arnForObjects(s3ObjectKey)],
    collapsedResource: bucket.arnForObjects('*'),
    maxListed: MAX_LISTED,
  });
  // without this permission, Amazon S3 answers "access denied" if the object does not exist.
  provider._allow({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] });
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
