import { PACKAGE, VERSION, never, rehearse, softwarePackage, version } from './rehearsed';
import { idOf, resources } from './stacks';

describe('a deployment', () => {
  test('creates what the stack does not have, each after what it needs', async () => {
    const template = resources({
      V: version('1.0.0', { DependsOn: 'P' }),
      P: softwarePackage('brake-ecu'),
      Bucket: { Type: 'AWS::S3::Bucket' },
    });
    const { handlers, artifacts, notes, statuses } = await rehearse({ template });
    expect(handlers.events).toEqual([
      {
        request: 'Create',
        stackId: idOf('Fleet', 'none'),
        logicalId: 'P',
        type: PACKAGE,
        properties: { PackageName: 'brake-ecu' },
        status: 'CREATE_IN_PROGRESS',
      },
      expect.objectContaining({ logicalId: 'V', properties: { PackageName: 'brake-ecu', VersionName: '1.0.0' } }),
    ]);
    expect(artifacts).toEqual([
      { name: 'brake-ecu', type: PACKAGE, logicalId: 'P', actions: ['unchanged'], notes: [] },
      { name: 'brake-ecu/1.0.0', type: VERSION, logicalId: 'V', actions: ['unchanged'], notes: [] },
    ]);
    expect(notes).toEqual([[expect.stringMatching(/not deployed in us-east-1 of account 111111111111: if/)]]);
    expect(statuses).toEqual(['CREATE_COMPLETE']);
  });

  test('updates what has changed, and tells what it was', async () => {
    const before = resources({ P: softwarePackage('brake-ecu'), V: version('1.0.0') });
    const changed = { Type: PACKAGE, Properties: { PackageName: 'brake-ecu', Description: 'new' } };
    const { handlers, told, notes, statuses } = await rehearse({
      template: resources({ P: changed, V: version('1.0.0') }),
      stacks: { Fleet: { template: before, ids: { P: 'p-1', V: 'v-1' } } },
      endings: { P: { physicalId: 'p-1' } },
    });
    expect(handlers.events).toEqual([
      expect.objectContaining({
        request: 'Update',
        stackId: idOf('Fleet'),
        physicalId: 'p-1',
        properties: { PackageName: 'brake-ecu', Description: 'new' },
        oldProperties: { PackageName: 'brake-ecu' },
        status: 'UPDATE_IN_PROGRESS',
      }),
    ]);
    expect(told).toEqual(['P unchanged', 'V unchanged']);
    expect(notes).toEqual([[]]);
    expect(statuses).toEqual(['UPDATE_COMPLETE']);
  });

  test.each<[string, object, object, boolean]>([
    ['the same', { A: 1 }, { A: 1 }, false],
    ['in another order', { A: 1, B: { C: 2, D: 3 } }, { B: { D: 3, C: 2 }, A: 1 }, false],
    ['a number as a text', { A: 1, B: [true] }, { A: '1', B: ['true'] }, false],
    ['another provider', { ServiceToken: 'old', ServiceTimeout: 1 }, { ServiceToken: 'new', ServiceTimeout: 2 }, false],
    ['what is taken away', { A: { 'Fn::Sub': 'x' }, B: { Ref: 'AWS::NoValue' } }, { A: 'x' }, false],
    ['no value', { A: null }, { A: 'null' }, false],
    ['another value', { A: 1 }, { A: 2 }, true],
    ['one more', { A: 1 }, { A: 1, B: 1 }, true],
    ['lists in another order', { A: [1, 2] }, { A: [2, 1] }, true],
    ['a list of one', { A: [1] }, { A: 1 }, true],
    ['part of another name', { A: { B: 1 } }, { A: { C: 1 } }, true],
    ['texts that are joined', { A: ['1', '2'] }, { A: ['1,2'] }, true],
  ])('sends nothing where CloudFormation sees no change: %s', async (_, old, wanted, changes) => {
    const of = (more: object) => ({ Type: PACKAGE, Properties: { PackageName: 'brake-ecu', ...more } });
    const { handlers, artifacts } = await rehearse({
      template: resources({ P: of(wanted) }),
      stacks: { Fleet: { template: resources({ P: of(old) }), ids: { P: 'p-1' } } },
      endings: { P: { physicalId: 'p-1' } },
      today: async () => ({ exists: true }),
    });
    expect(handlers.events).toHaveLength(changes ? 1 : 0);
    expect(artifacts).toMatchObject([{ name: 'brake-ecu', actions: ['unchanged'] }]);
    expect('today' in artifacts[0]).toBe(changes);
  });

  test('makes anew what was of another type, or is not there', async () => {
    const { handlers } = await rehearse({
      template: resources({ A: softwarePackage('a'), B: softwarePackage('b') }),
      stacks: {
        Fleet: { template: resources({ A: version('1.0.0'), B: softwarePackage('b') }), ids: { A: 'a-0' } },
      },
    });
    expect(handlers.sent).toEqual(['Create A', 'Create B', 'Delete A a-0']);
    expect(handlers.events[0]).not.toHaveProperty('oldProperties');
  });

  test('makes nothing that a condition keeps away', async () => {
    const template = { ...never, ...resources({ A: softwarePackage('a', { Condition: 'No' }) }) };
    expect((await rehearse({ template })).handlers.sent).toEqual([]);
  });

  test('tells later resources what earlier ones have answered, unless these fail', async () => {
    const template = resources({
      A: softwarePackage('a'),
      B: softwarePackage({ 'Fn::GetAtt': ['A', 'Told'] }),
      C: softwarePackage({ Ref: 'A' }),
    });
    const endings = { A: { physicalId: 'a-1', data: { Told: 'by-a' } } };
    const { artifacts } = await rehearse({ template, endings });
    expect(artifacts.map(({ name }) => name)).toEqual(['a', 'by-a', 'a-1']);
    const failing = await rehearse({ template, endings: { A: { ...endings.A, failure: 'no' } } });
    expect(failing.artifacts.map(({ unknown }) => unknown)).toEqual([
      undefined,
      expect.stringContaining('the attribute Told of A'),
      expect.stringContaining('the id of A'),
    ]);
  });

  test('that fails says that it is rolled back', async () => {
    const { artifacts, notes } = await rehearse({
      template: resources({ A: softwarePackage('a') }),
      stacks: { Fleet: { template: {} } },
      endings: { A: { failure: 'A is somebody else’s', lines: [] } },
    });
    expect(artifacts).toMatchObject([{ actions: [], failure: 'A is somebody else’s' }]);
    expect(notes).toEqual([[expect.stringMatching(/^the deployment fails and is rolled back: what goes after it/)]]);
  });
});

