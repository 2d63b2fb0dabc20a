// @ts-check
// A version of a schema that the stack makes, and a retention that a deployment waits for.
import { ExpectedResult, IntegTest } from '@aws-cdk/integ-tests-alpha';
import { Names, Stack, aws_glue as glue } from 'aws-cdk-lib';
import {
  SchemaDefinition,
  SchemaReference,
  SchemaVersion,
  SchemaVersionRetention,
  SweepTrigger,
  VersionRemoval,
} from 'cdk-versioned-artifacts';
import { newApp } from './app.mjs';

const app = newApp();
const stack = new Stack(app, 'IntegGlue');

const id = { name: 'id', type: 'string' };
const note = { name: 'note', type: ['null', 'string'], default: null };
const order = { type: 'record', name: 'Order' };

const registry = new glue.CfnRegistry(stack, 'Registry', { name: `integ-${Names.uniqueResourceName(stack, {})}` });
const schema = SchemaReference.fromCfnSchema(
  new glue.CfnSchema(stack, 'Orders', {
    name: 'orders',
    registry: { arn: registry.attrArn },
    dataFormat: 'AVRO',
    compatibility: 'BACKWARD',
    schemaDefinition: JSON.stringify({ ...order, fields: [id] }),
  }),
);
const version = new SchemaVersion(stack, 'Order', {
  schema,
  definition: SchemaDefinition.fromObject({ ...order, fields: [id, note] }),
  metadata: { ticket: 'A-1' },
  removal: VersionRemoval.DELETE,
});
new SchemaVersionRetention(stack, 'Keep', {
  schema,
  rules: { keepLatest: 1 },
  triggers: [SweepTrigger.duringDeployment()],
});

const { assertions } = new IntegTest(app, 'Glue', { testCases: [stack] });
assertions
  .awsApiCall('glue', 'getSchemaVersion', { SchemaVersionId: version.versionId })
  .expect(ExpectedResult.objectLike({ Status: 'AVAILABLE', VersionNumber: 2 }));
assertions
  .awsApiCall('glue', 'querySchemaVersionMetadata', { SchemaVersionId: version.versionId })
  .expect(ExpectedResult.objectLike({ MetadataInfoMap: { ticket: { MetadataValue: 'A-1' } } }));
