import { IotSweepType, type PackageVersionRetentionConfig } from '../../contract/iot';
import { type Sweep, sweepResources } from '../histories/sweeps';
import { type Operation } from './operations';
import { type Known } from './report';
import { type Family, walk } from './walk';
import { type Release } from './world';

const PACKAGE = 'brake-ecu';
const ROLE = 'machines';
const MACHINERY = {
  functionArn: 'arn:aws:lambda:us-east-1:111111111111:function:provider',
  roleArn: `arn:aws:iam::111111111111:role/${ROLE}`,
};

const statement = (more: object) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...more }] });

const family: Family = {
  load: () => jest.requireActual('../../lambda/iot/sweep-handlers'),
  begin: async aws => {
    await aws.iot.createPackage(PACKAGE);
    for (const name of ['0.1.0', '0.2.0', '0.3.0', '0.4.0']) {
      await aws.iot.createVersion(PACKAGE, name, { status: 'PUBLISHED' });
    }
    const trust = { Action: 'sts:AssumeRole', Principal: { Service: 'states.amazonaws.com' } };
    await aws.call('iam', 'CreateRole', { RoleName: ROLE, AssumeRolePolicyDocument: statement(trust) });
    const allowed = statement({ Action: 'lambda:InvokeFunction', Resource: '*' });
    await aws.call('iam', 'PutRolePolicy', { RoleName: ROLE, PolicyName: 'Run', PolicyDocument: allowed });
  },
  snapshot: ({ iot }) => Object.keys(iot.describe(PACKAGE)?.versions ?? {}),
  // what a sweep has removed is not brought back; what must stay is there.
  isClean: (after, wanted) => (wanted as string[]).every(name => (after as string[]).includes(name)),
};

const retention =
  (requestsPerSecond: number) =>
  (keepLatest: number): PackageVersionRetentionConfig => ({
    type: IotSweepType.PACKAGE_VERSION_RETENTION,
    name: 'latest',
    packageName: PACKAGE,
    rules: { keepLatest },
    order: 'SEMVER',
    action: 'DELETE',
    protectInActiveJobs: false,
    protectOnDevices: false,
    requestsPerSecond,
  });

const release = (triggers: Sweep['triggers'], keep: number, requestsPerSecond = 50): Release => ({
  resources: sweepResources({ keep, triggers }, retention(requestsPerSecond), MACHINERY, {}),
});

/** So slow that the invocation of the event does not do it all. */
const SLOW = 0.02;

const operations: Operation[] = [
  { title: 'Create, during a deployment', given: [], release: release(['DURING_DEPLOYMENT'], 2) },
  {
    title: 'Update, during a deployment',
    given: [release(['DURING_DEPLOYMENT'], 3)],
    release: release(['DURING_DEPLOYMENT'], 2),
  },
  { title: 'Delete with the stack', given: [release(['ON_DESTROY'], 2)], release: 'deleted' },
  { title: 'Create, in a state machine', given: [], release: release(['DURING_DEPLOYMENT'], 2, SLOW) },
];

const known: Known[] = [
  {
    point: /\(states StartExecution\)/,
    why: 'the start of a state machine comes when the time is nearly over: it is repeated by the SDK, and not if it is denied',
  },
  {
    point: /^(throttled|500|stalled|denied) to the end, .* CloudFormation's time ended before the sweep/,
    why: 'a run in a state machine waits as long as CloudFormation does; the reason says what is left, and the log why',
  },
  {
    point: /\(iot GET \/(tags|packages)/,
    why: 'a version of which something cannot be read stays, until the next run',
  },
  {
    point: /\(iot DELETE /,
    why: 'a removal that fails is counted, and not repeated if it was denied; the reason names the log, which names each of them',
  },
];

walk(family, IotSweepType.PACKAGE_VERSION_RETENTION, operations, known);
