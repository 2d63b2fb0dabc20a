/** K1: CloudFormation does not wait for an event in flight. What is cancelled undoes what it alone has made. */
import { ServiceError, throttling } from 'cdk-versioned-artifacts-local';
import { SoftwarePackageResourceType as Type } from '../../../contract/iot';
import { ARTIFACT_TAGS, DEFAULT_POINTER_TAGS } from '../../../contract/ownership';
import { LATEST_EFFECT } from '../../../lambda/runtime/client';
import { mortal } from '../../../testing/stack';
import {
  PACKAGE,
  aws,
  cancel,
  held,
  meanwhile,
  pointer,
  published,
  shown,
  stack,
  succeeded,
  version,
} from './cancellations';
import { Stack } from './stack';

describe('K1 in flight', () => {
  test('a version that a cancelled Create makes after its rollback is removed again, and nobody is answered', async () => {
    meanwhile('CreatePackageVersion', 'before', async () => {
      await cancel('V', 'CREATE');
      // the Delete of the rollback waits for what may come, and finds nothing.
      stack.history.resource('V', 'DELETE_COMPLETE', 'made-up');
    });
    expect(await stack.attempt(Type.VERSION, 'V', published())).toBeUndefined();
    expect(held()).toBeUndefined();
  });

  test('a cancelled Create that comes to its end before its Delete leaves the version to that one', async () => {
    meanwhile('CreatePackageVersion', 'after', () => cancel('V', 'CREATE'));
    expect(await stack.attempt(Type.VERSION, 'V', published())).toBeUndefined();
    expect(held()).toBeUndefined();
    succeeded(await stack.delete(Type.VERSION, 'V', 'made-up', published()));
  });

  test('the Delete of a Create that has not answered waits for what that one is about to make', async () => {
    const creation = stack.sent.length;
    await stack.attempt(Type.VERSION, 'V', published());
    const create = stack.sent[creation];
    await aws.iot.byHand('DeletePackageVersion', { packageName: PACKAGE, versionName: '1.0.0' });
    let reads = 0;
    stack.interrupt = async (name, moment) => {
      if (name !== 'ListTagsForResource' || moment !== 'before' || ++reads !== 3) return;
      stack.interrupt = undefined;
      // it takes effect, and its function dies.
      stack.killNext = undefined;
      await stack.deliver(create, client => mortal(client, { call: 1, when: 'after' }));
    };
    await stack.during('ROLLBACK_IN_PROGRESS', () => stack.delete(Type.VERSION, 'V', 'made-up', published()));
    expect(reads).toBe(3);
    expect(held()).toBeUndefined();
  });

  test('the Delete of a Create that has not answered and has made nothing waits once', async () => {
    const began = stack.now;
    succeeded(
      await stack.during('ROLLBACK_IN_PROGRESS', () => stack.delete(Type.VERSION, 'V', 'made-up', published())),
    );
    expect(stack.now - began).toBeGreaterThanOrEqual(LATEST_EFFECT);
    expect(stack.now - began).toBeLessThan(LATEST_EFFECT + 10_000);
  });

  test('the Delete of a Create that has not answered also waits for what that one is about to adopt, and not for longer', async () => {
    await aws.iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED' });
    const adopting = published('1.0.0', { AdoptExisting: true });
    await stack.attempt(Type.VERSION, 'V', adopting);
    const resourceArn = `arn:aws:iot:${aws.region}:${aws.account}:package/${PACKAGE}/version/1.0.0`;
    const claim = Object.entries(held()!.tags).map(([Key, Value]) => ({ Key, Value }));
    await aws.iot.byHand('UntagResource', { resourceArn, tagKeys: claim.map(({ Key }) => Key) });
    let reads = 0;
    stack.interrupt = async (name, moment) => {
      if (name !== 'ListTagsForResource' || moment !== 'before' || ++reads !== 3) return;
      // only now does the claim take effect.
      await aws.iot.byHand('TagResource', { resourceArn, tags: claim });
    };
    const began = stack.now;
    await stack.during('ROLLBACK_IN_PROGRESS', () => stack.delete(Type.VERSION, 'V', 'made-up', adopting));
    expect(reads).toBeGreaterThanOrEqual(3);
    expect(stack.now - began).toBeLessThan(LATEST_EFFECT);
    expect(held()?.status).toBe('PUBLISHED');
    expect(held()?.tags[ARTIFACT_TAGS.owner]).toBeUndefined();
  });

  test('it waits no longer than such a call can have an effect, and does not ask all the time', async () => {
    const began = stack.now;
    const calls = await stack.callsOf(() =>
      stack.during('ROLLBACK_IN_PROGRESS', () => stack.delete(Type.VERSION, 'V', 'made-up', published())),
    );
    const waited = stack.now - began;
    expect(waited).toBeGreaterThanOrEqual(LATEST_EFFECT);
    // a rollback looks a second time.
    expect(waited).toBeLessThan(2 * LATEST_EFFECT + 10_000);
    expect(calls.length).toBeGreaterThan(waited / 3_000);
    expect(calls.length).toBeLessThan(waited / 1_000);
  });

  test('what the service makes of a call that had no answer is looked for, and removed again', async () => {
    const target = aws.iot.operations.CreatePackageVersion;
    const { run } = target;
    let late: (() => unknown) | undefined;
    target.run = async (...args: Parameters<typeof run>) => {
      late = () => run.apply(target, args);
      await cancel('V', 'CREATE');
      throw new ServiceError('InternalFailureException', 'no answer', 500);
    };
    let reads = 0;
    stack.interrupt = async (name, moment) => {
      if (name === 'ListTagsForResource' && moment === 'before' && ++reads === 3) await late?.();
    };
    expect(await stack.attempt(Type.VERSION, 'V', published())).toBeUndefined();
    expect(reads).toBeGreaterThan(3);
    expect(held()).toBeUndefined();
  });

  test('a version is not published once its deployment rolls back', async () => {
    const id = succeeded(await stack.create(Type.VERSION, 'V', version()));
    meanwhile('GetPackageVersion', 'after', () => cancel('V', 'UPDATE', id));
    expect(
      await stack.attemptUpdate(Type.VERSION, 'V', { id, properties: published(), old: version() }),
    ).toBeUndefined();
    expect(held()?.status).toBe('DRAFT');
  });

  test('a version is not published once its deployment rolls back after its description was written', async () => {
    const id = succeeded(await stack.create(Type.VERSION, 'V', version()));
    const described = { id, properties: published('1.0.0', { Description: 'b' }), old: version() };
    meanwhile('UpdatePackageVersion', 'after', () => cancel('V', 'UPDATE', id));
    expect(await stack.attemptUpdate(Type.VERSION, 'V', described)).toBeUndefined();
    expect(held()?.status).toBe('DRAFT');
  });

  test.each(['nobody', 'another stack'])(
    'a version of %s that a cancelled Create deprecates after it was given back is published again',
    async owner => {
      if (owner === 'nobody') await aws.iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED' });
      else succeeded(await new Stack(aws).create(Type.VERSION, 'V', published()));
      const adopting = version('1.0.0', { Status: 'DEPRECATED', AdoptExisting: true });
      meanwhile('UpdatePackageVersion', 'before', async () => {
        await cancel('V', 'CREATE');
        succeeded(await stack.delete(Type.VERSION, 'V', 'made-up', adopting));
      });
      expect(await stack.attempt(Type.VERSION, 'V', adopting)).toBeUndefined();
      expect(held()?.status).toBe('PUBLISHED');
    },
  );

  test('a description that an overtaken Update wrote is as CloudFormation has it again', async () => {
    const id = succeeded(await stack.create(Type.VERSION, 'V', version('1.0.0', { Description: 'a' })));
    const [before, after] = ['a', 'b'].map(Description => version('1.0.0', { Description }));
    meanwhile('UpdatePackageVersion', 'after', async () => {
      await cancel('V', 'UPDATE', id);
      stack.history.resource('V', 'UPDATE_IN_PROGRESS', id, before);
      stack.history.resource('V', 'UPDATE_COMPLETE', id, before);
      await stack.later();
    });
    expect(await stack.attemptUpdate(Type.VERSION, 'V', { id, properties: after, old: before })).toBeUndefined();
    expect(held()?.description).toBe('a');
  });

  describe.each(['is overtaken', 'is killed and overtaken'])('the tags that an Update wrote which %s', how => {
    test.each<[string, string, object, () => string | undefined]>([
      ['a version', Type.VERSION, published(), () => held()?.tags.team],
      ['a package', Type.PACKAGE, { PackageName: 'a' }, () => aws.iot.describe('a')?.tags.team],
    ])('on %s are as CloudFormation has them again', async (_what, type, wanted, team) => {
      const changed = (value: string) => ({ ...wanted, Tags: [{ Key: 'team', Value: value }], Description: value });
      const [before, after] = [changed('a'), changed('b')];
      const id = succeeded(await stack.create(type, 'V', before));
      const calls = await stack.callsOf(async () => {
        succeeded(await stack.update(type, 'V', { id, properties: after, old: before }));
        succeeded(await stack.update(type, 'V', { id, properties: before, old: after }));
      });
      if (how.includes('killed')) stack.killNext = { call: calls.indexOf('TagResource') + 1, when: 'after' };
      meanwhile('TagResource', 'after', async () => {
        await cancel('V', 'UPDATE', id);
        stack.history.resource('V', 'UPDATE_IN_PROGRESS', id, before);
        stack.history.resource('V', 'UPDATE_COMPLETE', id, before);
        await stack.later();
      });
      expect(await stack.attemptUpdate(type, 'V', { id, properties: after, old: before })).toBeUndefined();
      expect(team()).toBe('a');
    });
  });

  test.each(['nobody', 'another stack'])(
    'what a cancelled Update has adopted from %s in the place of its own version, which was gone, is given back',
    async owner => {
      const id = succeeded(await stack.create(Type.VERSION, 'V', published()));
      await aws.iot.byHand('DeletePackageVersion', { packageName: PACKAGE, versionName: '1.0.0' });
      const other = new Stack(aws, 'other');
      if (owner === 'nobody') await aws.iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED' });
      else succeeded(await other.create(Type.VERSION, 'V', published()));
      await stack.later();
      meanwhile('TagResource', 'after', () => cancel('V', 'UPDATE', id));
      const adopting = { id, properties: published('1.0.0', { AdoptExisting: true }), old: published() };
      expect(await stack.attemptUpdate(Type.VERSION, 'V', adopting)).toBeUndefined();
      expect(held()?.status).toBe('PUBLISHED');
      expect(held()?.tags[ARTIFACT_TAGS.stack]).toBe(owner === 'nobody' ? undefined : other.stackId);
    },
  );

  test('a version that a cancelled Update has made again, since a hand had deleted it, stays for the reverse one', async () => {
    const id = succeeded(await stack.create(Type.VERSION, 'V', published()));
    await aws.iot.byHand('DeletePackageVersion', { packageName: PACKAGE, versionName: '1.0.0' });
    await stack.later();
    meanwhile('CreatePackageVersion', 'after', () => cancel('V', 'UPDATE', id));
    const described = published('1.0.0', { Description: 'b' });
    expect(
      await stack.attemptUpdate(Type.VERSION, 'V', { id, properties: described, old: published() }),
    ).toBeUndefined();
    expect(held()?.tags[ARTIFACT_TAGS.stack]).toBe(stack.stackId);
  });

  test('a version goes whose cancelled Create was killed once it had made it, and is delivered again', async () => {
    stack.killNext = { call: 1, when: 'after' };
    meanwhile('CreatePackageVersion', 'after', () => cancel('V', 'CREATE'));
    expect(await stack.attempt(Type.VERSION, 'V', published())).toBeUndefined();
    expect(held()).toBeUndefined();
  });

  test('a default that an overtaken Update moves shows what the rollback has restored', async () => {
    for (const name of ['1.0.0', '2.0.0']) await aws.iot.createVersion(PACKAGE, name, { status: 'PUBLISHED' });
    const id = succeeded(await stack.create(Type.DEFAULT_VERSION, 'D', pointer('1.0.0')));
    meanwhile('UpdatePackage', 'before', async () => {
      await cancel('D', 'UPDATE', id);
      succeeded(
        await stack.update(Type.DEFAULT_VERSION, 'D', { id, properties: pointer('1.0.0'), old: pointer('2.0.0') }),
      );
    });
    const update = { id, properties: pointer('2.0.0'), old: pointer('1.0.0') };
    expect(await stack.attemptUpdate(Type.DEFAULT_VERSION, 'D', update)).toBeUndefined();
    expect(shown()).toBe('1.0.0');
    expect(aws.iot.describe(PACKAGE)?.tags[DEFAULT_POINTER_TAGS.version]).toBe('1.0.0');
  });

  describe('what an Update answers that CloudFormation has cancelled just then is undone by the reverse one', () => {
    const replaced = async (type: string, before: object, after: object) => {
      const id = succeeded(await stack.create(type, 'V', before));
      await stack.later();
      succeeded(await stack.update(type, 'V', { id, properties: after, old: before }));
      await cancel('V', 'UPDATE', id);
      return { id, undone: succeeded(await stack.update(type, 'V', { id, properties: before, old: after })) };
    };

    test('a version that was made', async () => {
      const { id, undone } = await replaced(Type.VERSION, published(), published('2.0.0'));
      expect(undone).toBe(id);
      expect(held('2.0.0')).toBeUndefined();
      expect(held()?.status).toBe('PUBLISHED');
    });

    test('a version that was adopted', async () => {
      await aws.iot.createVersion(PACKAGE, '2.0.0', { status: 'PUBLISHED' });
      await replaced(Type.VERSION, published(), published('2.0.0', { AdoptExisting: true }));
      expect(held('2.0.0')).toMatchObject({ status: 'PUBLISHED', tags: {} });
    });

    test('a package', async () => {
      await replaced(Type.PACKAGE, { PackageName: 'a' }, { PackageName: 'b' });
      expect(['a', 'b'].map(name => aws.iot.describe(name) !== undefined)).toEqual([true, false]);
    });

    test('a default', async () => {
      for (const name of ['a', 'b']) {
        await aws.iot.createPackage(name);
        await aws.iot.createVersion(name, '1.0.0', { status: 'PUBLISHED' });
      }
      const [before, after] = ['a', 'b'].map(PackageName => ({ PackageName, VersionName: '1.0.0' }));
      await replaced(Type.DEFAULT_VERSION, before, after);
      expect(['a', 'b'].map(name => aws.iot.describe(name)?.defaultVersionName)).toEqual(['1.0.0', undefined]);
    });

    test('but not what an earlier deployment had made and its clean-up has left', async () => {
      const former = succeeded(await stack.create(Type.VERSION, 'V', published('2.0.0')));
      const id = succeeded(
        await stack.update(Type.VERSION, 'V', { id: former, properties: published(), old: published('2.0.0') }),
      );
      stack.status = 'UPDATE_COMPLETE';
      await stack.later();
      stack.status = 'UPDATE_IN_PROGRESS';
      succeeded(await stack.update(Type.VERSION, 'V', { id, properties: published('2.0.0'), old: published() }));
      await cancel('V', 'UPDATE', id);
      succeeded(await stack.update(Type.VERSION, 'V', { id, properties: published(), old: published('2.0.0') }));
      expect(held('2.0.0')).toBeDefined();
    });
  });

  test('an SBOM that is taken away while it is waited for lets nothing be published', async () => {
    await aws.call('s3', 'CreateBucket', { Bucket: 'artifacts' });
    await aws.call('s3', 'PutObject', { Bucket: 'artifacts', Key: 'sbom.zip', Body: Buffer.from('zip') });
    aws.iot.behavior.lookUpObjects = false;
    const Sbom = { Bucket: 'artifacts', Key: 'sbom.zip', Version: 'v1' };
    meanwhile('AssociateSbomWithPackageVersion', 'after', () =>
      aws.iot.byHand('DisassociateSbomFromPackageVersion', { packageName: PACKAGE, versionName: '1.0.0' }),
    );
    const reply = await stack.create(Type.VERSION, 'V', published('1.0.0', { Sbom, WaitForSbomValidation: 'true' }));
    expect(reply.Reason).toContain('was removed while the deployment waited for its validation');
    expect(held()?.status).toBe('DRAFT');
  });

  test('an SBOM that has to wait for others is not associated once its deployment rolls back', async () => {
    aws.iot.behavior.lookUpObjects = false;
    const id = succeeded(await stack.create(Type.VERSION, 'V', version()));
    const full = new ServiceError('LimitExceededException', 'too many ongoing validations', 400);
    const trouble = {
      service: 'iot',
      operation: 'AssociateSbomWithPackageVersion',
      times: 2,
      trouble: { error: full },
    };
    const associated = aws.faults.inject(trouble);
    meanwhile('AssociateSbomWithPackageVersion', 'failed', () => cancel('V', 'UPDATE', id));
    const properties = version('1.0.0', { Sbom: { Bucket: 'artifacts', Key: 'sbom.zip', Version: 'v1' } });
    expect(await stack.attemptUpdate(Type.VERSION, 'V', { id, properties, old: version() })).toBeUndefined();
    expect(associated.hits).toBe(1);
    expect(held()?.sbom).toBeUndefined();
  });

  test('a stale Update leaves alone what somebody has changed by hand since', async () => {
    const shipped = version('1.0.0', { Status: 'PUBLISHED', Description: 'shipped' });
    const withdrawn = version('1.0.0', { Status: 'DEPRECATED', Description: 'withdrawn' });
    const id = succeeded(await stack.create(Type.VERSION, 'V', shipped));
    succeeded(await stack.update(Type.VERSION, 'V', { id, properties: withdrawn, old: shipped }));
    const old = stack.sent.at(-1)!;
    await stack.later();
    succeeded(await stack.update(Type.VERSION, 'V', { id, properties: shipped, old: withdrawn }));
    await aws.iot.byHand('UpdatePackageVersion', { packageName: PACKAGE, versionName: '1.0.0', action: 'DEPRECATE' });
    expect(await stack.deliver(old)).toBeUndefined();
    expect(held()?.status).toBe('DEPRECATED');
  });

  test('a throttled Create is not repeated once it is over', async () => {
    aws.faults.inject({
      service: 'iot',
      operation: 'CreatePackageVersion',
      times: 1,
      trouble: { error: throttling() },
    });
    meanwhile('CreatePackageVersion', 'failed', () => cancel('V', 'CREATE'));
    expect(await stack.attempt(Type.VERSION, 'V', published())).toBeUndefined();
    expect(held()).toBeUndefined();
  });

  test('a throttled Create ends soon once the rollback has taken the role away, and makes nothing', async () => {
    const throttled = aws.faults.inject({
      service: 'iot',
      operation: 'CreatePackageVersion',
      times: Infinity,
      trouble: { error: throttling() },
    });
    const began = stack.now;
    meanwhile('CreatePackageVersion', 'failed', async () => {
      await cancel('V', 'CREATE');
      stack.status = 'ROLLBACK_COMPLETE';
      const denied = () => Promise.reject(Object.assign(new Error('no such role'), { name: 'AccessDenied' }));
      jest.spyOn(stack.history, 'describeResource').mockImplementation(denied);
      jest.spyOn(stack.history, 'describeStack').mockImplementation(denied);
      aws.faults.inject({
        service: 'iot',
        operation: 'ListTagsForResource',
        times: Infinity,
        trouble: { error: new ServiceError('AccessDeniedException', 'no such role', 403) },
      });
    });
    // whatever it says, nobody hears it.
    await stack.attempt(Type.VERSION, 'V', published());
    expect(throttled.hits).toBe(1);
    expect(stack.now - began).toBeLessThan(120_000);
    expect(held()).toBeUndefined();
  });

  test('what is throttled is tried for as long as there is time', async () => {
    aws.faults.inject({
      service: 'iot',
      operation: 'CreatePackageVersion',
      times: 40,
      trouble: { error: throttling() },
    });
    succeeded(await stack.create(Type.VERSION, 'V', published()));
    expect(held()?.status).toBe('PUBLISHED');
  });
});
