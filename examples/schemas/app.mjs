// @ts-check
// Four releases of an event's schema: `npx cdk deploy --app 'node examples/schemas/app.mjs' -c release=1`, then 2, 3, 4.
import { App, Stack, aws_glue as glue } from 'aws-cdk-lib';
import {
  SchemaDefinition,
  SchemaReference,
  SchemaVersion,
  SchemaVersionRetention,
  SweepTrigger,
} from 'cdk-versioned-artifacts';

const app = new App();
const release = Number(app.node.tryGetContext('release') ?? 1);
const stack = new Stack(app, 'Schemas', { description: 'Events of a shop' });

const registry = new glue.CfnRegistry(stack, 'Registry', { name: 'shop' });
const schema = SchemaReference.fromCfnSchema(
  new glue.CfnSchema(stack, 'Orders', {
    name: 'orders',
    registry: { arn: registry.attrArn },
    dataFormat: 'AVRO',
    compatibility: 'BACKWARD',
    // version 1, which CloudFormation cannot change.
    schemaDefinition: JSON.stringify(order()),
  }),
);

const notes = ['note', 'place', 'gift'];
// the last release gives a field another type, so that its readers could not read older data.
const fields = release <= 3 ? notes.slice(0, release).map(optional) : [{ name: 'id', type: 'int' }];
new SchemaVersion(stack, 'Order', { schema, definition: SchemaDefinition.fromObject(order(...fields)) });

// the latest version that stays even if this deployment fails, for consumers that still read with it; this stack's own
// version and the first one stay anyway.
new SchemaVersionRetention(stack, 'Keep', {
  schema,
  rules: { keepLatest: 1 },
  triggers: [SweepTrigger.duringDeployment()],
});

/** @param {object[]} more */
function order(...more) {
  const id = { name: 'id', type: 'string' };
  return {
    type: 'record',
    name: 'Order',
    fields: more.some(field => 'name' in field && field.name === 'id') ? more : [id, ...more],
  };
}

/** @param {string} name */
function optional(name) {
  return { name, type: ['null', 'string'], default: null };
}
