import { RemovalPolicy } from 'aws-cdk-lib';
import { type CfnSchema } from 'aws-cdk-lib/aws-glue';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { type Construct } from 'constructs';
import * as library from 'cdk-versioned-artifacts';
import { newStack } from '../app';
import { type Member, classes, types } from '../assembly';

// jsii checks types in other languages, and nothing does in JavaScript.
type Call = (argument: never, scope: Construct) => unknown;

const softwarePackage = (scope: Construct) => library.SoftwarePackage.fromPackageName(scope, 'P', 'brake-ecu');
const imported = (scope: Construct) =>
  library.SoftwarePackageVersion.fromPackageVersionAttributes(scope, 'I', {
    softwarePackage: softwarePackage(scope),
    packageVersionName: '1.0.0',
  });
const version = (scope: Construct) => softwarePackage(scope).addVersion('V', { versionName: '1.0.0' });
const schema = () => library.SchemaReference.fromSchemaName({ schemaName: 'orders' });
const definition = library.SchemaDefinition.fromString('{"type":"string"}');
const schemaVersion = (scope: Construct) => new library.SchemaVersion(scope, 'S', { schema: schema(), definition });
const bucket = (scope: Construct) => Bucket.fromBucketName(scope, 'B', 'firmware');
const cleanup = (scope: Construct, jobs: library.JobSelection) =>
  new library.JobExecutionCleanup(scope, 'C', { jobs, deleteJobs: true });
const packageArn = 'arn:aws:iot:eu-west-1:111111111111:package/p';

const FILE = 'the path of a file';
const KEY = 'the key of an object';
const OBJECT_VERSION = 'the version id of an object';
const GRANTEE = 'a grant needs a grantee';
const POLICY = 'the removal policy must be RemovalPolicy.DESTROY or RemovalPolicy.RETAIN';
const SCOPE = 'a provider needs a construct';
const A_PACKAGE_ARN = 'the import of a software package needs its ARN';
const A_VERSION_ARN = 'the import of a package version needs its ARN';

