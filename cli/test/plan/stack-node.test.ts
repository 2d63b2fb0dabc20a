import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Unknown } from '../../src/assembly/intrinsics';
import { type Template } from '../../src/assembly/template';
import { deployedStack } from '../../src/aws/deployed-stack';
import { NESTED_STACK, StackNode, inOrder } from '../../src/plan/stack-node';
import { type Held, accountWith, idOf, resources, synthesized } from './stacks';

const PACKAGE = 'Custom::IoTSoftwarePackage';
const VERSION = 'Custom::IoTSoftwarePackageVersion';

/** A stack that is to be, and perhaps is deployed. */
const nodeOf = (template: Template, held?: Held, parameters: Record<string, string> = {}) =>
  StackNode.of(synthesized(template, parameters), accountWith(held && { Fleet: held }));

const ref = (Ref: string) => ({ Ref });
const att = (...parts: string[]) => ({ 'Fn::GetAtt': parts });

const because = (value: unknown) => (value instanceof Unknown ? value.because : value);

describe('a value of a template', () => {
  test.each([
    ['AccountId', '111111111111'],
    ['Region', 'us-east-1'],
    ['Partition', 'aws'],
    ['URLSuffix', 'amazonaws.com'],
    ['StackName', 'Fleet'],
    ['StackId', idOf('Fleet', 'none')],
    ['NotificationARNs', []],
  ])('of a stack that is not deployed: AWS::%s', async (name, expected) => {
    expect((await nodeOf({})).resolved(ref(`AWS::${name}`))).toEqual(expected);
  });

  test('has the id of the stack, once that is deployed', async () => {
    expect((await nodeOf({}, { template: {} })).resolved(ref('AWS::StackId'))).toBe(idOf('Fleet'));
  });

  test('has the domain of China in its regions', async () => {
    const node = await StackNode.of(synthesized({}), accountWith({}, 'cn-north-1'));
    expect(node.resolved(ref('AWS::URLSuffix'))).toBe('amazonaws.com.cn');
  });

  test('knows a parameter as it is given, else as it is deployed, else by its default', async () => {
    const Parameters = { Given: { Default: 'd' }, Kept: { Default: 'd' }, New: { Default: 'd' }, None: {} };
    const held = { template: { Parameters }, parameters: { Given: 'old', Kept: 'kept' } };
    const node = await nodeOf({ Parameters }, held, { Given: 'new', Other: 'any' });
    const values = ['Given', 'Kept', 'New'].map(name => node.resolved(ref(name)));
    expect(values).toEqual(['new', 'kept', 'd']);
    expect(['Given', 'Kept'].map(name => node.resolvedAsDeployed(ref(name)))).toEqual(['old', 'kept']);
    for (const name of ['None', 'Other']) {
      expect(because(node.resolved(ref(name)))).toMatch(new RegExp(`the id of ${name} is not known`));
    }
  });

  test('of a stack that is not deployed is not known as it is deployed', async () => {
    const node = await nodeOf({ Parameters: { Given: { Default: 'd' } } });
    expect(because(node.resolvedAsDeployed(ref('Given')))).toMatch(/the id of Given is not known/);
  });

  test('has the id of a resource as the plan has it answered, else as it is deployed', async () => {
    const template = resources({
      A: { Type: PACKAGE },
      B: { Type: PACKAGE },
      C: { Type: VERSION },
      D: { Type: PACKAGE },
    });
    const before = resources({ A: { Type: PACKAGE }, B: { Type: PACKAGE }, C: { Type: PACKAGE } });
    const node = await nodeOf(template, { template: before, ids: { A: 'a-1', B: 'b-1', C: 'c-1' } });
    node.answers.set('A', { physicalId: 'a-2', data: {} });
    expect(node.resolved([ref('A'), ref('B')])).toEqual(['a-2', 'b-1']);
    expect(node.resolvedAsDeployed([ref('A'), ref('B'), ref('C')])).toEqual(['a-1', 'b-1', 'c-1']);
    // of another type it is another resource.
    expect(['C', 'D', 'E'].map(id => because(node.resolved(ref(id))))).toEqual(
      ['C', 'D', 'E'].map(id => expect.stringContaining(`the id of ${id} is not known`)),
    );
  });

  test('has an attribute as the plan has it answered, and of artifacts what their names tell', async () => {
    const template = resources({
      P: { Type: PACKAGE, Properties: { PackageName: ref('AWS::StackName'), Tags: { team: 'brakes' } } },
      V: { Type: VERSION, Properties: { PackageName: 'brake-ecu', VersionName: '1.0.0' } },
      U: { Type: VERSION, Properties: { PackageName: ref('Missing'), VersionName: '1.0.0' } },
      N: { Type: VERSION },
    });
    const node = await nodeOf(template, { template, ids: {} });
    const arn = 'arn:aws:iot:us-east-1:111111111111:package';
    const told: [string, string, unknown][] = [
      ['P', 'PackageName', 'Fleet'],
      ['P', 'Tags', { team: 'brakes' }],
      ['P', 'PackageArn', `${arn}/Fleet`],
      ['V', 'PackageArn', `${arn}/brake-ecu`],
      ['V', 'PackageVersionArn', `${arn}/brake-ecu/version/1.0.0`],
    ];
    for (const [id, name, value] of told) expect(node.resolved(att(id, name))).toEqual(value);
    for (const [id, name] of [
      ['V', 'Other'],
      ['U', 'PackageArn'],
      ['N', 'PackageVersionArn'],
      ['None', 'Arn'],
    ]) {
      expect(because(node.resolved(att(id, name)))).toMatch(`the attribute ${name} of ${id} is not known`);
    }
    node.answers.set('V', { physicalId: 'any', data: { Other: 'now' } });
    expect(node.resolved([att('V', 'Other'), att('V', 'PackageArn')])).toEqual(['now', `${arn}/brake-ecu`]);
    expect(because(node.resolvedAsDeployed(att('V', 'Other')))).toMatch(/is not known/);
  });

  test('has the ARN of another resource where that is its id', async () => {
    const Type = 'AWS::SNS::Topic';
    const template = resources({ Topic: { Type }, Bucket: { Type: 'AWS::S3::Bucket' }, New: { Type } });
    const node = await nodeOf(template, {
      template: resources({ Topic: { Type }, Bucket: { Type: 'AWS::S3::Bucket' } }),
      ids: { Topic: 'arn:aws:sns:any', Bucket: 'bucket' },
    });
    expect(node.resolved(att('Topic', 'Arn'))).toBe('arn:aws:sns:any');
    for (const [id, name] of [
      ['Topic', 'TopicName'],
      ['Bucket', 'Arn'],
      ['New', 'Arn'],
    ]) {
      expect(because(node.resolved(att(id, name)))).toMatch(`the attribute ${name} of ${id} is not known`);
    }
  });

  test('is chosen by conditions and mappings', async () => {
    const node = await nodeOf({
      Conditions: {
        Yes: { 'Fn::Equals': [ref('AWS::Region'), 'us-east-1'] },
        No: { 'Fn::Not': [{ Condition: 'Yes' }] },
      },
      Mappings: { Sizes: { small: { count: 3 } } },
    });
    const chosen = (name: string) => node.resolved({ 'Fn::If': [name, 'yes', 'no'] });
    expect([chosen('Yes'), chosen('No')]).toEqual(['yes', 'no']);
    expect(because(chosen('Missing'))).toBe('the template has no condition Missing');
    expect(node.resolved({ 'Fn::FindInMap': ['Sizes', 'small', 'count'] })).toBe(3);
    expect([{}, { Condition: 'Yes' }, { Condition: 'No' }].map(part => node.holds({ Type: PACKAGE, ...part }))).toEqual(
      [true, true, false],
    );
    expect(because((await nodeOf({})).holds({ Type: PACKAGE, Condition: 'Yes' }))).toBe(
      'the template has no condition Yes',
    );
  });
});

