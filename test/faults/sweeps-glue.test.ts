import { GlueSweepType, type SchemaVersionRetentionConfig } from '../../contract/glue';
import { UNREADABLE, beginMachines, isClean, sweepOperations } from './retention';
import { type Family, walk } from './walk';

const SCHEMA = 'orders';

const definition = (field: string) =>
  JSON.stringify({ type: 'record', name: 'Order', fields: [{ name: field, type: 'string', default: '' }] });

const family: Family = {
  load: () => jest.requireActual('../../lambda/glue/sweep-handlers'),
  begin: async aws => {
    const { glue } = aws;
    await glue.createSchema(SCHEMA, { Compatibility: 'NONE', SchemaDefinition: definition('a') });
    glue.addVersions(
      SCHEMA,
      ['b', 'c', 'd', 'e'].map(field => ({ definition: definition(field), createdAt: new Date(0) })),
    );
    await beginMachines(aws);
  },
  snapshot: ({ glue }) =>
    Object.values(glue.describe(SCHEMA)?.versions ?? {})
      .filter(({ status }) => status !== 'DELETING')
      .map(version => version.definition),
  isClean,
};

const retention = (keepLatest: number): SchemaVersionRetentionConfig => ({
  type: GlueSweepType.SCHEMA_VERSION_RETENTION,
  name: 'latest',
  registryName: 'default-registry',
  schemaName: SCHEMA,
  rules: { keepLatest },
  removeFailed: false,
  protectedMetadata: {},
  advanceCheckpoint: false,
  onVersionError: 'FAIL',
  requestsPerSecond: 50,
});

walk(family, GlueSweepType.SCHEMA_VERSION_RETENTION, sweepOperations(retention), [UNREADABLE]);
