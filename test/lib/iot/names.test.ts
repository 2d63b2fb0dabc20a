import { type Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import {
  CloudBaseServiceVersion,
  CloudBaseVersionRetention,
  DefaultPackageVersion,
  JobExecutionCleanup,
  JobSelection,
  PackageVersionRetention,
  SchemaDefinition,
  SchemaReference,
  SchemaVersion,
  SchemaVersionRetention,
  SoftwarePackage,
  SoftwarePackageVersion,
  WeChatAccessToken,
} from 'cdk-versioned-artifacts';
import { newStack, resources } from '../app';

const env = { account: '111111111111', region: 'eu-west-1' };

test.each(['.', '..'])('%j is no name of a package or version', name => {
  const imported = SoftwarePackage.fromPackageName(newStack(), 'Imported', 'brake-ecu');

  expect(() => new SoftwarePackage(newStack(), 'Firmware', { packageName: name })).toThrow(
    `must not be "." or "..", got "${name}"`,
  );
  expect(() => imported.addVersion('V', { versionName: name })).toThrow(`must not be "." or "..", got "${name}"`);
  expect(() => imported.addVersion('V1', { versionName: `1${name}` })).not.toThrow();
});

test('names that are still to be looked up pass', () => {
  const stack = newStack({ env });
  const lookup = (scope: Stack, name: string) => StringParameter.valueFromLookup(scope, name);

  expect(lookup(stack, '/firmware/version')).toMatch(/^dummy-value-for-/);
  expect(() => {
    const firmware = SoftwarePackage.fromPackageName(stack, 'Firmware', lookup(stack, '/firmware/name'));
    firmware.addVersion('V', { versionName: lookup(stack, '/firmware/version') });
    const imported = SoftwarePackageVersion.fromPackageVersionAttributes(stack, 'Imported', {
      softwarePackage: firmware,
      packageVersionName: lookup(stack, '/firmware/default'),
    });
    new DefaultPackageVersion(stack, 'Default', { version: imported });
    new PackageVersionRetention(stack, 'Keep', { softwarePackage: firmware, rules: { keepLatest: 5 } });
    new SoftwarePackage(stack, 'Engine', { packageName: lookup(stack, '/engine/name') });
    const selections = {
      Prefix: JobSelection.byIdPrefix(lookup(stack, '/firmware/jobs')),
      Ids: JobSelection.byIds(lookup(stack, '/firmware/job')),
      Thing: JobSelection.byThing(lookup(stack, '/thing')),
      Version: JobSelection.byPackageVersion(imported),
      Default: JobSelection.byDefaultPackageVersion(firmware),
    };
    for (const [id, jobs] of Object.entries(selections)) new JobExecutionCleanup(stack, `By${id}`, { jobs });

    const schema = SchemaReference.fromSchemaName({ schemaName: lookup(stack, '/orders') });
    new SchemaVersionRetention(stack, 'KeepOrders', { schema, rules: { keepLatest: 5 } });
    const metadata = { [lookup(stack, '/key')]: lookup(stack, '/value') };
    new SchemaVersion(stack, 'Order', { schema, definition: SchemaDefinition.fromString('"string"'), metadata });

    const accessToken = WeChatAccessToken.fromSecret(Secret.fromSecretNameV2(stack, 'Token', 'token'));
    const [environmentId, serverName, versionName] = ['/env', '/server', '/version'].map(name => lookup(stack, name));
    new CloudBaseServiceVersion(stack, 'Api', { environmentId, serverName, versionName, accessToken });
    const service = { environmentId, serverName, accessToken };
    new CloudBaseVersionRetention(stack, 'KeepApi', { ...service, rules: { keepLatest: 5 } });
    expect(() => resources(stack)).not.toThrow();
  }).not.toThrow();
});

test.each<[string, (stack: Stack, arn: string) => unknown]>([
  ['a package', (stack, arn) => SoftwarePackage.fromPackageArn(stack, 'P', arn).addVersion('V', { versionName: '1' })],
  [
    'a package version',
    (stack, arn) => {
      const version = SoftwarePackageVersion.fromPackageVersionArn(stack, 'V', arn);
      new JobExecutionCleanup(stack, 'Cleanup', { jobs: JobSelection.byPackageVersion(version) });
      return new DefaultPackageVersion(stack, 'Default', { version });
    },
  ],
  [
    'a schema',
    (stack, arn) => {
      const schema = SchemaReference.fromSchemaArn(arn);
      new SchemaVersionRetention(stack, 'Keep', { schema, rules: { keepLatest: 5 } });
      return new SchemaVersion(stack, 'V', { schema, definition: SchemaDefinition.fromString('"string"') });
    },
  ],
])('the ARN of %s that is still to be looked up passes', (_what, declare) => {
  for (const name of ['/arn/of/it', 'arn']) {
    const stack = newStack({ env });
    expect(() => declare(stack, StringParameter.valueFromLookup(stack, name)) && resources(stack)).not.toThrow();
  }
});
