/** The schema `orders`, and a stack: what imports this has a local AWS of its own in each test. */
import { LocalAws } from 'cdk-versioned-artifacts-local';
import { SchemaResourceType } from '../../../contract/glue';
import { OWNER_KEY } from '../../../contract/ownership';
import { type Reply, Stack, clock } from './stack';

export const VERSION = SchemaResourceType.VERSION;
export const AT = { RegistryName: 'default-registry', SchemaName: 'orders' };

export const record = (...fields: object[]) => JSON.stringify({ type: 'record', name: 'Item', fields });
const optional = (name: string) => ({ name, type: ['null', 'string'], default: null });
export const FIRST = record({ name: 'value', type: 'int' });
export const SECOND = record({ name: 'value', type: 'int' }, optional('note'));
export const THIRD = record({ name: 'value', type: 'int' }, optional('note'), optional('place'));
export const INCOMPATIBLE = record({ name: 'value', type: 'string' });

export let aws: LocalAws;
export let stack: Stack;

beforeEach(async () => {
  aws = await LocalAws.start({ clock });
  await aws.glue.createSchema('orders', { Compatibility: 'BACKWARD', SchemaDefinition: FIRST });
  stack = new Stack(aws);
  await later();
});
afterEach(() => aws.stop());

/** What was there before an event is older than it by a second at least. */
export const later = () => clock.sleep(2_000);

export const version = (definition = SECOND, more: object = {}) => ({ ...AT, Definition: definition, ...more });
export const held = (number = 2) => aws.glue.describe('orders')?.versions[number];
export const numbers = () => Object.keys(aws.glue.describe('orders')?.versions ?? {}).map(Number);
export const records = (number = 2) => held(number)?.metadata[OWNER_KEY] ?? [];
export const ownerOf = (number = 2) => held(number)?.metadata[OWNER_KEY];
export const byHand = (operation: string, input: object) =>
  aws.glue.byHand(operation, { SchemaId: { SchemaName: 'orders' }, ...input });

export const succeeded = (reply: Reply): Reply => {
  expect(reply).toMatchObject({ Status: 'SUCCESS' });
  return reply;
};
export const created = async (properties: object = version(), logicalId = 'V', by = stack) => {
  await later();
  return succeeded(await by.create(VERSION, logicalId, properties)).PhysicalResourceId;
};

/** Does something right before or after the service carries out an operation the next time. */
export function aroundNext(
  operation: string,
  { before, after }: { before?: () => Promise<unknown>; after?: () => Promise<unknown> },
): void {
  const target = aws.glue.operations[operation];
  const { run } = target;
  target.run = async (...args: Parameters<typeof run>) => {
    target.run = run;
    await before?.();
    const answer: unknown = await run.apply(target, args);
    await after?.();
    return answer;
  };
}