describe('what is not known', () => {
  const unknown = { Ref: 'Bucket' };

  test('is asked nobody about where it makes the name, or whether there is one', async () => {
    const { handlers, artifacts } = await rehearse({
      template: resources({
        A: softwarePackage(unknown),
        B: softwarePackage('b', { Condition: 'Missing' }),
        C: softwarePackage(unknown),
        D: { Type: PACKAGE },
      }),
      stacks: { Fleet: { template: resources({ C: softwarePackage('c') }), ids: { C: 'c@0123' } } },
    });
    const because = 'the id of Bucket is not known before it is made';
    expect(artifacts).toMatchObject([
      { name: '?', unknown: because, actions: [] },
      { name: 'b', unknown: 'the template has no condition Missing' },
      { name: 'c', unknown: because },
      { name: '?' },
    ]);
    expect(handlers.sent).toEqual(['Create D']);
  });

  test('is as it was, and the plan says so', async () => {
    const of = (more: object) => ({ Type: PACKAGE, Properties: { PackageName: 'a', ...more } });
    const { handlers, artifacts } = await rehearse({
      template: resources({ A: of({ Description: unknown, Recipe: 'new', Note: unknown }), B: of({ Note: unknown }) }),
      stacks: { Fleet: { template: resources({ A: of({ Description: 'old', Note: unknown }) }), ids: { A: 'a-1' } } },
      endings: { A: { physicalId: 'a-1' } },
    });
    expect(handlers.events).toMatchObject([
      { properties: { PackageName: 'a', Description: 'old', Recipe: 'new' }, oldProperties: { Description: 'old' } },
      { properties: { PackageName: 'a' } },
    ]);
    expect(handlers.events[0].properties).not.toHaveProperty('Note');
    expect(handlers.events[0].oldProperties).not.toHaveProperty('Note');
    const because = 'is unknown: the id of Bucket is not known before it is made';
    expect(artifacts.map(({ notes }) => notes)).toEqual([
      [`Description ${because}`, `Note ${because}`],
      [`Note ${because}`],
    ]);
  });
});

