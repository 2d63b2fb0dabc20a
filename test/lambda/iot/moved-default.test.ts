/** A default that a stack owns already, and that a deployment moves which does not succeed: the ownership stays. */
import { SoftwarePackageResourceType } from '../../../contract/iot';
import { DEFAULT_POINTER_TAGS } from '../../../contract/ownership';
import { PACKAGE, aws, cancel, meanwhile, pointer, shown, stack, succeeded } from './cancellations';

const DEFAULT = SoftwarePackageResourceType.DEFAULT_VERSION;
const adopting = (versionName: string) => pointer(versionName, { AdoptExisting: true });
const owner = () => aws.iot.describe(PACKAGE)?.tags[DEFAULT_POINTER_TAGS.owner];

beforeEach(async () => {
  for (const name of ['0.9.0', '1.0.0', '2.0.0']) await aws.iot.createVersion(PACKAGE, name, { status: 'PUBLISHED' });
});

/** By a deployment that has succeeded. */
async function adopted(): Promise<string> {
  await aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, defaultVersionName: '0.9.0' });
  return owned(adopting('1.0.0'));
}

async function owned(properties: object): Promise<string> {
  stack.history.enter('CREATE_IN_PROGRESS');
  const id = succeeded(await stack.create(DEFAULT, 'D', properties));
  stack.history.enter('CREATE_COMPLETE');
  await stack.later();
  stack.history.enter('UPDATE_IN_PROGRESS');
  return id;
}

const move = (id: string) => ({ id, properties: adopting('2.0.0'), old: adopting('1.0.0') });

test.each([1, 2])(
  'one that was adopted is the stack’s after %d failed deployments, and shows what it did',
  async times => {
    const id = await adopted();
    const before = owner();
    for (let nth = 1; nth <= times; nth++) {
      succeeded(await stack.update(DEFAULT, 'D', move(id)));
      await stack.later();
      stack.history.enter('UPDATE_ROLLBACK_IN_PROGRESS');
      succeeded(await stack.update(DEFAULT, 'D', { id, properties: adopting('1.0.0'), old: adopting('2.0.0') }));
      stack.history.enter('UPDATE_ROLLBACK_COMPLETE');
      await stack.later();
      stack.history.enter('UPDATE_IN_PROGRESS');
    }
    expect(shown()).toBe('1.0.0');
    expect(owner()).toBe(before);
  },
);

test('nor does an Update give it up that was canceled in the midst', async () => {
  const id = await adopted();
  const before = owner();
  meanwhile('UpdatePackage', 'after', () => cancel('D', 'UPDATE', id));
  expect(await stack.attemptUpdate(DEFAULT, 'D', move(id))).toBeUndefined();
  expect(owner()).toBe(before);
});

test('one under RETAIN is left as it is when the stack is deleted after a failure without a rollback', async () => {
  const kept = (versionName: string) => pointer(versionName, { Removal: 'RETAIN' });
  const id = await owned(kept('1.0.0'));
  succeeded(await stack.update(DEFAULT, 'D', { id, properties: kept('2.0.0'), old: kept('1.0.0') }));
  await stack.later();
  stack.history.enter('UPDATE_FAILED');
  await stack.later();
  stack.history.enter('DELETE_IN_PROGRESS');
  succeeded(await stack.delete(DEFAULT, 'D', id, kept('2.0.0')));
  expect(shown()).toBe('2.0.0');
  expect(owner()).toBeUndefined();
});

test('one that is adopted as it is stays so, if the record is completed after the rollback has given it back', async () => {
  await aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, defaultVersionName: '1.0.0' });
  let writes = 0;
  stack.interrupt = async (operation, moment) => {
    if (operation !== 'TagResource' || moment !== 'before' || ++writes !== 2) return;
    stack.interrupt = undefined;
    await cancel('D', 'CREATE');
    succeeded(await stack.delete(DEFAULT, 'D', 'made-up', adopting('1.0.0')));
  };
  expect(await stack.attempt(DEFAULT, 'D', adopting('1.0.0'))).toBeUndefined();
  expect(writes).toBe(2);
  expect(shown()).toBe('1.0.0');
  expect(owner()).toBeUndefined();
});
