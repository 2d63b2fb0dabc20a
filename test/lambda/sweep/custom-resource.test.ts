import { type SweepProperties, SweepShape } from '../../../contract/sweep-execution';
import { ToyService, candidates } from '../../../testing/sweep/listing';
import { STACK_ID, type SweepWorld } from '../../../testing/sweep/sweep-world';
import { toySweep } from '../../../testing/sweep/toy-sweep';

const NOTHING = { RemovedCount: '0', KeptCount: '0', RemainingCount: '0' };
const MINUTE = 60_000;

let service: ToyService;
let world: SweepWorld;
beforeEach(() => {
  service = new ToyService(candidates(20));
  world = toySweep(service, { keepLatest: 3 });
  world.status = 'UPDATE_IN_PROGRESS';
});

const deployed = (more: Partial<SweepProperties> = {}) => ({ OldResourceProperties: world.properties(more) });
const destroy = () => {
  world.status = 'DELETE_IN_PROGRESS';
  return world.send('Delete');
};
describe('during a deployment', () => {
  test('a Create sweeps and answers with the counts', async () => {
    const reply = await world.send('Create');
    expect(reply).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: expect.stringMatching(/^sweep\/[0-9a-f]{16}$/),
      Data: { RemovedCount: '17', KeptCount: '3', RemainingCount: '0' },
    });
    expect(world.machine.executions).toEqual([]);
  });

  test('a dry run counts what it leaves', async () => {
    world = toySweep(service, { keepLatest: 3, dryRun: true });
    expect((await world.send('Create'))?.Data).toEqual({ RemovedCount: '0', KeptCount: '3', RemainingCount: '17' });
  });

  test.each<[string, Partial<SweepProperties>]>([
    ['its configuration', { Config: '{}' }],
    ['the set of declared versions', { DeclaredVersions: ['1.0.0'] }],
    ['its salt', { Salt: '1' }],
    ['its triggers', { Triggers: ['ON_DESTROY'] }],
  ])('an Update sweeps when %s changed', async (_, old) => {
    expect((await world.send('Update', world.properties(), deployed(old)))?.Data).toMatchObject({ RemovedCount: '17' });
  });

  test('an Update sweeps where the old properties cannot be read', async () => {
    const OldResourceProperties = { Triggers: 'yes' };
    expect((await world.send('Update', world.properties(), { OldResourceProperties }))?.Data).toMatchObject({
      RemovedCount: '17',
    });
  });

  test.each<[string, Partial<SweepProperties>, Partial<SweepProperties>]>([
    ['the machine', {}, { StateMachineArn: 'arn:other' }],
    ['the order of the declared versions', { DeclaredVersions: ['a', 'b'] }, { DeclaredVersions: ['b', 'a'] }],
    ['what becomes of an incomplete one', { OnIncomplete: 'WARN' }, {}],
  ])('an Update sweeps nothing when only %s changed', async (_, wanted, old) => {
    const reply = await world.send('Update', world.properties(wanted), deployed(old));
    expect(reply).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'sweep/0123456789abcdef', Data: NOTHING });
    expect(service.calls).toEqual([]);
  });

  test('nothing is swept without the trigger', async () => {
    const properties = world.properties({ Triggers: ['ON_DESTROY'] });
    expect((await world.send('Create', properties))?.Data).toEqual(NOTHING);
    expect((await world.send('Update', properties, deployed()))?.Data).toEqual(NOTHING);
    expect(service.calls).toEqual([]);
  });

  test('nothing is swept in a rollback', async () => {
    world.status = 'UPDATE_ROLLBACK_IN_PROGRESS';
    const reply = await world.send('Update', world.properties(), deployed({ Salt: '1' }));
    expect(reply).toMatchObject({ Status: 'SUCCESS', Data: NOTHING });
    expect(service.calls).toEqual([]);
    expect(world.log).toContainEqual(expect.objectContaining({ message: expect.stringContaining('rolling back') }));
  });

  test('failed removals and refusals fail the deployment, with what to do', async () => {
    service.before = operation => {
      if (operation === 'Remove') throw new Error('no way');
    };
    expect((await world.send('Create'))?.Reason).toMatch(/^17 removals failed and 0 succeeded/);
    world = toySweep(service, { keepLatest: 3, maxRemovals: 5 });
    expect((await world.send('Create'))?.Reason).toMatch(/^the sweep was refused: the plan removes 17/);
  });

  test.each([
    ['{', /property Config must be JSON: /],
    ['{"type":"Custom::Other"}', /unknown kind of sweep "Custom::Other"/],
    ['{"rules":{}}', /unknown kind of sweep undefined, expected one of Custom::ToySweep/],
    ['{"type":"Custom::ToySweep","name":""}', /a sweep must have a name/],
  ])('the configuration %s is refused before anything is called', async (Config, Reason) => {
    expect(await world.send('Create', world.properties({ Config }))).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(Reason),
      PhysicalResourceId: expect.stringMatching(/^create-failed/),
    });
    expect(service.calls).toEqual([]);
  });

  test.each<[string, SweepProperties['Triggers']]>([
    ['by the deployment', ['DURING_DEPLOYMENT']],
    // else the deletion would be the first to fail.
    ['on destroy', ['ON_DESTROY']],
  ])('a sweep %s over what is in another region fails its Create, and its Delete succeeds', async (_, Triggers) => {
    world = toySweep(service, {}, { arn: 'arn:aws:iot:eu-west-1:111111111111:package/brake-ecu' });
    const properties = world.properties({ Triggers });
    expect((await world.send('Create', properties))?.Reason).toMatch(
      /^"arn:aws:iot:eu-west-1:.*" is not in the region and account of this stack, us-east-1 and 111111111111: use it in a stack there/,
    );
    world.status = 'ROLLBACK_IN_PROGRESS';
    expect((await world.send('Delete', properties))?.Status).toBe('SUCCESS');
    expect(service.calls).toEqual([]);
  });

  test('a sweep over what an ARN of the stack’s own region names sweeps', async () => {
    world = toySweep(service, {}, { arn: 'arn:aws:iot:us-east-1:111111111111:package/brake-ecu' });
    expect((await world.send('Create'))?.Status).toBe('SUCCESS');
  });

  test('a sweep without triggers sweeps nothing', async () => {
    const { Triggers: _, ...properties } = world.properties();
    expect((await world.send('Create', properties))?.Data).toEqual(NOTHING);
    expect(SweepShape.decode({ ServiceToken: 'arn:provider', ...properties }, '').Triggers).toEqual([]);
  });
});

