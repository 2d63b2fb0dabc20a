import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CfnStack, LegacyStackSynthesizer, NestedStack, Stack } from 'aws-cdk-lib';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { deployAssembly } from 'cdk-versioned-artifacts-local';
import { type Template, parseTemplate } from '../src/assembly/template';
import { type PlanReport } from '../src/plan/report';
import { firmware, retained, seed } from './firmware';
import { World } from './world';

/** A template as people write it: short forms wherever YAML allows them. */
function asYaml(template: Template): string {
  return Object.entries(template)
    .filter(([section]) => section !== 'Rules')
    .map(([section, entries]) => `${section}:\n${block(entries)}`)
    .join('\n');
}

const block = (entries: object) =>
  Object.entries(entries)
    .map(([name, value]) => `  ${JSON.stringify(name)}: ${flow(value)}`)
    .join('\n');

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value);
  const [name] = entries.length === 1 ? entries[0] : [''];
  if (/^(Ref|Condition|Fn::\w+)$/.test(name)) {
    const argument = name === 'Fn::GetAtt' ? entries[0][1].join('.') : flow(entries[0][1]);
    if (!argument.startsWith('!')) return `!${name.replace('Fn::', '')} ${argument}`;
  }
  return `{ ${entries.map(([key, part]) => `${JSON.stringify(key)}: ${flow(part)}`).join(', ')} }`;
}

/** Writes the templates of an assembly anew, as YAML. */
function inYaml(directory: string): string {
  for (const file of readdirSync(directory).filter(name => name.endsWith('.template.json'))) {
    const path = join(directory, file);
    const yaml = asYaml(JSON.parse(readFileSync(path, 'utf8')) as Template);
    expect(yaml).toMatch(/!GetAtt [\w.]+/);
    writeFileSync(path, yaml);
  }
  return directory;
}

test('short forms are what they stand for, and values are as CloudFormation takes them', () => {
  const template = `
AWSTemplateFormatVersion: 2010-09-09
Conditions:
  Both: !And [!Equals [!Ref A, yes], !Not [!Condition One]]
Resources:
  R:
    Type: T
    Condition: Both
    Properties:
      Att: !GetAtt R.Arn
      Atts: !GetAtt [R, Arn]
      Sub: !Sub
        - \${X}/\${AWS::Region}
        - X: !FindInMap [M, !Ref K, v]
      If: !If [Both, !Select [0, !Split [",", !Ref L]], !Ref AWS::NoValue]
      Join: !Join
        - '-'
        - - a
          - Fn::Base64: !Ref B
      Sized: 0x10
      On: on
`;
  expect(parseTemplate(template, 'it')).toEqual({
    AWSTemplateFormatVersion: '2010-09-09',
    Conditions: {
      Both: { 'Fn::And': [{ 'Fn::Equals': [{ Ref: 'A' }, true] }, { 'Fn::Not': [{ Condition: 'One' }] }] },
    },
    Resources: {
      R: {
        Type: 'T',
        Condition: 'Both',
        Properties: {
          Att: { 'Fn::GetAtt': 'R.Arn' },
          Atts: { 'Fn::GetAtt': ['R', 'Arn'] },
          Sub: { 'Fn::Sub': ['${X}/${AWS::Region}', { X: { 'Fn::FindInMap': ['M', { Ref: 'K' }, 'v'] } }] },
          If: {
            'Fn::If': ['Both', { 'Fn::Select': [0, { 'Fn::Split': [',', { Ref: 'L' }] }] }, { Ref: 'AWS::NoValue' }],
          },
          Join: { 'Fn::Join': ['-', ['a', { 'Fn::Base64': { Ref: 'B' } }]] },
          Sized: 16,
          true: true,
        },
      },
    },
  });
});

test.each([
  ['text: [', /is not JSON or YAML of CloudFormation: Flow sequence/],
  ['R: !Reff X', /Unresolved tag: !Reff/],
  ['just a text', /it has no sections/],
  ['{"Resources": ', /Unexpected end of JSON/],
])('what is no template is refused: %s', (text, message) => {
  expect(() => parseTemplate(text, 'it')).toThrow(message);
});

describe('plan', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.stop());

  const planOf = async (directory: string) => (await world.plan(directory)).plan;

  test('says of a stack in YAML what it says of the same in JSON', async () => {
    const deployed = world.synth(retained(['1.0.0']));
    const next = retained(['2.0.0']);
    await deployAssembly(world.aws, deployed, 'Fleet');
    await world.aws.settled();
    await seed(world, '0.1.0', '0.2.0');
    const expected = await planOf(world.synth(next));

    const other = await World.start();
    try {
      await deployAssembly(other.aws, inYaml(deployed), 'Fleet');
      await other.aws.settled();
      await seed(other, '0.1.0', '0.2.0');
      const { said } = await other.run('plan', '--app', inYaml(world.synth(next)), '--json');
      const actions = ({ stacks }: PlanReport) =>
        stacks.flatMap(({ artifacts, sweeps }) => [
          ...artifacts.map(({ name, actions: all }) => `${name}: ${all.join()}`),
          ...sweeps.flatMap(({ candidates }) => candidates.map(({ name, decision }) => `${name}: ${decision}`)),
        ]);
      expect(actions(expected)).toContain('brake-ecu/1.0.0: delete');
      expect(actions(JSON.parse(said) as PlanReport)).toEqual(actions(expected));
    } finally {
      await other.stop();
    }
  });

  test('finds a nested stack whose template is a file in YAML', async () => {
    const inner = inYaml(world.synth(firmware(['1.0.0']), 'Inner'));
    const plan = await planOf(
      world.synth(stack => {
        const file = new Asset(stack, 'Template', { path: join(inner, 'Inner.template.json') });
        new CfnStack(stack, 'Inner', { templateUrl: file.httpUrl });
      }),
    );
    expect(plan.stacks.map(({ name }) => name)).toEqual(['Fleet/Inner']);
    expect(plan.stacks[0].artifacts.map(({ name }) => name)).toContain('brake-ecu/1.0.0');
  });

  test('finds the nested stacks of the legacy synthesizer', async () => {
    const plan = await planOf(
      world.synth((_, app) => {
        const legacy = new Stack(app, 'Legacy', { synthesizer: new LegacyStackSynthesizer() });
        firmware(['1.0.0'])(new NestedStack(legacy, 'Inner'));
      }, 'Empty'),
    );
    expect(plan.stacks.map(({ name }) => name)).toEqual([expect.stringMatching(/^Legacy\/Inner/)]);
    expect(plan.stacks[0].artifacts.map(({ actions }) => actions.join())).toContain('create,publish');
  });
});
