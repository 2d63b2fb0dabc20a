import { GlueClient } from '@aws-sdk/client-glue';
import { SchemaResourceType } from '../../contract/glue';
import { awsService } from '../runtime/client';
import { type ReadObject, readObject } from '../runtime/s3-objects';
import { withSweeps } from '../sweep/service';
import { SchemaVersionHandler } from './schema-version';
import { glueSweeps } from './sweeps';

/** The handlers of the Glue provider, by resource type. */
export const glueHandlers = (glue: GlueClient, read: ReadObject = readObject()) => ({
  [SchemaResourceType.VERSION]: new SchemaVersionHandler(glue, read),
});

export const service = withSweeps(
  // what is throttled a version repeats itself, having looked whether it still may.
  awsService((config, ended) => glueHandlers(new GlueClient({ ...config, maxAttempts: 1 }), readObject(ended))),
  config => glueSweeps(new GlueClient(config)),
);
