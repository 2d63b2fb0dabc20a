import {
  CreateSchemaCommand,
  type CreateSchemaCommandInput,
  GetSchemaCommand,
  GlueClient,
  ListSchemaVersionsCommand,
  RegisterSchemaVersionCommand,
} from '@aws-sdk/client-glue';
import { type GlueBehavior, LocalAws } from 'cdk-versioned-artifacts-local';
import { SteppingClock } from '../../../testing/clock';
import { client } from '../core/fixtures';

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanups.splice(0)) await cleanUp();
});

/** A schema registry over HTTP, and a clock that only the test turns. */
export async function startGlue(behavior: Partial<GlueBehavior> = {}) {
  const clock = new SteppingClock();
  const aws = await LocalAws.start({ clock });
  const glue = new GlueClient(client(aws));
  cleanups.push(async () => {
    glue.destroy();
    await aws.stop();
  });
  Object.assign(aws.glue.behavior, behavior);
  const send = glue.send.bind(glue);
  return {
    aws,
    clock,
    send,
    /** Makes the schema `orders`, with the first definition and in the mode BACKWARD unless told otherwise. */
    create: (input: Partial<CreateSchemaCommandInput> = {}) => send(new CreateSchemaCommand({ ...ORDERS, ...input })),
    register: (definition: string) =>
      send(new RegisterSchemaVersionCommand({ SchemaId: SCHEMA, SchemaDefinition: definition })),
    schema: () => send(new GetSchemaCommand({ SchemaId: SCHEMA })),
    /** `number status` of each version, in the order of the list. */
    async list(): Promise<string[]> {
      const { Schemas = [] } = await send(new ListSchemaVersionsCommand({ SchemaId: SCHEMA, MaxResults: 100 }));
      return Schemas.map(({ VersionNumber, Status }) => `${VersionNumber} ${Status}`);
    },
  };
}

/** A definition of AVRO: a record of fields. */
export const record = (...fields: object[]): string => JSON.stringify({ type: 'record', name: 'Item', fields });

export const value = { name: 'value', type: 'int' };
export const note = { name: 'note', type: ['null', 'string'], default: null };

/** A first definition, one that may follow it in every mode, and one that may follow neither in any. */
export const FIRST = record(value);
export const COMPATIBLE = record(value, note);
export const INCOMPATIBLE = record({ name: 'value', type: 'string' });

export const SCHEMA = { SchemaName: 'orders', RegistryName: 'default-registry' };
export const SCHEMA_ARN = 'arn:aws:glue:us-east-1:111111111111:schema/default-registry/orders';
export const REGISTRY_ARN = 'arn:aws:glue:us-east-1:111111111111:registry/default-registry';

export const ORDERS = {
  SchemaName: 'orders',
  DataFormat: 'AVRO',
  Compatibility: 'BACKWARD',
  SchemaDefinition: FIRST,
} as const;

/** What a refused call ends with. */
export const refused = (name: string, message?: string | RegExp) =>
  expect.objectContaining({
    name,
    $metadata: expect.objectContaining({ httpStatusCode: 400 }),
    ...(message !== undefined && {
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    }),
  });
