/** What the handlers learn from a real client of CloudFormation. */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { LocalAws, ServiceError } from 'cdk-versioned-artifacts-local';
import { cloudFormationView } from '../../../lambda/runtime/client';
import { type CloudFormationView } from '../../../lambda/runtime/stack';

const HANDLE = 'AWS::CloudFormation::WaitConditionHandle';

let aws: LocalAws;
let view: CloudFormationView;
let stackId: string;

const template = (...logicalIds: string[]) =>
  JSON.stringify({ Resources: Object.fromEntries(logicalIds.map(id => [id, { Type: HANDLE }])) });
const operate = async (operation: string, TemplateBody: string) => {
  const { StackId } = await aws.call('cloudformation', operation, { StackName: 'fleet', TemplateBody });
  while (/_IN_PROGRESS$/.test((await view.describeStack(StackId as string)).status)) {
    await new Promise(resolve => setImmediate(resolve));
  }
  return StackId as string;
};
const all = async <T>(items: AsyncIterable<T>) => {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
};

beforeEach(async () => {
  aws = await LocalAws.start();
  const credentials = { accessKeyId: 'AKIADEVELOPER', secretAccessKey: 'secret' };
  view = cloudFormationView(new CloudFormationClient({ endpoint: aws.endpoint, region: aws.region, credentials }));
  stackId = await operate('CreateStack', template('Kept', 'Dropped'));
});
afterEach(() => aws.stop());

test('a stack has a status; one that is not there is an error', async () => {
  expect(await view.describeStack(stackId)).toEqual({ status: 'CREATE_COMPLETE' });
  await expect(view.describeStack('other')).rejects.toThrow('other does not exist');
});

test('a resource has a state, and none if the stack has no such resource', async () => {
  const state = await view.describeResource(stackId, 'Kept');
  expect(state).toMatchObject({ status: 'CREATE_COMPLETE', physicalId: expect.stringContaining('http') });
  expect(Math.abs(state!.changedAt - Date.now())).toBeLessThan(60_000);
  expect(await view.describeResource(stackId, 'Missing')).toBeUndefined();
});

test('another error about a resource is passed on', async () => {
  const error = new ServiceError('AccessDenied', 'no way', 403);
  aws.faults.inject({ operation: 'DescribeStackResource', times: Infinity, trouble: { error } });
  await expect(view.describeResource(stackId, 'Kept')).rejects.toThrow('no way');
});

test('what happened is told, newest first, to whom it happened', async () => {
  const told = (await all(view.events(stackId))).map(({ logicalId, status }) => `${logicalId} ${status}`);
  expect(told[0]).toBe('fleet CREATE_COMPLETE');
  expect(told.at(-1)).toBe('fleet CREATE_IN_PROGRESS');
  expect(told).toContain('Kept CREATE_COMPLETE');
});

test('the resources that a stack has are listed, and not those that it had', async () => {
  const ids = async () => (await all(view.resources(stackId))).map(({ logicalId, type }) => [logicalId, type]).sort();
  expect(await ids()).toEqual([
    ['Dropped', HANDLE],
    ['Kept', HANDLE],
  ]);
  await operate('UpdateStack', template('Kept'));
  expect(await ids()).toEqual([['Kept', HANDLE]]);
  await aws.call('cloudformation', 'DeleteStack', { StackName: 'fleet' });
  while ((await view.describeStack(stackId)).status !== 'DELETE_COMPLETE') {
    await new Promise(resolve => setImmediate(resolve));
  }
  expect(await ids()).toEqual([]);
});

describe('what AWS may answer beside that', () => {
  const answering = (answer: object) =>
    cloudFormationView({ send: async () => answer } as unknown as CloudFormationClient);

  test('no stack is an error', async () => {
    await expect(answering({}).describeStack(stackId)).rejects.toThrow('CloudFormation described no stack');
    await expect(answering({ Stacks: [{}] }).describeStack(stackId)).rejects.toThrow('described no stack');
  });

  test('resources that are gone or were left are not those that a stack has', async () => {
    const StackResourceSummaries = ['CREATE_COMPLETE', 'DELETE_FAILED', 'DELETE_COMPLETE', 'DELETE_SKIPPED'].map(
      ResourceStatus => ({ LogicalResourceId: ResourceStatus, ResourceStatus }),
    );
    const listed = await all(answering({ StackResourceSummaries }).resources(stackId));
    expect(listed.map(({ logicalId }) => logicalId)).toEqual(['CREATE_COMPLETE', 'DELETE_FAILED']);
  });
});