describe('a nested stack', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'nested-'));
    writeFileSync(join(directory, 'inner.json'), JSON.stringify(INNER));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const INNER = { Parameters: { Name: {} } };
  const resource = (path: string) => ({
    Type: NESTED_STACK,
    Properties: { Parameters: { Name: ref('AWS::Region') } },
    Metadata: { 'aws:asset:path': path },
  });
  const bare = { Type: NESTED_STACK, Metadata: { 'aws:asset:path': 'inner.json' } };
  const at = () => ({ assets: [], directory });

  test('that is new is named after its parent, and has its parameters', async () => {
    const parent = await nodeOf(resources({ Inner: resource('inner.json'), Bare: bare }));
    const child = await parent.nested(at(), 'Inner');
    expect(child).toMatchObject({
      name: 'Stage/Fleet/Inner',
      stackName: 'Fleet-Inner',
      logicalId: 'Inner',
      template: INNER,
    });
    expect(child!.id).toBe(idOf('Fleet-Inner', 'none'));
    expect(child!.parent).toBe(parent);
    expect(child!.deployed).toBeUndefined();
    expect(child!.resolved(ref('Name'))).toBe('us-east-1');
    expect(because((await parent.nested(at(), 'Bare'))!.resolved(ref('Name')))).toMatch(/is not known/);
    expect(parent.children.map(({ logicalId }) => logicalId)).toEqual(['Inner', 'Bare']);
  });

  test('that is deployed has the name that CloudFormation gave it', async () => {
    const template = resources({ Inner: resource('inner.json') });
    const account = accountWith({
      Fleet: { template, ids: { Inner: idOf('Fleet-Inner-X1') } },
      'Fleet-Inner-X1': { template: INNER, parameters: { Name: 'old' } },
    });
    const parent = await StackNode.of(synthesized(template), account);
    const child = await parent.nested(at(), 'Inner');
    expect(child).toMatchObject({ stackName: 'Fleet-Inner-X1', id: idOf('Fleet-Inner-X1') });
    expect(child!.resolvedAsDeployed(ref('Name'))).toBe('old');
    expect((await parent.nestedAsDeployed('Inner'))?.id).toBe(idOf('Fleet-Inner-X1'));
    expect(await parent.nestedAsDeployed('Missing')).toBeUndefined();
  });

  test('that goes has no template to come', async () => {
    const account = accountWith({
      Fleet: { template: resources({ Inner: resource('inner.json') }), ids: { Inner: idOf('Fleet-Inner-X1') } },
      'Fleet-Inner-X1': { template: INNER },
    });
    const away = { ...resource('inner.json'), Condition: 'No' };
    const No = { 'Fn::Equals': ['a', 'b'] };
    for (const template of [
      {},
      resources({}),
      resources({ Inner: { Type: PACKAGE } }),
      { ...resources({ Inner: away }), Conditions: { No } },
    ]) {
      const child = await (await StackNode.of(synthesized(template), account)).nested(at(), 'Inner');
      expect(child).toMatchObject({ template: undefined, deployed: { template: INNER } });
    }
  });

  test('whose template the assembly lacks is not known', async () => {
    const parent = await nodeOf(resources({ Inner: resource('missing.json') }));
    expect(await parent.nested(at(), 'Inner')).toBeUndefined();
    expect(parent.children).toEqual([]);
  });
});