/** Each argument that a public method needs: what passes it, and how the error begins if it is something else. */
const ARGUMENTS: Readonly<Record<string, readonly [Call, string]>> = {
  'CloudBaseServiceVersion.fromServiceVersionAttributes attrs': [
    (a, scope) => library.CloudBaseServiceVersion.fromServiceVersionAttributes(scope, 'X', a),
    'environmentId is required',
  ],
  'DefaultPackageVersion.applyRemovalPolicy policy': [
    (a, scope) => {
      const released = { versionName: '1.0.0', status: library.PackageVersionStatus.PUBLISHED };
      const props = { version: softwarePackage(scope).addVersion('V', released) };
      new library.DefaultPackageVersion(scope, 'D', props).applyRemovalPolicy(a);
    },
    POLICY,
  ],
  'GlueArtifactProvider.of scope': [a => library.GlueArtifactProvider.of(a), SCOPE],
  'IotArtifactProvider.of scope': [a => library.IotArtifactProvider.of(a), SCOPE],
  'WeChatArtifactProvider.of scope': [a => library.WeChatArtifactProvider.of(a), SCOPE],
  'JobRecipe.fromFile path': [a => library.JobRecipe.fromFile(a), `JobRecipe.fromFile needs ${FILE}`],
  'JobRecipe.fromObject document': [a => library.JobRecipe.fromObject(a), 'JobRecipe.fromObject needs a job document'],
  'JobRecipe.fromString document': [a => library.JobRecipe.fromString(a), 'JobRecipe.fromString needs the text'],
  'JobSelection.byDefaultPackageVersion softwarePackage': [
    a => library.JobSelection.byDefaultPackageVersion(a),
    'JobSelection.byDefaultPackageVersion needs a software package',
  ],
  'JobSelection.byIdPrefix prefix': [
    (a, scope) => cleanup(scope, library.JobSelection.byIdPrefix(a)),
    'the id of a job must',
  ],
  'JobSelection.byIds jobIds': [(a, scope) => cleanup(scope, library.JobSelection.byIds(a)), 'the id of a job must'],
  'JobSelection.byPackageVersion version': [
    a => library.JobSelection.byPackageVersion(a),
    'JobSelection.byPackageVersion needs a package version',
  ],
  'JobSelection.byThing thingName': [
    (a, scope) => cleanup(scope, library.JobSelection.byThing(a)),
    'the name of a thing must',
  ],
  'PackageArtifact.fromAsset path': [
    a => library.PackageArtifact.fromAsset(a),
    `PackageArtifact.fromAsset needs ${FILE}`,
  ],
  'PackageArtifact.fromBucket bucket': [
    a => library.PackageArtifact.fromBucket(a, 'key', 'v1'),
    'PackageArtifact.fromBucket needs a bucket',
  ],
  'PackageArtifact.fromBucket objectKey': [
    (a, scope) => library.PackageArtifact.fromBucket(bucket(scope), a, 'v1'),
    `PackageArtifact.fromBucket needs ${KEY}`,
  ],
  'PackageArtifact.fromBucket objectVersion': [
    (a, scope) => library.PackageArtifact.fromBucket(bucket(scope), 'key', a),
    `PackageArtifact.fromBucket needs ${OBJECT_VERSION}`,
  ],
  'PackageSbom.fromBucket bucket': [
    a => library.PackageSbom.fromBucket(a, 'key', 'v1'),
    'PackageSbom.fromBucket needs a bucket',
  ],
  'PackageSbom.fromBucket objectKey': [
    (a, scope) => library.PackageSbom.fromBucket(bucket(scope), a, 'v1'),
    `PackageSbom.fromBucket needs ${KEY}`,
  ],
  'PackageSbom.fromBucket objectVersion': [
    (a, scope) => library.PackageSbom.fromBucket(bucket(scope), 'key', a),
    `PackageSbom.fromBucket needs ${OBJECT_VERSION}`,
  ],
  'SchemaDefinition.fromFile path': [
    a => library.SchemaDefinition.fromFile(a),
    `SchemaDefinition.fromFile needs ${FILE}`,
  ],
  'SchemaDefinition.fromObject definition': [
    a => library.SchemaDefinition.fromObject(a),
    'SchemaDefinition.fromObject needs a definition',
  ],
  'SchemaDefinition.fromString definition': [
    a => library.SchemaDefinition.fromString(a),
    'SchemaDefinition.fromString needs the text',
  ],
  'SchemaReference.fromCfnSchema cfnSchema': [
    (a: CfnSchema & never) => library.SchemaReference.fromCfnSchema(a),
    "SchemaReference.fromCfnSchema needs CloudFormation's own resource",
  ],
  'SchemaReference.fromSchemaArn schemaArn': [
    a => library.SchemaReference.fromSchemaArn(a),
    'SchemaReference.fromSchemaArn needs the ARN of a schema',
  ],
  'SchemaReference.fromSchemaName attrs': [
    a => library.SchemaReference.fromSchemaName(a),
    'the name of a schema must be a string, got nothing',
  ],
  'SchemaReference.grant grantee': [a => schema().grant(a, 'glue:GetSchema'), GRANTEE],
  'SchemaReference.grantRead grantee': [a => schema().grantRead(a), GRANTEE],
  'SchemaReference.grantRegister grantee': [a => schema().grantRegister(a), GRANTEE],
  'SchemaVersion.fromSchemaVersionAttributes attrs': [
    (a, scope) => library.SchemaVersion.fromSchemaVersionAttributes(scope, 'X', a),
    'schema is required',
  ],
  'SchemaVersion.applyRemovalPolicy policy': [(a, scope) => schemaVersion(scope).applyRemovalPolicy(a), POLICY],
  'SoftwarePackage.fromPackageArn packageArn': [
    (a, scope) => library.SoftwarePackage.fromPackageArn(scope, 'X', a),
    A_PACKAGE_ARN,
  ],
  'SoftwarePackage.fromPackageName packageName': [
    (a, scope) => library.SoftwarePackage.fromPackageName(scope, 'X', a),
    'the name of a software package must',
  ],
  'SoftwarePackage.addVersion props': [
    (a, scope) => softwarePackage(scope).addVersion('X', a),
    'versionName is required, got nothing',
  ],
  'SoftwarePackage.applyRemovalPolicy policy': [
    (a, scope) => new library.SoftwarePackage(scope, 'X').applyRemovalPolicy(a),
    POLICY,
  ],
  'SoftwarePackage.grant grantee': [(a, scope) => softwarePackage(scope).grant(a, 'iot:GetPackage'), GRANTEE],
  'SoftwarePackage.grantPublish grantee': [(a, scope) => softwarePackage(scope).grantPublish(a), GRANTEE],
  'SoftwarePackage.grantRead grantee': [(a, scope) => softwarePackage(scope).grantRead(a), GRANTEE],
  'SoftwarePackageVersion.fromPackageVersionArn packageVersionArn': [
    (a, scope) => library.SoftwarePackageVersion.fromPackageVersionArn(scope, 'X', a),
    A_VERSION_ARN,
  ],
  'SoftwarePackageVersion.fromPackageVersionAttributes attrs': [
    (a, scope) => library.SoftwarePackageVersion.fromPackageVersionAttributes(scope, 'X', a),
    'softwarePackage is required',
  ],
  'SoftwarePackageVersion.applyRemovalPolicy policy': [(a, scope) => version(scope).applyRemovalPolicy(a), POLICY],
  'SoftwarePackageVersion.attributePlaceholder key': [
    (a, scope) => imported(scope).attributePlaceholder(a),
    'attributePlaceholder needs the key of an attribute',
  ],
  'SoftwarePackageVersion.grant grantee': [(a, scope) => imported(scope).grant(a, 'iot:GetPackageVersion'), GRANTEE],
  'SoftwarePackageVersion.grantRead grantee': [(a, scope) => imported(scope).grantRead(a), GRANTEE],
  'SweepTrigger.onSchedule schedule': [
    a => library.SweepTrigger.onSchedule(a),
    'SweepTrigger.onSchedule needs a schedule',
  ],
  'WeChatAccessToken.fromSecret secret': [
    a => library.WeChatAccessToken.fromSecret(a),
    'WeChatAccessToken.fromSecret needs a secret',
  ],
  'WeChatAccessToken.minted props': [a => library.WeChatAccessToken.minted(a), 'componentAppId is required'],
};

