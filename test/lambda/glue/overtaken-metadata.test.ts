/** The metadata of a version after a rollback, and after an Update that CloudFormation has gone on from. */
import { OWNER_KEY } from '../../../contract/ownership';
import {
  SECOND,
  THIRD,
  VERSION,
  aroundNext,
  aws,
  byHand,
  created,
  held,
  later,
  records,
  stack,
  succeeded,
  version as versionOf,
} from './orders';
import { Stack } from './stack';

const ROLLBACK = 'UPDATE_ROLLBACK_IN_PROGRESS';
const PUT = 'PutSchemaVersionMetadata';
const REMOVE = 'RemoveSchemaVersionMetadata';
const READ = 'QuerySchemaVersionMetadata';

const version = (Metadata: object, more: object = {}) => versionOf(SECOND, { Metadata, ...more });
const update = (id: string, properties: object, old: object) => stack.update(VERSION, 'V', { id, properties, old });
const rolledBack = (id: string, properties: object, old: object) =>
  stack.during(ROLLBACK, () => update(id, properties, old));
const users = (number = 2) => {
  const { [OWNER_KEY]: _, ...rest } = held(number)?.metadata ?? {};
  return rest;
};
const mark = (operation: string, MetadataKey: string, MetadataValue: string) =>
  byHand(operation, {
    SchemaVersionNumber: { VersionNumber: 2 },
    MetadataKeyValue: { MetadataKey, MetadataValue },
  });

describe('an overtaken Update', () => {
  const [before, after] = [version({ team: 'a', tier: '1' }), version({ team: 'b', ticket: 'T' })];

  /** CloudFormation cancels the Update and rolls it back before a call of it takes effect, and goes on. */
  const overtaken = async (operation: string, then: (id: string) => Promise<unknown> = async () => {}) => {
    const id = await created(before);
    await later();
    const cancel = async () => {
      await later();
      stack.history.resource('V', 'UPDATE_FAILED', id);
      stack.history.enter(ROLLBACK);
      succeeded(await update(id, before, after));
      stack.history.enter('UPDATE_ROLLBACK_COMPLETE');
      await then(id);
    };
    aroundNext(operation, { before: cancel });
    expect(await stack.attemptUpdate(VERSION, 'V', { id, properties: after, old: before })).toBeUndefined();
    return id;
  };

  test.each([PUT, REMOVE])('writes back what it puts and removes after its rollback, which came at %s', async call => {
    await overtaken(call);
    expect(users()).toEqual({ team: ['a'], tier: ['1'] });
    expect(records()).toHaveLength(1);
  });

  test('leaves a pair that somebody has put by hand by then', async () => {
    await overtaken(PUT, () => mark(PUT, 'hand', 'x'));
    expect(users()).toEqual({ team: ['a'], tier: ['1'], hand: ['x'] });
  });

  test('gives a version nothing of the one that has replaced it by then', async () => {
    const next = versionOf(THIRD, { Metadata: { team: 'c', next: 'n' } });
    await overtaken(PUT, async id => {
      stack.history.enter('UPDATE_IN_PROGRESS');
      succeeded(await update(id, next, before));
    });
    expect(users(3)).toEqual({ team: ['c'], next: ['n'] });
    expect(users()).not.toHaveProperty('next');
  });

  test('leaves what is another stack’s by then, and takes its own pairs off', async () => {
    const other = new Stack(aws, 'other');
    const theirs = version({ owner: 'other' }, { AdoptExisting: true });
    await overtaken(PUT, async () => succeeded(await other.create(VERSION, 'V', theirs)));
    expect(records()).toEqual([expect.stringContaining('stack=other/')]);
    expect(users()).toMatchObject({ owner: ['other'] });
    expect(users()).not.toHaveProperty('ticket');
  });

  test('makes nothing of a version that somebody has deleted by then', async () => {
    await overtaken(PUT, async () => {
      aroundNext(READ, { before: () => byHand('DeleteSchemaVersions', { Versions: '2' }) });
    });
    await later();
    expect(held()).toBeUndefined();
  });
});

describe('a rollback', () => {
  /** The first read shows the metadata from before the failed deployment. */
  const stale = (team: string) => {
    const query = aws.glue.operations[READ];
    const { run } = query;
    query.run = async (...args: Parameters<typeof run>) => {
      query.run = run;
      const answer = (await run.apply(query, args)) as { MetadataInfoMap: Record<string, { MetadataValue: string }> };
      answer.MetadataInfoMap.team.MetadataValue = team;
      return answer;
    };
  };
  const [before, after] = [version({ team: 'a' }), version({ team: 'b' })];

  test('reads metadata once more that do not show what it undoes', async () => {
    const id = await created(before);
    succeeded(await update(id, after, before));
    stale('a');
    succeeded(await rolledBack(id, before, after));
    expect(users()).toEqual({ team: ['a'] });
  });

  test('reads metadata once if they show it', async () => {
    const id = await created(before);
    succeeded(await update(id, after, before));
    const calls = await stack.callsOf(async () => succeeded(await rolledBack(id, before, after)));
    expect(calls.filter(name => name === READ)).toHaveLength(1);
  });

  test('does not wait for metadata of a version that is another stack’s', async () => {
    const id = await created(version({ team: 'a' }));
    succeeded(await new Stack(aws, 'other').create(VERSION, 'V', version({}, { AdoptExisting: true })));
    const calls = await stack.callsOf(async () => succeeded(await rolledBack(id, before, after)));
    expect(calls.filter(name => name === READ)).toHaveLength(1);
  });
});
