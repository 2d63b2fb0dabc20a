import { CloudBaseServiceVersion, CloudBaseVersionRetention } from 'cdk-versioned-artifacts';
import { SNIPPETS, type Snippet, nameOf, read, snippets } from './documents';
import { Project, runAsTest, wasDeployed } from './project';

const [SUCCESS, STARTED] = [/^(CREATE|UPDATE)_COMPLETE$/, /^CREATE_COMPLETE$/];
const snippet = (document: string, heading: string, index = 0) => snippets('ts', document, heading)[index];
const ORDER = { type: 'record', name: 'Order', fields: [{ name: 'id', type: ['null', 'string'], default: null }] };

// one account for all: what two documents say must not contradict each other either.
let project: Project;
beforeAll(async () => {
  project = await Project.start({
    'firmware/brake-ecu-2.0.0.bin': 'firmware',
    'schemas/order.avsc': JSON.stringify(ORDER),
  });
  project.aws.iot.behavior.requireIndexing = true;
  await project.prepare(snippets('sh', 'docs/getting-started.md', 'Prerequisites')[1]);
  await project.prepare(snippets('sh', 'docs/release-from-ci.md', 'The pipeline')[0]);
});
afterAll(() => project.stop());

/** The id of the object that a pipeline has uploaded. */
async function upload(Key: string): Promise<string> {
  const object = { Bucket: 'firmware-releases', Key, Body: Buffer.from(Key) };
  return (await project.aws.call('s3', 'PutObject', object)).VersionId as string;
}

const packageOf = (name: string) => project.aws.iot.describe(name)!;

test('README: the release is published and the default', async () => {
  const shown = snippet('README.md', 'Use it');
  expect(await project.deploy(shown)).toMatchObject({ status: 'CREATE_COMPLETE' });
  expect(packageOf('brake-ecu')).toMatchObject({
    defaultVersionName: '2.0.0',
    versions: { '2.0.0': { status: 'PUBLISHED', attributes: { signing: 'ed25519' } } },
  });

  // as the text goes on: the next release takes its place.
  const edit = (code: string) => code.replace("versionName: '2.0.0'", "versionName: '3.0.0'");
  expect(await project.deploy(shown, { edit })).toMatchObject({ status: 'UPDATE_COMPLETE' });
  expect(packageOf('brake-ecu').defaultVersionName).toBe('3.0.0');
  expect(Object.keys(packageOf('brake-ecu').versions)).toEqual(['3.0.0']);
});

test('Release from CI: the app is the example that the demo deploys', () => {
  expect(read('examples/releases/app.mjs')).toContain(snippet('docs/release-from-ci.md', 'The app').code);
});

test('Release from CI: the seventh release leaves the newest five, each published, the last one as default', async () => {
  const ids: Record<string, string> = {};
  const release = (name: string) =>
    project.deploy(snippet('docs/release-from-ci.md', 'The app'), {
      context: { release: name, objectVersion: ids[name] },
    });
  for (const name of ['1.1.0', '1.2.0', '1.3.0', '1.4.0', '1.5.0', '1.6.0', '1.7.0']) {
    ids[name] = await upload(`engine-ecu-${name}.bin`);
    expect((await release(name)).status).toMatch(SUCCESS);
  }

  const { versions, defaultVersionName } = packageOf('engine-ecu');
  expect(Object.keys(versions).sort()).toEqual(['1.3.0', '1.4.0', '1.5.0', '1.6.0', '1.7.0']);
  expect(Object.values(versions).map(({ status }) => status)).toEqual(Array(5).fill('PUBLISHED'));
  expect(defaultVersionName).toBe('1.7.0');

  // back again: what the stack itself has given up it may have.
  expect((await release('1.6.0')).status).toBe('UPDATE_COMPLETE');
  expect(packageOf('engine-ecu').defaultVersionName).toBe('1.6.0');
});

