/** Events of a schema version that CloudFormation has gone on from, that come again late, and deployments that never succeed. */
import { ServiceError, throttling } from 'cdk-versioned-artifacts-local';
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
  numbers,
  records,
  stack,
  succeeded,
  version as versionOf,
} from './orders';
import { clock } from './stack';

const version = (more: object = {}) => versionOf(SECOND, more);
const deletable = version({ Removal: 'DELETE' });
/** Delivers what was sent as the nth event again; it must not be answered. */
const again = async (nth: number) => {
  await later();
  expect(await stack.deliver(stack.sent[nth])).toBeUndefined();
};

const pair = (MetadataValue: string) => ({ MetadataKeyValue: { MetadataKey: 'ticket', MetadataValue } });

/** CloudFormation gives a resource up while the service is asked for an operation. */
function goesOn(operation: string, statuses: readonly string[]): void {
  const after = async () => {
    for (const status of statuses) {
      await later();
      stack.history.resource('V', status, 'made-up');
    }
  };
  aroundNext(operation, { after });
}

describe('what an Update answers that CloudFormation has cancelled just then is undone by the reverse one', () => {
  const replaced = async (more: object) => {
    const [before, after] = [version(more), version({ Definition: THIRD, ...more })];
    const id = await created(before);
    await later();
    succeeded(await stack.update(VERSION, 'V', { id, properties: after, old: before }));
    await later();
    stack.history.resource('V', 'UPDATE_FAILED', id);
    stack.status = 'UPDATE_ROLLBACK_IN_PROGRESS';
    expect(succeeded(await stack.update(VERSION, 'V', { id, properties: before, old: after })).PhysicalResourceId).toBe(
      id,
    );
    await later();
  };

  test('with DELETE the version goes', async () => {
    await replaced({ Removal: 'DELETE' });
    expect(numbers()).toEqual([1, 2]);
  });

  test('under RETAIN it is left to nobody', async () => {
    await replaced({});
    expect(records(3)).toEqual([expect.stringContaining('released=')]);
    expect(records(2)).toEqual([expect.stringContaining('owner=')]);
  });
});

describe('a Create that is cancelled while it runs', () => {
  const cancelled = ['CREATE_FAILED', 'DELETE_IN_PROGRESS', 'DELETE_COMPLETE'];

  test.each([version(), deletable])('leaves no version behind, and answers nobody (%j)', async properties => {
    goesOn('RegisterSchemaVersion', cancelled);
    await expect(stack.create(VERSION, 'V', properties)).rejects.toThrow('was not answered');
    expect(numbers()).toEqual([1]);
  });

  test.each([version(), deletable])('while its metadata are throttled leaves no version behind (%j)', async more => {
    const trouble = { error: throttling() };
    aws.faults.inject({ service: 'glue', operation: 'PutSchemaVersionMetadata', nth: 2, trouble });
    stack.interrupt = async (_operation, moment) => {
      if (moment !== 'failed') return;
      await later();
      for (const status of cancelled) stack.history.resource('V', status, 'made-up');
    };
    const properties = { ...more, Metadata: { ticket: 'A-1' } };
    expect(await stack.attempt(VERSION, 'V', properties)).toBeUndefined();
    expect(numbers()).toEqual([1]);
  });

  test('leaves a version that somebody has marked meanwhile to nobody', async () => {
    goesOn('PutSchemaVersionMetadata', cancelled);
    const { run } = aws.glue.operations.QuerySchemaVersionMetadata;
    let reads = 0;
    aws.glue.operations.QuerySchemaVersionMetadata.run = async (...args: Parameters<typeof run>) => {
      if (++reads === 2) {
        await byHand('PutSchemaVersionMetadata', {
          SchemaVersionNumber: { VersionNumber: 2 },
          MetadataKeyValue: { MetadataKey: 'x-amz-meta-transport', MetadataValue: 'topic' },
        });
      }
      return run.apply(aws.glue.operations.QuerySchemaVersionMetadata, args);
    };
    await expect(stack.create(VERSION, 'V', deletable)).rejects.toThrow('was not answered');
    expect(records()).toEqual([expect.stringContaining('released=')]);
  });

  test('gives back what it has adopted', async () => {
    await byHand('RegisterSchemaVersion', { SchemaDefinition: SECOND });
    await later();
    const before = held();
    goesOn('PutSchemaVersionMetadata', cancelled);
    const adopting = version({ AdoptExisting: true, Metadata: { ticket: 'A' } });
    await expect(stack.create(VERSION, 'V', adopting)).rejects.toThrow('was not answered');
    expect(held()).toEqual(before);
  });
});

