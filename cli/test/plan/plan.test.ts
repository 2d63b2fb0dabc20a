import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SweepConfig } from '../../../contract/sweep';
import { type SynthesizedStack } from '../../src/assembly/assembly';
import { type Template } from '../../src/assembly/template';
import { Account, type Accounts } from '../../src/aws/account';
import { actionOf, planOf, selectStacks } from '../../src/plan/plan';
import { LocalAccount } from '../account';
import { resources, synthesized } from './stacks';

const RETENTION = 'Custom::IoTPackageVersionRetention';

const stack = (id: string, template: Template = {}, more: Partial<SynthesizedStack> = {}): SynthesizedStack => ({
  ...synthesized(template),
  id,
  stackName: id.replace('/', '-'),
  ...more,
});

describe('the stacks that are spoken of', () => {
  const all = [stack('Prod/Fleet'), stack('Prod/Other'), stack('Test/Fleet')];
  const selected = (...patterns: string[]) => selectStacks(all, patterns).map(({ id }) => id);

  test('are all, unless some are named by their ids or names, each once', () => {
    expect(selected()).toEqual(['Prod/Fleet', 'Prod/Other', 'Test/Fleet']);
    expect(selected('Prod/Other')).toEqual(['Prod/Other']);
    expect(selected('Test-Fleet', 'Prod/*')).toEqual(['Test/Fleet', 'Prod/Fleet', 'Prod/Other']);
    expect(selected('*', 'Prod-Fleet')).toEqual(['Prod/Fleet', 'Prod/Other', 'Test/Fleet']);
  });

  test('must be there', () => {
    expect(() => selected('Prod/*', 'Stage/*')).toThrow(
      'the app has no stack Stage/*: it has Prod/Fleet, Prod/Other, Test/Fleet',
    );
    expect(() => selectStacks([], ['Fleet'])).toThrow('the app has no stack Fleet: it has none');
  });
});

test.each([
  [{ action: 'DEPRECATE' }, 'deprecate'],
  [{ action: 'DELETE' }, 'delete'],
  [{}, 'delete'],
  [undefined, 'delete'],
])('a sweep of %j is to %s', (config, expected) => {
  expect(actionOf(config)).toBe(expected);
});

