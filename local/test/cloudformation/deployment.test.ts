import { settle } from '../../../testing/clock';
import { broken, named, stackStatuses, told, update } from './deployments';
import { Harness, custom, parameter, stackOf } from './harness';

describe('creation', () => {
  test('creates in the order of dependencies and gives outputs', async () => {
    const harness = new Harness(named);
    const outcome = await harness.deploy(
      stackOf(
        { B: custom({ Needs: { 'Fn::GetAtt': ['A', 'Arn'] } }), A: custom(), C: custom({}, { DependsOn: 'B' }) },
        { Outputs: { Id: { Value: { 'Fn::Sub': '${B}/${A.Arn}' } } } },
      ),
    );
    expect(harness.requests).toEqual(['Create A', 'Create B', 'Create C']);
    expect(harness.events[1].ResourceProperties.Needs).toBe('arn-A-1');
    expect(outcome.outputs).toEqual({ Id: 'B-1/arn-A-1' });
    expect(told(outcome).slice(0, 5)).toEqual([
      'CREATE_IN_PROGRESS',
      'A CREATE_IN_PROGRESS',
      'A CREATE_IN_PROGRESS',
      'A CREATE_COMPLETE',
      'B CREATE_IN_PROGRESS',
    ]);
    expect(outcome.status).toBe('CREATE_COMPLETE');
  });

  test('creates independent resources at the same time', async () => {
    let running = 0;
    let most = 0;
    const harness = new Harness(async ({ LogicalResourceId: id }) => {
      most = Math.max(most, ++running);
      // what runs alone waits for another.
      for (let turn = 0; id !== 'C' && most < 2 && turn < 1_000; turn += 1) await settle();
      running -= 1;
      return { PhysicalResourceId: id };
    });
    await harness.deploy(stackOf({ A: custom(), B: custom(), C: custom({}, { DependsOn: ['A', 'B'] }) }));
    expect(most).toBe(2);
  });

  test('a failure deletes everything in reverse order, what it needed last', async () => {
    const harness = new Harness(named);
    const outcome = await harness.deploy(stackOf({ A: custom(), B: custom({}, { DependsOn: 'A' }), C: broken('B') }));
    expect(harness.requests).toEqual(['Create A', 'Create B', 'Delete B B-1', 'Delete A A-1']);
    expect(outcome.failures).toEqual(['C: Parameter name is invalid.']);
    expect(stackStatuses(outcome)).toEqual(['CREATE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS', 'ROLLBACK_COMPLETE']);
  });

  test('a failure does not wait for what still runs: it is cancelled, and deleted under a generated id', async () => {
    const harness = new Harness(event =>
      event.RequestType === 'Create' ? undefined : { PhysicalResourceId: event.PhysicalResourceId },
    );
    const outcome = await harness.deploy(stackOf({ Slow: custom(), Bad: parameter('no!') }));
    expect(outcome.failures).toEqual(['Bad: Parameter name is invalid.', 'Slow: Resource creation cancelled']);
    expect(harness.requests[1]).toMatch(/^Delete Slow Test-Slow-[A-Z0-9]{12}$/);
    expect(outcome.status).toBe('ROLLBACK_COMPLETE');
  });

  test('a failure cancels what finishes after it, and deletes that', async () => {
    const harness = new Harness();
    harness.slow.add('ssm:PutParameter /slow');
    const outcome = await harness.deploy(stackOf({ Slow: parameter('/slow'), Bad: parameter('no!') }));
    expect(outcome.failures).toEqual(['Bad: Parameter name is invalid.', 'Slow: Resource creation cancelled']);
    expect(harness.parameters.size).toBe(0);
  });

  test('a failed creation is deleted under the id that it answered', async () => {
    const harness = new Harness(({ RequestType }) => ({
      PhysicalResourceId: 'half-made',
      ...(RequestType === 'Create' && { Status: 'FAILED', Reason: 'no' }),
    }));
    await harness.deploy(stackOf({ A: custom() }));
    expect(harness.requests).toEqual(['Create A', 'Delete A half-made']);
  });

  test('a rollback that cannot delete ends in ROLLBACK_FAILED', async () => {
    const harness = new Harness(named);
    harness.cloudFormation.failNext({ logicalId: 'A', on: 'DELETE', message: 'in use' });
    const outcome = await harness.deploy(stackOf({ A: custom(), B: broken('A') }));
    expect(outcome.status).toBe('ROLLBACK_FAILED');
    expect(outcome.failures).toContain('A: in use');
  });

  test('a stack whose creation was rolled back is made anew, under a new id', async () => {
    const harness = new Harness(named);
    const first = await harness.deploy(stackOf({ A: custom(), B: broken('A') }));
    const second = await harness.deploy(stackOf({ A: custom() }));
    expect(second.status).toBe('CREATE_COMPLETE');
    expect(second.stackId).not.toBe(first.stackId);
  });

  test('Retain outlives the rollback of a creation, RetainExceptOnCreate does not', async () => {
    const harness = new Harness(named);
    const outcome = await harness.deploy(
      stackOf({
        Kept: custom({}, { DeletionPolicy: 'Retain' }),
        Gone: custom({}, { DeletionPolicy: 'RetainExceptOnCreate' }),
        Bad: broken('Kept', 'Gone'),
      }),
    );
    expect(harness.requests.filter(request => request.startsWith('Delete'))).toEqual(['Delete Gone Gone-1']);
    expect(told(outcome)).toContain('Kept DELETE_SKIPPED');
  });
});