test('Software packages: the version has its artifact and its recipe', async () => {
  const objectVersion = await upload('gateway-2.0.0.bin');
  const shown = snippet('docs/software-packages.md', 'AWS IoT software packages');
  expect(await project.deploy(shown, { context: { objectVersion } })).toMatchObject({ status: 'CREATE_COMPLETE' });
  expect(packageOf('gateway')).toMatchObject({
    defaultVersionName: '2.0.0',
    versions: { '2.0.0': { status: 'PUBLISHED', artifact: { s3Location: { version: objectVersion } } } },
  });
});

test('Sweeps: the retention and the cleanup are there, with what starts them', async () => {
  expect((await project.deploy(snippet('docs/sweeps.md', 'Sweeps'))).status).toMatch(STARTED);
  const { resources } = project.aws.cloudFormation.describe('Sweeps')!;
  const types = [...resources.values()].map(({ type }) => type);
  expect(types.filter(type => type === 'AWS::StepFunctions::StateMachine')).toHaveLength(2);
  // after a deployment, on two schedules, and where a run fails.
  expect(types.filter(type => type === 'AWS::Events::Rule')).toHaveLength(4);
});

test('Operations: the alarms and the dashboard are there', async () => {
  expect((await project.deploy(snippet('docs/operations.md', 'Operations'))).status).toMatch(STARTED);
  const { alarms, dashboards } = project.aws.cloudWatch;
  expect([alarms.size, dashboards.size]).toEqual([5, 1]);
});

test('Settings for regulated accounts: the function has them', async () => {
  const shown = snippet('docs/security-settings.md', 'Settings for regulated accounts');
  expect((await project.deploy(shown)).status).toMatch(STARTED);
  const configured = [...project.aws.lambda.functions.values()].filter(
    ({ configuration, reservedConcurrency }) => configuration.DeadLetterConfig && reservedConcurrency === 10,
  );
  expect(configured).toHaveLength(1);
});

test('Glue: the definition is version 2 of the schema, with its metadata', async () => {
  expect(await project.deploy(snippet('docs/glue.md', 'AWS Glue schema versions'))).toMatchObject({
    status: 'CREATE_COMPLETE',
  });
  const { versions } = project.aws.glue.describe('orders', 'shop')!;
  expect(versions[2]).toMatchObject({ status: 'AVAILABLE', metadata: { ticket: ['SHOP-1'] } });
});

describe('WeChat', () => {
  const ENVIRONMENT = 'prod-6gxk23no5605e14f';

  test('the version is recorded, and the retention leaves the newest', async () => {
    const { weChat } = project.aws;
    const names = ['api-008', 'api-009', 'api-010', 'api-011', 'api-012'];
    const versions = names.map(versionName => ({ versionName }));
    weChat.addVersions(ENVIRONMENT, 'api', versions);
    const token = { Name: 'wechat/component-access-token', SecretString: weChat.accessToken };
    await project.aws.call('secretsmanager', 'CreateSecret', token);

    const shown = snippet('docs/wechat.md', 'WeChat CloudBase Run');
    expect((await project.deploy(shown, { instead: here(weChat.endpoint) })).status).toMatch(STARTED);
    expect(Object.keys(weChat.describe(ENVIRONMENT, 'api')!)).toContain('api-012');
  });

  test('the function calls from the fixed address', async () => {
    // a function of the CDK's own that calls EC2, which the local AWS does not have.
    const context = { '@aws-cdk/aws-ec2:restrictDefaultSecurityGroup': false };
    const shown = snippet('docs/wechat.md', 'The address');
    expect(await project.deploy(shown, { context })).toMatchObject({ status: 'CREATE_COMPLETE' });
    const { outputs } = project.aws.cloudFormation.describe('CloudBaseNetwork')!;
    expect(JSON.stringify([...outputs])).toMatch(/AddressToAllow.*203\.0\.113\.\d+/);
  });

  /** The constructs, with WeChat on this machine. */
  const here = (apiEndpoint: string) => ({
    CloudBaseServiceVersion: class extends CloudBaseServiceVersion {
      constructor(...[scope, id, props]: ConstructorParameters<typeof CloudBaseServiceVersion>) {
        super(scope, id, { ...props, apiEndpoint });
      }
    },
    CloudBaseVersionRetention: class extends CloudBaseVersionRetention {
      constructor(...[scope, id, props]: ConstructorParameters<typeof CloudBaseVersionRetention>) {
        super(scope, id, { ...props, apiEndpoint });
      }
    },
  });
});

