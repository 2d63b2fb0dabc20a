import { Harness, custom, parameter, stackOf } from './harness';

const statuses = (outcome: { events: readonly { logicalId: string; status: string }[] }, logicalId: string) =>
  outcome.events.filter(event => event.logicalId === logicalId).map(({ status }) => status);

describe('creation', () => {
  test('creates in the order of dependencies and gives outputs', async () => {
    const harness = new Harness(({ LogicalResourceId: id }) => ({
      PhysicalResourceId: `${id}-1`,
      Data: { Arn: `arn-${id}` },
    }));
    const outcome = await harness.deploy(
      stackOf(
        { B: custom({ Needs: { 'Fn::GetAtt': ['A', 'Arn'] } }), A: custom(), C: custom({}, { DependsOn: 'B' }) },
        { Outputs: { Id: { Value: { 'Fn::Sub': '${B}/${A.Arn}' } } } },
      ),
    );
    expect(outcome.status).toBe('CREATE_COMPLETE');
    expect(harness.requests).toEqual(['Create A', 'Create B', 'Create C']);
    expect(harness.events[1].ResourceProperties.Needs).toBe('arn-A');
    expect(outcome.outputs).toEqual({ Id: 'B-1/arn-A' });
    expect(statuses(outcome, 'Test')).toEqual(['CREATE_IN_PROGRESS', 'CREATE_COMPLETE']);
    expect(statuses(outcome, 'A')).toEqual(['CREATE_IN_PROGRESS', 'CREATE_IN_PROGRESS', 'CREATE_COMPLETE']);
  });

  test('rolls a failed creation back in reverse order', async () => {
    const harness = new Harness(({ LogicalResourceId: id }) => ({ PhysicalResourceId: `${id}-1` }));
    const outcome = await harness.deploy(
      stackOf({ A: custom(), B: custom({}, { DependsOn: 'A' }), C: parameter('no!', 'v', { DependsOn: 'B' }) }),
    );
    expect(outcome.status).toBe('ROLLBACK_COMPLETE');
    expect(outcome.failures).toEqual(['C: Parameter name is invalid.']);
    expect(harness.requests).toEqual(['Create A', 'Create B', 'Delete B B-1', 'Delete A A-1']);
    expect(statuses(outcome, 'Test')).toEqual(['CREATE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS', 'ROLLBACK_COMPLETE']);
  });
});
