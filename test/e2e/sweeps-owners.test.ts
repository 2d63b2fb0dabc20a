import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type CfnResource, type IResource, Stack } from 'aws-cdk-lib';
import { LocalAws, type StackOutcome, deployAssembly } from 'cdk-versioned-artifacts-local';
import '../../testing/eager-functions';
import {
  DefaultPackageVersion,
  IotArtifactProvider,
  PackageVersionRetention,
  SchemaDefinition,
  SchemaReference,
  SchemaVersion,
  SchemaVersionRetention,
  SoftwarePackage,
  SoftwarePackageVersion,
} from 'cdk-versioned-artifacts';

let aws: LocalAws;
let directory: string;
beforeEach(async () => {
  aws = await LocalAws.start();
  directory = mkdtempSync(join(tmpdir(), 'owners-'));
});
afterEach(async () => {
  await aws.stop();
  rmSync(directory, { recursive: true });
});

let releases = 0;
async function attempt(stackName: string, declare: (stack: Stack) => unknown): Promise<StackOutcome> {
  const app = new App({ outdir: join(directory, String(++releases)) });
  declare(new Stack(app, stackName));
  const outcome = await deployAssembly(aws, app.synth().directory, stackName);
  await aws.settled();
  return outcome;
}

async function deploy(stackName: string, declare: (stack: Stack) => unknown): Promise<void> {
  expect(await attempt(stackName, declare)).toMatchObject({
    status: expect.stringMatching(/^(CREATE|UPDATE)_COMPLETE$/),
  });
}

/** By a policy of CloudFormation's own, so that no Delete comes and the marks stay. */
function leftByItsStack(artifact: IResource): void {
  (artifact.node.defaultChild as CfnResource).addOverride('DeletionPolicy', 'Retain');
}

const orders = SchemaReference.fromSchemaName({ schemaName: 'orders' });
const definition = (name: string) =>
  SchemaDefinition.fromObject({
    type: 'record',
    name: 'Order',
    fields: [{ name, type: ['null', 'int'], default: null }],
  });

const families: Record<
  string,
  { held: string; left: () => string[]; owner(stack: Stack): IResource; sweep(stack: Stack): void }
> = {
  'of a package': {
    held: '2.0.0',
    left: () => Object.keys(aws.iot.describe('brake-ecu')!.versions),
    owner: stack =>
      SoftwarePackage.fromPackageName(stack, 'Firmware', 'brake-ecu').addVersion('V', { versionName: '2.0.0' }),
    sweep: stack => {
      const softwarePackage = SoftwarePackage.fromPackageName(stack, 'Firmware', 'brake-ecu');
      new PackageVersionRetention(stack, 'Keep', { softwarePackage, rules: { keepLatest: 1 }, requestsPerSecond: 200 });
    },
  },
  'of a schema': {
    held: '3',
    left: () =>
      Object.entries(aws.glue.describe('orders')!.versions)
        .filter(([, { status }]) => status !== 'DELETING')
        .map(([number]) => number),
    owner: stack => new SchemaVersion(stack, 'V', { schema: orders, definition: definition('held') }),
    sweep: stack => {
      new SchemaVersionRetention(stack, 'Keep', { schema: orders, rules: { keepLatest: 1 }, requestsPerSecond: 200 });
    },
  },
};

const logGroups = async () => (await aws.call('logs', 'DescribeLogGroups', {})).logGroups as unknown[];

test('a stack that was destroyed is deployed again beside the log groups that it has left', async () => {
  await aws.iot.createPackage('brake-ecu');
  await deploy('Sweeper', families['of a package'].sweep);
  await aws.cloudFormation.destroy('Sweeper');
  const left = (await logGroups()).length;

  await deploy('Sweeper', families['of a package'].sweep);
  expect(left).toBeGreaterThan(0);
  expect(await logGroups()).toHaveLength(2 * left);
});

test('sweeps that were taken out are put in again beside the log group that they have left', async () => {
  await aws.iot.createPackage('brake-ecu');
  await deploy('Sweeper', families['of a package'].sweep);
  const before = (await logGroups()).length;
  await deploy('Sweeper', stack => IotArtifactProvider.of(stack));
  expect(await logGroups()).toHaveLength(before);

  await deploy('Sweeper', families['of a package'].sweep);
  expect(await logGroups()).toHaveLength(before + 1);
});

const brakes = (stack: Stack) => SoftwarePackage.fromPackageName(stack, 'Brakes', 'brake-ecu');
type Adoption = { readonly adoptExisting: boolean };
const taken: [string, (stack: Stack, adoption: Adoption) => IResource][] = [
  ['a package', (stack, adoption) => new SoftwarePackage(stack, 'Engine', { packageName: 'engine-ecu', ...adoption })],
  ['a version', (stack, adoption) => brakes(stack).addVersion('V', { versionName: '2.0.0', ...adoption })],
  [
    'a default version',
    (stack, adoption) => {
      const attributes = { softwarePackage: brakes(stack), packageVersionName: '1.0.0' };
      const version = SoftwarePackageVersion.fromPackageVersionAttributes(stack, 'V', attributes);
      return new DefaultPackageVersion(stack, 'Default', { version, ...adoption });
    },
  ],
];

test.each(taken)('%s of a stack that is gone is named as such, and can be adopted', async (_what, declare) => {
  await aws.iot.createPackage('brake-ecu');
  await aws.iot.createVersion('brake-ecu', '1.0.0', { status: 'PUBLISHED' });
  const owned = /belongs to stack arn:aws:cloudformation:\S+:stack\/Owner\/[0-9a-f-]+(.*); set adoptExisting/;
  const kept = { adoptExisting: false };
  const refused = async () => (await attempt('Next', stack => declare(stack, kept))).failures.join().match(owned)?.[1];
  await deploy('Owner', stack => leftByItsStack(declare(stack, kept)));
  expect(await refused()).toBe('');

  await aws.cloudFormation.destroy('Owner');
  expect(await refused()).toBe(', which no longer exists');
  await deploy('Next', stack => declare(stack, { adoptExisting: true }));
});

describe.each(Object.entries(families))('a version %s that another stack owns', (_of, { held, left, owner, sweep }) => {
  const add = (name: string) =>
    held === '3'
      ? aws.glue.addVersions('orders', [{ createdAt: new Date(0) }])
      : aws.iot.createVersion('brake-ecu', name);
  beforeEach(async () => {
    await aws.iot.createPackage('brake-ecu');
    await aws.glue.createSchema('orders');
    await add('1.0.0');
    await deploy('Owner', stack => leftByItsStack(owner(stack)));
    await add('3.0.0');
  });

  test('stays as long as that stack exists', async () => {
    await deploy('Sweeper', sweep);
    expect(left()).toContain(held);
  });

  test('goes when that stack has gone, by the permissions of the role', async () => {
    expect(await aws.cloudFormation.destroy('Owner')).toMatchObject({ status: 'DELETE_COMPLETE' });
    expect(left()).toContain(held);

    await deploy('Sweeper', sweep);
    expect(left()).not.toContain(held);
    expect(aws.calls.filter({ service: 'cloudformation' }).filter(({ status }) => status === 403)).toEqual([]);
  });
});
