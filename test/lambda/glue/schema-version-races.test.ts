/** A schema version beside producers, other stacks and hands that write at the same time. */
import { ServiceError, throttling } from 'cdk-versioned-artifacts-local';
import { OWNER_KEY } from '../../../contract/ownership';
import { readRecord } from '../../../lambda/glue/owner-record';
import { type Kill } from '../../../testing/stack';
import {
  SECOND,
  VERSION,
  aroundNext,
  aws,
  byHand,
  held,
  later,
  records,
  stack,
  succeeded,
  version as versionOf,
} from './orders';
import { type Reply, Stack } from './stack';

const ROLLBACK = 'UPDATE_ROLLBACK_IN_PROGRESS';

const version = (more: object = {}) => versionOf(SECOND, more);
const deletable = version({ Removal: 'DELETE' });
const mark = (key: string, value = 'x') =>
  byHand('PutSchemaVersionMetadata', {
    SchemaVersionNumber: { VersionNumber: 2 },
    MetadataKeyValue: { MetadataKey: key, MetadataValue: value },
  });
const before = (operation: string, act: () => Promise<unknown>) => aroundNext(operation, { before: act });

test('a read that does not show the claim yet is made again', async () => {
  const query = aws.glue.operations.QuerySchemaVersionMetadata;
  const { run } = query;
  let stale = 2;
  query.run = (...args) => (stale-- > 0 ? { MetadataInfoMap: {} } : run.apply(query, args));
  succeeded(await stack.create(VERSION, 'V', version({ Metadata: { ticket: 'A-1' } })));
  expect(stale).toBeLessThan(0);
  expect(records()).toHaveLength(1);
  expect(held()?.metadata.ticket).toEqual(['A-1']);
});

describe.each(['QuerySchemaVersionMetadata', 'PutSchemaVersionMetadata'])(
  'a version that somebody deletes right before %s',
  operation => {
    const [one, two] = [version({ Metadata: { ticket: 'A-1' } }), version({ Metadata: { ticket: 'A-2' } })];
    const deletion = async () => {
      await byHand('DeleteSchemaVersions', { Versions: '2' });
      await later();
    };
    const update = async (properties: object, old: object) => {
      const { PhysicalResourceId: id } = succeeded(await stack.create(VERSION, 'V', old));
      before(operation, deletion);
      return stack.update(VERSION, 'V', { id, properties, old });
    };

    test('fails the deployment, and says so', async () => {
      const { Reason } = await update(two, one);
      expect(Reason).toMatch(
        /version 2 of schema orders .* was deleted while this deployment worked on it: deploy again/,
      );
    });

    test('does not fail a rollback', async () => {
      succeeded(await stack.during(ROLLBACK, () => update(one, two)));
    });
  },
);

describe('a producer that registers the same definition by itself', () => {
  const produce = () => byHand('RegisterSchemaVersion', { SchemaDefinition: SECOND });
  const produceMarked = async () => {
    await produce();
    await mark('x-amz-meta-transport', 'orders-topic');
  };

  test.each([
    ['after the event was sent', 'GetSchemaByDefinition', produceMarked],
    ['after the event was sent, without metadata', 'GetSchemaByDefinition', produce],
    ['between the look-up and the registration', 'RegisterSchemaVersion', produceMarked],
  ])('%s keeps its version, whatever becomes of the stack', async (_when, operation, act) => {
    before(operation, act);
    const { PhysicalResourceId: id } = succeeded(await stack.create(VERSION, 'V', deletable));
    const theirs = held();
    expect(records()).toEqual([]);
    succeeded(await stack.during(ROLLBACK, () => stack.delete(VERSION, 'V', id, deletable)));
    succeeded(await stack.delete(VERSION, 'V', id, deletable));
    expect(held()).toEqual(theirs);
  });

  test('and marks its version keeps it under RETAIN, too', async () => {
    before('GetSchemaByDefinition', produceMarked);
    succeeded(await stack.create(VERSION, 'V', version()));
    expect(records()).toEqual([]);
  });

  test('while the registration is repeated, keeps its version, too', async () => {
    const busy = new ServiceError('ConcurrentModificationException', 'busy', 400);
    aws.faults.inject({ service: 'glue', operation: 'RegisterSchemaVersion', trouble: { error: busy }, times: 1 });
    let looked = 0;
    const { run } = aws.glue.operations.GetSchemaByDefinition;
    aws.glue.operations.GetSchemaByDefinition.run = async (...args: Parameters<typeof run>) => {
      if (++looked === 2) await produce();
      return run.apply(aws.glue.operations.GetSchemaByDefinition, args);
    };
    const { PhysicalResourceId: id } = succeeded(await stack.create(VERSION, 'V', deletable));
    succeeded(await stack.delete(VERSION, 'V', id, deletable));
    expect(held()).toMatchObject({ status: 'AVAILABLE', metadata: {} });
  });

  test('while the registration is throttled, keeps its version, too', async () => {
    aws.faults.inject({ service: 'glue', operation: 'RegisterSchemaVersion', trouble: { error: throttling() } });
    stack.interrupt = async (operation, moment) => {
      if (operation === 'RegisterSchemaVersion' && moment === 'failed') await produce();
    };
    const { PhysicalResourceId: id } = succeeded(await stack.create(VERSION, 'V', deletable));
    succeeded(await stack.delete(VERSION, 'V', id, deletable));
    expect(held()).toMatchObject({ status: 'AVAILABLE', metadata: {} });
  });

  test('that writes with a version of the stack keeps it when the deployment is rolled back', async () => {
    const { PhysicalResourceId: id } = succeeded(await stack.create(VERSION, 'V', deletable));
    await mark('x-amz-meta-transport', 'orders-topic');
    succeeded(await stack.during(ROLLBACK, () => stack.delete(VERSION, 'V', id, deletable)));
    expect(held()?.status).toBe('AVAILABLE');
    expect(records()).toEqual([expect.stringContaining('released=')]);
  });
});

