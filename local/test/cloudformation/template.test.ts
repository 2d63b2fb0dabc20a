import { type TemplateScope, resolve } from '../../src/services/cloudformation/intrinsics';
import { parseTemplate } from '../../src/services/cloudformation/template';
import { Harness, custom, parameter, stackOf } from './harness';

const scope: TemplateScope = {
  template: parseTemplate(
    JSON.stringify({
      Resources: { A: { Type: 'Custom::A' } },
      Mappings: { Regions: { 'us-east-1': { Name: 'east' } } },
      Conditions: {
        Yes: { 'Fn::Equals': ['1', 1] },
        No: { 'Fn::Not': [{ Condition: 'Yes' }] },
        Both: { 'Fn::And': [{ Condition: 'Yes' }, { Condition: 'No' }] },
        Either: { 'Fn::Or': [{ Condition: 'Yes' }, { Condition: 'No' }] },
      },
    }),
  ),
  parameters: { Stage: 'prod', Zones: ['a', 'b'] },
  pseudoParameters: { 'AWS::Region': 'us-east-1' },
  ref: logicalId => `ref-${logicalId}`,
  getAtt: (logicalId, attribute) => `${logicalId}.${attribute}`,
  importValue: name => `imported-${name}`,
  stackOutput: ({ stackName, outputName, region }) => [stackName, outputName, region].join(' '),
};

describe('intrinsic functions', () => {
  test.each<[object | string, unknown]>([
    [{ Ref: 'Stage' }, 'prod'],
    [{ Ref: 'A' }, 'ref-A'],
    [{ Ref: 'AWS::Region' }, 'us-east-1'],
    [{ 'Fn::GetAtt': ['A', 'Arn'] }, 'A.Arn'],
    [{ 'Fn::GetAtt': 'A.Outputs.Name' }, 'A.Outputs.Name'],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'Stage' }]] }, 'a-prod'],
    [{ 'Fn::Join': ['-', { Ref: 'Zones' }] }, 'a-b'],
    [{ 'Fn::Select': ['1', { Ref: 'Zones' }] }, 'b'],
    [{ 'Fn::Split': [',', 'a,b'] }, ['a', 'b']],
    [{ 'Fn::Sub': '${Stage} ${A} ${A.Arn} ${AWS::Region} ${!Literal}' }, 'prod ref-A A.Arn us-east-1 ${Literal}'],
    [{ 'Fn::Sub': ['${X}/${Stage}', { X: { Ref: 'A' } }] }, 'ref-A/prod'],
    [
      { 'Fn::GetStackOutput': { StackName: { Ref: 'Stage' }, OutputName: 'Id', Region: { Ref: 'AWS::Region' } } },
      'prod Id us-east-1',
    ],
    [{ 'Fn::If': ['Yes', 'then', 'else'] }, 'then'],
    [{ 'Fn::If': ['Both', 'then', 'else'] }, 'else'],
    [{ 'Fn::If': ['Either', 'then', 'else'] }, 'then'],
    [{ 'Fn::FindInMap': ['Regions', { Ref: 'AWS::Region' }, 'Name'] }, 'east'],
    [{ 'Fn::FindInMap': ['Regions', 'mars', 'Name', { DefaultValue: 'none' }] }, 'none'],
    [{ 'Fn::ImportValue': { 'Fn::Sub': '${Stage}-x' } }, 'imported-prod-x'],
    [{ 'Fn::GetAZs': '' }, ['us-east-1a', 'us-east-1b', 'us-east-1c']],
    [{ 'Fn::Base64': 'hi' }, 'aGk='],
    [
      { Kept: 1, Dropped: { Ref: 'AWS::NoValue' }, List: [1, { 'Fn::If': ['No', 2, { Ref: 'AWS::NoValue' }] }] },
      { Kept: 1, List: [1] },
    ],
    [{ Condition: { StringEquals: { a: 'b' } } }, { Condition: { StringEquals: { a: 'b' } } }],
  ])('%j is %j', (value, expected) => {
    expect(resolve(value, scope)).toEqual(expected);
  });

  test.each<[object, string]>([
    [{ 'Fn::Cidr': ['10.0.0.0/16', 1, 8] }, 'Fn::Cidr is not supported by the local CloudFormation'],
    [{ 'Fn::Transform': { Name: 'X' } }, 'Fn::Transform is not supported'],
    [{ 'Fn::Select': [2, ['a']] }, 'nonexistent value at index 2'],
    [{ 'Fn::FindInMap': ['Regions', 'mars', 'Name'] }, 'Unable to get mapping for Regions::mars::Name'],
    [{ Ref: 'AWS::Moon' }, 'Unrecognized pseudo parameter AWS::Moon'],
    [{ 'Fn::GetStackOutput': { StackName: 'Other' } }, 'requires StackName and OutputName'],
  ])('%j is refused', (value, message) => {
    expect(() => resolve(value, scope)).toThrow(message);
  });
});

