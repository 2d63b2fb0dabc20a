// The calls to AWS IoT that a version costs, as the local AWS records them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { LocalAws, deployAssembly } from 'cdk-versioned-artifacts-local';
import { PackageVersionStatus, SoftwarePackage } from 'cdk-versioned-artifacts';

const version = {
  versionName: '1.0.0',
  description: 'the first',
  attributes: { signing: 'ed25519' },
  status: PackageVersionStatus.PUBLISHED,
};

/** What is deployed one after the other; the package alone comes first. */
const STEPS = [
  ['create and publish', version],
  ['update that changes nothing', { ...version, salt: '1' }],
  ['update of the description', { ...version, salt: '1', description: 'the very first' }],
  ['delete', undefined],
];

function synthesise(outdir, props) {
  const app = new App({ outdir, analyticsReporting: false });
  const softwarePackage = new SoftwarePackage(new Stack(app, 'Bench'), 'Package', { packageName: 'brake-ecu' });
  if (props) softwarePackage.addVersion('V1', props);
  return app.synth().directory;
}

export const title = 'Calls to AWS IoT for one version';

export async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const aws = await LocalAws.start();
  try {
    const deploy = async (name, props) => {
      const outcome = await deployAssembly(aws, synthesise(join(folder, name), props), 'Bench');
      if (!/^(CREATE|UPDATE)_COMPLETE$/.test(outcome.status)) throw new Error(`${name}: ${JSON.stringify(outcome)}`);
    };
    await deploy('package');
    const rows = [];
    for (const [step, props] of STEPS) {
      aws.calls.clear();
      await deploy(step.replaceAll(' ', '-'), props);
      const operations = aws.calls.filter({ service: 'iot', principal: 'role' }).map(({ operation }) => operation);
      rows.push({ step, calls: operations.length, operations: operations.join(', ') });
    }
    return rows;
  } finally {
    await aws.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