describe('a Delete', () => {
  test('of the stack sweeps', async () => {
    expect(await destroy()).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'sweep/0123456789abcdef' });
    expect(service.names()).toHaveLength(3);
  });

  test.each([
    ['a clean-up after a rename or a removed construct', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'deploying'],
    ['a rollback', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', 'rolling-back'],
    ['a first deployment that failed', 'ROLLBACK_IN_PROGRESS', 'rolling-back'],
  ])('in %s sweeps nothing, and the log says why', async (_, status, phase) => {
    world.status = status;
    expect(await world.send('Delete')).toMatchObject({ Status: 'SUCCESS' });
    expect(service.calls).toEqual([]);
    expect(world.log).toContainEqual(
      expect.objectContaining({ message: `nothing is swept: the stack is not being deleted, but ${phase}` }),
    );
  });

  test('of a stack whose creation failed sweeps nothing: OnFailure DELETE', async () => {
    const statuses = ['DELETE_IN_PROGRESS', 'CREATE_FAILED', 'CREATE_IN_PROGRESS'];
    world.history = statuses.map((status, at) => ({
      logicalId: 'fleet',
      physicalId: STACK_ID,
      status,
      changedAt: world.clock.now() - at * 60_000,
    }));
    expect(await destroy()).toMatchObject({ Status: 'SUCCESS' });
    expect(service.calls).toEqual([]);
    expect(world.log).toContainEqual(
      expect.objectContaining({ message: 'nothing is swept: no deployment of the stack has ever succeeded' }),
    );
  });

  test.each([
    ['by a deployment that failed without a rollback sweeps nothing', 'UPDATE_FAILED', undefined],
    ['by one that was repeated until it succeeded sweeps', 'UPDATE_COMPLETE', 3],
  ])('of a sweep that was added %s', async (_, status, left) => {
    const physicalId = 'sweep/0123456789abcdef';
    const entries = [
      { logicalId: 'Sweep', physicalId, status: 'DELETE_IN_PROGRESS' },
      { logicalId: 'fleet', physicalId: STACK_ID, status: 'DELETE_IN_PROGRESS' },
      { logicalId: 'fleet', physicalId: STACK_ID, status },
      { logicalId: 'Sweep', physicalId, status: 'CREATE_COMPLETE' },
      { logicalId: 'Sweep', status: 'CREATE_IN_PROGRESS' },
      { logicalId: 'fleet', physicalId: STACK_ID, status: 'UPDATE_IN_PROGRESS' },
      { logicalId: 'fleet', physicalId: STACK_ID, status: 'CREATE_COMPLETE' },
    ];
    world.history = entries.map((entry, at) => ({ ...entry, changedAt: world.clock.now() - at * 60_000 }));
    const before = service.names().length;
    expect(await destroy()).toMatchObject({ Status: 'SUCCESS' });
    expect(service.names()).toHaveLength(left ?? before);
  });

  describe('after an Update that failed without a rollback', () => {
    const rules = (keepLatest: number) => toySweep(service, { keepLatest }).properties().Config;
    const failedAfter = (Config: string | undefined, failed = rules(1)) => {
      const properties = Config && JSON.stringify(world.properties({ Config }));
      const physicalId = 'sweep/0123456789abcdef';
      const entries = [
        { logicalId: 'fleet', physicalId: STACK_ID, status: 'DELETE_IN_PROGRESS' },
        { logicalId: 'fleet', physicalId: STACK_ID, status: 'UPDATE_FAILED' },
        { logicalId: 'Sweep', physicalId, status: 'UPDATE_COMPLETE' },
        { logicalId: 'Sweep', physicalId, status: 'UPDATE_IN_PROGRESS' },
        { logicalId: 'fleet', physicalId: STACK_ID, status: 'UPDATE_IN_PROGRESS' },
        { logicalId: 'fleet', physicalId: STACK_ID, status: 'UPDATE_COMPLETE' },
        { logicalId: 'Sweep', physicalId, status: 'UPDATE_COMPLETE', properties },
        { logicalId: 'Sweep', physicalId, status: 'CREATE_COMPLETE', properties: '{}' },
      ];
      world.history = entries.map((entry, at) => ({ ...entry, changedAt: world.clock.now() - at * MINUTE }));
      world.status = 'DELETE_IN_PROGRESS';
      return world.send('Delete', world.properties({ Config: failed, OnIncomplete: 'WARN' }));
    };

    test('sweeps by the rules of the last deployment that succeeded', async () => {
      expect(await failedAfter(rules(5))).toMatchObject({ Status: 'SUCCESS' });
      expect(service.names()).toHaveLength(5);
    });

    test('sweeps nothing where these are not known any more, and the log says why', async () => {
      expect(await failedAfter(undefined)).toMatchObject({ Status: 'SUCCESS' });
      expect(service.calls).toEqual([]);
      expect(world.log).toContainEqual(
        expect.objectContaining({ message: 'nothing is swept: the rules are those of a deployment that failed' }),
      );
    });

    test('goes on in no state machine that has its rules', async () => {
      world.remaining = 2_000;
      expect(await failedAfter(rules(5), rules(3))).toBeUndefined();
      const [execution] = world.machine.executions;
      const before = service.removed.length;
      await world.machine.run(execution);
      expect(service.removed).toHaveLength(before);
      expect(execution).toMatchObject({ status: 'FAILED', state: { error: 'SweepIncomplete' } });
      expect(world.replies).toMatchObject([
        { Status: 'FAILED', Reason: expect.stringMatching(/^the rules in the state machine are not those/) },
      ]);
    });
  });

  test('without the trigger asks nothing of anybody', async () => {
    world.stacks = {};
    const properties = world.properties({ Triggers: ['DURING_DEPLOYMENT'] });
    expect(await world.send('Delete', properties)).toMatchObject({ Status: 'SUCCESS' });
  });
});

