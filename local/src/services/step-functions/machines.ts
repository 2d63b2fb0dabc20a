// documented: API reference of each operation; authorization reference
import { randomUUID } from 'crypto';
import { isDeepStrictEqual } from 'util';
import { checked } from '../../core/checked';
import { type Needed, type Operation, ServiceError, type World } from '../../core/service';
import { type Input } from '../../core/shape';
import { MACHINES, NAME, TAGS } from './constraints';
import { deleting, invalid, invalidArn, invalidDefinition, invalidName, noMachine, noResource } from './errors';
import { type Logging } from './execution-log';
import { parseDefinition } from './interpreter';
import { page } from './paging';
import { type MachineDefinition, allStates } from './states';
import { taskOf } from './tasks';

/** The parts of a state machine that can change. */
interface Configuration {
  /** The original definition. */
  readonly text: string;
  readonly definition: MachineDefinition;
  readonly roleArn: string;
  readonly logging: Logging;
  readonly tracing: { readonly enabled?: boolean };
}

/** A state machine. */
export interface StateMachine extends Configuration {
  readonly arn: string;
  readonly name: string;
  readonly creationDate: number;
  readonly revisionId?: string;
  readonly tags: Map<string, string>;
  /** Whether it is deleted when its last execution has ended. */
  readonly isDeleting: boolean;
}

/** The state machines of an account. */
export class StateMachines {
  readonly byArn = new Map<string, StateMachine>();

  constructor(
    private readonly mayAssume: (roleArn: string) => boolean,
    private readonly isRunning: (machineArn: string) => boolean,
  ) {}

  /** Throws StateMachineDoesNotExist. */
  find(arn: string): StateMachine {
    if (!/^arn:[\w-]+:states:[\w-]+:\d{12}:stateMachine:[^:]+$/.test(arn)) throw invalidArn(arn);
    const machine = this.byArn.get(arn);
    if (!machine) throw noMachine(arn);
    return machine;
  }

  /** Removes a machine in deletion when no execution of it runs. */
  removeIdle(arn: string): void {
    if (this.byArn.get(arn)?.isDeleting && !this.isRunning(arn)) this.byArn.delete(arn);
  }

  operations(): Record<string, Operation> {
    return {
      CreateStateMachine: checked(invalid, {
        members: MACHINES.CreateStateMachine,
        needs: ({ name = '*' }, world) => needed('CreateStateMachine', machineArn(name, world)),
        run: (input, { world }) => this.create(input, world),
      }),
      UpdateStateMachine: checked(invalid, {
        members: MACHINES.UpdateStateMachine,
        needs: ({ stateMachineArn }) => needed('UpdateStateMachine', stateMachineArn),
        run: (input, { world }) => this.update(input, world),
      }),
      DescribeStateMachine: checked(invalid, {
        members: MACHINES.DescribeStateMachine,
        needs: ({ stateMachineArn }) => needed('DescribeStateMachine', stateMachineArn),
        run: ({ stateMachineArn }) => describe(this.find(stateMachineArn)),
      }),
      DeleteStateMachine: checked(invalid, {
        members: MACHINES.DeleteStateMachine,
        needs: ({ stateMachineArn }) => needed('DeleteStateMachine', stateMachineArn),
        run: ({ stateMachineArn: arn }) => {
          const machine = this.byArn.get(arn);
          if (machine) this.byArn.set(arn, { ...machine, isDeleting: true });
          this.removeIdle(arn);
        },
      }),
      ListStateMachines: checked(invalid, {
        members: MACHINES.ListStateMachines,
        needs: () => needed('ListStateMachines', '*'),
        run: input => {
          const { items, nextToken } = page([...this.byArn.values()], input);
          return { stateMachines: items.map(summary), nextToken };
        },
      }),
      TagResource: checked(invalid, {
        members: TAGS.TagResource,
        needs: ({ resourceArn }) => needed('TagResource', resourceArn),
        run: ({ resourceArn, tags }) => {
          for (const { key, value = '' } of tags) this.tagged(resourceArn).tags.set(key, value);
        },
      }),
      UntagResource: checked(invalid, {
        members: TAGS.UntagResource,
        needs: ({ resourceArn }) => needed('UntagResource', resourceArn),
        run: ({ resourceArn, tagKeys }) => {
          for (const key of tagKeys) this.tagged(resourceArn).tags.delete(key);
        },
      }),
      ListTagsForResource: checked(invalid, {
        members: TAGS.ListTagsForResource,
        needs: ({ resourceArn }) => needed('ListTagsForResource', resourceArn),
        run: ({ resourceArn }) => ({
          tags: [...this.tagged(resourceArn).tags].map(([key, value]) => ({ key, value })),
        }),
      }),
    };
  }

