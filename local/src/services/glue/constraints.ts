/** The constraints of the API model of the AWS Glue schema registry for the members of inputs. */
// documented: API model
import { flag, integer, list, map, oneOf, required, structure, text } from '../../core/shape';

const name = text({ min: 1, max: 255, pattern: /[a-zA-Z0-9\-_$#.]+/u });
const arn = text({ min: 1, max: 10_240, pattern: /arn:aws(-(cn|us-gov|iso(-[bef])?))?:glue:.*/u });
const description = text({
  min: 0,
  max: 2048,
  pattern: /[\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}\r\n\t]*/u,
});
const dataFormat = oneOf('AVRO', 'JSON', 'PROTOBUF');
const compatibility = oneOf(
  'NONE',
  'DISABLED',
  'BACKWARD',
  'BACKWARD_ALL',
  'FORWARD',
  'FORWARD_ALL',
  'FULL',
  'FULL_ALL',
);
// definitions have line breaks: the dot of the documented `.*\S.*` also matches them.
const definition = text({ min: 1, max: 170_000, pattern: /[^]*\S[^]*/u });
const tags = map(text({ min: 1, max: 128 }), text({ min: 0, max: 256 }), { min: 0, max: 50 });

const registryId = structure({ RegistryName: name, RegistryArn: arn });
const schemaId = structure({ SchemaArn: arn, SchemaName: name, RegistryName: name });
const versionId = text({ min: 36, max: 36, pattern: /[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}/u });
const versionNumber = structure({ LatestVersion: flag(), VersionNumber: integer({ min: 1, max: 100_000 }) });
// `+-=` is a range, as in the model: it includes colons, commas and semicolons.
const metadataKey = text({ min: 1, max: 128, pattern: /[a-zA-Z0-9+-=._./@]+/u });
const metadataValue = text({ min: 1, max: 256, pattern: /[a-zA-Z0-9+-=._./@]+/u });
const metadata = structure({ MetadataKey: metadataKey, MetadataValue: metadataValue });

const page = { MaxResults: integer({ min: 1, max: 100 }), NextToken: text() };
const ofRegistry = { RegistryId: required(registryId) };
const ofSchema = { SchemaId: required(schemaId) };
const ofVersion = { SchemaId: schemaId, SchemaVersionNumber: versionNumber, SchemaVersionId: versionId };

export const REGISTRIES = {
  CreateRegistry: { RegistryName: required(name), Description: description, Tags: tags },
  GetRegistry: ofRegistry,
  UpdateRegistry: { ...ofRegistry, Description: required(description) },
  DeleteRegistry: ofRegistry,
  ListRegistries: page,
} as const;

export const SCHEMAS = {
  CreateSchema: {
    RegistryId: registryId,
    SchemaName: required(name),
    DataFormat: required(dataFormat),
    Compatibility: compatibility,
    Description: description,
    Tags: tags,
    SchemaDefinition: definition,
  },
  GetSchema: ofSchema,
  UpdateSchema: {
    ...ofSchema,
    SchemaVersionNumber: versionNumber,
    Compatibility: compatibility,
    Description: description,
  },
  DeleteSchema: ofSchema,
  ListSchemas: { RegistryId: registryId, ...page },
} as const;

export const VERSIONS = {
  RegisterSchemaVersion: { ...ofSchema, SchemaDefinition: required(definition) },
  GetSchemaVersion: ofVersion,
  GetSchemaByDefinition: { ...ofSchema, SchemaDefinition: required(definition) },
  ListSchemaVersions: { ...ofSchema, ...page },
  CheckSchemaVersionValidity: { DataFormat: required(dataFormat), SchemaDefinition: required(definition) },
  GetSchemaVersionsDiff: {
    ...ofSchema,
    FirstSchemaVersionNumber: required(versionNumber),
    SecondSchemaVersionNumber: required(versionNumber),
    SchemaDiffType: required(oneOf('SYNTAX_DIFF')),
  },
  DeleteSchemaVersions: {
    ...ofSchema,
    Versions: required(text({ min: 1, max: 100_000, pattern: /[1-9][0-9]*|[1-9][0-9]*-[1-9][0-9]*/u })),
  },
} as const;

export const METADATA = {
  PutSchemaVersionMetadata: { ...ofVersion, MetadataKeyValue: required(metadata) },
  RemoveSchemaVersionMetadata: { ...ofVersion, MetadataKeyValue: required(metadata) },
  QuerySchemaVersionMetadata: {
    ...ofVersion,
    MetadataList: list(metadata),
    MaxResults: integer({ min: 1, max: 50 }),
    NextToken: text(),
  },
} as const;

export const TAGS = {
  TagResource: { ResourceArn: required(arn), TagsToAdd: required(tags) },
  UntagResource: {
    ResourceArn: required(arn),
    TagsToRemove: required(list(text({ min: 1, max: 128 }), { min: 0, max: 50 })),
  },
  GetTags: { ResourceArn: required(arn) },
} as const;
