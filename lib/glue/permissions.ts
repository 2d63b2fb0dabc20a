import { ArnFormat, ScopedAws, type Stack } from 'aws-cdk-lib';
import { type SchemaVersionRetentionConfig } from '../../contract/glue';
import { type Permission } from '../provider/permissions';
import { otherStacksPermissions } from '../provider/runtime-permissions';
import { type SchemaReference } from './schema-reference';

const ANY_SCHEMA =
  'CloudFormation lets go of versions whose schema has left the template when the policy is already updated. The ' +
  'provider writes only to versions that name this stack in their metadata.';

const BY_ID =
  'Metadata are read and written by the id of a version, which names no schema: as for GetSchemaVersion by id, AWS Glue ' +
  'authorizes that on no schema. The provider writes only to versions that name this stack, or nobody.';

/** What the provider needs in every stack. */
export function providerPermissions(stack: Stack): Permission[] {
  return [
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
  ];
}

/** What registering versions of a schema needs. AWS Glue authorizes it on the schema and on its registry. */
export function registrationPermissions(stack: Stack, { registryName, schemaName }: SchemaReference): Permission[] {
  return [
    // to find out whether an existing version is one that the stack manages by AWS's own resource type.
    { actions: ['cloudformation:ListStackResources'], resources: [new ScopedAws(stack).stackId] },
    {
      actions: ['glue:PutSchemaVersionMetadata', 'glue:QuerySchemaVersionMetadata', 'glue:RemoveSchemaVersionMetadata'],
      resources: ['*'],
      wildcardReason: BY_ID,
    },
    {
      actions: ['glue:GetSchemaByDefinition', 'glue:GetSchemaVersionsDiff', 'glue:RegisterSchemaVersion'],
      resources: [registryArn(stack, registryName), schemaArn(stack, registryName, schemaName)],
      collapsedResource: stack.formatArn({ service: 'glue', resource: '*' }),
    },
  ];
}

/** What a retention needs beside that: the provider can read and delete versions in every stack. */
export function retentionPermissions(stack: Stack, config: SchemaVersionRetentionConfig): Permission[] {
  const { registryName, schemaName, advanceCheckpoint } = config;
  return [
    ...otherStacksPermissions(stack),
    { actions: ['glue:QuerySchemaVersionMetadata'], resources: ['*'], wildcardReason: BY_ID },
    {
      actions: ['glue:ListSchemaVersions', ...(advanceCheckpoint ? ['glue:UpdateSchema'] : [])],
      resources: [registryArn(stack, registryName), schemaArn(stack, registryName, schemaName)],
      collapsedResource: stack.formatArn({ service: 'glue', resource: '*' }),
    },
  ];
}

const registryArn = (stack: Stack, registryName: string) => glueArn(stack, 'registry', registryName);

const schemaArn = (stack: Stack, registryName: string, schemaName: string) =>
  glueArn(stack, 'schema', `${registryName}/${schemaName}`);

function glueArn(stack: Stack, resource: string, resourceName: string): string {
  return stack.formatArn({ service: 'glue', resource, resourceName, arnFormat: ArnFormat.SLASH_RESOURCE_NAME });
}
