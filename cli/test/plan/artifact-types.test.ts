import { artifactName, isArtifact, isSweep, kindOfArtifact } from '../../src/plan/artifact-types';

const PROPERTIES = {
  PackageName: 'brake-ecu',
  VersionName: '1.0.0',
  RegistryName: 'vehicles',
  SchemaName: 'orders',
  EnvironmentId: 'prod',
  ServerName: 'api',
};

test.each([
  ['Custom::IoTSoftwarePackage', 'package', 'brake-ecu'],
  ['Custom::IoTSoftwarePackageVersion', 'package version', 'brake-ecu/1.0.0'],
  ['Custom::IoTDefaultPackageVersion', 'default version', 'brake-ecu/$default → 1.0.0'],
  ['Custom::GlueSchemaVersion', 'schema version', 'vehicles/orders'],
  ['Custom::WeChatCloudBaseServiceVersion', 'service version', 'prod/api/1.0.0'],
])('%s is a %s, by the name %s', (type, kind, name) => {
  expect(isArtifact(type)).toBe(true);
  expect(isSweep(type)).toBe(false);
  expect(kindOfArtifact(type)).toBe(kind);
  expect(artifactName(type, PROPERTIES)).toBe(name);
});

test.each([
  'Custom::IoTPackageVersionRetention',
  'Custom::IoTJobExecutionCleanup',
  'Custom::GlueSchemaVersionRetention',
  'Custom::WeChatCloudBaseVersionRetention',
])('%s is a sweep', type => {
  expect(isSweep(type)).toBe(true);
  expect(isArtifact(type)).toBe(false);
});

test('a part of a name that is not known is marked', () => {
  expect(artifactName('Custom::IoTSoftwarePackageVersion', { PackageName: {}, VersionName: '1.0.0' })).toBe('?/1.0.0');
  expect(artifactName('AWS::S3::Bucket', PROPERTIES)).toBe('');
});
