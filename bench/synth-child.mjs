// One app in a process of its own, whose CPU time is measured: a kind of artifact, and how many of them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { VARIANTS } from './peers.mjs';

const [kind, count] = [process.argv[2], Number(process.argv[3])];

const KINDS = {
  packages: library => (stack, index) => new library.SoftwarePackage(stack, `P${index}`, { packageName: `p${index}` }),
  schemas: library => (stack, index) => schemaVersion(library, stack, { index, schemaName: `s${index}` }),
  'schema versions': library => (stack, index) => schemaVersion(library, stack, { index, schemaName: 'orders' }),
  'CloudBase versions': (library, stack) => {
    const accessToken = library.WeChatAccessToken.fromSecret(Secret.fromSecretNameV2(stack, 'Token', 'token'));
    const service = { environmentId: 'prod', serverName: 'api', accessToken };
    return (_, index) =>
      new library.CloudBaseServiceVersion(stack, `V${index}`, { ...service, versionName: `api-${index}` });
  },
};

function schemaVersion({ SchemaDefinition, SchemaReference, SchemaVersion }, stack, { index, schemaName }) {
  const schema = SchemaReference.fromSchemaName({ schemaName });
  const definition = SchemaDefinition.fromObject({ type: 'string', index });
  return new SchemaVersion(stack, `S${index}`, { schema, definition });
}

async function fill(stack) {
  if (kind in VARIANTS) return VARIANTS[kind](stack, count);
  const library = await import('cdk-versioned-artifacts');
  const declare = KINDS[kind](library, stack);
  for (let index = 0; index < count; index++) declare(stack, index);
}

const outdir = mkdtempSync(join(tmpdir(), 'bench-'));
// some peers need more resources than a stack can have.
const context = { '@aws-cdk/core:stackResourceLimit': 0 };
const app = new App({ outdir, analyticsReporting: false, context });
const stack = new Stack(app, 'Bench');
await fill(stack);
const { template } = app.synth().getStackByName('Bench');
rmSync(outdir, { recursive: true });
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ cpu: Math.round((user + system) / 1000), bytes: JSON.stringify(template).length }));
