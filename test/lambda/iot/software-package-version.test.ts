import { ARTIFACT_TAGS } from '../../../contract/ownership';
import { PACKAGE, VERSION, aws, created, held, published, stack, succeeded, version } from './brake-ecu';
import { Stack } from './stack';

describe('Create', () => {
  test('a draft, with all that it has', async () => {
    const reply = succeeded(
      await stack.create(
        VERSION,
        'V',
        version('1.0.0', {
          Description: 'first',
          Attributes: { signing: 'ed25519' },
          Recipe: '{"steps":[]}',
          Tags: [{ Key: 'stage', Value: 'prod' }],
        }),
      ),
    );
    expect(held()).toMatchObject({
      status: 'DRAFT',
      description: 'first',
      attributes: { signing: 'ed25519' },
      recipe: '{"steps":[]}',
      tags: { stage: 'prod', [ARTIFACT_TAGS.stack]: stack.stackId },
    });
    expect(reply.PhysicalResourceId).toBe(`${PACKAGE}/1.0.0@${held()?.tags[ARTIFACT_TAGS.owner]}`);
    expect(reply.Data).toEqual({
      PackageVersionArn: `arn:aws:iot:us-east-1:111111111111:package/${PACKAGE}/version/1.0.0`,
      VersionName: '1.0.0',
      Status: 'DRAFT',
    });
  });

  test('and publish takes three calls', async () => {
    expect(await stack.callsOf(() => created(published()))).toEqual([
      'CreatePackageVersion',
      'UpdatePackageVersion',
      'GetPackageVersion',
    ]);
    expect(held()?.status).toBe('PUBLISHED');
  });

  test('a deprecated version is published on the way', async () => {
    const reply = await stack.create(VERSION, 'V', version('1.0.0', { Status: 'DEPRECATED' }));
    expect(reply.Data?.Status).toBe('DEPRECATED');
  });

  test.each(['silent', 'honored'])('delivered twice ends in the same state, client tokens %s', async tokens => {
    aws.iot.behavior.honorClientTokens = tokens === 'honored';
    const first = await stack.create(VERSION, 'V', published());
    const second = await stack.create(VERSION, 'V', published());
    expect(second).toEqual({ ...first, RequestId: expect.anything() });
    expect(held()?.status).toBe('PUBLISHED');
  });

  test.each([
    ['CreatePackageVersion', 'before'],
    ['CreatePackageVersion', 'after'],
    ['UpdatePackageVersion', 'before'],
    ['UpdatePackageVersion', 'after'],
    ['GetPackageVersion', 'before'],
  ] as const)(
    'cut off at %s (%s it took effect) and delivered again ends in the same state',
    async (operation, cut) => {
      aws.faults.inject({ service: 'iot', operation, trouble: { cut } });
      expect((await stack.create(VERSION, 'V', published())).Status).toBe('FAILED');
      await created(published());
      expect(held()?.status).toBe('PUBLISHED');
    },
  );

  test('refuses a version of nobody’s, and says how to take it', async () => {
    await aws.iot.createVersion(PACKAGE, '1.0.0');
    const before = held();
    const reply = await stack.create(VERSION, 'V', published());
    expect(reply.Status).toBe('FAILED');
    expect(reply.Reason).toMatch(
      /1\.0\.0 of software package brake-ecu exists already and belongs to no stack; set adoptExisting: true/,
    );
    expect(held()).toEqual(before);
  });

  test('refuses another stack’s version, naming the stack; the Delete that follows leaves it alone', async () => {
    const other = new Stack(aws, 'other');
    await created(version(), 'V', other);
    const before = held();
    const reply = await stack.create(VERSION, 'V', published());
    expect(reply.Reason).toContain(
      `belongs to stack ${other.stackId} (the provider cannot tell whether that stack still exists); set`,
    );
    succeeded(await stack.delete(VERSION, 'V', reply.PhysicalResourceId, published()));
    expect(held()).toEqual(before);
  });

  const named = (name: string, message: string) => Object.assign(new Error(message), { name });
  test.each<[string, string | Error, string]>([
    ['lives', 'UPDATE_COMPLETE', '; set'],
    ['is deleted', 'DELETE_COMPLETE', ', which no longer exists; set'],
    [
      'was deleted long ago',
      named('ValidationError', 'Stack with id x does not exist'),
      ', which no longer exists; set',
    ],
    [
      'may not be described',
      named('AccessDenied', 'no'),
      ' (the provider cannot tell whether that stack still exists)',
    ],
  ])('refuses another stack’s version, and says of a stack that %s what it knows', async (_what, answer, said) => {
    const other = new Stack(aws, 'other');
    await created(version(), 'V', other);
    stack.history.neighbors.set(other.stackId, answer);
    const reply = await stack.create(VERSION, 'V', published());
    expect(reply.Reason).toContain(`belongs to stack ${other.stackId}${said}`);
    succeeded(await stack.create(VERSION, 'V', published('1.0.0', { AdoptExisting: true })));
    expect(held()?.tags[ARTIFACT_TAGS.stack]).toBe(stack.stackId);
  });

  test('refuses what another resource of a stack of the same name has left behind, and says that it is gone', async () => {
    const former = new Stack(aws, stack.name, 'ffff');
    await created(version(), 'Former', former);
    const reply = await stack.create(VERSION, 'V', published());
    expect(reply.Reason).toContain(
      `belongs to stack ${former.stackId}, which no longer exists: this stack has the same name; set`,
    );
  });

  test('fails with the reason that the service leaves without an error', async () => {
    aws.iot.behavior.errorReason = ({ operation }) => (operation === 'CreatePackageVersion' ? 'no space' : undefined);
    const reply = await stack.create(VERSION, 'V', published());
    expect(reply.Reason).toContain('AWS IoT reports for version 1.0.0 of brake-ecu: no space');
  });

  test('fails with the reason that publishing leaves without an error', async () => {
    aws.iot.behavior.errorReason = ({ operation }) => (operation === 'UpdatePackageVersion' ? 'no luck' : undefined);
    const reply = await stack.create(VERSION, 'V', published());
    expect(reply.Reason).toContain('no luck');
    succeeded(await stack.delete(VERSION, 'V', reply.PhysicalResourceId, published()));
    expect(held()).toBeUndefined();
  });

  test('waits for a name whose deletion is under way', async () => {
    const id = await created(version());
    aws.iot.behavior.staleReads = 2;
    succeeded(await stack.delete(VERSION, 'V', id, version()));
    await created(version());
    expect(held()?.status).toBe('DRAFT');
  });

  test.each<[string, object, RegExp]>([
    ['a name with build metadata', version('1.0.0+abc'), /must only contain letters.*write "-" instead of "\+"/],
    ['a line break', version('1.0.0', { Description: 'a\nb' }), /a description must only contain printable characters/],
    ['too long a recipe', version('1.0.0', { Recipe: 'x'.repeat(3073) }), /at most 3072 characters, got 3073/],
    [
      'too many attributes',
      version('1.0.0', { Attributes: { a: 'x'.repeat(3000) } }),
      /3000 bytes together, keys and values, got 3001/,
    ],
    ['a key with a dot', version('1.0.0', { Attributes: { 'a.b': '1' } }), /the key of an attribute must only contain/],
    [
      'a tag of the library’s',
      version('1.0.0', { Tags: [{ Key: ARTIFACT_TAGS.owner, Value: 'x' }] }),
      /are reserved for this library/,
    ],
  ])('refuses %s before the first call', async (_what, properties, reason) => {
    const calls = await stack.callsOf(async () => {
      expect((await stack.create(VERSION, 'V', properties)).Reason).toMatch(reason);
    });
    expect(calls).toEqual([]);
  });
});

