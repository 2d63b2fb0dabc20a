import { type CustomHandler, Harness, custom, parameter, stackOf } from './harness';

const plain: CustomHandler = ({ LogicalResourceId }) => ({ PhysicalResourceId: `${LogicalResourceId}-id` });

/** What every view says of the resource `A`. */
async function viewsOf(harness: Harness, StackName: string, LogicalResourceId = 'A') {
  const { StackResourceDetail } = await harness.operate('DescribeStackResource', { StackName, LogicalResourceId });
  const { StackResources } = await harness.operate('DescribeStackResources', { StackName, LogicalResourceId });
  const { StackEvents } = await harness.operate('DescribeStackEvents', { StackName });
  const event = StackEvents.find((each: typeof StackResourceDetail) => each.LogicalResourceId === LogicalResourceId);
  return { detail: StackResourceDetail, resource: StackResources[0], event };
}

/** The time of a ResponseURL, which has no milliseconds. */
const signedAt = ({ ResponseURL }: { ResponseURL: string }): number => {
  const date = new URL(ResponseURL).searchParams.get('X-Amz-Date') ?? '';
  return Date.parse(date.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
};

test('a resource in the midst of an operation shows which, since when, and as what', async () => {
  const harness = new Harness(plain);
  await harness.deploy(stackOf({ A: custom({ Size: 1 }), B: custom() }));
  harness.clock.advance(5000);
  harness.handler = event => (event.ResourceProperties.Size === '2' ? undefined : plain(event));
  const update = harness.deploy(stackOf({ A: custom({ Size: 2 }), B: custom() }));
  await harness.sent(3);
  const begun = new Date(harness.clock.now());
  const same = {
    LogicalResourceId: 'A',
    PhysicalResourceId: 'A-id',
    ResourceType: 'Custom::Thing',
    ResourceStatus: 'UPDATE_IN_PROGRESS',
  };
  const { detail, resource, event } = await viewsOf(harness, 'Test');
  expect(detail).toMatchObject({ ...same, LastUpdatedTimestamp: begun });
  expect(resource).toMatchObject({ ...same, Timestamp: begun });
  expect(event).toMatchObject({ ...same, Timestamp: begun });
  expect(JSON.parse(event.ResourceProperties)).toMatchObject({ Size: 2 });
  expect(signedAt(harness.events[2])).toBe(begun.getTime());

  harness.clock.advance(2000);
  harness.put(harness.events[2], { PhysicalResourceId: 'A-id' });
  await update;
  const after = await viewsOf(harness, 'Test');
  expect(after.detail).toMatchObject({
    ResourceStatus: 'UPDATE_COMPLETE',
    LastUpdatedTimestamp: new Date(begun.getTime() + 2000),
  });
  // what did not change has the time of its creation still.
  const { StackResourceSummaries } = await harness.operate('ListStackResources', { StackName: 'Test' });
  const untouched = StackResourceSummaries.find((each: typeof detail) => each.LogicalResourceId === 'B');
  expect(untouched.LastUpdatedTimestamp).toEqual(new Date(begun.getTime() - 5000));
});

test('a resource that is being created has no physical id yet', async () => {
  const harness = new Harness(() => undefined);
  void harness.deploy(stackOf({ A: custom() }));
  await harness.sent(1);
  const { detail, event } = await viewsOf(harness, 'Test');
  expect(detail).toMatchObject({ ResourceStatus: 'CREATE_IN_PROGRESS', PhysicalResourceId: undefined });
  expect(event).toMatchObject({ ResourceStatus: 'CREATE_IN_PROGRESS', PhysicalResourceId: '' });
});

test('while what was replaced is deleted, the resource is its successor; events tell of the old one', async () => {
  const harness = new Harness(({ RequestType, ResourceProperties: { Name } }) =>
    RequestType === 'Delete' ? undefined : { PhysicalResourceId: String(Name) },
  );
  await harness.deploy(stackOf({ A: custom({ Name: 'one' }) }));
  void harness.deploy(stackOf({ A: custom({ Name: 'two' }) }));
  await harness.sent(3);
  const { detail, event } = await viewsOf(harness, 'Test');
  expect(detail).toMatchObject({ ResourceStatus: 'UPDATE_COMPLETE', PhysicalResourceId: 'two' });
  expect(event).toMatchObject({ ResourceStatus: 'DELETE_IN_PROGRESS', PhysicalResourceId: 'one' });
});

test('a cancelled creation shows as what it is, and then its deletion under the id that was made up', async () => {
  const harness = new Harness(() => undefined);
  void harness.deploy(stackOf({ A: custom(), Bad: parameter('no!') }));
  await harness.sent(2);
  const { StackEvents } = await harness.operate('DescribeStackEvents', { StackName: 'Test' });
  const ofA = StackEvents.filter((each: { LogicalResourceId: string }) => each.LogicalResourceId === 'A');
  expect(ofA).toMatchObject([
    { ResourceStatus: 'DELETE_IN_PROGRESS', PhysicalResourceId: expect.stringMatching(/^Test-A-/) },
    { ResourceStatus: 'CREATE_FAILED', ResourceStatusReason: 'Resource creation cancelled' },
    { ResourceStatus: 'CREATE_IN_PROGRESS', PhysicalResourceId: '' },
  ]);
  expect((await viewsOf(harness, 'Test')).detail.ResourceStatus).toBe('DELETE_IN_PROGRESS');
});

test('a deleted stack is told of by its id', async () => {
  const harness = new Harness(plain);
  const { stackId } = await harness.deploy(stackOf({ A: custom() }));
  await harness.cloudFormation.destroy('Test');
  const { detail, resource } = await viewsOf(harness, stackId);
  expect([detail, resource].map(({ ResourceStatus }) => ResourceStatus)).toEqual([
    'DELETE_COMPLETE',
    'DELETE_COMPLETE',
  ]);
  const { StackEvents } = await harness.operate('DescribeStackEvents', { StackName: stackId });
  expect(StackEvents[0]).toMatchObject({ PhysicalResourceId: stackId, ResourceStatus: 'DELETE_COMPLETE' });
  for (const operation of ['DescribeStackResource', 'DescribeStackResources', 'DescribeStackEvents']) {
    await expect(harness.operate(operation, { StackName: 'Test', LogicalResourceId: 'A' })).rejects.toThrow(
      /does not exist/,
    );
  }
});

test('times are those of the clock, however many events there are', async () => {
  const harness = new Harness(plain);
  await harness.deploy(stackOf(Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`R${i}`, custom()]))));
  const { events, resources } = harness.cloudFormation.describe('Test')!;
  expect(new Set(events.map(({ timestamp }) => timestamp))).toEqual(new Set([harness.clock.now()]));
  expect([...resources.values()].every(({ updatedAt }) => updatedAt === harness.clock.now())).toBe(true);
});

test('DescribeStackResources shows a hundred, ListStackResources all', async () => {
  const harness = new Harness(plain);
  await harness.deploy(stackOf(Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`R${i}`, custom()]))));
  const StackName = 'Test';
  expect((await harness.operate('DescribeStackResources', { StackName })).StackResources).toHaveLength(100);
  const { StackResourceSummaries: first, NextToken } = await harness.operate('ListStackResources', { StackName });
  const { StackResourceSummaries: rest } = await harness.operate('ListStackResources', { StackName, NextToken });
  expect([...first, ...rest]).toHaveLength(101);
});
