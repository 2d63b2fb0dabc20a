import { Duration, SecretValue, type Stack } from 'aws-cdk-lib';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  CloudBaseServiceVersion,
  CloudBaseVersionRetention,
  JobExecutionCleanup,
  JobSelection,
  SchemaReference,
  SchemaVersionRetention,
  SweepTrigger,
  WeChatAccessToken,
} from 'cdk-versioned-artifacts';
import { type PlanReport } from '../src/plan/report';
import { World } from './world';

const ENVIRONMENT = 'prod-6gxk23';

let world: World;
beforeEach(async () => {
  world = await World.start();
});
afterEach(() => world.stop());

const planOf = async (directory: string) => (await world.plan(directory)).plan;

const sweepOf = ({ stacks: [{ sweeps }] }: PlanReport) => sweeps[0];
const decisions = (plan: PlanReport) =>
  sweepOf(plan).candidates.map(({ name, decision, reason }) => `${name} ${decision} ${reason}`);

describe('CloudBase', () => {
  const cloudBase = (recorded: readonly string[]) => (stack: Stack) => {
    const secret = new Secret(stack, 'Token', {
      secretName: 'token',
      secretStringValue: SecretValue.unsafePlainText(world.aws.weChat.accessToken),
    });
    const common = {
      environmentId: ENVIRONMENT,
      serverName: 'api',
      accessToken: WeChatAccessToken.fromSecret(secret),
      apiEndpoint: world.aws.weChat.endpoint,
    };
    for (const versionName of recorded) new CloudBaseServiceVersion(stack, versionName, { ...common, versionName });
    new CloudBaseVersionRetention(stack, 'Keep', { ...common, rules: { keepLatest: 1 }, requestsPerSecond: 200 });
  };

  test('versions that go are deleted, and a sweep counts what is left then', async () => {
    const old = new Date(Date.now() - 100 * 86_400_000);
    world.aws.weChat.addVersions(
      ENVIRONMENT,
      'api',
      ['api-001', 'api-002', 'api-003'].map((versionName, index) => ({
        versionName,
        createdAt: new Date(old.getTime() + index * 1_000),
      })),
    );
    await world.deploy(cloudBase(['api-001', 'api-002']));
    const before = Object.keys(world.aws.weChat.describe(ENVIRONMENT, 'api')!).sort();
    const plan = await planOf(world.synth(cloudBase(['api-001'])));
    const [{ artifacts }] = plan.stacks;
    expect(artifacts.map(({ name, actions }) => `${name}: ${actions.join()}`)).toEqual([
      `${ENVIRONMENT}/api/api-001: unchanged`,
      `${ENVIRONMENT}/api/api-002: delete`,
    ]);
    expect(decisions(plan).map(line => line.split(' ')[0])).not.toContain('api-002');
    expect(Object.keys(world.aws.weChat.describe(ENVIRONMENT, 'api')!).sort()).toEqual(before);
  });
});

test('executions of jobs are decided about one by one', async () => {
  const { iot, region, account } = world.aws;
  iot.devices.add(['car-1', 'car-2']);
  const targets = ['car-1', 'car-2'].map(name => `arn:aws:iot:${region}:${account}:thing/${name}`);
  await iot.byHand('CreateJob', { jobId: 'ota-1', targets, document: '{}' });
  iot.devices.advance('car-1', 'ota-1', 'SUCCEEDED');
  const plan = await planOf(
    world.synth(stack => {
      new JobExecutionCleanup(stack, 'Cleanup', {
        jobs: JobSelection.byIdPrefix('ota-'),
        rules: { minAge: Duration.days(0) },
        requestsPerSecond: 200,
        triggers: [SweepTrigger.afterDeployment()],
      });
    }),
  );
  expect(decisions(plan).sort()).toEqual([
    expect.stringMatching(/^ota-1\/car-1\/\d+ remove /),
    expect.stringMatching(/^ota-1\/car-2\/\d+ keep STATUS$/),
  ]);
});

test('versions of a schema rank by their numbers, and why knows them', async () => {
  const { glue } = world.aws;
  await world.aws.call('glue', 'CreateRegistry', { RegistryName: 'vehicles' });
  await world.aws.call('glue', 'CreateSchema', {
    RegistryId: { RegistryName: 'vehicles' },
    SchemaName: 'orders',
    DataFormat: 'AVRO',
    Compatibility: 'BACKWARD',
    SchemaDefinition: JSON.stringify({ type: 'record', name: 'Order', fields: [] }),
  });
  const createdAt = new Date(Date.now() - 86_400_000);
  glue.addVersions('orders', [{ createdAt }, { createdAt }, { createdAt }], 'vehicles');
  const retention = (stack: Stack) =>
    void new SchemaVersionRetention(stack, 'Keep', {
      schema: SchemaReference.fromSchemaName({ registryName: 'vehicles', schemaName: 'orders' }),
      rules: { keepLatest: 1 },
      requestsPerSecond: 200,
      triggers: [SweepTrigger.onSchedule(Schedule.rate(Duration.days(1)))],
    });
  const plan = await planOf(world.synth(retention));
  expect(decisions(plan)).toEqual([
    '4 keep AMONG_LATEST',
    '3 remove BEYOND_LATEST',
    '2 remove BEYOND_LATEST',
    '1 keep FIRST_VERSION',
  ]);
  await world.deploy(retention);
  const { said } = await world.run('why', 'vehicles/orders@1');
  expect(said).toMatch(/protected: it is the first version, which goes with its schema only; it is the checkpoint/);
  expect(said).toMatch(/sweep Fleet\/Keep: keeps it, FIRST_VERSION \(runs rate\(1 day\); has not run yet\)/);
  expect((await world.run('why', 'vehicles/orders@2')).said).toMatch(/would delete it, BEYOND_LATEST/);
});
