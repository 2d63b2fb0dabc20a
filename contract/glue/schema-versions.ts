/**
 * AWS Glue schema registry: resource types, property shapes and limits, as the AWS Glue API reference and developer guide
 * state them.
 */
import {
  type ArtifactProperties,
  type Problem,
  type Removal,
  type StringRule,
  checkString,
  quote,
} from '../custom-resource';
import { METADATA_KEY_PREFIX } from './version-owner';

/** Types of the custom resources. Frozen: CloudFormation cannot change the type of a resource in place. */
export const SchemaResourceType = {
  VERSION: 'Custom::GlueSchemaVersion',
} as const;

/** The registry of schemas that name none. */
export const DEFAULT_REGISTRY = 'default-registry';

/** A definition in Amazon S3. */
export interface DefinitionObjectProperty {
  readonly Bucket: string;
  readonly Key: string;
}

/** Properties of `Custom::GlueSchemaVersion`: with either the definition itself or the object that it is in. */
export interface SchemaVersionProperties extends ArtifactProperties {
  readonly RegistryName: string;
  readonly SchemaName: string;
  readonly Definition?: string;
  readonly DefinitionObject?: DefinitionObjectProperty;
  readonly Metadata?: Readonly<Record<string, string>>;
  /** DELETE or RETAIN. Absent: RETAIN. */
  readonly Removal?: Removal;
}

/** Attributes of `Custom::GlueSchemaVersion`, in every answer to Create and Update. */
export interface SchemaVersionAttributes {
  readonly VersionId: string;
  readonly VersionNumber: string;
}

const NAME = {
  min: 1,
  max: 255,
  pattern: /^[a-zA-Z0-9\-_$#.]+$/,
  allowed: 'letters, digits, "-", "_", "$", "#" and "."',
};

export const checkRegistryName = (value: string): Problem =>
  checkString({ what: 'the name of a registry', ...NAME }, value);

export const checkSchemaName = (value: string): Problem =>
  checkString({ what: 'the name of a schema', ...NAME }, value);

/** Characters that a definition may have. */
const DEFINITION_CHARACTERS = 170_000;

/** A definition with more bytes travels as an object in Amazon S3: templates are limited, too. */
export const DEFINITION_BYTES_IN_TEMPLATE = 16_384;

export function checkDefinition(value: string): Problem {
  if (value.length > DEFINITION_CHARACTERS) {
    return `a schema definition must have at most 170,000 characters, got ${value.length}: split it into several schemas`;
  }
  return /\S/.test(value) ? undefined : `a schema definition must not be blank, got ${quote(value)}`;
}

// as the service's model has it: `+-=` is a range, which lets , : ; and < in.
const METADATA = { pattern: /^[a-zA-Z0-9+-=._/@]+$/, allowed: 'letters, digits and + , - . / : ; < = _ @' };
const METADATA_KEY: StringRule = { what: 'a metadata key', min: 1, max: 128, ...METADATA };
const METADATA_VALUE: StringRule = { what: 'a metadata value', min: 1, max: 256, ...METADATA };

/** Pairs of metadata that one version may have. */
const MAX_METADATA = 10;

/** Pairs left to the user: of the owner's record there are two while one takes the place of the other. */
export const MAX_USER_METADATA = MAX_METADATA - 2;

export function checkMetadata(metadata: Readonly<Record<string, string>>): Problem {
  const pairs = Object.entries(metadata);
  if (pairs.length > MAX_USER_METADATA) {
    return `a schema version may have ${MAX_USER_METADATA} pairs of metadata beside the library's, got ${pairs.length}`;
  }
  for (const [key, value] of pairs) {
    const problem = checkString(METADATA_KEY, key) ?? checkString(METADATA_VALUE, value);
    if (problem) return problem;
    if (key.startsWith(METADATA_KEY_PREFIX)) {
      return `metadata keys that start with "${METADATA_KEY_PREFIX}" are the library's, got ${quote(key)}`;
    }
  }
  return undefined;
}

/** Schema versions cannot be deprecated: the registry has no such state. */
export function checkRemoval(removal: Removal): Problem {
  return removal === 'DEPRECATE'
    ? 'a schema version can be deleted or retained, got the removal DEPRECATE: the schema registry knows no deprecated versions'
    : undefined;
}