test('a version that is handed back while the rollback takes it back is its former owner’s, and stays', async () => {
  const adopting = version({ Removal: 'DELETE', AdoptExisting: true });
  const { PhysicalResourceId: id } = succeeded(await stack.create(VERSION, 'V', adopting));
  const [mine] = records();
  succeeded(await stack.create(VERSION, 'Renamed', adopting));
  const [theirs] = records();
  before('PutSchemaVersionMetadata', async () => {
    await mark(OWNER_KEY, mine.replace('1', '3'));
    await byHand('RemoveSchemaVersionMetadata', {
      SchemaVersionNumber: { VersionNumber: 2 },
      MetadataKeyValue: { MetadataKey: OWNER_KEY, MetadataValue: theirs },
    });
    await later();
  });
  const reversed = await stack.during(ROLLBACK, () =>
    stack.update(VERSION, 'V', { id, properties: adopting, old: adopting }),
  );
  expect(succeeded(reversed).PhysicalResourceId).toBe(id);
  expect(records()).toEqual([mine.replace('1', '3')]);
});

describe('two stacks', () => {
  let other: Stack;
  beforeEach(() => {
    other = new Stack(aws, 'other');
  });

  test('that register one definition at once have one owner, and only that one deletes it', async () => {
    let theirs: Reply | undefined;
    before('RegisterSchemaVersion', async () => {
      theirs = await other.create(VERSION, 'V', deletable);
    });
    const mine = succeeded(await stack.create(VERSION, 'V', deletable));
    succeeded(theirs!);
    expect(records()).toEqual([expect.stringContaining('stack=other/')]);
    succeeded(await stack.delete(VERSION, 'V', mine.PhysicalResourceId, deletable));
    expect(held()?.status).toBe('AVAILABLE');
    succeeded(await other.delete(VERSION, 'V', theirs!.PhysicalResourceId, deletable));
    expect(held()).toBeUndefined();
  });

  test('that adopt one version at once do not both succeed', async () => {
    await byHand('RegisterSchemaVersion', { SchemaDefinition: SECOND });
    await later();
    const adopting = version({ AdoptExisting: true });
    let theirs: Reply | undefined;
    before('PutSchemaVersionMetadata', async () => {
      theirs = await other.create(VERSION, 'V', adopting);
    });
    const mine = await stack.create(VERSION, 'V', adopting);
    succeeded(theirs!);
    expect(mine.Reason).toMatch(
      /version 2 of schema orders .* was claimed by another stack at the same time.*deploy again/,
    );
    expect(records()).toEqual([expect.stringContaining('stack=other/')]);
  });

  test('of which one adopts a version while the deletion of the other waits: the version stays', async () => {
    const { PhysicalResourceId: id } = succeeded(await stack.create(VERSION, 'V', deletable));
    const busy = new ServiceError('ConcurrentModificationException', 'busy', 400);
    aws.faults.inject({ service: 'glue', operation: 'DeleteSchemaVersions', trouble: { error: busy }, times: 1 });
    const query = aws.glue.operations.QuerySchemaVersionMetadata;
    const { run } = query;
    let reads = 0;
    query.run = async (...args: Parameters<typeof run>) => {
      if (++reads === 2) {
        query.run = run;
        succeeded(await other.create(VERSION, 'V', version({ AdoptExisting: true })));
      }
      return run.apply(query, args);
    };
    succeeded(await stack.delete(VERSION, 'V', id, deletable));
    expect(held()?.status).toBe('AVAILABLE');
    expect(records()).toEqual([expect.stringContaining('stack=other/')]);
  });

  test.each(['PutSchemaVersionMetadata', 'RemoveSchemaVersionMetadata'])(
    'of which one adopts what the other one lets go, before its %s: the version is the adopter’s',
    async operation => {
      const { PhysicalResourceId: id } = succeeded(await stack.create(VERSION, 'V', version()));
      await later();
      const adopting = version({ AdoptExisting: true });
      let theirs: Reply | undefined;
      before(operation, async () => {
        theirs = succeeded(await other.create(VERSION, 'V', adopting));
      });
      succeeded(await stack.during('DELETE_IN_PROGRESS', () => stack.delete(VERSION, 'V', id, version())));
      const ticket = { ...adopting, Metadata: { ticket: 'A-1' } };
      succeeded(
        await other.update(VERSION, 'V', { id: theirs!.PhysicalResourceId, properties: ticket, old: adopting }),
      );
      expect(records()).toContainEqual(expect.stringContaining('stack=other/'));
      succeeded(await other.delete(VERSION, 'V', theirs!.PhysicalResourceId, { ...ticket, Removal: 'DELETE' }));
      expect(held()).toBeUndefined();
    },
  );
});