/** Does something before the service carries out an operation for the nth time from now on. */
function aroundNth(nth: number, operation: string, before: () => Promise<unknown> | undefined): void {
  aroundNext(operation, {
    before: async () => (nth === 1 ? before() : undefined),
    after: async () => nth > 1 && aroundNth(nth - 1, operation, before),
  });
}

describe('a Create that hangs until its stack has been rolled back', () => {
  /** The rollback deletes what it knows of, and ends, while the service is asked for an operation. */
  async function rolledBack(properties: object): Promise<void> {
    stack.history.resource('V', 'CREATE_FAILED', 'made-up');
    stack.history.enter('ROLLBACK_IN_PROGRESS');
    succeeded(await stack.delete(VERSION, 'V', 'made-up', properties));
    stack.history.resource('V', 'DELETE_COMPLETE', 'made-up');
    stack.history.enter('ROLLBACK_COMPLETE');
    await later();
  }

  test.each([
    ['before', 'RegisterSchemaVersion'],
    ['after', 'RegisterSchemaVersion'],
    ['before', 'PutSchemaVersionMetadata'],
    ['after', 'PutSchemaVersionMetadata'],
  ] as const)('%s %s leaves no version behind', async (when, operation) => {
    const properties = version({ Metadata: { ticket: 'A-1' } });
    aroundNext(operation, { [when]: () => rolledBack(properties) });
    expect(await stack.attempt(VERSION, 'V', properties)).toBeUndefined();
    expect(numbers()).toEqual([1]);
  });

  test.each(['before', 'after'])('%s its claim leaves what it has adopted as it was', async when => {
    await byHand('RegisterSchemaVersion', { SchemaDefinition: SECOND });
    await later();
    const before = held();
    const adopting = version({ AdoptExisting: true, Metadata: { ticket: 'A-1' } });
    aroundNext('PutSchemaVersionMetadata', { [when]: () => rolledBack(adopting) });
    // whatever it says, nobody hears it.
    expect(await stack.attempt(VERSION, 'V', adopting)).toBeUndefined();
    expect(held()).toEqual(before);
  });

  test.each([
    ['and goes on when the Create has ended', 9],
    ['and goes on while the Create undoes them', 3],
  ])(
    'and puts metadata that the Delete has not seen, %s, leaves what it has adopted as it was',
    async (_when, reads) => {
      await byHand('RegisterSchemaVersion', { SchemaDefinition: SECOND });
      await later();
      const before = held();
      const adopting = version({ AdoptExisting: true, Metadata: { ticket: 'A-1' } });
      let deleted: Promise<unknown> | undefined;
      let goesOn = () => {};
      const cancel = async () => {
        stack.history.resource('V', 'CREATE_FAILED', 'made-up');
        stack.history.enter('ROLLBACK_IN_PROGRESS');
        const hasLooked = new Promise<void>(resolve => {
          const isLetGo = new Promise<void>(go => (goesOn = go));
          aroundNext('RemoveSchemaVersionMetadata', { before: () => (resolve(), isLetGo) });
        });
        deleted = stack.delete(VERSION, 'V', 'made-up', adopting);
        await hasLooked;
        // the Create reads its claim, and then what it has to undo.
        aroundNth(reads, 'QuerySchemaVersionMetadata', () => (goesOn(), deleted));
      };
      aroundNext('PutSchemaVersionMetadata', { after: cancel });
      const answer = await stack.attempt(VERSION, 'V', adopting);
      goesOn();
      await deleted;
      expect(answer).toBeUndefined();
      expect(held()).toEqual(before);
    },
  );

  test('notices at its end that it was canceled while it put the last of its metadata', async () => {
    await byHand('RegisterSchemaVersion', { SchemaDefinition: SECOND });
    await later();
    const before = held();
    aroundNext('PutSchemaVersionMetadata', {
      after: async () => {
        stack.history.resource('V', 'CREATE_FAILED', 'made-up');
        stack.history.enter('ROLLBACK_IN_PROGRESS');
      },
    });
    const adopting = version({ AdoptExisting: true, Metadata: { ticket: 'A-1' } });
    expect(await stack.attempt(VERSION, 'V', adopting)).toBeUndefined();
    expect(held()).toEqual(before);
  });

  test('for its quota, until the role is gone with the rollback, ends soon and makes nothing', async () => {
    const denied = () => Promise.reject(Object.assign(new Error('no such role'), { name: 'AccessDenied' }));
    const error = new ServiceError('AccessDeniedException', 'no such role', 403);
    const began = stack.now;
    const { operations } = aws.glue;
    const throttled = jest.fn(async () => {
      stack.history.resource('V', 'CREATE_FAILED', 'made-up');
      stack.history.enter('ROLLBACK_COMPLETE');
      jest.spyOn(stack.history, 'describeResource').mockImplementation(denied);
      jest.spyOn(stack.history, 'describeStack').mockImplementation(denied);
      aws.faults.inject({ service: 'glue', operation: 'GetSchemaByDefinition', times: Infinity, trouble: { error } });
      throw throttling();
    });
    operations.RegisterSchemaVersion.run = throttled;
    await stack.attempt(VERSION, 'V', version());
    expect(throttled).toHaveBeenCalledTimes(1);
    expect(stack.now - began).toBeLessThan(120_000);
    expect(numbers()).toEqual([1]);
  });
});

