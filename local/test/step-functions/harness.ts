import { type LocalAws } from 'cdk-versioned-artifacts-local';
import { ACCOUNT, type Statement, policy } from '../core/fixtures';

export const MACHINE_ROLE = `arn:aws:iam::${ACCOUNT}:role/machine`;
export const MACHINE = `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:m`;

export const states = (aws: LocalAws, operation: string, input: object) => aws.call('states', operation, input);

/** Makes a role that a service may assume. */
export async function createRoleFor(aws: LocalAws, RoleName: string, service: string, ...statements: Statement[]) {
  const trust = { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' };
  await aws.call('iam', 'CreateRole', {
    RoleName,
    AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [trust] }),
  });
  if (statements.length > 0) {
    await aws.call('iam', 'PutRolePolicy', { RoleName, PolicyName: 'p', PolicyDocument: policy(...statements) });
  }
}

/** Makes the machine `m` of the role `machine`. */
export async function createMachine(aws: LocalAws, definition: object | string, more: object = {}): Promise<void> {
  await states(aws, 'CreateStateMachine', {
    name: 'm',
    definition: typeof definition === 'string' ? definition : JSON.stringify(definition),
    roleArn: MACHINE_ROLE,
    ...more,
  });
}

/** A machine of states that follow each other. */
export function chain(...chained: object[]): object {
  const names = chained.map((_, i) => `S${i + 1}`);
  const linked = chained.map((state, i) => ({
    ...state,
    ...('Choices' in state || /Fail|Succeed/.test((state as { Type: string }).Type)
      ? {}
      : i + 1 < names.length
        ? { Next: names[i + 1] }
        : { End: true }),
  }));
  return { StartAt: 'S1', States: Object.fromEntries(linked.map((state, i) => [names[i], state])) };
}

/** Starts an execution of `m`, waits until nothing runs, and describes it. */
export async function run(aws: LocalAws, input: unknown = {}, name?: string) {
  const { executionArn } = await states(aws, 'StartExecution', {
    stateMachineArn: MACHINE,
    input: JSON.stringify(input),
    name,
  });
  await aws.settled();
  const { output, ...described } = await states(aws, 'DescribeExecution', { executionArn });
  return { ...described, output: output === undefined ? undefined : JSON.parse(output) };
}

/** The types of the events of an execution. */
export async function history(aws: LocalAws, executionArn: string): Promise<string[]> {
  const { events } = await states(aws, 'GetExecutionHistory', { executionArn, maxResults: 1000 });
  return events.map(({ type }: { type: string }) => type);
}
