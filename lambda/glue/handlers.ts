import { GlueClient } from '@aws-sdk/client-glue';
import { S3Client } from '@aws-sdk/client-s3';
import { SchemaResourceType } from '../../contract/glue';
import { awsService } from '../runtime/client';
import { withSweeps } from '../sweep/service';
import { SchemaVersionHandler } from './schema-version';
import { glueSweeps } from './sweeps';

/** The handlers of the Glue provider, by resource type. */
export const glueHandlers = (glue: GlueClient, s3: S3Client) => ({
  [SchemaResourceType.VERSION]: new SchemaVersionHandler(glue, s3),
});

export const service = withSweeps(
  awsService(config => glueHandlers(new GlueClient(config), new S3Client(config))),
  config => glueSweeps(new GlueClient(config)),
);
