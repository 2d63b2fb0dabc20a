import { type GlueClient } from '@aws-sdk/client-glue';
import { GlueSweepType } from '../../../contract/glue';
import { type SweepKinds } from '../../sweep/source';
import { SchemaVersionRetention } from './schema-version-retention';

/** The sweeps of the Glue provider, by their type. */
export const glueSweeps = (glue: GlueClient): SweepKinds => ({
  [GlueSweepType.SCHEMA_VERSION_RETENTION]: new SchemaVersionRetention(glue),
});
