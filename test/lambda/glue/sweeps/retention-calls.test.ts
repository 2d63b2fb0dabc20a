import { ServiceError, concurrentModification, throttling } from 'cdk-versioned-artifacts-local';
import { OWNER_KEY } from '../../../../contract/ownership';
import {
  add,
  aws,
  byHand,
  checkpoint,
  clock,
  deletions,
  left,
  outcomeOf,
  sliceOf,
  sweepOf,
} from './schema-under-retention';

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

  test('are as short as it takes to read all of their versions within seconds', async () => {
    add(...Array.from({ length: 14 }, () => ({})));
    await sweepOf({ requestsPerSecond: 1 }).run();
    expect(left()).toEqual([1, 15]);
    const widths = deletions().map(versions => {
      const [first, last = first] = String(versions).split('-').map(Number);
      return last - first + 1;
    });
    // a version a second.
    expect(Math.max(...widths)).toBeLessThanOrEqual(7);
    expect(Math.min(...widths.slice(0, -1))).toBeGreaterThanOrEqual(5);
  });

  test.each([
    ['reach over a gap, of whose versions alone it is asked whether they are gone', '3-4', ['2-26', '27'], [3, 4]],
    ['do not reach over a gap as wide as a call, of which nothing is asked', '3-26', ['2', '27'], []],
  ])('%s', async (_, gone, expected, asked) => {
    add(...Array.from({ length: 27 }, () => ({})));
    await byHand('DeleteSchemaVersions', { Versions: gone });
    clock.advance(1_000);
    await sweepOf().run();
    expect(deletions()).toEqual(expected);
    const numbers = aws.calls
      .filter({ operation: 'GetSchemaVersion', via: 'http' })
      .map(({ input }) => (input.SchemaVersionNumber as { VersionNumber?: number } | undefined)?.VersionNumber ?? 28);
    // it is asked whether the newest one is still there.
    expect(numbers.filter(number => number < 28)).toEqual(asked);
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
    aws.glue.behavior.necessary = ({ versionNumber }) => versionNumber === 3;
    const sweep = sweepOf();
    expect(await outcomeOf(sweep)).toMatchObject({ status: 'FAILED', counts: { failed: 2 } });
    expect(JSON.stringify(sweep.records('failed'))).toContain('schema orders in registry default-registry');
    expect(left()).toEqual([1, 2, 3, 4]);
  });

  test('with an error of one version fails that version alone', async () => {
    add({}, {}, {}, {});
    aws.glue.behavior.deletionError = ({ versionNumber }) =>
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
    aws.glue.behavior.deletionError = ({ versionNumber }) =>
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

describe('a page', () => {
  test.each([
    ['40 seconds at 8 calls a second', 40_000, 8, [80, 21]],
    ['15 minutes at a call a second', 900_000, 1, [30, 30, 30, 11]],
    ['8 seconds at a call a second, where it is as large as a range', 8_000, 1, [25, 25, 25, 25, 1]],
    ['15 minutes at 8 calls a second', 900_000, 8, [101]],
  ])('has what a slice can read in a part of its time: %s', async (_, milliseconds, requestsPerSecond, sizes) => {
    add(...Array<object>(100).fill({}));
    aws.glue.behavior.versionOrder = 'by-id';
    const pages: string[][] = [];
    let pageToken: string | undefined;
    do {
      // each slice has to read the versions by itself.
      const { candidates, nextToken } = await sliceOf(milliseconds, { requestsPerSecond }).list(pageToken);
      pages.push(candidates.map(({ name }) => name));
      pageToken = nextToken;
    } while (pageToken !== undefined);
    expect(pages.map(({ length }) => length)).toEqual(sizes);
    expect(pages.flat()).toEqual(Array.from({ length: 101 }, (_, index) => String(index + 1)));
  });

  test('is the last one where it ends with the last version', async () => {
    add(...Array<object>(59).fill({}));
    const slice = sliceOf(900_000, { requestsPerSecond: 1 });
    expect((await slice.list(undefined)).nextToken).toBe('30');
    expect(await slice.list('30')).toMatchObject({ candidates: { length: 30 }, nextToken: undefined });
    expect(aws.calls.filter({ operation: 'ListSchemaVersions', via: 'http' })).toHaveLength(1);
  });

  test('is decided about in three quarters of the slice, and the rest is for removals', () => {
    const slice = sliceOf(40_000);
    clock.advance(29_999);
    expect(slice.hasTimeToDecide()).toBe(true);
    clock.advance(1);
    expect(slice.hasTimeToDecide()).toBe(false);
  });
});

test.each([
  ['registry', { registryName: 'a registry' }],
  ['schema', { schemaName: 'a schema' }],
  ['rate', { requestsPerSecond: 0 }],
  ['set of rules', { rules: {} }],
])('a %s that no synthesis has checked is refused before anything is asked', async (_, more) => {
  aws.calls.clear();
  expect((await sweepOf(more).run()).status).toBe('FAILED');
  expect(aws.calls.filter({ service: 'glue' })).toEqual([]);
});

test.each([
  ['it is at the oldest that stays', 4],
  ['it is behind that', 5],
])('the checkpoint is not moved where %s', async (_, number) => {
  add({}, {}, {}, {});
  await checkpoint(number);
  await sweepOf({ rules: { keepLatest: 2 }, advanceCheckpoint: true }).run();
  expect(left()).toEqual([1, 4, 5]);
  expect(aws.calls.filter({ operation: 'UpdateSchema', via: 'http' })).toEqual([]);
});

test('a schema that goes after its versions were listed leaves nothing to do', async () => {
  add({}, {});
  const trouble = { error: new ServiceError('EntityNotFoundException', 'no such schema', 400) };
  aws.faults.inject({ service: 'glue', operation: 'GetSchema', trouble });
  expect((await sweepOf({ rules: { keepLatest: 3 } }).run()).status).toBe('SUCCEEDED');
  expect(left()).toEqual([1, 2, 3]);
});
