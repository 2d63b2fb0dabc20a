import { CfnParameter, RemovalPolicies, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { SoftwarePackage } from 'cdk-versioned-artifacts';
import { PACKAGE, artifact, newStack, only, resources } from '../app';

test('a package carries only what differs from the defaults', () => {
  const stack = newStack();
  new SoftwarePackage(stack, 'Firmware', {
    packageName: 'brake-ecu',
    adoptExisting: false,
    removalPolicy: RemovalPolicy.RETAIN,
  });

  expect(artifact(stack, PACKAGE)).toEqual({ PackageName: 'brake-ecu' });
});

test('a package carries everything that is set', () => {
  const stack = newStack();
  const firmware = new SoftwarePackage(stack, 'Firmware', {
    packageName: 'brake-ecu',
    description: 'Brake controller firmware',
    adoptExisting: true,
    removalPolicy: RemovalPolicy.DESTROY,
    salt: 'again',
  });
  Tags.of(firmware).add('team', 'chassis');

  expect(artifact(stack, PACKAGE)).toEqual({
    PackageName: 'brake-ecu',
    Description: 'Brake controller firmware',
    AdoptExisting: true,
    Removal: 'DELETE',
    Salt: 'again',
    Tags: [{ Key: 'team', Value: 'chassis' }],
  });
});

test('CloudFormation waits for an artifact as long as it can, and always deletes it through the handler', () => {
  const stack = newStack();
  new SoftwarePackage(stack, 'Firmware');

  const { Properties, DeletionPolicy, DependsOn } = only(stack, PACKAGE);
  const [provider] = Object.keys(resources(stack, 'AWS::Lambda::Function'));
  expect(Properties.ServiceTimeout).toBeUndefined();
  expect(Properties.ServiceToken).toEqual({ 'Fn::GetAtt': [provider, 'Arn'] });
  expect(DeletionPolicy).toBeUndefined();
  expect(DependsOn).toBeUndefined();
});

describe('name', () => {
  test('is generated from the path when absent, and does not depend on the machine', () => {
    const stack = newStack();
    new SoftwarePackage(stack, 'Firmware');

    expect(artifact(stack, PACKAGE).PackageName).toBe('Stack-Firmware-5DADEFEA');
  });

  test('has at most 128 characters when it is generated', () => {
    const stack = newStack();
    new SoftwarePackage(stack, 'F'.repeat(200));

    expect(artifact(stack, PACKAGE).PackageName).toHaveLength(128);
  });

  test('may be known at deployment only', () => {
    const stack = newStack();
    const name = new CfnParameter(stack, 'Name').valueAsString;
    new SoftwarePackage(stack, 'Firmware', { packageName: name, description: name });

    expect(artifact(stack, PACKAGE)).toEqual({ PackageName: { Ref: 'Name' }, Description: { Ref: 'Name' } });
  });

  test('refers to the resource, so that what uses it is made after the package', () => {
    const stack = newStack();
    const firmware = new SoftwarePackage(stack, 'Firmware', { packageName: 'brake-ecu' });
    const [id] = Object.keys(resources(stack, PACKAGE));

    expect(stack.resolve(firmware.packageName)).toEqual({ 'Fn::GetAtt': [id, 'PackageName'] });
    expect(stack.resolve(firmware.packageArn)).toEqual({ 'Fn::GetAtt': [id, 'PackageArn'] });
  });
});

describe('refuses', () => {
  const tooLong = 'x'.repeat(129);
  test.each([
    [
      'a slash in the name',
      { packageName: 'a/b' },
      'the name of a software package must only contain letters, digits, "-", "_" and ".", got "a/b" (in Stack/Firmware)',
    ],
    ['a long name', { packageName: tooLong }, 'the name of a software package must have 1 to 128 characters, got 129'],
    ['an empty name', { packageName: '' }, 'the name of a software package must have 1 to 128 characters, got 0'],
    [
      'a line break in the description',
      { description: 'a\nb' },
      'a description must only contain printable characters, without line breaks, got "a\\nb"',
    ],
    ['an empty description', { description: '' }, 'a description must have 1 to 1024 characters, got 0'],
    [
      'a description of too many bytes',
      { description: 'ü'.repeat(600) },
      'a description must have at most 1024 bytes, got 1200: shorten it',
    ],
    ['a long description', { description: 'x'.repeat(1025) }, 'a description must have 1 to 1024 characters, got 1025'],
    [
      'a snapshot',
      { removalPolicy: RemovalPolicy.SNAPSHOT },
      'the removal policy must be RemovalPolicy.DESTROY or RemovalPolicy.RETAIN, got "snapshot"',
    ],
  ])('%s', (_what, props, message) => {
    expect(() => new SoftwarePackage(newStack(), 'Firmware', props)).toThrow(message);
  });
});

test('a second package of the same name in a stack is refused, for each would take it over from the other', () => {
  const stack = newStack();
  new SoftwarePackage(stack, 'One', { packageName: 'p' });

  expect(() => new SoftwarePackage(stack, 'Two', { packageName: 'p' })).toThrow(
    'software package p is declared twice, here and in Stack/One: keep one of the two (in Stack/Two)',
  );
  new SoftwarePackage(new Stack(stack, 'Other'), 'Two', { packageName: 'p' });
});

describe('removal policy', () => {
  test.each([
    [RemovalPolicy.DESTROY, 'DELETE'],
    [RemovalPolicy.RETAIN, undefined],
    [RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, undefined],
  ])('%s becomes a property and leaves the resource alone', (policy, removal) => {
    const stack = newStack();
    new SoftwarePackage(stack, 'Firmware', { packageName: 'p' }).applyRemovalPolicy(policy);

    expect(artifact(stack, PACKAGE).Removal).toBe(removal);
    // what CloudFormation does anyway: it must send the Delete, whatever becomes of the package.
    expect(only(stack, PACKAGE).DeletionPolicy).toBe('Delete');
  });

  test('of a whole app reaches the package', () => {
    const stack = newStack();
    new SoftwarePackage(stack, 'Firmware');
    RemovalPolicies.of(stack.node.root).destroy();

    expect(artifact(stack, PACKAGE).Removal).toBe('DELETE');
    expect(only(stack, PACKAGE).DeletionPolicy).toBeUndefined();
  });
});

describe('tags', () => {
  test('of the app reach the package, and a tag can be taken away again', () => {
    const stack = newStack();
    const firmware = new SoftwarePackage(stack, 'Firmware');
    Tags.of(stack.node.root).add('team', 'chassis');
    Tags.of(stack.node.root).add('stage', 'test');
    Tags.of(firmware).remove('stage');

    expect(artifact(stack, PACKAGE).Tags).toEqual([{ Key: 'team', Value: 'chassis' }]);
  });

  test.each([
    [
      'cdk-versioned-artifacts:owner',
      'x',
      'tag keys that start with "cdk-versioned-artifacts:" are reserved for this library',
    ],
    ['a*', 'x', 'a tag key must only contain letters, digits, spaces and _ . : / = + - @, got "a*"'],
    ['a', 'x'.repeat(257), 'a tag value must have 0 to 256 characters, got 257'],
  ])('%s is refused', (key, value, message) => {
    const stack = newStack();
    Tags.of(new SoftwarePackage(stack, 'Firmware')).add(key, value);

    expect(() => resources(stack)).toThrow(message);
  });

  test('leave room for those of the library', () => {
    const stack = newStack();
    const firmware = new SoftwarePackage(stack, 'Firmware');
    for (let i = 0; i < 39; i++) Tags.of(firmware).add(`key${i}`, 'x');

    expect(() => resources(stack)).toThrow(/must have at most \d+ tags \(this library needs the rest\), got 39/);
  });
});

describe('imports', () => {
  test('a package by its name', () => {
    const stack = newStack();
    const imported = SoftwarePackage.fromPackageName(stack, 'Imported', 'brake-ecu');

    expect(imported.packageName).toBe('brake-ecu');
    expect(stack.resolve(imported.packageArn)).toEqual({
      'Fn::Join': [
        '',
        [
          'arn:',
          { Ref: 'AWS::Partition' },
          ':iot:',
          { Ref: 'AWS::Region' },
          ':',
          { Ref: 'AWS::AccountId' },
          ':package/brake-ecu',
        ],
      ],
    });
    expect(resources(stack)).toEqual({});
  });

  test('a package by its ARN, with its account and region', () => {
    const stack = newStack();
    const arn = 'arn:aws:iot:eu-west-1:111111111111:package/brake-ecu';
    const imported = SoftwarePackage.fromPackageArn(stack, 'Imported', arn);

    expect(imported.packageName).toBe('brake-ecu');
    expect(imported.packageArn).toBe(arn);
    expect(imported.env).toEqual({ account: '111111111111', region: 'eu-west-1' });
  });

  test('a package by an ARN that is known at deployment only', () => {
    const stack = newStack();
    const arn = new CfnParameter(stack, 'Arn').valueAsString;
    const imported = SoftwarePackage.fromPackageArn(stack, 'Imported', arn);

    expect(stack.resolve(imported.packageName)).toEqual({ 'Fn::Select': [1, { 'Fn::Split': ['/', { Ref: 'Arn' }] }] });
  });

  test('no package with an impossible name', () => {
    expect(() => SoftwarePackage.fromPackageName(newStack(), 'Imported', 'a b')).toThrow(
      'got "a b" (in Stack/Imported)',
    );
  });
});

describe('grants', () => {
  const statements = (stack: Stack) => only(stack, 'AWS::IAM::Policy').Properties.PolicyDocument.Statement;
  const imported = () => {
    const stack = newStack({ env: { account: '111111111111', region: 'eu-west-1' } });
    const arn = 'arn:aws:iot:eu-west-1:111111111111:package/brake-ecu';
    const role = new iam.Role(stack, 'Reader', { assumedBy: new iam.AccountRootPrincipal() });
    return { stack, arn, role, softwarePackage: SoftwarePackage.fromPackageArn(stack, 'Imported', arn) };
  };

  test('reading covers the package, its versions and their list', () => {
    const { stack, arn, role, softwarePackage } = imported();
    softwarePackage.grantRead(role).assertSuccess();

    expect(statements(stack)).toEqual([
      { Effect: 'Allow', Action: 'iot:GetPackage', Resource: arn },
      { Effect: 'Allow', Action: 'iot:GetPackageVersion', Resource: [arn, `${arn}/version/*`] },
      { Effect: 'Allow', Action: 'iot:ListPackageVersions', Resource: '*' },
    ]);
  });

  test('publishing covers all versions of the package', () => {
    const { stack, arn, role, softwarePackage } = imported();
    softwarePackage.grantPublish(role);

    expect(statements(stack)).toEqual([
      {
        Effect: 'Allow',
        Action: ['iot:CreatePackageVersion', 'iot:GetPackageVersion', 'iot:UpdatePackageVersion'],
        Resource: [arn, `${arn}/version/*`],
      },
      { Effect: 'Allow', Action: 'iot:GetIndexingConfiguration', Resource: '*' },
    ]);
  });

  test('single actions are granted on the package alone', () => {
    const { stack, arn, role, softwarePackage } = imported();
    softwarePackage.grant(role, 'iot:TagResource');

    expect(statements(stack)).toEqual([{ Effect: 'Allow', Action: 'iot:TagResource', Resource: arn }]);
  });
});
