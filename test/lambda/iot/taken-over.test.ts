/**
 * What a deployment has taken over that has not succeeded: its former owner's removal decides when the stack goes, and
 * where both go at once, neither order leaves anything behind.
 */
import { SoftwarePackageResourceType as Type } from '../../../contract/iot';
import { ARTIFACT_TAGS } from '../../../contract/ownership';
import { type DeleteOrder, type DeletedResource, ORDERS, RESOURCES, deleteAtOnce } from '../../../testing/two-deletes';
import { PACKAGE, VERSION, aws, held, published, succeeded } from './brake-ecu';
import { Stack } from './stack';

const OWNED = Object.values(ARTIFACT_TAGS).filter(key => key !== ARTIFACT_TAGS.releasedBy);
const kept = published('1.0.0', { Removal: 'RETAIN' });
const deletable = published();

let stack: Stack;
beforeEach(() => {
  stack = new Stack(aws);
});

/** The deployment of both resources fails after one has taken the other's version over; then the stack is deleted. */
async function takenOver(former: object, taker: object): Promise<Record<DeletedResource, string>> {
  const Former = succeeded(await stack.create(VERSION, 'Former', former)).PhysicalResourceId;
  stack.status = 'UPDATE_COMPLETE';
  await stack.later();
  stack.status = 'UPDATE_IN_PROGRESS';
  const other = published('0.9.0');
  const id = succeeded(await stack.create(VERSION, 'Taker', other)).PhysicalResourceId;
  const Taker = succeeded(
    await stack.update(VERSION, 'Taker', { id, properties: taker, old: other }),
  ).PhysicalResourceId;
  await stack.later();
  stack.history.enter('UPDATE_FAILED');
  await stack.later();
  stack.history.enter('DELETE_IN_PROGRESS');
  return { Former, Taker };
}

async function deleteBoth(order: DeleteOrder, removals: Record<DeletedResource, object>, call = 0): Promise<boolean> {
  const ids = await takenOver(removals.Former, removals.Taker);
  return deleteAtOnce(stack, { order, call }, async id =>
    succeeded(await stack.delete(VERSION, id, ids[id], removals[id])),
  );
}

const staysUnowned = () => {
  expect(held()?.status).toBe('PUBLISHED');
  expect(Object.keys(held()?.tags ?? {}).filter(key => OWNED.includes(key))).toEqual([]);
};

describe.each(ORDERS)('whose stack is deleted, %s before %s', (...order) => {
  test('a version that an earlier deployment had made under RETAIN stays, nobody’s', async () => {
    await deleteBoth(order, { Former: kept, Taker: deletable });
    staysUnowned();
  });

  test('one that it had made under DELETE goes', async () => {
    await deleteBoth(order, { Former: deletable, Taker: kept });
    expect(held()).toBeUndefined();
  });
});

test.each(ORDERS)(
  'whose stack is deleted, %s’s Delete overlapped at any call by that of %s: let go once',
  async (...order) => {
    for (let call = 1, isAtOnce = true; isAtOnce; call++) {
      isAtOnce = await deleteBoth(order, { Former: kept, Taker: deletable }, call);
      staysUnowned();
      await aws.iot.byHand('DeletePackageVersion', { packageName: PACKAGE, versionName: '1.0.0' });
      await deleteBoth(order, { Former: deletable, Taker: kept }, call);
      expect(held()).toBeUndefined();
    }
  },
);

test('what two failed deployments in a row have taken over and changed has the state back that it had before both', async () => {
  const former = succeeded(await stack.create(VERSION, 'Former', kept)).PhysicalResourceId;
  stack.status = 'UPDATE_COMPLETE';
  for (const [taker, Status] of Object.entries({ First: 'DEPRECATED', Second: 'PUBLISHED' })) {
    await stack.later();
    stack.history.enter('UPDATE_IN_PROGRESS');
    succeeded(await stack.create(VERSION, taker, published('1.0.0', { Status })));
    await stack.later();
    stack.history.enter('UPDATE_FAILED');
  }
  await stack.later();
  stack.history.enter('DELETE_IN_PROGRESS');
  succeeded(await stack.delete(VERSION, 'Former', former, kept));
  staysUnowned();
});

test('what both have let go, and another stack has adopted before the Delete of the first ends, is that stack’s', async () => {
  const ids = await takenOver(kept, kept);
  const other = new Stack(aws, 'other');
  let letGo = false;
  stack.interrupt = async (operation, moment) => {
    letGo ||= operation === 'UntagResource' && moment === 'after';
    if (!letGo || operation !== 'ListTagsForResource' || moment !== 'before') return;
    stack.interrupt = undefined;
    succeeded(await stack.delete(VERSION, 'Former', ids.Former, kept));
    succeeded(await other.create(VERSION, 'V', published('1.0.0', { AdoptExisting: true })));
  };
  succeeded(await stack.delete(VERSION, 'Taker', ids.Taker, kept));
  expect(stack.interrupt).toBeUndefined();
  expect(held()?.tags[ARTIFACT_TAGS.stack]).toBe(other.stackId);
});

test.each(ORDERS)(
  'whose creation is rolled back, %s’s Delete overlapped at any call by that of %s: nothing stays',
  async (...order) => {
    for (let call = 1, isAtOnce = true; isAtOnce; call++) {
      stack = new Stack(aws, `created-${call}`);
      stack.history.enter('CREATE_IN_PROGRESS');
      const ids = { Former: '', Taker: '' };
      for (const id of RESOURCES) ids[id] = succeeded(await stack.create(VERSION, id, kept)).PhysicalResourceId;
      stack.history.enter('ROLLBACK_IN_PROGRESS');
      isAtOnce = await deleteAtOnce(stack, { order, call }, async id =>
        succeeded(await stack.delete(VERSION, id, ids[id], kept)),
      );
      expect(held()).toBeUndefined();
    }
  },
);

test.each(ORDERS)(
  'a default that was moved, whose stack is deleted, %s’s Delete overlapped at any call by that of %s: nobody’s, and none is shown',
  async (...order) => {
    const pointers = {
      Former: { PackageName: PACKAGE, VersionName: '1.0.0' },
      Taker: { PackageName: PACKAGE, VersionName: '2.0.0' },
    };
    for (const { VersionName } of Object.values(pointers))
      await aws.iot.createVersion(PACKAGE, VersionName, { status: 'PUBLISHED' });
    for (let call = 1, isAtOnce = true; isAtOnce; call++) {
      stack = new Stack(aws, `moved-${call}`);
      const ids = { Former: '', Taker: '' };
      for (const id of RESOURCES) {
        if (id === 'Taker') {
          stack.status = 'UPDATE_COMPLETE';
          await stack.later();
          stack.status = 'UPDATE_IN_PROGRESS';
        }
        ids[id] = succeeded(await stack.create(Type.DEFAULT_VERSION, id, pointers[id])).PhysicalResourceId;
      }
      await stack.later();
      stack.history.enter('UPDATE_FAILED');
      await stack.later();
      stack.history.enter('DELETE_IN_PROGRESS');
      isAtOnce = await deleteAtOnce(stack, { order, call }, async id =>
        succeeded(await stack.delete(Type.DEFAULT_VERSION, id, ids[id], pointers[id])),
      );
      const { defaultVersionName, tags } = aws.iot.describe(PACKAGE)!;
      expect([defaultVersionName, tags]).toEqual([undefined, {}]);
    }
  },
);