test.each([
  ['next', 3],
  ['reused', 2],
] as const)('a Delete removes what a Create makes only then, where numbers are %s', async (reading, VersionNumber) => {
  aws.glue.behavior.numberAfterDeletion = reading;
  const id = await created(deletable);
  const [made] = records();
  succeeded(await stack.delete(VERSION, 'V', id, deletable));
  const look = aws.glue.operations.GetSchemaByDefinition;
  const { run } = look;
  let looks = 0;
  look.run = async (...args: Parameters<typeof run>) => {
    if (++looks === 2) {
      await byHand('RegisterSchemaVersion', { SchemaDefinition: SECOND });
      await byHand('PutSchemaVersionMetadata', {
        SchemaVersionNumber: { VersionNumber },
        MetadataKeyValue: { MetadataKey: OWNER_KEY, MetadataValue: made },
      });
    }
    return run.apply(look, args);
  };
  succeeded(await stack.delete(VERSION, 'V', 'mine-V-1A2B3C', deletable));
  expect(looks).toBeGreaterThan(1);
  expect(numbers()).toEqual([1]);
});

describe('an event that comes again late', () => {
  test('(a Delete) leaves a version that was put in again to its owner', async () => {
    const id = await created();
    succeeded(await stack.delete(VERSION, 'V', id, version()));
    await created();
    const before = held();
    await again(1);
    expect(held()).toEqual(before);
  });

  test('(a Create) makes nothing', async () => {
    const id = await created(deletable);
    succeeded(await stack.delete(VERSION, 'V', id, deletable));
    await later();
    await again(0);
    expect(numbers()).toEqual([1]);
  });

  test('(a Create) leaves a version that the registry has failed for somebody else since', async () => {
    const id = await created(deletable);
    succeeded(await stack.delete(VERSION, 'V', id, deletable));
    await later();
    aws.glue.addVersions('orders', [{ definition: SECOND, status: 'FAILURE' }]);
    const before = numbers();
    await again(0);
    expect(numbers()).toEqual(before);
  });

  test('(a Create) leaves a version that an Update has changed since, and its metadata', async () => {
    const [before, after] = ['a', 'b'].map(team => ({ ...deletable, Metadata: { team } })) as [object, object];
    const id = await created(before);
    await later();
    succeeded(await stack.update(VERSION, 'V', { id, properties: after, old: before }));
    await again(0);
    expect(held()?.metadata).toMatchObject({ team: ['b'], [OWNER_KEY]: [expect.any(String)] });
  });

  test.each([version(), deletable])(
    '(a Create) that runs at once with its first delivery leaves what that made (%j)',
    async made => {
      const target = aws.glue.operations.RegisterSchemaVersion;
      const { run } = target;
      target.run = async (...args: Parameters<typeof run>) => {
        target.run = run;
        const answer = await run.apply(target, args);
        const sent = jest.mocked(deliver).mock.calls[0][0];
        const { PhysicalResourceId } = succeeded((await stack.deliver(sent))!);
        stack.history.resource('V', 'CREATE_COMPLETE', PhysicalResourceId, made);
        await later();
        const after = { ...made, Metadata: { team: 'b' } };
        await stack.update(VERSION, 'V', { id: PhysicalResourceId, properties: after, old: made });
        return answer;
      };
      const deliver = jest.spyOn(stack, 'deliver');
      expect(await stack.attempt(VERSION, 'V', made)).toBeUndefined();
      expect(numbers()).toEqual([1, 2]);
    },
  );

  test('(an Update) leaves metadata as it is by now', async () => {
    const ticket = (value: string) => version({ Metadata: { ticket: value } });
    const id = await created(ticket('A'));
    succeeded(await stack.update(VERSION, 'V', { id, properties: ticket('B'), old: ticket('A') }));
    succeeded(await stack.update(VERSION, 'V', { id, properties: ticket('C'), old: ticket('B') }));
    const before = held();
    await again(1);
    expect(held()).toEqual(before);
  });

  test.each([
    ['was canceled', 'UPDATE_FAILED'],
    ['has succeeded', 'UPDATE_COMPLETE'],
  ])('(an Update that %s) leaves metadata that somebody has written by hand since', async (_what, end) => {
    const ticket = (value: string) => version({ Metadata: { ticket: value } });
    const id = await created(ticket('A'));
    const note = stack.history.resource.bind(stack.history);
    const noted = jest.spyOn(stack.history, 'resource').mockImplementation((logicalId, status, ...rest) => {
      note(logicalId, status === 'UPDATE_COMPLETE' ? end : status, ...rest);
    });
    succeeded(await stack.update(VERSION, 'V', { id, properties: ticket('B'), old: ticket('A') }));
    noted.mockRestore();
    await later();
    succeeded(await stack.update(VERSION, 'V', { id, properties: ticket('A'), old: ticket('B') }));
    await byHand('RemoveSchemaVersionMetadata', { ...pair('A'), SchemaVersionNumber: { VersionNumber: 2 } });
    await byHand('PutSchemaVersionMetadata', { ...pair('hand'), SchemaVersionNumber: { VersionNumber: 2 } });
    const before = held();
    await again(1);
    expect(held()).toEqual(before);
    expect(held()?.metadata).toMatchObject({ ticket: ['hand'] });
  });

  test('(a Create) at once after its first delivery leaves what that has made', async () => {
    await created();
    const before = held();
    expect(await stack.deliver(stack.sent[0])).toBeUndefined();
    expect(held()).toEqual(before);
  });
});

