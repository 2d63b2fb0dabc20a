import { GlueClient } from '@aws-sdk/client-glue';
import { type SchemaDescription } from 'cdk-versioned-artifacts-local';
import fc from 'fast-check';
import { SchemaResourceType } from '../../contract/glue';
import { glueHandlers } from '../../lambda/glue/handlers';
import { awsService } from '../../lambda/runtime/client';
import { HISTORIES_TIMEOUT, type Plot, playHistories } from './history';

const SCHEMA = 'orders';

interface Declared {
  readonly logicalId: string;
  /** Which of the definitions. The last one is not compatible with any other. */
  readonly definition: number;
  readonly removal?: 'DELETE' | 'RETAIN';
  readonly adopt: boolean;
}

type Release = readonly Declared[];

const INCOMPATIBLE = 4;

const definition = (n: number): string =>
  JSON.stringify({
    type: 'record',
    name: n === INCOMPATIBLE ? 'Other' : 'Order',
    fields: Array.from({ length: n + 1 }, (_, i) => ({ name: `f${i}`, type: 'string', default: '' })),
  });

type Versions = SchemaDescription['versions'];
interface Held {
  readonly versions: Versions;
}

const declared: fc.Arbitrary<Declared> = fc.record({
  logicalId: fc.constantFrom('Va', 'Vb', 'Vc'),
  definition: fc.constantFrom(0, 1, 2, 3, 1, 2, INCOMPATIBLE),
  removal: fc.option(fc.constantFrom('DELETE', 'RETAIN'), { nil: undefined }),
  adopt: fc.boolean(),
});

const available = ({ versions }: Held) => Object.values(versions).filter(({ status }) => status === 'AVAILABLE');

/** Whose each version is, in the words of its record. */
const owners = ({ versions }: Held, of: readonly string[]): object =>
  Object.fromEntries(
    Object.values(versions)
      .filter(({ versionId }) => of.includes(versionId))
      .map(({ versionId, status, metadata }) => [versionId, { status, owner: ownerIn(metadata) }]),
  );

const ownerIn = (metadata: Versions[number]['metadata']): string | undefined =>
  /\.owner=([0-9a-f]+)/.exec(JSON.stringify(metadata))?.[1];

const idsOf = ({ versions }: Held) => Object.values(versions).map(({ versionId }) => versionId);

const plot: Plot<Release, Held> = {
  family: {
    service: 'glue',
    operations: [
      'RegisterSchemaVersion',
      'PutSchemaVersionMetadata',
      'RemoveSchemaVersionMetadata',
      'DeleteSchemaVersions',
      'GetSchemaVersion',
      'GetSchemaByDefinition',
      'QuerySchemaVersionMetadata',
      'GetSchema',
    ],
    serviceFor: credentials => awsService(config => glueHandlers(new GlueClient({ ...config, credentials }))),
  },
  release: fc
    .uniqueArray(declared, { maxLength: 3, selector: each => each.definition })
    .map(all => [...new Map(all.map(each => [each.logicalId, each])).values()]),
  hands: [({ aws }) => aws.glue.addVersions(SCHEMA, [{ definition: definition(2) }])],
  begin: async ({ aws }) => {
    await aws.glue.createSchema(SCHEMA, { Compatibility: 'BACKWARD' });
    aws.glue.addVersions(SCHEMA, [{ definition: definition(0) }]);
  },
  resources: release =>
    Object.fromEntries(
      release.map(({ logicalId, definition: n, removal, adopt }) => [
        logicalId,
        {
          type: SchemaResourceType.VERSION,
          properties: {
            RegistryName: 'default-registry',
            SchemaName: SCHEMA,
            Definition: definition(n),
            Metadata: { ticket: 'A-1' },
            Removal: removal,
            AdoptExisting: adopt || undefined,
          },
        },
      ]),
    ),
  snapshot: ({ aws }) => ({ versions: structuredClone(aws.glue.describe(SCHEMA)?.versions ?? {}) }),

  deployed(release, _stackId, after, before) {
    expect(after.versions).toMatchObject({});
    expect(available(after).length).toBeGreaterThanOrEqual(new Set(release.map(each => each.definition)).size);
    // nothing that the registry failed stays behind.
    const failed = ({ versions }: Held) => Object.values(versions).filter(({ status }) => status === 'FAILURE');
    expect(failed(after).length).toBeLessThanOrEqual(failed(before).length);
  },

  rolledBack(after, before) {
    expect(owners(after, idsOf(before))).toEqual(owners(before, idsOf(before)));
    // what the registry has made available meanwhile may stay, but nobody's.
    for (const { versionId, status, metadata } of Object.values(after.versions)) {
      if (idsOf(before).includes(versionId)) continue;
      expect({ status, owner: ownerIn(metadata) }).toEqual({ status: 'AVAILABLE', owner: undefined });
    }
  },

  destroyed(stackId, after) {
    const name = stackId.split('/').at(-1)!;
    for (const { metadata } of Object.values(after.versions)) {
      if (ownerIn(metadata) !== undefined) expect(JSON.stringify(metadata)).not.toContain(name);
    }
  },
};

test(
  'schema versions: whatever is released, broken off, held up, killed, delivered again or done by hand',
  () => playHistories(plot),
  HISTORIES_TIMEOUT,
);
