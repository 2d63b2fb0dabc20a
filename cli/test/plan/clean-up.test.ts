import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Template, type TemplateResource } from '../../src/assembly/template';
import { deployedStack } from '../../src/aws/deployed-stack';
import { PlannedDeployment } from '../../src/plan/deployment';
import { type Rehearsal } from '../../src/plan/rehearsal';
import { NESTED_STACK, StackNode } from '../../src/plan/stack-node';
import { Handlers, PACKAGE, VERSION, never, rehearse, softwarePackage, version } from './rehearsed';
import { accountWith, idOf, resources } from './stacks';

describe('the clean-up', () => {
  const deployed = (template: Template, ids: Record<string, string>) => ({ Fleet: { template, ids } });

  test('deletes what the stack no longer has, in the reverse order', async () => {
    const before = resources({
      P: softwarePackage('brake-ecu'),
      V: version('1.0.0', { DependsOn: 'P' }),
      Bucket: { Type: 'AWS::S3::Bucket' },
      Lost: version('0.9.0'),
      Kept: version('2.0.0'),
    });
    const { handlers, told } = await rehearse({
      template: resources({ Kept: version('2.0.0') }),
      stacks: deployed(before, { P: 'p-1', V: 'v-1', Bucket: 'any', Kept: 'k-1' }),
    });
    expect(handlers.events).toEqual([
      expect.objectContaining({ logicalId: 'V', status: 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS' }),
      {
        request: 'Delete',
        stackId: idOf('Fleet'),
        logicalId: 'P',
        type: PACKAGE,
        physicalId: 'p-1',
        properties: { PackageName: 'brake-ecu' },
        status: 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      },
    ]);
    expect(told).toEqual(['Kept unchanged', 'V leave', 'P leave']);
  });

  test('deletes what another one has replaced, and what a condition now keeps away', async () => {
    const before = resources({ A: version('1.0.0'), B: version('2.0.0'), C: version('3.0.0'), D: version('4.0.0') });
    const { handlers } = await rehearse({
      template: {
        ...never,
        ...resources({
          A: version('1.0.1'),
          B: version('2.0.0', { Condition: 'No' }),
          C: version('3.0.1'),
          D: version('4.0.1'),
        }),
      },
      stacks: deployed(before, { A: 'a-1', B: 'b-1', C: 'c-1', D: 'd-1' }),
      endings: { A: { physicalId: 'a-2' }, C: { physicalId: 'c-1' }, D: { physicalId: 'd-2', failure: 'no' } },
    });
    expect(handlers.sent).toEqual(['Update A a-1', 'Update C c-1', 'Update D d-1', 'Delete B b-1', 'Delete A a-1']);
    expect(handlers.events.at(-1)).toMatchObject({ properties: { VersionName: '1.0.0' } });
  });

  test.each<[string, TemplateResource, TemplateResource | undefined, string[]]>([
    ['goes', version('1', { DeletionPolicy: 'Retain' }), undefined, ['V leave']],
    [
      'goes, and would only go with a failed Create',
      version('1', { DeletionPolicy: 'RetainExceptOnCreate' }),
      undefined,
      ['V leave'],
    ],
    ['goes by a condition', version('1', { DeletionPolicy: 'Retain' }), version('1', { Condition: 'No' }), ['V leave']],
    ['is replaced', version('1'), version('2', { UpdateReplacePolicy: 'Retain' }), ['V unchanged', 'V leave']],
    [
      'is of another type',
      version('1'),
      softwarePackage('p', { UpdateReplacePolicy: 'Retain' }),
      ['V unchanged', 'V leave'],
    ],
  ])('leaves what a policy retains: a resource that %s', async (_, before, after, expected) => {
    const { handlers, told, artifacts } = await rehearse({
      template: { ...never, ...resources(after ? { V: after } : {}) },
      stacks: deployed(resources({ V: before }), { V: 'v-1' }),
      endings: { V: { physicalId: 'v-2' } },
    });
    expect(told).toEqual(expected);
    expect(handlers.sent.filter(event => event.startsWith('Delete'))).toEqual([]);
    expect(artifacts.at(-1)).toMatchObject({
      name: 'brake-ecu/1',
      notes: [expect.stringMatching(/^its (deletion|update replace) policy has CloudFormation leave it$/)],
    });
  });

  test.each<[string, object, object | undefined]>([
    ['Delete', { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Retain' }, undefined],
    ['of what replaces it', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' }, { DeletionPolicy: 'Retain' }],
  ])('deletes what the policy does not retain: %s', async (_, before, after) => {
    const { handlers } = await rehearse({
      template: resources(after ? { V: version('2', after) } : {}),
      stacks: deployed(resources({ V: version('1', before) }), { V: 'v-1' }),
      endings: { V: { physicalId: 'v-2' } },
    });
    expect(handlers.sent.at(-1)).toBe('Delete V v-1');
  });

  test('of a single resource is what becomes of it without its construct', async () => {
    const template = resources({
      V: version({ Ref: 'AWS::StackName' }, { Metadata: { 'aws:cdk:path': 'Fleet/Firmware/V/Resource' } }),
      R: version('2.0.0', { DeletionPolicy: 'Retain' }),
    });
    const account = accountWith({ Fleet: { template, ids: { V: 'v-1', R: 'r-1' }, parentId: idOf('Parent') } });
    const node = StackNode.deployed((await deployedStack(account, 'Fleet'))!, account);
    const handlers = new Handlers();
    const deployment = new PlannedDeployment(handlers as unknown as Rehearsal, async () => ({ exists: true }));
    expect(await deployment.rehearseRemoval(node, 'V')).toEqual({
      name: 'brake-ecu/Fleet',
      type: VERSION,
      logicalId: 'V',
      path: 'Fleet/Firmware/V',
      actions: ['leave'],
      today: { exists: true },
      notes: [],
    });
    expect(handlers.events).toMatchObject([
      { request: 'Delete', physicalId: 'v-1', status: 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS' },
    ]);
    expect((await handlers.view.describeStack(idOf('Fleet'))).parentId).toBe(idOf('Parent'));
    expect(await deployment.rehearseRemoval(node, 'R')).toMatchObject({
      name: 'brake-ecu/2.0.0',
      notes: ['its deletion policy has CloudFormation leave it'],
    });
    expect(handlers.events).toHaveLength(1);
  });
});

describe('nested stacks', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'nested-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const nested = (file: string, more: object = {}): TemplateResource => ({
    Type: NESTED_STACK,
    Properties: { TemplateURL: 'any' },
    Metadata: { 'aws:asset:path': file },
    ...more,
  });

  const writeTemplate = (file: string, template: Template) =>
    writeFileSync(join(directory, file), JSON.stringify(template));

  const INNER = idOf('Fleet-Inner-X1');

  test('are deployed in their turn', async () => {
    writeTemplate('inner.json', resources({ B: softwarePackage('b') }));
    const template = resources({
      A: softwarePackage('a', { DependsOn: 'Inner' }),
      Inner: nested('inner.json'),
    });
    const { handlers, root, notes, statuses } = await rehearse({ directory, template });
    expect(handlers.events.map(({ logicalId, stackId }) => [logicalId, stackId])).toEqual([
      ['B', idOf('Fleet-Inner', 'none')],
      ['A', idOf('Fleet', 'none')],
    ]);
    expect((await handlers.view.describeStack(idOf('Fleet-Inner', 'none'))).parentId).toBe(root.id);
    // what is not deployed is said of the root alone.
    expect(notes).toEqual([[expect.any(String)], []]);
    expect(statuses).toEqual(['CREATE_COMPLETE', 'CREATE_COMPLETE']);
  });

  test('are cleaned up with their root', async () => {
    writeTemplate('inner.json', resources({ B: softwarePackage('b') }));
    const template = resources({ Inner: nested('inner.json'), New: nested('inner.json') });
    const { handlers } = await rehearse({
      directory,
      template,
      stacks: {
        Fleet: { template: resources({ Inner: nested('inner.json') }), ids: { Inner: INNER } },
        'Fleet-Inner-X1': {
          template: resources({ B: softwarePackage('b'), Old: softwarePackage('old') }),
          ids: { B: 'b-1', Old: 'old-1' },
        },
      },
    });
    expect(handlers.events).toMatchObject([
      { request: 'Create', logicalId: 'B', status: 'CREATE_IN_PROGRESS' },
      { request: 'Delete', logicalId: 'Old', stackId: INNER, status: 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS' },
    ]);
  });

  test.each<[string, Template]>([
    ['it is left out', {}],
    ['a condition keeps it away', { ...never, ...resources({ Inner: nested('inner.json', { Condition: 'No' }) }) }],
    ['another type has its place', resources({ Inner: { Type: 'AWS::S3::Bucket' } })],
  ])('that go are deleted with what is nested in them: %s', async (_, template) => {
    writeTemplate('inner.json', {});
    const inner = resources({
      A: softwarePackage('a'),
      Deep: nested('deep.json'),
      Kept: softwarePackage('k', { DeletionPolicy: 'Retain' }),
      Lost: softwarePackage('l'),
      Bucket: { Type: 'AWS::S3::Bucket' },
    });
    const { handlers, told, notes, statuses } = await rehearse({
      directory,
      template,
      stacks: {
        Fleet: { template: resources({ Inner: nested('inner.json') }), ids: { Inner: INNER } },
        'Fleet-Inner-X1': { template: inner, ids: { A: 'a-1', Deep: idOf('Deep'), Kept: 'k-1', Bucket: 'any' } },
        Deep: { template: resources({ B: softwarePackage('b') }), ids: { B: 'b-1' } },
      },
    });
    expect(handlers.events).toMatchObject([
      { request: 'Delete', logicalId: 'B', stackId: idOf('Deep'), status: 'DELETE_IN_PROGRESS' },
      { request: 'Delete', logicalId: 'A', stackId: INNER, physicalId: 'a-1', status: 'DELETE_IN_PROGRESS' },
    ]);
    expect(told).toEqual(['Kept leave', 'A leave', 'B leave']);
    expect(notes).toEqual([[], ['the stack is deleted'], ['the stack is deleted']]);
    expect(statuses).toEqual(['UPDATE_COMPLETE', 'DELETE_IN_PROGRESS', 'DELETE_IN_PROGRESS']);
    const parents = [INNER, idOf('Deep')].map(async id => (await handlers.view.describeStack(id)).parentId);
    expect(await Promise.all(parents)).toEqual([idOf('Fleet'), INNER]);
  });

  test('are told apart from others, and what has their logical ids too', async () => {
    writeTemplate('one.json', resources({ A: softwarePackage('a') }));
    writeTemplate('two.json', resources({ A: softwarePackage('b') }));
    const before = resources({
      A: version('1'),
      One: nested('one.json'),
      Two: nested('two.json'),
      Far: nested('no.json'),
    });
    const { handlers, notes } = await rehearse({
      directory,
      template: resources({ ...before.Resources, A: version('2') }),
      stacks: {
        Fleet: { template: before, ids: { A: 'v-1', One: idOf('One'), Two: idOf('Two'), Far: idOf('Far') } },
        One: {
          template: resources({ A: softwarePackage('a'), Old: softwarePackage('o') }),
          ids: { A: 'a-1', Old: 'o-1' },
        },
        Two: {
          template: resources({ A: softwarePackage('b'), Old: softwarePackage('p') }),
          ids: { A: 'b-1', Old: 'p-1' },
        },
        Far: { template: resources({ A: softwarePackage('c') }), ids: { A: 'c-1' } },
      },
      endings: { A: { physicalId: 'v-2' } },
    });
    expect(handlers.sent).toEqual(['Update A v-1', 'Delete Old p-1', 'Delete Old o-1', 'Delete A v-1']);
    expect(notes[0]).toEqual(['the template of the nested stack Far is not in the assembly']);
  });

  test('that a policy retains stay as they are', async () => {
    const { handlers, notes } = await rehearse({
      directory,
      stacks: {
        Fleet: {
          template: resources({ Inner: nested('inner.json', { DeletionPolicy: 'Retain' }) }),
          ids: { Inner: INNER },
        },
        'Fleet-Inner-X1': { template: resources({ A: softwarePackage('a') }), ids: { A: 'a-1' } },
      },
    });
    expect(handlers.sent).toEqual([]);
    expect(notes).toEqual([['its deletion policy has CloudFormation leave the nested stack Inner']]);
  });

  test('that were never made take nothing with them', async () => {
    const { handlers, notes } = await rehearse({
      directory,
      stacks: { Fleet: { template: resources({ Inner: nested('any') }) } },
    });
    expect(handlers.sent).toEqual([]);
    expect(notes[0]).toEqual([]);
  });

  test('whose template is not at hand are told, if they can have one', async () => {
    const { notes } = await rehearse({
      directory,
      template: resources({ Inner: nested('missing.json'), Bare: { Type: NESTED_STACK } }),
      stacks: { Fleet: { template: {} } },
    });
    expect(notes).toEqual([['the template of the nested stack Inner is not in the assembly']]);
  });
});
