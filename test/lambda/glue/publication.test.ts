/** How a definition becomes an available version, and why it cannot. */
import { type SeededVersion } from 'cdk-versioned-artifacts-local';
import { type GlueGateway } from '../../../lambda/glue/gateway';
import { type SchemaName } from '../../../lambda/glue/names';
import { Publication, isOfThisEvent } from '../../../lambda/glue/publication';
import { type Scope } from '../../../lambda/runtime/custom-resource';
import { amzDate } from '../../../testing/stack';
import { AT, FIRST, GONE, add, aws, busy, clock, create, definition, glue, refused, scope, versions } from './registry';

const SECOND = definition('second');
const ALL = { registryName: 'shop', schemaName: 'all' };

const publication = (at: SchemaName = AT, registry: GlueGateway = glue) => new Publication(registry, at, scope);
const seed = (...seeded: SeededVersion[]) => aws.glue.addVersions('all', seeded, 'shop');
/** Does something just before the service takes a call of the operation for the nth time. */
const before = (operation: string, nth: number, work: () => unknown) => {
  let calls = 0;
  const match = () => {
    if (++calls === nth) work();
    return false;
  };
  aws.faults.inject({ service: 'glue', operation, match, trouble: { cut: 'before' } });
};
const register = () => add({ definition: SECOND });
const checked = (milliseconds: number) => void (aws.glue.behavior.checkTime = () => milliseconds);

describe('a definition', () => {
  test('is found in its version, or not', async () => {
    expect(await publication().find(FIRST)).toMatchObject({ number: 1, status: 'AVAILABLE' });
    expect(await publication().find(SECOND)).toBeUndefined();
    expect(clock.sleeps).toEqual([]);
  });

  test('is found once the registry has decided', async () => {
    checked(1_500);
    await glue.register(AT, SECOND);
    expect(await publication().find(SECOND)).toMatchObject({ number: 2, status: 'AVAILABLE' });
    expect(clock.sleeps).toEqual([200, 400, 800, 1_600]);
  });

  test('whose version is being deleted is found once that is gone', async () => {
    register();
    const deleting = { id: 'x', number: 2, status: 'DELETING', createdAt: 0 } as const;
    jest.spyOn(glue, 'findByDefinition').mockResolvedValueOnce(deleting);
    expect(await publication().find(SECOND)).toMatchObject({ number: 2, status: 'AVAILABLE' });
    expect(clock.sleeps).toEqual([200]);
  });

  test('that is registered meanwhile is not registered again', async () => {
    await expect(publication().refuseRegistered(SECOND)).resolves.toBeUndefined();
    register();
    await expect(publication().refuseRegistered(SECOND)).rejects.toThrow();
  });
});

describe('a registration', () => {
  test('makes a version', async () => {
    expect(await publication().register(SECOND)).toMatchObject({ made: true, version: { number: 2 } });
    expect(versions()[2].definition).toBe(SECOND);
  });

  test('that meets another write looks for the definition, and makes the version where nobody has', async () => {
    busy('RegisterSchemaVersion');
    expect(await publication().register(SECOND)).toMatchObject({ made: true, version: { number: 2 } });
  });

  test('that meets another write has not made what somebody has registered meanwhile', async () => {
    busy('RegisterSchemaVersion');
    before('RegisterSchemaVersion', 1, register);
    expect(await publication().register(SECOND)).toMatchObject({ made: false, version: { number: 2 } });
  });

  /** A client that looks for the definition before it repeats the call. */
  const repeating = (at: Publication) =>
    jest.spyOn(glue, 'register').mockImplementation(async () => {
      await at.refuseRegistered(SECOND);
      throw new Error('not repeated');
    });

  test('that is to be repeated has not made what somebody has registered meanwhile', async () => {
    const at = publication();
    repeating(at);
    register();
    expect(await at.register(SECOND)).toMatchObject({ made: false, version: { number: 2 } });
  });

  test('that is to be repeated fails if what somebody has registered is gone again', async () => {
    const at = publication();
    repeating(at);
    register();
    let looked = 0;
    const find = glue.findByDefinition.bind(glue);
    jest
      .spyOn(glue, 'findByDefinition')
      .mockImplementation(async (...args) => (++looked === 2 ? undefined : find(...args)));
    await expect(at.register(SECOND)).rejects.toThrow(
      'somebody else is changing schema orders in registry shop at the same time: deploy again',
    );
  });

  test('that fails otherwise fails with that', async () => {
    refused('RegisterSchemaVersion', 'InternalServiceException');
    await expect(publication().register(SECOND)).rejects.toMatchObject({ name: 'InternalServiceException' });
  });
});

