import { Annotations, CfnParameter, NestedStack, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import {
  JobRecipe,
  PackageArtifact,
  PackageVersionStatus,
  SoftwarePackage,
  SoftwarePackageVersion,
  type SoftwarePackageVersionOptions,
  VersionRemoval,
} from 'cdk-versioned-artifacts';
import { PACKAGE, VERSION, artifact, newStack, only, resources, warnings } from '../app';

const imported = (stack: Stack, name = 'brake-ecu') => SoftwarePackage.fromPackageName(stack, 'Imported', name);

function versionOf(stack: Stack, props: Partial<SoftwarePackageVersionOptions> = {}): SoftwarePackageVersion {
  return imported(stack).addVersion('V', { versionName: '2.0.0', ...props });
}

test('a version carries only what differs from the defaults', () => {
  const stack = newStack();
  versionOf(stack, {
    status: PackageVersionStatus.DRAFT,
    removal: VersionRemoval.RETAIN,
    protectInActiveJobs: true,
    adoptExisting: false,
    waitForSbomValidation: false,
  });

  expect(artifact(stack, VERSION)).toEqual({ PackageName: 'brake-ecu', VersionName: '2.0.0' });
});

test('a version carries everything that is set', () => {
  const stack = newStack();
  const version = versionOf(stack, {
    description: 'Fixes the horn',
    attributes: { signing: 'ed25519' },
    artifact: PackageArtifact.fromBucket(Bucket.fromBucketName(stack, 'Bucket', 'firmware'), 'fw.bin', 'v1'),
    recipe: JobRecipe.fromString('{"steps":[]}'),
    status: PackageVersionStatus.DEPRECATED,
    removal: VersionRemoval.DELETE,
    protectInActiveJobs: false,
    adoptExisting: true,
    salt: 'again',
  });
  Tags.of(version).add('team', 'chassis');

  expect(artifact(stack, VERSION)).toEqual({
    PackageName: 'brake-ecu',
    VersionName: '2.0.0',
    Description: 'Fixes the horn',
    Attributes: { signing: 'ed25519' },
    Artifact: { Bucket: 'firmware', Key: 'fw.bin', Version: 'v1' },
    Recipe: '{"steps":[]}',
    Status: 'DEPRECATED',
    Removal: 'DELETE',
    ProtectInActiveJobs: false,
    AdoptExisting: true,
    Salt: 'again',
    Tags: [{ Key: 'team', Value: 'chassis' }],
  });
});

describe('order', () => {
  test('a version is made after its package, whose name it has in plain text', () => {
    const stack = newStack();
    const firmware = new SoftwarePackage(stack, 'Firmware', { packageName: 'brake-ecu' });
    new SoftwarePackageVersion(stack, 'V', { softwarePackage: firmware, versionName: '1' });

    expect(only(stack, VERSION).DependsOn).toEqual(expect.arrayContaining(Object.keys(resources(stack, PACKAGE))));
    expect(artifact(stack, VERSION).PackageName).toBe('brake-ecu');
  });

  test('versions that are added to a package do not wait for one another', () => {
    const stack = newStack();
    const firmware = new SoftwarePackage(stack, 'Firmware');
    firmware.addVersion('V1', { versionName: '1' });
    firmware.addVersion('V2', { versionName: '2' });

    const versions = resources(stack, VERSION);
    const waitedFor = Object.values(versions).flatMap(version => version.DependsOn);
    expect(waitedFor).not.toEqual(expect.arrayContaining([Object.keys(versions)[0]]));
    expect(waitedFor).not.toEqual(expect.arrayContaining([Object.keys(versions)[1]]));
  });

  test('a version of a package in another stack has its stack deployed after that one', () => {
    const stack = newStack();
    const other = new Stack(stack.node.root as never, 'Other');
    const firmware = new SoftwarePackage(stack, 'Firmware', { packageName: 'brake-ecu' });
    new SoftwarePackageVersion(other, 'V', { softwarePackage: firmware, versionName: '1' });

    expect(artifact(other, VERSION).PackageName).toBe('brake-ecu');
    expect(other.dependencies).toEqual([stack]);
  });

  test('a version in a nested stack has the provider of that stack', () => {
    const stack = newStack();
    const nested = new NestedStack(stack, 'Nested');
    versionOf(nested);

    expect(Object.keys(resources(nested, 'AWS::Lambda::Function'))).toHaveLength(1);
    expect(resources(stack, 'AWS::Lambda::Function')).toEqual({});
  });
});

describe('refuses', () => {
  const env = { account: '111111111111', region: 'eu-west-1' };
  test.each<[string, Partial<SoftwarePackageVersionOptions>, string]>([
    [
      'build metadata in the name',
      { versionName: '1.0.0+7' },
      'AWS IoT has no SemVer build metadata: write "-" instead of "+"',
    ],
    [
      'a long name',
      { versionName: '1'.repeat(65) },
      'the name of a package version must have 1 to 64 characters, got 65',
    ],
    ['a line break in the description', { description: 'a\n' }, 'a description must only contain printable characters'],
    [
      'a dot in the key of an attribute',
      { attributes: { 'a.b': 'c' } },
      'letters, digits, ":", "_" and "-" (no dots), got "a.b"',
    ],
    [
      'an empty attribute',
      { attributes: { a: '' } },
      'the value of an attribute must have 1 to 3000 characters, got 0 (""), in attribute "a"',
    ],
    [
      'too many bytes of attributes',
      { attributes: { a: 'é'.repeat(1500) } },
      'must have at most 3000 bytes together, keys and values, got 3001',
    ],
    [
      'a long recipe',
      { recipe: JobRecipe.fromString('x'.repeat(3073)) },
      'a recipe must have at most 3072 characters, got 3073',
    ],
    ['an empty recipe', { recipe: JobRecipe.fromString('') }, 'a recipe must have 1 to 3072 characters, got 0'],
    [
      'waiting for no SBOM',
      { waitForSbomValidation: true },
      'waitForSbomValidation needs an SBOM, got none: set sbom, too',
    ],
  ])('%s', (_what, props, message) => {
    expect(() => versionOf(newStack(), props)).toThrow(message);
  });

  test('a package of another region', () => {
    const stack = newStack({ env });
    const arn = 'arn:aws:iot:us-east-1:111111111111:package/brake-ecu';
    const elsewhere = SoftwarePackage.fromPackageArn(stack, 'Imported', arn);

    expect(() => elsewhere.addVersion('V', { versionName: '1' })).toThrow(
      'a package version must be in the account and region of its package, 111111111111 and us-east-1, ' +
        'got 111111111111 and eu-west-1: define it in a stack there (in Stack/Imported/V)',
    );
  });

  test('an artifact of another region', () => {
    const stack = newStack({ env });
    const bucket = Bucket.fromBucketAttributes(stack, 'Bucket', { bucketName: 'far-away', region: 'us-east-1' });

    expect(() => versionOf(stack, { artifact: PackageArtifact.fromBucket(bucket, 'k', 'v') })).toThrow(
      "the artifact of a package version must be in a bucket of the version's own region eu-west-1, got one in us-east-1",
    );
  });

  test('a snapshot', () => {
    expect(() => versionOf(newStack()).applyRemovalPolicy(RemovalPolicy.SNAPSHOT)).toThrow('got "snapshot"');
  });

  test('more tags than the library leaves to the user', () => {
    const stack = newStack();
    const version = versionOf(stack);
    for (let i = 0; i < 45; i++) Tags.of(version).add(`key${i}`, 'x');

    expect(() => resources(stack)).toThrow(
      'the artifact must have at most 42 tags (this library needs the rest), got 45',
    );
  });
});

describe('leaves to the handler', () => {
  test('names, descriptions and attributes that are known at deployment only', () => {
    const stack = newStack();
    const token = new CfnParameter(stack, 'Text').valueAsString;
    imported(stack, token).addVersion('V', { versionName: token, description: token, attributes: { a: token } });

    expect(artifact(stack, VERSION)).toEqual({
      PackageName: { Ref: 'Text' },
      VersionName: { Ref: 'Text' },
      Description: { Ref: 'Text' },
      Attributes: { a: { Ref: 'Text' } },
    });
  });

  test('but checks the attributes that are known', () => {
    const stack = newStack();
    const token = new CfnParameter(stack, 'Text').valueAsString;

    expect(() => versionOf(stack, { attributes: { a: token, 'b.c': 'd' } })).toThrow('got "b.c"');
  });
});

describe('removal policy', () => {
  test.each([
    [RemovalPolicy.DESTROY, 'DELETE'],
    [RemovalPolicy.RETAIN, undefined],
  ])('%s sets the removal', (policy, removal) => {
    const stack = newStack();
    versionOf(stack, { removal: VersionRemoval.DEPRECATE }).applyRemovalPolicy(policy);

    expect(artifact(stack, VERSION).Removal).toBe(removal);
    expect(only(stack, VERSION).DeletionPolicy).toBe('Delete');
  });
});

describe('warns', () => {
  const asset = () => PackageArtifact.fromAsset(__filename);

  test.each([VersionRemoval.RETAIN, VersionRemoval.DEPRECATE])('of a staged artifact under %s', removal => {
    const stack = newStack();
    versionOf(stack, { removal, artifact: asset() });

    expect(warnings(stack)).toEqual([
      `the version stays when its construct is removed (removal ${removal}), but its artifact is a CDK asset, which ` +
        'the garbage collection of assets can then delete: keep the file in your own bucket (PackageArtifact.fromBucket)',
    ]);
  });

  test.each([
    [undefined, 'RETAIN'],
    [VersionRemoval.DEPRECATE, 'DEPRECATE'],
  ])('of a package that is to be destroyed while its version stays: %s', (removal, named) => {
    const stack = newStack();
    const firmware = new SoftwarePackage(stack, 'Firmware');
    firmware.addVersion('V', { versionName: '1', removal });
    firmware.applyRemovalPolicy(RemovalPolicy.DESTROY);

    expect(warnings(stack)).toEqual([
      `the version stays when its construct is removed (removal ${named}), but its package is to be destroyed, which AWS IoT ` +
        'refuses while the package has versions: give the version VersionRemoval.DELETE, or the package RemovalPolicy.RETAIN',
    ]);
  });

  test('of that no more once it is acknowledged', () => {
    const stack = newStack();
    const firmware = new SoftwarePackage(stack, 'Firmware', { removalPolicy: RemovalPolicy.DESTROY });
    firmware.addVersion('V', { versionName: '1' });
    Annotations.of(stack).acknowledgeWarning(
      'cdk-versioned-artifacts:packageOfRemainingVersion',
      'a retention is done',
    );

    expect(warnings(stack)).toEqual([]);
  });

  test('not where nothing stays, or nothing is destroyed', () => {
    const stack = newStack();
    const destroyed = new SoftwarePackage(stack, 'Destroyed', { removalPolicy: RemovalPolicy.DESTROY });
    destroyed.addVersion('V', { versionName: '1', artifact: asset(), removal: VersionRemoval.DELETE });
    const retained = new SoftwarePackage(stack, 'Retained');
    retained.addVersion('V', { versionName: '1', removal: VersionRemoval.RETAIN });

    expect(warnings(stack)).toEqual([]);
  });
});

describe('attributes', () => {
  test('refer to the resource', () => {
    const stack = newStack();
    const version = versionOf(stack);
    const [id] = Object.keys(resources(stack, VERSION));

    expect(stack.resolve(version.packageVersionName)).toEqual({ 'Fn::GetAtt': [id, 'VersionName'] });
    expect(stack.resolve(version.packageVersionArn)).toEqual({ 'Fn::GetAtt': [id, 'PackageVersionArn'] });
    expect(stack.resolve(version.packageVersionStatus)).toEqual({ 'Fn::GetAtt': [id, 'Status'] });
  });

  test('give placeholders for job documents', () => {
    const stack = newStack();
    const version = versionOf(stack, {
      attributes: { signing: 'ed25519' },
      artifact: PackageArtifact.fromAsset(__filename),
    });
    const [id] = Object.keys(resources(stack, VERSION));
    const placeholder = (what: string) => ({
      'Fn::Join': ['', ['${aws:iot:package:brake-ecu:version:', { 'Fn::GetAtt': [id, 'VersionName'] }, `:${what}}`]],
    });

    expect(stack.resolve(version.attributePlaceholder('signing'))).toEqual(placeholder('attributes:signing'));
    expect(stack.resolve(version.artifactUrlPlaceholder)).toEqual(placeholder('artifact-location:s3-presigned-url'));
  });

  test('refuse placeholders for what the version does not have', () => {
    const version = versionOf(newStack(), { attributes: { signing: 'ed25519', model: 'b' } });

    expect(() => version.attributePlaceholder('sign')).toThrow(
      'the version has no attribute "sign", expected one of: signing, model (in Stack/Imported/V)',
    );
    expect(() => version.stack.resolve(version.artifactUrlPlaceholder)).toThrow(
      'the version has no artifact that a URL could lead to: set artifact',
    );
  });
});

describe('imports', () => {
  test('a version by its name', () => {
    const stack = newStack();
    const softwarePackage = SoftwarePackage.fromPackageArn(stack, 'P', 'arn:aws:iot:eu-west-1:111111111111:package/p');
    const version = SoftwarePackageVersion.fromPackageVersionAttributes(stack, 'V', {
      softwarePackage,
      packageVersionName: '1.0.0',
    });

    expect(version.packageVersionArn).toBe('arn:aws:iot:eu-west-1:111111111111:package/p/version/1.0.0');
    expect(version.attributePlaceholder('any')).toBe('${aws:iot:package:p:version:1.0.0:attributes:any}');
    expect(version.artifactUrlPlaceholder).toBe(
      '${aws:iot:package:p:version:1.0.0:artifact-location:s3-presigned-url}',
    );
  });

  test('a version by its ARN', () => {
    const arn = 'arn:aws:iot:eu-west-1:111111111111:package/p/version/1.0.0';
    const version = SoftwarePackageVersion.fromPackageVersionArn(newStack(), 'V', arn);

    expect(version.packageVersionArn).toBe(arn);
    expect(version.packageVersionName).toBe('1.0.0');
    expect(version.softwarePackage.packageName).toBe('p');
    expect(version.softwarePackage.packageArn).toBe('arn:aws:iot:eu-west-1:111111111111:package/p');
    expect(version.env.region).toBe('eu-west-1');
  });

  test('no version with an impossible name', () => {
    const stack = newStack();
    const attrs = { softwarePackage: imported(stack), packageVersionName: '1+2' };

    expect(() => SoftwarePackageVersion.fromPackageVersionAttributes(stack, 'V', attrs)).toThrow('got "1+2"');
  });
});

describe('a second version of the same name', () => {
  test('is refused, though one of them is of an import', () => {
    const stack = newStack();
    new SoftwarePackage(stack, 'Firmware', { packageName: 'p' }).addVersion('V', { versionName: '1.0.0' });

    expect(() => imported(stack, 'p').addVersion('V', { versionName: '1.0.0' })).toThrow(
      'version 1.0.0 of software package p is declared twice, here and in Stack/Firmware/V: keep one of the two',
    );
  });

  test('is refused where the name is known at deployment only', () => {
    const stack = newStack();
    const versionName = new CfnParameter(stack, 'Name').valueAsString;
    const softwarePackage = imported(stack);
    softwarePackage.addVersion('V', { versionName });

    expect(() => softwarePackage.addVersion('W', { versionName })).toThrow('is declared twice');
  });

  test('of another package, or in another stack, is welcome', () => {
    const stack = newStack();
    versionOf(stack);
    SoftwarePackage.fromPackageName(stack, 'P', 'p').addVersion('V', { versionName: '2.0.0' });
    versionOf(new Stack(stack, 'Other'));
  });
});

test('reading a version is granted on the version and on its package', () => {
  const stack = newStack();
  const arn = 'arn:aws:iot:eu-west-1:111111111111:package/p/version/1.0.0';
  const role = new iam.Role(stack, 'Reader', { assumedBy: new iam.AccountRootPrincipal() });
  SoftwarePackageVersion.fromPackageVersionArn(stack, 'V', arn).grantRead(role);

  expect(only(stack, 'AWS::IAM::Policy').Properties.PolicyDocument.Statement).toEqual([
    {
      Effect: 'Allow',
      Action: 'iot:GetPackageVersion',
      Resource: ['arn:aws:iot:eu-west-1:111111111111:package/p', arn],
    },
  ]);
});
