import { GlueClient } from '@aws-sdk/client-glue';
import {
  LocalAws,
  type SeededVersion,
  ServiceError,
  concurrentModification,
  throttling,
} from 'cdk-versioned-artifacts-local';
import { GlueSweepType, type SchemaVersionRetentionConfig } from '../../../../contract/glue';
import { OWNER_KEY } from '../../../../contract/ownership';
import { glueSweeps } from '../../../../lambda/glue/sweeps';
import { SteppingClock } from '../../../../testing/clock';
import { DirectHandler } from '../../../../testing/direct-handler';
import { STACK_ID, SweepWorld } from '../../../../testing/sweep/sweep-world';

const DAY = 86_400_000;

let clock: SteppingClock;
let aws: LocalAws;
beforeEach(async () => {
  clock = new SteppingClock();
  aws = await LocalAws.start({ clock });
  await aws.glue.createSchema('orders', { Compatibility: 'BACKWARD' });
});
afterEach(() => aws.stop());

/** A retention of the schema `orders`, through the real SDK. */
function sweepOf(more: Partial<SchemaVersionRetentionConfig> = {}): SweepWorld {
  const config: SchemaVersionRetentionConfig = {
    type: GlueSweepType.SCHEMA_VERSION_RETENTION,
    name: 'orders/Keep',
    rules: { keepLatest: 1 },
    statuses: ['AVAILABLE'],
    requestsPerSecond: 8,
    registryName: 'default-registry',
    schemaName: 'orders',
    removeFailed: true,
    protectedMetadata: {},
    advanceCheckpoint: false,
    onVersionError: 'FAIL',
    ...more,
  };
  const glue = new GlueClient({
    endpoint: aws.endpoint,
    region: aws.region,
    credentials: { accessKeyId: 'AKIADEVELOPER', secretAccessKey: 'secret' },
    maxAttempts: 1,
    requestHandler: new DirectHandler(aws),
  });
  return new SweepWorld(config.type, config, () => glueSweeps(glue), clock);
}

const add = (...versions: SeededVersion[]) => aws.glue.addVersions('orders', versions);
const held = () => aws.glue.describe('orders');
const left = () => {
  clock.advance(1_000);
  return Object.keys(held()?.versions ?? {}).map(Number);
};
const byHand = (operation: string, input: object) =>
  aws.glue.byHand(operation, { SchemaId: { SchemaName: 'orders' }, ...input });
const checkpoint = (VersionNumber: number) => byHand('UpdateSchema', { SchemaVersionNumber: { VersionNumber } });
const deletions = () =>
  aws.calls
    .filter({ service: 'glue', operation: 'DeleteSchemaVersions', via: 'http' })
    .map(({ input }) => input.Versions);
const outcomeOf = async (sweep: SweepWorld) => (await sweep.run()).state.outcome;

