import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { CfnRegistry, CfnSchema, CfnSchemaVersion } from 'aws-cdk-lib/aws-glue';
import {
  SchemaDefinition,
  SchemaReference,
  SchemaVersion,
  type SchemaVersionProps,
  SchemaVersionRetention,
  VersionRemoval,
} from 'cdk-versioned-artifacts';
import { OWNER_KEY } from '../../contract/ownership';
import { sampled } from '../../testing/sample';
import { Fleet } from './fleet';

const FIELDS = [
  { name: 'id', type: 'string' },
  { name: 'note', type: ['null', 'string'], default: null },
  { name: 'place', type: ['null', 'string'], default: null },
];
/** What an order has in a release: one field more each time. */
const order = (release: number, doc?: string) => ({
  type: 'record',
  name: 'Order',
  ...(doc && { doc }),
  fields: FIELDS.slice(0, release),
});
const INCOMPATIBLE = { type: 'record', name: 'Order', fields: [{ name: 'id', type: 'int' }] };

let fleet: Fleet;
beforeEach(async () => {
  fleet = await Fleet.start('Orders');
});
afterEach(() => fleet.stop());

/** A schema of the stack's own. */
function schema(stack: Stack, name = 'orders'): SchemaReference {
  const registry =
    (stack.node.tryFindChild('Registry') as CfnRegistry) ?? new CfnRegistry(stack, 'Registry', { name: 'events' });
  const cfnSchema = new CfnSchema(stack, `Schema-${name}`, {
    name,
    registry: { arn: registry.attrArn },
    dataFormat: 'AVRO',
    compatibility: 'BACKWARD',
    schemaDefinition: JSON.stringify(order(1)),
  });
  return SchemaReference.fromCfnSchema(cfnSchema);
}
const version = (stack: Stack, props: Partial<SchemaVersionProps> & { id?: string; of?: object } = {}) => {
  const { id = 'V', of = order(2), ...rest } = props;
  const definition = SchemaDefinition.fromObject({ ...of });
  return new SchemaVersion(stack, id, { schema: rest.schema ?? schema(stack), definition, ...rest });
};
const imported = () => SchemaReference.fromSchemaName({ registryName: 'events', schemaName: 'orders' });
const { DELETE, RETAIN } = VersionRemoval;

const held = (name = 'orders') => fleet.aws.glue.describe(name, 'events');
const numbers = () => Object.keys(held()?.versions ?? {}).map(Number);
const ownerOf = (number: number) => held()?.versions[number]?.metadata[OWNER_KEY]?.join() ?? '';
const foreign = () =>
  fleet.aws.glue.createSchema('orders', {
    registryName: 'events',
    Compatibility: 'BACKWARD',
    SchemaDefinition: JSON.stringify(order(1)),
  });

