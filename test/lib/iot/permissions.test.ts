import { RemovalPolicy } from 'aws-cdk-lib';
import {
  DefaultPackageVersion,
  IotArtifactProvider,
  PackageVersionStatus,
  SoftwarePackage,
} from 'cdk-versioned-artifacts';
import { THIS_STACK, allows, arn, policyOf, stackArn, stackOf } from './simulation';

const packages = stackOf(stack => new SoftwarePackage(stack, 'Firmware', { packageName: 'brake-ecu' }));
const versions = stackOf(stack =>
  SoftwarePackage.fromPackageName(stack, 'Firmware', 'brake-ecu').addVersion('V', { versionName: '1.0.0' }),
);
const defaults = stackOf(
  stack =>
    new DefaultPackageVersion(stack, 'Default', {
      version: SoftwarePackage.fromPackageName(stack, 'Firmware', 'brake-ecu').addVersion('V', {
        versionName: '1.0.0',
        status: PackageVersionStatus.PUBLISHED,
      }),
    }),
);

describe('what the template declares', () => {
  test.each(['Create', 'Get', 'Update', 'Delete'])('a package: iot:%sPackage', async operation => {
    expect(await allows(packages, `iot:${operation}Package`, arn('brake-ecu'))).toBe(true);
    if (operation !== 'Get') expect(await allows(packages, `iot:${operation}Package`, arn('engine-ecu'))).toBe(false);
  });

  test.each(['Create', 'Get', 'Update', 'Delete'])(
    'a version: iot:%sPackageVersion, on its package, too',
    async operation => {
      for (const resource of ['brake-ecu', 'brake-ecu/version/1.0.0', 'brake-ecu/version/0.9.0']) {
        expect(await allows(versions, `iot:${operation}PackageVersion`, arn(resource))).toBe(true);
      }
      if (operation !== 'Get') {
        expect(await allows(versions, `iot:${operation}PackageVersion`, arn('engine-ecu/version/1.0.0'))).toBe(false);
      }
    },
  );

  test.each([
    ['packages', packages, 'brake-ecu'],
    ['versions', versions, 'brake-ecu/version/1.0.0'],
    ['defaults', defaults, 'brake-ecu'],
  ])('tags of %s', async (_what, stack, resource) => {
    for (const action of ['iot:TagResource', 'iot:UntagResource']) {
      expect(await allows(stack, action, arn(resource))).toBe(true);
      expect(await allows(stack, action, arn(resource.replace('brake', 'engine')))).toBe(false);
    }
    expect(await allows(stack, 'iot:ListTagsForResource', '*')).toBe(true);
  });

  test.each(['iot:GetIndexingConfiguration', 'iot:ListPackageVersions'])('%s, for everything', async action => {
    expect(await allows(packages, action, '*')).toBe(true);
  });

  test.each([
    ['packages', packages],
    ['versions', versions],
  ])('which jobs deploy a version, since one of a stack of %s may have left the template', async (_what, stack) => {
    expect(await allows(stack, 'iot:ListJobs', '*')).toBe(true);
    expect(await allows(stack, 'iot:DescribeJob', 'arn:aws:iot:eu-west-1:111111111111:job/rollout')).toBe(true);
  });

  test('the default of a package', async () => {
    expect(await allows(defaults, 'iot:UpdatePackage', arn('brake-ecu'))).toBe(true);
    expect(await allows(defaults, 'iot:UpdatePackage', arn('engine-ecu'))).toBe(false);
  });

  test('no package where packages are only imported', async () => {
    for (const stack of [versions, defaults]) {
      expect(await allows(stack, 'iot:CreatePackage', arn('brake-ecu'))).toBe(false);
      expect(await allows(stack, 'iot:DeletePackage', arn('brake-ecu'))).toBe(false);
    }
  });

  test('no SBOM where there is none, but getting rid of one', async () => {
    const version = arn('brake-ecu/version/1.0.0');
    expect(await allows(versions, 'iot:AssociateSbomWithPackageVersion', version)).toBe(false);
    expect(await allows(versions, 'iot:DisassociateSbomFromPackageVersion', version)).toBe(true);
  });
});

