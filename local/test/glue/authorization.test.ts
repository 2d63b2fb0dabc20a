import { DeleteSchemaVersionsCommand, GetSchemaVersionCommand, GlueClient } from '@aws-sdk/client-glue';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { ROLE, type Statement, client, createRole } from '../core/fixtures';
import { REGISTRY_ARN, SCHEMA, SCHEMA_ARN, refused, startGlue } from './harness';

/** A schema with two versions, and a client whose role has these statements. */
async function startAsRole(...statements: Statement[]) {
  const { aws, create } = await startGlue();
  await create();
  aws.glue.addVersions('orders', [{}]);
  await createRole(aws, ...statements);
  const sts = new STSClient(client(aws));
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'session' }));
  const credentials = {
    accessKeyId: Credentials!.AccessKeyId!,
    secretAccessKey: Credentials!.SecretAccessKey!,
    sessionToken: Credentials!.SessionToken,
  };
  const glue = new GlueClient({ ...client(aws), credentials });
  return { aws, glue };
}

const deletion = new DeleteSchemaVersionsCommand({ SchemaId: SCHEMA, Versions: '2' });

test('a role needs the schema and its registry', async () => {
  const { glue } = await startAsRole({ Action: 'glue:DeleteSchemaVersions', Resource: [REGISTRY_ARN, SCHEMA_ARN] });
  expect((await glue.send(deletion)).SchemaVersionErrors).toEqual([]);
});

test.each([
  ['the schema', SCHEMA_ARN, REGISTRY_ARN],
  ['the registry', REGISTRY_ARN, SCHEMA_ARN],
])('%s alone is not enough', async (_, granted, missing) => {
  const { glue, aws } = await startAsRole({ Action: 'glue:DeleteSchemaVersions', Resource: granted });
  await expect(glue.send(deletion)).rejects.toEqual(refused('AccessDeniedException', new RegExp(`${missing} because`)));
  expect(aws.glue.describe('orders')?.versions[2].status).toBe('AVAILABLE');
});

test('a version is read by its id only with a grant on everything', async () => {
  const { glue, aws } = await startAsRole({ Action: 'glue:GetSchemaVersion', Resource: [REGISTRY_ARN, SCHEMA_ARN] });
  const { versionId } = aws.glue.describe('orders')!.versions[2];
  const byId = new GetSchemaVersionCommand({ SchemaVersionId: versionId });
  await expect(glue.send(byId)).rejects.toEqual(refused('AccessDeniedException'));
  const byNumber = { SchemaId: SCHEMA, SchemaVersionNumber: { VersionNumber: 2 } };
  expect(await glue.send(new GetSchemaVersionCommand(byNumber))).toMatchObject({ SchemaVersionId: versionId });
});