describe('a template', () => {
  test('may be YAML, with short forms and dates as text', () => {
    const template = parseTemplate(`
Resources:
  A:
    Type: Custom::A
    Properties:
      Version: 2012-10-17
      Name: !Sub "\${AWS::Region}-x"
      List: !Join [",", [!Ref B, !GetAtt B.Arn]]
`);
    expect(template.Resources.A.Properties).toEqual({
      Version: '2012-10-17',
      Name: { 'Fn::Sub': '${AWS::Region}-x' },
      List: { 'Fn::Join': [',', [{ Ref: 'B' }, { 'Fn::GetAtt': 'B.Arn' }]] },
    });
  });

  test.each<[string, object, string | RegExp]>([
    ['no resources', { Resources: {} }, 'At least one Resources member must be defined'],
    ['an unknown section', { Resources: { A: custom() }, Extra: 1 }, '[Extra]'],
    ['a macro', { Resources: { A: custom() }, Transform: 'AWS::Serverless' }, /Transform .* is not supported/],
    [
      'a reference to nothing',
      stackOf({ A: custom({ X: { Ref: 'Missing' } }) }),
      'Unresolved resource dependencies [Missing]',
    ],
    ['a DependsOn of nothing', stackOf({ A: custom({}, { DependsOn: 'Missing' }) }), '[Missing]'],
    [
      'a circle',
      stackOf({ A: custom({ X: { Ref: 'B' } }), B: custom({}, { DependsOn: 'A' }) }),
      'Circular dependency between resources: [A, B]',
    ],
    ['an unknown type', stackOf({ A: { Type: 'AWS::Moon::Base' } }), /\[AWS::Moon::Base\].*knows.*AWS::IAM::Role/],
    [
      'a parameter without a value',
      stackOf({ A: custom() }, { Parameters: { P: { Type: 'String' } } }),
      '[P] must have values',
    ],
  ])('with %s is refused before anything is done', async (_what, template, message) => {
    const harness = new Harness();
    await expect(harness.deploy(template)).rejects.toThrow(message);
    expect(harness.cloudFormation.describe('Test')).toBeUndefined();
  });

  test('has a million bytes at most', async () => {
    const template = (length: number) => {
      const text = JSON.stringify(stackOf({ A: custom() }, { Description: '' }));
      return text.replace('""', JSON.stringify('x'.repeat(length - text.length)));
    };
    await expect(new Harness().deploy(template(1_000_001) as never)).rejects.toThrow(
      'Template may not exceed 1000000 bytes in size.',
    );
    expect((await new Harness().deploy(template(1_000_000) as never)).status).toBe('CREATE_COMPLETE');
  });

  test('has only the resources and outputs whose conditions hold', async () => {
    const harness = new Harness();
    const template = (isOn: string) =>
      stackOf(
        { A: custom({}, { Condition: 'On' }), B: custom() },
        {
          Conditions: { On: { 'Fn::Equals': [isOn, 'yes'] } },
          Outputs: { A: { Condition: 'On', Value: { 'Fn::If': ['On', { Ref: 'A' }, ''] } } },
        },
      );
    expect((await harness.deploy(template('yes'))).outputs).toEqual({ A: 'thing' });
    expect((await harness.deploy(template('no'))).outputs).toEqual({});
    expect(harness.requests).toEqual(['Create A', 'Create B', 'Delete A thing']);
  });
});

