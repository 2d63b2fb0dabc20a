/** What a stack has left behind belongs to the stack of the same name that has replaced it. */
import { LocalAws } from 'cdk-versioned-artifacts-local';
import { SchemaResourceType } from '../../../contract/glue';
import { OWNER_KEY } from '../../../contract/ownership';
import { readRecord } from '../../../lambda/glue/owner-record';
import { Stack, clock } from './stack';

const FIRST = '{"type":"record","name":"Item","fields":[]}';
const PROPERTIES = {
  RegistryName: 'default-registry',
  SchemaName: 'orders',
  Definition: FIRST.replace('[]', '[{"name":"value","type":"int","default":0}]'),
};
const VERSION = SchemaResourceType.VERSION;

let aws: LocalAws;
beforeEach(async () => {
  aws = await LocalAws.start({ clock });
  await aws.glue.createSchema('orders', { Compatibility: 'BACKWARD', SchemaDefinition: FIRST });
});
afterEach(() => aws.stop());

const owner = () => readRecord(aws.glue.describe('orders')!.versions[2].metadata[OWNER_KEY] ?? []).fields;

async function deployed(stack: Stack, logicalId = 'V') {
  const reply = await stack.create(VERSION, logicalId, PROPERTIES);
  expect(reply).toMatchObject({ Status: 'SUCCESS' });
  await stack.later();
  return owner();
}

test.each(['orders', `orders-${'x'.repeat(40)}`])('the successor of the stack %s owns its versions', async name => {
  const before = await deployed(new Stack(aws, name, '0a1b2c3d-0000-4000-8000-000000000001'));
  const after = await deployed(new Stack(aws, name, '0a1b2c3d-0000-4000-8000-000000000002'));
  expect(after.owner).not.toBe(before.owner);
  // if its creation fails, the version that it has found is left.
  expect(after.from).toBe('-');
});

test('a stack owns nothing of another resource of its predecessor, nor of a stack with another name', async () => {
  const name = `orders-${'x'.repeat(40)}`;
  const before = await deployed(new Stack(aws, name, '0a1b2c3d-0000-4000-8000-000000000001'));
  expect(await deployed(new Stack(aws, name, '0a1b2c3d-0000-4000-8000-000000000002'), 'W')).toEqual(before);
  expect(await deployed(new Stack(aws, name + 'y', '0a1b2c3d-0000-4000-8000-000000000003'))).toEqual(before);
});
