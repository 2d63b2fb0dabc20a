import { type ChildProcess, execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IoTClient } from '@aws-sdk/client-iot';
import { type LocalAws, ServiceError } from 'cdk-versioned-artifacts-local';
import { requireFresh } from '../../scripts/stamp';
import { verify } from '../src/commands/verify';
import { EXPERIMENTS } from '../src/verify/experiments';
import { Things } from '../src/verify/things';
import { World } from './world';

/** The services' clock: a sleep of the experiments turns it. */
class Turned {
  ahead = 0;
  now = () => Date.now() + this.ahead;
  sleep = (milliseconds: number) => new Promise<void>(resolve => void setTimeout(resolve, milliseconds).unref());
}

// the process of one test is the command as it ships.
beforeAll(() => requireFresh(['cli']));

let world: World;
let clock: Turned;
beforeEach(async () => {
  clock = new Turned();
  // what an experiment finds otherwise is turned by its own test.
  world = await World.start({ clock, readings: 'likely' });
  const guide = readFileSync(join(__dirname, '..', '..', 'docs', 'command-line.md'), 'utf8');
  const trust = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' };
  await world.aws.call('iam', 'CreateRole', {
    RoleName: 'verify',
    AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [trust] }),
  });
  await world.aws.call('iam', 'PutRolePolicy', {
    RoleName: 'verify',
    PolicyName: 'by-tag',
    PolicyDocument: guide.split('## verify')[1].split('```json')[1].split('```')[0],
  });
});
afterEach(() => world.stop());

interface Report {
  readonly results: readonly {
    readonly id: string;
    readonly settled: boolean;
    readonly asAssumed?: boolean;
    readonly observed?: string;
    readonly isSafe?: boolean;
    readonly because?: string;
  }[];
  readonly notRemoved: readonly string[];
}

async function verified(...only: string[]) {
  const report = join(world.folder, 'report.json');
  const sleep = async (milliseconds: number) => void (clock.ahead += milliseconds);
  const result = await world.play(terminal =>
    verify(
      { yes: true, report, role: `arn:aws:iam::${world.aws.account}:role/verify`, ...(only.length > 0 && { only }) },
      terminal,
      sleep,
    ),
  );
  return { ...result, report: JSON.parse(readFileSync(report, 'utf8')) as Report };
}

/** Nothing that the experiments have made is there any more. */
async function expectNothingLeft() {
  clock.ahead += 60_000;
  expect(world.aws.iot.packages).toEqual([]);
  const { Registries = [] } = await world.aws.call('glue', 'ListRegistries', {});
  expect(Registries).toEqual([]);
  expect(world.aws.iot).toMatchObject({ jobs: [], things: [], thingGroups: [] });
}

test('all comes out as assumed where the service does as the documentation suggests, and all is removed', async () => {
  const { code, report, said } = await verified();
  expect(report.results.filter(({ settled, asAssumed }) => !settled || !asAssumed)).toEqual([]);
  expect(report.results).toHaveLength(EXPERIMENTS.length);
  expect(said).toContain('as assumed');
  expect(code).toBe(0);
  await expectNothingLeft();
});

/** How each experiment comes out otherwise. */
const OTHERWISE: Readonly<Record<string, { turn: (aws: LocalAws) => void; observed: string; isSafe: boolean }>> = {
  'delete-default': {
    turn: ({ iot }) => (iot.behaviour.defaultDeleteError = 'ConflictException'),
    observed: 'refused with ConflictException',
    isSafe: true,
  },
  'delete-missing': {
    turn: ({ iot }) => (iot.behaviour.deleteMissing = 'not-found'),
    observed: 'refused with ResourceNotFoundException',
    isSafe: true,
  },
  'delete-full-package': {
    turn: ({ iot }) => (iot.behaviour.packageWithVersionsDeleteError = 'InvalidRequestException'),
    observed: 'refused with InvalidRequestException',
    isSafe: true,
  },
  'publish-published': {
    turn: ({ iot }) => (iot.behaviour.republish = 'conflict'),
    observed: 'refused with ConflictException',
    isSafe: true,
  },
  'deprecate-draft': {
    turn: ({ iot }) => (iot.behaviour.illegalTransitionError = 'ValidationException'),
    observed: 'refused with ValidationException',
    isSafe: true,
  },
  'default-draft': {
    turn: ({ iot }) => (iot.behaviour.draftDefaultError = 'ConflictException'),
    observed: 'refused with ConflictException',
    isSafe: true,
  },
  'tags-of-package': {
    turn: ({ faults }) =>
      void faults.inject({
        service: 'iot',
        operation: 'ListTagsForResource',
        trouble: { error: new ServiceError('InvalidRequestException', 'no tags here') },
      }),
    observed: 'refused with InvalidRequestException',
    isSafe: false,
  },
  'resource-tags': {
    turn: ({ iam }) => void iam.roles.get('verify')!.inline.clear(),
    observed: 'denied where the tag is: GetPackage',
    isSafe: false,
  },
  'range-of-thousand': {
    turn: ({ glue }) => (glue.behaviour.maxVersionsPerDeletion = 2_000),
    observed: 'it may',
    isSafe: true,
  },
  'first-version': {
    turn: ({ glue }) => (glue.behaviour.firstVersionDeletion = 'item-error'),
    observed: 'by an item of the answer',
    isSafe: true,
  },
  'metadata-beyond-ten': {
    turn: ({ glue }) => (glue.behaviour.maxMetadataPairs = 20),
    observed: 'it is taken',
    isSafe: true,
  },
  'delete-queued': {
    turn: ({ iot }) => (iot.behaviour.forcedDeleteOfQueued = 'refused'),
    observed: 'refused with',
    isSafe: true,
  },
  'number-of-deleted': {
    turn: ({ iot }) => (iot.behaviour.numbersOfDeleted = 'never-again'),
    observed: 'another one is given',
    isSafe: true,
  },
  'delete-timed-out': {
    turn: ({ iot }) => (iot.behaviour.deleteTimedOut = 'needs-force'),
    observed: 'refused with InvalidStateTransitionException',
    isSafe: true,
  },
};