  private async create(input: Input<typeof MACHINES.CreateStateMachine>, world: World): Promise<object> {
    const { name, type = 'STANDARD', tags = [] } = input;
    if (!NAME.test(name)) throw invalidName(name);
    if (type !== 'STANDARD') {
      throw new ServiceError('StateMachineTypeNotSupported', 'the local AWS runs state machines of type STANDARD only');
    }
    const configuration = await this.configuration(input);
    const arn = machineArn(name, world);
    const existing = this.byArn.get(arn);
    if (existing?.isDeleting) throw deleting(arn);
    // the role and the tags do not count when a creation is repeated.
    if (
      existing &&
      (existing.text !== configuration.text || !isDeepStrictEqual(existing.logging, configuration.logging))
    ) {
      // captured: LocalStack, snapshots validated on AWS
      throw new ServiceError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
    }
    const machine = existing ?? {
      ...configuration,
      arn,
      name,
      creationDate: world.clock.now(),
      tags: new Map(tags.map(({ key, value = '' }) => [key, value])),
      isDeleting: false,
    };
    this.byArn.set(arn, machine);
    return { stateMachineArn: arn, creationDate: new Date(machine.creationDate) };
  }

  private async update(input: Input<typeof MACHINES.UpdateStateMachine>, world: World): Promise<object> {
    const { stateMachineArn: arn, ...changes } = input;
    const machine = this.find(arn);
    if (machine.isDeleting) throw deleting(arn);
    if (Object.keys(changes).length === 0) {
      const message =
        'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified';
      // captured: LocalStack, snapshots validated on AWS
      throw new ServiceError('MissingRequiredParameter', message);
    }
    const revisionId = randomUUID();
    this.byArn.set(arn, { ...machine, ...(await this.configuration(changes, machine)), revisionId });
    return { updateDate: new Date(world.clock.now()), revisionId };
  }

  private async configuration(
    input: Partial<Input<typeof MACHINES.CreateStateMachine>>,
    current?: Configuration,
  ): Promise<Configuration> {
    const { definition: text = current?.text ?? '', roleArn = current?.roleArn ?? '' } = input;
    if (!this.mayAssume(roleArn)) {
      const message =
        'Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.';
      // captured: LocalStack, snapshots validated on AWS
      throw new ServiceError('AccessDeniedException', message);
    }
    const definition = await parseDefinition(text);
    checkTasks(definition);
    return {
      text,
      definition,
      roleArn,
      logging: input.loggingConfiguration ?? current?.logging ?? {},
      tracing: input.tracingConfiguration ?? current?.tracing ?? {},
    };
  }

  private tagged(arn: string): StateMachine {
    const machine = this.byArn.get(arn);
    if (!machine) throw noResource(arn);
    return machine;
  }
}

function checkTasks(definition: MachineDefinition): void {
  for (const [name, { Type, Resource = '' }] of allStates(definition)) {
    if (Type === 'Task' && !taskOf(Resource)) {
      throw invalidDefinition(
        `UNSUPPORTED: the local AWS cannot run ${Resource} (state ${name}): it knows functions, lambda:invoke, ` +
          'states:startExecution, aws-sdk:sfn and aws-sdk:cloudformation',
      );
    }
  }
}

const machineArn = (name: string, world: World): string => world.arn('states', `stateMachine:${name}`);

const needed = (action: string, resource = '*'): Needed[] => [{ action: `states:${action}`, resource }];

const summary = ({ arn, name, creationDate }: StateMachine) => ({
  stateMachineArn: arn,
  name,
  type: 'STANDARD',
  creationDate: new Date(creationDate),
});

const describe = (machine: StateMachine) => ({
  ...summary(machine),
  status: machine.isDeleting ? 'DELETING' : 'ACTIVE',
  definition: machine.text,
  roleArn: machine.roleArn,
  loggingConfiguration: { level: 'OFF', includeExecutionData: false, ...machine.logging },
  tracingConfiguration: { enabled: false, ...machine.tracing },
  revisionId: machine.revisionId,
});