describe('the plan', () => {
  let world: LocalAccount;
  const regions: (string | undefined)[] = [];
  let accounts: Accounts;
  beforeEach(async () => {
    world = await LocalAccount.start();
    const account = await Account.signIn();
    regions.length = 0;
    const find = async (region?: string) => {
      regions.push(region);
      return account;
    };
    accounts = { in: find } as Accounts;
  });
  afterEach(() => world.stop());

  const firmware = (PackageName: unknown = 'brake-ecu') =>
    resources({ P: { Type: 'Custom::IoTSoftwarePackage', Properties: { PackageName } } });

  const config = (more: object = {}): SweepConfig & { type: string } => ({
    name: 'Fleet/Keep',
    type: RETENTION,
    rules: {},
    requestsPerSecond: 200,
    ...more,
  });

  /** A sweep that a schedule starts. */
  const sweep = (given: object, path?: string) =>
    resources({
      Machine: {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: {
          DefinitionString: {
            'Fn::Join': ['', [JSON.stringify({ States: { Begin: { Parameters: { Payload: { config: given } } } } })]],
          },
        },
        ...(path !== undefined && { Metadata: { 'aws:cdk:path': path } }),
      },
      Rule: {
        Type: 'AWS::Events::Rule',
        Properties: { ScheduleExpression: 'rate(1 day)', Targets: [{ Arn: { 'Fn::GetAtt': ['Machine', 'Arn'] } }] },
      },
    });

  test('has the stacks that have something of this library, each in its region', async () => {
    const seen: string[] = [];
    const stacks = [
      stack('A', firmware(), { region: 'us-east-1', account: '111111111111' }),
      stack('B', resources({ Bucket: { Type: 'AWS::S3::Bucket' } })),
      stack('C', sweep(config({ type: 'Custom::IoTOldRetention' }))),
    ];
    const plan = await planOf(stacks, accounts, what => seen.push(what));
    expect(plan.version).toBe(1);
    expect(plan.stacks).toEqual([
      {
        name: 'A',
        stackName: 'A',
        account: '111111111111',
        region: 'us-east-1',
        artifacts: [expect.objectContaining({ name: 'brake-ecu', actions: ['create'], today: { exists: false } })],
        sweeps: [],
        notes: [expect.stringMatching(/not deployed/)],
      },
      expect.objectContaining({ name: 'C', artifacts: [] }),
    ]);
    expect(plan.summary).toEqual({ artifactsDeleted: 0, sweptAway: 0, failures: 0, unknown: 1 });
    expect(regions).toEqual(['us-east-1', undefined, undefined]);
    expect(seen).toEqual(['A', 'B', 'C', 'C: Fleet/Keep']);
  });

  test('goes on from stack to stack of an account', async () => {
    const { stacks } = await planOf([stack('A', firmware()), stack('B', firmware())], accounts);
    expect(stacks[1].artifacts[0].failure).toMatch(/software package brake-ecu/);
  });

  test('of a stack that is deployed has its state', async () => {
    const template = resources({ Topic: { Type: 'AWS::SNS::Topic' } });
    await world.aws.cloudFormation.deploy({ stackName: 'A', template: JSON.stringify(template) });
    const { stacks } = await planOf([stack('A', firmware())], accounts);
    expect(stacks).toMatchObject([{ status: 'CREATE_COMPLETE', notes: [] }]);
  });

  test.each<[string, Template]>([
    ['an artifact', firmware()],
    ['a sweep', sweep(config({ name: 'X' }))],
  ])('refuses a stack of another account that has %s', async (_, template) => {
    const elsewhere = stack('Elsewhere', template, { account: '222222222222' });
    await expect(planOf([elsewhere], accounts)).rejects.toThrow(
      /stack Elsewhere is for account 222222222222, and the credentials are of 111111111111: set AWS_PROFILE/,
    );
  });

  test('refuses a stack of another account that has an artifact in one that is nested', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'plan-'));
    writeFileSync(join(directory, 'inner.json'), JSON.stringify(firmware()));
    const Metadata = { 'aws:asset:path': 'inner.json' };
    const elsewhere = (Type: string) =>
      stack('Elsewhere', resources({ Inner: { Type, Metadata } }), { account: '222222222222', directory });
    try {
      await expect(planOf([elsewhere('AWS::CloudFormation::Stack')], accounts)).rejects.toThrow(/set AWS_PROFILE/);
      expect((await planOf([elsewhere('AWS::Lambda::Function')], accounts)).stacks).toEqual([]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('leaves out what is of another account, and not this library’s', async () => {
    const more = { account: '222222222222' };
    const Inner = { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: 'any' } };
    const seen: string[] = [];
    const stacks = [stack('Empty', {}, more), stack('Other', resources({ Inner }), more), stack('A', firmware())];
    const plan = await planOf(stacks, accounts, what => seen.push(what));
    expect(plan.stacks.map(({ name }) => name)).toEqual(['A']);
    expect(seen).toEqual(['A']);
  });

  test('has what a sweep decides once all is deployed, at a time that goes on', async () => {
    const { iot } = world.aws;
    await iot.createPackage('brake-ecu');
    await iot.createVersion('brake-ecu', '1.0.0', { status: 'PUBLISHED' });
    const given = config({ packageName: 'brake-ecu', action: 'DELETE', rules: { keepLatest: 1 } });
    const version = {
      Type: 'Custom::IoTSoftwarePackageVersion',
      Properties: { PackageName: 'brake-ecu', VersionName: '2.0.0' },
    };
    const template = resources({ V: version, ...sweep(given, 'A/Keep/StateMachine/Resource').Resources });
    const { stacks } = await planOf([stack('A', template)], accounts);
    expect(stacks[0].sweeps).toEqual([
      {
        name: 'Fleet/Keep',
        type: RETENTION,
        logicalId: 'Machine',
        path: 'A/Keep',
        triggers: ['rate(1 day)'],
        action: 'delete',
        dryRun: false,
        candidates: [
          expect.objectContaining({ name: '2.0.0', decision: 'keep' }),
          expect.objectContaining({ name: '1.0.0', decision: 'remove', reason: 'BEYOND_LATEST' }),
        ],
        removed: 1,
        kept: 1,
        byReason: expect.objectContaining({ BEYOND_LATEST: 1 }),
        notes: [],
      },
    ]);
    expect(Object.keys(iot.describe('brake-ecu')!.versions)).toEqual(['1.0.0']);
  });

  test('says of a sweep that runs dry that it does', async () => {
    const { stacks } = await planOf([stack('A', sweep(config({ rules: { dryRun: true } })))], accounts);
    expect(stacks[0].sweeps).toMatchObject([{ dryRun: true }]);
    expect(stacks[0].sweeps[0]).not.toHaveProperty('path');
  });

  test('says of a sweep of which a part is not known why', async () => {
    const text = JSON.stringify({
      States: { Begin: { Parameters: { Payload: { config: config({ packageName: 'X!' }) } } } },
    });
    const [before, after] = text.split('X!');
    const machine = {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: { DefinitionString: { 'Fn::Join': ['', [before, { Ref: 'Bucket' }, after]] } },
    };
    const { stacks, summary } = await planOf([stack('A', resources({ Machine: machine }))], accounts);
    expect(stacks[0].sweeps).toEqual([
      {
        name: 'Fleet/Keep',
        type: RETENTION,
        logicalId: 'Machine',
        triggers: [],
        action: 'delete',
        candidates: [],
        removed: 0,
        kept: 0,
        byReason: {},
        dryRun: false,
        unknown: 'the id of Bucket is not known before it is made',
        notes: [],
      },
    ]);
    expect(summary.unknown).toBe(1);
  });
});