describe('parameters', () => {
  const template = (definition: object) =>
    stackOf({ A: custom({ Value: { Ref: 'P' } }) }, { Parameters: { P: definition } });

  test.each<[string, object, Record<string, string>, unknown]>([
    ['by default', { Type: 'String', Default: 'd' }, {}, 'd'],
    ['as given', { Type: 'Number', Default: 1 }, { P: '2' }, '2'],
    ['as a list', { Type: 'CommaDelimitedList' }, { P: 'a, b' }, ['a', 'b']],
    ['from the parameter store', { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/name' }, {}, 'stored'],
  ])('have values %s', async (_what, definition, parameters, expected) => {
    const harness = new Harness();
    harness.parameters.set('/name', 'stored');
    await harness.deploy(template(definition), { parameters });
    expect(harness.events[0].ResourceProperties.Value).toEqual(expected);
  });

  test.each<[object, string, string]>([
    [{ Type: 'String', AllowedValues: ['a', 'b'] }, 'c', 'AllowedValues'],
    [{ Type: 'String', AllowedPattern: '[a-z]+' }, 'A1', 'must match pattern [a-z]+'],
    [{ Type: 'String', MinLength: 3 }, 'ab', 'at least 3'],
    [{ Type: 'String', MaxLength: 3 }, 'abcd', 'at most 3'],
    [{ Type: 'Number' }, 'x', 'must be a number'],
  ])('%j refuses %s', async (definition, value, message) => {
    const deployed = new Harness().deploy(template(definition), { parameters: { P: value } });
    await expect(deployed).rejects.toThrow(message);
  });

  test('with NoEcho are masked in events', async () => {
    const harness = new Harness();
    const outcome = await harness.deploy(template({ Type: 'String', NoEcho: true }), { parameters: { P: 'hidden' } });
    expect(harness.events[0].ResourceProperties.Value).toBe('hidden');
    expect(JSON.stringify(outcome.events)).not.toContain('hidden');
  });
});

describe('exports', () => {
  const exporting = (value: unknown, resources: object = { A: parameter('a') }) =>
    stackOf(resources, { Outputs: { Out: { Value: value, Export: { Name: 'shared' } } } });
  const importing = stackOf({ I: custom({ Value: { 'Fn::ImportValue': 'shared' } }) });

  test('are there for other stacks, which hold them in place', async () => {
    const harness = new Harness();
    await harness.deploy(exporting('one'));
    await harness.cloudFormation.deploy({ stackName: 'Other', template: importing });
    expect(harness.events[0].ResourceProperties.Value).toBe('one');

    const changed = await harness.deploy(exporting('two', { A: parameter('a', 'w') }));
    expect(changed.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    const removed = await harness.cloudFormation.destroy('Test');
    expect(removed.status).toBe('DELETE_FAILED');
    expect(removed.reason).toContain('in use by Other');

    await harness.cloudFormation.destroy('Other');
    expect((await harness.cloudFormation.destroy('Test')).status).toBe('DELETE_COMPLETE');
  });

  test('have a name that no other stack has', async () => {
    const harness = new Harness();
    await harness.deploy(exporting('one'));
    const other = await harness.cloudFormation.deploy({
      stackName: 'Other',
      template: exporting('x', { A: parameter('b') }),
    });
    expect(other.status).toBe('ROLLBACK_COMPLETE');
    expect(JSON.stringify(other.events)).toContain('already exported by stack Test');
  });
});

describe('an output of another stack', () => {
  const reading = (more: object = {}) =>
    stackOf({ I: custom({ Value: { 'Fn::GetStackOutput': { StackName: 'Test', OutputName: 'Out', ...more } } }) });
  const writing = (value: string) => stackOf({ A: parameter('a', value) }, { Outputs: { Out: { Value: value } } });
  const read = (harness: Harness, more?: object) =>
    harness.cloudFormation.deploy({ stackName: 'Other', template: reading(more) });

  test('is read when a stack is deployed, and held by nobody', async () => {
    const harness = new Harness();
    await harness.deploy(writing('one'));
    await read(harness, { Region: 'us-east-1' });
    expect(harness.events[0].ResourceProperties.Value).toBe('one');
    await harness.deploy(writing('two'));
    expect(harness.events).toHaveLength(1);
    await read(harness, { Region: 'us-east-1' });
    expect(harness.events[1]).toMatchObject({ RequestType: 'Update', ResourceProperties: { Value: 'two' } });
    expect((await harness.cloudFormation.destroy('Test')).status).toBe('DELETE_COMPLETE');
  });

  test.each([
    ['the stack is missing', {}, 'Stack with id Test does not exist'],
    ['the output is missing', { OutputName: 'No' }, 'Output No does not exist in stack Test'],
    ['it is in another region', { Region: 'eu-west-1' }, 'only has the region us-east-1'],
  ])('fails what needs it where %s', async (_what, more, message) => {
    const harness = new Harness();
    if ('OutputName' in more || 'Region' in more) await harness.deploy(writing('one'));
    const { failures, status } = await read(harness, more);
    expect(status).toBe('ROLLBACK_COMPLETE');
    expect(failures).toEqual([expect.stringContaining(message)]);
  });
});

test('dynamic references are read while deploying', async () => {
  const harness = new Harness();
  harness.parameters.set('/name', 'stored');
  await harness.deploy(stackOf({ A: custom({ Value: 'x-{{resolve:ssm:/name:1}}' }) }));
  expect(harness.events[0].ResourceProperties.Value).toBe('x-stored');
});
