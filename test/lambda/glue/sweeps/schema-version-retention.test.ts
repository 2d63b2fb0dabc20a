import { isDeepStrictEqual } from 'node:util';
import { ServiceError, throttling } from 'cdk-versioned-artifacts-local';
import { OWNER_KEY } from '../../../../contract/ownership';
import { GlueGateway } from '../../../../lambda/glue/gateway';
import { STACK_ID } from '../../../../testing/sweep/sweep-world';
import { untilHit } from '../../../../testing/until-hit';
import {
  DAY,
  UNMARKED,
  add,
  aws,
  byHand,
  checkpoint,
  clock,
  deletions,
  held,
  left,
  outcomeOf,
  register,
  sweepOf,
} from './schema-under-retention';

describe('the rules', () => {
  afterEach(() => jest.restoreAllMocks());

  test('keep the latest by number, in whatever order the service lists them', async () => {
    add({}, {}, {}, {}, {});
    aws.glue.behavior.versionOrder = 'by-id';
    await sweepOf({ rules: { keepLatest: 2 } }).run();
    expect(left()).toEqual([1, 5, 6]);
    expect(deletions()).toEqual(['2-4']);
  });

  test('keep what is young', async () => {
    const old = { createdAt: new Date(clock.now() - 40 * DAY) };
    add(old, {}, old, {});
    await sweepOf({ rules: { minAgeSeconds: 30 * 86_400 } }).run();
    expect(left()).toEqual([1, 3, 5]);
  });

  test.each([undefined, '', 'yesterday'])('keep what the registry tells no age of that can be read: %p', async time => {
    add({}, {}, {});
    const { versionsOf } = GlueGateway.prototype;
    jest.spyOn(GlueGateway.prototype, 'versionsOf').mockImplementation(async function (this: GlueGateway, ...at) {
      return (await versionsOf.apply(this, at)).map(version => ({ ...version, CreatedTime: time }));
    });
    const sweep = sweepOf({ rules: { minAgeSeconds: 86_400 } });
    await sweep.run();
    expect(sweep.kept).toMatchObject({ 2: 'AGE_UNKNOWN', 3: 'AGE_UNKNOWN' });
    await sweepOf({ rules: { keepLatest: 2 } }).run();
    expect(left()).toEqual([1, 3, 4]);
  });

  test('refuse a plan that removes more than it may', async () => {
    add(...Array<object>(10).fill({}));
    expect(await outcomeOf(sweepOf({ rules: { keepLatest: 1, maxRemovals: 5 } }))).toMatchObject({ status: 'REFUSED' });
    expect(left()).toHaveLength(11);
  });

  test('plan and record in a dry run, and remove nothing', async () => {
    add({}, {}, {});
    const sweep = sweepOf({ rules: { keepLatest: 1, dryRun: true }, advanceCheckpoint: true });
    await sweep.run();
    expect(sweep.records('would-remove').map(({ name }) => name)).toEqual(['2', '3']);
    expect(left()).toEqual([1, 2, 3, 4]);
    expect(held()?.checkpoint).toBe(1);
  });
});

