import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CfnParameter, Fn, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { PackageVersionStatus, SoftwarePackage, SweepTrigger, VersionRemoval } from 'cdk-versioned-artifacts';
import { type ArtifactReport, type PlanReport, type SweepReport } from '../src/plan/report';
import { firmware, retained, seed, versionsIn } from './firmware';
import { World } from './world';

const { PUBLISHED } = PackageVersionStatus;

let world: World;
beforeEach(async () => {
  world = await World.start();
});
afterEach(() => world.stop());

const planOf = (directory: string, ...args: string[]) => world.plan(directory, ...args);

const isWrite = (call: string) => !/:(Get|List|Describe|Search|Query|Check)/.test(call);

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
    expect(plan.stacks[0].notes).toEqual([
      expect.stringMatching(/not deployed in us-east-1 .*: if it should be, set AWS_REGION/),
    ]);
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
    expect(actions(plan)['brake-ecu/1.0.0']).toMatch(/cannot change attributes \(signing\)/);
  });
});

describe('artifacts elsewhere', () => {
  test('that were the last of their stack are of the plan', async () => {
    await world.deploy(stack => {
      new Bucket(stack, 'Other');
      firmware(['1.0.0'])(stack);
    });
    const { plan } = await planOf(world.synth(stack => void new Bucket(stack, 'Other')));
    expect(actions(plan)).toMatchObject({ 'brake-ecu/1.0.0': 'delete' });
  });

  test('that a job deploys stay, and the plan says why', async () => {
    await world.deploy(firmware(['1.0.0']));
    const { iot, region, account } = world.aws;
    iot.devices.add('car-1');
    await iot.byHand('CreateJob', {
      jobId: 'ota',
      targets: [`arn:aws:iot:${region}:${account}:thing/car-1`],
      document: '{}',
      destinationPackageVersions: [`arn:aws:iot:${region}:${account}:package/brake-ecu/version/1.0.0`],
    });
    const { plan } = await planOf(world.synth(firmware(['2.0.0'])));
    expect(artifacts(plan).find(({ name }) => name === 'brake-ecu/1.0.0')).toMatchObject({
      actions: ['give up'],
      notes: [expect.stringMatching(/stays, and belongs to nobody: job ota deploys it/)],
    });
  });

  test('in a stack of another account matter only where they are this library’s', async () => {
    const env = { account: '222222222222', region: 'us-east-1' };
    const { plan } = await planOf(
      world.synth((stack, app) => {
        firmware(['1.0.0'])(stack);
        new Bucket(new Stack(app, 'Elsewhere', { env }), 'Other');
      }),
    );
    expect(plan.stacks.map(({ name }) => name)).toEqual(['Fleet']);
  });

  test('whose construct is renamed are taken over, and the former resource lets them go', async () => {
    const named = (id: string) => (stack: Stack) =>
      void new SoftwarePackage(stack, 'Firmware', { packageName: 'brake-ecu' }).addVersion(id, {
        versionName: '1.0.0',
        removal: VersionRemoval.DELETE,
      });
    await world.deploy(named('Old'));
    const { plan } = await planOf(world.synth(named('New')));
    expect(artifacts(plan).map(({ actions }) => actions.join())).toEqual(['unchanged', 'take over', 'leave']);
    expect(plan.summary.artifactsDeleted).toBe(0);
  });

  test('in nested stacks and stages are of the plan', async () => {
    const nested = (versions: readonly string[]) => (stack: Stack) =>
      firmware(versions)(new NestedStack(stack, 'Inner'));
    await world.deploy(nested(['1.0.0']));
    const { plan } = await planOf(world.synth(nested(['2.0.0'])));
    expect(plan.stacks.map(({ name }) => name)).toEqual([expect.stringMatching(/^Fleet\/Inner/)]);
    expect(actions(plan)).toMatchObject({ 'brake-ecu/2.0.0': 'create, publish', 'brake-ecu/1.0.0': 'delete' });

    const staged = world.synth((_, app) => firmware(['1.0.0'])(new Stack(new Stage(app, 'Prod'), 'Firmware')), 'Empty');
    const { plan: ofStage } = await planOf(staged);
    expect(ofStage.stacks.map(({ name }) => name)).toEqual(['Prod/Firmware']);
  });

  test('whose nested stack goes are let go with it', async () => {
    await world.deploy(stack => {
      new Bucket(stack, 'Other');
      firmware(['1.0.0'])(new NestedStack(stack, 'Inner'));
    });
    const { plan } = await planOf(
      world.synth(stack => void new Bucket(stack, 'Other')),
      'Fleet',
    );
    expect(actions(plan)).toMatchObject({ 'brake-ecu/1.0.0': 'delete' });
  });

  test('whose name only the deployment tells are unknown', async () => {
    const { plan, code } = await planOf(
      world.synth(stack => {
        const bucket = new Bucket(stack, 'Bucket');
        const softwarePackage = SoftwarePackage.fromPackageName(stack, 'P', Fn.select(0, [bucket.bucketName]));
        softwarePackage.addVersion('V', { versionName: '1.0.0' });
      }),
    );
    expect(artifacts(plan)[0].unknown).toMatch(/the id of Bucket\w+ is not known before it is made/);
    expect(code).toBe(1);
  });

  test('whose name another resource tells are unchanged where nothing changes', async () => {
    const named = (description: string) => (stack: Stack) => {
      const bucket = new Bucket(stack, 'Bucket');
      const packageName = Fn.select(0, Fn.split(':', bucket.bucketDomainName));
      new SoftwarePackage(stack, 'P', { packageName, description });
    };
    await world.deploy(named('one'));
    const [name] = world.aws.iot.packages;
    const { plan } = await planOf(world.synth(named('one')));
    expect(actions(plan)).toEqual({ [name]: 'unchanged' });
    const { plan: changed } = await planOf(world.synth(named('two')));
    expect(artifacts(changed)[0]).toMatchObject({ name, unknown: expect.stringContaining('DomainName') });
  });

  test('are named by the values of parameters', async () => {
    const { plan } = await planOf(
      world.synth(stack => {
        const name = new CfnParameter(stack, 'Name', { default: 'from-parameter' });
        new SoftwarePackage(stack, 'P', { packageName: name.valueAsString });
      }),
    );
    expect(actions(plan)).toEqual({ 'from-parameter': 'create' });
  });
});

