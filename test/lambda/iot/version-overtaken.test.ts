/** Events about a version that CloudFormation has gone on from, and that write after that. */
import { SoftwarePackageResourceType } from '../../../contract/iot';
import { ARTIFACT_TAGS } from '../../../contract/ownership';
import { PACKAGE, aws, cancel, held, meanwhile, published, stack, succeeded, tagged } from './cancellations';
import { Stack } from './stack';

const VERSION = SoftwarePackageResourceType.VERSION;
const AT = { packageName: PACKAGE, versionName: '1.0.0' };

const created = async (properties: object) => succeeded(await stack.create(VERSION, 'V', properties));
const update = (id: string, properties: object, old: object) => stack.update(VERSION, 'V', { id, properties, old });
const saying = (Description: string, more: object = {}) => published('1.0.0', { Description, ...more });
const byHand = (operation: string, more: object = {}) => aws.iot.byHand(operation, { ...AT, ...more });
const resourceArn = () => `arn:aws:iot:${aws.region}:${aws.account}:package/${PACKAGE}/version/1.0.0`;
const sbom = (Key: string) => ({ Sbom: { Bucket: 'artifacts', Key, Version: 'v1' } });
const sbomKey = () => (held()?.sbom as { s3Location?: { key: string } } | undefined)?.s3Location?.key;
const errors = () => stack.logs.filter(({ level }) => level === 'ERROR');
/** The next deployment begins. */
const next = () => {
  stack.history.enter('UPDATE_ROLLBACK_COMPLETE');
  stack.history.enter('UPDATE_IN_PROGRESS');
};

beforeEach(() => void (aws.iot.behavior.lookUpObjects = false));

describe('an overtaken Update', () => {
  const [before, after] = [
    saying('a', { ...tagged({ x: '1' }), ...sbom('a.zip') }),
    saying('b', { ...tagged({ x: '2', y: '1' }), ...sbom('b.zip'), Status: 'DEPRECATED' }),
  ];
  /** Its call takes effect, and it goes on after its rollback. */
  const overtaken = async (
    call: string,
    then: (id: string) => Promise<unknown> = async () => {},
    [from, to]: readonly [object, object] = [before, after],
  ) => {
    const id = await created(from);
    meanwhile(call, 'after', async () => {
      await cancel('V', 'UPDATE', id);
      stack.interrupt = undefined;
      succeeded(await update(id, from, to));
      await then(id);
    });
    return stack.attemptUpdate(VERSION, 'V', { id, properties: to, old: from });
  };

  test.each(['TagResource', 'UpdatePackageVersion', 'AssociateSbomWithPackageVersion'])(
    'writes back what it writes after its rollback, which came at %s',
    async call => {
      expect(await overtaken(call)).toBeUndefined();
      expect(held()).toMatchObject({ status: 'PUBLISHED', description: 'a', tags: { x: '1' } });
      expect(held()?.tags).not.toHaveProperty('y');
      expect(sbomKey()).toBe('a.zip');
    },
  );

  test.each([
    ['what they want', { description: 'theirs', x: '3' }],
    ['the same', { description: 'b', x: '2' }],
  ])('leaves alone what is another stack’s by then, which has set %s', async (_what, { description, x }) => {
    const theirs = { [ARTIFACT_TAGS.owner]: '0123456789abcdef', x };
    const taken = async () => {
      await aws.iot.byHand('TagResource', { resourceArn: resourceArn(), tags: tagged(theirs).Tags });
      await byHand('UpdatePackageVersion', { description });
    };
    expect(await overtaken('AssociateSbomWithPackageVersion', taken)).toBeUndefined();
    expect(held()).toMatchObject({ description, tags: theirs });
  });

  test('gives a version nothing of the one that has replaced it by then', async () => {
    const replaced = async (id: string) => {
      next();
      succeeded(await update(id, published('2.0.0', { Description: 'c' }), before));
    };
    expect(await overtaken('TagResource', replaced)).toBeUndefined();
    expect(held('2.0.0')?.description).toBe('c');
    expect(held()?.description).not.toBe('c');
  });

  test('leaves the state that a later Update has given the version', async () => {
    const [from, to] = [saying('a'), saying('a', { Status: 'DEPRECATED' })];
    const again = async (id: string) => {
      next();
      succeeded(await update(id, to, from));
    };
    expect(await overtaken('UpdatePackageVersion', again, [from, to])).toBeUndefined();
    expect(held()?.status).toBe('DEPRECATED');
  });

  test('makes nothing of what somebody has deleted by then', async () => {
    const gone = () => byHand('DeletePackageVersion');
    expect(await overtaken('AssociateSbomWithPackageVersion', gone)).toBeUndefined();
    expect(held()).toBeUndefined();
    expect(errors()).toEqual([]);
  });

  test('says that it writes back, only if it does', async () => {
    const said = () => stack.logs.filter(({ message }) => message === 'undoing what an overtaken Update wrote').length;
    expect(await overtaken('TagResource', undefined, [before, { ...after, Description: 'a' }])).toBeUndefined();
    expect(said()).toBe(0);
    expect(held()).toMatchObject({ description: 'a' });
  });
});

