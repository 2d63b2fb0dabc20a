import { type Stack } from 'aws-cdk-lib';
import {
  DefaultPackageVersion,
  PackageVersionRetention,
  PackageVersionStatus,
  SoftwarePackage,
  SweepTrigger,
  VersionRemoval,
} from 'cdk-versioned-artifacts';
import { type ArtifactReport, type PlanReport, type SweepReport } from '../src/plan/report';
import { World } from './world';

const { PUBLISHED } = PackageVersionStatus;

let world: World;
beforeEach(async () => {
  world = await World.start();
});
afterEach(() => world.stop());

/** A package with versions, one of which is the default. */
const firmware =
  (versions: readonly string[], { removal = VersionRemoval.DELETE, isDefault = versions.at(-1) } = {}) =>
  (stack: Stack) => {
    const softwarePackage = new SoftwarePackage(stack, 'Firmware', { packageName: 'brake-ecu' });
    for (const versionName of versions) {
      const version = softwarePackage.addVersion(`V${versionName}`, { versionName, status: PUBLISHED, removal });
      if (versionName === isDefault) new DefaultPackageVersion(stack, 'Default', { version });
    }
  };

const planOf = async (directory: string, ...args: string[]) => {
  const { code, said, noted } = await world.run('plan', '--app', directory, '--json', ...args);
  if (said === '') throw new Error(noted);
  return { code, plan: JSON.parse(said) as PlanReport };
};

const artifacts = ({ stacks }: PlanReport): readonly ArtifactReport[] => stacks.flatMap(stack => stack.artifacts);
const actions = (plan: PlanReport) =>
  Object.fromEntries(artifacts(plan).map(({ name, actions, failure }) => [name, failure ?? actions.join(', ')]));
const sweep = ({ stacks }: PlanReport): SweepReport => stacks.flatMap(stack => stack.sweeps)[0];

describe('artifacts', () => {
  test('of a stack that is not deployed are created', async () => {
    const { plan, code } = await planOf(world.synth(firmware(['1.0.0'])));
    expect(actions(plan)).toEqual({
      'brake-ecu': 'create',
      'brake-ecu/1.0.0': 'create, publish',
      'brake-ecu/$default → 1.0.0': 'move',
    });
    expect(plan.stacks[0].status).toBeUndefined();
    expect(code).toBe(0);
  });

  test('that change are what the deployment then makes of them', async () => {
    await world.deploy(firmware(['1.0.0']));
    const next = world.synth(firmware(['2.0.0']));
    const { plan } = await planOf(next);
    expect(actions(plan)).toEqual({
      'brake-ecu': 'unchanged',
      'brake-ecu/2.0.0': 'create, publish',
      'brake-ecu/$default → 2.0.0': 'move',
      'brake-ecu/1.0.0': 'delete',
    });
    expect(artifacts(plan).find(({ name }) => name === 'brake-ecu/1.0.0')?.today).toMatchObject({
      exists: true,
      status: 'PUBLISHED',
      isDefault: true,
      owner: { stack: 'Fleet', isThisStack: true },
    });
    expect(world.aws.iot.describe('brake-ecu')?.defaultVersionName).toBe('1.0.0');

    await world.deploy(firmware(['2.0.0']));
    const { defaultVersionName, versions } = world.aws.iot.describe('brake-ecu')!;
    expect(Object.keys(versions)).toEqual(['2.0.0']);
    expect(defaultVersionName).toBe('2.0.0');
  });

  test('whose removal retains or deprecates are given up or deprecated', async () => {
    await world.deploy(firmware(['1.0.0', '2.0.0'], { removal: VersionRemoval.DEPRECATE }));
    const { plan, code } = await planOf(world.synth(firmware(['2.0.0'])), '--fail-on-removal');
    expect(actions(plan)['brake-ecu/1.0.0']).toBe('deprecate, give up');
    expect(code).toBe(0);
  });

  test('that are somebody else’s fail as the deployment would', async () => {
    await world.aws.iot.createPackage('brake-ecu');
    const { plan, code } = await planOf(world.synth(firmware(['1.0.0'])));
    expect(actions(plan)['brake-ecu']).toMatch(/software package brake-ecu .*adoptExisting/);
    expect(plan.summary.failures).toBe(1);
    expect(code).toBe(1);
  });

  test('that are frozen say what cannot be changed', async () => {
    const signed = (signing: string) => (stack: Stack) =>
      void new SoftwarePackage(stack, 'Firmware', { packageName: 'brake-ecu' }).addVersion('V1', {
        versionName: '1.0.0',
        status: PUBLISHED,
        attributes: { signing },
      });
    await world.deploy(signed('ed25519'));
    const { plan } = await planOf(world.synth(signed('none')));
    expect(actions(plan)['brake-ecu/1.0.0']).toMatch(/AWS IoT freezes what was published: cannot change attributes/);
  });
});

