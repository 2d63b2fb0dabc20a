/** What overlaps, comes late or comes twice: only what is a resource's current operation takes effect. */
import { throttling } from 'cdk-versioned-artifacts-local';
import { SoftwarePackageResourceType as Type } from '../../../contract/iot';
import { ARTIFACT_TAGS } from '../../../contract/ownership';
import {
  PACKAGE,
  aws,
  held,
  meanwhile,
  pointer,
  published,
  refusal,
  shown,
  stack,
  succeeded,
  version,
} from './cancellations';
import { type Reply, Stack } from './stack';

describe('K2 stale', () => {
  test('an old Delete leaves a version that was put in again, and the default with it', async () => {
    const id = succeeded(await stack.create(Type.VERSION, 'V', published()));
    succeeded(await stack.delete(Type.VERSION, 'V', id, published()));
    const old = stack.sent.at(-1)!;
    succeeded(await stack.create(Type.VERSION, 'V', published()));
    expect(await stack.deliver(old)).toBeUndefined();
    expect(held()?.status).toBe('PUBLISHED');
  });

  test('an old Update does not move the default back', async () => {
    for (const name of ['1.0.0', '2.0.0']) await aws.iot.createVersion(PACKAGE, name, { status: 'PUBLISHED' });
    const id = succeeded(await stack.create(Type.DEFAULT_VERSION, 'D', pointer('1.0.0')));
    succeeded(await stack.update(Type.DEFAULT_VERSION, 'D', { id, properties: pointer('2.0.0') }));
    const old = stack.sent.at(-1)!;
    succeeded(await stack.update(Type.DEFAULT_VERSION, 'D', { id, properties: pointer('1.0.0') }));
    expect(await stack.deliver(old)).toBeUndefined();
    expect(shown()).toBe('1.0.0');
  });

  test('the owner’s record tells an old event, and CloudFormation need not be asked', async () => {
    const id = succeeded(await stack.create(Type.VERSION, 'V', published()));
    succeeded(await stack.delete(Type.VERSION, 'V', id, published()));
    const old = stack.sent.at(-1)!;
    succeeded(await stack.create(Type.VERSION, 'V', published()));
    const asked = jest.spyOn(stack.history, 'describeResource');
    expect(await stack.deliver(old)).toBeUndefined();
    expect(asked).not.toHaveBeenCalled();
  });

  test('an old Create makes no orphan', async () => {
    const id = succeeded(await stack.create(Type.VERSION, 'V', published()));
    const old = stack.sent.at(-1)!;
    await stack.during('UPDATE_ROLLBACK_IN_PROGRESS', () => stack.delete(Type.VERSION, 'V', id, published()));
    expect(await stack.deliver(old)).toBeUndefined();
    expect(held()).toBeUndefined();
  });

  test('an old Create is not answered with what the first one made, and removes nothing, should AWS IoT honor tokens', async () => {
    aws.iot.behavior.honorClientTokens = true;
    const [a, b] = ['a', 'b'].map(Description => published('1.0.0', { Description })) as [object, object];
    const id = succeeded(await stack.create(Type.VERSION, 'V', a));
    const old = stack.sent.at(-1)!;
    succeeded(await stack.update(Type.VERSION, 'V', { id, properties: b, old: a }));
    expect(await stack.deliver(old)).toBeUndefined();
    expect(held()).toMatchObject({ status: 'PUBLISHED', description: 'b' });
  });

  test('an old Create does not undo what it has made once an Update has changed it: a version, a package, a pointer', async () => {
    await aws.iot.createVersion(PACKAGE, '0.9.0', { status: 'PUBLISHED' });
    const steps: [string, string, object, object][] = [
      [Type.VERSION, 'V', published('1.0.0', { Description: 'a' }), published('1.0.0', { Description: 'b' })],
      [Type.PACKAGE, 'P', { PackageName: 'a', Description: 'a' }, { PackageName: 'a', Description: 'b' }],
      [Type.DEFAULT_VERSION, 'D', pointer('0.9.0'), pointer('1.0.0')],
    ];
    for (const [type, logicalId, before, after] of steps) {
      const id = succeeded(await stack.create(type, logicalId, before));
      const old = stack.sent.at(-1)!;
      succeeded(await stack.update(type, logicalId, { id, properties: after, old: before }));
      expect(await stack.deliver(old)).toBeUndefined();
    }
    expect(held()).toMatchObject({ status: 'PUBLISHED', description: 'b' });
    expect(aws.iot.describe('a')).toMatchObject({ description: 'b' });
    expect(shown()).toBe('1.0.0');
  });

  test('an old Update does not undo what it has made in a replacement once a later one has changed it', async () => {
    const first = succeeded(await stack.create(Type.VERSION, 'V', published('1.0.0')));
    const [a, b] = ['a', 'b'].map(Description => published('2.0.0', { Description })) as [object, object];
    const second = succeeded(
      await stack.update(Type.VERSION, 'V', { id: first, properties: a, old: published('1.0.0') }),
    );
    const old = stack.sent.at(-1)!;
    succeeded(await stack.delete(Type.VERSION, 'V', first, published('1.0.0')));
    succeeded(await stack.update(Type.VERSION, 'V', { id: second, properties: b, old: a }));
    expect(await stack.deliver(old)).toBeUndefined();
    expect(held('2.0.0')).toMatchObject({ status: 'PUBLISHED', description: 'b' });
  });

  test('an old Update does not make what was replaced since', async () => {
    const id = succeeded(await stack.create(Type.VERSION, 'V', published()));
    succeeded(
      await stack.update(Type.VERSION, 'V', {
        id,
        properties: published('1.0.0', { Description: 'b' }),
        old: published(),
      }),
    );
    const old = stack.sent.at(-1)!;
    succeeded(await stack.update(Type.VERSION, 'V', { id, properties: published('2.0.0'), old: published() }));
    succeeded(await stack.delete(Type.VERSION, 'V', id, published()));
    expect(await stack.deliver(old)).toBeUndefined();
    expect(Object.keys(aws.iot.describe(PACKAGE)!.versions)).toEqual(['2.0.0']);
  });

  test('an old Update does not make a package that was replaced since', async () => {
    const named = (PackageName: string, more: object = {}) => ({ PackageName, Removal: 'DELETE', ...more });
    const id = succeeded(await stack.create(Type.PACKAGE, 'P', named('a')));
    succeeded(
      await stack.update(Type.PACKAGE, 'P', { id, properties: named('a', { Description: 'b' }), old: named('a') }),
    );
    const old = stack.sent.at(-1)!;
    succeeded(await stack.update(Type.PACKAGE, 'P', { id, properties: named('b'), old: named('a') }));
    succeeded(await stack.delete(Type.PACKAGE, 'P', id, named('a')));
    expect(await stack.deliver(old)).toBeUndefined();
    expect(aws.iot.describe('a')).toBeUndefined();
  });

  test('the very same event, again within its operation, ends in the same state', async () => {
    stack.killNext = { call: 2, when: 'after' };
    succeeded(await stack.create(Type.VERSION, 'V', published()));
    expect(held()?.status).toBe('PUBLISHED');
  });
});

