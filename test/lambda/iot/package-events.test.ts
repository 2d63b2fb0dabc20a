/** Events about a package that fail, are overtaken or are taken back. */
import { type LocalAws } from 'cdk-versioned-artifacts-local';
import { SoftwarePackageResourceType } from '../../../contract/iot';
import { ARTIFACT_TAGS } from '../../../contract/ownership';
import { DENIED, aws, calls, cancel, meanwhile, refused, stack, succeeded, tagged, trouble } from './cancellations';

const TYPE = SoftwarePackageResourceType.PACKAGE;
const ROLLBACK = 'UPDATE_ROLLBACK_IN_PROGRESS';

const named = (PackageName = 'motor', more: object = {}) => ({ PackageName, Removal: 'DELETE', ...more });
const saying = (Description: string, more: object = {}) => named('motor', { Description, ...more });
const held = (name = 'motor') => aws.iot.describe(name);
const owner = (name?: string) => held(name)?.tags[ARTIFACT_TAGS.owner];
const created = async (properties: object = named()) => succeeded(await stack.create(TYPE, 'P', properties));
const update = (id: string, properties: object, old: object = named()) =>
  stack.update(TYPE, 'P', { id, properties, old });
const rolledBack = (id: string, properties: object, old: object) =>
  stack.during(ROLLBACK, () => update(id, properties, old));
const by = (operation: keyof LocalAws['iot']['operations'], input: object) => aws.iot.byHand(operation, input);

describe('an Update', () => {
  test.each<[string, object, string[]]>([
    ['of the tags alone writes these', saying('a', tagged({ x: '1' })), ['TagResource']],
    ['of the description alone writes it', saying('b'), ['UpdatePackage']],
    ['that only drops the description writes nothing', named(), []],
  ])('%s', async (_what, properties, writes) => {
    const id = await created(saying('a'));
    aws.calls.clear();
    succeeded(await update(id, properties, saying('a')));
    const { Description = 'a', Tags = [] } = properties as { Description?: string; Tags?: { Key: string }[] };
    expect(held()?.description).toBe(Description);
    expect(Tags.every(({ Key }) => Key in held()!.tags)).toBe(true);
    expect(['TagResource', 'UntagResource', 'UpdatePackage'].filter(each => calls(each) > 0)).toEqual(writes);
  });

  test.each<[string, object, object, string | undefined]>([
    ['it never had one', named(), named(), undefined],
    ['it is in the template', saying('b'), saying('a'), 'a'],
    ['the template never had one', named(), named(), 'a'],
  ])('does not say that the description stays if %s', async (_what, properties, old, description) => {
    const id = await created(named());
    if (description) await by('UpdatePackage', { packageName: 'motor', description });
    succeeded(await update(id, properties, old));
    expect(stack.logs.filter(({ stays }) => stays)).toEqual([]);
  });

  test('makes the package again that somebody has deleted', async () => {
    const id = await created();
    await by('DeletePackage', { packageName: 'motor' });
    expect(succeeded(await update(id, saying('again')))).toBe(id);
    expect(held()).toMatchObject({ description: 'again', tags: { [ARTIFACT_TAGS.stack]: stack.stackId } });
  });

  test('that the service refuses fails, and the package stays the stack’s', async () => {
    const id = await created(saying('a'));
    const before = owner();
    refused('UpdatePackage');
    expect(await update(id, saying('b'), saying('a'))).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringContaining('ValidationException: no way'),
    });
    expect(owner()).toBe(before);
  });

  test('that replaces by what the resource has already, and fails, leaves that', async () => {
    await created(named('new'));
    const before = owner('new');
    const id = await created(named('old'));
    refused('UpdatePackage');
    const properties = named('new', { Description: 'b' });
    expect(await update(id, properties, named('old'))).toMatchObject({ Status: 'FAILED', PhysicalResourceId: id });
    expect(owner('new')).toBe(before);
  });
});

describe('a rollback', () => {
  test('goes on without what the service refuses, and says so', async () => {
    const id = await created(saying('b'));
    refused('UpdatePackage');
    succeeded(await rolledBack(id, saying('a'), saying('b')));
    expect(held()?.description).toBe('b');
    expect(stack.logs).toContainEqual(expect.objectContaining({ level: 'ERROR', refused: 'Irreversible' }));
  });

  test('fails without the permission for it', async () => {
    const id = await created(saying('b'));
    refused('UpdatePackage', DENIED);
    expect(await rolledBack(id, saying('a'), saying('b'))).toMatchObject({ Status: 'FAILED' });
  });

  test('gives back a package that the failed Update has adopted under the same id', async () => {
    const id = await created();
    await by('DeletePackage', { packageName: 'motor' });
    await aws.iot.createPackage('motor', { tags: { by: 'hand' } });
    const adopting = saying('ours', { AdoptExisting: true });
    succeeded(await update(id, adopting));
    expect(owner()).toBeDefined();
    succeeded(await rolledBack(id, named(), adopting));
    expect(held()?.tags).toEqual({ by: 'hand' });
  });

  test('keeps the package of the same name, even if no deployment has succeeded with it', async () => {
    const id = await created(saying('a'));
    succeeded(await update(id, saying('b'), saying('a')));
    succeeded(await rolledBack(id, saying('a'), saying('b')));
    expect(held()).toMatchObject({ description: 'a', tags: { [ARTIFACT_TAGS.stack]: stack.stackId } });
  });

  test('removes the package of another name that a canceled Update has made', async () => {
    const id = await created(named('old'));
    await aws.iot.createPackage('motor');
    await by('DeletePackage', { packageName: 'motor' });
    succeeded(await update(id, named('motor'), named('old')));
    succeeded(await rolledBack(id, named('old'), named('motor')));
    expect(aws.iot.packages).not.toContain('motor');
    expect(owner('old')).toBeDefined();
  });

  test('reads once more what does not show the change yet', async () => {
    const id = await created(saying('a'));
    succeeded(await update(id, saying('b'), saying('a')));
    const target = aws.iot.operations.GetPackage;
    const { run } = target;
    let stale = 1;
    target.run = (...args: Parameters<typeof run>) => {
      const answer = run.apply(target, args) as object;
      return stale-- > 0 ? { ...answer, description: 'a' } : answer;
    };
    succeeded(await rolledBack(id, saying('a'), saying('b')));
    expect(held()?.description).toBe('a');
  });
});