describe('always stay', () => {
  test('an owned one whose record is being changed in the tenth pair, and another full one does not', async () => {
    const metadata = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`governance-${index}`, 'x']));
    add({ metadata }, { metadata }, {});
    await byHand('PutSchemaVersionMetadata', {
      SchemaVersionNumber: { VersionNumber: 1 },
      MetadataKeyValue: {
        MetadataKey: `${OWNER_KEY}.of-${held()!.versions[3].versionId}`,
        MetadataValue: '1.owner=0123456789abcdef.stack=orders/0a1b',
      },
    });
    await sweepOf().run();
    expect(left()).toEqual([1, 3, 4]);
  });

  test('the first version, the checkpoint, the newest that is available, protected and owned ones', async () => {
    add(
      {},
      { metadata: { keep: 'true' } },
      {},
      { metadata: { [OWNER_KEY]: '1.owner=0123456789abcdef.stack=orders/0a1b' } },
      {},
      { status: 'PENDING' },
      {},
      { status: 'FAILURE' },
    );
    await checkpoint(4);
    const sweep = sweepOf({ rules: { minAgeSeconds: 1 }, protectedMetadata: { keep: 'true' } });
    clock.advance(DAY);
    await sweep.run();
    expect(left()).toEqual([1, 3, 4, 5, 7, 8]);
    expect(sweep.kept).toEqual({
      1: 'FIRST_VERSION',
      3: 'PROTECTED_METADATA',
      4: 'CHECKPOINT',
      5: 'OWNED',
      7: 'STATUS',
      8: 'LATEST_AVAILABLE',
    });
  });

  test('versions with another value of the protecting key do not', async () => {
    add({ metadata: { keep: 'false' } }, {});
    await sweepOf({ protectedMetadata: { keep: 'true' } }).run();
    expect(left()).toEqual([1, 3]);
  });

  test('versions that a stack has released do not', async () => {
    add({ metadata: { [OWNER_KEY]: '2.released=0123456789abcdef' } }, {});
    await sweepOf().run();
    expect(left()).toEqual([1, 3]);
  });

  test('versions of a stack that is gone do not: where its name may be cut, none tells that it is', async () => {
    const cut = 'a-name-of-thirty-two-characters-';
    add(
      { metadata: { [OWNER_KEY]: '1.owner=0123456789abcdef.stack=release/9f8e.at=t3ie00abc' } },
      { metadata: { [OWNER_KEY]: `1.owner=0123456789abcdef.stack=${cut}/9f8e` } },
      { metadata: { [OWNER_KEY]: '1.owner=0123456789abcdef.stack=living/7d6c' } },
      {},
    );
    const sweep = sweepOf();
    const stack = (name: string) => STACK_ID.replace('fleet/0a1b', name);
    sweep.stacks[stack('release/9f8e')] = { status: 'DELETE_COMPLETE' };
    sweep.stacks[stack(`${cut}/9f8e`)] = { status: 'DELETE_COMPLETE' };
    sweep.stacks[stack('living/7d6c')] = { status: 'UPDATE_COMPLETE' };
    await sweep.run();
    expect(left()).toEqual([1, 3, 4, 5]);
    expect(sweep.kept).toMatchObject({ 3: 'OWNED', 4: 'OWNED' });
  });

  test.each([
    ['that is not over does not count among the latest', 0, [1, 4, 5]],
    ['that has succeeded does', 120_000, [1, 5]],
  ])('what a deployment of another stack has claimed %s', async (_, ago, expected) => {
    const other = STACK_ID.replace('fleet/0a1b', 'other/1');
    const at = Math.floor((clock.now() - ago) / 1_000).toString(36);
    add({}, {}, {}, { metadata: { [OWNER_KEY]: `1.owner=0123456789abcdef.stack=other/1.at=${at}abc` } });
    const sweep = sweepOf();
    sweep.stacks[other] = { status: 'UPDATE_COMPLETE' };
    const changedAt = clock.now() - UNMARKED - 60_000;
    sweep.history = [{ logicalId: 'other', physicalId: other, status: 'UPDATE_COMPLETE', changedAt }];
    await sweep.run();
    expect(left()).toEqual(expected);
  });

  test('what is registered and not marked yet, for a minute, and the newest before it', async () => {
    add({}, {});
    register({}, {});
    clock.advance(UNMARKED - 1_000);
    // of what is younger, another rule would leave nothing.
    const sweep = sweepOf({ rules: { minAgeSeconds: 1 } });
    await sweep.run();
    expect(sweep.kept).toMatchObject({ 3: 'LATEST_AVAILABLE', 4: 'TOO_YOUNG', 5: 'LATEST_AVAILABLE' });
    expect(left()).toEqual([1, 3, 4, 5]);
  });

  test.each([
    ['less than a minute ago does not count among the latest', UNMARKED - 1_000, [1, 3, 4]],
    ['a minute ago does', UNMARKED, [1, 4]],
  ])('what was registered and is not marked since %s', async (_, ago, expected) => {
    add({}, {});
    register({});
    clock.advance(ago);
    await sweepOf().run();
    expect(left()).toEqual(expected);
  });

  test.each([
    ['that is not over removes it if it fails', 0, [1, 3, 4]],
    ['that has succeeded keeps it', 120_000, [1, 4]],
  ])('the newest version but one, by age alone, where the deployment of the newest %s', async (_, ago, expected) => {
    const other = STACK_ID.replace('fleet/0a1b', 'other/1');
    add({}, {});
    clock.advance(DAY);
    const at = Math.floor((clock.now() - ago) / 1_000).toString(36);
    register({ metadata: { [OWNER_KEY]: `1.owner=0123456789abcdef.stack=other/1.at=${at}abc` } });
    const sweep = sweepOf({ rules: { minAgeSeconds: 3_600 } });
    sweep.stacks[other] = { status: 'UPDATE_COMPLETE' };
    const changedAt = clock.now() - 60_000;
    sweep.history = [{ logicalId: 'other', physicalId: other, status: 'UPDATE_COMPLETE', changedAt }];
    clock.advance(1_000);
    await sweep.run();
    expect(left()).toEqual(expected);
  });

  const released = { metadata: { [OWNER_KEY]: '2.released=0123456789abcdef' } };
  const owned = { metadata: { [OWNER_KEY]: '1.owner=0123456789abcdef.stack=other/1' } };

  test('only what is not marked yet, however young: what its stack has let go goes', async () => {
    register({}, released, owned);
    clock.advance(1_000);
    const sweep = sweepOf();
    await sweep.run();
    expect(sweep.kept).toMatchObject({ 2: 'TOO_YOUNG', 4: 'AMONG_LATEST' });
    expect(left()).toEqual([1, 2, 4]);
  });

  test.each([
    ['a moment ago does not count among the latest, as its canceled creation may remove it', 1_000, [1, 3, 4]],
    ['a minute ago counts', UNMARKED, [1, 4]],
  ])('what was registered and let go %s', async (_, ago, expected) => {
    add({}, {});
    register(released);
    clock.advance(ago);
    await sweepOf().run();
    expect(left()).toEqual(expected);
  });

  test('what has an owner whose deployment is over counts among the latest at once', async () => {
    add({}, {});
    register(owned);
    clock.advance(1_000);
    await sweepOf().run();
    expect(left()).toEqual([1, 4]);
  });

  test('what has gone since the listing does not count among the latest', async () => {
    add({}, {}, {});
    const gone = held()?.versions[4].versionId;
    const stalled = aws.faults.inject({
      service: 'glue',
      operation: 'QuerySchemaVersionMetadata',
      match: ({ SchemaVersionId }) => SchemaVersionId === gone,
      trouble: { stall: 'until released' },
    });
    const running = sweepOf().run();
    await untilHit(stalled, running);
    await byHand('DeleteSchemaVersions', { Versions: '4' });
    clock.advance(1_000);
    stalled.release();
    await running;
    expect(left()).toEqual([1, 3]);
  });

  test('the newest that is left, where the newest of the listing goes while a call waits', async () => {
    add({}, {}, {}, {});
    const throttled = aws.faults.inject({ operation: 'DeleteSchemaVersions', trouble: { error: throttling() } });
    let waits = 0;
    const sleep = clock.sleep.bind(clock);
    clock.sleep = async milliseconds => {
      if (throttled.hits > 0 && waits++ === 0) await byHand('DeleteSchemaVersions', { Versions: '5' });
      return sleep(milliseconds);
    };
    const sweep = sweepOf();
    await sweep.run();
    expect(left()).toEqual([1, 4]);
    expect(sweep.kept).toMatchObject({ 4: 'LATEST_AVAILABLE' });
  });

  test.each([
    ['its deployment may not have marked yet', {}],
    ['a stack owns', { metadata: { [OWNER_KEY]: '1.owner=0123456789abcdef.stack=other/1' } }],
  ])('the latest before the run, where another is registered since, which %s', async (_, version) => {
    add({}, {}, {});
    const throttled = aws.faults.inject({ operation: 'ListSchemaVersions', trouble: { error: throttling() } });
    let waits = 0;
    const sleep = clock.sleep.bind(clock);
    clock.sleep = async milliseconds => {
      await sleep(milliseconds);
      if (throttled.hits === 0 || waits++ > 0) return;
      clock.advance(2_000);
      add(version);
    };
    await sweepOf().run();
    expect(left()).toEqual([1, 4, 5]);
  });

  test('versions that come to be unreadable while a range is removed, and no others', async () => {
    add({}, {}, {});
    const trouble = { error: new ServiceError('AccessDeniedException', 'no way', 400) };
    const names = () => [held()?.versions[3].versionId, { VersionNumber: 3 }];
    const match = ({ SchemaVersionId, SchemaVersionNumber }: Record<string, unknown>) =>
      names().some(name => isDeepStrictEqual(name, SchemaVersionId ?? SchemaVersionNumber));
    // it is read once when it is decided about, and once more before it goes.
    aws.faults.inject({ service: 'glue', operation: 'QuerySchemaVersionMetadata', match, nth: 2, trouble, times: 18 });
    const sweep = sweepOf();
    const { status } = await sweep.run();
    expect({ status, left: left() }).toEqual({ status: 'SUCCEEDED', left: [1, 3, 4] });
    expect(sweep.kept).toMatchObject({ 3: 'PROTECTION_UNREADABLE' });
  });

  test('versions whose metadata cannot be read', async () => {
    add({}, {});
    const trouble = { error: new ServiceError('AccessDeniedException', 'no way', 400) };
    aws.faults.inject({ service: 'glue', operation: 'QuerySchemaVersionMetadata', trouble, times: 99 });
    const sweep = sweepOf();
    await sweep.run();
    expect(sweep.kept).toMatchObject({ 2: 'PROTECTION_UNREADABLE' });
  });
});

