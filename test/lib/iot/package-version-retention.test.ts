import { type App, Aws, CfnParameter, NestedStack, Stack } from 'aws-cdk-lib';
import {
  DefaultPackageVersion,
  PackageVersionRetention,
  type PackageVersionRetentionProps,
  PackageVersionStatus,
  RetentionAction,
  SoftwarePackage,
  SweepTrigger,
  VersionOrder,
  VersionRemoval,
} from 'cdk-versioned-artifacts';
import { DEFAULT, PACKAGE, VERSION, newStack, only, resources } from '../app';
import { RETENTION, RULE, config, retention } from '../sweep/stack';

const during = [SweepTrigger.duringDeployment()];

test('a retention has its defaults', () => {
  const stack = newStack();
  retention(stack);

  expect(config(stack)).toEqual({
    type: RETENTION,
    name: 'Stack/Keep',
    packageName: 'brake-ecu',
    rules: { keepLatest: 5, maxRemovals: 50 },
    order: 'SEMVER',
    action: 'DELETE',
    protectInActiveJobs: true,
    protectOnDevices: false,
    requestsPerSecond: 8,
  });
  expect(only(stack, RULE).Properties.EventPattern.source).toEqual(['aws.cloudformation']);
  expect(resources(stack, RETENTION)).toEqual({});
});

test('a retention carries everything that is set', () => {
  const stack = newStack();
  retention(stack, {
    statuses: [PackageVersionStatus.DEPRECATED, PackageVersionStatus.DRAFT],
    order: VersionOrder.CREATION,
    action: RetentionAction.DEPRECATE,
    protectInActiveJobs: false,
    protectOnDevices: true,
    requestsPerSecond: 2.5,
  });

  expect(config(stack)).toMatchObject({
    statuses: ['DEPRECATED', 'DRAFT'],
    order: 'CREATION',
    action: 'DEPRECATE',
    protectInActiveJobs: false,
    protectOnDevices: true,
    requestsPerSecond: 2.5,
  });
});

describe('is refused', () => {
  test.each<[string, string, Partial<PackageVersionRetentionProps>, string]>([
    [
      'for a package that the fleet index cannot be asked for',
      'brake.ecu',
      { protectOnDevices: true },
      'protectOnDevices needs a package name without dots, got "brake.ecu": how to write a dot in a field of the fleet ' +
        'index is not documented (in Stack/Keep)',
    ],
    [
      'without any state',
      'brake-ecu',
      { statuses: [] },
      'statuses must name at least one state, got none: leave statuses out for its default (in Stack/Keep)',
    ],
    [
      'for what is no state',
      'brake-ecu',
      { statuses: ['RELEASED' as PackageVersionStatus] },
      'statuses must only name the states DRAFT, PUBLISHED, DEPRECATED, got "RELEASED" (in Stack/Keep)',
    ],
  ])('%s', (_what, packageName, props, message) => {
    const stack = newStack();
    const softwarePackage = SoftwarePackage.fromPackageName(stack, 'Firmware', packageName);

    expect(() => retention(stack, { softwarePackage, ...props })).toThrow(message);
  });

  test('for a package of another region', () => {
    const stack = newStack({ env: { account: '111111111111', region: 'eu-west-1' } });
    const arn = 'arn:aws:iot:us-east-1:111111111111:package/brake-ecu';
    const softwarePackage = SoftwarePackage.fromPackageArn(stack, 'Firmware', arn);

    expect(() => retention(stack, { softwarePackage })).toThrow(
      'a retention must be in the account and region of its package, 111111111111 and us-east-1, ' +
        'got 111111111111 and eu-west-1: define it in a stack there (in Stack/Keep)',
    );
  });
});

