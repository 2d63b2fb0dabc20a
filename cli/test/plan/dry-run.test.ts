import { type SweepConfig } from '../../../contract/sweep';
import { type CloudFormationView } from '../../../lambda/runtime/stack';
import { OutOfTime } from '../../../lambda/sweep/pace';
import { type Candidate, type SourceTools, type SweepKind, type SweepSource } from '../../../lambda/sweep/source';
import { dryRun } from '../../src/plan/dry-run';
import { idOf } from './stacks';

const TYPE = 'Custom::IoTPackageVersionRetention';
const AT = Date.UTC(2026, 0, 31);
const DAY = 86_400_000;

const config = (rules: SweepConfig['rules'], more: Partial<SweepConfig> = {}): SweepConfig =>
  ({ name: 'Fleet/Keep', type: TYPE, rules, requestsPerSecond: 1000, ...more }) as SweepConfig;

const candidate = (name: string, days: number, more: Partial<Candidate> = {}): Candidate => ({
  name,
  createdAt: AT - days * DAY,
  ...more,
});

/** A listing whose removals fail the test. */
class Source implements SweepSource<Candidate> {
  readonly waitsFor?: string;
  readonly removal = { each: () => Promise.reject(new Error('a plan removes nothing')) };

  constructor(
    private readonly pages: readonly (readonly Candidate[])[],
    private readonly protections: Readonly<Record<string, string | Error>> = {},
  ) {}

  async list(pageToken = '0') {
    const next = Number(pageToken) + 1;
    const candidates = this.pages[Number(pageToken)];
    return { candidates, ...(next < this.pages.length && { nextToken: String(next) }) };
  }

  async protection({ name }: Candidate) {
    const why = this.protections[name];
    if (why instanceof Error) throw why;
    return why;
  }
}

const NEVER = { describeStack: async () => ({ status: 'UPDATE_COMPLETE' }) } as unknown as CloudFormationView;

function run(
  given: SweepConfig,
  source: SweepSource<Candidate> | ((tools: SourceTools) => SweepSource<Candidate>),
  more: Partial<SweepKind> = {},
) {
  const kind: SweepKind = {
    validate: () => {},
    source: (_, tools) => (typeof source === 'function' ? source(tools) : source),
    ...more,
  };
  const clock = { now: () => AT, sleep: async () => {} };
  return dryRun(given, { kinds: { [TYPE]: kind }, view: NEVER, stackId: idOf('Fleet'), clock });
}

const told = ({ candidates }: Awaited<ReturnType<typeof run>>) =>
  candidates.map(({ name, decision, reason }) => `${name} ${decision} ${reason}`);

test('each candidate is decided about, the newest first, and nothing is removed', async () => {
  const pages = [
    [candidate('a', 30), candidate('d', 1, { status: 'DRAFT' })],
    [candidate('c', 2), candidate('b', 20)],
  ];
  const decided = await run(config({ keepLatest: 1, exclude: ['b'] }), new Source(pages));
  expect(decided).toEqual({
    candidates: [
      { name: 'd', decision: 'keep', reason: 'AMONG_LATEST', status: 'DRAFT', createdAt: '2026-01-30T00:00:00.000Z' },
      { name: 'c', decision: 'remove', reason: 'BEYOND_LATEST', createdAt: '2026-01-29T00:00:00.000Z' },
      { name: 'b', decision: 'keep', reason: 'EXCLUDED', createdAt: '2026-01-11T00:00:00.000Z' },
      { name: 'a', decision: 'remove', reason: 'BEYOND_LATEST', createdAt: '2026-01-01T00:00:00.000Z' },
    ],
    removed: 2,
    kept: 2,
    byReason: { AMONG_LATEST: 1, BEYOND_LATEST: 2, EXCLUDED: 1 },
    notes: [],
  });
});