describe('a report', () => {
  test.each([
    ['CREATE_COMPLETE', true],
    ['UPDATE_COMPLETE', true],
    ['IMPORT_COMPLETE', true],
    ['UPDATE_ROLLBACK_COMPLETE', true],
    ['UPDATE_IN_PROGRESS', false],
    ['UPDATE_ROLLBACK_FAILED', false],
    ['IMPORT_ROLLBACK_COMPLETE', false],
    ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', false],
  ])('says of a stack that is %s whether it is at rest: %s', async (status, isAtRest) => {
    const { notes } = await rehearse({ stacks: { Fleet: { template: {}, status } } });
    expect(notes).toEqual([
      isAtRest ? [] : [expect.stringMatching(`^the stack is ${status}: the plan is of what it is now`)],
    ]);
  });

  test('has the path of a construct, and what the service holds today', async () => {
    const asked: unknown[] = [];
    const template = resources({
      A: softwarePackage('a', { Metadata: { 'aws:cdk:path': 'Fleet/Resource/A/Resource' } }),
      B: softwarePackage('b', { Metadata: { 'aws:cdk:path': 7 } }),
      C: softwarePackage('c'),
    });
    const { artifacts } = await rehearse({
      template,
      stacks: { Fleet: { template: resources({ A: version('1') }), ids: { A: 'a-1' } } },
      today: async (type, properties, physicalId, stackId) => {
        asked.push([type, properties, physicalId, stackId]);
        if (properties.PackageName === 'c') throw new Error('no access');
        return properties.PackageName === 'a' ? { exists: true } : undefined;
      },
    });
    const [a, b, c] = artifacts;
    expect(a).toMatchObject({ path: 'Fleet/Resource/A', today: { exists: true } });
    for (const each of [b, c]) {
      expect(each).not.toHaveProperty('today');
      expect(each).not.toHaveProperty('path');
    }
    // of another type it is another resource, until that one goes.
    expect(asked[0]).toEqual([PACKAGE, { PackageName: 'a' }, undefined, idOf('Fleet')]);
    expect(asked.at(-1)).toEqual([VERSION, { PackageName: 'brake-ecu', VersionName: '1' }, 'a-1', idOf('Fleet')]);
  });

  test('tells what the service has of a resource by the id that it has', async () => {
    const ids: unknown[] = [];
    await rehearse({
      template: resources({ A: softwarePackage('b') }),
      stacks: { Fleet: { template: resources({ A: softwarePackage('a') }), ids: { A: 'a-1' } } },
      endings: { A: { physicalId: 'a-1' } },
      today: async (_, __, physicalId) => void ids.push(physicalId),
    });
    expect(ids).toEqual(['a-1']);
  });

  test('has what the handler has said that matters, and what it leaves open', async () => {
    const lines = [
      { level: 'info', message: 'nothing', fields: { stays: 'yes', refused: 'yes' } },
      { level: 'warn', message: 'refused mildly', fields: { refused: 'any' } },
      { level: 'warn', message: 'it stays', fields: { stays: 'a job deploys it' } },
      { level: 'error', message: 'refused', fields: { refused: 'any' } },
      { level: 'error', message: 'it stays too', fields: { stays: 'it is owned' } },
      { level: 'error', message: 'an error', fields: {} },
    ] as const;
    const writes = [
      { operation: 'CreatePackage', input: {}, open: 'the registry decides' },
      { operation: 'UpdatePackage', input: {} },
    ];
    const said = ['it stays: a job deploys it', 'refused', 'it stays too: it is owned', 'the registry decides'];
    const given = { template: resources({ A: softwarePackage('a') }) };
    const { artifacts } = await rehearse({ ...given, endings: { A: { lines, writes } } });
    expect(artifacts).toMatchObject([{ actions: ['create'], notes: said }]);
    const failing = await rehearse({ ...given, endings: { A: { lines, writes, failure: 'no' } } });
    expect(failing.artifacts).toMatchObject([{ actions: [], failure: 'no', notes: said }]);
  });
});
