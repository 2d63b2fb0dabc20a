import { type Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import {
  CloudBaseServiceVersion,
  JobExecutionCleanup,
  JobSelection,
  PackageVersionRetention,
  SchemaDefinition,
  SchemaReference,
  SchemaVersion,
  SoftwarePackage,
  WeChatAccessToken,
} from 'cdk-versioned-artifacts';
import { newStack } from '../app';

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
    new PackageVersionRetention(stack, 'Keep', { softwarePackage: firmware, rules: { keepLatest: 5 } });
    new JobExecutionCleanup(stack, 'Clean', { jobs: JobSelection.byIdPrefix(lookup(stack, '/firmware/jobs')) });

    const schema = SchemaReference.fromSchemaName({ schemaName: lookup(stack, '/orders') });
    const metadata = { [lookup(stack, '/key')]: lookup(stack, '/value') };
    new SchemaVersion(stack, 'Order', { schema, definition: SchemaDefinition.fromString('"string"'), metadata });

    const accessToken = WeChatAccessToken.fromSecret(Secret.fromSecretNameV2(stack, 'Token', 'token'));
    const [environmentId, serverName, versionName] = ['/env', '/server', '/version'].map(name => lookup(stack, name));
    new CloudBaseServiceVersion(stack, 'Api', { environmentId, serverName, versionName, accessToken });
  }).not.toThrow();
});