test.each(EXPERIMENTS.map(({ id }) => id))('%s comes out the other way as well, and all is removed', async id => {
  const { turn, observed, isSafe } = OTHERWISE[id];
  turn(world.aws);
  const { report, code } = await verified(id);
  expect(report.results).toEqual([
    expect.objectContaining({
      id,
      settled: true,
      asAssumed: false,
      isSafe,
      observed: expect.stringContaining(observed),
    }),
  ]);
  expect(code).toBe(isSafe ? 0 : 1);
  await expectNothingLeft();
});

test('an interrupt in the midst of an experiment ends it, and all is removed', async () => {
  const seen: string[] = [];
  world.aws.faults.inject({
    service: 'glue',
    operation: 'RegisterSchemaVersion',
    // is asked once the call is under way.
    match: () => {
      seen.push('interrupted');
      world.interrupt();
      return false;
    },
    trouble: { stall: 0 },
  });
  const { code, report } = await verified('first-version', 'metadata-beyond-ten');
  expect(seen).toHaveLength(1);
  expect(code).toBe(130);
  expect(report.results).toEqual([
    expect.objectContaining({ id: 'first-version', settled: false, because: 'interrupted' }),
  ]);
  await expectNothingLeft();
});

test('an experiment that fails in the midst is not settled, the others are, and all is removed', async () => {
  world.aws.faults.inject({
    service: 'iot',
    operation: 'DescribeJobExecution',
    trouble: { error: new ServiceError('AccessDeniedException', 'not for you', 403) },
  });
  const { code, report, said } = await verified('delete-queued', 'delete-timed-out');
  expect(report.results).toEqual([
    expect.objectContaining({ id: 'delete-queued', settled: false, because: 'AccessDeniedException: not for you' }),
    expect.objectContaining({ id: 'delete-timed-out', settled: true, isSafe: true }),
  ]);
  expect(said).toContain('not settled: AccessDeniedException');
  expect(code).toBe(1);
  await expectNothingLeft();
});

test('what cannot be removed is named, and all else is removed', async () => {
  world.aws.faults.inject({
    service: 'glue',
    operation: 'DeleteSchema',
    times: Infinity,
    trouble: { error: new ServiceError('AccessDeniedException', 'not for you') },
  });
  const { code, report, noted } = await verified('first-version', 'publish-published');
  expect(noted).toMatch(/NOT REMOVED, remove it by hand: schema verify-\w{8}-3: not for you/);
  expect(report.notRemoved).toEqual([expect.stringContaining('schema verify-')]);
  expect(code).toBe(1);
  expect(world.aws.iot.packages).toEqual([]);
});

test('a device begins its job at the endpoint that its region has for that', async () => {
  const asked = jest.spyOn(globalThis, 'fetch').mockResolvedValue(new Response('{}'));
  const client = new IoTClient({ endpoint: world.aws.endpoint, region: 'us-east-1' });
  delete process.env.AWS_ENDPOINT_URL;
  try {
    await new Things(client).begin('car-1');
    const [url, { headers }] = asked.mock.calls[0] as unknown as [string, { headers: Record<string, string> }];
    expect(url).toBe(`https://${new URL(world.aws.endpoint).host}/things/car-1/jobs/$next`);
    expect(headers.authorization).toContain('/us-east-1/iot-jobs-data/aws4_request');
  } finally {
    asked.mockRestore();
  }
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends the command itself, and all is removed', async signal => {
  let child: ChildProcess;
  world.aws.faults.inject({
    service: 'glue',
    operation: 'RegisterSchemaVersion',
    match: () => {
      child.kill(signal);
      return false;
    },
    trouble: { stall: 0 },
  });
  const main = join(__dirname, '..', 'build', 'main.mjs');
  const options = ['--yes', '--only', 'first-version', '--report', join(world.folder, 'report.json')];
  const ended = new Promise<[number | null, string]>(resolve => {
    child = execFile(process.execPath, [main, 'verify', ...options], (_, __, stderr) =>
      resolve([child.exitCode, stderr]),
    );
  });
  const [code, noted] = await ended;
  expect(noted).toContain('removing what was made');
  expect(code).toBe(130);
  await expectNothingLeft();
});

test('nobody is asked in a pipeline, and who says no makes nothing', async () => {
  const { code, noted } = await world.run('verify');
  expect(code).toBe(1);
  expect(noted).toMatch(/13 experiments in us-east-1 .* all named verify-\w{8}-\*, and remove them again/);
  expect(noted).toContain('add --yes');
  world.isInteractive = true;
  world.answer = false;
  const calls = await world.callsOf(() => world.run('verify'));
  expect(calls).toEqual(['sts:GetCallerIdentity']);
});
