import { SchemaResourceType as Type } from '../../contract/glue';
import { STALE_READ } from './faults';
import { operationsOf } from './operations';
import { type Known } from './report';
import { type Family, walk } from './walk';

const known: Known[] = [
  {
    point: /^((killed|cut) after, .*RegisterSchemaVersion|killed before, .*PutSchemaVersionMetadata)\)/,
    why: 'a version that may be somebody else’s, because nothing says who has registered it, is used and not owned',
  },
];

const SCHEMA = 'orders';

const definition = (...fields: readonly string[]) =>
  JSON.stringify({
    type: 'record',
    name: 'Order',
    fields: fields.map(name => ({ name, type: 'string', default: '' })),
  });

const family: Family = {
  load: () => jest.requireActual('../../lambda/glue/handlers'),
  begin: async aws => {
    const { glue } = aws;
    await glue.createSchema(SCHEMA, { Compatibility: 'BACKWARD', SchemaDefinition: definition('id') });
    await aws.call('s3', 'CreateBucket', { Bucket: 'assets' });
    await aws.call('s3', 'PutObject', { Bucket: 'assets', Key: 'price.avsc', Body: definition('id', 'price') });
    glue.addVersions(SCHEMA, [{ definition: definition('id', 'theirs') }]);
  },
  snapshot: ({ glue }) =>
    Object.values(glue.describe(SCHEMA)?.versions ?? {})
      .filter(({ status }) => status !== 'DELETING')
      .map(({ definition: text, status, metadata }) => ({
        text,
        status,
        metadata: Object.fromEntries(Object.entries(metadata).map(([key, values]) => [key, values.map(withoutTime)])),
      })),
  // what a rollback does not see is a rule of its own.
  always: (fault, { title }) =>
    fault === STALE_READ && /^(Update in place|Create by adoption), rolled back$/.test(title),
};

/** Records are numbered, and have the time of their event. */
const withoutTime = (value: string) => value.replace(/^\d+\.(.*at=)\w+$/, 'n.$1a time');

const version = (ticket: string, ...fields: readonly string[]) => ({
  RegistryName: 'default-registry',
  SchemaName: SCHEMA,
  Definition: definition(...fields),
  Metadata: { ticket },
  Removal: 'DELETE',
});

walk(
  family,
  Type.VERSION,
  operationsOf({
    type: Type.VERSION,
    first: version('A-1', 'id', 'price'),
    changed: version('A-2', 'id', 'price'),
    replaced: version('A-1', 'id', 'amount'),
    adopting: { ...version('A-1', 'id', 'theirs'), AdoptExisting: true },
  }),
  known,
);

const { Definition: _, ...rest } = version('A-1');
const inS3 = { ...rest, DefinitionObject: { Bucket: 'assets', Key: 'price.avsc' } };
const release = { resources: { It: { type: Type.VERSION, properties: inS3 } } };

walk(
  family,
  `${Type.VERSION}, defined in Amazon S3`,
  [
    { title: 'Create', given: [], release },
    { title: 'Create, rolled back', given: [], release: { ...release, fails: true } },
  ],
  known,
);
