import { setTimeout } from 'node:timers/promises';
import { CfnOutput, Duration, NestedStack, type Stack } from 'aws-cdk-lib';
import { type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { ServiceError } from 'cdk-versioned-artifacts-local';
import { type Construct } from 'constructs';
import {
  PackageVersionRetention,
  type PackageVersionRetentionProps,
  PackageVersionStatus,
  RetentionAction,
  SoftwarePackage,
  SweepTrigger,
  VersionRemoval,
} from 'cdk-versioned-artifacts';
import { PastClock } from '../../testing/clock';
import { type Fleet } from './fleet';
import { createJob, kept, records, removed, runs, startSweepFleet, until } from './sweep-fleet';

const PACKAGE = 'brake-ecu';
const DAY = 86_400_000;
const { PUBLISHED } = PackageVersionStatus;

let fleet: Fleet;
let clock: PastClock;
beforeEach(async () => {
  clock = new PastClock();
  fleet = await startSweepFleet('Fleet', { clock });
  await fleet.aws.iot.createPackage(PACKAGE);
});
afterEach(() => fleet.stop());

const create = async (...names: string[]) => {
  for (const name of names) await fleet.aws.iot.createVersion(PACKAGE, name, { status: 'PUBLISHED' });
};
const versions = () => Object.keys(fleet.aws.iot.describe(PACKAGE)?.versions ?? {}).sort();
const versionArn = (name: string) =>
  `arn:aws:iot:${fleet.aws.region}:${fleet.aws.account}:package/${PACKAGE}/version/${name}`;

/** The lines of the provider's log that hold a text. */
const lines = (text: string) =>
  fleet.log
    .split('\n')
    .filter(line => line.includes(text))
    .map(line => JSON.parse(line) as Record<string, unknown>);

type Options = Partial<PackageVersionRetentionProps> & { readonly id?: string; readonly owned?: readonly string[] };

/** A retention of somebody else's package, and versions of the stack's own. */
const retention =
  ({ id = 'Keep', owned = [], ...props }: Options = {}) =>
  (scope: Construct): PackageVersionRetention => {
    const softwarePackage = SoftwarePackage.fromPackageName(scope, 'Firmware', PACKAGE);
    for (const versionName of owned)
      softwarePackage.addVersion(`V${versionName}`, { versionName, status: PUBLISHED, removal: VersionRemoval.DELETE });
    return new PackageVersionRetention(scope, id, {
      softwarePackage,
      rules: { keepLatest: 1 },
      requestsPerSecond: 200,
      ...props,
    });
  };
const deploy = async (declare: (stack: Stack) => unknown, options?: { fails: boolean }) => {
  const outcome = await fleet.deploy(stack => void declare(stack), options);
  await fleet.aws.settled();
  return outcome;
};
const fire = async () => {
  const rule = [...fleet.aws.events.rules.keys()].find(name => name.includes('Schedule'));
  fleet.aws.events.fireSchedule(rule!);
  await fleet.aws.settled();
};
const onSchedule = SweepTrigger.onSchedule(Schedule.rate(Duration.days(1)));
const indexPackages = () =>
  fleet.aws.iot.byHand('UpdateIndexingConfiguration', {
    thingIndexingConfiguration: {
      thingIndexingMode: 'REGISTRY',
      namedShadowIndexingMode: 'ON',
      filter: { namedShadowNames: ['$package'] },
    },
  });

describe('after a deployment', () => {
  test('the old versions go, and each survivor stays for a reason', async () => {
    clock.behind = 100 * DAY;
    await create('0.1.0', '1.0.0', '1.1.0', '1.2.0', '1.3.0', '1.4.0-lts', '2.0.0', '9.0.0', '10.0.0', '0.0.5.1');
    clock.behind = 10 * DAY;
    await create('1.9.0');
    clock.behind = 0;
    await fleet.aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, defaultVersionName: '1.0.0' });
    await indexPackages();
    fleet.aws.iot.devices.add(['car-1', 'car-2']);
    fleet.aws.iot.devices.reportPackage('car-1', PACKAGE, { version: '1.2.0' });
    await createJob(fleet.aws, 'ota', ['car-2'], { destinationPackageVersions: [versionArn('1.1.0')] });

    const outcome = await deploy(
      retention({
        owned: ['0.2.0'],
        rules: { keepLatest: 2, minAge: Duration.days(90), exclude: ['*-lts'] },
        protectOnDevices: true,
      }),
    );

    expect(outcome.status).toBe('CREATE_COMPLETE');
    expect(removed(fleet)).toEqual(['0.0.5.1', '0.1.0', '1.3.0', '2.0.0']);
    expect(kept(fleet)).toEqual({
      '0.2.0': 'TOO_YOUNG',
      '1.0.0': 'DEFAULT_VERSION',
      '1.1.0': 'IN_ACTIVE_JOB',
      '1.2.0': 'ON_DEVICE',
      '1.4.0-lts': 'EXCLUDED',
      '1.9.0': 'TOO_YOUNG',
      '9.0.0': 'AMONG_LATEST',
      '10.0.0': 'AMONG_LATEST',
    });
    expect(versions()).toEqual(Object.keys(kept(fleet)).sort());
    expect(records(fleet, 'kept')).toHaveLength(versions().length);
    expect(runs(fleet)).toMatchObject([{ status: 'SUCCEEDED', outcome: { counts: { removed: 4, failed: 0 } } }]);
  });

  test('versions that a stack owns stay, and after an update the next old one goes', async () => {
    await create('1.0.0');
    await deploy(retention({ owned: ['0.1.0', '2.0.0'] }));
    expect(versions()).toEqual(['0.1.0', '2.0.0']);
    expect(kept(fleet)).toMatchObject({ '0.1.0': 'OWNED' });

    await create('1.5.0');
    expect(await deploy(retention({ owned: ['0.1.0', '2.0.0'], rules: { keepLatest: 1 } }))).toMatchObject({
      status: 'UPDATE_COMPLETE',
    });
    expect(versions()).toEqual(['0.1.0', '2.0.0']);
  });

  test('versions are deprecated where that is the action, and drafts stay', async () => {
    await create('1.0.0', '3.0.0');
    await fleet.aws.iot.createVersion(PACKAGE, '2.0.0');
    await deploy(retention({ action: RetentionAction.DEPRECATE }));
    expect(fleet.aws.iot.describe(PACKAGE)?.versions).toMatchObject({
      '1.0.0': { status: 'DEPRECATED' },
      '2.0.0': { status: 'DRAFT' },
      '3.0.0': { status: 'PUBLISHED' },
    });
    expect(kept(fleet)).toMatchObject({ '2.0.0': 'NO_TRANSITION' });
  });

  test('nothing goes where the fleet index cannot tell what devices run', async () => {
    await create('1.0.0', '2.0.0');
    await deploy(retention({ protectOnDevices: true }));
    expect(versions()).toEqual(['1.0.0', '2.0.0']);
    expect(runs(fleet)).toMatchObject([
      {
        status: 'FAILED',
        error: 'SweepRefused',
        cause: expect.stringContaining('protectOnDevices needs the reports of devices in the fleet index'),
      },
    ]);
  });

  test('one that rolls back prunes nothing', async () => {
    await create('1.0.0', '2.0.0');
    await deploy(retention({ rules: { keepLatest: 2 } }));
    expect(await deploy(retention(), { fails: true })).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
    expect(versions()).toEqual(['1.0.0', '2.0.0']);
    expect(runs(fleet)).toHaveLength(1);
  });

  test('an event that comes twice does no harm: the second run is skipped', async () => {
    await create('1.0.0', '2.0.0');
    fleet.aws.events.copies = 2;
    const listing = fleet.aws.faults.inject({
      service: 'iot',
      operation: 'ListPackageVersions',
      trouble: { stall: 'until released' },
      times: 2,
    });
    const deployment = deploy(retention());
    await until(() => runs(fleet).some(({ status }) => status === 'SUCCEEDED'));
    listing.remove();
    await deployment;
    const outcomes = runs(fleet).map(({ outcome }) => outcome?.status);
    expect(outcomes.sort()).toEqual(['SKIPPED', 'SUCCEEDED']);
    expect(removed(fleet)).toEqual(['1.0.0']);
  });

  test('a nested stack sweeps after the deployment of its root', async () => {
    await create('1.0.0', '2.0.0');
    const nested = retention();
    await deploy(stack => nested(new NestedStack(stack, 'Nested')), { fails: true });
    expect(runs(fleet)).toEqual([]);

    await deploy(stack => nested(new NestedStack(stack, 'Nested')));
    expect(versions()).toEqual(['2.0.0']);
    expect(runs(fleet)).toMatchObject([{ status: 'SUCCEEDED' }]);
  });
});

