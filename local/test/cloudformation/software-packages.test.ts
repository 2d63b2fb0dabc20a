import { LocalAws } from '../../src';
import { stackOf } from './harness';

let aws: LocalAws;
beforeEach(async () => void (aws = await LocalAws.start()));
afterEach(() => aws.stop());

const PACKAGE = { Type: 'AWS::IoT::SoftwarePackage', Properties: { PackageName: 'firmware' } };
const version = (VersionName: string, more: object = {}) => ({
  Type: 'AWS::IoT::SoftwarePackageVersion',
  Properties: { PackageName: 'firmware', VersionName, ...more },
});
const OTHER = { Type: 'AWS::CloudFormation::WaitConditionHandle' };

const deploy = (resources: object, tags?: Record<string, string>) =>
  aws.cloudFormation.deploy({ stackName: 'Test', template: stackOf({ Other: OTHER, ...resources }), tags });
const versions = () => Object.keys(aws.iot.describe('firmware')?.versions ?? {});
const CLEAN = { status: 'UPDATE_COMPLETE', failures: [] };

test('a version of its own is deleted when it is taken out, whoever has published and marked it meanwhile', async () => {
  await aws.iot.createPackage('firmware');
  await deploy({ V: version('1.0.0') });
  const { packageVersionArn } = await aws.call('iot', 'GetPackageVersion', {
    packageName: 'firmware',
    versionName: '1.0.0',
  });
  await aws.call('iot', 'TagResource', { resourceArn: packageVersionArn, tags: [{ Key: 'owner', Value: 'me' }] });
  await aws.iot.byHand('UpdatePackageVersion', { packageName: 'firmware', versionName: '1.0.0', action: 'PUBLISH' });
  expect(await deploy({})).toMatchObject(CLEAN);
  expect(versions()).toEqual([]);
});

test('a version that is the default is left behind by the clean-up', async () => {
  await aws.iot.createPackage('firmware');
  await deploy({ V: version('1.0.0') });
  await aws.iot.byHand('UpdatePackageVersion', { packageName: 'firmware', versionName: '1.0.0', action: 'PUBLISH' });
  await aws.iot.byHand('UpdatePackage', { packageName: 'firmware', defaultVersionName: '1.0.0' });
  expect(await deploy({})).toMatchObject({
    status: 'UPDATE_COMPLETE',
    reason: 'Update successful. One or more resources could not be deleted.',
  });
  expect(versions()).toEqual(['1.0.0']);
});

test('a package of its own takes all its versions with it, those of others among them', async () => {
  await deploy({ P: PACKAGE });
  for (let i = 0; i < 120; i += 1) await aws.iot.createVersion('firmware', `1.0.${i}`);
  expect(await deploy({})).toMatchObject(CLEAN);
  expect(aws.iot.packages).toEqual([]);
});

test('a package whose default version is set stays', async () => {
  await deploy({ P: PACKAGE });
  await aws.iot.createVersion('firmware', '1.0.0', { status: 'PUBLISHED' });
  await aws.iot.byHand('UpdatePackage', { packageName: 'firmware', defaultVersionName: '1.0.0' });
  expect((await aws.cloudFormation.destroy('Test')).status).toBe('DELETE_FAILED');
  expect(versions()).toEqual(['1.0.0']);
});

test('a package and a version stay where they are retained', async () => {
  const retained = { DeletionPolicy: 'Retain' };
  await deploy({
    P: { ...PACKAGE, ...retained },
    V: { ...version('1.0.0', { PackageName: { Ref: 'P' } }), ...retained },
  });
  expect(await deploy({})).toMatchObject(CLEAN);
  expect(versions()).toEqual(['1.0.0']);
});

test('what is gone already is as good as deleted', async () => {
  await deploy({ P: PACKAGE, V: version('1.0.0', { PackageName: { Ref: 'P' } }) });
  await aws.iot.byHand('DeletePackageVersion', { packageName: 'firmware', versionName: '1.0.0' });
  await aws.iot.byHand('DeletePackage', { packageName: 'firmware' });
  expect(await deploy({})).toMatchObject(CLEAN);
});