describe('K3 check, then act', () => {
  test('two stacks that adopt one version at once never both have it', async () => {
    await aws.iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED' });
    const other = new Stack(aws, 'other');
    const adopting = published('1.0.0', { AdoptExisting: 'true' });
    let second: Reply | undefined;
    meanwhile('TagResource', 'before', async () => {
      second = await other.create(Type.VERSION, 'V', adopting);
    });
    const first = await stack.create(Type.VERSION, 'V', adopting);
    expect([first.Status, second?.Status].sort()).toEqual(['FAILED', 'SUCCESS']);
    expect(first.Reason).toContain(`claimed by stack ${other.stackId} at the same time`);
    expect(held()?.tags[ARTIFACT_TAGS.stack]).toBe(other.stackId);
  });

  test('a version that another stack has adopted while its removal was throttled stays', async () => {
    const id = succeeded(await stack.create(Type.VERSION, 'V', published()));
    const other = new Stack(aws, 'other');
    aws.faults.inject({
      service: 'iot',
      operation: 'DeletePackageVersion',
      times: 1,
      trouble: { error: throttling() },
    });
    meanwhile('DeletePackageVersion', 'failed', async () => {
      succeeded(await other.create(Type.VERSION, 'V', published('1.0.0', { AdoptExisting: 'true' })));
    });
    succeeded(await stack.delete(Type.VERSION, 'V', id, published()));
    expect(held()?.tags[ARTIFACT_TAGS.stack]).toBe(other.stackId);
  });
});

