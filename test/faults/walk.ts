import { isDeepStrictEqual } from 'node:util';
import { type LocalAws, type StackOutcome } from 'cdk-versioned-artifacts-local';
import { type HttpAnswer as Answer } from '../../local/src/wire/protocol';
import { PLAYS_ALL, SEED } from '../../testing/sample';
import { FAULTS, type Fault, type Point, STALE_READ } from './faults';
import { type Operation } from './operations';
import { type Known, Report, documented } from './report';
import { type Sent, never } from './wire';
import { type Load, World } from './world';

/** One service family's part of the walk. */
export interface Family {
  readonly load: Load;
  /** What there is before the stack. */
  begin(aws: LocalAws): Promise<void>;
  /** What the service holds, as far as it must be the same in the end. */
  snapshot(aws: LocalAws): unknown;
  /** Whether what a failure leaves is as it may be, where that is neither what was before nor what was wanted. */
  isClean?(after: unknown, wanted: unknown): boolean;
  /** Which points are walked even if only a sample is. Absent: none. */
  always?(fault: Fault, operation: Operation): boolean;
}

/** How an operation went. */
interface Played {
  readonly outcome: StackOutcome;
  readonly before: unknown;
  /** When all has ended, and what had failed for good has been done again. */
  readonly after: unknown;
  readonly sent: readonly Sent[];
  /** Seconds. */
  readonly took: number;
}

/** Brings a world to where an operation begins. */
async function prepared<T>(family: Family, { given }: Operation, then: (world: World) => Promise<T>): Promise<T> {
  const world = await World.start(family.load);
  try {
    return await world.live(async () => {
      await family.begin(world.aws);
      for (const each of given) await world.bring(each);
      await world.clock.sleep(60_000);
      return then(world);
    });
  } finally {
    await world.aws.stop();
  }
}

/** Plays an operation in a world of its own, with a fault at one of its calls. */
function play(family: Family, operation: Operation, point?: Point, stale?: Answer): Promise<Played> {
  return prepared(family, operation, async world => {
    const { aws, clock, wire } = world;
    const snapshot = () => structuredClone(family.snapshot(aws));
    const before = snapshot();
    const began = clock.now();
    wire.begin(point?.call, point?.fault.strike({ aws, stale }));
    const outcome = await world.bring(operation.release);
    const took = (clock.now() - began) / 1000;
    // what a service does late comes after the deployment.
    await clock.sleep(30_000);
    await aws.settled();
    await wire.mend();
    await world.recover();
    return { outcome, before, after: snapshot(), sent: [...wire.sent], took };
  });
}

/** What a call would have been answered before a certain call took effect. */
function answerBefore(family: Family, operation: Operation, call: number, { request }: Sent): Promise<Answer> {
  return prepared(family, operation, async ({ aws, wire, bring }) => {
    const reached = new Promise<void>(resolve => {
      wire.begin(call, () => {
        resolve();
        return never();
      });
    });
    void bring(operation.release);
    await reached;
    const { authorization, ...headers } = request.headers;
    // whoever asked is another one in this world; WeChat's token is the same.
    const signed = authorization?.replace(/Credential=[^/]+/, 'Credential=AKIADEVELOPER');
    return aws.answer({ ...request, headers: { ...headers, ...(signed && { authorization: signed }) } });
  });
}

/** The points of an operation: each fault at each of its calls. */
function pointsOf({ sent }: Played): Point[] {
  return sent.flatMap(({ call }, index) => {
    const faults = FAULTS.filter(({ concerns }) => concerns?.(call) ?? true);
    const points = faults.map(fault => ({ call: index + 1, fault }));
    return writeBefore(sent, index) === undefined ? points : [...points, { call: index + 1, fault: STALE_READ }];
  });
}

/** The number of the last call before a read that has written to the same service. */
function writeBefore(sent: readonly Sent[], index: number): number | undefined {
  const { service, isRead } = sent[index].call;
  if (!isRead) return undefined;
  let last: number | undefined;
  sent.slice(0, index).forEach(({ call }, at) => {
    if (call.service === service && !call.isRead) last = at + 1;
  });
  return last;
}

