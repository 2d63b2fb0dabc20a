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

/** The registry of a schema that names none. */
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

/** A definition in bytes, as a file or an object in Amazon S3 has it. Throws if it is not UTF-8; removes a BOM. */
export function definitionText(bytes: Uint8Array, where: string): string {
  return utf8(bytes, 'a schema definition', where);
}

/** A definition without its whitespace if it is too long for the registry and its format, AVRO or JSON, allows that. */
export function fittingDefinition(text: string): string {
  if (text.length <= DEFINITION_CHARACTERS) return text;
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  // not with JSON.parse and JSON.stringify, which round large numbers and drop duplicate keys.
  return text.replace(/("(?:[^"\\]|\\.)*")|[ \t\r\n]+/g, (_, quoted?: string) => quoted ?? '');
}

/** A definition with more bytes is uploaded to Amazon S3, because templates have a size limit, too. */
export const DEFINITION_BYTES_IN_TEMPLATE = 16_384;

export const DefinitionShape = string(value => {
  if (value.length > DEFINITION_CHARACTERS) {
    return `a schema definition must have at most 170,000 characters, got ${value.length}: split it into several schemas`;
  }
  return /\S/.test(value) ? undefined : `a schema definition must not be blank, got ${quote(value)}`;
});

// from the service's model: `+-=` is a range, which lets , : ; and < in.
const METADATA = { pattern: /^[a-zA-Z0-9+-=._/@]+$/, allowed: 'letters, digits and + , - . / : ; < = _ @' };
const METADATA_KEY = { what: 'a metadata key', min: 1, max: 128, ...METADATA };
const METADATA_VALUE = { what: 'a metadata value', min: 1, max: 256, ...METADATA };

/** Pairs of metadata that one version may have. */
export const MAX_METADATA = 10;

/** Pairs left to the user: the owner's record takes two for the time in which a new one replaces the old one. */
export const MAX_USER_METADATA = MAX_METADATA - 2;

const metadataKey = string(
  key =>
    checkString(METADATA_KEY, key) ??
    (key.startsWith(METADATA_KEY_PREFIX)
      ? `metadata keys that start with "${METADATA_KEY_PREFIX}" are reserved for this library, got ${quote(key)}: rename the key`
      : undefined),
);

/** Pairs of metadata, without a limit on how many. */
export const ProtectedMetadataShape = map(string(METADATA_VALUE), { key: metadataKey });

const metadata = ProtectedMetadataShape.also(pairs => {
  const count = Object.keys(pairs).length;
  return count > MAX_USER_METADATA
    ? `a schema version must have at most ${MAX_USER_METADATA} pairs of metadata (this library needs the rest), got ${count}: remove some`
    : undefined;
});

/** Schema versions cannot be deprecated: the registry has no such state. */
export const SchemaRemovalShape = RemovalShape.also(value =>
  value === 'DEPRECATE'
    ? 'a schema version can be deleted or retained, got the removal DEPRECATE: the schema registry has no deprecated state'
    : undefined,
);

/** The object in Amazon S3 that holds a definition. */
const definitionObject = struct({ Bucket: string(), Key: string() });
export type DefinitionObjectProperty = Infer<typeof definitionObject>;

/** Properties of `Custom::GlueSchemaVersion`: with either the definition or the object that holds it. */
export const SchemaVersionShape = struct({
  ...artifactFields,
  RegistryName: RegistryNameShape,
  SchemaName: SchemaNameShape,
  Definition: optional(DefinitionShape),
  DefinitionObject: optional(definitionObject),
  Metadata: optional(metadata),
  /** DELETE or RETAIN. Absent: RETAIN. */
  Removal: optional(SchemaRemovalShape),
  /** Whether only the deployment can tell if the schema is in the stack's account and region. */
  SchemaArn: optional(string()),
}).also(({ Definition, DefinitionObject }) =>
  (Definition === undefined) === (DefinitionObject === undefined)
    ? `exactly one of Definition and DefinitionObject must be set, got ${Definition === undefined ? 'neither' : 'both'}`
    : undefined,
);
export type SchemaVersionProperties = Infer<typeof SchemaVersionShape>;

/** The data of `Custom::GlueSchemaVersion`, in every answer to Create and Update. */
export interface SchemaVersionData {
  readonly VersionId: string;
  readonly VersionNumber: string;
}

/** Types of the sweeps, and of the custom resources that run them. Frozen, as for every custom resource. */
export const GlueSweepType = {
  SCHEMA_VERSION_RETENTION: 'Custom::GlueSchemaVersionRetention',
} as const;

/** What happens to a run in which the registry did not delete a version. */
export type OnVersionError = 'FAIL' | 'WARN';

/** Keeps the newest versions of a schema. */
export interface SchemaVersionRetentionConfig extends SweepConfig {
  readonly type: typeof GlueSweepType.SCHEMA_VERSION_RETENTION;
  readonly registryName: string;
  readonly schemaName: string;
  /** Whether to remove failed versions, whatever the rules say. */
  readonly removeFailed: boolean;
  /** A version that has one of these pairs stays. */
  readonly protectedMetadata: Readonly<Record<string, string>>;
  /** Whether to move the checkpoint to the oldest version that stays, apart from version 1. */
  readonly advanceCheckpoint: boolean;
  readonly onVersionError: OnVersionError;
}

/** Versions that one call can delete. unverified: neither the model nor the guide states a limit. */
export const VERSIONS_PER_CALL = 25;