describe('Update', () => {
  test('of nothing makes no write call', async () => {
    const id = await created(published());
    const calls = await stack.callsOf(() =>
      stack.update(VERSION, 'V', { id, properties: published('1.0.0', { Salt: 'again' }) }),
    );
    expect(calls).toEqual(['GetPackageVersion', 'ListTagsForResource']);
  });

  test('sends only what has changed, never the attributes of a published version', async () => {
    const id = await created(published('1.0.0', { Attributes: { a: '1' } }));
    const calls = await stack.callsOf(async () => {
      succeeded(
        await stack.update(VERSION, 'V', {
          id,
          properties: published('1.0.0', { Attributes: { a: '1' }, Description: 'new' }),
        }),
      );
    });
    expect(calls).toEqual(['GetPackageVersion', 'ListTagsForResource', 'UpdatePackageVersion', 'GetPackageVersion']);
    const [sent] = aws.calls.filter({ operation: 'UpdatePackageVersion' });
    expect(sent.input).toEqual({
      packageName: PACKAGE,
      versionName: '1.0.0',
      description: 'new',
      clientToken: expect.stringMatching(/^\S{36,64}$/),
    });
  });

  test('changes the tags that the template set, and no others', async () => {
    const id = await created(
      version('1.0.0', {
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '1' },
        ],
      }),
    );
    const arn = `arn:aws:iot:us-east-1:111111111111:package/${PACKAGE}/version/1.0.0`;
    await aws.iot.byHand('TagResource', { resourceArn: arn, tags: [{ Key: 'operator', Value: 'x' }] });
    succeeded(
      await stack.update(VERSION, 'V', {
        id,
        properties: version('1.0.0', { Tags: [{ Key: 'b', Value: '2' }] }),
        old: version('1.0.0', {
          Tags: [
            { Key: 'a', Value: '1' },
            { Key: 'b', Value: '1' },
          ],
        }),
      }),
    );
    expect(held()?.tags).toMatchObject({ b: '2', operator: 'x' });
    expect(held()?.tags).not.toHaveProperty('a');
  });

  test.each<[string, object, object, string]>([
    ['attributes', { Attributes: { signing: 'a' } }, { Attributes: { signing: 'b' } }, 'attributes (signing)'],
    ['the state back to draft', {}, { Status: undefined }, 'status (PUBLISHED to DRAFT)'],
  ])('of a published version refuses %s before any write', async (_what, before, after, named) => {
    const id = await created(published('1.0.0', before));
    const state = held();
    const reply = await stack.update(VERSION, 'V', {
      id,
      properties: published('1.0.0', { Description: 'new', ...after }),
    });
    expect(reply).toMatchObject({ Status: 'FAILED', PhysicalResourceId: id });
    expect(reply.Reason).toContain(
      `AWS IoT freezes a published version: cannot change ${named}. Ship the change under a new versionName`,
    );
    expect(held()).toEqual(state);
    // the rollback's Update then finds nothing to do.
    const calls = await stack.during('UPDATE_ROLLBACK_IN_PROGRESS', () =>
      stack.callsOf(async () =>
        succeeded(await stack.update(VERSION, 'V', { id, properties: published('1.0.0', before) })),
      ),
    );
    expect(calls).toEqual(['GetPackageVersion', 'ListTagsForResource']);
  });

  test('in a rollback a published version stays published, the rest goes back, and the log says so', async () => {
    const id = await created(version('1.0.0', { Description: 'old' }));
    succeeded(await stack.update(VERSION, 'V', { id, properties: published('1.0.0', { Description: 'new' }) }));
    const reply = await stack.during('UPDATE_ROLLBACK_IN_PROGRESS', () =>
      stack.update(VERSION, 'V', { id, properties: version('1.0.0', { Description: 'old' }) }),
    );
    expect(succeeded(reply).Data?.Status).toBe('PUBLISHED');
    expect(held()).toMatchObject({ status: 'PUBLISHED', description: 'old' });
    expect(stack.logs).toContainEqual(
      expect.objectContaining({ level: 'ERROR', stays: ['status (PUBLISHED to DRAFT)'] }),
    );
    expect(stack.logs).toContainEqual(expect.objectContaining({ Refused: 1 }));
  });

  test('a new versionName replaces; the clean-up removes the old version alone', async () => {
    const old = await created(published('1.0.0'));
    const { PhysicalResourceId: id } = succeeded(
      await stack.update(VERSION, 'V', { id: old, properties: published('2.0.0') }),
    );
    expect(id).not.toBe(old);
    expect(held('1.0.0')).toBeDefined();
    succeeded(await stack.delete(VERSION, 'V', old, published('1.0.0')));
    expect(held('1.0.0')).toBeUndefined();
    expect(held('2.0.0')?.status).toBe('PUBLISHED');
  });

  test('a new packageName replaces, and the new version is not looked for before it is made', async () => {
    await aws.iot.createPackage('lights');
    const old = await created(published());
    const calls = await stack.callsOf(async () => {
      const properties = published('1.0.0', { PackageName: 'lights' });
      const reply = succeeded(await stack.update(VERSION, 'V', { id: old, properties, old: published() }));
      expect(reply.PhysicalResourceId).toMatch(/^lights\/1\.0\.0@/);
    });
    expect(calls).toEqual(['CreatePackageVersion', 'UpdatePackageVersion', 'GetPackageVersion']);
    expect(held()?.tags[ARTIFACT_TAGS.stack]).toBe(stack.stackId);
  });

  test('a failed replacement answers with the old id and leaves nothing of the new version', async () => {
    const old = await created(published('1.0.0'));
    aws.iot.behavior.errorReason = ({ operation }) => (operation === 'UpdatePackageVersion' ? 'no luck' : undefined);
    expect(await stack.update(VERSION, 'V', { id: old, properties: published('2.0.0') })).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: old,
    });
    expect(Object.keys(aws.iot.describe(PACKAGE)?.versions ?? {})).toEqual(['1.0.0']);
  });

  test('makes a version again that somebody has deleted', async () => {
    const id = await created(published());
    await aws.iot.byHand('DeletePackageVersion', { packageName: PACKAGE, versionName: '1.0.0' });
    expect(
      succeeded(await stack.update(VERSION, 'V', { id, properties: published('1.0.0', { Salt: '2' }) }))
        .PhysicalResourceId,
    ).toBe(id);
    expect(held()?.status).toBe('PUBLISHED');
  });

  test('refuses a version that another stack has taken meanwhile, but not in a rollback', async () => {
    const id = await created(version());
    await created(version('1.0.0', { AdoptExisting: true }), 'V', new Stack(aws, 'other'));
    const state = held();
    const change = version('1.0.0', { Description: 'mine' });
    expect(await stack.update(VERSION, 'V', { id, properties: change })).toMatchObject({ Status: 'FAILED' });
    succeeded(
      await stack.during('UPDATE_ROLLBACK_IN_PROGRESS', () => stack.update(VERSION, 'V', { id, properties: change })),
    );
    expect(held()).toEqual(state);
  });

  test('in a rollback to a version that another stack has by now still removes what had replaced it', async () => {
    const old = await created(published());
    await created(published('1.0.0', { AdoptExisting: 'true' }), 'V', new Stack(aws, 'other'));
    const { PhysicalResourceId: id } = succeeded(
      await stack.update(VERSION, 'V', { id: old, properties: published('2.0.0') }),
    );
    await stack.during('UPDATE_ROLLBACK_IN_PROGRESS', async () => {
      const reply = succeeded(
        await stack.update(VERSION, 'V', { id, properties: published(), old: published('2.0.0') }),
      );
      expect(reply.PhysicalResourceId).toBe(old);
      succeeded(await stack.delete(VERSION, 'V', id, published('2.0.0')));
    });
    expect(held('2.0.0')).toBeUndefined();
    expect(held()?.tags).not.toMatchObject({ [ARTIFACT_TAGS.stack]: stack.stackId });
  });

  test('in a rollback adopts nothing that another stack has by now', async () => {
    const adopting = published('1.0.0', { AdoptExisting: 'true' });
    const id = await created(adopting);
    await created(adopting, 'V', new Stack(aws, 'other'));
    const before = held();
    await stack.during('UPDATE_ROLLBACK_IN_PROGRESS', async () =>
      succeeded(await stack.update(VERSION, 'V', { id, properties: adopting })),
    );
    expect(held()).toEqual(before);
  });
});

describe('a rename within the stack', () => {
  const renamed = async () => {
    const old = await created(published(), 'Old');
    const id = await created(published(), 'New');
    return { old, id };
  };

  test('that succeeds: the former owner’s Delete leaves the version to the new one', async () => {
    const { old, id } = await renamed();
    succeeded(await stack.delete(VERSION, 'Old', old, published()));
    expect(held()).toBeDefined();
    succeeded(await stack.delete(VERSION, 'New', id, published()));
    expect(held()).toBeUndefined();
  });

  test('and to another state, that fails: the version has its former state again', async () => {
    await created(published());
    const before = held();
    const deprecated = version('1.0.0', { Status: 'DEPRECATED' });
    const id = await created(deprecated, 'New');
    await stack.during('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', () =>
      stack.delete(VERSION, 'New', id, deprecated),
    );
    expect(held()).toEqual(before);
  });

  test('that fails: the new owner’s Delete gives it back, and the former owner can delete it', async () => {
    const { old, id } = await renamed();
    await stack.during('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', () =>
      stack.delete(VERSION, 'New', id, published()),
    );
    expect(held()).toBeDefined();
    succeeded(await stack.delete(VERSION, 'Old', old, published()));
    expect(held()).toBeUndefined();
  });
});