/** What is wrong with how an operation ended; nothing if it has ended as wanted, or has failed cleanly. */
function complaint(played: Played, { family, wanted }: Walked, fault: Fault): string | undefined {
  const { outcome, before, after, took, sent } = played;
  const { status } = outcome;
  const failures = outcome.failures.filter(each => !each.startsWith('Gate:'));
  const said = `${status} ${failures.join('; ')}`;
  if (took > AN_HOUR) return `took ${took} s: ${said}`;
  const answers = answersIn(sent);
  const isContradicted = answers.some(({ id, text }) => answers.some(other => other.id === id && other.text !== text));
  if (isContradicted) return `one event had two answers: ${answers.map(({ text }) => text).join(', ')}`;
  const hasFailed = status !== wanted.outcome.status || failures.length > 0;
  if (hasFailed && !fault.reason) return `failed: ${said}`;
  const untrue = failures.filter(each => !fault.reason?.test(each));
  if (untrue.length > 0) return `failed for another reason: ${untrue.join('; ')}`;
  const isBack = hasFailed && status.includes('ROLLBACK');
  if (isDeepStrictEqual(after, wanted.after) || (isBack && isDeepStrictEqual(after, before))) return undefined;
  if (hasFailed && family.isClean?.(after, wanted.after)) return undefined;
  return `${said}: ${differences(after, isBack ? before : wanted.after).join(', ')}`;
}

/** Where a state is not as it must be. */
function differences(got: unknown, wanted: unknown, path = ''): string[] {
  if (isDeepStrictEqual(got, wanted)) return [];
  const [one, other] = [got, wanted].map(each => Object(each) as Record<string, unknown>);
  if (typeof got !== 'object' || typeof wanted !== 'object') {
    return [`${path} is ${JSON.stringify(got)}, not ${JSON.stringify(wanted)}`];
  }
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return keys.flatMap(key => differences(one[key], other[key], `${path}/${key}`));
}

/** Seconds for which CloudFormation waits. */
const AN_HOUR = 3_600;

/** What was said to CloudFormation, by event. */
function answersIn(sent: readonly Sent[]) {
  const puts = sent.filter(({ call }) => call.operation === 'PutResponse');
  return puts.map(({ request }) => {
    const { RequestId: id, Status, PhysicalResourceId } = JSON.parse(String(request.body)) as Record<string, string>;
    return { id, text: `${Status} ${PhysicalResourceId}` };
  });
}

const { FAULTS: which = 'sample' } = process.env;

/** Every how many points is walked if not all are: there are too many even for a run that plays all cases. */
const STRIDE = PLAYS_ALL ? 61 : 199;

/** Which points are walked: all, a sample, or those whose names the expression matches. */
const chosen = which === 'all' || which === 'sample' ? undefined : new RegExp(which);

/**
 * Plays each operation once, and then again for each fault at each call that it has made: all of them with `FAULTS=all`,
 * those with such a name with `FAULTS='denied.*call 4 '`, else a sample that `SEED` chooses.
 */
export function walk(
  family: Family,
  type: string,
  operations: readonly Operation[],
  known: readonly Known[] = [],
): void {
  const report = new Report(type, known, which === 'all');
  let seen = 0;
  describe(type, () => {
    // the first play reads files, so what happens at once in it comes in another order.
    beforeAll(() => play(family, operations[0]));

    test('each operation, and no other one, is in the table of the documentation', () => {
      const rows = documented().filter(row => row.type === type);
      expect(rows.map(({ operation }) => operation)).toEqual(operations.map(({ title }) => title));
    });

    test.each(operations)(
      '$title',
      async operation => {
        const wanted = await play(family, operation);
        if (operation.title.endsWith('rolled back')) expect(wanted.after).toEqual(wanted.before);
        const isInSample = ({ fault }: Point) => seen++ % STRIDE === SEED % STRIDE || family.always?.(fault, operation);
        const isWalked = (point: Point) =>
          which === 'all' || (chosen ? chosen.test(nameOf(point, wanted)) : isInSample(point));
        const all = pointsOf(wanted);
        const points = all.filter(isWalked);
        const survivors: string[] = [];
        for (const point of points) {
          const found = await walkTo(point, { family, operation, wanted });
          if (found !== undefined) survivors.push(`${nameOf(point, wanted)}: ${found}`);
        }
        report.add(operation.title, { calls: wanted.sent.length, points: all.length, survivors });
      },
      1_800_000,
    );
  });
}

interface Walked {
  readonly family: Family;
  readonly operation: Operation;
  readonly wanted: Played;
}

async function walkTo(point: Point, walked: Walked): Promise<string | undefined> {
  const { family, operation, wanted } = walked;
  try {
    const index = point.call - 1;
    const write = point.fault === STALE_READ ? writeBefore(wanted.sent, index) : undefined;
    const stale = write === undefined ? undefined : await answerBefore(family, operation, write, wanted.sent[index]);
    return complaint(await play(family, operation, point, stale), walked, point.fault);
  } catch (error) {
    return String(error);
  }
}

function nameOf({ call, fault }: Point, { sent }: Played): string {
  const { service, operation } = sent[call - 1].call;
  return `${fault.name}, call ${call} (${service} ${operation})`;
}
