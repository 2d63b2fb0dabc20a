import { type Stack } from 'aws-cdk-lib';
import {
  SchemaDefinition,
  SchemaReference,
  SchemaVersion,
  SchemaVersionRetention,
  type SchemaVersionRetentionProps,
  SweepTrigger,
} from 'cdk-versioned-artifacts';
import { type Fleet } from './fleet';
import { kept, records, removed, runs, startSweepFleet } from './sweep-fleet';

let fleet: Fleet;
beforeEach(async () => {
  fleet = await startSweepFleet('Orders');
  await fleet.aws.glue.createSchema('orders', { registryName: 'events' });
});
afterEach(() => fleet.stop());

const definition = SchemaDefinition.fromObject({
  type: 'record',
  name: 'Item',
  fields: [{ name: 'ours', type: ['null', 'int'], default: null }],
});
/** A retention of somebody else's schema, and a version of the stack's own. */
const retention =
  (props: Partial<SchemaVersionRetentionProps> = {}) =>
  (stack: Stack) => {
    const schema = SchemaReference.fromSchemaName({ registryName: 'events', schemaName: 'orders' });
    new SchemaVersion(stack, 'Ours', { schema, definition });
    new SchemaVersionRetention(stack, 'Keep', { schema, rules: { keepLatest: 1 }, requestsPerSecond: 200, ...props });
  };
const HOUR = 3_600_000;
const add = (count: number, more: object = {}) =>
  fleet.aws.glue.addVersions(
    'orders',
    Array(count).fill({ createdAt: new Date(Date.now() - HOUR), ...more }),
    'events',
  );
const deploy = async (declare: (stack: Stack) => void) => {
  const outcome = await fleet.deploy(declare);
  await fleet.aws.settled();
  return outcome;
};
const left = () =>
  Object.entries(fleet.aws.glue.describe('orders', 'events')?.versions ?? {})
    .filter(([, { status }]) => status !== 'DELETING')
    .map(([number]) => Number(number));

test('after a deployment the old and the failed versions go, and each survivor stays for a reason', async () => {
  add(30);
  add(2, { status: 'FAILURE' });
  add(1, { metadata: { keep: 'true' } });
  add(10);
  expect(await deploy(retention({ protectedMetadata: { keep: 'true' } }))).toMatchObject({ status: 'CREATE_COMPLETE' });
  expect(left()).toEqual([1, 34, 45]);
  expect(kept(fleet)).toEqual({ 1: 'FIRST_VERSION', 34: 'PROTECTED_METADATA', 45: 'AMONG_LATEST' });
  expect(removed(fleet)).toHaveLength(42);
  const calls = fleet.aws.calls.filter({ service: 'glue', operation: 'DeleteSchemaVersions' });
  expect(calls.map(({ input }) => input.Versions)).toEqual(['2-26', '27-33', '35-44']);
  expect(runs(fleet)).toMatchObject([{ status: 'SUCCEEDED' }]);
});

test('a version that the stack owns stays, however many are newer', async () => {
  await deploy(retention({ triggers: [SweepTrigger.duringDeployment()] }));
  add(3);
  const again = { triggers: [SweepTrigger.duringDeployment()], salt: 'again' };
  expect(await deploy(retention(again))).toMatchObject({ status: 'UPDATE_COMPLETE' });
  expect(kept(fleet)).toMatchObject({ 2: 'OWNED' });
  expect(left()).toEqual([1, 2, 5]);
});

test('the checkpoint moves first, and frees the version that it was', async () => {
  add(4);
  await deploy(retention({ advanceCheckpoint: true, rules: { keepLatest: 2 } }));
  expect(fleet.aws.glue.describe('orders', 'events')).toMatchObject({ checkpoint: 5 });
  expect(left()).toEqual([1, 5, 6]);
});

test('when the stack is destroyed it sweeps before what the stack owns goes, and bears a schema that is gone', async () => {
  add(3);
  await deploy(retention({ triggers: [SweepTrigger.onDestroy()] }));
  expect(await fleet.destroy()).toMatchObject({ status: 'DELETE_COMPLETE' });
  expect(left()).toEqual([1, 5]);

  await deploy(retention({ triggers: [SweepTrigger.onDestroy()] }));
  await fleet.aws.glue.byHand('DeleteSchema', { SchemaId: { RegistryName: 'events', SchemaName: 'orders' } });
  expect(await fleet.destroy()).toMatchObject({ status: 'DELETE_COMPLETE' });
});

test('a whole life needs every permission of the role, and no other', async () => {
  add(4);
  await deploy(retention({ advanceCheckpoint: true }));
  const [role] = [...fleet.aws.iam.roles.values()].filter(({ RoleName }) => RoleName.includes('GlueArtifacts'));
  expect(await fleet.destroy()).toMatchObject({ status: 'DELETE_COMPLETE' });
  const calls = fleet.aws.calls.filter({ principal: role.Arn as `arn:${string}` });
  expect(calls.filter(({ status }) => status === 403)).toEqual([]);
  expect(records(fleet, 'failed')).toEqual([]);
});
