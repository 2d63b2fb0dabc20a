/** A registry with a schema, and its calls without a stack: what imports this has a local AWS of its own in each test. */
import { GlueClient } from '@aws-sdk/client-glue';
import { LocalAws, ServiceError } from 'cdk-versioned-artifacts-local';
import { GlueGateway } from '../../../lambda/glue/gateway';
import { Deadline } from '../../../lambda/runtime/clock';
import { type Scope } from '../../../lambda/runtime/custom-resource';
import { SteppingClock } from '../../../testing/clock';
import { DirectHandler } from '../../../testing/direct-handler';

export const AT = { registryName: 'shop', schemaName: 'orders' };
export const GONE = { registryName: 'shop', schemaName: 'gone' };
export const NOBODY = '00000000-0000-0000-0000-000000000000';
export const definition = (field: string, type = 'int', more: object = { default: 0 }) =>
  JSON.stringify({ type: 'record', name: 'Item', fields: [{ name: field, type, ...more }] });
export const FIRST = definition('first');

export let clock: SteppingClock;
export let aws: LocalAws;
export let glue: GlueGateway;
export let scope: Scope;
/** What the event has warned of. */
export let warned: string[];

beforeEach(async () => {
  clock = new SteppingClock();
  aws = await LocalAws.start({ clock });
  await create('orders');
  warned = [];
  const log = { info() {}, warn: (message: string) => void warned.push(message), error() {}, count() {} };
  scope = { clock, deadline: new Deadline(clock, clock.now() + 600_000), log } as unknown as Scope;
  const { endpoint, region } = aws;
  const credentials = { accessKeyId: 'AKIADEVELOPER', secretAccessKey: 'secret' };
  const requestHandler = new DirectHandler(aws);
  glue = new GlueGateway(new GlueClient({ endpoint, region, credentials, maxAttempts: 1, requestHandler }), scope);
});
afterEach(() => aws.stop());

export const create = (schemaName: string, more: object = {}) =>
  aws.glue.createSchema(schemaName, {
    registryName: 'shop',
    Compatibility: 'BACKWARD',
    SchemaDefinition: FIRST,
    ...more,
  });
export const versions = () => aws.glue.describe('orders', 'shop')!.versions;
export const add = (...seeded: Parameters<LocalAws['glue']['addVersions']>[1]) =>
  aws.glue.addVersions('orders', seeded, 'shop');

/** The next calls of an operation are refused. */
export const refused = (operation: string, code: string, options: { times?: number; nth?: number } = {}) =>
  aws.faults.inject({
    service: 'glue',
    operation,
    ...options,
    trouble: { error: new ServiceError(code, 'no way', 400) },
  });
/** The next calls of an operation meet another write. */
export const busy = (operation: string, times = 1) => refused(operation, 'ConcurrentModificationException', { times });