describe('a deployment that has never succeeded', () => {
  test.each(['DELETE_IN_PROGRESS', 'UPDATE_IN_PROGRESS'])(
    'destroys nothing that it had adopted when it is deleted in %s',
    async status => {
      await byHand('RegisterSchemaVersion', { SchemaDefinition: SECOND });
      await later();
      const before = held();
      stack.history.enter('CREATE_IN_PROGRESS');
      const adopting = version({ AdoptExisting: true, Removal: 'DELETE', Metadata: { ticket: 'A' } });
      const id = await created(adopting);
      stack.history.enter('CREATE_FAILED');
      await later();
      stack.history.enter(status);
      const gone = {
        RequestType: 'Delete',
        ResourceType: VERSION,
        LogicalResourceId: 'V',
        PhysicalResourceId: id,
      } as const;
      stack.history.resource('V', 'DELETE_IN_PROGRESS', id, adopting);
      succeeded((await stack.deliver({ ...stack.sent[0], ...gone, ResponseURL: url() }))!);
      expect(held()).toEqual(before);
    },
  );

  const url = () =>
    `http://127.0.0.1/answer?X-Amz-Date=${new Date(clock.now()).toISOString().replace(/[-:]|\.\d+/g, '')}&X-Amz-Expires=7200`;

  test('gives back what an Update had adopted under the id that the resource had', async () => {
    await byHand('RegisterSchemaVersion', { SchemaDefinition: SECOND });
    await later();
    const before = held();
    const id = await created(version());
    expect(held()).toEqual(before);
    const adopting = version({ AdoptExisting: true, Metadata: { ticket: 'A' } });
    stack.status = 'UPDATE_COMPLETE';
    await later();
    stack.status = 'UPDATE_IN_PROGRESS';
    succeeded(await stack.update(VERSION, 'V', { id, properties: adopting, old: version() }));
    expect(records()).toHaveLength(1);
    const rollback = () => stack.update(VERSION, 'V', { id, properties: version(), old: adopting });
    succeeded(await stack.during('UPDATE_ROLLBACK_IN_PROGRESS', rollback));
    expect(held()).toEqual(before);
  });
});

test('a former owner whose Delete never came does not make a version outlive construct and stack', async () => {
  await created(deletable, 'Old');
  const id = await created(deletable, 'New');
  stack.status = 'UPDATE_COMPLETE';
  await later();
  stack.status = 'UPDATE_IN_PROGRESS';
  succeeded(await stack.delete(VERSION, 'New', id, deletable));
  expect(numbers()).toEqual([1]);
});
