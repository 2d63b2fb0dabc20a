/** The sweeps of an account: state machines whose definition holds the rules, filled in as they are deployed. */
import { DescribeStateMachineCommand, ListStateMachinesCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { type SweepConfig } from '../../../contract/sweep';
import { allPages, unless } from '../../../lambda/runtime/retry';
import { UserError } from '../errors';
import { payloadIn, sweepsIn } from '../plan/find-sweeps';
import { StackNode } from '../plan/stack-node';
import { type Account } from './account';
import { deployedStack } from './deployed-stack';

export interface DeployedSweep {
  readonly config: SweepConfig & { readonly type: string };
  readonly machineArn: string;
  readonly stackId: string;
  readonly stackName: string;
}

/** Machines that are described at a time: the service allows some twenty calls a second. */
const CONCURRENCY = 5;

export async function deployedSweeps(account: Account): Promise<readonly DeployedSweep[]> {
  const sfn = account.stepFunctions();
  const machines = await allPages(async nextToken => {
    const page = await sfn.send(new ListStateMachinesCommand({ nextToken, maxResults: 1000 }));
    return { items: page.stateMachines, nextToken: page.nextToken };
  });
  const arns = machines.map(({ stateMachineArn = '' }) => stateMachineArn);
  const found: DeployedSweep[] = [];
  for (let at = 0; at < arns.length; at += CONCURRENCY) {
    const described = await Promise.all(arns.slice(at, at + CONCURRENCY).map(arn => sweepOf(sfn, arn)));
    for (const sweep of described) if (sweep) found.push(sweep);
  }
  return found.sort((a, b) => (a.config.name < b.config.name ? -1 : 1));
}

/** `undefined` where a state machine is none of this library's, or gone. */
async function sweepOf(sfn: SFNClient, machineArn: string): Promise<DeployedSweep | undefined> {
  const call = sfn.send(new DescribeStateMachineCommand({ stateMachineArn: machineArn }));
  const machine = await unless('StateMachineDoesNotExist', call);
  const payload = payloadIn(machine?.definition ?? '');
  if (!payload) return undefined;
  const { config, stackId } = payload;
  return { config, stackId, machineArn, stackName: stackId.split('/')[1] ?? stackId };
}

/** The sweep that a user names: by its construct's path, the end of it, its state machine's name or its ARN. */
export async function findSweep(account: Account, id: string): Promise<DeployedSweep> {
  const all = await deployedSweeps(account);
  const where = `${account.region} of account ${account.id}`;
  if (all.length === 0) {
    throw new UserError(
      `no sweep is deployed in ${where}: deploy an app that has one, or set AWS_REGION and AWS_PROFILE to where it is`,
    );
  }
  const exact = all.filter(({ config, machineArn }) => [config.name, machineArn, nameOf(machineArn)].includes(id));
  const found = exact.length > 0 ? exact : all.filter(({ config }) => config.name.endsWith(`/${id}`));
  if (found.length === 1) return found[0];
  const names = (found.length > 0 ? found : all).map(({ config }) => config.name).join(', ');
  throw new UserError(
    found.length > 1
      ? `${id} is the end of several sweeps' names: write one of ${names}`
      : `no sweep ${id} is deployed in ${where}: there are ${names}`,
  );
}

const nameOf = (arn: string) => arn.split(':').at(-1) ?? '';

/** What starts a sweep, as the template of its stack has it. */
export async function triggersOf(account: Account, { config, stackId }: DeployedSweep): Promise<readonly string[]> {
  const deployed = await deployedStack(account, stackId);
  if (!deployed) return [];
  const node = StackNode.deployed(deployed, account);
  const found = sweepsIn(deployed.template, value => node.resolvedAsDeployed(value));
  return found.find(({ name }) => name === config.name)?.triggers ?? [];
}
