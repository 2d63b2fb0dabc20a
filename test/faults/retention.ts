/** Sweeps that CloudFormation waits for: what they need beside them, and what can happen to them. */
import { type LocalAws } from 'cdk-versioned-artifacts-local';
import { type Sweep, type SweepOf, sweepResources } from '../histories/sweeps';
import { type Operation } from './operations';
import { type Known } from './report';
import { type Release } from './world';

const ROLE = 'machines';
const MACHINERY = {
  functionArn: 'arn:aws:lambda:us-east-1:111111111111:function:provider',
  roleArn: `arn:aws:iam::111111111111:role/${ROLE}`,
};

const statement = (more: object) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...more }] });

/** Makes the role of the state machines. */
export async function beginMachines(aws: LocalAws): Promise<void> {
  const trust = { Action: 'sts:AssumeRole', Principal: { Service: 'states.amazonaws.com' } };
  await aws.call('iam', 'CreateRole', { RoleName: ROLE, AssumeRolePolicyDocument: statement(trust) });
  const allowed = statement({ Action: 'lambda:InvokeFunction', Resource: '*' });
  await aws.call('iam', 'PutRolePolicy', { RoleName: ROLE, PolicyName: 'Run', PolicyDocument: allowed });
}

const release = (triggers: Sweep['triggers'], keep: number, configOf: SweepOf): Release => ({
  resources: sweepResources({ keep, triggers }, configOf, MACHINERY, {}),
});

/** What every sweep does: one that keeps two, where there is more. */
export const sweepOperations = (configOf: SweepOf): Operation[] => [
  { title: 'Create, during a deployment', given: [], release: release(['DURING_DEPLOYMENT'], 2, configOf) },
  {
    title: 'Update, during a deployment',
    given: [release(['DURING_DEPLOYMENT'], 3, configOf)],
    release: release(['DURING_DEPLOYMENT'], 2, configOf),
  },
  { title: 'Delete with the stack', given: [release(['ON_DESTROY'], 2, configOf)], release: 'deleted' },
];

/** A sweep that is so slow that the invocation of its event does not do it all. */
export const inMachine = (configOf: SweepOf): Operation => ({
  title: 'Create, in a state machine',
  given: [],
  release: release(['DURING_DEPLOYMENT'], 2, keep => ({ ...configOf(keep), requestsPerSecond: 0.02 })),
});

/** What a sweep has removed is not brought back; what must stay is there. */
export const isClean = (after: unknown, wanted: unknown) =>
  (wanted as string[]).every(name => (after as string[]).includes(name));

export const UNREADABLE: Known = {
  point: /^(500|stalled|denied|throttled) to the end, call .*(CREATE|UPDATE|DELETE)_COMPLETE :/,
  why: 'what a sweep cannot read until its event has been answered stays, until the next run; the run succeeds, and records it',
};