describe('a version', () => {
  const registered = async (text = SECOND) => publication().available(await glue.register(AT, text));

  test('is available once the registry has checked it', async () => {
    checked(1_500);
    expect(await registered()).toMatchObject({ number: 2, status: 'AVAILABLE' });
  });

  test('that is available already is not asked for', async () => {
    aws.calls.clear();
    expect(await publication().available({ id: 'x', number: 2, status: 'AVAILABLE' })).toMatchObject({ number: 2 });
    expect(aws.calls.filter({ service: 'glue' })).toEqual([]);
  });

  test('that the registry fails is not compatible', async () => {
    await expect(registered(definition('first', 'string', {}))).rejects.toThrow(
      /^the definition is not compatible with schema orders in registry shop, whose compatibility mode is BACKWARD: the registry failed it as version 2\. Difference to the latest version: \[/,
    );
  });

  test.each(['PENDING', 'DELETING'] as const)('that vanishes while it is %s was deleted', async status => {
    const version = { id: '00000000-0000-0000-0000-000000000000', number: 2, status };
    await expect(publication().available(version)).rejects.toThrow(
      'version 2 of schema orders in registry shop was deleted while this deployment worked on it',
    );
  });

  test('that is not decided in time says so', async () => {
    checked(Infinity);
    await expect(registered()).rejects.toThrow(/AWS Glue has not yet decided whether version \S+ of schema orders/);
  });
});

describe('a version that is not compatible with all', () => {
  const INT = definition('field', 'int', {});
  const STRING = definition('field', 'string', {});
  const made = (Compatibility: string, text = INT) => create('all', { Compatibility, SchemaDefinition: text });
  const reason = (number: number) => publication(ALL).incompatibility({ number });

  test.each(['BACKWARD_ALL', 'FORWARD_ALL', 'FULL_ALL'])(
    'names the newest available one that conflicts (%s)',
    async mode => {
      await made(mode, STRING);
      seed(
        { definition: INT },
        { definition: INT.replace('Item', 'Item'), status: 'FAILURE' },
        { definition: STRING.replace('"field"', '"field"'), status: 'FAILURE' },
      );
      expect(await reason(4)).toMatch(
        new RegExp(
          `mode is ${mode}, which checks against every available version from 1 on: the registry failed it as version 4\\. It conflicts with version 2: .*\\. Difference to that version: \\[`,
        ),
      );
    },
  );

  test.each<[string, string, string, number | undefined]>([
    ['only as a reader', 'BACKWARD_ALL', definition('added', 'int', {}), 1],
    ['only as a reader', 'FORWARD_ALL', definition('added', 'int'), 1],
  ])('conflicts %s in the mode %s', async (_what, mode, text, conflict) => {
    await made(mode);
    seed({ definition: text, status: 'FAILURE' });
    expect(await reason(2)).toContain(`It conflicts with version ${conflict}`);
  });

  test('conflicts with nothing that the mode does not compare', async () => {
    // a reader of the old one cannot read the new one, but the other way round.
    await made('BACKWARD_ALL');
    seed({ definition: definition('added', 'int'), status: 'FAILURE' });
    expect(await reason(2)).not.toContain('It conflicts');
  });

  test('is not compared with what is older than the checkpoint', async () => {
    await made('BACKWARD_ALL');
    seed({ definition: STRING }, { definition: STRING, status: 'FAILURE' });
    const SchemaId = { RegistryName: 'shop', SchemaName: 'all' };
    await aws.glue.byHand('UpdateSchema', { SchemaId, SchemaVersionNumber: { VersionNumber: 2 } });
    expect(await reason(3)).toMatch(/from 2 on: .* Difference to the latest version/);
  });

  test('is compared with two hundred versions at most', async () => {
    await made('BACKWARD_ALL');
    seed(...Array.from({ length: 201 }, () => ({ definition: STRING })), { definition: STRING, status: 'FAILURE' });
    expect(await reason(203)).not.toContain('It conflicts');
    expect(aws.calls.filter({ operation: 'GetSchemaVersion' })).toHaveLength(201);
  });

  test('conflicts with nothing that is gone by then', async () => {
    await made('BACKWARD_ALL');
    seed({ definition: STRING, status: 'FAILURE' });
    jest.spyOn(glue, 'findNumber').mockResolvedValue(undefined);
    expect(await reason(2)).not.toContain('It conflicts');
  });

  test.each([
    ['in another mode', 'BACKWARD', 'AVRO'],
    ['in another format', 'BACKWARD_ALL', 'JSON'],
  ])('names none %s', async (_what, Compatibility, DataFormat) => {
    await create('all', {
      Compatibility,
      DataFormat,
      SchemaDefinition: DataFormat === 'AVRO' ? INT : '{"type":"object"}',
    });
    seed({ definition: DataFormat === 'AVRO' ? STRING : '{"type":"array"}', status: 'FAILURE' });
    expect(await reason(2)).toMatch(/\. Difference to the latest version: /);
  });

  test('has a difference that is cut off, that is none, or that cannot be read', async () => {
    await made('BACKWARD');
    const long = (count: number) => `"${'x'.repeat(count - 2)}"`;
    const difference = async () => /Difference to the latest version: (.*)$/.exec(await reason(1))![1];
    const answer = (Diff?: string) => void (aws.glue.operations.GetSchemaVersionsDiff.run = () => ({ Diff }));
    answer(long(1_500));
    expect(await difference()).toBe(long(1_500));
    answer(long(1_501));
    expect(await difference()).toBe(`${long(1_501).slice(0, 1_500)}...`);
    answer();
    expect(await difference()).toBe('(none)');
    refused('GetSchemaVersionsDiff', 'InvalidInputException');
    expect(await difference()).toBe('(unreadable: InvalidInputException: no way)');
  });

  test('says what it can if the schema is gone', async () => {
    jest.spyOn(glue, 'findSchema').mockResolvedValue(undefined);
    expect(await publication().incompatibility({ number: 1 })).toContain(
      'compatibility mode is undefined: the registry',
    );
    jest
      .spyOn(glue, 'findSchema')
      .mockResolvedValue({ ...AT, dataFormat: 'AVRO', compatibility: undefined, checkpoint: 1 });
    expect(await publication().incompatibility({ number: 1 })).toContain(
      'compatibility mode is undefined: the registry',
    );
  });
});

describe('a refusal of the registry', () => {
  const refusal = (at = AT, text = SECOND) => publication(at).register(text);

  test.each<[string, () => Promise<unknown>, RegExp]>([
    ['of a schema that does not exist', () => refusal(GONE), /^schema gone in registry shop does not exist: define it/],
    [
      'of what is no AVRO',
      () => refusal(AT, '{'),
      /^the definition for schema orders .* is not a valid AVRO schema: ./,
    ],
  ])('%s is explained', async (_what, register_, message) => {
    await expect(register_()).rejects.toMatchObject({ name: 'Unpublishable', message: expect.stringMatching(message) });
  });

  test.each<[string, string, RegExp]>([
    [
      'at the quota',
      'ResourceNumberLimitExceededException',
      /can have no further version: an account can have 10,000 .*ResourceNumberLimitExceededException: no way$/,
    ],
    ['for an unknown reason', 'InvalidInputException', /^InvalidInputException: no way$/],
  ])('%s is told', async (_what, code, message) => {
    refused('RegisterSchemaVersion', code);
    await expect(refusal()).rejects.toMatchObject({ name: 'Unpublishable', message: expect.stringMatching(message) });
  });

  test('of a schema that is disabled says so', async () => {
    await create('all', { Compatibility: 'DISABLED' });
    aws.glue.behavior.disabledRegistration = 'refused';
    await expect(refusal(ALL)).rejects.toThrow(
      /can have no further version, because its compatibility mode is DISABLED: choose another mode \(UpdateSchema\)\. InvalidInputException/,
    );
  });
});

test.each<[string, number | undefined, number | undefined, boolean]>([
  ['made when the event was sent', 0, 0, true],
  ['made after it', 0, 1_000, true],
  ['made before it', 0, -1_000, false],
  ['of which nobody knows when it was made', 0, undefined, false],
  ['of which nobody knows when the event was sent', undefined, 0, false],
])('a version is of an event or not: one %s', async (_what, sent, made, isOfEvent) => {
  const at = Date.UTC(2026, 0, 1);
  const ResponseURL = `http://127.0.0.1/answer${sent === undefined ? '' : `?X-Amz-Date=${amzDate(at + sent)}`}`;
  const event = { request: { ResponseURL } } as Scope;
  expect(isOfThisEvent({ createdAt: made === undefined ? undefined : at + made }, event)).toBe(isOfEvent);
});