describe('an overtaken Create', () => {
  test('of a version that it has made removes that, and has no error', async () => {
    meanwhile('CreatePackageVersion', 'after', () => cancel('V', 'CREATE'));
    expect(await stack.attempt(VERSION, 'V', published())).toBeUndefined();
    expect(held()).toBeUndefined();
    expect(errors()).toEqual([]);
  });

  test('leaves what somebody has written into a version that a later Create has made', async () => {
    meanwhile('UpdatePackageVersion', 'after', async () => {
      await cancel('V', 'CREATE');
      succeeded(await stack.delete(VERSION, 'V', 'made-up', saying('a')));
      next();
      await created(saying('b'));
      await byHand('UpdatePackageVersion', { description: 'a' });
    });
    expect(await stack.attempt(VERSION, 'V', saying('a'))).toBeUndefined();
    expect(held()?.description).toBe('a');
  });
});

describe('an adoption that deprecates a version after its rollback has given that back', () => {
  const adopting = published('1.0.0', { AdoptExisting: true, Status: 'DEPRECATED' });
  /** The service deprecates the version late, and something happens after that, or after a later call. */
  const late = async (then: () => Promise<unknown> = async () => {}, at = 'UpdatePackageVersion') => {
    meanwhile('UpdatePackageVersion', 'before', async () => {
      await cancel('V', 'CREATE');
      succeeded(await stack.delete(VERSION, 'V', 'made-up', adopting));
      meanwhile(at, 'after', then);
    });
    expect(await stack.attempt(VERSION, 'V', adopting)).toBeUndefined();
  };

  test('publishes a version of nobody’s again', async () => {
    await aws.iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED' });
    await late();
    expect(held()).toMatchObject({ status: 'PUBLISHED', tags: {} });
  });

  test('publishes another stack’s version again', async () => {
    const other = new Stack(aws, 'other');
    succeeded(await other.create(VERSION, 'V', published()));
    await late();
    expect(held()).toMatchObject({ status: 'PUBLISHED', tags: { [ARTIFACT_TAGS.stack]: other.stackId } });
  });

  test('leaves a version that another stack has adopted by then', async () => {
    await aws.iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED' });
    const other = new Stack(aws, 'other');
    await late(async () => succeeded(await other.create(VERSION, 'V', adopting)));
    expect(held()).toMatchObject({ status: 'DEPRECATED', tags: { [ARTIFACT_TAGS.stack]: other.stackId } });
  });

  test('makes nothing of one that somebody has deleted by then', async () => {
    await aws.iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED' });
    await late(() => byHand('DeletePackageVersion'), 'GetPackageVersion');
    expect(held()).toBeUndefined();
    expect(errors()).toEqual([]);
  });
});
