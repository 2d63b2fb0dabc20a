import { join } from 'node:path';
import { CdkCli } from '../../testing/cdk-cli';

let cli: CdkCli;
beforeAll(async () => {
  cli = await CdkCli.start();
});
afterAll(() => cli.stop());

/** The example app at a release, or what the run before has synthesized: a release takes a while. */
const app = (release: number | 'the same') => {
  const assembly = join(cli.home, 'cdk.out');
  return release === 'the same' ? ['--app', assembly] : ['-c', `release=${release}`, '--output', assembly];
};
const held = () => cli.aws.iot.describe('brake-ecu');

test('cdk deploy, diff, rollback and destroy do with versions what they do with any resource', async () => {
  expect(await cli.deploy(...app(1))).toMatchObject({ code: 0 });
  expect(held()).toMatchObject({ defaultVersionName: '1.0.0', versions: { '1.0.0': { status: 'PUBLISHED' } } });

  expect((await cli.run('diff', ...app('the same'))).output).toContain('There were no differences');
  expect((await cli.run('diff', ...app(2))).output).toMatch(/\[-\] Custom::IoTSoftwarePackageVersion[^]*1\.0\.0/);

  expect(await cli.deploy(...app('the same'), '--method', 'direct')).toMatchObject({ code: 0 });
  expect(Object.keys(held()?.versions ?? {})).toEqual(['2.0.0']);

  const failed = await cli.deploy(...app(3), '--no-rollback');
  expect(failed.code).not.toBe(0);
  expect(failed.output).toContain('cannot change attributes (signing). Ship the change under a new versionName');
  expect(await cli.run('rollback', ...app('the same'))).toMatchObject({ code: 0 });
  expect(held()).toMatchObject({ defaultVersionName: '2.0.0', versions: { '2.0.0': { status: 'PUBLISHED' } } });

  expect(await cli.run('destroy', ...app('the same'), '--force')).toMatchObject({ code: 0 });
  expect(cli.aws.iot.packages).toEqual([]);
}, 300_000);
