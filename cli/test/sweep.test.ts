import { ServiceError } from 'cdk-versioned-artifacts-local';
import { MAX_SLICES_OF_AN_EXECUTION, type SliceRequest } from '../../contract/sweep-execution';
import { sweep } from '../src/commands/sweep';
import { PACKAGE, retained, seed, versionsIn } from './firmware';
import { World } from './world';

let world: World;

async function start(): Promise<void> {
  world = await World.start();
  await world.deploy(retained(['1.0.0']));
  await seed(world, '0.1.0', '0.2.0', '0.3.0');
}

const stop = () => world.stop();

const executions = () => world.aws.stepFunctions.executions().length;

describe('what changes nothing', () => {
  beforeAll(start);
  afterEach(() => (world.isInteractive = false));
  afterAll(stop);

  test('a dry run removes nothing and starts nothing', async () => {
    const before = executions();
    const calls = await world.callsOf(async () => {
      const { code, said } = await world.run('sweep', 'Keep', '--dry-run');
      expect(code).toBe(0);
      expect(said).toContain('2 to delete');
    });
    expect(calls.filter(call => !/:(Get|List|Describe)/.test(call))).toEqual([]);
    expect(executions()).toBe(before);
    expect(versionsIn(world)).toHaveLength(4);
  });

  test('who says no starts nothing', async () => {
    world.isInteractive = true;
    world.answer = false;
    const before = executions();
    const { code, noted } = await world.run('sweep', 'Keep');
    expect(code).toBe(0);
    expect(noted).toContain('Delete 2, which cannot be undone?');
    expect(executions()).toBe(before);
  });

  test('a pipeline must say yes beforehand', async () => {
    const { code, noted } = await world.run('sweep', 'Keep');
    expect(code).toBe(1);
    expect(noted).toContain('add --yes');
    expect(versionsIn(world)).toHaveLength(4);
  });

  test('a sweep that is not there says which ones are', async () => {
    expect((await world.run('sweep', 'Other')).noted).toMatch(
      /no sweep Other is deployed in us-east-1.*: there are Fleet\/Keep/,
    );
  });

  test('why says whose a version is, what protects it, and which sweep would take it', async () => {
    const calls = await world.callsOf(async () => {
      const { said: owned } = await world.run('why', `${PACKAGE}/1.0.0`);
      expect(owned).toMatch(/brake-ecu\/1\.0\.0: PUBLISHED, the default version/);
      expect(owned).toMatch(/owner: FirmwareV100\w* of stack Fleet, since \d{4}-/);
      expect(owned).toMatch(/protected: it is the default version; a stack owns it/);
      expect(owned).toMatch(/sweep Fleet\/Keep: keeps it, AMONG_LATEST \(runs after deployment/);
      expect(owned).toMatch(/deleted by hand: AWS IoT refuses it while it is the default version/);
      expect(owned).toMatch(/removed from its stack: delete/);

      const { said: free } = await world.run('why', `${PACKAGE}/0.1.0`);
      expect(free).toMatch(/owner: nobody/);
      expect(free).toMatch(/sweep Fleet\/Keep: would delete it, BEYOND_LATEST/);
    });
    expect(calls.filter(call => !/:(Get|List|Describe|Search|Query|Check)/.test(call))).toEqual([]);
  });

  test('why of what is not there, or is no name, says so', async () => {
    expect(await world.run('why', `${PACKAGE}/9.9.9`)).toMatchObject({
      code: 1,
      said: expect.stringContaining('is not there'),
    });
    expect((await world.run('why', 'nonsense')).noted).toMatch(/write PACKAGE\/VERSION, REGISTRY\/SCHEMA@NUMBER/);
  });
});

describe('a deployed sweep', () => {
  beforeEach(start);
  afterEach(stop);

  test('a sweep is shown, started with --yes, followed to its end, and what stayed is told', async () => {
    const seen: string[] = [];
    world.onProgress = (done, total) => void seen.push(`${done}/${total}`);
    const { code, said } = await world.run('sweep', 'Fleet/Keep', '--yes');
    expect(code).toBe(0);
    expect(said).toContain('2 to delete, 2 to keep');
    expect(said).toContain('SUCCEEDED: 2 removed, 0 gone already, 0 failed, 2 kept');
    expect(said.split('What stayed, and why:')[1]).toMatch(/0\.3\.0\s+│ keep\s+│ AMONG_LATEST/);
    expect(seen.at(-1)).toBe('2/2');
    expect(versionsIn(world)).toEqual(['0.3.0', '1.0.0']);
  });

  test('an interrupt leaves the run going and says how to stop it', async () => {
    world.onProgress = () => world.interrupt();
    const { code, noted } = await world.run('sweep', 'Keep', '--yes');
    expect(code).toBe(130);
    expect(noted).toMatch(/the run goes on: arn:.*\nTo stop it: aws stepfunctions stop-execution --execution-arn arn:/);
    await world.aws.settled();
    expect(versionsIn(world)).toEqual(['0.3.0', '1.0.0']);
  });

  describe('a run that another execution continues', () => {
    /**
     * Has the first execution come to its last slice while the stack is in progress, and the next one meet it at rest. That
     * one begins once it may.
     */
    function handOver(mayGoOn = Promise.resolve()): void {
      const stack = world.aws.cloudFormation.describe('Fleet')!;
      const [{ runner }] = world.aws.lambda.functions.values();
      const invoke = runner.invoke.bind(runner);
      runner.invoke = async (invocation: Parameters<typeof invoke>[0]) => {
        const request = JSON.parse(invocation.payload) as SliceRequest;
        const isSuccessor = request.state.predecessor !== undefined;
        if (isSuccessor) await mayGoOn;
        stack.status = isSuccessor ? 'UPDATE_COMPLETE' : 'UPDATE_IN_PROGRESS';
        const slices = isSuccessor ? request.state.slices : MAX_SLICES_OF_AN_EXECUTION - 1;
        const payload = JSON.stringify({ ...request, state: { ...request.state, slices } });
        return invoke({ ...invocation, payload });
      };
    }

    const swept = () =>
      world.play(terminal =>
        sweep('Keep', { yes: true }, terminal, () => new Promise(resolve => setTimeout(resolve, 20))),
      );

    test('is followed to the end of that one', async () => {
      handOver();
      const before = executions();
      const { code, said } = await swept();
      expect(executions()).toBe(before + 2);
      expect(said).toContain('SUCCEEDED: 2 removed, 0 gone already, 0 failed, 2 kept');
      expect(said).not.toContain('CONTINUED');
      expect(versionsIn(world)).toEqual(['0.3.0', '1.0.0']);
      expect(code).toBe(0);
    });

    test('is stopped by the name of that one', async () => {
      const before = executions();
      const interrupted = new Promise<void>(resolve => {
        world.onProgress = () => {
          if (executions() < before + 2) return;
          world.interrupt();
          resolve();
        };
      });
      handOver(interrupted);
      const { code, noted } = await swept();
      expect(code).toBe(130);
      expect(noted).toMatch(/--execution-arn arn:\S+:[0-9a-f]{64}$/);
      await world.aws.settled();
      expect(versionsIn(world)).toEqual(['0.3.0', '1.0.0']);
    });
  });

  test('an execution that Step Functions does not list yet is waited for, one that it never lists is not', async () => {
    const unknown = (times: number) =>
      world.aws.faults.inject({
        service: 'states',
        operation: 'DescribeExecution',
        times,
        trouble: { error: new ServiceError('ExecutionDoesNotExist', 'Execution Does Not Exist') },
      });
    const pauses: number[] = [];
    const swept = () =>
      world.play(terminal => sweep('Keep', { yes: true }, terminal, async pause => void pauses.push(pause)));
    unknown(Infinity);
    await expect(swept()).rejects.toThrow(/does not know the execution arn:/);
    expect(pauses.slice(0, 5)).toEqual([250, 500, 1_000, 2_000, 2_000]);
    // as long as a new execution may take to be listed.
    expect(pauses.reduce((sum, pause) => sum + pause)).toBeGreaterThan(30_000);
    await world.aws.settled();
    world.aws.faults.clear();
    await seed(world, '0.1.0', '0.2.0');
    unknown(3);
    expect((await swept()).said).toContain('SUCCEEDED');
  });

  test('a run that maxRemovals would refuse is not started', async () => {
    await world.deploy(retained(['1.0.0'], { rules: { keepLatest: 2, maxRemovals: 1 } }));
    const before = executions();
    const { code, said, noted } = await world.run('sweep', 'Keep', '--yes');
    expect(code).toBe(1);
    expect(said).toContain('REFUSED, nothing goes: the plan removes 2');
    expect(noted).toContain('it would be refused');
    expect(executions()).toBe(before);
  });

  test('where no sweep is deployed, that is said', async () => {
    await world.aws.cloudFormation.destroy('Fleet');
    expect((await world.run('sweep', 'Keep')).noted).toMatch(
      /no sweep is deployed in us-east-1 of account 111111111111: deploy an app/,
    );
  });
});
