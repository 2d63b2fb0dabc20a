import { type InternalCall, type Operation, type Principal, type Service, type World } from '../../core/service';
import { type AwsEvent, executionStatusChange } from '../events/event';
import { type Execution } from './execution';
import { Executions } from './executions';
import { type StateMachine, StateMachines } from './machines';

export type { Execution, ExecutionStatus } from './execution';
export type { HistoryEvent } from './history';
export type { StateMachine } from './machines';

export interface StepFunctionsOptions {
  readonly world: World;
  /** Makes calls in the name of a principal. */
  readonly callAs: (principal: Principal) => InternalCall;
  /** Whether Step Functions can assume a role. */
  readonly mayAssume: (roleArn: string) => boolean;
  /** Publishes the events with which executions report their status. */
  readonly publish: (event: AwsEvent) => void;
}

/** AWS Step Functions: standard state machines in JSONPath. */
export class StepFunctions implements Service {
  readonly signingName = 'states';
  readonly protocol = 'json';
  readonly targetPrefix = 'AWSStepFunctions';
  readonly operations: Readonly<Record<string, Operation>>;
  /** The factor for the seconds of waits and between retries, but not of timeouts. @default 1 */
  waitScale = 1;
  private readonly machines: StateMachines;
  private readonly all: Executions;

  constructor({ world, callAs, mayAssume, publish }: StepFunctionsOptions) {
    this.machines = new StateMachines(mayAssume, arn => this.all.isRunning(arn));
    this.all = new Executions({
      world,
      callAs,
      waitScale: () => this.waitScale,
      machine: arn => this.machines.find(arn),
      onStatus: execution => {
        publish(executionStatusChange(execution));
        this.machines.removeIdle(execution.machineArn);
      },
    });
    this.operations = { ...this.machines.operations(), ...this.all.operations() };
  }

  /** The state machines by ARN. */
  get stateMachines(): ReadonlyMap<string, StateMachine> {
    return this.machines.byArn;
  }

  /** The executions of all machines or of one, in the order in which they started. */
  executions(machineArn?: string): readonly Execution[] {
    return machineArn === undefined ? [...this.all.byArn.values()] : this.all.of(machineArn);
  }

  /** Waits until no execution runs. */
  async settled(): Promise<void> {
    await this.all.settled();
  }

  /** Aborts all executions. */
  stop(): void {
    this.all.stopAll();
  }
}
