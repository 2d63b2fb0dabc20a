import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalAws } from 'cdk-versioned-artifacts-local';
import { CdkCli } from '../../testing/cdk-cli';

let aws: LocalAws;
let cli: CdkCli;
const home = mkdtempSync(join(tmpdir(), 'cdk-home-'));
const assembly = join(home, 'cdk.out');
beforeAll(async () => {
  aws = await LocalAws.start();
  cli = new CdkCli(aws, home);
});
afterAll(async () => {
  cli.stop();
  await aws.stop();
  rmSync(home, { recursive: true });
});

/** Runs the CDK CLI on the example app, or on what the run before has synthesized: a release takes a while. */
const cdk = (command: string, release: number | 'the same', ...args: string[]) =>
  cli.run(
    command,
    ...args,
    ...(release === 'the same' ? ['--app', assembly] : ['-c', `release=${release}`, '--output', assembly]),
  );

const deploy = (release: number | 'the same', ...args: string[]) =>
  cdk('deploy', release, '--require-approval', 'never', ...args);
const held = () => aws.iot.describe('brake-ecu');

test('cdk deploy, diff, rollback and destroy do with versions what they do with any resource', async () => {
  expect(await deploy(1)).toMatchObject({ code: 0 });
  expect(held()).toMatchObject({ defaultVersionName: '1.0.0', versions: { '1.0.0': { status: 'PUBLISHED' } } });

  expect((await cdk('diff', 'the same')).output).toContain('There were no differences');
  expect((await cdk('diff', 2)).output).toMatch(/\[-\] Custom::IoTSoftwarePackageVersion[^]*1\.0\.0/);

  expect(await deploy('the same', '--method', 'direct')).toMatchObject({ code: 0 });
  expect(Object.keys(held()?.versions ?? {})).toEqual(['2.0.0']);

  const failed = await deploy(3, '--no-rollback');
  expect(failed.code).not.toBe(0);
  expect(failed.output).toContain('cannot change attributes (signing). Ship the change under a new versionName');
  expect(await cdk('rollback', 'the same')).toMatchObject({ code: 0 });
  expect(held()).toMatchObject({ defaultVersionName: '2.0.0', versions: { '2.0.0': { status: 'PUBLISHED' } } });

  expect(await cdk('destroy', 'the same', '--force')).toMatchObject({ code: 0 });
  expect(aws.iot.packages).toEqual([]);
}, 300_000);
