import { settle } from '../../../testing/clock';
import type { StackOutcome } from '../../src/services/cloudformation/service';
import { type CustomHandler, Harness, custom, parameter, stackOf } from './harness';

const stackEvents = ({ events }: Pick<StackOutcome, 'events'>): string[] =>
  events.filter(({ logicalId }) => logicalId === 'Test').map(({ status, reason }) => [status, reason].join(' ').trim());

/** Answers with the logical id as physical id. */
const plain: CustomHandler = ({ LogicalResourceId }) => ({ PhysicalResourceId: LogicalResourceId });

/** Answers everything but a Create or Update of the resource. */
const silentOn =
  (logicalId: string): CustomHandler =>
  event =>
    event.LogicalResourceId === logicalId && event.RequestType !== 'Delete' && event.ResourceProperties.Size !== '1'
      ? undefined
      : plain(event);

const broken = (...dependsOn: string[]) => parameter('not a name!', 'v', { DependsOn: dependsOn });

describe('a stack that cannot be created', () => {
  const FAILED = 'The following resource(s) failed to create: [Bad].';
  test.each([
    [
      'ROLLBACK',
      [
        'CREATE_IN_PROGRESS User Initiated',
        `ROLLBACK_IN_PROGRESS ${FAILED} Rollback requested by user.`,
        'ROLLBACK_COMPLETE',
      ],
    ],
    [
      'DELETE',
      [
        'CREATE_IN_PROGRESS User Initiated',
        `DELETE_IN_PROGRESS ${FAILED} Delete requested by user.`,
        'DELETE_COMPLETE',
      ],
    ],
    ['DO_NOTHING', ['CREATE_IN_PROGRESS User Initiated', `CREATE_FAILED ${FAILED}`]],
  ] as const)('is treated as OnFailure %s says', async (onFailure, expected) => {
    const direct = new Harness(plain);
    const template = stackOf({ A: custom(), Bad: broken('A') });
    const outcome = await direct.cloudFormation.deploy({ stackName: 'Test', template, onFailure });
    expect(stackEvents(outcome)).toEqual(expected);
    expect(direct.requests).toEqual(['Create A', ...(onFailure === 'DO_NOTHING' ? [] : ['Delete A A'])]);

    const TemplateBody = JSON.stringify(template);
    const operated = new Harness(plain);
    const { StackId } = await operated.operate('CreateStack', {
      StackName: 'Test',
      TemplateBody,
      OnFailure: onFailure,
    });
    await operated.settled(StackId);
    expect(stackEvents(operated.cloudFormation.describe(StackId)!)).toEqual(expected);

    const reviewed = new Harness(plain);
    const { Id, StackId: id } = await reviewed.operate('CreateChangeSet', {
      StackName: 'Test',
      ChangeSetName: 'changes',
      ChangeSetType: 'CREATE',
      TemplateBody,
      OnStackFailure: onFailure,
    });
    await reviewed.operate('ExecuteChangeSet', { ChangeSetName: Id });
    await reviewed.settled(id);
    expect(stackEvents(reviewed.cloudFormation.describe(id)!).slice(1)).toEqual(expected);
  });

  test.each([
    ['CreateStack', { OnFailure: 'DELETE', DisableRollback: 'true' }, /either OnFailure or DisableRollback/],
    ['CreateStack', { OnFailure: 'IGNORE' }, /enum value set: \[DO_NOTHING, ROLLBACK, DELETE\]/],
  ])('%s refuses %p', async (operation, more, message) => {
    const TemplateBody = JSON.stringify(stackOf({ A: custom() }));
    const harness = new Harness();
    await expect(harness.operate(operation, { StackName: 'Test', TemplateBody, ...more })).rejects.toThrow(message);
    expect(harness.cloudFormation.describe('Test')).toBeUndefined();
  });

  test('an update cannot say that a failure deletes the stack', async () => {
    const harness = new Harness(plain);
    await harness.deploy(stackOf({ A: custom() }));
    const TemplateBody = JSON.stringify(stackOf({ A: custom({ Size: 2 }) }));
    const input = { StackName: 'Test', ChangeSetName: 'changes', TemplateBody, OnStackFailure: 'DELETE' };
    await expect(harness.operate('CreateChangeSet', input)).rejects.toThrow(
      /only valid for change sets of type CREATE/,
    );
  });

  test('and is deleted meanwhile is not rolled back: what is in flight is cancelled and deleted', async () => {
    const harness = new Harness(silentOn('Slow'));
    const deployed = harness.deploy(stackOf({ A: custom(), Slow: custom({}, { DependsOn: 'A' }) }));
    await harness.sent(2);
    await harness.operate('DeleteStack', { StackName: 'Test' });
    const { stackId } = await deployed;
    expect(await harness.settled(stackId)).toBe('DELETE_COMPLETE');
    const { events } = harness.cloudFormation.describe(stackId)!;
    expect(stackEvents({ events }).map(text => text.split(' ')[0])).toEqual([
      'CREATE_IN_PROGRESS',
      'DELETE_IN_PROGRESS',
      'DELETE_COMPLETE',
    ]);
    expect(events).toContainEqual(
      expect.objectContaining({ logicalId: 'Slow', status: 'CREATE_FAILED', reason: 'Resource creation cancelled' }),
    );
    expect(harness.requests.slice(2)).toEqual([expect.stringMatching(/^Delete Slow Test-Slow-/), 'Delete A A']);
  });
});