describe('update', () => {
  test('only what changed hears of it, with what it was before', async () => {
    const harness = new Harness(named);
    const outcome = await update(
      harness,
      stackOf({ A: custom({ Size: 1 }), B: custom() }),
      stackOf({ A: custom({ Size: 2 }), B: custom() }),
    );
    expect(harness.requests).toEqual(['Update A A-1']);
    expect(harness.events[0]).toMatchObject({
      ResourceProperties: { Size: '2' },
      OldResourceProperties: { Size: '1' },
    });
    expect(stackStatuses(outcome)).toEqual([
      'UPDATE_IN_PROGRESS',
      'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'UPDATE_COMPLETE',
    ]);
  });

  test('a changed attribute reaches what refers to it', async () => {
    const harness = new Harness(named);
    const template = (name: number) =>
      stackOf({ A: custom({ Name: name }), B: custom({ Arn: { 'Fn::GetAtt': ['A', 'Arn'] } }) });
    await update(harness, template(1), template(2));
    expect(harness.requests).toEqual(['Update A A-1', 'Update B B-1', 'Delete A A-1']);
  });

  test('what is replaced or removed goes in the clean-up, after everything else', async () => {
    const harness = new Harness(named);
    const outcome = await update(
      harness,
      stackOf({ A: custom({ Name: 1 }), Old: custom({}, { DependsOn: 'A' }) }),
      stackOf({ A: custom({ Name: 2 }), New: custom({}, { DependsOn: 'A' }) }),
    );
    expect(harness.requests).toEqual(['Update A A-1', 'Create New', 'Delete Old Old-1', 'Delete A A-1']);
    const all = told(outcome);
    expect(all.indexOf('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS')).toBeLessThan(all.indexOf('Old DELETE_IN_PROGRESS'));
    expect(all.at(-1)).toBe('UPDATE_COMPLETE');
  });

  test('the clean-up tries three times, then leaves the thing behind without failing', async () => {
    const harness = new Harness(event =>
      event.RequestType === 'Delete'
        ? { Status: 'FAILED', Reason: 'in use', PhysicalResourceId: 'A' }
        : { PhysicalResourceId: 'A' },
    );
    const outcome = await update(harness, stackOf({ A: custom(), B: parameter('b') }), stackOf({ B: parameter('b') }));
    expect(harness.requests).toEqual(['Delete A A', 'Delete A A', 'Delete A A']);
    expect(outcome.status).toBe('UPDATE_COMPLETE');
    expect(harness.cloudFormation.describe('Test')?.resources.has('A')).toBe(false);
  });

  test('Retain keeps what is removed, UpdateReplacePolicy what is replaced', async () => {
    const harness = new Harness(named);
    const outcome = await update(
      harness,
      stackOf({ A: custom({}, { DeletionPolicy: 'Retain' }), B: custom({ Name: 1 }) }),
      stackOf({ B: custom({ Name: 2 }, { UpdateReplacePolicy: 'Retain' }) }),
    );
    expect(harness.requests).toEqual(['Update B B-1']);
    expect(told(outcome)).toEqual(expect.arrayContaining(['A DELETE_SKIPPED', 'B DELETE_SKIPPED']));
  });

  test('a changed create-only property replaces, under a name of its own only', async () => {
    const harness = new Harness();
    await update(harness, stackOf({ P: parameter('/one') }), stackOf({ P: parameter('/two') }));
    expect([...harness.parameters.keys()]).toEqual(['/two']);
  });

  test('a resource may not change its type', async () => {
    const harness = new Harness();
    const deployed = update(harness, stackOf({ P: parameter('p') }), stackOf({ P: custom() }));
    await expect(deployed).rejects.toThrow(/Update of resource type is not permitted.*\[P\]/);
  });
});

