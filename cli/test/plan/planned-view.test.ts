import { type CloudFormationView } from '../../../lambda/runtime/stack';
import { PlannedView } from '../../src/plan/planned-view';

const stackId = (name: string) => `arn:aws:cloudformation:us-east-1:111111111111:stack/${name}/1`;

const FLEET = stackId('Fleet');
const deployed = { logicalId: 'V1', status: 'CREATE_COMPLETE', physicalId: 'old', changedAt: 1 };

/** What is deployed: of each stack the same. */
const REAL = {
  describeStack: async () => ({ status: 'UPDATE_ROLLBACK_COMPLETE' }),
  describeResource: async () => deployed,
  events: async function* () {
    yield deployed;
  },
  resources: async function* () {
    yield { logicalId: 'V1', physicalId: 'old', type: 'any' };
  },
} as unknown as CloudFormationView;

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test.each([
  [true, ['UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_COMPLETE', 'DELETE_IN_PROGRESS']],
  [false, ['CREATE_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'CREATE_COMPLETE', 'DELETE_IN_PROGRESS']],
])('a stack is as far as the plan is (deployed: %s)', async (exists, statuses) => {
  let now = 10;
  const view = new PlannedView(REAL, () => now++);
  view.begin(FLEET, { exists, parentId: 'parent' });
  const seen = [await view.describeStack(FLEET)];
  for (const stage of ['cleaning-up', 'deployed', 'deleting'] as const) {
    view.enter(FLEET, stage);
    seen.push(await view.describeStack(FLEET));
  }
  expect(seen).toEqual(statuses.map(status => ({ status, parentId: 'parent' })));
  const entries = statuses.map((status, index) => ({
    logicalId: 'Fleet',
    physicalId: FLEET,
    status,
    changedAt: 10 + index,
  }));
  expect(await all(view.events(FLEET))).toEqual([...entries.reverse(), ...(exists ? [deployed] : [])]);
});

test.each([true, false])('a resource is as its operation says, until that ends (deployed: %s)', async exists => {
  const view = new PlannedView(REAL, () => 10);
  view.begin(FLEET, { exists });
  const operation = { stackId: FLEET, logicalId: 'V1', status: 'UPDATE_IN_PROGRESS', physicalId: 'old', at: 20 };
  view.operate({ ...operation, properties: '{}' });
  expect(await view.describeResource(FLEET, 'V1')).toMatchObject({ status: 'UPDATE_IN_PROGRESS', changedAt: 20 });
  const others = [await view.describeResource(FLEET, 'V2'), await view.describeResource(stackId('Other'), 'V1')];
  expect(others).toEqual([exists ? deployed : undefined, deployed]);

  view.ended('UPDATE_COMPLETE', 'new');
  view.ended('UPDATE_COMPLETE', 'twice');
  expect(await view.describeResource(FLEET, 'V1')).toEqual(exists ? deployed : undefined);
  const [after, before] = await all(view.events(FLEET));
  const entry = { logicalId: 'V1', changedAt: 20, properties: '{}' };
  expect(after).toEqual({ ...entry, status: 'UPDATE_COMPLETE', physicalId: 'new' });
  expect(before).toEqual({ ...entry, status: 'UPDATE_IN_PROGRESS', physicalId: 'old' });
  expect(await all(view.resources(FLEET))).toHaveLength(exists ? 1 : 0);
});

test('a stack that is not of the plan is as it is deployed', async () => {
  const view = new PlannedView(REAL, () => 10);
  expect(await view.describeStack(FLEET)).toEqual({ status: 'UPDATE_ROLLBACK_COMPLETE' });
  expect(await all(view.events(FLEET))).toEqual([deployed]);
  expect(await all(view.resources(FLEET))).toHaveLength(1);
});
