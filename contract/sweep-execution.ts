/**
 * How a sweep runs: the properties of the custom resource that runs it while CloudFormation waits, and what its state
 * machine and the provider's function say to each other.
 */
import { Salt } from './cloudformation';
import { type Infer, list, oneOf, optional, string, struct, withDefault } from './shape';
import { type SweepConfig } from './sweep';

const synchronousTrigger = oneOf('ON_DESTROY', 'DURING_DEPLOYMENT');
const onIncomplete = oneOf('FAIL', 'WARN');

/** When a sweep runs while CloudFormation waits for it. */
export type SynchronousTrigger = Infer<typeof synchronousTrigger>;

/** What becomes of a synchronous sweep that CloudFormation's hour does not suffice for. */
export type OnIncomplete = Infer<typeof onIncomplete>;

/** Properties of a sweep's custom resource, which exists where a sweep has a synchronous trigger. */
export const SweepShape = struct({
  /** The SweepConfig as JSON: as a structure its numbers would arrive as strings. */
  Config: string(),
  /** Goes on where the function's own time ends. */
  StateMachineArn: string(),
  Triggers: withDefault(list(synchronousTrigger), []),
  /** Absent: FAIL. */
  OnIncomplete: optional(onIncomplete),
  /** Names of the versions that this stack declares: a change of them runs DURING_DEPLOYMENT again. */
  DeclaredVersions: optional(list(string())),
  Salt,
});
export type SweepProperties = Infer<typeof SweepShape>;

/** Attributes of a sweep's custom resource: decimal counts, "0" in every answer of a run that swept nothing. */
export interface SweepAttributes {
  readonly RemovedCount: string;
  readonly KeptCount: string;
  readonly RemainingCount: string;
}

/** What the state machine asks of the function. */
export interface SliceRequest {
  /**
   * The first slice, the next one, or to tell CloudFormation that the sweep has failed. Whoever may start the machine
   * chooses the state of the first slice; that of the next ones is what the function itself has answered.
   */
  readonly sweep: 'BEGIN' | 'SLICE' | 'GIVE_UP';
  readonly config: SweepConfig;
  /** The id of the stack that the sweep belongs to: a run waits for the end of what the stack is doing. */
  readonly stackId: string;
  /** ARNs, from the context object. */
  readonly execution: string;
  readonly stateMachine: string;
  /** Above 0 where an earlier attempt of this slice was cut off. */
  readonly retryCount: number;
  readonly state: ExecutionState;
}

/** The data of an execution: what it is started with, and what each slice leaves. Empty when a rule starts it. */
export interface ExecutionState {
  /** What the machine does next. Absent at the beginning. */
  readonly next?: 'SLICE' | 'WAIT' | 'DONE' | 'FAILED';
  /** With WAIT: at least a minute. */
  readonly waitSeconds?: number;
  /** With FAILED: the execution's error and cause. */
  readonly error?: string;
  readonly cause?: string;
  /** Where the sweep goes on: plain JSON, the handler's own. */
  readonly cursor?: object;
  /** Slices of this execution so far. */
  readonly slices?: number;
  /** How the sweep ended, for whoever reads the execution. */
  readonly outcome?: object;
  /** Whom to tell: CloudFormation waits for this execution. */
  readonly answer?: PendingAnswer;
  /** The execution that this one takes over from. */
  readonly predecessor?: string;
  /** With GIVE_UP: what the Catch has caught. */
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
  /** Of the rules that the event speaks of: the machine may have others by then. Absent: of those of the machine. */
  readonly ConfigHash?: string;
  /** Seconds that CloudFormation waits. */
  readonly ServiceTimeout?: number;
}

/** Slices after which an execution starts its successor: its history may have 25,000 events. */
export const MAX_SLICES_OF_AN_EXECUTION = 2_000;

/** Step Functions bills every step, and nothing that a sweep waits for happens sooner. */
export const SHORTEST_WAIT_SECONDS = 60;