describe('three stacks: the second gives a version back to the first in a rollback, while the third adopts it', () => {
  const adopting = version({ AdoptExisting: true });
  const kills = [3, 4, 5, 6, 7, 8].flatMap((call): Kill[] => [
    { call, when: 'before' },
    { call, when: 'after' },
  ]);

  test.each([undefined, ...kills])('it is the third one’s, whenever the function is killed (%j)', async kill => {
    const [second, third] = ['second', 'third'].map(name => new Stack(aws, name));
    succeeded(await stack.create(VERSION, 'V', version()));
    await later();
    const { PhysicalResourceId: id } = succeeded(await second.create(VERSION, 'V', adopting));
    await later();
    before('PutSchemaVersionMetadata', async () => succeeded(await third.create(VERSION, 'V', adopting)));
    second.killNext = kill;
    const giveBack = () => second.during('ROLLBACK_IN_PROGRESS', () => second.delete(VERSION, 'V', id, adopting));
    for (let delivery = 0; delivery < 2; delivery++) succeeded(await giveBack());
    expect(readRecord(records()).fields.stack).toBe('third/0a1b');
  });
});

describe('what is undone', () => {
  const adopting = version({ AdoptExisting: true, Metadata: { ticket: 'A', shared: 'x' } });
  beforeEach(async () => {
    await byHand('RegisterSchemaVersion', { SchemaDefinition: SECOND });
    await mark('shared');
    await later();
  });

  test('takes the metadata of the failed deployment off a foreign version, and nothing else', async () => {
    const theirs = held();
    const { PhysicalResourceId: id } = succeeded(await stack.create(VERSION, 'V', adopting));
    expect(held()?.metadata).toMatchObject({ ticket: ['A'] });
    succeeded(await stack.during(ROLLBACK, () => stack.delete(VERSION, 'V', id, adopting)));
    expect(held()).toEqual(theirs);
  });

  test('of an event that fails half-way is undone by itself: nobody deletes a failed replacement', async () => {
    const theirs = held();
    const refused = new ServiceError('InvalidInputException', 'no', 400);
    aws.faults.inject({
      service: 'glue',
      operation: 'PutSchemaVersionMetadata',
      trouble: { error: refused },
      nth: 2,
    });
    expect((await stack.create(VERSION, 'V', adopting)).Status).toBe('FAILED');
    expect(held()).toEqual(theirs);
  });
});

describe('a version that vanishes between two reads', () => {
  test.each([deletable, version()])('is a success in a deletion (%j)', async properties => {
    const { PhysicalResourceId: id } = succeeded(await stack.create(VERSION, 'V', properties));
    before('QuerySchemaVersionMetadata', async () => {
      await byHand('DeleteSchemaVersions', { Versions: '2' });
      await later();
    });
    succeeded(await stack.delete(VERSION, 'V', id, properties));
  });

  test('or right before it is written to is one, too', async () => {
    const { PhysicalResourceId: id } = succeeded(await stack.create(VERSION, 'V', version()));
    before('PutSchemaVersionMetadata', async () => {
      await byHand('DeleteSchemaVersions', { Versions: '2' });
      await later();
    });
    succeeded(await stack.delete(VERSION, 'V', id, version()));
    expect(held()).toBeUndefined();
  });
});

describe('a schema of another account or region', () => {
  const arn = (region: string, account: string) => `arn:aws:glue:${region}:${account}:schema/default-registry/orders`;

  test.each([
    ['account', () => arn(aws.region, '222222222222')],
    ['region', () => arn('eu-west-9', aws.account)],
  ])('(%s) is not mistaken for one of its name here', async (_what, other) => {
    const properties = version({ SchemaArn: other() });
    const calls = await stack.callsOf(async () => {
      const reply = await stack.create(VERSION, 'V', properties);
      expect(reply.Reason).toMatch(/is not in the region and account of this stack, .*: use it in a stack there/);
      succeeded(await stack.delete(VERSION, 'V', reply.PhysicalResourceId, properties));
    });
    expect(calls).toEqual([]);
  });

  test('is none where the ARN is of the stack’s own', async () => {
    succeeded(await stack.create(VERSION, 'V', version({ SchemaArn: arn(aws.region, aws.account) })));
  });
});
