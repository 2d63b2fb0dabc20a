import { OWNER_KEY } from '../../../contract/ownership';
import {
  AT,
  FIRST,
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
  stack,
  succeeded,
  version,
} from './orders';

describe('Create', () => {
  test('registers the definition, and owns its version', async () => {
    const reply = succeeded(await stack.create(VERSION, 'V', version(SECOND, { Metadata: { ticket: 'A-1' } })));
    const { versionId, status, metadata } = held()!;

    expect(status).toBe('AVAILABLE');
    expect(metadata).toEqual({
      ticket: ['A-1'],
      [OWNER_KEY]: [expect.stringMatching(/^1\.owner=[0-9a-f]{16}\.stack=stack-\d+\/0a1b\.at=[0-9a-z]+$/)],
    });
    expect(reply.Data).toEqual({ VersionId: versionId, VersionNumber: '2' });
    const [, owner] = /owner=([0-9a-f]+)/.exec(ownerOf()![0])!;
    expect(reply.PhysicalResourceId).toBe(`default-registry/orders@${owner}/${versionId}`);
  });

  test('takes four calls, of which two write and the last one makes sure', async () => {
    expect(await stack.callsOf(() => created())).toEqual([
      'GetSchemaByDefinition',
      'RegisterSchemaVersion',
      'PutSchemaVersionMetadata',
      'QuerySchemaVersionMetadata',
    ]);
  });

  test('waits until the version is available', async () => {
    aws.glue.behavior.checkTime = () => 60_000;
    await created();
    expect(held()?.status).toBe('AVAILABLE');
  });

  test('reads a large definition from where the CDK has put it', async () => {
    await aws.call('s3', 'CreateBucket', { Bucket: 'assets' });
    await aws.call('s3', 'PutObject', { Bucket: 'assets', Key: 'hash.json', Body: Buffer.from(SECOND) });
    await created({ ...AT, DefinitionObject: { Bucket: 'assets', Key: 'hash.json' } });
    expect(held()?.definition).toBe(SECOND);
  });

  test('says what to do where a large definition has gone', async () => {
    await aws.call('s3', 'CreateBucket', { Bucket: 'assets' });
    const reply = await stack.create(VERSION, 'V', { ...AT, DefinitionObject: { Bucket: 'assets', Key: 'no' } });
    expect(reply.Reason).toMatch(/not at s3:\/\/assets\/no any more \(NoSuchKey\): deploy again/);
  });

  test.each([
    ['GetSchemaByDefinition', 1],
    ['RegisterSchemaVersion', 2],
    ['PutSchemaVersionMetadata', 3],
    ['QuerySchemaVersionMetadata', 4],
  ])('killed before or after %s and delivered again has one version, which is the resource’s', async (_call, call) => {
    for (const when of ['before', 'after'] as const) {
      stack.killNext = { call, when };
      const id = await created(version(), 'V');
      expect(numbers()).toEqual([1, 2]);
      expect(ownerOf()).toHaveLength(1);
      succeeded(await stack.delete(VERSION, 'V', id, version(SECOND, { Removal: 'DELETE' })));
      expect(numbers()).toEqual([1]);
      aws.glue.behavior.numberAfterDeletion = 'reused';
    }
  });

  test('repeats a write that meets another one', async () => {
    const { concurrentModification } = await import('cdk-versioned-artifacts-local');
    for (const operation of ['RegisterSchemaVersion', 'PutSchemaVersionMetadata']) {
      aws.faults.inject({ service: 'glue', operation, trouble: { error: concurrentModification() }, times: 2 });
    }
    await created();
    expect(ownerOf()).toHaveLength(1);
  });

  test.each([
    ['next', 3],
    ['reused', 2],
  ] as const)('withdraws what cannot be marked, but not under RETAIN; numbers are %s', async (reading, number) => {
    aws.glue.behavior.numberAfterDeletion = reading;
    aws.glue.behavior.maxMetadataPairs = 0;
    const deletable = version(SECOND, { Removal: 'DELETE' });
    expect((await stack.create(VERSION, 'V', deletable)).Reason).toMatch(/ResourceNumberLimitExceededException/);
    expect(numbers()).toEqual([1]);
    expect((await stack.create(VERSION, 'V', version())).Reason).toMatch(/ResourceNumberLimitExceededException/);
    // it may be in use.
    expect(numbers()).toEqual([1, number]);
  });

  test.each<[string, object, RegExp]>([
    [
      'a definition that is no AVRO',
      version('{"type":"recrod"}'),
      /schema orders in registry default-registry is not a valid AVRO schema: /,
    ],
    [
      'a schema that does not exist',
      version(SECOND, { SchemaName: 'no' }),
      /schema no in registry default-registry does not exist: define it/,
    ],
  ])('fails on %s', async (_what, properties, reason) => {
    const reply = await stack.create(VERSION, 'V', properties);
    expect(reply.Reason).toMatch(reason);
    expect(numbers()).toEqual([1]);
  });

  test.each<[string, object, RegExp]>([
    ['a definition that is too long', version('x'.repeat(170_001)), /at most 170,000 characters, got 170001/],
    ['a blank definition', version(' \n'), /must not be blank/],
    ['no definition', AT, /one of Definition and DefinitionObject must be set, got neither/],
    ['a name with a space', version(SECOND, { SchemaName: 'my orders' }), /the name of a schema must only contain/],
    ['the removal DEPRECATE', version(SECOND, { Removal: 'DEPRECATE' }), /has no deprecated state/],
    ['metadata with a space', version(SECOND, { Metadata: { a: 'b c' } }), /a metadata value must only contain/],
    [
      'metadata of the library’s',
      version(SECOND, { Metadata: { [OWNER_KEY]: 'me' } }),
      /are reserved for this library/,
    ],
    [
      'nine pairs of metadata',
      version(SECOND, { Metadata: Object.fromEntries([...'abcdefghi'].map(key => [key, '1'])) }),
      /8 pairs of metadata .this library needs the rest., got 9/,
    ],
  ])('refuses %s before the first call', async (_what, properties, reason) => {
    const calls = await stack.callsOf(async () => {
      expect((await stack.create(VERSION, 'V', properties)).Reason).toMatch(reason);
    });
    expect(calls).toEqual([]);
  });
});