describe('what is in flight when a sibling fails', () => {
  test('has its Update cancelled and reversed at once; a late answer changes nothing', async () => {
    const harness = new Harness(silentOn('Slow'));
    await harness.deploy(stackOf({ Slow: custom({ Size: 1 }) }));
    harness.handler = event => (event.ResourceProperties.Size === '2' ? undefined : plain(event));
    const outcome = await harness.deploy(stackOf({ Slow: custom({ Size: 2 }), Bad: parameter('no!') }));
    expect(outcome.failures).toEqual(['Bad: Parameter name is invalid.', 'Slow: Resource update cancelled']);
    expect(harness.requests).toEqual(['Create Slow', 'Update Slow Slow', 'Update Slow Slow']);
    expect(harness.events[2]).toMatchObject({
      ResourceProperties: { Size: '1' },
      OldResourceProperties: { Size: '2' },
    });
    harness.put(harness.events[1], { PhysicalResourceId: 'other' });
    await settle();
    expect(harness.cloudFormation.describe('Test')?.resources.get('Slow')).toMatchObject({
      physicalId: 'Slow',
      status: 'UPDATE_COMPLETE',
    });
  });

  test('goes on without rollback', async () => {
    const harness = new Harness(silentOn('Slow'));
    const deployed = harness.deploy(stackOf({ Slow: custom(), Bad: parameter('no!') }), { disableRollback: true });
    await harness.sent(1);
    await settle();
    harness.put(harness.events[0], { PhysicalResourceId: 'Slow' });
    const outcome = await deployed;
    expect(outcome.failures).toEqual(['Bad: Parameter name is invalid.']);
    expect(harness.cloudFormation.describe('Test')?.resources.get('Slow')?.status).toBe('CREATE_COMPLETE');
  });

  const nested = (key: string) => ({
    Type: 'AWS::CloudFormation::Stack',
    Properties: { TemplateURL: `https://s3.us-east-1.amazonaws.com/templates/${key}` },
  });

  test('is cancelled in a nested stack, too', async () => {
    const harness = new Harness(silentOn('Slow'));
    harness.objects.set('one', JSON.stringify(stackOf({ Slow: custom() })));
    harness.slow.add('ssm:PutParameter no!');
    const outcome = await harness.deploy(stackOf({ Child: nested('one'), Bad: parameter('no!') }));
    expect(outcome.status).toBe('ROLLBACK_COMPLETE');
    expect(outcome.failures).toEqual(['Bad: Parameter name is invalid.', 'Child: Resource creation cancelled']);
  });

  test('is cancelled where the sibling is one of the same nested stack', async () => {
    const harness = new Harness(silentOn('Slow'));
    harness.objects.set('one', JSON.stringify(stackOf({ Slow: custom(), Bad: parameter('no!') })));
    const outcome = await harness.deploy(stackOf({ Child: nested('one') }));
    expect(outcome.status).toBe('ROLLBACK_COMPLETE');
    expect(harness.requests).toEqual(['Create Slow', expect.stringMatching(/^Delete Slow /)]);
  });
});

