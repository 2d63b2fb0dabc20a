import { GlueClient } from '@aws-sdk/client-glue';
import { LocalAws } from 'cdk-versioned-artifacts-local';
import { GlueSweepType, type SchemaVersionRetentionConfig } from '../../../../contract/glue';
import { OWNER_KEY } from '../../../../contract/ownership';
import { glueSweeps } from '../../../../lambda/glue/sweeps';
import { SteppingClock } from '../../../../testing/clock';
import { deathsAt, deathsIn } from '../../../../testing/sweep/deaths';
import { type Death, Mortal } from '../../../../testing/sweep/mortal';
import { SweepWorld } from '../../../../testing/sweep/sweep-world';

/** Milliseconds of an invocation in which a page has as many versions as a call may delete. */
const SHORT = 12_000;

let clock: SteppingClock;
let aws: LocalAws;
beforeEach(async () => {
  clock = new SteppingClock();
  aws = await LocalAws.start({ clock });
});
afterEach(() => aws.stop());

let schemas = 0;

/** A schema of its own, and what a run over it has left. */
class Retention {
  readonly schemaName = `orders-${++schemas}`;
  readonly mortal = new Mortal(aws);
  private readonly sweep: SweepWorld;

  constructor(more: Partial<SchemaVersionRetentionConfig>, remaining: number) {
    const config: SchemaVersionRetentionConfig = {
      type: GlueSweepType.SCHEMA_VERSION_RETENTION,
      name: 'orders/Keep',
      rules: { keepLatest: 2, maxRemovals: 50 },
      statuses: ['AVAILABLE'],
      requestsPerSecond: 8,
      registryName: 'default-registry',
      schemaName: this.schemaName,
      removeFailed: true,
      protectedMetadata: { keep: 'true' },
      advanceCheckpoint: false,
      onVersionError: 'FAIL',
      ...more,
    };
    this.sweep = new SweepWorld(
      config.type,
      config,
      killed => glueSweeps(new GlueClient(this.mortal.options(killed))),
      clock,
    );
    this.sweep.remaining = remaining;
  }

  async publish(versions: number): Promise<void> {
    await aws.glue.createSchema(this.schemaName, { Compatibility: 'BACKWARD' });
    const special: Record<number, object> = {
      5: { metadata: { keep: 'true' } },
      7: { status: 'FAILURE' },
      8: { metadata: { [OWNER_KEY]: '1.owner=0123456789abcdef.stack=orders/0a1b' } },
      [versions]: { status: 'PENDING' },
    };
    aws.glue.addVersions(
      this.schemaName,
      Array.from({ length: versions - 1 }, (_, index) => special[index + 2] ?? {}),
    );
    clock.advance(60_000);
    await aws.glue.byHand('UpdateSchema', {
      SchemaId: { SchemaName: this.schemaName },
      SchemaVersionNumber: { VersionNumber: 3 },
    });
  }

  /** What the run comes to, and the calls that it made. */
  async run() {
    aws.calls.clear();
    const { status, state, requests } = await this.sweep.run();
    const calls = aws.calls.filter({ service: 'glue', via: 'http' });
    clock.advance(1_000);
    const { checkpoint, versions } = aws.glue.describe(this.schemaName)!;
    const end = {
      status,
      outcome: (state.outcome as { status?: string } | undefined)?.status,
      failed: this.sweep.records('failed'),
      checkpoint,
      left: Object.keys(versions).map(Number),
    };
    return { end, calls, slices: requests.length };
  }
}

async function runOf(
  more: Partial<SchemaVersionRetentionConfig>,
  { versions = 12, remaining = 900_000, deaths = [] as Death[] } = {},
) {
  const retention = new Retention(more, remaining);
  await retention.publish(versions);
  retention.mortal.dieAt(...deaths);
  return retention.run();
}

type Calls = Awaited<ReturnType<typeof runOf>>['calls'];

/** Numbers in the ranges that deletions were asked for. */
const asked = (calls: Calls): readonly number[] =>
  calls
    .filter(({ operation }) => operation === 'DeleteSchemaVersions')
    .flatMap(({ input }) => {
      const [first, last = first] = String(input.Versions).split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });

const moves = (calls: Calls) => calls.filter(({ operation }) => operation === 'UpdateSchema');

describe.each([
  { advanceCheckpoint: false, checkpoint: 3, left: [1, 3, 5, 8, 10, 11, 12] },
  { advanceCheckpoint: true, checkpoint: 5, left: [1, 5, 8, 10, 11, 12] },
])('with advanceCheckpoint $advanceCheckpoint', ({ advanceCheckpoint, checkpoint, left }) => {
  const expected = { status: 'SUCCEEDED', outcome: 'SUCCEEDED', failed: [], checkpoint, left };

  test('killed before or after any call, a run ends as an undisturbed one, and asks for nothing else', async () => {
    const undisturbed = await runOf({ advanceCheckpoint });
    expect(undisturbed.end).toEqual(expected);
    for (const death of deathsIn(undisturbed.calls.length)) {
      const { end, calls, slices } = await runOf({ advanceCheckpoint }, { deaths: [death] });
      expect({ ...death, ...end }).toEqual({ ...death, ...expected });
      expect(slices).toBe(2);
      expect(asked(calls).filter(number => left.includes(number))).toEqual([]);
      expect(moves(calls).length > 0).toBe(advanceCheckpoint);
    }
  });

  test('cut off from the service before or after any call, a run makes the call again and ends the same', async () => {
    const undisturbed = await runOf({ advanceCheckpoint });
    for (const death of deathsIn(undisturbed.calls.length)) {
      const { end, slices } = await runOf({ advanceCheckpoint }, { deaths: [{ ...death, survives: true }] });
      expect({ ...death, ...end }).toEqual({ ...death, ...expected });
      expect(slices).toBe(1);
    }
  });
});

test.each([0, 500, 5_000])('a deletion whose answer was lost succeeds, %p milliseconds long', async deletionTime => {
  aws.glue.behavior.deletionTime = deletionTime;
  // one range, so that no other removal has the pass repeated.
  const more = { advanceCheckpoint: true, protectedMetadata: {}, rules: { keepLatest: 1 } };
  const undisturbed = await runOf(more, { versions: 6 });
  const call = undisturbed.calls.findIndex(({ operation }) => operation === 'DeleteSchemaVersions') + 1;
  const { end, calls } = await runOf(more, { versions: 6, deaths: [{ call, moment: 'after', survives: true }] });
  expect(end).toMatchObject({ status: 'SUCCEEDED', outcome: 'SUCCEEDED', failed: [] });
  expect(asked(calls)).toEqual([2, 3, 4, 2, 3, 4]);
});

describe.each([
  { advanceCheckpoint: false, checkpoint: 3, left: [1, 3, 5, 8, 58, 59, 60] },
  { advanceCheckpoint: true, checkpoint: 5, left: [1, 5, 8, 58, 59, 60] },
])('over several pages, with advanceCheckpoint $advanceCheckpoint', ({ advanceCheckpoint, checkpoint, left }) => {
  const expected = { status: 'SUCCEEDED', outcome: 'SUCCEEDED', failed: [], checkpoint, left };
  const pages = { versions: 60, remaining: SHORT };

  test('killed before or after any write, a run ends as an undisturbed one, and asks for nothing else', async () => {
    const more = { advanceCheckpoint, rules: { keepLatest: 2 } };
    const undisturbed = await runOf(more, pages);
    expect(undisturbed.end).toEqual(expected);
    const writes = undisturbed.calls.flatMap(({ operation }, index) =>
      /^(Update|Delete)/.test(operation) ? [index + 1] : [],
    );
    for (const death of deathsAt(writes)) {
      const { end, calls } = await runOf(more, { ...pages, deaths: [death] });
      expect({ ...death, ...end }).toEqual({ ...death, ...expected });
      expect(asked(calls).filter(number => left.includes(number))).toEqual([]);
      expect(moves(calls).length > 0).toBe(advanceCheckpoint);
    }
  });
});
