/**
 * K1 and K7: a stack of forty artifacts, whose service admits one call of each operation a second. A creation is refused
 * while most of the others wait for their turn.
 */
import { ServiceError } from 'cdk-versioned-artifacts-local';
import { SchemaResourceType } from '../../contract/glue';
import { SoftwarePackageResourceType as Type } from '../../contract/iot';
import { sampled } from '../../testing/sample';
import { GLUE, IOT, PACKAGE, SCHEMA } from '../histories/families';
import { type Family, type Resource, World } from '../histories/world';

interface Kind {
  readonly family: Family;
  /** The operation that makes an artifact. */
  readonly makes: string;
  begin(world: World): Promise<unknown>;
  nth(n: number): Resource;
  held(world: World): readonly string[];
}

const KINDS: Record<string, Kind> = {
  'package versions': {
    family: IOT,
    makes: 'CreatePackageVersion',
    begin: ({ aws }) => aws.iot.createPackage(PACKAGE),
    nth: n => ({
      type: Type.VERSION,
      properties: { PackageName: PACKAGE, VersionName: `${n}.0.0`, Status: 'PUBLISHED', Removal: 'DELETE' },
    }),
    held: ({ aws }) => Object.keys(aws.iot.describe(PACKAGE)!.versions),
  },
  'schema versions': {
    family: GLUE,
    makes: 'RegisterSchemaVersion',
    begin: async ({ aws }) => {
      await aws.glue.createSchema(SCHEMA, { Compatibility: 'NONE' });
      aws.glue.addVersions(SCHEMA, [{ definition: definition(0) }]);
    },
    nth: n => ({
      type: SchemaResourceType.VERSION,
      properties: {
        RegistryName: 'default-registry',
        SchemaName: SCHEMA,
        Definition: definition(n + 1),
        Removal: 'DELETE',
      },
    }),
    held: ({ aws }) => Object.keys(aws.glue.describe(SCHEMA)!.versions),
  },
};

const definition = (n: number) => JSON.stringify({ type: 'record', name: `Order${n}`, fields: [] });

test.each(sampled(Object.entries(KINDS), 2))(
  'forty %s are rolled back, made again and deleted, and none is left',
  async (_what, { family, makes, begin, nth, held }) => {
    const { service } = family;
    const resources = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`V${n}`, nth(n)]));
    const acts = async (world: World) => {
      const { aws } = world;
      await begin(world);
      const before = held(world);
      aws.throttle({ service, perSecond: 1 });
      const refused = new ServiceError('ValidationException', 'no', 400);
      aws.faults.inject({ service, operation: makes, nth: 15, trouble: { error: refused } });
      expect(await world.deploy('fleet', resources)).toMatchObject({ status: 'ROLLBACK_COMPLETE' });
      expect(held(world)).toEqual(before);

      aws.unthrottle();
      await world.destroy('fleet');
      expect(await world.deploy('fleet', resources)).toMatchObject({ status: 'CREATE_COMPLETE' });
      aws.throttle({ service, perSecond: 1 });
      expect(await world.destroy('fleet')).toMatchObject({ status: 'DELETE_COMPLETE' });
      expect(held(world)).toEqual(before);
    };
    await World.play(family, acts, { keeps: [] });
  },
);