describe('on a schedule', () => {
  const nightly = (options: Options = {}) => retention({ triggers: [onSchedule], ...options });

  test('a run that meets its stack in progress waits, and goes on by the rules of that deployment', async () => {
    await create('1.0.0', '2.0.0');
    await deploy(nightly());
    const update = fleet.aws.faults.inject({
      service: 'states',
      operation: 'UpdateStateMachine',
      trouble: { stall: 'until released' },
    });
    const deployment = deploy(nightly({ owned: ['3.0.0'], rules: { keepLatest: 2 } }));
    await until(() => update.hits === 1);
    const swept = fire();
    await until(() => fleet.log.includes('the stack is in progress or has failed: waiting'));
    expect(removed(fleet)).toEqual([]);
    update.release();
    expect(await deployment).toMatchObject({ status: 'UPDATE_COMPLETE' });
    await swept;
    expect(versions()).toEqual(['2.0.0', '3.0.0']);
    expect(runs(fleet).map(({ outcome }) => outcome?.status)).toEqual(['CONTINUED', 'SUCCEEDED']);
    const [{ history }] = fleet.aws.stepFunctions.executions();
    expect(history.events.map(({ type }) => type)).toContain('WaitStateExited');
  });

  test('a dry run removes nothing and names what it would remove', async () => {
    await create('1.0.0', '2.0.0');
    await deploy(nightly({ rules: { keepLatest: 1, dryRun: true } }));
    await fire();
    expect(versions()).toEqual(['1.0.0', '2.0.0']);
    expect(records(fleet, 'would-remove')).toMatchObject([{ name: '1.0.0', reason: 'BEYOND_LATEST' }]);
    expect(runs(fleet)).toMatchObject([{ status: 'SUCCEEDED', outcome: { counts: { removed: 0, wouldRemove: 1 } } }]);
  });

  const withAlarm = (options: Options) => (stack: Stack) => {
    const queue = new Queue(stack, 'Queue', { queueName: 'alarms' });
    nightly(options)(stack).onFailure('Alarm', { target: new SqsQueue(queue) });
  };
  const alarms = () =>
    fleet.aws.sqs.messages('alarms').map(message => (JSON.parse(message) as { detail: object }).detail);

  test('a plan beyond maxRemovals is refused before the first removal, and onFailure hears of it', async () => {
    await create('1.0.0', '2.0.0', '3.0.0', '4.0.0');
    await deploy(withAlarm({ rules: { keepLatest: 1, maxRemovals: 2 } }));
    await fire();
    expect(versions()).toHaveLength(4);
    const cause = expect.stringContaining('the plan removes 3, which is 1 more than maxRemovals allows (2)') as string;
    expect(runs(fleet)).toMatchObject([{ status: 'FAILED', error: 'SweepRefused', cause }]);
    expect(alarms()).toMatchObject([{ status: 'FAILED', error: 'SweepRefused', cause }]);
  });

  test('a refused run is seen without onFailure: by the execution, by its metric and in the log', async () => {
    await create('1.0.0', '2.0.0', '3.0.0', '4.0.0');
    let metric: IMetric | undefined;
    await deploy(stack => {
      metric = nightly({ rules: { keepLatest: 1, maxRemovals: 2 } })(stack).metricRefused();
    });
    await fire();
    const message = 'the plan removes 3, which is 1 more than maxRemovals allows (2)';
    expect(runs(fleet)).toMatchObject([{ status: 'FAILED', cause: expect.stringContaining(message) }]);
    expect(lines('"record":"refused"')).toMatchObject([{ level: 'ERROR', message: expect.stringContaining(message) }]);
    const { namespace, metricName, dimensions = [] } = metric!.toMetricConfig().metricStat!;
    const [line] = lines('"_aws"');
    expect(line).toMatchObject({ [metricName]: 1, [dimensions[0].name]: dimensions[0].value });
    const { CloudWatchMetrics } = line._aws as { CloudWatchMetrics: object[] };
    expect(CloudWatchMetrics).toMatchObject([
      {
        Namespace: namespace,
        Dimensions: [[dimensions[0].name]],
        Metrics: expect.arrayContaining([{ Name: metricName, Unit: 'Count' }]),
      },
    ]);
  });

  test('a removal that fails fails the run, the others are done, and onFailure hears of it', async () => {
    await create('1.0.0', '2.0.0', '3.0.0');
    await deploy(withAlarm({}));
    fleet.aws.faults.inject({
      service: 'iot',
      operation: 'DeletePackageVersion',
      match: ({ versionName }) => versionName === '1.0.0',
      // a denial would be repeated for half a minute.
      trouble: { error: new ServiceError('ValidationException', 'not this one', 400) },
      times: Infinity,
    });
    await fire();
    expect(versions()).toEqual(['1.0.0', '3.0.0']);
    expect(records(fleet, 'failed')).toContainEqual(
      expect.objectContaining({ name: '1.0.0', error: 'ValidationException' }),
    );
    expect(runs(fleet)).toMatchObject([{ status: 'FAILED', error: 'RemovalsFailed' }]);
    expect(alarms()).toMatchObject([{ error: 'RemovalsFailed', cause: expect.stringContaining('1 removals failed') }]);
  });
});