describe('deletion', () => {
  test('deletes in reverse order, leaves what is retained', async () => {
    const harness = new Harness(named);
    await harness.deploy(
      stackOf({
        A: custom(),
        B: custom({}, { DependsOn: 'A' }),
        C: custom({}, { DependsOn: 'B', DeletionPolicy: 'Retain' }),
      }),
    );
    harness.events.length = 0;
    const outcome = await harness.cloudFormation.destroy('Test');
    expect(harness.requests).toEqual(['Delete B B-1', 'Delete A A-1']);
    expect(outcome.status).toBe('DELETE_COMPLETE');
    expect(harness.cloudFormation.describe('Test')).toBeUndefined();
    expect(harness.cloudFormation.describe(outcome.stackId)?.status).toBe('DELETE_COMPLETE');
  });

  test('a refused Delete is DELETE_FAILED and leaves what it needs; the next try goes on', async () => {
    const harness = new Harness(named);
    await harness.deploy(stackOf({ A: custom(), B: custom({}, { DependsOn: 'A' }), C: custom() }));
    harness.cloudFormation.failNext({ logicalId: 'B', on: 'DELETE', message: 'in use' });
    harness.events.length = 0;
    const outcome = await harness.cloudFormation.destroy('Test');
    expect(outcome.status).toBe('DELETE_FAILED');
    expect(outcome.reason).toBe('The following resource(s) failed to delete: [B]. ');
    expect(harness.requests).toEqual(['Delete C C-1']);
    expect((await harness.cloudFormation.destroy('Test')).status).toBe('DELETE_COMPLETE');
  });

  test('RetainResources leaves them behind, of a stack that could not be deleted', async () => {
    const harness = new Harness(named);
    const { stackId } = await harness.deploy(stackOf({ A: custom() }));
    harness.cloudFormation.failNext({ logicalId: 'A', on: 'DELETE' });
    await harness.cloudFormation.destroy('Test');
    await harness.operate('DeleteStack', { StackName: 'Test', RetainResources: ['A'] });
    expect(await harness.settled(stackId)).toBe('DELETE_COMPLETE');
    expect(harness.requests).toEqual(['Create A']);
  });

  test('a protected stack is not deleted', async () => {
    const harness = new Harness();
    await harness.deploy(stackOf({ A: custom() }));
    await harness.operate('UpdateTerminationProtection', { StackName: 'Test', EnableTerminationProtection: 'true' });
    await expect(harness.operate('DeleteStack', { StackName: 'Test' })).rejects.toThrow(/TerminationProtection/);
  });
});

test('statuses of the stack are told to listeners as they come', async () => {
  const harness = new Harness();
  const statuses: string[] = [];
  harness.cloudFormation.onStackStatus(({ status }) => void statuses.push(status));
  await harness.deploy(stackOf({ A: custom() }));
  expect(statuses).toEqual(['CREATE_IN_PROGRESS', 'CREATE_COMPLETE']);
});

test('CancelUpdateStack stops a running update and takes it back', async () => {
  const harness = new Harness(named);
  await harness.deploy(stackOf({ A: custom({ Size: 1 }) }));
  harness.handler = event => (event.ResourceProperties.Size === '2' ? undefined : named(event));
  const update = harness.deploy(stackOf({ A: custom({ Size: 2 }) }));
  await harness.sent(2);
  await harness.operate('CancelUpdateStack', { StackName: 'Test' });
  const outcome = await update;
  expect(outcome.failures).toEqual(['A: Resource update cancelled']);
  expect(outcome.status).toBe('UPDATE_ROLLBACK_COMPLETE');
});
