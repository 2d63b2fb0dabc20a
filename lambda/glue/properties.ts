/** The properties of the Glue resources, decoded. */
import { type Removal } from '../../contract/custom-resource';
import { type DefinitionObjectProperty, type SchemaVersionProperties } from '../../contract/glue/schema-versions';
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