/** Waits for the next second. A timer may end a moment before. */
async function nextSecond(): Promise<void> {
  const second = () => Math.floor(Date.now() / 1_000);
  for (const before = second(); second() === before;) await setTimeout(1_000 - (Date.now() % 1_000));
}

describe('during a deployment', () => {
  const counted = (...owned: string[]) =>
    function declare(stack: Stack) {
      const keep = retention({ owned, triggers: [SweepTrigger.duringDeployment()] })(stack);
      for (const count of ['removedCount', 'keptCount', 'remainingCount'] as const) {
        new CfnOutput(stack, count, { value: keep[count] });
      }
    };

  test('the counts are attributes; it runs again when the declared versions change', async () => {
    await create('0.1.0', '0.2.0');
    // 1.0.0 would not be there if this deployment failed: the newest of the others stays as well.
    expect(await deploy(counted('1.0.0'))).toMatchObject({
      status: 'CREATE_COMPLETE',
      outputs: { removedCount: '1', keptCount: '2', remainingCount: '0' },
    });
    await create('0.3.0');
    await deploy(counted('1.0.0'));
    expect(versions()).toEqual(['0.2.0', '0.3.0', '1.0.0']);
    // a deployment that begins in the second of a claim may be the one that has made it.
    await nextSecond();

    expect(await deploy(counted('1.0.0', '2.0.0'))).toMatchObject({
      outputs: { removedCount: '2', keptCount: '2', remainingCount: '0' },
    });
    expect(versions()).toEqual(['1.0.0', '2.0.0']);
    expect(runs(fleet)).toEqual([]);
  });

  test('it never runs in a rollback', async () => {
    await deploy(counted('1.0.0'));
    fleet.aws.cloudFormation.onStackStatus(({ status }) => {
      if (status === 'UPDATE_ROLLBACK_IN_PROGRESS') void create('0.1.0');
    });
    expect(await deploy(counted('1.0.0', '2.0.0'), { fails: true })).toMatchObject({
      status: 'UPDATE_ROLLBACK_COMPLETE',
    });
    expect(versions()).toEqual(['0.1.0', '1.0.0']);
    expect(fleet.log).toContain('nothing is swept: the stack is rolling back');
  });

  test('one that fails fails the deployment, which rolls back', async () => {
    await create('1.0.0', '2.0.0', '3.0.0');
    const triggers = [SweepTrigger.duringDeployment()];
    const outcome = await deploy(retention({ rules: { keepLatest: 1, maxRemovals: 1 }, triggers }));
    expect(outcome.status).toBe('ROLLBACK_COMPLETE');
    expect(outcome.failures.join()).toContain('the sweep was refused: the plan removes 2');
    expect(versions()).toHaveLength(3);
  });
});