describe('Leaving CloudFormation’s own resources', () => {
  const DOCUMENT = 'docs/migrating.md';
  /** What the reader has before the first step. */
  const before = (code: string) => code.replaceAll(/^\w+\.applyRemovalPolicy.*$/gm, '');
  /** The second step: the stack without what was retained; something else stays. */
  const without =
    (start: RegExp, end = '') =>
    (code: string) => `
    import { StringParameter } from 'aws-cdk-lib/aws-ssm';
    ${code.replace(start, end)}
    new StringParameter(stack, 'Else', { stringValue: 'else' });`;

  test('software packages: the same version is published by the stack', async () => {
    const [first, third] = snippets('ts', DOCUMENT, 'Software packages');
    expect((await project.deploy(first, { edit: before })).status).toBe('CREATE_COMPLETE');
    expect(packageOf('door-ecu').versions['1.0.0'].status).toBe('DRAFT');
    await project.deploy(first);
    expect((await project.deploy(first, { edit: without(/const softwarePackage.*$/s) })).status).toBe(
      'UPDATE_COMPLETE',
    );
    expect(Object.keys(packageOf('door-ecu').versions)).toEqual(['1.0.0']);

    expect(await project.deploy(third)).toMatchObject({ status: 'UPDATE_COMPLETE', failures: [] });
    expect(packageOf('door-ecu')).toMatchObject({
      defaultVersionName: '1.0.0',
      versions: { '1.0.0': { status: 'PUBLISHED' } },
    });
  });

  test('software packages: without the second step the deployment is refused, and nothing is deleted', async () => {
    const rename = (code: string) => code.replaceAll('door-ecu', 'hatch-ecu').replaceAll('Doors', 'Hatches');
    const [first, third] = snippets('ts', DOCUMENT, 'Software packages');
    await project.deploy(first, { edit: code => rename(before(code)) });
    const { status, failures } = await project.deploy(third, { edit: rename });
    expect(status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(failures.join()).toContain('first retain it there');
    expect(Object.keys(packageOf('hatch-ecu').versions)).toEqual(['1.0.0']);
  });

  test('schema versions: the same version belongs to the stack', async () => {
    const [first, third] = snippets('ts', DOCUMENT, 'Schema versions');
    const versions = () => project.aws.glue.describe('returns')!.versions;
    expect((await project.deploy(first, { edit: before })).status).toBe('CREATE_COMPLETE');
    const { versionId } = versions()[2];
    await project.deploy(first);
    expect((await project.deploy(first, { edit: without(/const version.*$/s) })).status).toBe('UPDATE_COMPLETE');
    expect(Object.keys(versions())).toEqual(['1', '2']);

    expect(await project.deploy(third)).toMatchObject({ status: 'UPDATE_COMPLETE', failures: [] });
    expect(versions()[2].versionId).toBe(versionId);
    expect(JSON.stringify(versions()[2].metadata)).toContain('stack=Returns/');
  });
});

test('The local AWS: the test of its README passes', () => runAsTest(snippet('local/README.md', 'Start it')));

test('every snippet in TypeScript is deployed as it stands', () => {
  const missing = (each: Snippet) => each.language === 'ts' && !wasDeployed(each);
  expect(SNIPPETS.filter(missing).map(nameOf)).toEqual([]);
});
