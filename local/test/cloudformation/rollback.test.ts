import { broken, named, stackStatuses, told, update } from './deployments';
import { Harness, custom, parameter, stackOf } from './harness';

describe('rollback of an update', () => {
  test('what was updated gets old and new swapped, what was created is deleted in the clean-up', async () => {
    const harness = new Harness(named);
    const outcome = await update(
      harness,
      stackOf({ A: custom({ Size: 1 }), Same: custom() }),
      stackOf({ A: custom({ Size: 2 }), Same: custom(), New: custom({}, { DependsOn: 'A' }), Bad: broken('New') }),
    );
    expect(harness.requests).toEqual(['Update A A-1', 'Create New', 'Update A A-1', 'Delete New New-1']);
    expect(harness.events[2]).toMatchObject({
      ResourceProperties: { Size: '1' },
      OldResourceProperties: { Size: '2' },
    });
    expect(stackStatuses(outcome)).toEqual([
      'UPDATE_IN_PROGRESS',
      'UPDATE_ROLLBACK_IN_PROGRESS',
      'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'UPDATE_ROLLBACK_COMPLETE',
    ]);
    expect(outcome.reason).toBeUndefined();
  });

  test('what failed its update gets the swapped Update, too', async () => {
    const harness = new Harness(({ ResourceProperties: { Size } }) => ({
      PhysicalResourceId: 'A',
      ...(Size === '2' && { Status: 'FAILED', Reason: 'too big' }),
    }));
    const outcome = await update(harness, stackOf({ A: custom({ Size: 1 }) }), stackOf({ A: custom({ Size: 2 }) }));
    expect(harness.requests).toEqual(['Update A A', 'Update A A']);
    expect(harness.events[1]).toMatchObject({
      ResourceProperties: { Size: '1' },
      OldResourceProperties: { Size: '2' },
    });
    expect(outcome.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  test.each([
    ['new', false, 'A-2'],
    ['old', true, 'A-1'],
  ])('a replaced custom resource hears of it under its %s id; the new one then goes', async (_which, isOld, id) => {
    const harness = new Harness(named);
    harness.cloudFormation.rollsBackUnderOldId = isOld;
    await update(harness, stackOf({ A: custom({ Name: 1 }) }), stackOf({ A: custom({ Name: 2 }), Bad: broken('A') }));
    expect(harness.requests).toEqual(['Update A A-1', `Update A ${id}`, 'Delete A A-2']);
    expect(harness.cloudFormation.describe('Test')?.resources.get('A')?.physicalId).toBe('A-1');
  });

  test('a failed update that answers another id has that id deleted', async () => {
    const harness = new Harness(({ RequestType, ResourceProperties: { Size }, PhysicalResourceId = 'A' }) =>
      RequestType === 'Update' && Size === '2'
        ? { Status: 'FAILED', Reason: 'no', PhysicalResourceId: 'stray' }
        : { PhysicalResourceId: PhysicalResourceId === 'stray' ? 'A' : PhysicalResourceId },
    );
    await update(harness, stackOf({ A: custom({ Size: 1 }) }), stackOf({ A: custom({ Size: 2 }) }));
    expect(harness.requests).toEqual(['Update A A', 'Update A stray', 'Delete A stray']);
  });

  test('Retain keeps what the update had created, RetainExceptOnCreate does not', async () => {
    const harness = new Harness(named);
    const outcome = await update(
      harness,
      stackOf({ A: custom() }),
      stackOf({
        A: custom(),
        Kept: custom({}, { DeletionPolicy: 'Retain' }),
        Gone: custom({}, { DeletionPolicy: 'RetainExceptOnCreate' }),
        Bad: broken('Kept', 'Gone'),
      }),
    );
    expect(harness.requests).toEqual(['Create Kept', 'Create Gone', 'Delete Gone Gone-1']);
    expect(told(outcome)).toContain('Kept DELETE_SKIPPED');
  });

  test('a replaced native resource comes back, and its replacement goes', async () => {
    const harness = new Harness();
    const outcome = await update(
      harness,
      stackOf({ P: parameter('/one') }),
      stackOf({ P: parameter('/two'), Bad: broken('P') }),
    );
    expect(outcome.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect([...harness.parameters.keys()]).toEqual(['/one']);
  });

  test('ends in UPDATE_ROLLBACK_FAILED when the way back fails; it goes on from there, skipping on request', async () => {
    const harness = new Harness(named);
    const before = stackOf({ A: custom({ Size: 1 }), B: custom({ Size: 1 }) });
    const after = stackOf({ A: custom({ Size: 2 }), B: custom({ Size: 2 }), Bad: broken('A', 'B') });
    await harness.deploy(before);
    harness.cloudFormation.onStackStatus(({ status }) => {
      if (status === 'UPDATE_ROLLBACK_IN_PROGRESS') harness.cloudFormation.failNext({ logicalId: 'A', on: 'UPDATE' });
    });
    expect((await harness.deploy(after)).status).toBe('UPDATE_ROLLBACK_FAILED');

    await harness.operate('ContinueUpdateRollback', { StackName: 'Test' });
    expect(await harness.settled('Test')).toBe('UPDATE_ROLLBACK_FAILED');
    harness.handler = event =>
      event.LogicalResourceId === 'A' ? { PhysicalResourceId: 'A-1', Status: 'FAILED', Reason: 'no' } : named(event);
    await harness.operate('ContinueUpdateRollback', { StackName: 'Test' });
    expect(await harness.settled('Test')).toBe('UPDATE_ROLLBACK_FAILED');
    const last = harness.events.at(-1);
    expect(last).toMatchObject({ ResourceProperties: { Size: '1' }, OldResourceProperties: { Size: '2' } });
    await expect(
      harness.operate('ContinueUpdateRollback', { StackName: 'Test', ResourcesToSkip: ['B'] }),
    ).rejects.toThrow(/\[B\] cannot be skipped/);

    await harness.operate('ContinueUpdateRollback', { StackName: 'Test', ResourcesToSkip: ['A'] });
    expect(await harness.settled('Test')).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(harness.requests.filter(request => request === 'Update B B-1')).toHaveLength(2);
    expect(harness.cloudFormation.describe('Test')?.events.map(({ reason }) => reason)).toContain(
      'Resource skipped during UpdateRollback',
    );
  });

  test('outputs are those of before', async () => {
    const harness = new Harness(named);
    const output = (value: string) => ({ Outputs: { Out: { Value: value } } });
    const outcome = await update(
      harness,
      stackOf({ A: custom() }, output('old')),
      stackOf({ A: custom(), Bad: broken() }, output('new')),
    );
    expect(outcome.outputs).toEqual({ Out: 'old' });
  });
});

describe('without rollback', () => {
  test('what was done stays, in UPDATE_FAILED, and the next deployment goes on', async () => {
    const harness = new Harness(named);
    const outcome = await update(
      harness,
      stackOf({ A: custom({ Size: 1 }) }),
      stackOf({ A: custom({ Size: 2 }), Bad: broken('A') }),
      { disableRollback: true },
    );
    expect(outcome.status).toBe('UPDATE_FAILED');
    expect(harness.requests).toEqual(['Update A A-1']);

    await expect(harness.deploy(stackOf({ A: custom() }))).rejects.toThrow(/non-terminal \[UPDATE_FAILED\] state/);
    const repaired = await harness.deploy(stackOf({ A: custom({ Size: 2 }), Bad: parameter('good', 'v') }), {
      disableRollback: true,
    });
    expect(repaired.status).toBe('UPDATE_COMPLETE');
    expect(harness.requests).toEqual(['Update A A-1']);
  });

  test('what a failed update had put in place of another is kept by the next one, and the other goes', async () => {
    const harness = new Harness(({ RequestType, ResourceProperties: { Size } }) => ({
      PhysicalResourceId: RequestType === 'Update' ? 'new' : 'old',
      ...(Size === '2' && { Status: 'FAILED', Reason: 'half done' }),
    }));
    await update(harness, stackOf({ A: custom({ Size: 1 }) }), stackOf({ A: custom({ Size: 2 }) }), {
      disableRollback: true,
    });
    await harness.deploy(stackOf({ A: custom({ Size: 3 }) }), { disableRollback: true });
    expect(harness.requests).toEqual(['Update A old', 'Update A new', 'Delete A old']);
  });

  test('RollbackStack takes it back to the last stable state, over several deployments', async () => {
    const harness = new Harness(named);
    await harness.deploy(stackOf({ A: custom({ Name: 1 }) }));
    const noRollback = { disableRollback: true };
    await harness.deploy(stackOf({ A: custom({ Name: 2 }), Bad: broken('A') }), noRollback);
    await harness.deploy(stackOf({ A: custom({ Name: 3 }), Bad: broken('A') }), noRollback);
    harness.events.length = 0;
    await harness.operate('RollbackStack', { StackName: 'Test' });
    expect(await harness.settled('Test')).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(harness.requests).toEqual(['Update A A-3', 'Delete A A-2', 'Delete A A-3']);
  });

  test('a failed creation stays in CREATE_FAILED; what failed is made anew by the next deployment', async () => {
    let fails = true;
    const harness = new Harness(({ RequestType }) => ({
      PhysicalResourceId: 'A',
      ...(fails && RequestType === 'Create' && { Status: 'FAILED', Reason: 'no' }),
    }));
    const first = await harness.deploy(stackOf({ A: custom() }), { disableRollback: true });
    expect(first.status).toBe('CREATE_FAILED');
    fails = false;
    const second = await harness.deploy(stackOf({ A: custom() }), { disableRollback: true });
    expect(second.status).toBe('UPDATE_COMPLETE');
    expect(harness.requests).toEqual(['Create A', 'Delete A A', 'Create A']);
  });

  test('RollbackStack after a failed creation deletes what a later deployment had replaced, too', async () => {
    const harness = new Harness(named);
    const noRollback = { disableRollback: true };
    await harness.deploy(stackOf({ A: custom({ Name: 1 }), Bad: broken('A') }), noRollback);
    await harness.deploy(stackOf({ A: custom({ Name: 2 }), Bad: broken('A') }), noRollback);
    harness.events.length = 0;
    await harness.operate('RollbackStack', { StackName: 'Test' });
    expect(await harness.settled('Test')).toBe('ROLLBACK_COMPLETE');
    expect(harness.requests).toEqual(['Delete A A-1', 'Delete A A-2']);
  });

  test('RollbackStack after a failed creation deletes what there is', async () => {
    const harness = new Harness(named);
    await harness.deploy(stackOf({ A: custom(), Bad: broken('A') }), { disableRollback: true });
    await harness.operate('RollbackStack', { StackName: 'Test' });
    expect(await harness.settled('Test')).toBe('ROLLBACK_COMPLETE');
    expect(harness.requests).toEqual(['Create A', 'Delete A A-1']);
  });
});