describe('on destroy', () => {
  const atTheEnd = (id?: string) => retention({ id, owned: ['0.1.0'], triggers: [SweepTrigger.onDestroy()] });

  test('a stack that is destroyed sweeps before its own versions go', async () => {
    await create('1.0.0', '2.0.0');
    await deploy(atTheEnd());
    expect(versions()).toEqual(['0.1.0', '1.0.0', '2.0.0']);
    expect(await fleet.destroy()).toMatchObject({ status: 'DELETE_COMPLETE' });
    expect(versions()).toEqual(['2.0.0']);
    expect(kept(fleet)).toMatchObject({ '0.1.0': 'OWNED' });
  });

  test('a construct that is renamed or removed sweeps nothing, and says why', async () => {
    await create('1.0.0', '2.0.0');
    await deploy(atTheEnd('Keep'));
    await deploy(atTheEnd('Renamed'));
    await deploy(retention({ owned: ['0.1.0'], triggers: [] }));
    expect(versions()).toEqual(['0.1.0', '1.0.0', '2.0.0']);
    expect(fleet.log.match(/nothing is swept: the stack is not being deleted, but deploying/g)).toHaveLength(2);
  });

  test.each<[string, (stack: Stack) => Construct]>([
    ['a stack', stack => stack],
    ['a nested stack', stack => new NestedStack(stack, 'Nested')],
  ])('the first deployment of %s that is rolled back sweeps nothing, and says why', async (_what, scopeIn) => {
    await create('1.0.0', '2.0.0');
    const outcome = await deploy(stack => atTheEnd()(scopeIn(stack)), { fails: true });
    expect(outcome.status).toBe('ROLLBACK_COMPLETE');
    expect(versions()).toEqual(['1.0.0', '2.0.0']);
    expect(fleet.log).toContain('nothing is swept: the stack is not being deleted, but rolling-back');
  });
});
