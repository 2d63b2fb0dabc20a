import { SchemaResourceType } from '../../contract/glue';
import { awsService } from '../runtime/client';
import { type ReadObject, readObject } from '../runtime/s3-objects';
import { GlueClient } from './clients';
import { SchemaVersionHandler } from './schema-version';

/** The handlers of the Glue provider, by resource type. */
export const glueHandlers = (glue: GlueClient, read: ReadObject = readObject()) => ({
  [SchemaResourceType.VERSION]: new SchemaVersionHandler(glue, read),
});

// a version repeats throttled calls itself, after it has checked whether it still may.
export const service = awsService((config, ended) => glueHandlers(new GlueClient(config), readObject(ended)));