describe('what has left the template', () => {
  const ours = { 'cdk-versioned-artifacts:stack': THIS_STACK };
  const others = { 'cdk-versioned-artifacts:stack': stackArn('other') };
  const deletions = [
    ['iot:DeletePackage', 'engine-ecu'],
    ['iot:DeletePackageVersion', 'engine-ecu/version/1.0.0'],
    ['iot:UpdatePackageVersion', 'engine-ecu/version/1.0.0'],
    ['iot:UntagResource', 'engine-ecu/version/1.0.0'],
  ];

  test.each(deletions)('%s on %s is allowed where this stack made it', async (action, resource) => {
    for (const stack of [packages, versions, defaults])
      expect(await allows(stack, action, arn(resource), ours)).toBe(true);
  });

  test.each(deletions)('%s on %s is denied where another stack made it, or nobody', async (action, resource) => {
    for (const stack of [packages, versions, defaults]) {
      expect(await allows(stack, action, arn(resource), others)).toBe(false);
      expect(await allows(stack, action, arn(resource))).toBe(false);
    }
  });

  test("a version's package need not be this stack's", async () => {
    expect(await allows(versions, 'iot:DeletePackageVersion', arn('engine-ecu'), others)).toBe(true);
  });

  test('a default is taken back where this stack designated it', async () => {
    const tags = { ...others, 'cdk-versioned-artifacts:default-stack': THIS_STACK };
    expect(await allows(defaults, 'iot:UpdatePackage', arn('engine-ecu'), tags)).toBe(true);
    expect(await allows(defaults, 'iot:UpdatePackage', arn('engine-ecu'), others)).toBe(false);
  });

  test('everything may be read, since what is deleted has no tags', async () => {
    expect(await allows(packages, 'iot:GetPackage', arn('engine-ecu'))).toBe(true);
    expect(await allows(packages, 'iot:GetPackageVersion', arn('engine-ecu/version/1.0.0'))).toBe(true);
  });
});

describe('the stack', () => {
  test('may be described, and others of its account and region, which may own what exists already', async () => {
    for (const stack of [packages, versions, defaults]) {
      expect(await allows(stack, 'cloudformation:DescribeStacks', THIS_STACK)).toBe(true);
      expect(await allows(stack, 'cloudformation:DescribeStacks', stackArn('other'))).toBe(true);
      const elsewhere = stackArn('other').replace('eu-west-1', 'us-east-1');
      expect(await allows(stack, 'cloudformation:DescribeStacks', elsewhere)).toBe(false);
    }
  });

  test('may be asked for its events and resources, and no other', async () => {
    for (const action of ['cloudformation:DescribeStackEvents', 'cloudformation:DescribeStackResource']) {
      expect(await allows(packages, action, THIS_STACK)).toBe(true);
      expect(await allows(packages, action, stackArn('other'))).toBe(false);
    }
  });

  test('alone may be described by a provider that takes nothing over', async () => {
    const provider = stackOf(stack => IotArtifactProvider.of(stack));
    expect(await allows(provider, 'cloudformation:DescribeStacks', THIS_STACK)).toBe(true);
    expect(await allows(provider, 'cloudformation:DescribeStacks', stackArn('other'))).toBe(false);
  });
});

test.each([true, false])(
  'the resources of the stack are listed to adopt something, and for nothing else: %s',
  async adoptExisting => {
    const firmware = { packageName: 'brake-ecu', adoptExisting };
    const version = { versionName: '1.0.0', adoptExisting };
    const both = [
      stackOf(stack => new SoftwarePackage(stack, 'Firmware', firmware)),
      stackOf(stack => SoftwarePackage.fromPackageName(stack, 'Firmware', 'brake-ecu').addVersion('V', version)),
    ];
    for (const stack of both) {
      expect(await allows(stack, 'cloudformation:ListStackResources', THIS_STACK)).toBe(adoptExisting);
    }
  },
);

test('thirty packages with two versions each fit into the inline policies of a role', () => {
  const stack = stackOf(scope => {
    for (let i = 0; i < 30; i++) {
      const props = { packageName: `controller-of-kind-${i}`, removalPolicy: RemovalPolicy.DESTROY };
      const softwarePackage = new SoftwarePackage(scope, `P${i}`, props);
      softwarePackage.addVersion('V1', { versionName: '1.0.0' });
      const version = softwarePackage.addVersion('V2', {
        versionName: '2.0.0',
        status: PackageVersionStatus.PUBLISHED,
      });
      new DefaultPackageVersion(scope, `D${i}`, { version });
    }
  });

  expect(JSON.stringify(policyOf(stack)).length).toBeLessThan(10_240);
});