describe('K4 what a Delete means', () => {
  test('what a deployment that failed had adopted is given back, though the stack is deleted for it', async () => {
    await aws.iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED' });
    const adopting = published('1.0.0', { AdoptExisting: 'true' });
    const id = succeeded(await stack.create(Type.VERSION, 'V', adopting));
    stack.history.enter('CREATE_FAILED');
    stack.history.enter('DELETE_IN_PROGRESS');
    succeeded(await stack.delete(Type.VERSION, 'V', id, adopting));
    expect(held()?.status).toBe('PUBLISHED');
    expect(Object.keys(held()!.tags)).toEqual([]);
  });

  test('what failed without a rollback is undone by the deployment that deletes it, under RETAIN too', async () => {
    const kept = published('1.0.0', { Removal: 'RETAIN' });
    const id = succeeded(await stack.create(Type.VERSION, 'V', kept));
    stack.history.enter('UPDATE_FAILED');
    stack.history.enter('UPDATE_IN_PROGRESS');
    stack.history.enter('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    succeeded(await stack.delete(Type.VERSION, 'V', id, kept));
    expect(held()).toBeUndefined();
  });
});

describe('K6 ownership that is not undone', () => {
  test('what an Update has adopted under the same id is given back by the rollback', async () => {
    const id = succeeded(await stack.create(Type.VERSION, 'V', published()));
    await aws.iot.byHand('DeletePackageVersion', { packageName: PACKAGE, versionName: '1.0.0' });
    const other = new Stack(aws, 'other');
    succeeded(await other.create(Type.VERSION, 'V', published()));
    stack.status = 'UPDATE_COMPLETE';
    stack.status = 'UPDATE_IN_PROGRESS';
    succeeded(
      await stack.update(Type.VERSION, 'V', {
        id,
        properties: published('1.0.0', { AdoptExisting: 'true' }),
        old: published(),
      }),
    );
    expect(held()?.tags[ARTIFACT_TAGS.stack]).toBe(stack.stackId);
    await stack.during('UPDATE_ROLLBACK_IN_PROGRESS', async () =>
      succeeded(
        await stack.update(Type.VERSION, 'V', {
          id,
          properties: published(),
          old: published('1.0.0', { AdoptExisting: 'true' }),
        }),
      ),
    );
    expect(held()?.tags[ARTIFACT_TAGS.stack]).toBe(other.stackId);
  });

  test('a former owner whose Delete never came does not make the version outlive its construct', async () => {
    succeeded(await stack.create(Type.VERSION, 'Old', published()));
    const id = succeeded(await stack.create(Type.VERSION, 'New', published()));
    succeeded(await stack.delete(Type.VERSION, 'New', id, published()));
    expect(held()).toBeUndefined();
  });

  test('a replacement that was killed once and then refused is undone', async () => {
    const id = succeeded(await stack.create(Type.VERSION, 'V', published()));
    aws.faults.inject({ service: 'iot', operation: 'UpdatePackageVersion', trouble: { error: refusal() } });
    stack.killNext = { call: 1, when: 'after' };
    expect(
      (await stack.update(Type.VERSION, 'V', { id, properties: published('2.0.0'), old: published() })).Status,
    ).toBe('FAILED');
    expect(held('2.0.0')).toBeUndefined();
  });

  test('what the same stack’s former life has left behind is its successor’s', async () => {
    succeeded(await stack.create(Type.VERSION, 'V', published()));
    const again = new Stack(aws, stack.name, 'another-life');
    succeeded(await again.create(Type.VERSION, 'V', published()));
    expect(held()?.tags[ARTIFACT_TAGS.stack]).toBe(again.stackId);
  });
});

describe('K7 a rollback that can fail', () => {
  test('a refused deletion leaves the version to nobody, and is answered as a success', async () => {
    const id = succeeded(await stack.create(Type.VERSION, 'V', published()));
    aws.faults.inject({ service: 'iot', operation: 'DeletePackageVersion', times: 9, trouble: { error: refusal() } });
    await stack.during('ROLLBACK_IN_PROGRESS', async () =>
      succeeded(await stack.delete(Type.VERSION, 'V', id, published())),
    );
    expect(Object.keys(held()!.tags)).not.toContain(ARTIFACT_TAGS.owner);
    expect(stack.logs).toContainEqual(expect.objectContaining({ Refused: 1 }));
  });

  test('a refused restoration of a state is answered as a success', async () => {
    await aws.iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED' });
    const deprecated = version('1.0.0', { Status: 'DEPRECATED', AdoptExisting: 'true' });
    const id = succeeded(await stack.create(Type.VERSION, 'V', deprecated));
    aws.faults.inject({ service: 'iot', operation: 'UpdatePackageVersion', times: 9, trouble: { error: refusal() } });
    await stack.during('ROLLBACK_IN_PROGRESS', async () =>
      succeeded(await stack.delete(Type.VERSION, 'V', id, deprecated)),
    );
    expect(held()?.tags).toEqual({});
  });

  test.each([
    [1, undefined],
    [9, '2.0.0'],
  ])('a refused restoration of a default is answered as a success, %d times refused', async (times, left) => {
    for (const name of ['1.0.0', '2.0.0']) await aws.iot.createVersion(PACKAGE, name, { status: 'PUBLISHED' });
    await aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, defaultVersionName: '1.0.0' });
    const adopting = pointer('2.0.0', { AdoptExisting: 'true' });
    const id = succeeded(await stack.create(Type.DEFAULT_VERSION, 'D', adopting));
    aws.faults.inject({ service: 'iot', operation: 'UpdatePackage', times, trouble: { error: refusal() } });
    await stack.during('ROLLBACK_IN_PROGRESS', async () =>
      succeeded(await stack.delete(Type.DEFAULT_VERSION, 'D', id, adopting)),
    );
    expect(shown()).toBe(left);
  });

  test('a package that somebody deleted by hand stops no rollback, neither of a version nor of the default', async () => {
    const id = succeeded(await stack.create(Type.VERSION, 'V', published()));
    const pointed = succeeded(await stack.create(Type.DEFAULT_VERSION, 'D', pointer('1.0.0')));
    await aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, unsetDefaultVersion: true });
    await aws.iot.byHand('DeletePackageVersion', { packageName: PACKAGE, versionName: '1.0.0' });
    await aws.iot.byHand('DeletePackage', { packageName: PACKAGE });
    await stack.during('UPDATE_ROLLBACK_IN_PROGRESS', async () => {
      succeeded(
        await stack.update(Type.VERSION, 'V', {
          id,
          properties: published(),
          old: published('1.0.0', { Description: 'b' }),
        }),
      );
      succeeded(
        await stack.update(Type.DEFAULT_VERSION, 'D', {
          id: pointed,
          properties: pointer('1.0.0'),
          old: pointer('2.0.0'),
        }),
      );
    });
  });

  test('a default version that somebody deleted by hand is made again by an update, and is the default again', async () => {
    const id = succeeded(await stack.create(Type.VERSION, 'V', published()));
    succeeded(await stack.create(Type.DEFAULT_VERSION, 'D', pointer('1.0.0')));
    await aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, unsetDefaultVersion: true });
    await aws.iot.byHand('DeletePackageVersion', { packageName: PACKAGE, versionName: '1.0.0' });
    succeeded(
      await stack.update(Type.VERSION, 'V', {
        id,
        properties: published('1.0.0', { Description: 'b' }),
        old: published(),
      }),
    );
    expect(shown()).toBe('1.0.0');
  });
});

