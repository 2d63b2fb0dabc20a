import { ArnFormat, Stack } from 'aws-cdk-lib';
import { type SchemaVersionRetentionConfig } from '../../contract/glue';
import { type ArtifactProvider } from '../provider/artifact-provider';
import { type ProviderFamily } from '../provider/family';
import { type SchemaReference } from './schema-reference';

const ANY_SCHEMA =
  'CloudFormation lets go of versions whose schema has left the template when the policy is already updated. The ' +
  'provider writes only to versions that name this stack in their metadata.';

/** The provider of AWS Glue schema versions. */
export const GLUE_FAMILY: ProviderFamily = {
  constructId: 'GlueArtifactProvider',
  bundle: 'glue',
  description: 'Manages the AWS Glue schema versions of its stack',
  permissions: stack => [
    {
      actions: ['glue:CheckSchemaVersionValidity', 'glue:GetSchemaVersion'],
      resources: ['*'],
      wildcardReason:
        'AWS Glue checks the syntax of a definition without regard to a schema, and a version is read by its id, which ' +
        'names no schema.',
    },
    {
      actions: [
        'glue:DeleteSchemaVersions',
        'glue:GetSchema',
        'glue:PutSchemaVersionMetadata',
        'glue:QuerySchemaVersionMetadata',
        'glue:RemoveSchemaVersionMetadata',
      ],
      resources: [registryArn(stack, '*'), schemaArn(stack, '*', '*')],
      wildcardReason: ANY_SCHEMA,
    },
  ],
};

/** Lets the provider register versions of a schema. AWS Glue authorises that on the schema and on its registry. */
export function allowRegistration(provider: ArtifactProvider, { registryName, schemaName }: SchemaReference): void {
  const stack = Stack.of(provider);
  provider._allow({
    actions: ['glue:GetSchemaByDefinition', 'glue:GetSchemaVersionsDiff', 'glue:RegisterSchemaVersion'],
    resources: [registryArn(stack, registryName), schemaArn(stack, registryName, schemaName)],
  });
}

/** Lets the provider run a retention. It may read versions and delete them anyway. */
export function allowRetention(
  provider: ArtifactProvider,
  { registryName, schemaName }: SchemaReference,
  { advanceCheckpoint }: SchemaVersionRetentionConfig,
): void {
  const stack = Stack.of(provider);
  provider._allow({
    actions: ['glue:ListSchemaVersions', ...(advanceCheckpoint ? ['glue:UpdateSchema'] : [])],
    resources: [registryArn(stack, registryName), schemaArn(stack, registryName, schemaName)],
  });
}

const registryArn = (stack: Stack, registryName: string) => glueArn(stack, 'registry', registryName);

const schemaArn = (stack: Stack, registryName: string, schemaName: string) =>
  glueArn(stack, 'schema', `${registryName}/${schemaName}`);

function glueArn(stack: Stack, resource: string, resourceName: string): string {
  return stack.formatArn({ service: 'glue', resource, resourceName, arnFormat: ArnFormat.SLASH_RESOURCE_NAME });
}