test('tags are those of the stack and of the resource; they change in place', async () => {
  const tagged = (...keys: string[]) => version('1.0.0', { Tags: keys.map(Key => ({ Key, Value: 'own' })) });
  await aws.iot.createPackage('firmware');
  const tags = () => aws.iot.describe('firmware')?.versions['1.0.0'].tags;
  await deploy({ V: tagged('a', 'b') }, { stage: 'test', a: 'stack' });
  expect(tags()).toEqual({ stage: 'test', a: 'own', b: 'own' });
  await aws.call('iot', 'TagResource', {
    resourceArn: 'arn:aws:iot:us-east-1:111111111111:package/firmware/version/1.0.0',
    tags: [{ Key: 'theirs', Value: 'x' }],
  });
  await deploy({ V: tagged('a', 'c') });
  expect(tags()).toEqual({ stage: 'test', a: 'own', c: 'own', theirs: 'x' });
});

describe('tags of the stack', () => {
  const tags = () => aws.iot.describe('firmware')?.versions['1.0.0'].tags;
  beforeEach(() => aws.iot.createPackage('firmware'));

  test('reach a version when they alone change, or with another change', async () => {
    await deploy({ V: version('1.0.0') }, { stage: 'test' });
    await deploy({ V: version('1.0.0') }, { stage: 'live' });
    expect(tags()).toEqual({ stage: 'live' });
    await deploy({ V: version('1.0.0', { Description: 'new' }) }, { stage: 'live', team: 'ecu' });
    expect(tags()).toEqual({ stage: 'live', team: 'ecu' });
    await deploy({ V: version('1.0.0', { Description: 'new' }) }, { team: 'ecu' });
    expect(tags()).toEqual({ team: 'ecu' });
  });

  test('are back after a rollback', async () => {
    await deploy({ V: version('1.0.0') }, { stage: 'test' });
    const Bad = {
      Type: 'AWS::SSM::Parameter',
      DependsOn: 'V',
      Properties: { Name: 'no!', Type: 'String', Value: 'v' },
    };
    expect((await deploy({ V: version('1.0.0'), Bad }, { stage: 'live' })).status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(tags()).toEqual({ stage: 'test' });
  });

  test('are told by a change set', async () => {
    await deploy({ V: version('1.0.0') }, { stage: 'test' });
    const operate = (operation: string, input: object) => aws.call('cloudformation', operation, input);
    const named = { StackName: 'Test', ChangeSetName: 'changes' };
    const TemplateBody = JSON.stringify(stackOf({ Other: OTHER, V: version('1.0.0') }));
    await operate('CreateChangeSet', { ...named, TemplateBody, Tags: [{ Key: 'stage', Value: 'live' }] });
    expect((await operate('DescribeChangeSet', named)).Changes).toMatchObject([
      {
        ResourceChange: {
          Action: 'Modify',
          LogicalResourceId: 'V',
          Replacement: 'False',
          Scope: ['Tags'],
          Details: [],
        },
      },
    ]);
  });
});

describe('the outputs of a package and a version', () => {
  const OUTPUTS = {
    Package: { Value: { Ref: 'P' } },
    PackageArn: { Value: { 'Fn::GetAtt': ['P', 'PackageArn'] } },
    Version: { Value: { Ref: 'V' } },
    Arn: { Value: { 'Fn::GetAtt': ['V', 'PackageVersionArn'] } },
    Status: { Value: { 'Fn::GetAtt': ['V', 'Status'] } },
    ErrorReason: { Value: { 'Fn::GetAtt': ['V', 'ErrorReason'] } },
    Validation: { Value: { 'Fn::GetAtt': ['V', 'SbomValidationStatus'] } },
  };
  const deployed = (more: object = {}) =>
    aws.cloudFormation.deploy({
      stackName: 'Test',
      template: {
        Resources: { P: PACKAGE, V: version('1.0.0', { PackageName: { Ref: 'P' }, ...more }) },
        Outputs: OUTPUTS,
      },
    });

  test('are their names and what the service says of them', async () => {
    expect((await deployed()).outputs).toEqual({
      Package: 'firmware',
      PackageArn: 'arn:aws:iot:us-east-1:111111111111:package/firmware',
      Version: 'firmware|1.0.0',
      Arn: 'arn:aws:iot:us-east-1:111111111111:package/firmware/version/1.0.0',
      Status: 'DRAFT',
      ErrorReason: '',
      Validation: '',
    });
  });

  test('are read again after an update', async () => {
    await deployed();
    await aws.iot.byHand('UpdatePackageVersion', { packageName: 'firmware', versionName: '1.0.0', action: 'PUBLISH' });
    expect((await deployed({ Description: 'new' })).outputs).toMatchObject({ Status: 'PUBLISHED' });
  });
});

describe('the SBOM of a version', () => {
  const sbom = (Version: string) => ({ Sbom: { S3Location: { Bucket: 'sboms', Key: 'sbom.zip', Version } } });
  const held = async () => {
    const found = await aws.call('iot', 'GetPackageVersion', { packageName: 'firmware', versionName: '1.0.0' });
    return [found.sbom?.s3Location.version, found.sbomValidationStatus];
  };
  beforeEach(async () => {
    aws.iot.behavior.lookUpObjects = false;
    await aws.iot.createPackage('firmware');
  });

  test('is attached, exchanged and taken off', async () => {
    const [first, second] = [version('1.0.0', sbom('v1')), version('1.0.0', sbom('v2'))];
    expect(await deploy({ V: first })).toMatchObject({ status: 'CREATE_COMPLETE', failures: [] });
    expect(await held()).toEqual(['v1', 'IN_PROGRESS']);
    expect(await deploy({ V: second })).toMatchObject(CLEAN);
    expect(await held()).toEqual(['v2', 'IN_PROGRESS']);
    expect(await deploy({ V: version('1.0.0') })).toMatchObject(CLEAN);
    expect(await held()).toEqual([undefined, undefined]);
  });

  test('that is refused fails the version, which goes with the rollback', async () => {
    aws.iot.behavior.maxSbomValidations = 0;
    const { status, failures } = await deploy({ V: version('1.0.0', sbom('v1')) });
    expect(status).toBe('ROLLBACK_COMPLETE');
    expect(failures).toEqual([
      expect.stringMatching(/^V: Resource handler .*HandlerErrorCode: ServiceInternalError\)$/),
    ]);
    expect(versions()).toEqual([]);
  });
});

