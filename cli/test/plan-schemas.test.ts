import { type Stack } from 'aws-cdk-lib';
import { SchemaDefinition, SchemaReference, SchemaVersion, VersionRemoval } from 'cdk-versioned-artifacts';
import { type PlanReport } from '../src/plan/report';
import { World } from './world';

const ORDERS = SchemaReference.fromSchemaName({ registryName: 'vehicles', schemaName: 'orders' });

let world: World;
beforeEach(async () => {
  world = await World.start();
});
afterEach(() => world.stop());

async function planOf(directory: string) {
  const { code, said } = await world.run('plan', '--app', directory, '--json');
  return { code, plan: JSON.parse(said) as PlanReport };
}

const artifacts = ({ stacks }: PlanReport) => stacks.flatMap(stack => stack.artifacts);

const isWrite = (call: string) => !/:(Get|List|Describe|Search|Query|Check)/.test(call);

/** A schema with its first version. */
async function schema(Compatibility: string): Promise<void> {
  await world.aws.call('glue', 'CreateRegistry', { RegistryName: 'vehicles' });
  await world.aws.call('glue', 'CreateSchema', {
    RegistryId: { RegistryName: 'vehicles' },
    SchemaName: 'orders',
    DataFormat: 'AVRO',
    Compatibility,
    SchemaDefinition: JSON.stringify({ type: 'record', name: 'Order', fields: [] }),
  });
}

const registering = (definition: string) => (stack: Stack) =>
  void new SchemaVersion(stack, 'V2', {
    schema: ORDERS,
    definition: SchemaDefinition.fromString(definition),
  });

const WIDER = JSON.stringify({ type: 'record', name: 'Order', fields: [{ name: 'id', type: 'string', default: '' }] });

test.each([
  ['BACKWARD', ['the registry decides on deployment whether it is compatible (BACKWARD)']],
  ['NONE', []],
])('what the registry decides on deployment is said in the table: %s', async (mode, notes) => {
  await schema(mode);
  const app = world.synth(registering(WIDER));
  const { plan, code } = await planOf(app);
  expect(artifacts(plan)).toMatchObject([{ actions: ['create'], notes }]);
  const { said } = await world.run('plan', '--app', app);
  for (const note of notes) expect(said).toContain(note);
  expect(code).toBe(0);
});

test.each([
  ['BACKWARD', '{"type": "recor"}', /not a valid AVRO schema/],
  ['DISABLED', WIDER, /can have no further version, because its compatibility mode is DISABLED/],
])('a version that the registry refuses in any case fails in the plan: %s, %s', async (mode, definition, failure) => {
  await schema(mode);
  const { plan, code } = await planOf(world.synth(registering(definition)));
  expect(artifacts(plan)).toMatchObject([{ failure: expect.stringMatching(failure) }]);
  expect(code).toBe(1);
});

test('versions of a schema are registered, and those that go are deleted', async () => {
  const avro = (...fields: string[]) =>
    SchemaDefinition.fromObject({
      type: 'record',
      name: 'Order',
      fields: fields.map(name => ({ name, type: ['null', 'string'], default: null })),
    });
  await schema('BACKWARD');
  const schemas = (ids: Record<string, string[]>) => (stack: Stack) => {
    for (const [id, fields] of Object.entries(ids))
      new SchemaVersion(stack, id, { schema: ORDERS, definition: avro(...fields), removal: VersionRemoval.DELETE });
  };
  await world.deploy(schemas({ V2: ['id'], V3: ['id', 'price'] }));
  const next = world.synth(schemas({ V3: ['id', 'price'], V4: ['id', 'price', 'note'] }));
  const calls = await world.callsOf(async () => {
    const { plan } = await planOf(next);
    expect(artifacts(plan).map(({ actions, today }) => [actions.join(), today?.number])).toEqual([
      ['unchanged', undefined],
      ['create', undefined],
      ['delete', 2],
    ]);
  });
  expect(calls.filter(isWrite)).toEqual([]);
});
