import { Harness, custom, parameter, stackOf } from './harness';

const body = (template: object) => JSON.stringify(template);

const changeSet = (template: object, more: object = {}) => ({
  StackName: 'Test',
  ChangeSetName: 'changes',
  TemplateBody: body(template),
  ...more,
});

describe('change sets', () => {
  test('create a stack that waits for review, and then for its execution', async () => {
    const harness = new Harness();
    await harness.operate('CreateChangeSet', changeSet(stackOf({ A: custom() }), { ChangeSetType: 'CREATE' }));
    expect(harness.cloudFormation.describe('Test')?.status).toBe('REVIEW_IN_PROGRESS');
    expect(await harness.operate('DescribeChangeSet', { StackName: 'Test', ChangeSetName: 'changes' })).toMatchObject({
      Status: 'CREATE_COMPLETE',
      ExecutionStatus: 'AVAILABLE',
      Changes: [{ ResourceChange: { Action: 'Add', LogicalResourceId: 'A', ResourceType: 'Custom::Thing' } }],
    });
    await harness.operate('ExecuteChangeSet', { StackName: 'Test', ChangeSetName: 'changes' });
    expect(await harness.settled('Test')).toBe('CREATE_COMPLETE');
    expect((await harness.operate('ListChangeSets', { StackName: 'Test' })).Summaries).toEqual([]);
  });

  test('tell what is added, changed, replaced and removed, with the values before and after', async () => {
    const harness = new Harness();
    await harness.deploy(
      stackOf({ Same: custom(), Gone: custom(), Changed: parameter('/c', 'old'), Replaced: parameter('/r') }),
    );
    const after = stackOf({
      Same: custom(),
      Changed: parameter('/c', 'new'),
      Replaced: parameter('/r2', 'v', { UpdateReplacePolicy: 'Retain' }),
      Follows: custom({ Name: { Ref: 'Replaced' } }),
    });
    const { Id } = await harness.operate('CreateChangeSet', changeSet(after));
    const { Changes } = await harness.operate('DescribeChangeSet', {
      ChangeSetName: Id,
      IncludePropertyValues: 'true',
    });
    expect(Changes.map(({ ResourceChange }: { ResourceChange: object }) => ResourceChange)).toMatchObject([
      {
        Action: 'Modify',
        LogicalResourceId: 'Changed',
        Replacement: 'False',
        Details: [{ Target: { Name: 'Value', BeforeValue: 'old', AfterValue: 'new', RequiresRecreation: 'Never' } }],
      },
      { LogicalResourceId: 'Replaced', Replacement: 'True', PolicyAction: 'ReplaceAndRetain' },
      { Action: 'Add', LogicalResourceId: 'Follows', AfterContext: expect.stringContaining('KNOWN_AFTER_APPLY') },
      { Action: 'Remove', LogicalResourceId: 'Gone', PolicyAction: 'Delete' },
    ]);
    expect(harness.requests).toEqual(['Create Same', 'Create Gone']);
  });

  test('tell of what only the deployment will know', async () => {
    const harness = new Harness(() => ({ PhysicalResourceId: 'a', Data: { Arn: 'x' } }));
    const template = (size: number) =>
      stackOf({ A: custom({ Size: size }), B: parameter('/b', { 'Fn::GetAtt': ['A', 'Arn'] }) });
    await harness.deploy(template(1));
    const { Id } = await harness.operate('CreateChangeSet', changeSet(template(2)));
    const { Changes } = await harness.operate('DescribeChangeSet', {
      ChangeSetName: Id,
      IncludePropertyValues: 'true',
    });
    expect(Changes[1].ResourceChange).toMatchObject({
      LogicalResourceId: 'B',
      Details: [{ Target: { BeforeValue: 'x', AfterValue: '{{changeSet:KNOWN_AFTER_APPLY}}' } }],
    });
  });

  test('tell of a part of what only the deployment will know', async () => {
    const harness = new Harness(() => ({ PhysicalResourceId: 'a', Data: { Arn: 'x/y' } }));
    const name = { 'Fn::Select': [1, { 'Fn::Split': ['/', { 'Fn::GetAtt': ['A', 'Arn'] }] }] };
    const template = stackOf({ A: custom({ Size: 1 }), B: parameter('/b', name) });
    const { Id } = await harness.operate('CreateChangeSet', { ...changeSet(template), ChangeSetType: 'CREATE' });
    const { Changes } = await harness.operate('DescribeChangeSet', {
      ChangeSetName: Id,
      IncludePropertyValues: 'true',
    });
    expect(Changes[1].ResourceChange.AfterContext).toContain('KNOWN_AFTER_APPLY');
  });

  test('without changes fail and say so', async () => {
    const harness = new Harness();
    const template = stackOf({ A: custom() });
    await harness.deploy(template);
    await harness.operate('CreateChangeSet', changeSet(template));
    const described = await harness.operate('DescribeChangeSet', { StackName: 'Test', ChangeSetName: 'changes' });
    expect(described).toMatchObject({ Status: 'FAILED', ExecutionStatus: 'UNAVAILABLE' });
    expect(described.StatusReason).toMatch(/^The submitted information didn't contain changes\./);
    await expect(
      harness.operate('ExecuteChangeSet', { StackName: 'Test', ChangeSetName: 'changes' }),
    ).rejects.toMatchObject({ code: 'InvalidChangeSetStatus' });
  });

  test('of changed outputs or tags alone have changes', async () => {
    const harness = new Harness();
    const template = stackOf({ A: custom() });
    await harness.deploy(template);
    await harness.operate('CreateChangeSet', changeSet(template, { Tags: [{ Key: 'stage', Value: 'prod' }] }));
    const described = await harness.operate('DescribeChangeSet', { StackName: 'Test', ChangeSetName: 'changes' });
    expect(described.Status).toBe('CREATE_COMPLETE');
  });

  test('are told apart by their stacks', async () => {
    const harness = new Harness();
    for (const StackName of ['Test', 'Other']) {
      await harness.operate(
        'CreateChangeSet',
        changeSet(stackOf({ A: custom() }), { StackName, ChangeSetType: 'CREATE' }),
      );
    }
    const named = { StackName: 'Other', ChangeSetName: 'changes' };
    await harness.operate('DeleteChangeSet', named);
    await harness.operate('DeleteChangeSet', named);
    await expect(harness.operate('DescribeChangeSet', named)).rejects.toMatchObject({
      code: 'ChangeSetNotFound',
      status: 404,
    });
    expect(await harness.operate('DescribeChangeSet', { ...named, StackName: 'Test' })).toBeTruthy();
  });

  test('need a stack to update, and none to create', async () => {
    const harness = new Harness();
    const create = changeSet(stackOf({ A: custom() }), { ChangeSetType: 'CREATE' });
    await expect(harness.operate('CreateChangeSet', changeSet(stackOf({ A: custom() })))).rejects.toThrow(
      'does not exist',
    );
    await harness.deploy(stackOf({ A: custom() }));
    await expect(harness.operate('CreateChangeSet', create)).rejects.toThrow('already exists');
  });
});

describe('direct deployments', () => {
  test('create and update', async () => {
    const harness = new Harness();
    const { StackId } = await harness.operate('CreateStack', {
      StackName: 'Test',
      TemplateBody: body(stackOf({ A: custom() })),
      EnableTerminationProtection: 'true',
    });
    expect(await harness.settled(StackId)).toBe('CREATE_COMPLETE');
    await harness.operate('UpdateStack', {
      StackName: 'Test',
      TemplateBody: body(stackOf({ A: custom({ Size: 2 }) })),
    });
    expect(await harness.settled(StackId)).toBe('UPDATE_COMPLETE');
    const { Stacks } = await harness.operate('DescribeStacks', { StackName: 'Test' });
    expect(Stacks).toMatchObject([{ StackId, EnableTerminationProtection: true }]);
  });

  test('keep template and parameters that are not given again', async () => {
    const harness = new Harness();
    const template = stackOf(
      { A: custom({ Size: { Ref: 'Size' } }) },
      { Parameters: { Size: { Type: 'String' }, Name: { Type: 'String' } } },
    );
    const parameters = (Size: string) => [
      { ParameterKey: 'Size', ParameterValue: Size },
      { ParameterKey: 'Name', UsePreviousValue: 'true' },
    ];
    await harness.deploy(template, { parameters: { Size: '1', Name: 'n' } });
    await harness.operate('UpdateStack', {
      StackName: 'Test',
      UsePreviousTemplate: 'true',
      Parameters: parameters('2'),
    });
    expect(await harness.settled('Test')).toBe('UPDATE_COMPLETE');
    expect(harness.events[1].ResourceProperties.Size).toBe('2');
  });

  test('are refused where there is nothing to do, the stack is there, or it is busy', async () => {
    const harness = new Harness();
    const template = body(stackOf({ A: custom() }));
    await harness.deploy(stackOf({ A: custom() }));
    const same = { StackName: 'Test', TemplateBody: template };
    await expect(harness.operate('UpdateStack', same)).rejects.toThrow('No updates are to be performed.');
    await expect(harness.operate('CreateStack', same)).rejects.toMatchObject({ code: 'AlreadyExistsException' });
    harness.handler = () => undefined;
    const changed = { StackName: 'Test', TemplateBody: body(stackOf({ A: custom({ Size: 1 }) })) };
    await harness.operate('UpdateStack', changed);
    await expect(harness.operate('UpdateStack', changed)).rejects.toThrow(
      'is in UPDATE_IN_PROGRESS state and can not be updated',
    );
    await expect(harness.operate('DeleteStack', { StackName: 'Test' })).rejects.toThrow(
      'cannot be deleted while in status',
    );
  });

  test('of IAM resources need the capability', async () => {
    const role = { Type: 'AWS::IAM::Role', Properties: { RoleName: 'r', AssumeRolePolicyDocument: {} } };
    const input = { StackName: 'Test', TemplateBody: body(stackOf({ Role: role })), Capabilities: ['CAPABILITY_IAM'] };
    await expect(new Harness().operate('CreateStack', input)).rejects.toMatchObject({
      code: 'InsufficientCapabilitiesException',
      message: 'Requires capabilities : [CAPABILITY_NAMED_IAM]',
    });
  });

  test.each(['CreateStack', 'UpdateStack', 'CreateChangeSet', 'GetTemplateSummary', 'ValidateTemplate'])(
    'a template of more than 51,200 bytes is refused in the request of %s',
    async operation => {
      const harness = new Harness();
      await harness.deploy(stackOf({ A: custom() }));
      const template = (bytes: number) => body(stackOf({ A: custom({ Size: 2 }) })).padEnd(bytes, ' ');
      const input = { StackName: operation === 'CreateStack' ? 'New' : 'Test', ChangeSetName: 'changes' };
      await expect(harness.operate(operation, { ...input, TemplateBody: template(51_201) })).rejects.toMatchObject({
        code: 'ValidationError',
        message: expect.stringContaining('Member must have length less than or equal to 51200'),
      });
      await harness.operate(operation, { ...input, TemplateBody: template(51_200) });
    },
  );

  test('with OnFailure=DELETE leave no stack behind', async () => {
    const harness = new Harness();
    const { StackId } = await harness.operate('CreateStack', {
      StackName: 'Test',
      TemplateBody: body(stackOf({ A: parameter('no!') })),
      OnFailure: 'DELETE',
    });
    expect(await harness.settled(StackId)).toBe('DELETE_COMPLETE');
  });
});

describe('descriptions', () => {
  test('a stack that is not there is an error, in the words of each operation', async () => {
    const harness = new Harness();
    const missing = (operation: string) => expect(harness.operate(operation, { StackName: 'No' })).rejects;
    await missing('DescribeStacks').toMatchObject({
      code: 'ValidationError',
      message: 'Stack with id No does not exist',
    });
    await missing('DescribeStackEvents').toMatchObject({ message: 'Stack [No] does not exist' });
    await missing('GetTemplate').toMatchObject({ code: 'ValidationError' });
    await expect(harness.operate('DeleteStack', { StackName: 'No' })).resolves.toBeUndefined();
  });

  test('events come newest first, in pages that new events do not shift', async () => {
    const harness = new Harness();
    const resources = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`R${i}`, custom()]));
    await harness.deploy(stackOf(resources));
    const first = await harness.operate('DescribeStackEvents', { StackName: 'Test' });
    await harness.deploy(stackOf({ ...resources, R0: custom({ Size: 1 }) }));
    const second = await harness.operate('DescribeStackEvents', { StackName: 'Test', NextToken: first.NextToken });
    const all = [...first.StackEvents, ...second.StackEvents];
    expect(all).toHaveLength(60 * 3 + 2);
    expect(all[0].ResourceStatus).toBe('CREATE_COMPLETE');
    const times = all.map(({ Timestamp }) => Timestamp.getTime());
    expect(times).toEqual([...times].sort((a, b) => b - a));
    expect(second.NextToken).toBeUndefined();
  });

  test('a rollback has an operation id of its own', async () => {
    const harness = new Harness();
    await harness.deploy(stackOf({ A: custom(), Bad: parameter('no!', 'v', { DependsOn: 'A' }) }));
    const { StackEvents } = await harness.operate('DescribeStackEvents', { StackName: 'Test' });
    const idOf = (status: string) =>
      StackEvents.find((e: { ResourceStatus: string }) => e.ResourceStatus === status).OperationId;
    expect(idOf('CREATE_FAILED')).toBe(idOf('CREATE_IN_PROGRESS'));
    expect(idOf('ROLLBACK_COMPLETE')).not.toBe(idOf('CREATE_FAILED'));
  });

  test('resources that are gone are still told of', async () => {
    const harness = new Harness();
    await harness.deploy(stackOf({ A: custom(), Bad: parameter('no!', 'v', { DependsOn: 'A' }) }));
    const { StackResources } = await harness.operate('DescribeStackResources', {
      StackName: 'Test',
      LogicalResourceId: 'A',
    });
    expect(StackResources).toMatchObject([{ PhysicalResourceId: 'thing', ResourceStatus: 'DELETE_COMPLETE' }]);
    expect((await harness.operate('ListStackResources', { StackName: 'Test' })).StackResourceSummaries).toEqual([]);
  });

  test('GetTemplate gives what was deployed, to the letter', async () => {
    const harness = new Harness();
    const TemplateBody = `${body(stackOf({ A: custom() }))}\n`;
    await harness.operate('CreateStack', { StackName: 'Test', TemplateBody });
    expect((await harness.operate('GetTemplate', { StackName: 'Test' })).TemplateBody).toBe(TemplateBody);
  });

  test('GetTemplateSummary and ValidateTemplate tell what a template needs', async () => {
    const template = stackOf({ A: custom() }, { Parameters: { Size: { Type: 'Number', Default: 1 } } });
    const expected = {
      Parameters: [{ ParameterKey: 'Size', ParameterType: 'Number' }],
      ResourceTypes: ['Custom::Thing'],
    };
    for (const operation of ['GetTemplateSummary', 'ValidateTemplate']) {
      expect(await new Harness().operate(operation, { TemplateBody: body(template) })).toMatchObject(expected);
    }
  });

  test('failed events can be asked for alone', async () => {
    const harness = new Harness();
    await harness.deploy(stackOf({ A: parameter('no!') }));
    const { OperationEvents } = await harness.operate('DescribeEvents', {
      StackName: 'Test',
      Filters: { FailedEvents: 'true' },
    });
    expect(OperationEvents).toMatchObject([{ LogicalResourceId: 'A', ResourceStatus: 'CREATE_FAILED' }]);
  });

  test('exports and imports are listed', async () => {
    const harness = new Harness();
    const { stackId } = await harness.deploy(
      stackOf({ A: custom() }, { Outputs: { Out: { Value: 'x', Export: { Name: 'shared' } } } }),
    );
    expect((await harness.operate('ListExports', {})).Exports).toEqual([
      { ExportingStackId: stackId, Name: 'shared', Value: 'x' },
    ]);
    await expect(harness.operate('ListImports', { ExportName: 'shared' })).rejects.toThrow('not imported by any stack');
    const template = stackOf({ I: custom({ Value: { 'Fn::ImportValue': 'shared' } }) });
    await harness.cloudFormation.deploy({ stackName: 'Other', template });
    expect((await harness.operate('ListImports', { ExportName: 'shared' })).Imports).toEqual(['Other']);
  });
});