test('a retention carries the ARN of a package where only the deployment knows whether it is of its region', () => {
  const arn = 'arn:aws:iot:us-east-1:111111111111:package/brake-ecu';
  const arnIn = (stack: Stack, packageArn: string) => {
    retention(stack, { softwarePackage: SoftwarePackage.fromPackageArn(stack, 'Firmware', packageArn) });
    return config(stack).arn;
  };

  expect(arnIn(newStack(), arn)).toBe(arn);
  expect(arnIn(newStack({ env: { account: '111111111111', region: 'us-east-1' } }), arn)).toBeUndefined();
  const own = `arn:${Aws.PARTITION}:iot:${Aws.REGION}:${Aws.ACCOUNT_ID}:package/brake-ecu`;
  expect(arnIn(newStack({ env: { account: '111111111111', region: 'us-east-1' } }), own)).toBeUndefined();
  const brought = newStack();
  expect(arnIn(brought, new CfnParameter(brought, 'Arn').valueAsString)).toBe('${Arn}');
});

test.each([
  ['has a dot and is not asked for in the index', 'brake.ecu', false],
  ['is only known at deployment', undefined, true],
])('a package is accepted whose name %s', (_what, name, protectOnDevices) => {
  const stack = newStack();
  const packageName = name ?? new CfnParameter(stack, 'Name').valueAsString;
  const softwarePackage = SoftwarePackage.fromPackageName(stack, 'Firmware', packageName);

  expect(() => retention(stack, { softwarePackage, protectOnDevices })).not.toThrow();
});

describe('during a deployment', () => {
  function declare(triggers = during) {
    const stack = newStack();
    const softwarePackage = new SoftwarePackage(stack, 'Firmware', { packageName: 'brake-ecu' });
    new PackageVersionRetention(stack, 'Keep', { softwarePackage, rules: { keepLatest: 1 }, triggers });
    // after the retention: what the stack declares is only known in the end.
    const version = softwarePackage.addVersion('V2', {
      versionName: '2.0.0',
      status: PackageVersionStatus.PUBLISHED,
    });
    softwarePackage.addVersion('V1', { versionName: '1.0.0', removal: VersionRemoval.RETAIN });
    new DefaultPackageVersion(stack, 'Default', { version });
    SoftwarePackage.fromPackageName(stack, 'Other', 'engine-ecu').addVersion('V', { versionName: '9.0.0' });
    return stack;
  }

  test('it runs again when the versions change that the stack declares of the package', () => {
    expect(only(declare(), RETENTION).Properties.DeclaredVersions).toEqual(['1.0.0', '2.0.0']);
  });

  test('it runs after package, versions and default are as declared', () => {
    const stack = declare();
    const { DependsOn } = only(stack, RETENTION);
    const others = Object.entries(resources(stack, VERSION)).filter(([id]) => id.startsWith('Other'));

    expect(DependsOn).toEqual(
      expect.arrayContaining([
        ...Object.keys(resources(stack, PACKAGE)),
        ...Object.keys(resources(stack, DEFAULT)),
        ...Object.keys(resources(stack, VERSION)).filter(id => id.startsWith('Firmware')),
      ]),
    );
    expect(DependsOn).not.toContain(others[0][0]);
  });

  test.each<[string, (here: Stack) => Stack]>([
    ['beside it', here => new Stack(here.node.root as App, 'There')],
    ['within it', here => new NestedStack(here, 'There')],
  ])('it does not mind versions that a stack %s declares', (_where, other) => {
    const here = newStack();
    const softwarePackage = new SoftwarePackage(here, 'Firmware', { packageName: 'brake-ecu' });
    SoftwarePackage.fromPackageName(other(here), 'Firmware', 'brake-ecu').addVersion('V', { versionName: '1.0.0' });
    new PackageVersionRetention(here, 'Keep', { softwarePackage, rules: { keepLatest: 1 }, triggers: during });

    expect(only(here, RETENTION).Properties.DeclaredVersions).toBeUndefined();
  });

  test('and at no other time, the declared versions are among its properties', () => {
    expect(only(declare([SweepTrigger.onDestroy()]), RETENTION).Properties).not.toHaveProperty('DeclaredVersions');
  });
});