test('a region that holds all the versions it may says what makes room', async () => {
  aws.glue.behavior.maxSchemaVersions = 1;
  const { Reason } = await stack.create(VERSION, 'V', version());
  expect(Reason).toMatch(/can have no further version: .*10,000.*Delete versions .*with a SchemaVersionRetention/);
});

describe('Update', () => {
  test('of nothing makes no write call', async () => {
    const id = await created();
    const calls = await stack.callsOf(() =>
      stack.update(VERSION, 'V', { id, properties: version(SECOND, { Salt: '1' }), old: version() }),
    );
    expect(calls).toEqual(['GetSchemaVersion', 'QuerySchemaVersionMetadata']);
  });

  test('of the definition replaces the version; the old one stays by default, and is nobody’s', async () => {
    const id = await created();
    await later();
    const reply = succeeded(await stack.update(VERSION, 'V', { id, properties: version(THIRD), old: version() }));
    expect(reply.PhysicalResourceId).not.toBe(id);
    expect(reply.Data).toMatchObject({ VersionNumber: '3' });
    succeeded(await stack.delete(VERSION, 'V', id, version()));
    expect(numbers()).toEqual([1, 2, 3]);
    expect(ownerOf(2)).toEqual([expect.stringMatching(/^2\.released=[0-9a-f]{16}$/)]);
    expect(ownerOf(3)).toEqual([expect.stringContaining('owner=')]);
  });

  test.each<[string, object, number[]]>([
    ['removes what it made with DELETE', { Removal: 'DELETE' }, [1, 2]],
    ['leaves what it made under RETAIN to nobody: somebody may have written with it', {}, [1, 2, 3]],
  ])('that is rolled back %s', async (_what, more, left) => {
    const id = await created();
    const made = version(THIRD, { ...more, Metadata: { ticket: 'A-1' } });
    const next = succeeded(
      await stack.update(VERSION, 'V', { id, properties: made, old: version() }),
    ).PhysicalResourceId;
    const rollback = await stack.during('UPDATE_ROLLBACK_IN_PROGRESS', () =>
      stack.update(VERSION, 'V', { id: next, properties: version(), old: made }),
    );
    expect(rollback.PhysicalResourceId).toBe(id);
    await stack.during('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', () => stack.delete(VERSION, 'V', next, made));
    expect(numbers()).toEqual(left);
    expect(ownerOf()).toEqual([expect.stringContaining('owner=')]);
    const released = { [OWNER_KEY]: [expect.stringMatching(/^2\.released=[0-9a-f]{16}$/)] };
    expect(held(3)?.metadata).toEqual(left.includes(3) ? released : undefined);
  });

  test('that is rolled back has what it left again when it is repeated', async () => {
    const id = await created();
    const next = succeeded(
      await stack.update(VERSION, 'V', { id, properties: version(THIRD), old: version() }),
    ).PhysicalResourceId;
    await stack.during('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', () =>
      stack.delete(VERSION, 'V', next, version(THIRD)),
    );
    await later();
    const again = succeeded(await stack.update(VERSION, 'V', { id, properties: version(THIRD), old: version() }));
    expect(again.PhysicalResourceId).toBe(next);
    expect(ownerOf(3)).toEqual([expect.stringContaining('owner=')]);
    succeeded(await stack.delete(VERSION, 'V', next, version(THIRD, { Removal: 'DELETE' })));
    expect(numbers()).toEqual([1, 2]);
  });

  test('back to a definition that was released has its version again', async () => {
    const id = await created();
    const next = succeeded(
      await stack.update(VERSION, 'V', { id, properties: version(THIRD), old: version() }),
    ).PhysicalResourceId;
    succeeded(await stack.delete(VERSION, 'V', id, version()));
    const again = succeeded(await stack.update(VERSION, 'V', { id: next, properties: version(), old: version(THIRD) }));
    expect(again.PhysicalResourceId).toBe(id);
    expect(ownerOf()).toEqual([expect.stringMatching(/^3\..*owner=/)]);
  });

  test('of an object that has another content under its key registers that', async () => {
    const put = (definition: string) =>
      aws.call('s3', 'PutObject', { Bucket: 'assets', Key: 'item.json', Body: Buffer.from(definition) });
    await aws.call('s3', 'CreateBucket', { Bucket: 'assets' });
    await put(SECOND);
    const properties = { ...AT, DefinitionObject: { Bucket: 'assets', Key: 'item.json' } };
    const id = await created(properties);
    await put(THIRD);
    succeeded(await stack.update(VERSION, 'V', { id, properties, old: properties }));
    expect(held(3)?.definition).toBe(THIRD);
  });

  test('of metadata removes what the template once set, and nothing else', async () => {
    const before = version(SECOND, { Metadata: { a: '1', b: '2', same: '=' } });
    const id = await created(before);
    const at = { SchemaVersionNumber: { VersionNumber: 2 } };
    await byHand('PutSchemaVersionMetadata', {
      ...at,
      MetadataKeyValue: { MetadataKey: 'by-hand', MetadataValue: 'x' },
    });
    succeeded(
      await stack.update(VERSION, 'V', {
        id,
        properties: version(SECOND, { Metadata: { a: '3', same: '=' } }),
        old: before,
      }),
    );
    const { [OWNER_KEY]: _owner, ...rest } = held()?.metadata ?? {};
    expect(rest).toEqual({ a: ['3'], same: ['='], 'by-hand': ['x'] });
  });

  test('exchanges all eight pairs within the ten that a version may have', async () => {
    const pairs = (value: string) => Object.fromEntries([...'abcdefgh'].map(key => [key, value]));
    const id = await created(version(SECOND, { Metadata: pairs('1') }));
    const next = version(SECOND, { Metadata: pairs('2') });
    succeeded(
      await stack.update(VERSION, 'V', { id, properties: next, old: version(SECOND, { Metadata: pairs('1') }) }),
    );
    expect(held()?.metadata).toMatchObject({ a: ['2'], h: ['2'] });
  });

  test('to another schema replaces', async () => {
    await aws.glue.createSchema('returns', { Compatibility: 'NONE', SchemaDefinition: FIRST });
    const id = await created();
    const reply = await stack.update(VERSION, 'V', {
      id,
      properties: version(SECOND, { SchemaName: 'returns' }),
      old: version(),
    });
    expect(succeeded(reply).PhysicalResourceId).toMatch(/^default-registry\/returns@/);
  });

  test.each([
    ['next', 3, 0],
    ['reused', 2, 0],
    ['next', 3, 60_000],
  ] as const)('registers again what has been deleted by hand; numbers are %s', async (reading, number, time) => {
    Object.assign(aws.glue.behavior, { numberAfterDeletion: reading, deletionTime: time });
    const id = await created();
    await byHand('DeleteSchemaVersions', { Versions: '2' });
    await later();
    const reply = succeeded(
      await stack.update(VERSION, 'V', { id, properties: version(SECOND, { Salt: '1' }), old: version() }),
    );
    expect(reply.Data).toMatchObject({ VersionNumber: `${number}` });
    succeeded(await stack.delete(VERSION, 'V', id, version()));
    await stack.later(time);
    expect(numbers()).toEqual([1, number]);
  });
});