test('a plain create-and-publish asks one question beside its three calls, an update of nothing none', async () => {
  let asked = 0;
  const { describeResource } = stack.history;
  stack.history.describeResource = (...at) => {
    asked++;
    return describeResource.apply(stack.history, at);
  };
  const id = succeeded(await stack.create(Type.VERSION, 'V', published()));
  expect(asked).toBe(1);
  succeeded(
    await stack.update(Type.VERSION, 'V', { id, properties: published('1.0.0', { Salt: '2' }), old: published() }),
  );
  expect(asked).toBe(1);
});

test.each(['.', '..'])('%s is no name, which would be a path', async name => {
  expect((await stack.create(Type.VERSION, 'V', version(name))).Reason).toContain('must not be "." or ".."');
});

test('forty tags can be exchanged for forty others', async () => {
  const tags = (prefix: string) => ({ Tags: Array.from({ length: 40 }, (_, n) => ({ Key: prefix + n, Value: 'x' })) });
  const id = succeeded(await stack.create(Type.VERSION, 'V', version('1.0.0', tags('a'))));
  succeeded(
    await stack.update(Type.VERSION, 'V', {
      id,
      properties: version('1.0.0', tags('b')),
      old: version('1.0.0', tags('a')),
    }),
  );
  expect(held()?.tags).toMatchObject({ b0: 'x', b39: 'x' });
});