test('a stack as it is deployed is one without a change to come', async () => {
  const template = { Parameters: { Name: {} }, ...resources({ A: { Type: PACKAGE } }) };
  const account = accountWith({ Fleet: { template, ids: { A: 'a-1' }, parameters: { Name: 'kept' } } });
  const node = StackNode.deployed((await deployedStack(account, 'Fleet'))!, account);
  expect(node).toMatchObject({ name: 'Fleet', stackName: 'Fleet', template, id: idOf('Fleet') });
  expect([node.resolved(ref('Name')), node.resolved(ref('A'))]).toEqual(['kept', 'a-1']);
  expect(node.parent).toBeUndefined();
  expect(node.logicalId).toBeUndefined();
});

test('each resource comes after what it depends on', () => {
  const Type = 'any';
  const template = resources({
    A: { Type, DependsOn: 'C' },
    B: { Type, Properties: { Name: { list: [ref('D'), ref('AWS::Region')] } } },
    C: { Type, DependsOn: ['D', 'Missing'], Properties: { Name: { 'Fn::Sub': '${E.Arn}' } } },
    D: { Type },
    E: { Type, DependsOn: 'A' },
  });
  expect(inOrder(template)).toEqual(['D', 'E', 'C', 'A', 'B']);
  expect(inOrder({})).toEqual([]);
});