describe('a construct that is renamed', () => {
  test('keeps its version', async () => {
    const old = await created(version(), 'Old');
    const id = await created(version(), 'New');
    succeeded(await stack.delete(VERSION, 'Old', old, version(SECOND, { Removal: 'DELETE' })));
    expect(numbers()).toEqual([1, 2]);
    succeeded(await stack.delete(VERSION, 'New', id, version(SECOND, { Removal: 'DELETE' })));
    expect(numbers()).toEqual([1]);
  });

  test('gives it back when the deployment fails', async () => {
    const old = await created(version(), 'Old');
    const id = await created(version(), 'New');
    await stack.during('UPDATE_ROLLBACK_IN_PROGRESS', () => stack.delete(VERSION, 'New', id, version()));
    succeeded(await stack.delete(VERSION, 'Old', old, version(SECOND, { Removal: 'DELETE' })));
    expect(numbers()).toEqual([1]);
  });

  test('keeps it whichever call of the take-over is killed', async () => {
    for (const call of [5, 6, 7]) {
      for (const when of ['before', 'after'] as const) {
        const name = `New-${call}-${when}`;
        const old = await created(version(), `${name}-old`);
        stack.killNext = { call, when };
        const id = await created(version(), name);
        expect(ownerOf()).toHaveLength(1);
        succeeded(await stack.delete(VERSION, `${name}-old`, old, version()));
        succeeded(await stack.delete(VERSION, name, id, version(SECOND, { Removal: 'DELETE' })));
        expect(numbers()).toEqual([1]);
        aws.glue.behavior.numberAfterDeletion = 'reused';
      }
    }
  });
});