test.each<[string, Partial<SweepConfig>, Partial<SweepKind>]>([
  ['of the sweep', { order: 'SEMVER' }, { order: 'CREATION' }],
  ['of the kind', {}, { order: 'SEMVER' }],
])('candidates are ranked in the order %s', async (_, more, kind) => {
  const source = new Source([[candidate('1.0.0', 1), candidate('10.0.0', 9), candidate('9.0.0', 5)]]);
  const decided = await run(config({ keepLatest: 1 }, more), source, kind);
  expect(told(decided)).toEqual([
    '10.0.0 keep AMONG_LATEST',
    '9.0.0 remove BEYOND_LATEST',
    '1.0.0 remove BEYOND_LATEST',
  ]);
});

test('many are kept, and each is told', async () => {
  const all = Array.from({ length: 250 }, (_, index) => candidate(`v${index}`, 1));
  const { kept, candidates } = await run(config({ minAgeSeconds: 10 * 86_400 }), new Source([all]));
  expect([kept, candidates.length]).toEqual([250, 250]);
});

test('a time is told where the service knows one', async () => {
  const times = [
    candidate('rank', 0, { createdAt: 7, agedFrom: AT }),
    candidate('none', 0, { createdAt: undefined }),
    candidate('unreadable', 0, { createdAt: 7, agedFrom: NaN }),
    candidate('edge', 0, { createdAt: Date.UTC(2000, 0, 1) }),
  ];
  const { candidates } = await run(config({}), new Source([times]));
  expect(Object.fromEntries(candidates.map(({ name, createdAt }) => [name, createdAt]))).toEqual({
    rank: '2026-01-31T00:00:00.000Z',
  });
  for (const each of candidates.slice(0, 1)) expect(each).not.toHaveProperty('status');
});

test('what protects a candidate is its reason, and what cannot be read is said', async () => {
  const source = new Source([[candidate('a', 3), candidate('b', 2), candidate('c', 1)]], {
    a: 'DEFAULT_VERSION',
    b: new Error('no access'),
  });
  const decided = await run(config({}), source);
  expect(told(decided)).toEqual(['c remove SELECTED', 'b keep PROTECTION_UNREADABLE', 'a keep DEFAULT_VERSION']);
  expect(decided.notes).toEqual(['what protects b cannot be read, so it stays: no access']);
});

test('a plan that is too large is refused, and still told', async () => {
  const source = new Source([[candidate('a', 3), candidate('b', 2)]]);
  const decided = await run(config({ maxRemovals: 1 }), source);
  expect(decided.refused).toMatch(/the plan removes 2, which is 1 more than maxRemovals allows/);
  expect((await run(config({ maxRemovals: 2 }), source)).refused).toBeUndefined();
});

/** A source whose time is over before its second page, some times. */
class SlowSource extends Source {
  readonly listed: string[] = [];

  constructor(
    private times: number,
    override readonly waitsFor?: string,
  ) {
    super([[candidate('a', 3)], [candidate('b', 2)]]);
  }

  override async list(pageToken?: string) {
    this.listed.push(pageToken ?? '0');
    if (pageToken === '1' && this.times-- > 0) throw new OutOfTime();
    return super.list(pageToken);
  }
}

test('a sweep that waits for a stack says so', async () => {
  const decided = await run(config({}), new SlowSource(1, idOf('Fleet')));
  expect(decided.refused).toMatch(/the deployment of a stack that it depends on is under way or has failed/);
});

test('a sweep that needs a further slice goes on where it was', async () => {
  const source = new SlowSource(2);
  const decided = await run(config({}), source);
  expect(told(decided)).toEqual(['b remove SELECTED', 'a remove SELECTED']);
  expect(source.listed).toEqual(['0', '1', '1', '1']);
});

test('what cannot be decided is unknown, with the reason', async () => {
  const nothing = { candidates: [], removed: 0, kept: 0, byReason: {}, notes: [] };
  const refusing = () => {
    throw new Error('the package is not there');
  };
  expect(await run(config({}), refusing)).toEqual({ ...nothing, unknown: 'the package is not there' });
  const invalid = {
    validate: () => {
      throw new Error('keepLatest is not valid');
    },
  };
  expect(await run(config({}), new Source([[]]), invalid)).toEqual({ ...nothing, unknown: 'keepLatest is not valid' });
  const other = { ...config({}), type: 'Custom::Other' } as SweepConfig;
  expect((await run(other, new Source([[]]))).unknown).toMatch(/unknown kind of sweep "Custom::Other"/);
});
