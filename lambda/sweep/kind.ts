import { type SweepConfig, type VersionOrder } from '../../contract/sweep';
import { type Clock, type Deadline } from '../runtime/clock';
import { type Log } from '../runtime/log';
import { type DescribeStack } from '../runtime/stack';
import { type Paces } from './pace';
import { type Candidate, type SweepSource } from './source';

/** What a source works with in one slice. */
export interface SourceTools {
  readonly paces: Paces;
  readonly clock: Clock;
  readonly deadline: Deadline;
  readonly log: Log;
  /** Absent where it cannot be asked: then every stack counts as living. */
  readonly describeStack?: DescribeStack;
  /** Whether a stack's deployment has succeeded since. Absent where it cannot be asked: then every one counts as over. */
  readonly settledSince?: (stackId: string, claimedAt: number) => Promise<boolean>;
  /** The sweep's own stack: tells account and region. */
  readonly stackId: string;
  /** When the sweep began, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** The state of the source's preparation that the slice before left. */
  readonly prepared: object | undefined;
}

/** A kind of sweep. */
export interface SweepKind<Config extends SweepConfig = SweepConfig, C extends Candidate = Candidate> {
  /** How things are ranked where the configuration does not say. Absent: by creation. */
  readonly order?: VersionOrder;
  /** Throws where the configuration breaks a rule that no synthesis has checked. */
  validate(config: Config): void;
  source(config: Config, tools: SourceTools): SweepSource<C>;
}

/** Kinds by the type of their configuration, which is that of their custom resource, too. */
export type SweepKinds = Readonly<Record<string, SweepKind>>;

export function kindOf(kinds: SweepKinds, config: SweepConfig): SweepKind {
  const { type } = config as { readonly type?: unknown };
  if (typeof type === 'string' && Object.hasOwn(kinds, type)) return kinds[type];
  throw new Error(
    `unknown kind of sweep ${JSON.stringify(type)}, expected one of ${Object.keys(kinds).join(', ')}; ` +
      'deploy with the version of the library that knows it',
  );
}
