/**
 * What a plan says, as `plan --json` prints it. The shape is versioned: within a version fields are added, and none is
 * removed or given another meaning.
 */
export interface PlanReport {
  readonly version: 1;
  readonly stacks: readonly StackReport[];
  readonly summary: PlanSummary;
}

export interface PlanSummary {
  /** Artifacts that the deployment deletes. */
  readonly artifactsDeleted: number;
  /** Candidates that sweeps delete, of those that a deployment or a schedule starts. */
  readonly sweptAway: number;
  /** Artifacts on which the deployment would fail. */
  readonly failures: number;
  /** What could not be told. */
  readonly unknown: number;
}

export interface StackReport {
  /** As the app names it: `Stage/Stack`, and `Stack/Nested` where it is nested. */
  readonly name: string;
  readonly stackName: string;
  readonly account: string;
  readonly region: string;
  /** Absent where it is not deployed. */
  readonly status?: string;
  readonly artifacts: readonly ArtifactReport[];
  readonly sweeps: readonly SweepReport[];
  readonly notes: readonly string[];
}

/** What happens to an artifact. `leave`: the stack lets it go, and it was not the stack's to remove. */
export type ArtifactAction =
  | 'create'
  | 'adopt'
  | 'take over'
  | 'reclaim'
  | 'update'
  | 'publish'
  | 'move'
  | 'deprecate'
  | 'undesignate'
  | 'give up'
  | 'give back'
  | 'delete'
  | 'leave'
  | 'verify'
  | 'unchanged';

export interface ArtifactReport {
  /** `package/version`, `registry/schema`, `environment/service/version`. */
  readonly name: string;
  readonly type: string;
  readonly logicalId: string;
  /** The construct's path, where the template tells it. */
  readonly path?: string;
  /** In the order in which they come; empty where they cannot be told. */
  readonly actions: readonly ArtifactAction[];
  /** What the service holds today. */
  readonly today?: ArtifactState;
  /** How the deployment would fail on it. */
  readonly failure?: string;
  /** Why it cannot be told. */
  readonly unknown?: string;
  readonly notes: readonly string[];
}

export interface ArtifactState {
  readonly exists: boolean;
  readonly status?: string;
  /** Of a version: whether it is the default. Of a default: which version is. */
  readonly isDefault?: boolean;
  readonly defaultVersion?: string;
  readonly number?: number;
  readonly owner?: OwnerState;
}

export interface OwnerState {
  /** The stack's name; absent where nobody owns it. */
  readonly stack?: string;
  readonly stackId?: string;
  /** Whether that is the stack of the plan. */
  readonly isThisStack?: boolean;
  /** When it was claimed last: ISO 8601. */
  readonly since?: string;
}

export interface SweepReport {
  readonly name: string;
  readonly type: string;
  readonly logicalId: string;
  readonly path?: string;
  /** `after deployment`, `on destroy`, `during deployment`, or the expression of a schedule. */
  readonly triggers: readonly string[];
  /** What becomes of what the rules do not keep. */
  readonly action: 'delete' | 'deprecate';
  /** The newest first. */
  readonly candidates: readonly CandidateReport[];
  readonly removed: number;
  readonly kept: number;
  /** Counts of the decisions by reason. */
  readonly byReason: Readonly<Record<string, number>>;
  /** Why the run would remove nothing, such as maxRemovals. */
  readonly refused?: string;
  /** Whether its own rules have it remove nothing. */
  readonly dryRun: boolean;
  readonly unknown?: string;
  readonly notes: readonly string[];
}

export interface CandidateReport {
  readonly name: string;
  readonly decision: 'remove' | 'keep';
  readonly reason: string;
  readonly status?: string;
  /** ISO 8601. */
  readonly createdAt?: string;
}

/** Whether a deployment or a schedule starts a sweep, and not only the end of its stack. */
export const isDue = ({ triggers }: Pick<SweepReport, 'triggers'>): boolean =>
  triggers.some(trigger => trigger !== ON_DESTROY);

export const ON_DESTROY = 'on destroy';

/** How many candidates are deleted by a run that is due, and is not refused or dry. */
export function sweptAway(sweep: SweepReport): number {
  const runs = isDue(sweep) && !sweep.dryRun && sweep.refused === undefined && sweep.action === 'delete';
  return runs ? sweep.removed : 0;
}

export function summaryOf(stacks: readonly StackReport[]): PlanSummary {
  const artifacts = stacks.flatMap(stack => stack.artifacts);
  const sweeps = stacks.flatMap(stack => stack.sweeps);
  return {
    artifactsDeleted: artifacts.filter(({ actions }) => actions.includes('delete')).length,
    sweptAway: sweeps.reduce((sum, sweep) => sum + sweptAway(sweep), 0),
    failures: artifacts.filter(({ failure }) => failure !== undefined).length,
    unknown: [...artifacts, ...sweeps].filter(({ unknown }) => unknown !== undefined).length,
  };
}
