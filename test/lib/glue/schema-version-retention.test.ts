import { Duration, type Stack } from 'aws-cdk-lib';
import {
  OnVersionError,
  SchemaDefinition,
  SchemaReference,
  SchemaVersion,
  SchemaVersionRetention,
  type SchemaVersionRetentionProps,
  SweepTrigger,
} from 'cdk-versioned-artifacts';
import { newStack, only, resources } from '../app';

const RETENTION = 'Custom::GlueSchemaVersionRetention';
const env = { account: '111111111111', region: 'eu-west-1' };
const orders = () => SchemaReference.fromSchemaName({ registryName: 'events', schemaName: 'orders' });

function keep(stack: Stack, props: Partial<SchemaVersionRetentionProps> = {}): SchemaVersionRetention {
  return new SchemaVersionRetention(stack, 'Keep', { schema: orders(), rules: { keepLatest: 5 }, ...props });
}

/** The configuration, as a synchronous trigger hands it over. */
function configOf(props: Partial<SchemaVersionRetentionProps>, stack = newStack({ env })): Record<string, unknown> {
  keep(stack, { triggers: [SweepTrigger.onDestroy()], ...props });
  return JSON.parse(only(stack, RETENTION).Properties.Config);
}

/** The resources that the provider's policy names for an action. */
function allowed(stack: Stack, action: string): unknown[] {
  return Object.values(resources(stack, 'AWS::IAM::Policy'))
    .flatMap(
      ({ Properties }) => Properties.PolicyDocument.Statement as { Action: string | string[]; Resource: unknown }[],
    )
    .filter(({ Action }) => [Action].flat().includes(action))
    .flatMap(({ Resource }) => Resource);
}

test('says what it keeps, with the documented defaults', () => {
  expect(configOf({})).toEqual({
    type: RETENTION,
    name: 'Stack/Keep',
    rules: { keepLatest: 5, maxRemovals: 50 },
    requestsPerSecond: 8,
    statuses: ['AVAILABLE'],
    registryName: 'events',
    schemaName: 'orders',
    removeFailed: true,
    protectedMetadata: {},
    advanceCheckpoint: false,
    onVersionError: 'FAIL',
  });
});

test('says everything that is set', () => {
  const config = configOf({
    rules: { minAge: Duration.days(30), exclude: ['1*'], maxRemovals: 500 },
    removeFailed: false,
    protectedMetadata: { keep: 'true' },
    advanceCheckpoint: true,
    onVersionError: OnVersionError.WARN,
    requestsPerSecond: 2,
  });
  expect(config).toMatchObject({
    rules: { minAgeSeconds: 30 * 86_400, exclude: ['1*'], maxRemovals: 500 },
    removeFailed: false,
    protectedMetadata: { keep: 'true' },
    advanceCheckpoint: true,
    onVersionError: 'WARN',
    requestsPerSecond: 2,
  });
});

test('runs after deployments unless told otherwise, as no resource of its own', () => {
  const stack = newStack({ env });
  keep(stack);
  expect(only(stack, 'AWS::Events::Rule').Properties.EventPattern.detail['status-details']).toEqual({
    status: ['CREATE_COMPLETE', 'UPDATE_COMPLETE'],
  });
  expect(resources(stack, RETENTION)).toEqual({});
});

test('in a deployment, sweeps after the versions that the stack declares, and again when they change', () => {
  const stack = newStack({ env });
  keep(stack, { triggers: [SweepTrigger.duringDeployment()] });
  for (const [id, schema] of [
    ['V1', orders()],
    ['Other', SchemaReference.fromSchemaName({ schemaName: 'other' })],
  ] as const) {
    new SchemaVersion(stack, id, { schema, definition: SchemaDefinition.fromString('{}') });
  }
  const [declared] = Object.keys(resources(stack, 'Custom::GlueSchemaVersion')).filter(id => id.startsWith('V1'));
  const { Properties, DependsOn } = only(stack, RETENTION);
  expect(Properties.DeclaredVersions).toEqual([{ 'Fn::GetAtt': [declared, 'VersionId'] }]);
  expect(DependsOn).toContain(declared);
});

describe('permissions', () => {
  const arns = ['registry/events', 'schema/events/orders'].map(resource => ({
    'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:glue:eu-west-1:111111111111:${resource}`]],
  }));

  test('to list are on the schema and on its registry', () => {
    const stack = newStack({ env });
    keep(stack);
    expect(allowed(stack, 'glue:ListSchemaVersions')).toEqual(arns);
    expect(allowed(stack, 'glue:UpdateSchema')).toEqual([]);
    expect(allowed(stack, 'glue:RegisterSchemaVersion')).toEqual([]);
  });

  test('to update the schema come with advanceCheckpoint alone', () => {
    const stack = newStack({ env });
    keep(stack, { advanceCheckpoint: true });
    expect(allowed(stack, 'glue:UpdateSchema')).toEqual(arns);
  });
});

test('a retention carries the ARN of a schema where only the deployment knows whether it is of its region', () => {
  const arn = 'arn:aws:glue:us-east-1:111111111111:schema/events/orders';
  const schema = SchemaReference.fromSchemaArn(arn);

  expect(configOf({ schema }, newStack()).arn).toBe(arn);
  expect(configOf({ schema }, newStack({ env: { ...env, region: 'us-east-1' } })).arn).toBeUndefined();
});

describe('refuses', () => {
  test.each<[string, Partial<SchemaVersionRetentionProps>, string]>([
    ['to keep nothing', { rules: {} }, 'a retention must keep something'],
    [
      'a schema of another region',
      { schema: SchemaReference.fromSchemaArn('arn:aws:glue:us-east-1:111111111111:schema/events/orders') },
      'a retention must be in the account and region of its schema, 111111111111 and us-east-1',
    ],
    [
      'protecting metadata with a space',
      { protectedMetadata: { keep: 'for ever' } },
      'a metadata value must only contain',
    ],
  ])('%s', (_what, props, message) => {
    expect(() => keep(newStack({ env }), props)).toThrow(message);
  });
});
