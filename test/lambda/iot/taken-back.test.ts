/** What a rollback has taken back from a renamed resource is the resource's as before, whatever comes next. */
import { ARTIFACT_TAGS } from '../../../contract/ownership';
import { sampled } from '../../../testing/sample';
import { PACKAGE, VERSION, aws, held, published, stack, succeeded, version } from './brake-ecu';
import { type Kill } from './stack';

const other = published('2.0.0');

interface Meanwhile {
  /** What happens before that deployment. */
  between?(): Promise<unknown>;
  /** What the deployment changes beside the name. */
  readonly changed?: object;
  /** Where the function dies in the rollback. */
  readonly kill?: Kill;
}

/** A deployment that renames the resource and gives its name to another version fails; its rollback takes the version back. */
async function takenBack(properties: object, { between, changed, kill }: Meanwhile = {}): Promise<string> {
  stack.history.enter('CREATE_IN_PROGRESS');
  const former = succeeded(await stack.create(VERSION, 'V', properties)).PhysicalResourceId;
  stack.history.enter('CREATE_COMPLETE');
  await between?.();
  await stack.later();
  stack.history.enter('UPDATE_IN_PROGRESS');
  const renamed = succeeded(await stack.create(VERSION, 'Renamed', { ...properties, ...changed })).PhysicalResourceId;
  const change = { id: former, properties: other, old: properties };
  const id = succeeded(await stack.update(VERSION, 'V', change)).PhysicalResourceId;
  await stack.later();
  stack.history.enter('UPDATE_ROLLBACK_IN_PROGRESS');
  stack.killNext = kill;
  expect(await stack.update(VERSION, 'V', { id, properties, old: other })).toMatchObject({
    Status: 'SUCCESS',
    PhysicalResourceId: former,
  });
  stack.history.enter('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
  succeeded(await stack.delete(VERSION, 'V', id, other));
  succeeded(await stack.delete(VERSION, 'Renamed', renamed, properties));
  stack.history.enter('UPDATE_ROLLBACK_COMPLETE');
  await stack.later();
  return former;
}

const kept = published('1.0.0', { Removal: 'RETAIN' });

test('a version under RETAIN stays when the next deployment takes it out', async () => {
  const id = await takenBack(kept);
  stack.history.enter('UPDATE_IN_PROGRESS');
  await stack.later();
  stack.history.enter('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  succeeded(await stack.delete(VERSION, 'V', id, kept));
  expect(held()?.status).toBe('PUBLISHED');
});

test('a version under RETAIN stays when the stack is deleted', async () => {
  const id = await takenBack(kept);
  stack.history.enter('DELETE_IN_PROGRESS');
  succeeded(await stack.delete(VERSION, 'V', id, kept));
  expect(held()?.status).toBe('PUBLISHED');
});

test('a version that was once adopted is not given up when the next deployment fails', async () => {
  await aws.iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED' });
  const properties = published('1.0.0', { AdoptExisting: true });
  const id = await takenBack(properties);
  const owner = held()?.tags[ARTIFACT_TAGS.owner];
  expect(owner).toBeDefined();
  stack.history.enter('UPDATE_IN_PROGRESS');
  const changed = { ...properties, Description: 'changed' };
  succeeded(await stack.update(VERSION, 'V', { id, properties: changed, old: properties }));
  await stack.later();
  stack.history.enter('UPDATE_ROLLBACK_IN_PROGRESS');
  succeeded(await stack.update(VERSION, 'V', { id, properties, old: changed }));
  expect(held()?.tags[ARTIFACT_TAGS.owner]).toBe(owner);
});

const byHand = (action: string) =>
  aws.iot.byHand('UpdatePackageVersion', { packageName: PACKAGE, versionName: '1.0.0', action });
const deprecated = { Status: 'DEPRECATED' };

test('a version that was adopted in a state that the template leaves open has it again', async () => {
  await aws.iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED' });
  await takenBack(version('1.0.0', { AdoptExisting: true }), { changed: deprecated });
  expect(held()?.status).toBe('PUBLISHED');
});

test('a draft that somebody has published is published again, since it cannot be a draft', async () => {
  await takenBack(version(), { between: () => byHand('PUBLISH'), changed: deprecated });
  expect(held()?.status).toBe('PUBLISHED');
});

test('a published version is as the template says, although somebody has deprecated it before', async () => {
  await takenBack(published(), { between: () => byHand('DEPRECATE'), changed: { Description: 'renamed' } });
  expect(held()?.status).toBe('PUBLISHED');
});

test('a draft that the failed deployment has published stays published', async () => {
  await takenBack(version(), { changed: { Status: 'PUBLISHED' } });
  expect(held()?.status).toBe('PUBLISHED');
});

test.each(
  sampled(
    Array.from({ length: 12 }, (_, nth) => ['before', 'after'].map(when => ({ call: nth + 1, when }) as Kill)).flat(),
    3,
  ),
)('a version has the state again that the template leaves open, if the function dies $when call $call', async kill => {
  await aws.iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED' });
  await takenBack(version('1.0.0', { AdoptExisting: true }), { changed: deprecated, kill });
  expect(held()?.status).toBe('PUBLISHED');
});