describe('the rules', () => {
  test('keep the latest by number, in whatever order the service lists them', async () => {
    add({}, {}, {}, {}, {});
    aws.glue.behaviour.versionOrder = 'by-id';
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
    const changedAt = clock.now() - 60_000;
    sweep.history = [{ logicalId: 'other', physicalId: other, status: 'UPDATE_COMPLETE', changedAt }];
    await sweep.run();
    expect(left()).toEqual(expected);
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
    while (stalled.hits === 0) await new Promise(setImmediate);
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

  test('the latest before the run, where another is registered since, which its deployment may not have marked yet', async () => {
    add({}, {}, {});
    const throttled = aws.faults.inject({ operation: 'ListSchemaVersions', trouble: { error: throttling() } });
    let waits = 0;
    const sleep = clock.sleep.bind(clock);
    clock.sleep = async milliseconds => {
      await sleep(milliseconds);
      if (throttled.hits === 0 || waits++ > 0) return;
      clock.advance(2_000);
      add({});
    };
    await sweepOf().run();
    expect(left()).toEqual([1, 4, 5]);
  });

  test('versions that come to be unreadable while a range is removed, and no others', async () => {
    add({}, {}, {});
    const trouble = { error: new ServiceError('AccessDeniedException', 'no way', 400) };
    const match = ({ SchemaVersionId }: Record<string, unknown>) => SchemaVersionId === held()?.versions[3].versionId;
    // it is read once when it is decided about, and once more before it goes.
    aws.faults.inject({ service: 'glue', operation: 'QuerySchemaVersionMetadata', match, nth: 2, trouble, times: 9 });
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
    aws.glue.behaviour.checkpointOnFailure = 'allowed';
    add({ ...young, metadata: { keep: 'true' } }, young, {}, young);
    await checkpoint(3);
    await sweepOf({ protectedMetadata: { keep: 'true' } }).run();
    expect(left()).toEqual([1, 2, 3, 4]);
  });
});

describe('ranges', () => {
  test('reach over nothing that is not proven to be gone', async () => {
    add(...Array.from({ length: 10 }, () => ({})));
    await byHand('DeleteSchemaVersions', { Versions: '5-6' });
    clock.advance(1_000);
    const trouble = { error: new ServiceError('AccessDeniedException', 'no way', 400) };
    const match = (input: object) => /"VersionNumber":[56]\b/.test(JSON.stringify(input));
    aws.faults.inject({ service: 'glue', operation: 'GetSchemaVersion', match, trouble, times: Infinity });
    await sweepOf().run();
    expect(deletions()).toEqual(['2-4', '7-10']);
  });

  test('spare what is adopted after it was decided about', async () => {
    add(...Array.from({ length: 6 }, () => ({})));
    let asked = 0;
    const owned = aws.faults.inject({
      service: 'glue',
      operation: 'DeleteSchemaVersions',
      trouble: { error: new ServiceError('ThrottlingException', 'slow down', 400) },
    });
    const sleep = clock.sleep.bind(clock);
    clock.sleep = async milliseconds => {
      if (owned.hits > 0 && asked++ === 0) {
        const SchemaId = { RegistryName: 'default-registry', SchemaName: 'orders' };
        const MetadataKeyValue = {
          MetadataKey: OWNER_KEY,
          MetadataValue: '1.owner=0123456789abcdef.stack=orders/0a1b',
        };
        const SchemaVersionNumber = { VersionNumber: 3 };
        await byHand('PutSchemaVersionMetadata', { SchemaId, SchemaVersionNumber, MetadataKeyValue });
      }
      return sleep(milliseconds);
    };
    await sweepOf().run();
    expect(left()).toContain(3);
    expect(left()).not.toContain(2);
  });

  test('skip what stays and reach over what is gone, with as few calls as it takes', async () => {
    add(...Array.from({ length: 60 }, (_, index) => (index === 28 ? { metadata: { keep: '1' } } : {})));
    await byHand('DeleteSchemaVersions', { Versions: '5-9' });
    clock.advance(1_000);
    await sweepOf({ protectedMetadata: { keep: '1' } }).run();
    expect(deletions()).toEqual(['2-26', '27-29', '31-55', '56-60']);
    expect(left()).toEqual([1, 30, 61]);
  });

  test('go on in the next slice', async () => {
    add(...Array<object>(400).fill({}));
    const sweep = sweepOf();
    sweep.remaining = 40_000;
    await sweep.run();
    expect(left()).toEqual([1, 401]);
    const slices = new Set(sweep.records('removed').map(({ slice }) => slice));
    expect(slices.size).toBeGreaterThan(1);
    // a range more than the least number, 16, at each end of a page.
    expect(deletions().length).toBeLessThanOrEqual(16 + 6);
  });

  test('are planned in slices, too, where a limit asks for the number of removals', async () => {
    add(...Array<object>(400).fill({}));
    const sweep = sweepOf({ rules: { keepLatest: 1, maxRemovals: 399 } });
    sweep.remaining = 40_000;
    expect(await outcomeOf(sweep)).toMatchObject({ status: 'SUCCEEDED', counts: { removed: 399 } });
  });

  test('are counted and recorded by version', async () => {
    add(...Array<object>(40).fill({}));
    const sweep = sweepOf();
    expect(await outcomeOf(sweep)).toMatchObject({ status: 'SUCCEEDED', counts: { removed: 39, kept: 2, failed: 0 } });
    expect(sweep.records('removed')).toHaveLength(39);
  });
});

describe('a call', () => {
  test('comes after another look at the checkpoint, which stays where it has moved', async () => {
    add(...Array<object>(40).fill({}));
    const sweep = sweepOf();
    let looks = 0;
    aws.faults.inject({
      service: 'glue',
      operation: 'GetSchema',
      trouble: { stall: 0 },
      match: () => {
        // after the listing, and before the first call.
        if (++looks === 2) void checkpoint(10);
        return false;
      },
    });
    await sweep.run();
    expect(deletions()).toEqual(['2-9', '11-35', '36-40']);
    expect(left()).toEqual([1, 10, 41]);
  });

  test('that is refused for the checkpoint is planned again', async () => {
    add(...Array<object>(10).fill({}));
    let refused = false;
    aws.faults.inject({
      service: 'glue',
      operation: 'DeleteSchemaVersions',
      trouble: { stall: 0 },
      match: () => {
        // somebody moves the checkpoint between the look and the call.
        if (!refused) void checkpoint(5);
        refused = true;
        return false;
      },
    });
    const sweep = sweepOf();
    expect(await outcomeOf(sweep)).toMatchObject({ status: 'SUCCEEDED' });
    expect(deletions()).toEqual(['2-10', '2-4', '6-10']);
    expect(sweep.kept).toMatchObject({ 5: 'CHECKPOINT' });
    expect(left()).toEqual([1, 5, 11]);
  });

  test('that is refused for another reason fails its versions, with the schema’s name', async () => {
    add({}, {}, {});
    aws.glue.behaviour.necessary = ({ versionNumber }) => versionNumber === 3;
    const sweep = sweepOf();
    expect(await outcomeOf(sweep)).toMatchObject({ status: 'FAILED', counts: { failed: 2 } });
    expect(JSON.stringify(sweep.records('failed'))).toContain('schema orders in registry default-registry');
    expect(left()).toEqual([1, 2, 3, 4]);
  });

  test('with an error of one version fails that version alone', async () => {
    add({}, {}, {}, {});
    aws.glue.behaviour.deletionError = ({ versionNumber }) =>
      versionNumber === 3 ? { code: 'InternalServiceException', message: 'no luck' } : undefined;
    const sweep = sweepOf();
    expect(await outcomeOf(sweep)).toMatchObject({ status: 'FAILED', counts: { removed: 2, failed: 1 } });
    for (const failed of sweep.records('failed')) {
      expect(failed).toMatchObject({ name: '3', message: expect.stringContaining('no luck') });
    }
    expect(left()).toEqual([1, 3, 5]);
  });

  test('with an error of one version warns where that is wanted', async () => {
    add({}, {}, {}, {});
    aws.glue.behaviour.deletionError = ({ versionNumber }) =>
      versionNumber === 3 ? { code: 'InternalServiceException', message: 'no luck' } : undefined;
    const sweep = sweepOf({ onVersionError: 'WARN' });
    expect(await outcomeOf(sweep)).toMatchObject({ status: 'SUCCEEDED', counts: { removed: 2, failed: 0 } });
    expect(sweep.kept).toMatchObject({ 3: 'REFUSED_BY_REGISTRY' });
    expect(JSON.stringify(sweep.log)).toContain('no luck');
  });

  test('that meets another write or is throttled is repeated', async () => {
    add({}, {});
    const of = { service: 'glue', operation: 'DeleteSchemaVersions' };
    aws.faults.inject({ ...of, trouble: { error: concurrentModification() }, times: 2 });
    aws.faults.inject({ ...of, trouble: { error: throttling() }, nth: 3 });
    await sweepOf().run();
    expect(left()).toEqual([1, 3]);
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
