import { type SweepConfig } from '../../contract/sweep';
import { type ExecutionState, type SliceRequest } from '../../contract/sweep-execution';
import { type Machines, type RunningExecution, type Stops } from '../../lambda/sweep/machine';
import { type TestClock } from '../clock';

export interface Execution {
  readonly name: string;
  readonly arn: string;
  readonly startedAt: number;
  readonly input: ExecutionState;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  /** The output of the last state. */
  state: ExecutionState;
  /** The input of each invocation of the function, in order. */
  readonly requests: SliceRequest[];
}

const ATTEMPTS = 4;

/**
 * A small version of a sweep's state machine: slice, choose, wait, slice. If a slice fails, the machine retries it,
 * then gives up.
 */
export class StateMachine implements Machines, Stops {
  readonly arn = 'arn:aws:states:us-east-1:111111111111:stateMachine:sweep';
  readonly executions: Execution[] = [];
  /** Executions that a listing does not show yet. */
  readonly unlisted = new Set<string>();

  constructor(
    private readonly clock: TestClock,
    private readonly invoke: (request: SliceRequest) => Promise<ExecutionState>,
    private readonly config: SweepConfig,
    private readonly stackId: string,
  ) {}

  async start(machineArn: string, name: string, state: ExecutionState): Promise<void> {
    if (machineArn !== this.arn) throw new Error(`no such machine: ${machineArn}`);
    if (!/^[\w-]{1,80}$/.test(name)) throw new Error(`InvalidName: ${name}`);
    if (this.executions.some(execution => execution.name === name)) return;
    this.begin(name, state);
  }

  async running(): Promise<RunningExecution[]> {
    return this.executions
      .filter(({ status, name }) => status === 'RUNNING' && !this.unlisted.has(name))
      .map(({ arn, name, startedAt }) => ({ executionArn: arn, name, startedAt }))
      .reverse();
  }

  async wasStopped(_: string, executionArn: string): Promise<boolean> {
    return this.executions.some(({ arn, status }) => arn === executionArn && status === 'ABORTED');
  }

  /** Starts an execution, as a rule does, or somebody by hand. */
  begin(name: string, input: ExecutionState = {}): Execution {
    const arn = `arn:aws:states:us-east-1:111111111111:execution:sweep:${name}`;
    const copy = JSON.parse(JSON.stringify(input)) as ExecutionState;
    const execution: Execution = {
      name,
      arn,
      startedAt: this.clock.now(),
      input: copy,
      status: 'RUNNING',
      state: copy,
      requests: [],
    };
    this.executions.push(execution);
    return execution;
  }

  /** Runs an execution to its end, or only the given number of its tasks. */
  async run(execution: Execution, tasks = 3000): Promise<Execution> {
    for (let task = 0; execution.status === 'RUNNING' && task < tasks; task++) {
      const left = await this.slice(execution);
      execution.state = left ?? (await this.giveUp(execution));
      const { next, waitSeconds = 0 } = execution.state;
      if (next === 'DONE') execution.status = 'SUCCEEDED';
      else if (next === 'WAIT') this.clock.advance(waitSeconds * 1000);
      else if (next !== 'SLICE') execution.status = 'FAILED';
    }
    return execution;
  }

  /** Runs all executions that have not ended. */
  async runAll(): Promise<void> {
    for (const execution of this.executions) await this.run(execution);
  }

  private async slice(execution: Execution): Promise<ExecutionState | undefined> {
    const isFirst = execution.requests.length === 0;
    for (let retryCount = 0; retryCount < ATTEMPTS; retryCount++) {
      try {
        return await this.ask(execution, isFirst ? 'BEGIN' : 'SLICE', retryCount);
      } catch (error) {
        const { name: Error, message: errorMessage } = error as Error;
        execution.state = { ...execution.state, failure: { Error, Cause: JSON.stringify({ errorMessage }) } };
        this.clock.advance(10_000);
      }
    }
    return undefined;
  }

  private giveUp(execution: Execution): Promise<ExecutionState> {
    return this.ask(execution, 'GIVE_UP', 0);
  }

  private async ask(execution: Execution, sweep: SliceRequest['sweep'], retryCount: number): Promise<ExecutionState> {
    const { config, stackId, arn: stateMachine } = this;
    const request = {
      sweep,
      config,
      stackId,
      execution: execution.arn,
      stateMachine,
      retryCount,
      state: execution.state,
    };
    const sent = JSON.stringify(request);
    execution.requests.push(JSON.parse(sent) as SliceRequest);
    return JSON.parse(JSON.stringify(await this.invoke(JSON.parse(sent) as SliceRequest))) as ExecutionState;
  }
}
