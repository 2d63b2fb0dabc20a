// documented: Amazon States Language; developer guide, input-output-contextobject; API reference, StopExecution and
// DeleteStateMachine
import { type InternalCall, type LocalClock } from '../../core/service';
import { HISTORY_EVENTS } from './constraints';
import { History } from './history';
import { type ExecutionFailure, type InterpreterEvent, interpret } from './interpreter';
import { type MachineDefinition, type State, type StateInput, allStates } from './states';
import { RETRY_COUNT, runTaskState, textOf } from './task-state';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

export interface ExecutionOptions {
  readonly arn: string;
  readonly name: string;
  /** The current machine: an update of the machine does not change a running execution. */
  readonly machine: { readonly arn: string; readonly name: string; readonly roleArn: string };
  readonly definition: MachineDefinition;
  /** JSON. */
  readonly input: string;
  /** Whether the machine is being deleted. */
  readonly isMachineDeleted: () => boolean;
  /** Makes calls with the role of the machine. */
  readonly call: InternalCall;
  readonly clock: LocalClock;
  /** The factor for the seconds of waits and between retries. */
  readonly waitScale: () => number;
  readonly onStatus: (execution: Execution) => void;
}

/** The types of events that end a history. */
const LAST_EVENTS = {
  SUCCEEDED: 'ExecutionSucceeded',
  FAILED: 'ExecutionFailed',
  TIMED_OUT: 'ExecutionTimedOut',
  ABORTED: 'ExecutionAborted',
} as const;

/** An execution of a state machine. */
export class Execution {
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  /** JSON. */
  readonly input: string;
  readonly startDate: number;
  readonly history: History;
  status: ExecutionStatus = 'RUNNING';
  stopDate?: number;
  /** JSON. */
  output?: string;
  error?: string;
  cause?: string;
  private readonly states: ReadonlyMap<string, State>;
  private readonly end = new AbortController();
  private readonly ended = aborted(this.end.signal);

  constructor(private readonly options: ExecutionOptions) {
    const { clock, machine, definition } = options;
    this.arn = options.arn;
    this.name = options.name;
    this.machineArn = machine.arn;
    this.input = options.input;
    this.startDate = clock.now();
    this.history = new History(() => clock.now());
    this.states = allStates(definition);
  }

  /** Runs the execution to its end. */
  async run(): Promise<void> {
    const { definition, machine, onStatus } = this.options;
    onStatus(this);
    this.history.add('ExecutionStarted', { input: this.input, roleArn: machine.roleArn });
    const result = await interpret({
      definition,
      input: JSON.parse(this.input),
      context: this.context(),
      functions: Object.fromEntries([...this.states].map(([name, state]) => [name, input => this.enter(state, input)])),
      tell: event => this.hear(event),
      signal: this.end.signal,
    });
    if (result === null) return;
    if ('error' in result) this.finish('FAILED', result);
    else this.finish('SUCCEEDED', { output: JSON.stringify(result.output) });
  }

  /** Ends the execution from outside. What its tasks have started continues. */
  stop(status: 'FAILED' | 'TIMED_OUT' | 'ABORTED', failure: Partial<ExecutionFailure> = {}): void {
    this.finish(status, failure);
    this.end.abort();
  }

  private finish(status: keyof typeof LAST_EVENTS, result: { output?: string } & Partial<ExecutionFailure>): void {
    if (this.status !== 'RUNNING') return;
    this.history.add(LAST_EVENTS[status], result);
    Object.assign(this, { status, ...result, stopDate: this.options.clock.now() });
    this.options.onStatus(this);
  }

  /** The context object. In it, the states have `Execution` as `Run`. */
  private context(): Readonly<Record<string, unknown>> {
    const { clock, machine, input } = this.options;
    return {
      Run: {
        Id: this.arn,
        Name: this.name,
        Input: JSON.parse(input),
        RoleArn: machine.roleArn,
        StartTime: new Date(this.startDate).toISOString(),
        RedriveCount: 0,
      },
      StateMachine: { Id: machine.arn, Name: machine.name },
      State: {
        RetryCount: RETRY_COUNT,
        get EnteredTime() {
          return new Date(clock.now()).toISOString();
        },
      },
    };
  }

  /** Runs a Wait or a Task. */
  private async enter(state: State, given: StateInput): Promise<unknown> {
    // first handles what the interpreter has reported.
    await new Promise(setImmediate);
    this.end.signal.throwIfAborted();
    if (state.Type === 'Wait') {
      await this.sleep(given.seconds ?? (Date.parse(given.timestamp ?? '') - this.options.clock.now()) / 1000);
      return given.input;
    }
    const output = await runTaskState(state, given, {
      call: this.options.call,
      record: (type, details) => this.record(type, details),
      sleep: seconds => this.sleep(seconds),
    });
    this.checkTime();
    return output;
  }

  private async sleep(seconds: number): Promise<void> {
    const { clock, waitScale } = this.options;
    const milliseconds = Math.min(seconds * 1000 * waitScale(), this.deadline - clock.now());
    if (milliseconds > 0) await Promise.race([clock.sleep(milliseconds), this.ended]);
    this.checkTime();
  }

  private get deadline(): number {
    return this.startDate + (this.options.definition.TimeoutSeconds ?? Infinity) * 1000;
  }

  /** Throws if the execution has ended. Its timeout is checked between its steps. */
  private checkTime(): void {
    if (this.options.clock.now() >= this.deadline) this.stop('TIMED_OUT');
    this.end.signal.throwIfAborted();
  }

  private hear({ type, index, state, parentState }: InterpreterEvent): void {
    if (type === 'StateEntered' && this.status === 'RUNNING' && this.options.isMachineDeleted()) {
      // the executions of a deleted machine end with their next transition (documentation of DeleteStateMachine).
      // unverified: that they are ABORTED.
      this.stop('ABORTED');
    }
    if (state && type === 'StateEntered') {
      this.record(`${this.typeOf(state.name)}${type}`, { name: state.name, input: JSON.stringify(state.input) });
    } else if (state && type === 'StateExited') {
      this.record(`${this.typeOf(state.name)}${type}`, { name: state.name, output: this.checkedText(state.output) });
    } else if (parentState && type.startsWith('MapIteration')) {
      this.record(type, { name: parentState.name, index });
    }
  }

  private typeOf(state: string): string {
    return this.states.get(state)!.Type;
  }

  private checkedText(output: unknown): string | undefined {
    try {
      return textOf(output);
    } catch (error) {
      const { name, message } = error as Error;
      this.stop('FAILED', { error: name, cause: message });
      return undefined;
    }
  }

  private record(type: string, details?: Readonly<Record<string, unknown>>): void {
    if (this.status !== 'RUNNING') return;
    if (!this.history.isFull) return this.history.add(type, details);
    // unverified: the name of this error.
    const cause = `The execution reached the maximum number of history events (${HISTORY_EVENTS}).`;
    this.stop('FAILED', { error: 'States.Runtime', cause });
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise(resolve => signal.addEventListener('abort', () => resolve(), { once: true }));
