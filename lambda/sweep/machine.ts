import { ListExecutionsCommand, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { type ExecutionState } from '../../contract/sweep-execution';

/** An execution that runs. */
export interface RunningExecution {
  readonly executionArn: string;
  readonly name: string;
  readonly startedAt: number;
}

/** The state machines that run sweeps. */
export interface Machines {
  /** Starts an execution; one that was started by the same name before is as good. */
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
    const found: RunningExecution[] = [];
    let nextToken: string | undefined;
    do {
      const page = await this.sfn.send(
        new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING', nextToken }),
      );
      for (const { executionArn = '', name = '', startDate } of page.executions ?? []) {
        found.push({ executionArn, name, startedAt: startDate?.getTime() ?? 0 });
      }
      nextToken = page.nextToken;
    } while (nextToken);
    return found;
  }
}
