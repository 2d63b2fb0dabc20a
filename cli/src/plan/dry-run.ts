/** A sweep run dry, here, by the slices that run it in the stack: what it decides, and why. */
import { type SweepConfig } from '../../../contract/sweep';
import { type Clock, Deadline, systemClock } from '../../../lambda/runtime/clock';
import { type Log } from '../../../lambda/runtime/log';
import { reasonOf } from '../../../lambda/runtime/messages';
import { type CloudFormationView, stackQuestions } from '../../../lambda/runtime/stack';
import { type SweepCursor } from '../../../lambda/sweep/cursor';
import { orderBy } from '../../../lambda/sweep/plan';
import { type Records } from '../../../lambda/sweep/records';
import { type SliceResult, type SweepOutcome, work } from '../../../lambda/sweep/slices';
import {
  type Candidate,
  type SweepKind,
  type SweepKinds,
  type SweepSource,
  kindOf,
} from '../../../lambda/sweep/source';
import { type CandidateReport, type SweepReport } from './report';

/** What a run is made in. */
export interface DryRunScope {
  readonly kinds: SweepKinds;
  readonly view: CloudFormationView;
  /** The stack of the sweep. */
  readonly stackId: string;
  readonly clock?: Clock;
}

export type Decisions = Pick<
  SweepReport,
  'candidates' | 'removed' | 'kept' | 'byReason' | 'refused' | 'unknown' | 'notes'
>;

/** Milliseconds. A run here has no Lambda that ends it. */
const LONGEST_RUN = 12 * 3_600_000;

const SILENT: Log = { info: () => {}, warn: () => {}, error: () => {}, count: () => {} };

export async function dryRun(given: SweepConfig, scope: DryRunScope): Promise<Decisions> {
  const records = new DecisionRecords();
  const config: SweepConfig = { ...given, rules: { ...given.rules, dryRun: true } };
  try {
    const kind = kindOf(scope.kinds, config);
    const result = await run(config, watched(kind, records), { scope, records });
    const order = orderBy(config.order ?? kind.order ?? 'CREATION');
    return { ...records.decisions(order), ...endOf(result) };
  } catch (error) {
    return { ...NOTHING, unknown: reasonOf(error) };
  }
}

const NOTHING: Decisions = { candidates: [], removed: 0, kept: 0, byReason: {}, notes: [] };

async function run(
  config: SweepConfig,
  kind: SweepKind,
  { scope, records }: { readonly scope: DryRunScope; readonly records: Records },
): Promise<SliceResult> {
  const { view, stackId, clock = systemClock } = scope;
  const deadline = new Deadline(clock, clock.now() + LONGEST_RUN);
  const asking = { clock, deadline, log: SILENT };
  const questions = (id: string) => stackQuestions({ stackId: id, logicalId: '' }, view, asking);
  const kinds = { [(config as SweepConfig & { type: string }).type]: kind };
  let cursor: SweepCursor | undefined;
  for (;;) {
    const result = await work(kinds, {
      config,
      stackId,
      cursor,
      again: false,
      deadline,
      clock,
      log: SILENT,
      describeStack: id => view.describeStack(id),
      settledSince: (id, claimedAt) => questions(id).settledSince(claimedAt),
      idsSinceSuccess: () => questions(stackId).idsSinceSuccess(),
      isAwaited: false,
      confirm: async () => {},
      records,
    });
    if (result.done || result.waits) return result;
    ({ cursor } = result);
  }
}

function endOf(result: SliceResult): Pick<Decisions, 'refused' | 'unknown'> {
  if (!result.done) {
    return { refused: 'the deployment of a stack that it depends on is under way or has failed: it waits for its end' };
  }
  const { status, message }: SweepOutcome = result.outcome;
  return status === 'REFUSED' ? { refused: message } : {};
}

/** A kind whose listing is seen by the records, which hear of names alone otherwise. */
function watched(kind: SweepKind, records: DecisionRecords): SweepKind {
  return {
    order: kind.order,
    validate: config => kind.validate(config),
    source: (config, tools) => {
      const source = kind.source(config, tools);
      const list = async (pageToken: string | undefined) => {
        const page = await source.list(pageToken);
        for (const candidate of page.candidates) records.seen(candidate);
        return page;
      };
      return new Proxy(source, {
        get: (target, property): unknown => {
          if (property === 'list') return list;
          const value: unknown = Reflect.get(target, property, target);
          return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
        },
      }) as SweepSource<Candidate>;
    },
  };
}

class DecisionRecords implements Records {
  readonly mostKept = Infinity;
  private readonly candidates = new Map<string, Candidate>();
  private readonly decided = new Map<string, Pick<CandidateReport, 'decision' | 'reason'>>();
  private readonly notes = new Set<string>();

  seen(candidate: Candidate): void {
    this.candidates.set(candidate.name, candidate);
  }

  wouldRemove(name: string, reason: string): void {
    this.decided.set(name, { decision: 'remove', reason });
  }

  kept(name: string, reason: string): void {
    this.decided.set(name, { decision: 'keep', reason });
  }

  unreadable(name: string, error: unknown): void {
    this.notes.add(`what protects ${name} cannot be read, so it stays: ${reasonOf(error)}`);
  }

  // a dry run does none of these, and tells the others by its outcome.
  removed(): void {}
  failed(): void {}
  refused(): void {}
  restarted(): void {}
  unsettled(): void {}
  ended(): void {}
  counted(): void {}

  decisions(order: (a: Candidate, b: Candidate) => number): Decisions {
    const decided = [...this.decided].map(([name, decision]) => ({
      candidate: this.candidates.get(name) ?? { name },
      decision,
    }));
    decided.sort((a, b) => order(a.candidate, b.candidate));
    const byReason: Record<string, number> = {};
    for (const { decision } of decided) byReason[decision.reason] = (byReason[decision.reason] ?? 0) + 1;
    const removed = decided.filter(({ decision }) => decision.decision === 'remove').length;
    return {
      candidates: decided.map(({ candidate, decision }) => reportOf(candidate, decision)),
      removed,
      kept: decided.length - removed,
      byReason,
      notes: [...this.notes],
    };
  }
}

function reportOf(
  { name, status, createdAt, agedFrom }: Candidate,
  decision: Pick<CandidateReport, 'decision' | 'reason'>,
): CandidateReport {
  // a schema version ranks by its number, and tells its age by another field.
  const time = [createdAt, agedFrom].find(each => each !== undefined && each > YEAR_2000);
  return {
    name,
    ...decision,
    ...(status !== undefined && { status }),
    ...(time !== undefined && { createdAt: new Date(time).toISOString() }),
  };
}

const YEAR_2000 = Date.UTC(2000, 0, 1);
