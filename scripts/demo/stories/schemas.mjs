// The story of an event's schema: each release registers its definition, and a retention removes old ones.
import { ListSchemaVersionsCommand, QuerySchemaVersionMetadataCommand } from '@aws-sdk/client-glue';
import { check } from '../report.mjs';
import { bold, say, table } from '../screen.mjs';
import { orUndefined, runCli, stackStatus } from '../stage.mjs';

const APP = 'examples/schemas/app.mjs';
const STACK = 'Schemas';
const SchemaId = { RegistryName: 'shop', SchemaName: 'orders' };

const release = number => ['deploy', '-c', `release=${number}`];
const FIRST = { version: 1, owner: 'nobody' };
const left = version => ({ version, owner: 'nobody' });
const owned = version => ({ version, owner: 'the stack' });

const STEPS = [
  {
    title: 'A schema: the definition of the first release is registered as version 2, beside CloudFormation’s own',
    command: release(1),
    succeeds: true,
    state: { stack: 'CREATE_COMPLETE', versions: [FIRST, owned(2)] },
  },
  {
    title: 'The next release: version 3 is registered, and 2 stays for those who still read with it',
    command: release(2),
    succeeds: true,
    state: { stack: 'UPDATE_COMPLETE', versions: [FIRST, left(2), owned(3)] },
  },
  {
    title: 'And the next: of the versions that are nobody’s, the retention removes the one beyond the latest',
    command: release(3),
    succeeds: true,
    state: { stack: 'UPDATE_COMPLETE', versions: [FIRST, left(3), owned(4)] },
  },
  {
    title: 'A release that is not compatible: it is rolled back, and leaves no failed version behind',
    command: release(4),
    succeeds: false,
    // what the message of the failed resource must contain.
    reason: [/compatibility mode is BACKWARD/, /Difference to the latest version/],
    state: { stack: 'UPDATE_ROLLBACK_COMPLETE', versions: [FIRST, left(3), owned(4)] },
  },
  {
    title: 'The end of the schema: the stack is destroyed, and takes the schema with it',
    command: ['destroy', '--force'],
    succeeds: true,
    state: { stack: 'none', versions: [] },
  },
];

export const schemaSteps = stage => STEPS.map(step => ({ title: step.title, play: () => play(stage, step) }));

async function play(stage, step) {
  const ended = await runCli(stage, { app: APP, stack: STACK, command: step.command });
  const { cloudFormation, glue } = stage.clients;
  const state = { stack: await stackStatus(cloudFormation, STACK), versions: await versionsOf(glue) };
  sayVersions(state);
  check(step, { ...ended, state });
}

async function versionsOf(glue) {
  const listed = await orUndefined('EntityNotFoundException', glue.send(new ListSchemaVersionsCommand({ SchemaId })));
  const versions = [];
  for (const { SchemaVersionId, VersionNumber, Status } of listed?.Schemas ?? []) {
    if (Status === 'DELETING') continue;
    const { MetadataInfoMap } = await glue.send(new QuerySchemaVersionMetadataCommand({ SchemaVersionId }));
    const record = MetadataInfoMap['cdk-versioned-artifacts.owner']?.MetadataValue ?? '';
    versions.push({ version: VersionNumber, owner: record.includes('owner=') ? 'the stack' : 'nobody' });
  }
  return versions.sort((a, b) => a.version - b.version);
}

function sayVersions({ stack, versions }) {
  say(`    stack ${bold(stack)}, schema ${bold(versions.length > 0 ? SchemaId.SchemaName : 'none')}`);
  if (versions.length === 0) return;
  table(
    ['version', 'belongs to'],
    versions.map(({ version, owner }) => [version, owner]),
  );
}
