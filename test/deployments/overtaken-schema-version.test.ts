/**
 * K1, K6: a call of a canceled Update of a schema version takes effect when the rollback is over. The event notices
 * that, and the metadata of every version are as the rollback has left them.
 */
import { isDeepStrictEqual } from 'node:util';
import { SchemaResourceType } from '../../contract/glue';
import { OWNER_KEY } from '../../contract/ownership';
import { sampled } from '../../testing/sample';
import { GLUE, SCHEMA } from '../histories/families';
import { type Resources, World } from '../histories/world';

const STACK = 'orders';
const definition = (field: string): string =>
  JSON.stringify({ type: 'record', name: 'Order', fields: [{ name: field, type: 'string', default: '' }] });
const version = (field: string, more: object = {}) => ({
  type: SchemaResourceType.VERSION,
  properties: {
    RegistryName: 'default-registry',
    SchemaName: SCHEMA,
    Definition: definition(field),
    Removal: 'DELETE',
    ...more,
  },
});
const tier = (value: string) => ({ Metadata: { tier: value } });
const adopting = { AdoptExisting: true, ...tier('1') };

const held = ({ aws }: World) =>
  Object.entries(aws.glue.describe(SCHEMA)?.versions ?? {})
    .filter(([, { status }]) => status === 'AVAILABLE')
    .map(([number, { metadata }]) => [
      number,
      metadata.tier?.join(),
      /owner=\w+/.exec(String(metadata[OWNER_KEY]))?.[0],
    ]);

// each of them is one that the Update makes once, or twice.
const HELD_UP = ['PutSchemaVersionMetadata', 'RemoveSchemaVersionMetadata'].flatMap(operation => {
  const call = GLUE.operations.indexOf(operation);
  return [call, call + GLUE.operations.length];
});

test.each<[string, Resources, Resources]>([
  ['that adopts a version', { V: version('own') }, { V: version('foreign', adopting) }],
  ['that adopts the version that it has used', { V: version('foreign') }, { V: version('foreign', adopting) }],
  ['of metadata', { V: version('own', tier('1')) }, { V: version('own', tier('2')) }],
  ['that renames', { V: version('own', tier('1')) }, { Renamed: version('own', tier('2')) }],
  [
    'that exchanges two versions',
    { V: version('own', tier('1')), W: version('other', tier('1')) },
    { V: version('other', tier('2')), W: version('own', tier('3')) },
  ],
])('an Update %s', async (_what, before, after) => {
  for (const call of HELD_UP) {
    await World.play(GLUE, async world => {
      await world.aws.glue.createSchema(SCHEMA, { Compatibility: 'NONE', SchemaDefinition: definition('first') });
      world.aws.glue.addVersions(SCHEMA, [{ definition: definition('foreign') }]);
      expect(await world.deploy(STACK, before)).toMatchObject({ status: 'CREATE_COMPLETE' });
      const deployed = held(world);
      const { status } = await world.deploy(STACK, after, { fails: 'meanwhile', heldUp: { call, until: 'end' } });
      expect(status).toBe('UPDATE_ROLLBACK_COMPLETE');
      expect(held(world)).toEqual(deployed);
    });
  }
});

test('metadata that a failed exchange of two versions had put are taken back', () =>
  World.play(GLUE, async world => {
    await world.aws.glue.createSchema(SCHEMA, { Compatibility: 'NONE', SchemaDefinition: definition('first') });
    await world.deploy(STACK, { V: version('own', tier('1')), W: version('other', tier('1')) });
    const deployed = held(world);
    const exchanged = { V: version('other', tier('2')), W: version('own', tier('3')) };
    const { status } = await world.deploy(STACK, exchanged, { fails: 'afterwards' });
    expect(status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(held(world)).toEqual(deployed);
  }));

describe.each([
  ['', false],
  [', and its definition was registered again', true],
])('a canceled replacement is undone, also if the version that it was to replace is gone%s', (_also, isThereAgain) => {
  test.each(sampled([150, 175, 200, 225, 250, 275, 300, 325, 350], 3))('canceled after %d ms', fails =>
    World.play(GLUE, async world => {
      const { glue } = world.aws;
      await glue.createSchema(SCHEMA, { Compatibility: 'NONE', SchemaDefinition: definition('first') });
      glue.addVersions(SCHEMA, [{ definition: definition('foreign') }]);
      await world.deploy(STACK, { V: version('foreign'), W: version('own', tier('1')) });
      const own = held(world).at(-1);
      let isOver = false;
      const deploying = world.deploy(STACK, { V: version('own', tier('2')) }, { fails }).finally(() => (isOver = true));
      while (!isOver && isDeepStrictEqual(held(world).at(-1), own)) await world.clock.sleep(1);
      await glue.byHand('DeleteSchemaVersions', { SchemaId: { SchemaName: SCHEMA }, Versions: '2' });
      if (isThereAgain) glue.addVersions(SCHEMA, [{ definition: definition('foreign') }]);
      expect(await deploying).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
      expect(held(world)).toContainEqual(own);
    }),
  );
});

describe('a Create that comes again within a second, though the version is gone that it has used, makes none', () => {
  test.each([
    ['', false],
    [', nor if it is killed when it has marked one', true],
  ])('%s', (_also, isKilled) =>
    World.play(GLUE, async world => {
      const { glue, faults } = world.aws;
      await glue.createSchema(SCHEMA, { Compatibility: 'NONE', SchemaDefinition: definition('first') });
      glue.addVersions(SCHEMA, [{ definition: definition('foreign') }]);
      await world.deploy(STACK, { V: version('foreign') });
      await glue.byHand('DeleteSchemaVersions', { SchemaId: { SchemaName: SCHEMA }, Versions: '2' });
      const gone = held(world);
      const marking = { service: 'glue', operation: 'PutSchemaVersionMetadata' };
      if (isKilled) faults.inject({ ...marking, trouble: { kill: 'after' } });
      await world.deliverAgain(0);
      expect(held(world)).toEqual(gone);
    }),
  );
});