describe('an operation that is over', () => {
  const goesOn = () => {
    world.clock.advance(2_000);
    world.resource = { status: 'UPDATE_COMPLETE', changedAt: world.clock.now() };
  };

  test('sweeps nothing when its event is delivered again with the stack at rest', async () => {
    const event = world.event('Update', world.properties(), deployed({ Salt: '1' }));
    world.status = 'UPDATE_COMPLETE';
    goesOn();
    await world.deliver(event);
    expect(service.calls).toEqual([]);
    expect(world.replies).toEqual([]);
  });

  test('stops in the midst of its removals, and is not answered', async () => {
    service = new ToyService(candidates(1000));
    service.latency = 1_000;
    world = toySweep(service, { keepLatest: 3 }, { requestsPerSecond: 1 });
    world.status = 'UPDATE_IN_PROGRESS';
    let isOver = false;
    service.before = operation => {
      if (operation !== 'Remove' || isOver) return;
      isOver = true;
      world.resource = { status: 'UPDATE_FAILED', changedAt: world.clock.now() + 1_000 };
    };
    await world.send('Update', world.properties(), deployed({ Salt: '1' }));
    expect(isOver).toBe(true);
    expect(service.names().length).toBeGreaterThan(500);
    expect(world.replies).toEqual([]);
  });

  test('stops in its state machine, and is not answered', async () => {
    world.remaining = 3_500;
    await world.send('Update', world.properties(), deployed({ Salt: '1' }));
    const [execution] = world.machine.executions;
    const before = service.removed.length;
    goesOn();
    await world.machine.run(execution);
    expect(service.removed).toHaveLength(before);
    expect(execution).toMatchObject({ status: 'FAILED', state: { error: 'SweepUndone' } });
    expect(world.replies).toEqual([]);
  });

  test('stops in the midst of the removals of its state machine, whose deployment is rolled back', async () => {
    service = new ToyService(candidates(1000));
    service.latency = 1_000;
    world = toySweep(service, { keepLatest: 3 }, { requestsPerSecond: 1 });
    world.status = 'UPDATE_IN_PROGRESS';
    world.remaining = 2_000;
    await world.send('Update', world.properties(), deployed({ Salt: '1' }));
    const [execution] = world.machine.executions;
    world.remaining = 900_000;
    let isOver = false;
    service.before = operation => {
      if (operation !== 'Remove' || isOver) return;
      isOver = true;
      world.status = 'UPDATE_ROLLBACK_IN_PROGRESS';
      world.resource = { status: 'UPDATE_FAILED', changedAt: world.clock.now() + 1_000 };
    };
    await world.machine.run(execution);
    expect(isOver).toBe(true);
    expect(service.names().length).toBeGreaterThan(900);
    expect(execution).toMatchObject({ status: 'FAILED', state: { error: 'SweepUndone' } });
    expect(world.replies).toEqual([]);
  });
});
