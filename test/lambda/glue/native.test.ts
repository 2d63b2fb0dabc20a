import { LocalAws } from 'cdk-versioned-artifacts-local';
import { SchemaResourceType } from '../../../contract/glue';
import { Stack, clock } from './stack';

const { VERSION } = SchemaResourceType;
const NATIVE = 'AWS::Glue::SchemaVersion';
const record = (...fields: string[]) =>
  JSON.stringify({ type: 'record', name: 'Item', fields: fields.map(name => ({ name, type: 'int', default: 0 })) });
const wanted = (more: object = {}) => ({
  RegistryName: 'default-registry',
  SchemaName: 'orders',
  Definition: record('a', 'b'),
  ...more,
});

let aws: LocalAws;
let stack: Stack;

beforeEach(async () => {
  aws = await LocalAws.start({ clock });
  await aws.glue.createSchema('orders', { Compatibility: 'NONE', SchemaDefinition: record('a') });
  stack = new Stack(aws);
  const SchemaId = { SchemaName: 'orders' };
  await aws.glue.byHand('RegisterSchemaVersion', { SchemaId, SchemaDefinition: record('a', 'b') });
  await clock.sleep(2_000);
});
afterEach(() => aws.stop());

const held = () => aws.glue.describe('orders')!.versions;
const hasNatively = (physicalId: string, type = NATIVE) =>
  void stack.history.others.push({ logicalId: 'Native', type, physicalId });

test.each([
  ['adopted', { AdoptExisting: true }],
  ['used', {}],
  ['used by who would delete it', { Removal: 'DELETE' }],
])('what the stack has by AWS’s own type is not %s: its clean-up deletes it', async (_, more) => {
  hasNatively(held()[2].versionId);
  const before = held();
  const { Status, Reason } = await stack.create(VERSION, 'V', wanted(more));
  expect(Status).toBe('FAILED');
  expect(Reason).toContain(`is still managed by this stack's resource Native (${NATIVE})`);
  expect(Reason).toContain('DeletionPolicy: Retain');
  expect(held()).toEqual(before);
});

test('a replacement does not come to use it either', async () => {
  const before = await stack.create(VERSION, 'V', wanted({ Definition: record('c') }));
  hasNatively(held()[2].versionId);
  const { Status, Reason } = await stack.update(VERSION, 'V', {
    id: before.PhysicalResourceId,
    properties: wanted(),
    old: wanted({ Definition: record('c') }),
  });
  expect(Status).toBe('FAILED');
  expect(Reason).toContain('DeletionPolicy: Retain');
});

test('what a resource has used all along it goes on using, without a question', async () => {
  const { PhysicalResourceId } = await stack.create(VERSION, 'V', wanted());
  hasNatively(held()[2].versionId);
  const { Status } = await stack.update(VERSION, 'V', {
    id: PhysicalResourceId,
    properties: wanted({ Salt: '1' }),
    old: wanted(),
  });
  expect(Status).toBe('SUCCESS');
});

test('what a resource has used all along it does not come to adopt', async () => {
  const { PhysicalResourceId: id } = await stack.create(VERSION, 'V', wanted());
  hasNatively(held()[2].versionId);
  const before = held();
  const adopting = wanted({ AdoptExisting: true });
  const { Reason } = await stack.update(VERSION, 'V', { id, properties: adopting, old: wanted() });
  expect(Reason).toContain('DeletionPolicy: Retain');
  expect(held()).toEqual(before);
});

test('another version of the stack’s, or another type, is in nobody’s way', async () => {
  hasNatively(held()[1].versionId);
  hasNatively(held()[2].versionId, 'AWS::Glue::SchemaVersionMetadata');
  expect(await stack.create(VERSION, 'V', wanted({ AdoptExisting: true }))).toMatchObject({ Status: 'SUCCESS' });
});
