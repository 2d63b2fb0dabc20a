import {
  FIRST,
  INCOMPATIBLE,
  SECOND,
  THIRD,
  VERSION,
  aws,
  byHand,
  created,
  held,
  later,
  numbers,
  ownerOf,
  record,
  stack,
  succeeded,
  version,
} from './orders';
import { Stack } from './stack';

describe('a definition that is not compatible', () => {
  test('fails with the mode and the difference, and leaves no failed version behind', async () => {
    const reply = await stack.create(VERSION, 'V', version(INCOMPATIBLE));
    expect(reply.Reason).toMatch(
      /not compatible with schema orders in registry default-registry, whose compatibility mode is BACKWARD: the registry failed it as version 2\. Difference to the latest version: \[\{"op":"replace","path":"\/fields\/0\/type","value":"string"\}\]/,
    );
    expect(numbers()).toEqual([1]);
    succeeded(await stack.delete(VERSION, 'V', reply.PhysicalResourceId, version(INCOMPATIBLE)));
  });

  describe('with every version from the checkpoint on', () => {
    const a = { name: 'a', type: 'string' };
    const b = { name: 'b', type: 'string' };
    const c = { name: 'c', type: 'string', default: '' };
    const everyVersion = async (Compatibility: string, ...definitions: string[]) => {
      await byHand('UpdateSchema', { Compatibility: 'NONE', SchemaVersionNumber: { VersionNumber: 1 } });
      for (const SchemaDefinition of definitions) await byHand('RegisterSchemaVersion', { SchemaDefinition });
      await byHand('UpdateSchema', { Compatibility, SchemaVersionNumber: { VersionNumber: 2 } });
    };

    test.each([
      ['BACKWARD_ALL', record(b, c), 'version 2: field b is not written and has no default'],
      ['FORWARD_ALL', record(a, c), 'version 3: field b is not written and has no default'],
      ['FULL_ALL', record(b, c), 'version 3: field a is not written and has no default'],
    ])('names the version that stands against it: %s', async (mode, definition, conflict) => {
      await everyVersion(mode, record(a), record(a, b));
      const { Reason } = await stack.create(VERSION, 'V', version(definition));
      expect(Reason).toContain(`${mode}, which checks against every available version from 2 on`);
      expect(Reason).toContain(`It conflicts with ${conflict}. Difference to that version: [{"op":`);
      expect(Reason).toContain('/fields');
      expect(numbers()).toEqual([1, 2, 3]);
    });

    test('says what it knows where the format is another one', async () => {
      await aws.glue.createSchema('events', {
        DataFormat: 'JSON',
        Compatibility: 'BACKWARD_ALL',
        SchemaDefinition: '{"type":"object"}',
      });
      aws.glue.behaviour.compatible = () => false;
      const { Reason } = await stack.create(VERSION, 'V', version('{"type":"string"}', { SchemaName: 'events' }));
      expect(Reason).toMatch(/every available version from 1 on.*failed it as version 2\. Difference to the latest/);
    });
  });

  test('whose version was left by a function that was killed leaves none either', async () => {
    stack.killNext = { call: 3, when: 'before' };
    expect((await stack.create(VERSION, 'V', version(INCOMPATIBLE))).Reason).toMatch(/compatibility mode is BACKWARD/);
    expect(numbers()).toEqual([1]);
  });

  test('of an earlier attempt of somebody else’s is named, and left', async () => {
    await byHand('RegisterSchemaVersion', { SchemaDefinition: INCOMPATIBLE });
    await later();
    const reply = await stack.create(VERSION, 'V', version(INCOMPATIBLE));
    expect(reply.Reason).toMatch(
      /while version 2 of schema orders .* exists: delete that version, or set adoptExisting: true/,
    );
    expect(numbers()).toEqual([1, 2]);
  });

  test.each([
    ['next', 3],
    ['reused', 2],
  ] as const)(
    'is checked again with adoptExisting once the mode allows it; numbers are %s',
    async (reading, number) => {
      aws.glue.behaviour.numberAfterDeletion = reading;
      await byHand('RegisterSchemaVersion', { SchemaDefinition: INCOMPATIBLE });
      await byHand('UpdateSchema', { Compatibility: 'NONE', SchemaVersionNumber: { VersionNumber: 1 } });
      await created(version(INCOMPATIBLE, { AdoptExisting: true }));
      expect(numbers()).toEqual([1, number]);
      expect(held(number)?.status).toBe('AVAILABLE');
    },
  );

  test('says so where the failed version cannot be removed', async () => {
    aws.glue.behaviour.deletionError = () => ({ code: 'InternalServiceException', message: 'no luck' });
    const reply = await stack.create(VERSION, 'V', version(INCOMPATIBLE));
    expect(reply.Reason).toMatch(
      /besides, version [0-9a-f-]{36} could not be removed again: InternalServiceException: no luck/,
    );
  });

  test('fails an Update, and the rollback finds what there was', async () => {
    const id = await created();
    const failed = await stack.update(VERSION, 'V', { id, properties: version(INCOMPATIBLE), old: version() });
    expect(failed).toMatchObject({ Status: 'FAILED', PhysicalResourceId: id });
    const before = aws.glue.describe('orders');
    const back = await stack.during('UPDATE_ROLLBACK_IN_PROGRESS', () =>
      stack.update(VERSION, 'V', { id, properties: version(), old: version(INCOMPATIBLE) }),
    );
    expect(back).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: id });
    expect(aws.glue.describe('orders')).toEqual(before);
  });

  test('does not fail a rollback, whose version has been deleted meanwhile', async () => {
    const id = await created();
    await byHand('UpdateSchema', { Compatibility: 'NONE', SchemaVersionNumber: { VersionNumber: 1 } });
    await byHand('RegisterSchemaVersion', { SchemaDefinition: INCOMPATIBLE });
    await byHand('UpdateSchema', { Compatibility: 'BACKWARD', SchemaVersionNumber: { VersionNumber: 3 } });
    await byHand('DeleteSchemaVersions', { Versions: '2' });
    await later();
    const back = await stack.during('UPDATE_ROLLBACK_IN_PROGRESS', () =>
      stack.update(VERSION, 'V', { id, properties: version(), old: version(THIRD) }),
    );
    expect(back).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: id, Data: { VersionNumber: '0' } });
    expect(JSON.stringify(stack.logs)).toContain('compatibility mode is BACKWARD');
  });
});

