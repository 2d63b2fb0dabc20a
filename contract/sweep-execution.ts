/**
 * How a sweep runs: the properties of the custom resource that runs it while CloudFormation waits, and the messages
 * between its state machine and the provider's function.
 */
import { Salt } from './cloudformation';
import { type Infer, list, oneOf, optional, string, struct, withDefault } from './shape';
import { type SweepConfig } from './sweep';

const synchronousTrigger = oneOf('ON_DESTROY', 'DURING_DEPLOYMENT');
const onIncomplete = oneOf('FAIL', 'WARN');

/** When a sweep runs while CloudFormation waits for it. */
export type SynchronousTrigger = Infer<typeof synchronousTrigger>;

/** What happens to a synchronous sweep that is not complete after CloudFormation's hour. */
export type OnIncomplete = Infer<typeof onIncomplete>;

/** Properties of a sweep's custom resource, which exists if the sweep has a synchronous trigger. */
export const SweepShape = struct({
  /** The SweepConfig as JSON: CloudFormation would turn the numbers of a structure into strings. */
  Config: string(),
  /** The state machine that continues the sweep when the function's own time ends. */
  StateMachineArn: string(),
  Triggers: withDefault(list(synchronousTrigger), []),
  /** Absent: FAIL. */
  OnIncomplete: optional(onIncomplete),
  /** Names of the versions that this stack declares: if they change, a DURING_DEPLOYMENT sweep runs again. */
  DeclaredVersions: optional(list(string())),
  Salt,
});
export type SweepProperties = Infer<typeof SweepShape>;

/** Attributes of a sweep's custom resource: decimal counts, "0" in every answer of a run that swept nothing. */
export interface SweepData {
  readonly RemovedCount: string;
  readonly KeptCount: string;
  readonly RemainingCount: string;
}

/** What the state machine asks the function to do. */
export interface SliceRequest {
  /**
   * Run the first slice or the next one, or tell CloudFormation that the sweep has failed. Whoever can start the
   * machine chooses the state of the first slice; the state of later slices is what the function itself has answered.
   */
  readonly sweep: 'BEGIN' | 'SLICE' | 'GIVE_UP';
  readonly config: SweepConfig;
  /** The id of the stack that the sweep belongs to: a run waits until the stack is not in progress. */
  readonly stackId: string;
  /** ARNs, from the context object. */
  readonly execution: string;
  readonly stateMachine: string;
  /** Above 0 if an earlier attempt of this slice was cut off. */
  readonly retryCount: number;
  readonly state: ExecutionState;
}

/** The data of an execution: its input, and what each slice returns. Empty if a rule starts the execution. */
export interface ExecutionState {
  /** What the machine does next. Absent at the beginning. */
  readonly next?: 'SLICE' | 'WAIT' | 'DONE' | 'FAILED';
  /** With WAIT: at least a minute. */
  readonly waitSeconds?: number;
  /** With FAILED: the execution's error and cause. */
  readonly error?: string;
  readonly cause?: string;
  /** Where the sweep continues: plain JSON that only the handler reads. */
  readonly cursor?: object;
  /**
   * When the last update of the stack had begun when this execution began: its rules are of that time. Absent: unknown,
   * because a deployment was in progress.
   */
  readonly rulesAsOf?: number;
  /** How many slices of this execution have run. */
  readonly slices?: number;
  /** How the sweep ended, for people who read the execution. */
  readonly outcome?: object;
  /** The request to answer: set if CloudFormation waits for this execution. */
  readonly answer?: PendingAnswer;
  /** The execution that this one continues. */
  readonly predecessor?: string;
  /** With GIVE_UP: the error that the Catch state has caught. */
  readonly failure?: { readonly Error?: string; readonly Cause?: string };
}

/** An answer that CloudFormation still waits for. The one place that keeps a ResponseURL. */
export interface PendingAnswer {
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId: string;
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly OnIncomplete: OnIncomplete;
  /** The hash of the event's rules: the machine can have other rules by then. Absent: the rules are the machine's. */
  readonly ConfigHash?: string;
  /** How long, in seconds, CloudFormation waits. */
  readonly ServiceTimeout?: number;
}

/** Slices after which an execution starts its successor: the history of an execution can have 25,000 events. */
export const MAX_SLICES_OF_AN_EXECUTION = 2_000;

/** Seconds of the shortest wait: Step Functions bills every step, and nothing that a sweep waits for happens sooner. */
export const SHORTEST_WAIT_SECONDS = 60;
