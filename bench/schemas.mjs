// The calls that prune a schema, as the local AWS records them, beside one call for each version.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { LocalAws, deployAssembly } from 'cdk-versioned-artifacts-local';
import { SchemaReference, SchemaVersionRetention, SweepTrigger } from 'cdk-versioned-artifacts';

const VERSIONS = 1_000;
/** Beside the first and the newest one, which always stay. */
const PROTECTED = [500];

const REQUESTS_PER_SECOND = 1_000;

function synthesise(outdir) {
  const app = new App({ outdir, analyticsReporting: false });
  new SchemaVersionRetention(new Stack(app, 'Bench'), 'Keep', {
    schema: SchemaReference.fromSchemaName({ schemaName: 'orders' }),
    rules: { keepLatest: 1, maxRemovals: VERSIONS },
    protectedMetadata: { keep: 'true' },
    requestsPerSecond: REQUESTS_PER_SECOND,
    triggers: [SweepTrigger.duringDeployment()],
  });
  return app.synth().directory;
}

export const title = `Calls that delete, to prune ${VERSIONS.toLocaleString('en-US')} schema versions with 3 protected`;

export async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const aws = await LocalAws.start();
  try {
    await aws.glue.createSchema('orders');
    // a retention leaves what nobody owns and is younger than a minute.
    const createdAt = new Date(0);
    const versions = Array.from({ length: VERSIONS - 1 }, (_, index) =>
      PROTECTED.includes(index + 2) ? { createdAt, metadata: { keep: 'true' } } : { createdAt },
    );
    aws.glue.addVersions('orders', versions);
    const outcome = await deployAssembly(aws, synthesise(folder), 'Bench');
    if (outcome.status !== 'CREATE_COMPLETE') throw new Error(JSON.stringify(outcome));
    const kept = 2 + PROTECTED.length;
    const left = Object.values(aws.glue.describe('orders').versions).filter(({ status }) => status !== 'DELETING');
    if (left.length !== kept) throw new Error(`${left.length} versions are left, expected ${kept}`);
    const calls = aws.calls.filter({ service: 'glue', operation: 'DeleteSchemaVersions' }).length;
    return [
      { variant: 'this library: ranges', versions: VERSIONS, deleted: VERSIONS - kept, calls },
      { variant: 'one call per version', versions: VERSIONS, deleted: VERSIONS - kept, calls: VERSIONS - kept },
    ];
  } finally {
    await aws.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

export const goals = ([ranges, single]) => [
  // three protected versions divide what is deleted; 25 numbers are the most of one call.
  { what: 'calls that delete', now: ranges.calls, peer: single.calls, goal: Math.ceil(ranges.deleted / 25) + 1 },
];