/** What the CDK or a service checks: where a construct is, and the actions of a grant. */
const OTHERS = ['id', 'actions'];

test('each argument that a public method needs is tried', () => {
  const isNeeded = (name: string) => (parameter: Member) =>
    !parameter.optional && !OTHERS.includes(parameter.name) && (parameter.name !== 'scope' || name === 'of');
  const needed = classes.flatMap(({ name, methods = [] }) =>
    methods
      .filter(({ name: method }) => !['render', 'bind', 'onFailure'].includes(method))
      .flatMap(method =>
        (method.parameters ?? []).filter(isNeeded(method.name)).map(p => `${name}.${method.name} ${p.name}`),
      ),
  );
  expect(Object.keys(ARGUMENTS).sort()).toEqual(needed.sort());
});

const constructs = types.filter(({ initializer, abstract, kind }) => kind === 'class' && initializer && !abstract);
const withProps = constructs.filter(({ initializer }) => initializer!.parameters?.at(-1)?.optional !== true);

test.each(withProps.map(({ name }) => name))('%s without any properties says which one it needs', name => {
  const Made = (library as unknown as Record<string, new (scope: Construct, id: string) => unknown>)[name];
  expect(() => new Made(newStack(), 'X')).toThrow(/ is required, got nothing: set |must keep something, got neither/);
});

const WRONG = [
  [undefined, 'nothing'],
  [null, 'nothing'],
  [3, '3'],
  [true, 'true'],
  [[], 'a list'],
  ['', '""'],
] as const;

/** An object of properties without any in it is like nothing, and text can be empty for an ARN of none. */
const gotOf = (message: string, got: string) =>
  message.endsWith('required') || message.endsWith('got nothing') ? 'got nothing' : `got ${got}`;

describe.each(Object.keys(ARGUMENTS))('%s', what => {
  const [call, message] = ARGUMENTS[what];

  // how long a text must be is a rule of its construct.
  const wrong = WRONG.filter(([value]) => value !== '' || !what.includes('.fromString '));

  test.each(wrong)('says what it needs instead of %p', (value, got) => {
    const attempt = () => call(value as never, newStack());
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(value === '' ? /got (0 )?\(?"?/ : gotOf(message, got));
  });
});

test.each([
  [
    'a package',
    (arn: string) => library.SoftwarePackage.fromPackageArn(newStack(), 'X', arn),
    `${packageArn}/version/1`,
  ],
  ['a package', (arn: string) => library.SoftwarePackage.fromPackageArn(newStack(), 'X', arn), 'brake-ecu'],
  [
    'a version',
    (arn: string) => library.SoftwarePackageVersion.fromPackageVersionArn(newStack(), 'X', arn),
    packageArn,
  ],
  ['a schema', (arn: string) => library.SchemaReference.fromSchemaArn(arn), packageArn],
])('the ARN of %s is not any text', (_what, of, arn) => {
  expect(() => of(arn)).toThrow(/must have the form arn:aws:.*, got "/);
});

test('an ARN, a name, text and a secret of which only the deployment knows more are taken', () => {
  const stack = newStack();
  expect(() => {
    library.SoftwarePackage.fromPackageArn(stack, 'P', stack.stackId);
    library.SoftwarePackageVersion.fromPackageVersionArn(stack, 'V', stack.stackId);
    library.SchemaReference.fromSchemaArn(stack.stackId);
    library.SchemaDefinition.fromString(stack.stackName);
    library.WeChatAccessToken.fromSecret(Secret.fromSecretNameV2(stack, 'Secret', stack.stackName));
    new library.SoftwarePackage(stack, 'Own').applyRemovalPolicy(RemovalPolicy.RETAIN);
  }).not.toThrow();
});