describe('without rollback', () => {
  test.each([
    [{ Mode: 'EXPRESS' }, 'CREATE_FAILED'],
    [{ Mode: 'EXPRESS', DisableRollback: 'false' }, 'ROLLBACK_COMPLETE'],
    [{ Mode: 'STANDARD' }, 'ROLLBACK_COMPLETE'],
    [{ DisableRollback: 'true' }, 'CREATE_FAILED'],
  ])('a deployment of %j that fails ends in %s', async (DeploymentConfig, expected) => {
    const harness = new Harness(plain);
    const input = { TemplateBody: JSON.stringify(stackOf({ A: custom(), Bad: broken('A') })), DeploymentConfig };
    await harness.operate('CreateStack', { StackName: 'Test', ...input });
    expect(await harness.settled('Test')).toBe(expected);
    const changeSet = { StackName: 'Reviewed', ChangeSetName: 'changes' };
    await harness.operate('CreateChangeSet', { ...changeSet, ChangeSetType: 'CREATE', ...input });
    await harness.operate('ExecuteChangeSet', changeSet);
    expect(await harness.settled('Reviewed')).toBe(expected);
  });

  const failing: CustomHandler = event => ({
    ...(plain(event) as object),
    ...(event.RequestType === 'Create' &&
      event.LogicalResourceId === 'Bad' && { Status: 'FAILED', Reason: 'no', PhysicalResourceId: 'half-made' }),
  });

  test('what failed to be created is deleted by the next deployment, though its template has it no more', async () => {
    const harness = new Harness(failing);
    const template = { A: custom(), Bad: custom() };
    const outcome = await harness.deploy(stackOf(template), { disableRollback: true });
    expect(outcome.status).toBe('CREATE_FAILED');
    const next = await harness.deploy(stackOf({ A: custom() }), { disableRollback: true });
    expect(next.status).toBe('UPDATE_COMPLETE');
    expect(harness.requests).toEqual(['Create A', 'Create Bad', 'Delete Bad half-made']);
  });

  test('what failed to be created and cannot be deleted is deleted again, and never updated', async () => {
    const harness = new Harness(failing);
    const template = stackOf({ A: custom(), Bad: custom() });
    await harness.deploy(template, { disableRollback: true });
    harness.cloudFormation.failNext({ logicalId: 'Bad', on: 'DELETE' });
    expect((await harness.deploy(template, { disableRollback: true })).status).toBe('UPDATE_FAILED');
    harness.handler = plain;
    expect((await harness.deploy(template, { disableRollback: true })).status).toBe('UPDATE_COMPLETE');
    expect(harness.requests.slice(2)).toEqual(['Delete Bad half-made', 'Create Bad']);
  });

  test('what failed to be created goes with the stack', async () => {
    const harness = new Harness(failing);
    await harness.deploy(stackOf({ Bad: custom() }), { disableRollback: true });
    expect((await harness.cloudFormation.destroy('Test')).status).toBe('DELETE_COMPLETE');
    expect(harness.requests).toEqual(['Create Bad', 'Delete Bad half-made']);
  });
});

describe('a clean-up that cannot delete', () => {
  const refusing: CustomHandler = event =>
    event.RequestType === 'Delete'
      ? { Status: 'FAILED', Reason: 'in use', PhysicalResourceId: event.PhysicalResourceId }
      : plain(event);
  const LEFT = 'Update successful. One or more resources could not be deleted.';

  test('is told by the reason of the updated stack and by three events', async () => {
    const harness = new Harness(refusing);
    await harness.deploy(stackOf({ A: custom(), B: custom() }));
    const outcome = await harness.deploy(stackOf({ B: custom() }));
    expect(outcome).toMatchObject({ status: 'UPDATE_COMPLETE', reason: LEFT });
    expect(outcome.failures).toEqual(Array(3).fill(expect.stringMatching(/^A: .*in use/)));
    const { Stacks } = await harness.operate('DescribeStacks', { StackName: 'Test' });
    expect(Stacks[0].StackStatusReason).toBe(LEFT);
  });

  test('is told after a rollback, too', async () => {
    const harness = new Harness(refusing);
    await harness.deploy(stackOf({ B: custom() }));
    const outcome = await harness.deploy(stackOf({ B: custom(), A: custom(), Bad: broken('A') }));
    expect(outcome).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE', reason: LEFT });
  });

  test('is not told once it can', async () => {
    const harness = new Harness(plain);
    await harness.deploy(stackOf({ A: custom(), B: custom() }));
    harness.cloudFormation.failNext({ logicalId: 'A', on: 'DELETE', times: 2 });
    expect((await harness.deploy(stackOf({ B: custom() }))).reason).toBeUndefined();
  });
});
