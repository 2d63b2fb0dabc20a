/**
 * AWS Glue schema registry: resource types, property shapes and limits, as the AWS Glue API reference and developer
 * guide state them.
 */
import { RemovalShape, artifactFields } from './cloudformation';
import { METADATA_KEY_PREFIX } from './ownership';
import { type Infer, checkString, map, optional, quote, string, struct } from './shape';
import { type SweepConfig } from './sweep';
import { utf8 } from './text';

/** Types of the custom resources. Frozen: CloudFormation cannot change the type of a resource in place. */
export const SchemaResourceType = {
  VERSION: 'Custom::GlueSchemaVersion',
} as const;

/** The registry of schemas that name none. */
export const DEFAULT_REGISTRY = 'default-registry';

const NAME = {
  min: 1,
  max: 255,
  pattern: /^[a-zA-Z0-9\-_$#.]+$/,
  allowed: 'letters, digits, "-", "_", "$", "#" and "."',
};

export const RegistryNameShape = string({ what: 'the name of a registry', ...NAME });
export const SchemaNameShape = string({ what: 'the name of a schema', ...NAME });

/** Characters that a definition may have. */
const DEFINITION_CHARACTERS = 170_000;

/** A definition in bytes, as a file or an object in Amazon S3 holds it. Throws where it is no UTF-8; a BOM goes. */
export function definitionText(bytes: Uint8Array, where: string): string {
  return utf8(bytes, 'a schema definition', where);
}

/**
 * A definition that is too long for the registry without its whitespace, where its format allows that: AVRO and JSON.
 */
export function fittingDefinition(text: string): string {
  if (text.length <= DEFINITION_CHARACTERS) return text;
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  // not as JavaScript would write it, which rounds large numbers and drops keys that stand there twice.
  return text.replace(/("(?:[^"\\]|\\.)*")|[ \t\r\n]+/g, (_, quoted?: string) => quoted ?? '');
}

/** A definition with more bytes travels as an object in Amazon S3: templates are limited, too. */
export const DEFINITION_BYTES_IN_TEMPLATE = 16_384;

export const DefinitionShape = string(value => {
  if (value.length > DEFINITION_CHARACTERS) {
    return `a schema definition must have at most 170,000 characters, got ${value.length}: split it into several schemas`;
  }
  return /\S/.test(value) ? undefined : `a schema definition must not be blank, got ${quote(value)}`;
});

// as the service's model has it: `+-=` is a range, which lets , : ; and < in.
const METADATA = { pattern: /^[a-zA-Z0-9+-=._/@]+$/, allowed: 'letters, digits and + , - . / : ; < = _ @' };
const METADATA_KEY = { what: 'a metadata key', min: 1, max: 128, ...METADATA };
const METADATA_VALUE = { what: 'a metadata value', min: 1, max: 256, ...METADATA };

/** Pairs of metadata that one version may have. */
export const MAX_METADATA = 10;

/** Pairs left to the user: of the owner's record there are two while one takes the place of the other. */
export const MAX_USER_METADATA = MAX_METADATA - 2;

const metadataKey = string(
  key =>
    checkString(METADATA_KEY, key) ??
    (key.startsWith(METADATA_KEY_PREFIX)
      ? `metadata keys that start with "${METADATA_KEY_PREFIX}" are the library's, got ${quote(key)}`
      : undefined),
);

/** Pairs of metadata, however many. */
export const ProtectedMetadataShape = map(string(METADATA_VALUE), { key: metadataKey });

const metadata = ProtectedMetadataShape.also(pairs => {
  const count = Object.keys(pairs).length;
  return count > MAX_USER_METADATA
    ? `a schema version may have ${MAX_USER_METADATA} pairs of metadata beside the library's, got ${count}`
    : undefined;
});

/** Schema versions cannot be deprecated: the registry has no such state. */
export const SchemaRemovalShape = RemovalShape.also(value =>
  value === 'DEPRECATE'
    ? 'a schema version can be deleted or retained, got the removal DEPRECATE: the schema registry knows no deprecated versions'
    : undefined,
);

/** A definition in Amazon S3. */
const definitionObject = struct({ Bucket: string(), Key: string() });
export type DefinitionObjectProperty = Infer<typeof definitionObject>;

/** Properties of `Custom::GlueSchemaVersion`: with either the definition itself or the object that it is in. */
export const SchemaVersionShape = struct({
  ...artifactFields,
  RegistryName: RegistryNameShape,
  SchemaName: SchemaNameShape,
  Definition: optional(DefinitionShape),
  DefinitionObject: optional(definitionObject),
  Metadata: optional(metadata),
  /** DELETE or RETAIN. Absent: RETAIN. */
  Removal: optional(SchemaRemovalShape),
  /** Where only the deployment tells that the schema is of the stack's account and region. */
  SchemaArn: optional(string()),
}).also(({ Definition, DefinitionObject }) =>
  (Definition === undefined) === (DefinitionObject === undefined)
    ? `one of Definition and DefinitionObject must be set, got ${Definition === undefined ? 'neither' : 'both'}`
    : undefined,
);
export type SchemaVersionProperties = Infer<typeof SchemaVersionShape>;

/** Attributes of `Custom::GlueSchemaVersion`, in every answer to Create and Update. */
export interface SchemaVersionAttributes {
  readonly VersionId: string;
  readonly VersionNumber: string;
}

/** Types of the sweeps, and of the custom resources that run them. Frozen, as for every custom resource. */
export const GlueSweepType = {
  SCHEMA_VERSION_RETENTION: 'Custom::GlueSchemaVersionRetention',
} as const;

/** What becomes of a run in which the registry did not delete some version. */
export type OnVersionError = 'FAIL' | 'WARN';

/** Keeps the newest versions of a schema. */
export interface SchemaVersionRetentionConfig extends SweepConfig {
  readonly type: typeof GlueSweepType.SCHEMA_VERSION_RETENTION;
  readonly registryName: string;
  readonly schemaName: string;
  /** Removes versions in FAILURE whatever the rules say. */
  readonly removeFailed: boolean;
  /** A version with one of these pairs stays. */
  readonly protectedMetadata: Readonly<Record<string, string>>;
  /** Moves the checkpoint to the oldest version that stays, the first one aside. */
  readonly advanceCheckpoint: boolean;
  readonly onVersionError: OnVersionError;
}

/** Versions that one call may delete. unverified: neither the model nor the guide states a limit. */
export const VERSIONS_PER_CALL = 25;
