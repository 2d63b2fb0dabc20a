// The story of releases from CI: deploys the app of docs/release-from-ci.md.
import { Buffer } from 'node:buffer';
import { requireNames, requireSame, requireSuccess } from '../report.mjs';
import { busy, say } from '../screen.mjs';
import { recordsOf, runCli } from '../stage.mjs';

const APP = 'examples/releases/app.mjs';
const STACK = 'EngineEcu';
const PACKAGE = 'engine-ecu';
const BUCKET = 'firmware-releases';

export const releaseSteps = stage => [
  {
    title: 'Releases from CI: the pipeline uploads 1.0.0 and deploys it',
    play: async () => {
      const Bucket = BUCKET;
      await stage.aws.call('s3', 'CreateBucket', { Bucket });
      await stage.aws.call('s3', 'PutBucketVersioning', { Bucket, VersioningConfiguration: { Status: 'Enabled' } });
      await release(stage, '1.0.0');
      requireNames('the versions', versions(stage), ['1.0.0']);
    },
  },
  {
    title: 'Some releases later: 1.6.0 is deployed, and the retention keeps 5',
    play: async () => {
      // five more deployments would only take time, because each leaves a version without an owner.
      for (const name of ['1.1.0', '1.2.0', '1.3.0', '1.4.0', '1.5.0']) {
        await stage.aws.iot.createVersion(PACKAGE, name, { status: 'PUBLISHED' });
      }
      await release(stage, '1.6.0');
      const { removed, counts } = recordsOf(stage.aws, `${STACK}/Keep`);
      say(`    removed: ${removed.join(', ')}; left: ${versions(stage).join(', ')}`);
      requireNames('the versions that were removed', removed, ['1.0.0', '1.1.0']);
      requireNames('the versions that are left', versions(stage), ['1.2.0', '1.3.0', '1.4.0', '1.5.0', '1.6.0']);
      requireSame('the default', stage.aws.iot.describe(PACKAGE).defaultVersionName, '1.6.0');
      requireSame('the removals that failed', counts.failed, 0);
    },
  },
];

const versions = ({ aws }) => Object.keys(aws.iot.describe(PACKAGE).versions);

async function release(stage, name) {
  const file = { Bucket: BUCKET, Key: `${PACKAGE}-${name}.bin`, Body: Buffer.from(name) };
  const { VersionId } = await stage.aws.call('s3', 'PutObject', file);
  const command = ['deploy', '-c', `release=${name}`, '-c', `objectVersion=${VersionId}`];
  requireSuccess(await runCli(stage, { app: APP, stack: STACK, command }));
  const done = busy(() => 'an EventBridge rule starts the state machine of the retention');
  await stage.aws.settled().finally(done);
}