describe('sweeps', () => {
  const swept = (versions: readonly string[], maxRemovals?: number) => (stack: Stack) => {
    firmware(versions)(stack);
    new PackageVersionRetention(stack, 'Keep', {
      softwarePackage: SoftwarePackage.fromPackageName(stack, 'Imported', 'brake-ecu'),
      rules: { keepLatest: 2, maxRemovals },
      requestsPerSecond: 200,
      triggers: [SweepTrigger.afterDeployment()],
    });
  };
  const seed = async (...names: string[]) => {
    for (const name of names) await world.aws.iot.createVersion('brake-ecu', name, { status: 'PUBLISHED' });
  };
  const decisions = (plan: PlanReport) =>
    sweep(plan).candidates.map(({ name, decision, reason }) => `${name} ${decision} ${reason}`);

  test('decide about what there is after the deployment, the newest first, as the run then does', async () => {
    await world.deploy(firmware(['1.0.0']));
    await seed('0.1.0', '0.2.0', '0.3.0');
    const { plan, code } = await planOf(world.synth(swept(['1.0.0', '2.0.0'])), '--fail-on-removal');
    expect(decisions(plan)).toEqual([
      '2.0.0 keep AMONG_LATEST',
      '1.0.0 keep AMONG_LATEST',
      '0.3.0 remove BEYOND_LATEST',
      '0.2.0 remove BEYOND_LATEST',
      '0.1.0 remove BEYOND_LATEST',
    ]);
    expect(sweep(plan)).toMatchObject({
      removed: 3,
      kept: 2,
      byReason: { AMONG_LATEST: 2, BEYOND_LATEST: 3 },
      triggers: ['after deployment'],
    });
    expect(code).toBe(2);

    await world.deploy(swept(['1.0.0', '2.0.0']));
    const [machine] = world.aws.stepFunctions.stateMachines.keys();
    await world.aws.call('states', 'StartExecution', { stateMachineArn: machine, input: '{}' });
    await world.aws.settled();
    expect(Object.keys(world.aws.iot.describe('brake-ecu')!.versions).sort()).toEqual(['1.0.0', '2.0.0']);
  });

  test('that maxRemovals refuses remove nothing', async () => {
    await world.deploy(firmware(['1.0.0']));
    await seed('0.1.0', '0.2.0', '0.3.0');
    const { plan, code } = await planOf(world.synth(swept(['1.0.0'], 1)), '--fail-on-removal');
    expect(sweep(plan).refused).toMatch(/the plan removes 2, which is 1 more than maxRemovals allows/);
    expect(plan.summary.sweptAway).toBe(0);
    expect(code).toBe(0);
  });
});

test('a plan calls nothing that writes', async () => {
  await world.deploy(firmware(['1.0.0']));
  const next = world.synth(firmware(['2.0.0']));
  const calls = await world.callsOf(() => planOf(next));
  expect(calls.length).toBeGreaterThan(5);
  expect(calls.filter(call => !/:(Get|List|Describe|Search|Query|Check)/.test(call))).toEqual([]);
});

test('tables and Markdown say the same', async () => {
  await world.deploy(firmware(['1.0.0']));
  const next = world.synth(firmware(['2.0.0']));
  const { said: tables } = await world.run('plan', '--app', next);
  const { said: markdown } = await world.run('plan', '--app', next, '--markdown');
  for (const text of [tables, markdown]) {
    expect(text).toContain('brake-ecu/2.0.0');
    expect(text).toContain('create, publish');
    expect(text).toContain('1 artifact deleted by the deployment');
  }
});
