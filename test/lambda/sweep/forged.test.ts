/** What somebody hands in who may start the state machine of a sweep weakens no rule. */
import { type SweepConfig } from '../../../contract/sweep';
import { type SweepProperties } from '../../../contract/sweep-execution';
import { eventToken } from '../../../lambda/runtime/event';
import { hashOf } from '../../../lambda/sweep/awaited';
import { amzDate } from '../../../testing/stack';
import { ToyService, candidates } from '../../../testing/sweep/listing';
import { STACK_ID, type SweepWorld } from '../../../testing/sweep/sweep-world';
import { toySweep } from '../../../testing/sweep/toy-sweep';

let service: ToyService;
let world: SweepWorld;
beforeEach(() => {
  service = new ToyService(candidates(20));
  world = toySweep(service, { keepLatest: 3 });
});

describe('whoever may start the machine', () => {
  const forged = (more: object = {}) => ({
    startedAt: world.clock.now() + 1e12,
    pass: 'REMOVE',
    threshold: { last: { name: 'item-9999', createdAt: 1e15 } },
    counts: { removed: -1000, gone: 0, failed: 0, kept: 0, keptBy: {}, wouldRemove: 0, throttled: 0 },
    repeats: 0,
    passRemoved: false,
    restarts: 0,
    keptRecords: 0,
    learned: { Remove: -1, List: 'fast' },
    ...more,
  });
  const answer = (RequestType: 'Create' | 'Update' | 'Delete' = 'Update') => ({
    ResponseURL: `https://bucket.s3.amazonaws.com/a?X-Amz-Date=${amzDate(world.clock.now())}`,
    StackId: STACK_ID,
    RequestId: 'r',
    LogicalResourceId: 'Sweep',
    PhysicalResourceId: 'sweep/1',
    RequestType,
    OnIncomplete: 'WARN' as const,
  });

  test('cannot hand in what keepLatest keeps, nor that the rules have been looked at', async () => {
    const execution = world.machine.begin('by-hand', { cursor: forged(), slices: 5, next: 'SLICE' });
    expect((await world.machine.run(execution)).state).toMatchObject({ outcome: { counts: { removed: 17, kept: 3 } } });
    expect(service.names()).toHaveLength(3);
  });

  test('cannot hand in room for more than maxRemovals', async () => {
    world = toySweep(service, { maxRemovals: 5 });
    const execution = world.machine.begin('by-hand', { cursor: forged({ counts: { removed: -1000, planned: 0 } }) });
    expect((await world.machine.run(execution)).state).toMatchObject({ error: 'SweepRefused' });
    expect(service.removed).toEqual([]);
  });

  test('cannot hand in a time that makes candidates older', async () => {
    service = new ToyService(candidates(2, () => ({ createdAt: world.clock.now() })));
    world = toySweep(service, { minAgeSeconds: 60 });
    await world.machine.run(world.machine.begin('by-hand', { cursor: forged() }));
    expect(service.removed).toEqual([]);
  });

  test('cannot have it pass over what the stack is doing by the answer to no event', async () => {
    world.status = 'UPDATE_IN_PROGRESS';
    world.resource = { status: 'UPDATE_COMPLETE', changedAt: world.clock.now() - 3_600_000 };
    const urls: string[] = [];
    world.put = async url => (urls.push(url), 200);
    const execution = world.machine.begin(eventToken(answer()), { answer: answer(), cursor: forged() });
    await world.machine.run(execution, 3);
    expect(execution.state).toMatchObject({ next: 'FAILED', error: 'SweepUndone' });
    expect(service.calls).toEqual([]);
    expect(urls).toEqual([]);
  });

  describe('cannot have it sweep while the stack is in progress, by an answer', () => {
    const history = (properties: object) => [
      {
        logicalId: 'Sweep',
        physicalId: 'sweep/1',
        status: 'UPDATE_IN_PROGRESS',
        changedAt: world.clock.now(),
        properties: JSON.stringify(world.properties(properties)),
      },
      ...world.history,
    ];
    const forge = async (handedIn: ReturnType<typeof answer> & { ConfigHash?: string } = answer()) => {
      const status = `${handedIn.RequestType.toUpperCase()}_IN_PROGRESS`;
      world.status = handedIn.RequestType === 'Delete' ? 'DELETE_IN_PROGRESS' : 'UPDATE_IN_PROGRESS';
      world.resource = { status, physicalId: 'sweep/1', changedAt: world.clock.now() };
      const execution = world.machine.begin(eventToken(handedIn), { answer: handedIn });
      await world.machine.run(execution, 3);
      return execution;
    };
    afterEach(() => {
      expect(service.calls).toEqual([]);
      expect(world.replies).toEqual([]);
    });

    test('to an event of another resource', async () => {
      world.history = history({ StateMachineArn: 'arn:other' });
      expect((await forge()).state).toMatchObject({
        error: 'SweepUndone',
        cause: expect.stringMatching(/not this sweep/),
      });
    });

    test.each([{ BucketName: 'b' }, { Triggers: ['DURING_DEPLOYMENT', 'ON_DESTROY'] }])(
      'to an event of a resource that is no sweep: %j',
      async declared => {
        const StateMachineArn = world.machine.arn;
        const [event, ...before] = history({});
        world.history = [{ ...event, properties: JSON.stringify({ StateMachineArn, ...declared }) }, ...before];
        expect((await forge()).state).toMatchObject({
          error: 'SweepUndone',
          cause: expect.stringMatching(/Sweep is not this sweep/),
        });
      },
    );

    test('to an event of a resource that is gone', async () => {
      world.history = history({});
      world.status = 'UPDATE_IN_PROGRESS';
      world.resource = undefined;
      const execution = world.machine.begin(eventToken(answer()), { answer: answer() });
      expect((await world.machine.run(execution, 3)).state).toMatchObject({
        error: 'SweepUndone',
        cause: expect.stringMatching(/no Update of Sweep is in progress, the resource is gone/),
      });
    });

    test('to an event that does not sweep', async () => {
      world.history = history({ Triggers: ['ON_DESTROY'] });
      expect((await forge()).state).toMatchObject({
        error: 'SweepUndone',
        cause: expect.stringMatching(/does not sweep/),
      });
      world.history = history({ Triggers: ['DURING_DEPLOYMENT'] });
      expect((await forge(answer('Delete'))).state).toMatchObject({
        error: 'SweepUndone',
        cause: expect.stringMatching(/does not sweep/),
      });
    });

    test('to the Delete of a clean-up', async () => {
      world.history = history({});
      const handedIn = answer('Delete');
      world.status = 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS';
      world.resource = { status: 'DELETE_IN_PROGRESS', physicalId: 'sweep/1', changedAt: world.clock.now() };
      const execution = world.machine.begin(eventToken(handedIn), { answer: handedIn });
      expect((await world.machine.run(execution, 3)).state).toMatchObject({
        error: 'SweepUndone',
        cause: expect.stringMatching(/does not sweep: the stack is not being deleted/),
      });
    });

    test('without a date, after which CloudFormation could not be seen to go on', async () => {
      world.history = history({});
      const ResponseURL = 'https://bucket.s3.amazonaws.com/a';
      expect((await forge({ ...answer(), ResponseURL })).state).toMatchObject({
        error: 'SweepUndone',
        cause: expect.stringMatching(/has no date/),
      });
    });

    describe('to the Delete of a stack', () => {
      const noted = (logicalId: string, status: string, more: object = {}) => ({
        logicalId,
        physicalId: logicalId === 'fleet' ? STACK_ID : 'sweep/1',
        status,
        changedAt: world.clock.now(),
        ...more,
      });
      const declaring = (more: Partial<SweepProperties> = {}) => ({
        properties: JSON.stringify(world.properties(more)),
      });

      test('whose creation failed (OnFailure DELETE)', async () => {
        world.history = [
          noted('fleet', 'DELETE_IN_PROGRESS'),
          noted('fleet', 'CREATE_FAILED'),
          noted('Sweep', 'CREATE_COMPLETE', declaring()),
          noted('Sweep', 'CREATE_IN_PROGRESS', { physicalId: undefined }),
          noted('fleet', 'CREATE_IN_PROGRESS'),
        ];
        expect((await forge(answer('Delete'))).state).toMatchObject({
          error: 'SweepUndone',
          cause: expect.stringMatching(/no deployment of the stack has ever succeeded/),
        });
      });

      test('to which a deployment that failed had added the sweep', async () => {
        world.history = [
          noted('fleet', 'DELETE_IN_PROGRESS'),
          noted('fleet', 'UPDATE_FAILED'),
          noted('Sweep', 'CREATE_COMPLETE', declaring()),
          noted('Sweep', 'CREATE_IN_PROGRESS', { physicalId: undefined }),
          noted('fleet', 'UPDATE_IN_PROGRESS'),
          noted('fleet', 'CREATE_COMPLETE'),
        ];
        expect((await forge(answer('Delete'))).state).toMatchObject({
          error: 'SweepUndone',
          cause: expect.stringMatching(/no deployment with this sweep has ever succeeded/),
        });
      });
    });

    test('to an event that is yet to come, which CloudFormation could not have gone on from', async () => {
      world.history = history({});
      const ResponseURL = `https://bucket.s3.amazonaws.com/a?X-Amz-Date=${amzDate(world.clock.now() + 3_600_000)}`;
      expect((await forge({ ...answer(), ResponseURL })).state).toMatchObject({
        error: 'SweepUndone',
        cause: expect.stringMatching(/yet to come/),
      });
    });
  });

  test.each([
    ['leaves out the hash of the rules', false],
    ['hands in the hash of the machine’s rules', true],
  ])('cannot have it delete by the rules of a deployment that failed: who %s', async (_what, isHandedIn) => {
    const was = toySweep(service, { keepLatest: 9 }).properties();
    const is = world.properties();
    const entries: [string, string, SweepProperties?][] = [
      ['fleet', 'DELETE_IN_PROGRESS'],
      ['fleet', 'UPDATE_FAILED'],
      ['Sweep', 'UPDATE_COMPLETE', is],
      ['Sweep', 'UPDATE_IN_PROGRESS', is],
      ['fleet', 'UPDATE_IN_PROGRESS'],
      ['fleet', 'CREATE_COMPLETE'],
      ['Sweep', 'CREATE_COMPLETE', was],
    ];
    world.history = entries.map(([logicalId, status, properties], at) => ({
      logicalId,
      physicalId: logicalId === 'fleet' ? STACK_ID : 'sweep/1',
      status,
      changedAt: world.clock.now() - at * 1_000,
      ...(properties && { properties: JSON.stringify(properties) }),
    }));
    world.status = 'DELETE_IN_PROGRESS';
    world.resource = { status: 'DELETE_IN_PROGRESS', physicalId: 'sweep/1', changedAt: world.clock.now() };
    const ConfigHash = isHandedIn ? hashOf(JSON.parse(is.Config) as SweepConfig) : undefined;
    const handedIn = { ...answer('Delete'), ...(ConfigHash && { ConfigHash }) };
    const execution = world.machine.begin(eventToken(handedIn), { answer: handedIn });
    expect((await world.machine.run(execution, 3)).state).toMatchObject({ error: 'SweepIncomplete' });
    expect(service.calls).toEqual([]);
  });

  test('cannot have it pass over a run that is under way', async () => {
    const older = world.machine.begin('older');
    world.clock.advance(1000);
    const execution = world.machine.begin('by-hand', { predecessor: older.arn });
    expect((await world.machine.run(execution)).state).toMatchObject({ outcome: { status: 'SKIPPED' } });
  });
});