describe('releases, one after the other', () => {
  test('each registers its definition; the versions before it stay for who still reads with them', async () => {
    for (const release of [2, 3]) {
      const outcome = await fleet.deploy(stack => void version(stack, { of: order(release) }));
      expect(outcome.status).toMatch(/^(CREATE|UPDATE)_COMPLETE$/);
    }
    expect(numbers()).toEqual([1, 2, 3]);
    expect(ownerOf(2)).toMatch(/^2\.released=/);
    expect(ownerOf(3)).toMatch(/^1\.owner=.*\.stack=Orders\//);
    expect(await fleet.destroy()).toMatchObject({ status: 'DELETE_COMPLETE' });
    expect(fleet.aws.glue.registries).toEqual([]);
  });

  test('versions that are declared together have numbers in the order of their constructs', async () => {
    await fleet.deploy(stack => {
      const orders = schema(stack);
      for (const release of [2, 3]) version(stack, { id: `V${release}`, of: order(release), schema: orders });
    });
    expect(held()?.versions[3]?.definition).toContain('place');
  });

  test('attributes name the version', async () => {
    const outcome = await fleet.deploy(stack => {
      const { versionId, versionNumber } = version(stack);
      stack.exportValue(versionId, { name: 'Id' });
      stack.exportValue(versionNumber, { name: 'Number' });
    });
    expect(outcome).toMatchObject({ status: 'CREATE_COMPLETE' });
    const outputs = JSON.stringify(fleet.aws.cloudFormation.describe('Orders'));
    expect(outputs).toContain(held()?.versions[2]?.versionId);
  });

  test('a definition above 16 KB travels as an asset', async () => {
    const doc = 'x'.repeat(20_000);
    expect(await fleet.deploy(stack => void version(stack, { of: order(2, doc) }))).toMatchObject({
      status: 'CREATE_COMPLETE',
    });
    expect(held()?.versions[2]?.definition).toContain(doc);
    // the rollback of the next release reads the old asset, of which the restored policy knows again.
    const next = await fleet.deploy(stack => void version(stack, { of: order(3, doc) }), { fails: true });
    expect(next).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
    // what was available outlives the rollback, nobody's.
    expect(numbers()).toEqual([1, 2, 3]);
    expect(ownerOf(3)).toContain('released=');
  });
});

describe('a version of AWS’s own type', () => {
  const isNative = (stack: Stack) =>
    new CfnSchemaVersion(stack, 'Native', {
      schema: { registryName: 'events', schemaName: 'orders' },
      schemaDefinition: JSON.stringify(order(2)),
    });
  const isOurs = (props: Parameters<typeof version>[1]) => (stack: Stack) =>
    void version(stack, { schema: imported(), ...props });
  beforeEach(async () => {
    await foreign();
    await fleet.deploy(stack => void isNative(stack));
  });

  test.each([{}, { adoptExisting: true }])('is not given up to this one in one deployment, with %j', async props => {
    const outcome = await fleet.deploy(isOurs(props));
    expect(outcome.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(outcome.failures.join()).toContain('first retain it there');
    expect(held()?.versions[2]).toMatchObject({ status: 'AVAILABLE', metadata: {} });
  });

  test('that was retained and has left the stack is adopted', async () => {
    await fleet.deploy(stack => isNative(stack).applyRemovalPolicy(RemovalPolicy.RETAIN));
    await fleet.deploy(() => {});
    expect(await fleet.deploy(isOurs({ adoptExisting: true }))).toMatchObject({ status: 'UPDATE_COMPLETE' });
    expect(ownerOf(2)).toContain('stack=Orders/');
  });

  test('goes where the next definition replaces it', async () => {
    expect(await fleet.deploy(isOurs({ of: order(3) }))).toMatchObject({ status: 'UPDATE_COMPLETE' });
    expect(numbers()).toEqual([1, 3]);
  });
});

describe('a release that is not compatible', () => {
  test('fails with the mode and the difference, rolls back, and poisons nothing', async () => {
    await fleet.deploy(stack => void version(stack));
    const before = held();
    const outcome = await fleet.deploy(stack => void version(stack, { of: INCOMPATIBLE }));
    expect(outcome.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(outcome.failures.join()).toMatch(
      /not compatible with schema orders in registry events, whose compatibility mode is BACKWARD.*Difference to the latest version: \[\{"op":/,
    );
    expect(held()).toEqual(before);
    expect(await fleet.deploy(stack => void version(stack, { of: order(3) }))).toMatchObject({
      status: 'UPDATE_COMPLETE',
    });
  });

  test('as the first deployment leaves nothing, and can be repeated', async () => {
    expect(await fleet.deploy(stack => void version(stack, { of: INCOMPATIBLE }))).toMatchObject({
      status: 'ROLLBACK_COMPLETE',
    });
    expect(fleet.aws.glue.registries).toEqual([]);
    expect(await fleet.deploy(stack => void version(stack))).toMatchObject({ status: 'CREATE_COMPLETE' });
  });
});

describe('a PROTOBUF release that is not compatible', () => {
  const message = (fields: string) => `syntax = "proto3";\nmessage Order { ${fields} }`;
  const deploy = (fields: string) =>
    fleet.deploy(stack => {
      const of = new CfnSchema(stack, 'Schema', {
        name: 'orders',
        dataFormat: 'PROTOBUF',
        compatibility: 'FULL',
        schemaDefinition: message('string id = 1;'),
      });
      const definition = SchemaDefinition.fromString(message(fields));
      new SchemaVersion(stack, 'V', { schema: SchemaReference.fromCfnSchema(of), definition });
    });
  const orders = () => fleet.aws.glue.describe('orders');

  test('fails with the mode, rolls back, and poisons nothing', async () => {
    await deploy('string id = 1; int32 count = 2;');
    const before = orders();
    const outcome = await deploy('string id = 1; string count = 2;');
    expect(outcome.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(outcome.failures.join()).toMatch(/not compatible with schema orders .*whose compatibility mode is FULL/);
    expect(orders()).toEqual(before);
    expect(await deploy('string id = 1; int64 count = 2;')).toMatchObject({ status: 'UPDATE_COMPLETE' });
  });
});

describe('a release that fails for another reason', () => {
  test.each([
    [DELETE, 'takes its version back'],
    [RETAIN, 'leaves its version to nobody'],
  ])('under %s %s', async removal => {
    await fleet.deploy(stack => void version(stack, { removal }));
    const before = held();
    expect(await fleet.deploy(stack => void version(stack, { of: order(3), removal }), { fails: true })).toMatchObject({
      status: 'UPDATE_ROLLBACK_COMPLETE',
    });
    const { 3: made, ...versions } = held()!.versions;
    expect(versions).toEqual(before?.versions);
    expect(made && ownerOf(3)).toEqual(removal === RETAIN ? expect.stringContaining('released=') : undefined);
  });

  test('as the first deployment leaves its version in somebody else’s schema, and has it again when repeated', async () => {
    await foreign();
    const release = (stack: Stack) => void version(stack, { schema: imported() });
    expect(await fleet.deploy(release, { fails: true })).toMatchObject({ status: 'ROLLBACK_COMPLETE' });
    expect(ownerOf(2)).toContain('released=');
    expect(await fleet.deploy(release)).toMatchObject({ status: 'CREATE_COMPLETE' });
    expect(ownerOf(2)).toContain('owner=');
  });

  test('takes the version of a schema back that the restored policy does not know', async () => {
    await foreign();
    await fleet.deploy(stack => void version(stack, { schema: SchemaReference.fromCfnSchema(other(stack)) }));
    const both = (stack: Stack) => {
      version(stack, { schema: SchemaReference.fromCfnSchema(other(stack)) });
      version(stack, { id: 'W', schema: imported(), removal: DELETE });
    };
    expect(await fleet.deploy(both, { fails: true })).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
    expect(numbers()).toEqual([1]);
  });

  const other = (stack: Stack) =>
    new CfnSchema(stack, 'Other', {
      name: 'others',
      dataFormat: 'AVRO',
      compatibility: 'NONE',
      schemaDefinition: JSON.stringify(order(1)),
    });
});

describe('a construct that is renamed', () => {
  const release = (id: string) => (stack: Stack) => void version(stack, { id, removal: DELETE });

  test('keeps its version', async () => {
    await fleet.deploy(release('Old'));
    const id = held()?.versions[2]?.versionId;
    expect(await fleet.deploy(release('New'))).toMatchObject({ status: 'UPDATE_COMPLETE' });
    expect(held()?.versions[2]?.versionId).toBe(id);
    expect(ownerOf(2)).not.toContain('former');
  });

  test('gives it back when the deployment fails', async () => {
    await fleet.deploy(release('Old'));
    expect(await fleet.deploy(release('New'), { fails: true })).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
    expect(numbers()).toEqual([1, 2]);
    await fleet.deploy(stack => void schema(stack));
    expect(numbers()).toEqual([1]);
  });
});

describe('a version that leaves the template', () => {
  test.each<[VersionRemoval, number[]]>([
    [RETAIN, [1, 2]],
    [DELETE, [1]],
  ])('under %s', async (removal, left) => {
    await foreign();
    await fleet.deploy(stack => void version(stack, { schema: imported(), removal }));
    expect(await fleet.destroy()).toMatchObject({ status: 'DELETE_COMPLETE' });
    expect(numbers()).toEqual(left);
  });

  test('with its schema’s name is still let go by the updated policy', async () => {
    await foreign();
    await fleet.aws.glue.createSchema('returns', { registryName: 'events' });
    const returns = () => SchemaReference.fromSchemaName({ registryName: 'events', schemaName: 'returns' });
    await fleet.deploy(stack => void version(stack, { schema: imported(), removal: DELETE }));
    await fleet.deploy(stack => void version(stack, { schema: returns(), removal: DELETE }));
    expect(numbers()).toEqual([1]);
    expect(fleet.log).not.toContain('not authorized');
  });

  test('and is the only one of a stack that keeps a retention is let go, also when its first deployment fails', async () => {
    await foreign();
    const release = (versions: number) => (stack: Stack) => {
      if (versions > 0) version(stack, { schema: imported() });
      new SchemaVersionRetention(stack, 'Keep', { schema: imported(), rules: { keepLatest: 5 } });
    };
    await fleet.deploy(release(0));
    expect(await fleet.deploy(release(1), { fails: true })).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
    expect(ownerOf(2)).toContain('released=');
    await fleet.deploy(release(1));
    expect(ownerOf(2)).toContain('owner=');
    expect(await fleet.deploy(release(0))).toMatchObject({ status: 'UPDATE_COMPLETE', failures: [] });
    expect(numbers()).toEqual([1, 2]);
    expect(ownerOf(2)).not.toContain('owner=');
  });

  test('and is the checkpoint by now fails the deletion, and says what to do', async () => {
    await foreign();
    await fleet.deploy(stack => void version(stack, { schema: imported(), removal: DELETE }));
    const SchemaId = { RegistryName: 'events', SchemaName: 'orders' };
    await fleet.aws.glue.byHand('UpdateSchema', { SchemaId, SchemaVersionNumber: { VersionNumber: 2 } });
    const outcome = await fleet.destroy();
    expect(outcome.status).toBe('DELETE_FAILED');
    expect(outcome.failures.join()).toMatch(
      /version 2 of schema orders in registry events is the checkpoint.*move the checkpoint/,
    );
  });
});

describe('a function that is killed', () => {
  const moments = [
    ['GetSchemaByDefinition', 'after', [1]],
    ['RegisterSchemaVersion', 'before', [1]],
    // nothing proves then that it was not a producer who has registered the definition meanwhile: it stays.
    ['RegisterSchemaVersion', 'after', [1, 2]],
    ['PutSchemaVersionMetadata', 'before', [1, 2]],
    ['PutSchemaVersionMetadata', 'after', [1]],
  ] as const;
  test.each(sampled(moments, 3))(
    'at %s (%s it took effect) is run again, and what is proven to be its version goes with the stack',
    async (operation, kill, left) => {
      await foreign();
      const fault = fleet.aws.faults.inject({ service: 'glue', operation, trouble: { kill } });
      const release = (stack: Stack) => void version(stack, { schema: imported(), removal: DELETE });
      expect(await fleet.deploy(release)).toMatchObject({ status: 'CREATE_COMPLETE' });
      expect(fault.hits).toBe(1);
      expect(numbers()).toEqual([1, 2]);
      expect(await fleet.destroy()).toMatchObject({ status: 'DELETE_COMPLETE' });
      expect(numbers()).toEqual(left);
    },
  );
});

test('a whole life needs every permission of the role, and no other', async () => {
  await foreign();
  const big = order(2, 'x'.repeat(20_000));
  const life = (of: object, removal: VersionRemoval) => (stack: Stack) =>
    void version(stack, { schema: imported(), of, removal });
  await fleet.deploy(life(big, RETAIN));
  await fleet.deploy(life(INCOMPATIBLE, RETAIN));
  await fleet.deploy(life({ type: 'recrod' }, RETAIN));
  const SchemaId = { RegistryName: 'events', SchemaName: 'orders' };
  const ofProducer = order(2, 'of a producer');
  await fleet.aws.glue.byHand('RegisterSchemaVersion', { SchemaId, SchemaDefinition: JSON.stringify(ofProducer) });
  await fleet.deploy(life(ofProducer, RETAIN));
  // which of the two AWS asks for is not documented.
  fleet.aws.glue.behavior.versionByIdNeeds = 'its-arns';
  await fleet.deploy(life(order(3, 'x'.repeat(20_000)), DELETE));
  await fleet.deploy(life(order(4), RETAIN));
  const [{ Arn }] = [...fleet.aws.iam.roles.values()];
  expect(await fleet.destroy()).toMatchObject({ status: 'DELETE_COMPLETE' });
  const calls = fleet.aws.calls.filter({ principal: Arn as `arn:${string}` });
  expect(calls.filter(({ status }) => status === 403)).toEqual([]);
  expect(fleet.aws.iam.unusedStatements(Arn)).toEqual([]);
});
