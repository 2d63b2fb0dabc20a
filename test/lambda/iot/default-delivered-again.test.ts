/** A default that is retained, whose Delete comes twice, late, or after another stack has designated. */
import { SoftwarePackageResourceType as Type } from '../../../contract/iot';
import { DEFAULT_POINTER_TAGS as KEYS } from '../../../contract/ownership';
import { PACKAGE, aws, meanwhile, pointer, shown, stack, succeeded } from './cancellations';
import { Stack } from './stack';

const retained = pointer('1.0.0', { Removal: 'RETAIN' });
const tags = () => aws.iot.describe(PACKAGE)!.tags;

let id: string;
beforeEach(async () => {
  for (const name of ['1.0.0', '2.0.0']) await aws.iot.createVersion(PACKAGE, name, { status: 'PUBLISHED' });
  id = succeeded(await stack.create(Type.DEFAULT_VERSION, 'D', retained));
  stack.status = 'UPDATE_COMPLETE';
  await stack.later();
  stack.status = 'UPDATE_IN_PROGRESS';
});

const remove = async () => succeeded(await stack.delete(Type.DEFAULT_VERSION, 'D', id, retained));

/** Another stack designates, whoever had the default. */
async function designatedByAnother(): Promise<Stack> {
  const other = new Stack(aws, 'other');
  succeeded(await other.create(Type.DEFAULT_VERSION, 'D', pointer('2.0.0', { AdoptExisting: 'true' })));
  return other;
}

const isOf = (other: Stack) => {
  expect(shown()).toBe('2.0.0');
  expect(tags()).toMatchObject({ [KEYS.stack]: other.stackId, [KEYS.version]: '2.0.0' });
};

test('twice: the default stays, and is nobody’s', async () => {
  await remove();
  await stack.deliver(stack.sent.at(-1)!);
  expect(shown()).toBe('1.0.0');
  expect(Object.keys(tags())).not.toContain(KEYS.owner);
});

test('twice at once, at any call: the default stays, and is nobody’s', async () => {
  for (let call = 1, isAtOnce = true; isAtOnce; call++) {
    isAtOnce = false;
    let calls = 0;
    const deliver = jest.spyOn(stack, 'deliver');
    stack.interrupt = async (_operation, moment) => {
      if (moment !== 'before' || ++calls !== call) return;
      isAtOnce = true;
      stack.interrupt = undefined;
      await stack.deliver(deliver.mock.calls[0][0]);
    };
    await remove();
    stack.interrupt = undefined;
    deliver.mockRestore();
    expect(shown()).toBe('1.0.0');
    expect(Object.keys(tags())).not.toContain(KEYS.owner);
    id = succeeded(await stack.create(Type.DEFAULT_VERSION, 'D', retained));
    stack.status = 'UPDATE_COMPLETE';
    await stack.later();
    stack.status = 'UPDATE_IN_PROGRESS';
  }
});

test('late: what the stack has designated again stays its own', async () => {
  await remove();
  const late = stack.sent.at(-1)!;
  await stack.later();
  succeeded(await stack.create(Type.DEFAULT_VERSION, 'D', pointer('2.0.0', { Removal: 'RETAIN' })));
  expect(await stack.deliver(late)).toBeUndefined();
  isOf(stack);
});

test('after another stack has designated: its designation stays', async () => {
  const other = await designatedByAnother();
  await remove();
  isOf(other);
});

test('late, after another stack has designated: its designation stays', async () => {
  await remove();
  const other = await designatedByAnother();
  await stack.deliver(stack.sent.at(-1)!);
  isOf(other);
});

test('while another stack designates: its designation stays', async () => {
  let other: Stack | undefined;
  meanwhile('ListTagsForResource', 'before', async () => {
    other = await designatedByAnother();
  });
  await remove();
  isOf(other!);
});
