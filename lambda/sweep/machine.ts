import { ListExecutionsCommand, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { type ExecutionState } from '../../contract/sweep-execution';
import { LONGEST_CALL } from '../runtime/client';
import { Deadline } from '../runtime/clock';
import { type Limits, allPages, retryAccessDenied, retryPassing, unless } from '../runtime/retry';

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

/** What was stopped of them: Step Functions does not tell the function. */
export interface Stops {
  /** Whether somebody has stopped an execution, as far as the latest stopped ones tell. */
  wasStopped(machineArn: string, executionArn: string): Promise<boolean>;
}

export class StepFunctions implements Machines, Stops {
  constructor(private readonly sfn: SFNClient) {}

  async start(stateMachineArn: string, name: string, state: ExecutionState): Promise<void> {
    try {
      await this.sfn.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(state) }));
    } catch (error) {
      if ((error as Error).name !== 'ExecutionAlreadyExists') throw error;
    }
  }

  async wasStopped(stateMachineArn: string, executionArn: string): Promise<boolean> {
    const { executions = [] } = await this.sfn.send(
      new ListExecutionsCommand({ stateMachineArn, statusFilter: 'ABORTED' }),
    );
    return executions.some(stopped => stopped.executionArn === executionArn);
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

/**
 * Repeats what is throttled, denied or broken, as long as a further call can end in time. The client must not repeat by
 * itself: it would be busy with a call that hangs until it is too late to say so.
 */
export function patientMachines(machines: Machines, { clock, deadline, log }: Limits): Machines {
  const repeated = <T>(call: () => Promise<T>): Promise<T> => {
    const last = Math.min(LONGEST_CALL, deadline.remaining() / 3);
    const limits = { clock, log, deadline: new Deadline(clock, deadline.at - last) };
    return retryAccessDenied(limits, () => retryPassing(limits, call));
  };
  return {
    start: (...execution) => repeated(() => machines.start(...execution)),
    running: machineArn => repeated(() => machines.running(machineArn)),
  };
}

/** Whether a machine starts nothing any more: it was deleted, or is deleted as soon as its executions have ended. */
export const isMachineGone = (error: unknown) =>
  ['StateMachineDoesNotExist', 'StateMachineDeleting'].includes((error as Error).name);