describe('failed versions', () => {
  const young = { status: 'FAILURE' } as const;

  test('go whatever their age, and do not count among the latest', async () => {
    add(young, {}, young);
    const sweep = sweepOf({ rules: { keepLatest: 2, minAgeSeconds: 86_400 } });
    await sweep.run();
    expect(left()).toEqual([1, 3]);
    expect(sweep.records('removed').map(({ reason }) => reason)).toEqual(['FAILED', 'FAILED']);
  });

  test('stay where they are not to go', async () => {
    add(young, {});
    await sweepOf({ removeFailed: false }).run();
    expect(left()).toEqual([1, 2, 3]);
  });

  test('stay where their metadata protect them, or they are the checkpoint', async () => {
    aws.glue.behavior.checkpointOnFailure = 'allowed';
    add({ ...young, metadata: { keep: 'true' } }, young, {}, young);
    await checkpoint(3);
    await sweepOf({ protectedMetadata: { keep: 'true' } }).run();
    expect(left()).toEqual([1, 2, 3, 4]);
  });
});

describe('advanceCheckpoint', () => {
  test('moves it to the oldest version that stays, the first aside, by number alone', async () => {
    add({}, {}, {}, {}, {});
    const sweep = sweepOf({ rules: { keepLatest: 2 }, advanceCheckpoint: true });
    await sweep.run();
    expect(held()).toMatchObject({ checkpoint: 5, compatibility: 'BACKWARD' });
    expect(left()).toEqual([1, 5, 6]);
    const [move] = aws.calls.filter({ service: 'glue', operation: 'UpdateSchema', via: 'http' });
    expect(move.input).toEqual({
      SchemaId: { RegistryName: 'default-registry', SchemaName: 'orders' },
      SchemaVersionNumber: { VersionNumber: 5 },
    });
  });

  test('frees the former checkpoint', async () => {
    add({}, {}, {}, {});
    await checkpoint(3);
    await sweepOf({ advanceCheckpoint: true }).run();
    expect(left()).toEqual([1, 5]);
  });

  test('never moves it back, and not to what has failed', async () => {
    add({}, { status: 'FAILURE' }, {}, {}, {});
    await checkpoint(5);
    await sweepOf({ rules: { keepLatest: 3 }, removeFailed: false, advanceCheckpoint: true }).run();
    expect(held()?.checkpoint).toBe(5);
  });

  test.each([{ keepLatest: 1 }, { keepLatest: 1, maxRemovals: 50 }, { minAgeSeconds: 1 }])(
    'that is not wanted never has UpdateSchema called, with %j',
    async rules => {
      add({}, { status: 'FAILURE' }, {}, {}, {});
      clock.advance(DAY);
      await sweepOf({ rules }).run();
      expect(left()).toEqual([1, 6]);
      expect(aws.calls.filter({ service: 'glue', operation: 'UpdateSchema', via: 'http' })).toEqual([]);
      expect(held()?.checkpoint).toBe(1);
    },
  );

  test('moves nothing where nothing is removed', async () => {
    add({});
    await sweepOf({ rules: { keepLatest: 5 }, advanceCheckpoint: true }).run();
    expect(held()?.checkpoint).toBe(1);
  });
});

