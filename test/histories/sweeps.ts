import { Stack } from 'aws-cdk-lib';
import { type SweepConfig } from '../../contract/sweep';
import { type SweepProperties } from '../../contract/sweep-execution';
import { sweepDefinition } from '../../lib/sweep/sweep-definition';
import { type Resources } from './world';

/** A sweep that a stack declares. */
export interface Sweep {
  /** How many of the newest versions stay. */
  readonly keep: number;
  readonly triggers: readonly ('DURING_DEPLOYMENT' | 'ON_DESTROY' | 'AFTER_DEPLOYMENT')[];
}

/** How a family's sweep is configured. */
export type SweepOf = (keep: number) => SweepConfig & { readonly type: string };

/** Whose rules start which machine, and by which role. */
export interface Machinery {
  readonly functionArn: string;
  readonly roleArn: string;
}

/** What a stack has of a sweep, as its construct has it: the machine, the rule, and the resource that CloudFormation runs. */
export function sweepResources(
  { keep, triggers }: Sweep,
  configOf: SweepOf,
  machinery: Machinery,
  beside: Resources,
): Resources {
  const config = configOf(keep);
  const synchronous = triggers.filter(trigger => trigger !== 'AFTER_DEPLOYMENT');
  const properties: Omit<SweepProperties, 'StateMachineArn'> = {
    Config: JSON.stringify(config),
    Triggers: synchronous,
    DeclaredVersions: Object.values(beside).map(each => JSON.stringify(each.properties)),
  };
  const sweep = {
    type: config.type,
    properties: { ...properties, StateMachineArn: { Ref: 'SweepMachine' } },
    dependsOn: Object.keys(beside),
  };
  return {
    SweepMachine: machine(config, machinery),
    ...(synchronous.length > 0 && { Sweep: sweep }),
    ...(triggers.includes('AFTER_DEPLOYMENT') && { SweepRule: rule('SweepMachine', machinery, AFTER_DEPLOYMENT) }),
  };
}

/** A stack with nothing but retentions that run on a schedule, one for each number of versions that they keep. */
export function sweeperStack(keeps: readonly number[], configOf: SweepOf, machinery: Machinery): Resources {
  return Object.fromEntries(
    keeps.flatMap(keep => [
      [`Machine${keep}`, machine(configOf(keep), machinery)],
      [
        `Rule${keep}`,
        rule(`Machine${keep}`, machinery, { Name: scheduleOf(keep), ScheduleExpression: 'rate(36500 days)' }),
      ],
    ]),
  );
}

/** The name of the rule by which the third stack's sweep runs. */
export const scheduleOf = (keep: number) => `keep-${keep}`;

const AFTER_DEPLOYMENT = {
  EventPattern: {
    source: ['aws.cloudformation'],
    'detail-type': ['CloudFormation Stack Status Change'],
    detail: {
      'stack-id': [{ Ref: 'AWS::StackId' }],
      'status-details': { status: ['CREATE_COMPLETE', 'UPDATE_COMPLETE'] },
    },
  },
};

/** Writes definitions, and is never synthesized. */
const stack = new Stack();

function machine(config: SweepConfig, { functionArn, roleArn }: Machinery): Resources[string] {
  const definition: unknown = stack.resolve(stack.toJsonString(sweepDefinition(functionArn, config)));
  return {
    type: 'AWS::StepFunctions::StateMachine',
    properties: { RoleArn: roleArn, DefinitionString: definition, StateMachineType: 'STANDARD' },
  };
}

function rule(machineId: string, { roleArn }: Machinery, when: object): Resources[string] {
  const target = { Id: 'Target0', Arn: { Ref: machineId }, RoleArn: roleArn, Input: '{}' };
  return { type: 'AWS::Events::Rule', properties: { ...when, State: 'ENABLED', Targets: [target] } };
}
