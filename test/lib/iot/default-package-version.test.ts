import { App, CfnParameter, NestedStack, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import {
  DefaultPackageVersion,
  type ISoftwarePackageVersion,
  PackageVersionStatus,
  SoftwarePackage,
  SoftwarePackageVersion,
} from 'cdk-versioned-artifacts';
import { DEFAULT, PACKAGE, VERSION, artifact, newStack, only, resources } from '../app';

const status = PackageVersionStatus.PUBLISHED;
const env = { account: '111111111111', region: 'eu-west-1' };

function importedVersion(scope: Construct, packageName = 'brake-ecu'): ISoftwarePackageVersion {
  const softwarePackage = SoftwarePackage.fromPackageName(scope, 'Imported', packageName);
  return SoftwarePackageVersion.fromPackageVersionAttributes(scope, 'V', {
    softwarePackage,
    packageVersionName: '1.0.0',
  });
}

test('a default carries only what differs from the defaults, and comes after its version and its package', () => {
  const stack = newStack();
  const firmware = new SoftwarePackage(stack, 'Firmware', { packageName: 'brake-ecu' });
  const version = firmware.addVersion('V1', { versionName: '1.0.0', status });
  new DefaultPackageVersion(stack, 'Default', { version, adoptExisting: false });

  expect(artifact(stack, DEFAULT)).toEqual({ PackageName: 'brake-ecu', VersionName: '1.0.0' });
  expect(only(stack, DEFAULT).DependsOn).toEqual(
    expect.arrayContaining([...Object.keys(resources(stack, PACKAGE)), ...Object.keys(resources(stack, VERSION))]),
  );
});

test('a default of a package of another region is refused, whose name may be that of another package here', () => {
  const stack = newStack({ env });
  const arn = 'arn:aws:iot:us-east-1:111111111111:package/brake-ecu/version/1.0.0';
  const version = SoftwarePackageVersion.fromPackageVersionArn(stack, 'V', arn);

  expect(() => new DefaultPackageVersion(stack, 'Default', { version })).toThrow(
    'a default version must be in the account and region of its package, 111111111111 and us-east-1, ' +
      'got 111111111111 and eu-west-1: define it in a stack there (in Stack/Default)',
  );
});

test('a default carries everything that is set', () => {
  const stack = newStack();
  new DefaultPackageVersion(stack, 'Default', { version: importedVersion(stack), adoptExisting: true, salt: 'again' });

  expect(artifact(stack, DEFAULT)).toEqual({
    PackageName: 'brake-ecu',
    VersionName: '1.0.0',
    AdoptExisting: true,
    Salt: 'again',
  });
});

test('a default knows its version and its package', () => {
  const stack = newStack();
  const version = importedVersion(stack);
  const designated = new DefaultPackageVersion(stack, 'Default', { version });

  expect(designated.version).toBe(version);
  expect(designated.softwarePackage).toBe(version.softwarePackage);
});

test.each([
  [undefined, undefined],
  [RemovalPolicy.DESTROY, undefined],
  [RemovalPolicy.RETAIN, 'RETAIN'],
])('the removal policy %s becomes a property and leaves the resource alone', (policy, removal) => {
  const stack = newStack();
  const designated = new DefaultPackageVersion(stack, 'Default', { version: importedVersion(stack) });
  if (policy) designated.applyRemovalPolicy(policy);

  expect(only(stack, DEFAULT).DeletionPolicy).toBe(policy ? 'Delete' : undefined);
  expect(artifact(stack, DEFAULT).Removal).toBe(removal);
});

test('a snapshot is refused', () => {
  const stack = newStack();
  const designated = new DefaultPackageVersion(stack, 'Default', { version: importedVersion(stack) });
  expect(() => designated.applyRemovalPolicy(RemovalPolicy.SNAPSHOT)).toThrow('got "snapshot"');
});

test('a draft is refused', () => {
  const stack = newStack();
  const version = SoftwarePackage.fromPackageName(stack, 'P', 'p').addVersion('V', { versionName: '1.0.0' });

  expect(() => new DefaultPackageVersion(stack, 'Default', { version })).toThrow(
    'the default version of a package must be published or deprecated, got the draft 1.0.0: ' +
      'give it status: PackageVersionStatus.PUBLISHED (in Stack/Default)',
  );
});

test('a deprecated version may be the default', () => {
  const stack = newStack();
  const version = SoftwarePackage.fromPackageName(stack, 'P', 'p').addVersion('V', {
    versionName: '1.0.0',
    status: PackageVersionStatus.DEPRECATED,
  });

  expect(() => new DefaultPackageVersion(stack, 'Default', { version })).not.toThrow();
});

describe('a second default is refused', () => {
  const second = (a: Construct, b: Construct, other = 'brake-ecu') => {
    new DefaultPackageVersion(a, 'One', { version: importedVersion(new Construct(a, 'A')) });
    return () => new DefaultPackageVersion(b, 'Two', { version: importedVersion(new Construct(b, 'B'), other) });
  };

  test('for one package of the app', () => {
    const stack = newStack();
    const firmware = new SoftwarePackage(stack, 'Firmware', { packageName: 'brake-ecu' });
    new DefaultPackageVersion(stack, 'One', { version: firmware.addVersion('V1', { versionName: '1', status }) });

    expect(
      () =>
        new DefaultPackageVersion(stack, 'Two', { version: firmware.addVersion('V2', { versionName: '2', status }) }),
    ).toThrow(
      'the default version of software package brake-ecu is declared twice, here and in Stack/One: ' +
        'keep one of the two (in Stack/Two)',
    );
  });

  test('for two imports of one name', () => {
    const stack = newStack();
    expect(second(stack, stack)).toThrow(
      'the default version of software package brake-ecu is declared twice, here and in Stack/One',
    );
  });

  test('for one parameter', () => {
    const stack = newStack();
    const name = new CfnParameter(stack, 'Name');
    new DefaultPackageVersion(stack, 'One', {
      version: importedVersion(new Construct(stack, 'A'), name.valueAsString),
    });

    expect(
      () =>
        new DefaultPackageVersion(stack, 'Two', {
          version: importedVersion(new Construct(stack, 'B'), name.valueAsString),
        }),
    ).toThrow('is declared twice');
  });

  test('in a nested stack', () => {
    const stack = newStack();
    expect(second(stack, new NestedStack(stack, 'Nested'))).toThrow('is declared twice');
  });

  test('in another stack of the same account and region', () => {
    const app = new App();
    expect(second(new Stack(app, 'A', { env }), new Stack(app, 'B', { env }))).toThrow('is declared twice');
  });

  test.each<[string, object, object, string]>([
    ['packages of other names', { env }, { env }, 'engine-ecu'],
    ['stacks of other regions', { env }, { env: { ...env, region: 'us-east-1' } }, 'brake-ecu'],
    ['stacks whose region is not known', {}, {}, 'brake-ecu'],
  ])('but not for %s', (_what, a, b, other) => {
    const app = new App();
    expect(second(new Stack(app, 'A', a), new Stack(app, 'B', b), other)).not.toThrow();
  });
});