describe('a definition that exists already', () => {
  test('is a success, and its version stays whose it is', async () => {
    await byHand('RegisterSchemaVersion', { SchemaDefinition: SECOND });
    const before = held();
    await later();
    const reply = succeeded(await stack.create(VERSION, 'V', version(SECOND, { Metadata: { a: '1' } })));
    expect(reply.Data).toEqual({ VersionId: before?.versionId, VersionNumber: '2' });
    succeeded(await stack.delete(VERSION, 'V', reply.PhysicalResourceId, version(SECOND, { Removal: 'DELETE' })));
    expect(held()).toEqual(before);
  });

  test.each([{}, { AdoptExisting: true, Metadata: { a: '1' } }])(
    'as that of the first version, which goes with its schema, is used and never claimed (%j)',
    async more => {
      const before = held(1);
      const first = version(FIRST, { ...more, Removal: 'DELETE' });
      const reply = succeeded(await stack.create(VERSION, 'V', first));
      expect(reply.Data).toMatchObject({ VersionNumber: '1' });
      expect(held(1)).toEqual(before);
      succeeded(await stack.delete(VERSION, 'V', reply.PhysicalResourceId, first));
      expect(held(1)).toEqual(before);
    },
  );

  test('in other whitespace and order is the same, and replaces nothing', async () => {
    const id = await created();
    const { type, name, fields } = JSON.parse(SECOND);
    const reply = await stack.update(VERSION, 'V', {
      id,
      properties: version(JSON.stringify({ name, fields, type }, null, 2)),
      old: version(),
    });
    expect(succeeded(reply).PhysicalResourceId).toBe(id);
    expect(numbers()).toEqual([1, 2]);
  });

  test('of another stack stays that one’s', async () => {
    await created(version(), 'V', new Stack(aws, 'other'));
    const before = held();
    const id = await created();
    succeeded(await stack.delete(VERSION, 'V', id, version(SECOND, { Removal: 'DELETE' })));
    expect(held()).toEqual(before);
  });

  test('is taken over with adoptExisting, and given back untouched by a rollback', async () => {
    await byHand('RegisterSchemaVersion', { SchemaDefinition: SECOND });
    const before = held();
    const adopting = version(SECOND, { AdoptExisting: true, Removal: 'DELETE' });
    const id = await created(adopting);
    expect(ownerOf()).toHaveLength(1);
    await stack.during('ROLLBACK_IN_PROGRESS', () => stack.delete(VERSION, 'V', id, adopting));
    expect(held()).toEqual(before);
  });

  test('is given back to the stack that it was adopted from', async () => {
    const other = new Stack(aws, 'other');
    const theirs = await created(version(), 'V', other);
    const adopting = version(SECOND, { AdoptExisting: true });
    const id = await created(adopting);
    await stack.during('ROLLBACK_IN_PROGRESS', () => stack.delete(VERSION, 'V', id, adopting));
    succeeded(await other.delete(VERSION, 'V', theirs, version(SECOND, { Removal: 'DELETE' })));
    expect(numbers()).toEqual([1]);
  });

  test('goes with the stack once it is adopted', async () => {
    await byHand('RegisterSchemaVersion', { SchemaDefinition: SECOND });
    const adopting = version(SECOND, { AdoptExisting: true, Removal: 'DELETE' });
    succeeded(await stack.delete(VERSION, 'V', await created(adopting), adopting));
    expect(numbers()).toEqual([1]);
  });
});