describe('sweeps', () => {
  const decisions = (plan: PlanReport) =>
    sweep(plan).candidates.map(({ name, decision, reason }) => `${name} ${decision} ${reason}`);

  test('decide about what there is after the deployment, the newest first, as the run then does', async () => {
    await world.deploy(firmware(['1.0.0']));
    await seed(world, '0.1.0', '0.2.0', '0.3.0');
    const { plan, code } = await planOf(world.synth(retained(['1.0.0', '2.0.0'])), '--fail-on-removal');
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

    await world.deploy(retained(['1.0.0', '2.0.0']));
    const [machine] = world.aws.stepFunctions.stateMachines.keys();
    await world.aws.call('states', 'StartExecution', { stateMachineArn: machine, input: '{}' });
    await world.aws.settled();
    expect(versionsIn(world)).toEqual(['1.0.0', '2.0.0']);
  });

  test('that maxRemovals refuses remove nothing', async () => {
    await world.deploy(firmware(['1.0.0']));
    await seed(world, '0.1.0', '0.2.0', '0.3.0');
    const { plan, code } = await planOf(
      world.synth(retained(['1.0.0'], { rules: { keepLatest: 2, maxRemovals: 1 } })),
      '--fail-on-removal',
    );
    expect(sweep(plan).refused).toMatch(/the plan removes 2, which is 1 more than maxRemovals allows/);
    expect(plan.summary.sweptAway).toBe(0);
    expect(code).toBe(0);
  });
});

test('a sweep that only runs at the end of its stack takes nothing by a deployment', async () => {
  await world.deploy(firmware(['1.0.0']));
  await seed(world, '0.1.0', '0.2.0', '0.3.0');
  const { plan, code } = await planOf(
    world.synth(retained(['1.0.0'], { triggers: [SweepTrigger.onDestroy()] })),
    '--fail-on-removal',
  );
  expect(sweep(plan)).toMatchObject({ triggers: ['on destroy'], removed: 2 });
  expect(code).toBe(0);
});

test('a sweep of a kind that this version does not know says so', async () => {
  const config = { name: 'Fleet/Old', type: 'Custom::IoTOldRetention', rules: {}, requestsPerSecond: 8 };
  const Parameters = { Payload: { config, stackId: 'arn:aws:cloudformation:us-east-1:111111111111:stack/Fleet/1' } };
  const { plan, code } = await planOf(
    world.synth(
      stack =>
        void new CfnStateMachine(stack, 'Old', {
          roleArn: 'arn:aws:iam::111111111111:role/any',
          definitionString: JSON.stringify({ StartAt: 'Begin', States: { Begin: { Type: 'Pass', Parameters } } }),
        }),
    ),
  );
  expect(sweep(plan).unknown).toMatch(
    /unknown kind of sweep "Custom::IoTOldRetention".*a version of the library that has this kind/,
  );
  expect(code).toBe(1);
});

test('each field of the JSON is in the guide', async () => {
  await world.deploy(firmware(['1.0.0']));
  await seed(world, '0.1.0');
  const { plan } = await planOf(world.synth(retained(['2.0.0'])));
  const guide = readFileSync(join(__dirname, '..', '..', 'docs', 'command-line.md'), 'utf8');
  const names = new Set<string>();
  const collect = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, part] of Object.entries(value)) {
      if (!Array.isArray(value)) names.add(name);
      // what is counted there is a reason.
      if (name !== 'byReason') collect(part);
    }
  };
  collect(plan);
  expect([...names].filter(name => !new RegExp(`\\b${name}\\b`).test(guide))).toEqual([]);
});

test('what cannot be planned says what to do', async () => {
  const directory = world.synth(firmware(['1.0.0']));
  expect((await world.run('plan', '--app', '/nowhere')).noted).toMatch(/no manifest.json. Run npx cdk synth first/);
  expect((await world.run('plan', 'Other', '--app', directory)).noted).toMatch(
    /the app has no stack Other: it has Fleet/,
  );
  const elsewhere = world.synth((_, app) => {
    firmware(['1.0.0'])(new Stack(app, 'Elsewhere', { env: { account: '222222222222', region: 'us-east-1' } }));
  });
  expect((await world.run('plan', 'Elsewhere', '--app', elsewhere)).noted).toMatch(
    /is for account 222222222222, and the credentials are of 111111111111: set AWS_PROFILE/,
  );
});

test('a plan calls nothing that writes', async () => {
  await world.deploy(firmware(['1.0.0']));
  const next = world.synth(firmware(['2.0.0']));
  const calls = await world.callsOf(() => planOf(next));
  expect(calls.length).toBeGreaterThan(5);
  expect(calls.filter(isWrite)).toEqual([]);
});

test('a plan is printed in one form', async () => {
  const next = world.synth(firmware(['1.0.0']));
  const { code, said } = await world.run('plan', '--app', next, '--json', '--markdown');
  expect({ code, said }).toEqual({ code: 1, said: '' });
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
