import { ListExecutionsCommand, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { type ExecutionState } from '../../contract/sweep-execution';
import { allPages, unless } from '../runtime/retry';

/** A running execution. */
export interface RunningExecution {
  readonly executionArn: string;
  readonly name: string;
  readonly startedAt: number;
}

/** The state machines that run sweeps. */
export interface Machines {
  /** Starts an execution; it is fine if one of the same name was started before. */
  start(machineArn: string, name: string, state: ExecutionState): Promise<void>;
  running(machineArn: string): Promise<RunningExecution[]>;
}

export class StepFunctions implements Machines {
  constructor(private readonly sfn: SFNClient) {}

  async start(stateMachineArn: string, name: string, state: ExecutionState): Promise<void> {
    try {
      await this.sfn.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(state) }));
    } catch (error) {
      if ((error as Error).name !== 'ExecutionAlreadyExists') throw error;
    }
  }

  async running(stateMachineArn: string): Promise<RunningExecution[]> {
    const executions = allPages(async nextToken => {
      const command = new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING', nextToken });
      const page = await this.sfn.send(command);
      return { items: page.executions, nextToken: page.nextToken };
    });
    // a deleted machine runs nothing.
    return ((await unless('StateMachineDoesNotExist', executions)) ?? []).map(
      ({ executionArn = '', name = '', startDate }) => ({ executionArn, name, startedAt: startDate?.getTime() ?? 0 }),
    );
  }
}

export const isMachineGone = (error: unknown) => (error as Error).name === 'StateMachineDoesNotExist';
