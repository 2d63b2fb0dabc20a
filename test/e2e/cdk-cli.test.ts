import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { LocalAws } from 'cdk-versioned-artifacts-local';

const CLI = join(dirname(require.resolve('aws-cdk/package.json')), 'bin/cdk');
const ROOT = resolve(__dirname, '../..');

let aws: LocalAws;
const home = mkdtempSync(join(tmpdir(), 'cdk-home-'));
beforeAll(async () => void (aws = await LocalAws.start()));
afterAll(async () => {
  await aws.stop();
  rmSync(home, { recursive: true });
});

/** Runs the CDK CLI on the example app. */
function cdk(command: string, release: number, ...args: string[]): Promise<{ code: number | null; output: string }> {
  const common = ['-c', `release=${release}`, '--output', join(home, 'cdk.out'), '--no-notices', '--no-color'];
  const env = { ...process.env, ...aws.env, HOME: home, CI: 'true' };
  const child = spawn(process.execPath, [CLI, command, ...args, ...common], { cwd: ROOT, env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', data => (output += String(data)));
  return new Promise(done => child.on('close', code => done({ code, output })));
}

const deploy = (release: number, ...args: string[]) => cdk('deploy', release, '--require-approval', 'never', ...args);
const held = () => aws.iot.describe('brake-ecu');

test('cdk deploy, diff, rollback and destroy do with versions what they do with any resource', async () => {
  expect(await deploy(1)).toMatchObject({ code: 0 });
  expect(held()).toMatchObject({ defaultVersionName: '1.0.0', versions: { '1.0.0': { status: 'PUBLISHED' } } });

  expect((await cdk('diff', 1)).output).toContain('There were no differences');
  expect((await cdk('diff', 2)).output).toMatch(/\[-\] Custom::IoTSoftwarePackageVersion[^]*1\.0\.0/);

  expect(await deploy(2, '--method', 'direct')).toMatchObject({ code: 0 });
  expect(Object.keys(held()?.versions ?? {})).toEqual(['2.0.0']);

  const failed = await deploy(3, '--no-rollback');
  expect(failed.code).not.toBe(0);
  expect(failed.output).toContain('cannot change attributes (signing). Ship the change under a new versionName');
  expect(await cdk('rollback', 3)).toMatchObject({ code: 0 });
  expect(held()).toMatchObject({ defaultVersionName: '2.0.0', versions: { '2.0.0': { status: 'PUBLISHED' } } });

  expect(await cdk('destroy', 2, '--force')).toMatchObject({ code: 0 });
  expect(aws.iot.packages).toEqual([]);
}, 300_000);
