/** What each operation asks of AWS: the fewest calls that keep the guards. */
import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import {
  DefaultPackageVersion,
  PackageVersionStatus,
  SchemaDefinition,
  SchemaReference,
  SchemaVersion,
  type SchemaVersionProps,
  SoftwarePackage,
  VersionRemoval,
} from 'cdk-versioned-artifacts';
import { Fleet } from './fleet';

let fleet: Fleet;
beforeEach(async () => {
  fleet = await Fleet.start('Fleet');
});
afterEach(() => fleet.stop());

/** The calls of the provider's function during a deployment. */
async function callsOf(work: () => Promise<{ readonly status: string }>): Promise<string[]> {
  fleet.aws.calls.clear();
  expect((await work()).status).toMatch(/^(CREATE|UPDATE|DELETE)_COMPLETE$/);
  await fleet.aws.settled();
  return fleet.aws.calls
    .filter({ principal: 'role' })
    .filter(({ service }) => !['logs', 's3', 'sts'].includes(service))
    .map(({ operation }) => operation);
}

describe('a schema version', () => {
  const release =
    (fields: number, props: Partial<SchemaVersionProps> = {}) =>
    (stack: Stack) => {
      const schema = SchemaReference.fromSchemaName({ registryName: 'default-registry', schemaName: 'orders' });
      const definition = SchemaDefinition.fromObject({
        type: 'record',
        name: 'Order',
        fields: Array.from({ length: fields }, (_, index) => ({ name: `f${index}`, type: 'int', default: 0 })),
      });
      new SchemaVersion(stack, 'V', { schema, definition, removal: VersionRemoval.DELETE, ...props });
    };
  beforeEach(async () => {
    await fleet.aws.glue.createSchema('orders', {
      Compatibility: 'BACKWARD',
      SchemaDefinition: '{"type":"record","name":"Order","fields":[]}',
    });
  });

  test('is registered after a look whether it is there, and claimed by a record that is read again', async () => {
    expect(await callsOf(() => fleet.deploy(release(1)))).toEqual([
      'GetSchemaByDefinition',
      'RegisterSchemaVersion',
      'PutSchemaVersionMetadata',
      // somebody else may have registered the same at once,
      'QuerySchemaVersionMetadata',
      // and the creation may have been cancelled.
      'DescribeStackResource',
    ]);
  });

  test('that does not change is read, and its record', async () => {
    await fleet.deploy(release(1));
    const calls = await callsOf(() => fleet.deploy(release(1, { salt: '1' })));
    // CloudFormation is asked as well where the claim is of the same second.
    expect(calls.filter(operation => !operation.startsWith('Describe'))).toEqual([
      'GetSchemaVersion',
      'QuerySchemaVersionMetadata',
    ]);
  });

  test('is deleted where it is owned and its Delete is current, and looked for until it is gone', async () => {
    await fleet.deploy(release(1));
    expect(await callsOf(() => fleet.destroy())).toEqual([
      'GetSchemaVersion',
      'QuerySchemaVersionMetadata',
      'DescribeStackResource',
      'DeleteSchemaVersions',
      'GetSchemaVersion',
    ]);
  });
});

describe('a software package', () => {
  const PACKAGE = { packageName: 'brake-ecu' };

  test('gets a draft with one call, and one question whether the creation is current', async () => {
    await fleet.deploy(stack => void new SoftwarePackage(stack, 'Package', PACKAGE));
    const draft = (stack: Stack) =>
      void new SoftwarePackage(stack, 'Package', PACKAGE).addVersion('V', { versionName: '1.0.0' });
    expect(await callsOf(() => fleet.deploy(draft))).toEqual(['CreatePackageVersion', 'DescribeStackResource']);
  });

  test.each([
    ['what jobs deploy is looked for', true],
    ['no job is asked for', false],
  ])('goes with two versions and the default: %s', async (_, protectInActiveJobs) => {
    const props = { status: PackageVersionStatus.PUBLISHED, removal: VersionRemoval.DELETE, protectInActiveJobs };
    await fleet.deploy(stack => {
      const firmware = new SoftwarePackage(stack, 'Package', { ...PACKAGE, removalPolicy: RemovalPolicy.DESTROY });
      const [version] = ['1.0.0', '2.0.0'].map(versionName =>
        firmware.addVersion(versionName, { versionName, ...props }),
      );
      new DefaultPackageVersion(stack, 'Default', { version });
    });
    const calls = await callsOf(() => fleet.destroy());
    const of = (...operations: string[]) => calls.filter(operation => operations.includes(operation)).length;
    // twice two states, the third, and the canceled ones, for each version.
    expect(of('ListJobs')).toBe(protectInActiveJobs ? 8 : 0);
    expect(of('DeletePackageVersion', 'DeletePackage', 'UpdatePackage')).toBe(4);
    expect(calls.filter(operation => !/^(Describe|ListJobs)/.test(operation)).length).toBeLessThanOrEqual(17);
  });
});
