// A deployment of many published versions at once, at the quotas of AWS IoT, beside what the quotas allow at best.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { App, Stack } from 'aws-cdk-lib';
import { LocalAws, deployAssembly } from 'cdk-versioned-artifacts-local';
import { PackageVersionStatus, SoftwarePackage } from 'cdk-versioned-artifacts';

const VERSIONS = 400;
/** Calls a second for each operation: AWS's default, and half of it. */
const RATES = [10, 5];

function synthesise(outdir) {
  const app = new App({ outdir, analyticsReporting: false });
  const softwarePackage = new SoftwarePackage(new Stack(app, 'Bench'), 'Package', { packageName: 'brake-ecu' });
  for (let index = 0; index < VERSIONS; index++) {
    const versionName = `${index}.0.0`;
    softwarePackage.addVersion(`V${versionName}`, { versionName, status: PackageVersionStatus.PUBLISHED });
  }
  return app.synth().directory;
}

async function measure(rate) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const aws = await LocalAws.start();
  try {
    aws.throttles.add({ service: 'iot', perSecond: rate });
    const directory = synthesise(folder);
    const started = performance.now();
    const { status, reason } = await deployAssembly(aws, directory, 'Bench');
    const seconds = (performance.now() - started) / 1000;
    if (status !== 'CREATE_COMPLETE') throw new Error(`${status}: ${reason}`);
    const calls = aws.calls.filter({ service: 'iot' });
    const done = {};
    for (const { operation, error } of calls) if (!error) done[operation] = (done[operation] ?? 0) + 1;
    const bound = Math.max(...Object.values(done)) / rate;
    const throttled = calls.filter(({ error }) => error === 'ThrottlingException').length;
    return {
      versions: VERSIONS,
      'calls a second': rate,
      seconds: Number(seconds.toFixed(1)),
      'of the bound': Number((seconds / bound).toFixed(2)),
      calls: calls.length,
      'throttled %': Math.round((100 * throttled) / calls.length),
    };
  } finally {
    await aws.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

export const title = `One deployment that creates and publishes ${VERSIONS} versions, at the quota of each operation`;

export async function run() {
  const rows = [];
  for (const rate of RATES) rows.push(await measure(rate));
  return rows;
}

export const goals = rows =>
  rows.flatMap(row => [
    { what: `at ${row['calls a second']} calls a second, of the bound`, now: row['of the bound'], peer: 1, goal: 1.1 },
    { what: `at ${row['calls a second']} calls a second, throttled %`, now: row['throttled %'], peer: 0, goal: 20 },
  ]);
