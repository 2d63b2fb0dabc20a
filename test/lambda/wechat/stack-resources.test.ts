import { type CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { stackResources } from '../../../lambda/wechat/stack-resources';

test('of the resources that a stack lists, those that it has no more are left out and those that go are told', async () => {
  const listed = ['UPDATE_COMPLETE', 'DELETE_IN_PROGRESS', 'DELETE_COMPLETE', 'DELETE_SKIPPED'].map(ResourceStatus => ({
    LogicalResourceId: `Is${ResourceStatus}`,
    PhysicalResourceId: ResourceStatus,
    ResourceStatus,
  }));
  const client = { send: async () => ({ StackResourceSummaries: listed }) } as unknown as CloudFormationClient;
  expect((await stackResources(client)('fleet')).map(({ physicalId, isGoing }) => [physicalId, isGoing])).toEqual([
    ['UPDATE_COMPLETE', false],
    ['DELETE_IN_PROGRESS', true],
  ]);
});
