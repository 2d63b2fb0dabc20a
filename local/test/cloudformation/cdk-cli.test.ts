import { CdkCli } from '../../../testing/cdk-cli';
import { synthesise } from './tiny-app';

let cli: CdkCli;
beforeAll(async () => {
  cli = await CdkCli.start();
});
afterAll(() => cli.stop());

/** Runs the CDK CLI on a synthesized assembly. */
const cdk = (assembly: string, ...args: string[]) => cli.run(...args, '--app', assembly);
const deploy = (assembly: string, ...args: string[]) => cli.deploy(...args, '--app', assembly);
const status = () => cli.aws.cloudFormation.describe('Tiny')?.status;

test('the CDK CLI deploys, compares, looks for drift, fails with a reason, rolls back and destroys', async () => {
  const [small, big, bad] = ['small', 'big', 'bad'].map(synthesise);

  expect(await deploy(small)).toMatchObject({ code: 0, output: expect.stringContaining('Tiny.Size = small') });
  expect(status()).toBe('CREATE_COMPLETE');

  const diff = await cdk(big, 'diff');
  expect(diff.output).toMatch(/\[~\] AWS::CloudFormation::CustomResource Thing/);
  expect(diff.output).toMatch(/\[-\] small[^]*\[\+\] big/);

  expect(await cdk(small, 'drift', '--fail')).toMatchObject({ code: 0 });
  await cli.aws.call('ssm', 'PutParameter', { Name: 'tiny', Value: 'theirs', Overwrite: true });
  const drift = await cdk(small, 'drift', '--fail');
  expect(drift.code).not.toBe(0);
  expect(drift.output).toMatch(/\[~\] AWS::SSM::Parameter Parameter[^]*\[-\] ours[^]*\[\+\] theirs/);

  const failed = await deploy(bad);
  expect(failed.code).not.toBe(0);
  expect(failed.output).toContain('bad is no size');
  // the CLI looks the function up and prints its log.
  expect(failed.output).toContain('asked to Update bad');
  expect(status()).toBe('UPDATE_ROLLBACK_COMPLETE');

  const left = await deploy(bad, '--method', 'direct', '--no-rollback');
  expect(left.code).not.toBe(0);
  expect(status()).toBe('UPDATE_FAILED');
  expect(await cdk(small, 'rollback')).toMatchObject({ code: 0 });
  expect(status()).toBe('UPDATE_ROLLBACK_COMPLETE');

  expect(await deploy(big, '--method', 'direct')).toMatchObject({ code: 0 });
  expect(cli.aws.cloudFormation.describe('Tiny')?.outputs).toMatchObject([{ key: 'Size', value: 'big' }]);

  expect(await cdk(big, 'destroy', '--force')).toMatchObject({ code: 0 });
  expect(status()).toBeUndefined();
}, 300_000);
