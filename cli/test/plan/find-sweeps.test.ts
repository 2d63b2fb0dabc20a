import { Unknown } from '../../src/assembly/intrinsics';
import { type TemplateResource } from '../../src/assembly/template';
import { payloadIn, sweepsIn } from '../../src/plan/find-sweeps';

const TYPE = 'Custom::IoTPackageVersionRetention';
const config = { name: 'Fleet/Keep', type: TYPE, rules: {}, requestsPerSecond: 8 };

const definition = (Payload: object) => JSON.stringify({ States: { Begin: { Parameters: { Payload } } } });

const machine = (DefinitionString: unknown, path?: string): TemplateResource => ({
  Type: 'AWS::StepFunctions::StateMachine',
  Properties: { DefinitionString },
  ...(path !== undefined && { Metadata: { 'aws:cdk:path': path } }),
});

const AT = { 'Fn::GetAtt': ['Machine', 'Arn'] };

const rule = (properties: Record<string, unknown>): TemplateResource => ({
  Type: 'AWS::Events::Rule',
  Properties: { Targets: [{ Arn: AT }], ...properties },
});

const triggersOf = (...resources: readonly TemplateResource[]) => {
  const Resources = Object.fromEntries(resources.map((resource, index) => [`R${index}`, resource]));
  const template = { Resources: { ...Resources, Machine: machine(definition({ config })) } };
  return sweepsIn(template, value => value)[0].triggers;
};

test('a sweep is a state machine that holds its rules', () => {
  const Resources = {
    Machine: machine(definition({ config }), 'Fleet/Keep/StateMachine/Resource'),
    Unnamed: machine(definition({ config })),
    Other: machine(definition({ config: { ...config, type: 'theirs' } })),
    Inner: machine(definition({ config: { ...config, type: `Their${TYPE}` } })),
    Broken: machine('{'),
    Empty: { Type: 'AWS::StepFunctions::StateMachine' },
    Bucket: { ...machine(definition({ config })), Type: 'AWS::S3::Bucket' },
  };
  const found = { name: 'Fleet/Keep', type: TYPE, config, triggers: [] };
  expect(sweepsIn({ Resources }, value => value)).toEqual([
    { logicalId: 'Machine', path: 'Fleet/Keep', ...found },
    { logicalId: 'Unnamed', ...found },
  ]);
  expect(sweepsIn({}, value => value)).toEqual([]);
});

test.each(['{}', '{"States":{}}', definition({}), JSON.stringify({ States: { Begin: {} } }), 'null'])(
  'a definition without rules is none of a sweep: %s',
  text => {
    expect(payloadIn(text)).toBeUndefined();
  },
);

test('a definition that is joined is read with what is known of it', () => {
  const parts = definition({ config: { ...config, name: 'X' } }).split('X');
  const joined = (value: unknown) => machine({ 'Fn::Join': ['X', [parts[0], value, parts[1]]] });
  const known = sweepsIn({ Resources: { Machine: joined({ Ref: 'Name' }) } }, value =>
    typeof value === 'object' ? 'known' : value,
  );
  expect(known).toMatchObject([{ name: 'XknownX', config: { name: 'XknownX' } }]);
});

test('a sweep of which a part is not known says why', () => {
  const parts = definition({ config: { ...config, stack: 'X', name: 'Y' } }).split(/[XY]/);
  const DefinitionString = { 'Fn::Join': ['', [parts[0], { Ref: 'A' }, parts[1], 'Keep', parts[2]]] };
  const found = sweepsIn({ Resources: { Machine: machine(DefinitionString) } }, value =>
    typeof value === 'object' ? new Unknown('A is not made yet') : value,
  );
  expect(found).toMatchObject([{ type: TYPE, unknown: 'A is not made yet' }]);
  expect(found[0]).not.toHaveProperty('config');
});

test('what starts a sweep are rules and its own custom resource', () => {
  expect(triggersOf(rule({ ScheduleExpression: 'rate(1 day)' }))).toEqual(['rate(1 day)']);
  expect(triggersOf(rule({ EventPattern: { source: ['aws.cloudformation'] } }))).toEqual(['after deployment']);
  expect(triggersOf(rule({ EventPattern: { source: ['aws.s3'] } }), rule({}))).toEqual([]);
  expect(triggersOf({ ...rule({ ScheduleExpression: 'rate(1 day)' }), Type: 'AWS::S3::Bucket' })).toEqual([]);
  expect(triggersOf(rule({ ScheduleExpression: 'rate(1 day)', Targets: [] }))).toEqual([]);
  const own = (StateMachineArn: unknown, Triggers?: readonly string[], Type = TYPE) =>
    triggersOf({ Type, Properties: { StateMachineArn, Triggers } });
  expect(own(AT, ['ON_DESTROY', 'DURING_DEPLOYMENT', 'LATER'])).toEqual(['on destroy', 'during deployment', 'LATER']);
  expect(own('other', ['ON_DESTROY'])).toEqual([]);
  expect(own(AT, ['ON_DESTROY'], 'Custom::Theirs')).toEqual([]);
  expect(own(AT)).toEqual([]);
  expect(triggersOf({ Type: 'AWS::Events::Rule' }, { Type: TYPE })).toEqual([]);
});