test.each(['AccessDeniedException', 'InvalidInputException'])('%s of the listing names the schema', async name => {
  add({}, {});
  const trouble = { error: new ServiceError(name, 'no way', 400) };
  aws.faults.inject({ service: 'glue', operation: 'ListSchemaVersions', trouble, times: 99 });
  const { state } = await sweepOf().run();
  expect(JSON.stringify(state)).toContain('ListSchemaVersions of schema orders in registry default-registry: no way');
});

test('a schema that is gone leaves nothing to do, when the stack is destroyed as well', async () => {
  await byHand('DeleteSchema', {});
  clock.advance(1_000);
  const sweep = sweepOf();
  expect(await outcomeOf(sweep)).toMatchObject({ status: 'SUCCEEDED', counts: { removed: 0 } });
  sweep.status = 'DELETE_IN_PROGRESS';
  expect(await sweep.send('Delete')).toMatchObject({ Status: 'SUCCESS' });
});

test('a checkpoint whose move is throttled while the deployment fails stays where it is', async () => {
  add({}, {}, {}, {});
  const sweep = sweepOf({ advanceCheckpoint: true });
  let since: number | undefined;
  aws.faults.inject({
    service: 'glue',
    operation: 'UpdateSchema',
    times: 12,
    match: () => {
      since ??= clock.now();
      if (clock.now() - since > 10_000 && sweep.resource?.status === 'UPDATE_IN_PROGRESS') {
        sweep.status = 'UPDATE_ROLLBACK_IN_PROGRESS';
        sweep.resource = { ...sweep.resource, status: 'UPDATE_FAILED', changedAt: clock.now() };
      }
      return true;
    },
    trouble: { error: throttling() },
  });
  sweep.status = 'UPDATE_IN_PROGRESS';
  expect(await sweep.send('Update')).toBeUndefined();
  expect(held()?.checkpoint).toBe(1);
});