describe('a canceled event', () => {
  test('of a Create removes the package that it has made', async () => {
    meanwhile('CreatePackage', 'after', () => cancel('P', 'CREATE'));
    expect(await stack.attempt(TYPE, 'P', named())).toBeUndefined();
    expect(held()).toBeUndefined();
  });

  const [before, after] = [saying('a', tagged({ x: '1' })), saying('b', tagged({ x: '2', y: '1' }))];
  /** An Update whose call takes effect before or after its rollback, and which goes on after that. */
  const overtaken = async (
    call: string,
    wanted: object,
    then: () => Promise<unknown> = async () => {},
    moment: 'before' | 'after' = 'after',
  ) => {
    const id = await created(wanted);
    meanwhile(call, moment, async () => {
      await cancel('P', 'UPDATE', id);
      stack.interrupt = undefined;
      succeeded(await update(id, wanted, after));
      await then();
    });
    return stack.attemptUpdate(TYPE, 'P', { id, properties: after, old: wanted });
  };

  test('of an Update writes back what it writes after its rollback', async () => {
    expect(await overtaken('TagResource', before)).toBeUndefined();
    expect(held()).toMatchObject({ description: 'a', tags: { x: '1' } });
    expect(held()?.tags).not.toHaveProperty('y');
  });

  test('of an Update writes back the tags that it writes after its rollback', async () => {
    expect(await overtaken('TagResource', before, undefined, 'before')).toBeUndefined();
    expect(held()).toMatchObject({ description: 'a', tags: { x: '1' } });
    expect(held()?.tags).not.toHaveProperty('y');
  });

  test('of an Update writes back no description where the template has none', async () => {
    expect(await overtaken('TagResource', named('motor', tagged({ x: '1' })))).toBeUndefined();
    expect(held()).toMatchObject({ description: 'b', tags: { x: '1' } });
  });

  test.each([
    ['something else', 'theirs', '3'],
    ['the same', 'b', '2'],
  ])('of an Update leaves alone what is another stack’s by then, which has set %s', async (_what, description, x) => {
    const resourceArn = `arn:aws:iot:${aws.region}:${aws.account}:package/motor`;
    const theirs = { [ARTIFACT_TAGS.owner]: '0123456789abcdef', x };
    const taken = async () => {
      await by('TagResource', { resourceArn, tags: tagged(theirs).Tags });
      await by('UpdatePackage', { packageName: 'motor', description });
    };
    expect(await overtaken('UpdatePackage', before, taken)).toBeUndefined();
    expect(held()).toMatchObject({ description, tags: theirs });
  });

  test('of an Update makes nothing of what somebody has deleted by then', async () => {
    const deleted = () => by('DeletePackage', { packageName: 'motor' });
    expect(await overtaken('UpdatePackage', before, deleted)).toBeUndefined();
    expect(held()).toBeUndefined();
    expect(stack.logs.filter(({ level }) => level === 'ERROR')).toEqual([]);
  });
});

describe('a Delete', () => {
  test('of a Create that has not answered waits for what that makes, and removes it', async () => {
    await stack.attempt(TYPE, 'P', named());
    succeeded(await stack.during('ROLLBACK_IN_PROGRESS', () => stack.delete(TYPE, 'P', 'made-up', named())));
    expect(held()).toBeUndefined();
  });

  test('of what its Create has answered does not wait for anything else', async () => {
    const id = await created();
    aws.calls.clear();
    succeeded(await stack.delete(TYPE, 'P', id, named()));
    expect(calls('ListTagsForResource')).toBe(1);
  });

  test('returns when the service no longer shows the package', async () => {
    const id = await created();
    aws.iot.behavior.staleReads = 2;
    aws.calls.clear();
    succeeded(await stack.delete(TYPE, 'P', id, named()));
    expect(calls('GetPackage')).toBe(3);
  });

  test('that the service refuses fails, and says which package', async () => {
    const id = await created();
    refused('DeletePackage', trouble('ConflictException', 409));
    expect((await stack.delete(TYPE, 'P', id, named())).Reason).toContain(
      'AWS IoT does not delete software package motor: ConflictException: no way',
    );
    expect(owner()).toBeDefined();
    succeeded(await stack.during('ROLLBACK_IN_PROGRESS', () => stack.delete(TYPE, 'P', id, named())));
    expect(owner()).toBeUndefined();
  });

  test('without the permission for it fails, in a rollback, too', async () => {
    const id = await created();
    refused('DeletePackage', DENIED);
    const reply = await stack.during('ROLLBACK_IN_PROGRESS', () => stack.delete(TYPE, 'P', id, named()));
    expect(reply).toMatchObject({ Status: 'FAILED' });
    expect(owner()).toBeDefined();
  });
});
