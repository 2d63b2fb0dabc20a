/** The properties of the Glue resources, decoded. */
import { Removal } from '../../contract/custom-resource';
import { DefinitionObjectProperty, SchemaVersionProperties } from '../../contract/glue/schema-versions';
import { boolean, mapOf, oneOf, optional, properties, string, struct } from '../runtime/decode';

export const decodeSchemaVersion = properties<SchemaVersionProperties>({
  RegistryName: string,
  SchemaName: string,
  Definition: optional(string),
  DefinitionObject: optional(struct<DefinitionObjectProperty>({ Bucket: string, Key: string })),
  Metadata: optional(mapOf(string)),
  Removal: optional(oneOf<Removal>('DELETE', 'DEPRECATE', 'RETAIN')),
  AdoptExisting: optional(boolean),
  Salt: optional(string),
});