test('a version follows its package to another name, under its own', async () => {
  const named = (PackageName: string) => ({
    P: { ...PACKAGE, Properties: { PackageName } },
    V: version('1.0.0', { PackageName: { Ref: 'P' } }),
  });
  await deploy(named('firmware'));
  expect(await deploy(named('bootloader'))).toMatchObject(CLEAN);
  expect(aws.iot.packages).toEqual(['bootloader']);
  expect(Object.keys(aws.iot.describe('bootloader')!.versions)).toEqual(['1.0.0']);
});

describe('the reason of a failure', () => {
  const token = 'RequestToken: [0-9a-f-]{36}';
  const reasons = async (resources: object) => (await deploy(resources)).failures;

  test.each([
    [
      'a package that exists',
      { Q: PACKAGE },
      `Resource of type 'AWS::IoT::SoftwarePackage' with identifier 'firmware' already exists."`,
      'AlreadyExists',
    ],
    [
      'a version that exists',
      { Q: version('1.0.0') },
      `Resource of type 'AWS::IoT::SoftwarePackageVersion' with identifier 'firmware:1.0.0' already exists."`,
      'AlreadyExists',
    ],
    ['a name that is not allowed', { Q: version('1 0') }, "Value '1 0' at 'versionName'", 'InvalidRequest'],
  ])('of %s is that of the handler, with its code', async (_what, resources, text, code) => {
    await aws.iot.createPackage('firmware');
    await aws.iot.createVersion('firmware', '1.0.0');
    const [reason] = await reasons(resources);
    expect(reason).toMatch(/^Q: Resource handler returned message: "/);
    expect(reason).toContain(text);
    expect(reason).toMatch(new RegExp(` \\(${token}, HandlerErrorCode: ${code}\\)$`));
  });

  test('of properties that the type does not have or needs names them, and nothing is made', async () => {
    const Properties = { VersionName: '1.0.0', Bogus: 1 };
    expect(await reasons({ Q: { Type: 'AWS::IoT::SoftwarePackageVersion', Properties } })).toEqual([
      'Q: Properties validation failed for resource Q with message:\n#: required key [PackageName] not found\n' +
        '#: extraneous key [Bogus] is not permitted',
    ]);
  });

  test('does not come of a read-only property, which is ignored', async () => {
    expect(
      await reasons({ P: { ...PACKAGE, Properties: { PackageName: 'firmware', PackageArn: 'arn:mine' } } }),
    ).toEqual([]);
    expect(aws.iot.packages).toEqual(['firmware']);
  });
});
