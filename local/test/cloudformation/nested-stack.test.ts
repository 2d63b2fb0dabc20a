import { Harness, custom, parameter, stackOf } from './harness';

/** A stack in the stack: its template is an object of the test's S3. */
const nested = (key: string, more: object = {}): object => ({
  Type: 'AWS::CloudFormation::Stack',
  Properties: { TemplateURL: `https://s3.us-east-1.amazonaws.com/templates/${key}`, ...more },
});

const root = (key: string, more: object = {}): object =>
  stackOf(
    { Child: nested(key, { Parameters: { Size: 1 } }), ...more },
    { Outputs: { Out: { Value: { 'Fn::GetAtt': ['Child', 'Outputs.Id'] } } } },
  );

const child = (size: number, more: object = {}): object =>
  stackOf(
    { A: custom({ Size: size, Given: { Ref: 'Size' } }), ...more },
    {
      Parameters: { Size: { Type: 'String' } },
      Outputs: { Id: { Value: { Ref: 'A' } }, Size: { Value: String(size) } },
    },
  );

const childOf = (harness: Harness) => {
  const id = harness.cloudFormation.describe('Test')?.resources.get('Child')?.physicalId;
  return harness.cloudFormation.describe(id ?? '')!;
};

const statusesOf = (harness: Harness) =>
  childOf(harness)
    .events.filter(({ type }) => type === 'AWS::CloudFormation::Stack')
    .map(({ status }) => status);

function harnessWith(templates: Record<string, object>): Harness {
  const harness = new Harness();
  for (const [key, template] of Object.entries(templates)) harness.objects.set(key, JSON.stringify(template));
  return harness;
}

test('a nested stack gets parameters, gives outputs and knows its parent and root', async () => {
  const harness = harnessWith({ one: child(1) });
  const outcome = await harness.deploy(root('one'));
  expect(outcome.outputs).toEqual({ Out: 'thing' });
  expect(harness.events[0].ResourceProperties.Given).toBe('1');
  const { Stacks } = await harness.operate('DescribeStacks', { StackName: childOf(harness).id });
  expect(Stacks[0]).toMatchObject({
    ParentId: outcome.stackId,
    RootId: outcome.stackId,
    StackStatus: 'CREATE_COMPLETE',
  });
});

test('what fails inside fails the root, whose rollback deletes the nested stack', async () => {
  const harness = harnessWith({ one: child(1, { Bad: parameter('no!', 'v', { DependsOn: 'A' }) }) });
  const outcome = await harness.deploy(root('one'));
  expect(outcome.status).toBe('ROLLBACK_COMPLETE');
  expect(outcome.failures[0]).toMatch(/Embedded stack arn:.* was not successfully created: .*\[Bad\]/);
  expect(harness.requests).toEqual(['Create A', 'Delete A thing']);
});

test('a nested stack cleans up when the root does', async () => {
  const harness = harnessWith({ one: child(1, { Old: custom() }), two: child(2) });
  await harness.deploy(root('one'));
  harness.events.length = 0;
  const outcome = await harness.deploy(root('two', { After: custom({}, { DependsOn: 'Child' }) }));
  expect(outcome.status).toBe('UPDATE_COMPLETE');
  expect(harness.requests).toEqual(['Update A thing', 'Create After', 'Delete Old thing']);
  expect(statusesOf(harness).slice(-3)).toEqual([
    'UPDATE_IN_PROGRESS',
    'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
    'UPDATE_COMPLETE',
  ]);
});

test('a nested stack that was updated goes back when the root does', async () => {
  const harness = harnessWith({ one: child(1), two: child(2) });
  await harness.deploy(root('one'));
  harness.events.length = 0;
  const outcome = await harness.deploy(root('two', { Bad: parameter('no!', 'v', { DependsOn: 'Child' }) }));
  expect(outcome.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(harness.events.map(({ ResourceProperties }) => ResourceProperties.Size)).toEqual(['2', '1']);
  expect(childOf(harness).status).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(childOf(harness).outputs).toContainEqual(expect.objectContaining({ key: 'Size', value: '1' }));
});

test('a nested stack that waits complete for its root cleans up with it, or goes back', async () => {
  const harness = harnessWith({ one: child(1, { Old: custom() }), two: child(2), three: child(3) });
  harness.cloudFormation.nestedStacksWaitComplete = true;
  await harness.deploy(root('one'));
  await harness.deploy(root('two', { After: custom({}, { DependsOn: 'Child' }) }));
  expect(harness.requests.at(-1)).toBe('Delete Old thing');
  const waited = ['UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_COMPLETE'];
  expect(statusesOf(harness).slice(2)).toEqual([...waited, ...waited.slice(1)]);
  await harness.deploy(root('three', { Bad: parameter('no!', 'v', { DependsOn: 'Child' }) }));
  expect(statusesOf(harness).slice(-4)).toEqual([
    'UPDATE_COMPLETE',
    'UPDATE_ROLLBACK_IN_PROGRESS',
    'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
    'UPDATE_ROLLBACK_COMPLETE',
  ]);
});

test('what fails inside an update takes root and nested stack back', async () => {
  const harness = harnessWith({ one: child(1), two: child(2, { Bad: parameter('no!', 'v', { DependsOn: 'A' }) }) });
  await harness.deploy(root('one'));
  const outcome = await harness.deploy(root('two'));
  expect(outcome.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(harness.events.map(({ ResourceProperties }) => ResourceProperties.Size)).toEqual(['1', '2', '1']);
  expect(statusesOf(harness).slice(-4)).toEqual([
    'UPDATE_FAILED',
    'UPDATE_ROLLBACK_IN_PROGRESS',
    'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
    'UPDATE_ROLLBACK_COMPLETE',
  ]);
});

test('deleting the root deletes the nested stack', async () => {
  const harness = harnessWith({ one: child(1) });
  await harness.deploy(root('one'));
  const { id } = childOf(harness);
  await harness.cloudFormation.destroy('Test');
  expect(harness.cloudFormation.describe(id)?.status).toBe('DELETE_COMPLETE');
  expect(harness.requests).toEqual(['Create A', 'Delete A thing']);
});
