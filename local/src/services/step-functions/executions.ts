// documented: API reference of each operation; authorization reference
import { randomUUID } from 'crypto';
import { Background } from '../../core/background';
import { checked } from '../../core/checked';
import {
  type InternalCall,
  type Needed,
  type Operation,
  type Principal,
  ServiceError,
  type World,
} from '../../core/service';
import { type Input } from '../../core/shape';
import { EXECUTIONS, NAME, PAYLOAD_BYTES } from './constraints';
import { deleting, invalid, invalidArn, invalidName, noExecution } from './errors';
import { Execution } from './execution';
import { writeLog } from './execution-log';
import { withoutData } from './history';
import { type StateMachine } from './machines';
import { page } from './paging';

export interface ExecutionsOptions {
  readonly world: World;
  /** Makes calls in the name of a principal. */
  readonly callAs: (principal: Principal) => InternalCall;
  readonly waitScale: () => number;
  readonly machine: (arn: string) => StateMachine;
  /** Called when an execution starts or ends. */
  readonly onStatus: (execution: Execution) => void;
}

/** The executions of an account, in the order in which they started. */
export class Executions {
  readonly byArn = new Map<string, Execution>();
  private readonly background = new Background();

  constructor(private readonly options: ExecutionsOptions) {}

  of(machineArn: string): Execution[] {
    return [...this.byArn.values()].filter(execution => execution.machineArn === machineArn);
  }

  isRunning(machineArn: string): boolean {
    return this.of(machineArn).some(({ status }) => status === 'RUNNING');
  }

  /** Waits until no execution runs. */
  async settled(): Promise<void> {
    await this.background.settled();
  }

  stopAll(): void {
    for (const execution of this.byArn.values()) execution.stop('ABORTED');
  }

  operations(): Record<string, Operation> {
    return {
      StartExecution: checked(invalid, {
        members: EXECUTIONS.StartExecution,
        needs: ({ stateMachineArn }) => needed('StartExecution', stateMachineArn),
        run: input => this.start(input),
      }),
      DescribeExecution: checked(invalid, {
        members: EXECUTIONS.DescribeExecution,
        needs: ({ executionArn }) => needed('DescribeExecution', executionArn),
        run: ({ executionArn }) => describe(this.find(executionArn)),
      }),
      ListExecutions: checked(invalid, {
        members: EXECUTIONS.ListExecutions,
        needs: ({ stateMachineArn }) => needed('ListExecutions', stateMachineArn),
        run: ({ stateMachineArn, statusFilter, ...paging }) => {
          const { arn } = this.options.machine(stateMachineArn);
          const newestFirst = this.of(arn).reverse();
          const selected = newestFirst.filter(({ status }) => (statusFilter ?? status) === status);
          const { items, nextToken } = page(selected, paging);
          return { executions: items.map(summary), nextToken };
        },
      }),
      StopExecution: checked(invalid, {
        members: EXECUTIONS.StopExecution,
        needs: ({ executionArn }) => needed('StopExecution', executionArn),
        run: ({ executionArn, error, cause }) => {
          const execution = this.find(executionArn);
          execution.stop('ABORTED', { error, cause });
          return { stopDate: new Date(execution.stopDate!) };
        },
      }),
      GetExecutionHistory: checked(invalid, {
        members: EXECUTIONS.GetExecutionHistory,
        needs: ({ executionArn }) => needed('GetExecutionHistory', executionArn),
        run: ({ executionArn, reverseOrder = false, includeExecutionData = true, ...paging }) => {
          const events = [...this.find(executionArn).history.events];
          const { items, nextToken } = page(reverseOrder ? events.reverse() : events, paging);
          return { events: includeExecutionData ? items : items.map(withoutData), nextToken };
        },
      }),
    };
  }

  private start(input: Input<typeof EXECUTIONS.StartExecution>): object {
    const { world, callAs, waitScale, onStatus } = this.options;
    const machine = this.options.machine(input.stateMachineArn);
    if (machine.isDeleting) throw deleting(machine.arn);
    const name = input.name ?? randomUUID();
    if (!NAME.test(name)) throw invalidName(name);
    const text = checkInput(input.input);
    const arn = world.arn('states', `execution:${machine.name}:${name}`);
    const existing = this.byArn.get(arn);
    if (existing) {
      if (existing.status !== 'RUNNING' || existing.input !== text) {
        throw new ServiceError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
      }
      return { executionArn: arn, startDate: new Date(existing.startDate) };
    }
    const execution = new Execution({
      arn,
      name,
      machine,
      isMachineDeleted: () => this.options.machine(machine.arn).isDeleting,
      definition: machine.definition,
      input: text,
      call: callAs({ kind: 'role', roleArn: machine.roleArn, session: name.slice(0, 64) }),
      clock: world.clock,
      waitScale,
      onStatus,
    });
    this.byArn.set(arn, execution);
    this.background.add(this.run(execution, machine));
    return { executionArn: arn, startDate: new Date(execution.startDate) };
  }

  private async run(execution: Execution, { logging }: StateMachine): Promise<void> {
    await execution.run();
    await writeLog(execution, logging, this.options.world.call);
  }

  private find(arn: string): Execution {
    if (!/^arn:[\w-]+:states:[\w-]+:\d{12}:execution:[^:]+:[^:]+$/.test(arn)) throw invalidArn(arn);
    const execution = this.byArn.get(arn);
    if (!execution) throw noExecution(arn);
    return execution;
  }
}

function checkInput(text = '{}'): string {
  if (Buffer.byteLength(text) > PAYLOAD_BYTES) {
    throw invalid(`the input has more than ${PAYLOAD_BYTES} bytes`);
  }
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    throw new ServiceError(
      'InvalidExecutionInput',
      `Invalid State Machine Execution Input: '${(error as Error).message}'`,
    );
  }
}

const needed = (action: string, resource = '*'): Needed[] => [{ action: `states:${action}`, resource }];

const summary = ({ arn, machineArn, name, status, startDate, stopDate }: Execution) => ({
  executionArn: arn,
  stateMachineArn: machineArn,
  name,
  status,
  startDate: new Date(startDate),
  ...(stopDate !== undefined && { stopDate: new Date(stopDate) }),
});

const describe = (execution: Execution) => {
  const { input, output, error, cause } = execution;
  return {
    ...summary(execution),
    input,
    inputDetails: { included: true },
    ...(output !== undefined && { output, outputDetails: { included: true } }),
    error,
    cause,
  };
};
