/** The function's code is updated between two deliveries of an event: the newer code reads what the older one has written. */
import { SoftwarePackageResourceType as Type } from '../../../contract/iot';
import { ARTIFACT_TAGS, DEFAULT_POINTER_TAGS } from '../../../contract/ownership';
import { mortal } from '../../../testing/stack';
import { PACKAGE, aws, held, pointer, published, shown, stack, succeeded } from './cancellations';
import { Stack } from './stack';

const arn = (version?: string) =>
  `arn:aws:iot:${aws.region}:${aws.account}:package/${PACKAGE}${version === undefined ? '' : `/version/${version}`}`;

/** The records of code that did not mark claims yet: owner, stack, and nothing about the event. */
async function asOlderCodeWrote(version?: string): Promise<void> {
  const tags = version === undefined ? aws.iot.describe(PACKAGE)!.tags : held(version)!.tags;
  const claims = Object.keys(tags).filter(key => /:(default-)?claim-/.test(key));
  expect(claims).not.toEqual([]);
  await aws.iot.byHand('UntagResource', { resourceArn: arn(version), tagKeys: claims });
}

/** The older code dies at a call of the event that is sent next; then the newer code gets the event. */
function dying(call: number, then: () => Promise<void>): void {
  const { deliver } = stack;
  stack.deliver = async event => {
    stack.deliver = deliver;
    await stack.deliver(event, client => mortal(client, { call, when: 'after' }));
    await then();
    return stack.deliver(event);
  };
}

// nothing says that the event itself has made or taken it: the rollback destroys nothing.
test('a Create that the older code has begun is brought to its end, and its rollback leaves it to nobody', async () => {
  dying(1, () => asOlderCodeWrote('1.0.0'));
  const id = succeeded(await stack.create(Type.VERSION, 'V', published()));
  expect(held()?.status).toBe('PUBLISHED');
  await stack.during('UPDATE_ROLLBACK_IN_PROGRESS', async () =>
    succeeded(await stack.delete(Type.VERSION, 'V', id, published())),
  );
  expect(Object.keys(held()!.tags)).toEqual([ARTIFACT_TAGS.releasedBy]);
  stack.status = 'UPDATE_IN_PROGRESS';
  succeeded(await stack.create(Type.VERSION, 'V', published()));
  expect(held()?.tags[ARTIFACT_TAGS.stack]).toBe(stack.stackId);
});

test('an adoption that the older code has begun is brought to its end, and its rollback destroys nothing', async () => {
  const other = new Stack(aws, 'other');
  succeeded(await other.create(Type.VERSION, 'V', published()));
  await asOlderCodeWrote('1.0.0');
  const adopting = published('1.0.0', { AdoptExisting: 'true' });
  dying(4, () => asOlderCodeWrote('1.0.0'));
  const id = succeeded(await stack.create(Type.VERSION, 'V', adopting));
  expect(held()?.tags[ARTIFACT_TAGS.stack]).toBe(stack.stackId);
  await stack.during('UPDATE_ROLLBACK_IN_PROGRESS', async () =>
    succeeded(await stack.delete(Type.VERSION, 'V', id, adopting)),
  );
  expect(held()?.status).toBe('PUBLISHED');
  expect(held()?.tags[ARTIFACT_TAGS.stack]).not.toBe(stack.stackId);
});

test('a designation that the older code has begun is brought to its end, and undone by its rollback', async () => {
  for (const name of ['1.0.0', '2.0.0']) await aws.iot.createVersion(PACKAGE, name, { status: 'PUBLISHED' });
  await aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, defaultVersionName: '1.0.0' });
  const moved = pointer('2.0.0', { AdoptExisting: 'true' });
  dying(3, () => asOlderCodeWrote());
  const id = succeeded(await stack.create(Type.DEFAULT_VERSION, 'D', moved));
  expect(shown()).toBe('2.0.0');
  await stack.during('UPDATE_ROLLBACK_IN_PROGRESS', async () =>
    succeeded(await stack.delete(Type.DEFAULT_VERSION, 'D', id, moved)),
  );
  expect(shown()).toBe('1.0.0');
  expect(Object.keys(aws.iot.describe(PACKAGE)!.tags)).not.toContain(DEFAULT_POINTER_TAGS.owner);
});

test('a Delete that the older code has begun leaves nothing of the owner under RETAIN', async () => {
  const retained = published('1.0.0', { Removal: 'RETAIN' });
  const id = succeeded(await stack.create(Type.VERSION, 'V', retained));
  await asOlderCodeWrote('1.0.0');
  stack.status = 'UPDATE_COMPLETE';
  await stack.later();
  stack.status = 'DELETE_IN_PROGRESS';
  dying(2, async () => undefined);
  succeeded(await stack.delete(Type.VERSION, 'V', id, retained));
  expect(Object.keys(held()!.tags)).toEqual([ARTIFACT_TAGS.releasedBy]);
});
