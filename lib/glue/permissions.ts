import { ArnFormat, ScopedAws, type Stack } from 'aws-cdk-lib';
import { type SchemaVersionRetentionConfig } from '../../contract/glue';
import { type Permission } from '../provider/permissions';
import { otherStacksPermissions } from '../provider/runtime-permissions';
import { type SchemaReference } from './schema-reference';

const ANY_SCHEMA =
  'CloudFormation releases versions of a schema that has left the template after it has updated the policy. The provider ' +
  'only writes to versions that name this stack in their metadata.';

const BY_ID =
  'The provider reads and writes metadata by the id of a version, which does not name the schema. As for ' +
  'GetSchemaVersion by id, AWS Glue has no schema to authorize. The provider only writes to versions that name this ' +
  'stack, or nobody.';

/** What the provider needs in every stack. */
export function providerPermissions(stack: Stack): Permission[] {
  return [
    {
      actions: ['glue:CheckSchemaVersionValidity', 'glue:GetSchemaVersion'],
      resources: ['*'],
      wildcardReason:
        'AWS Glue checks the syntax of a definition without a schema, and the provider reads a version by its id, which ' +
        'does not name the schema.',
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
