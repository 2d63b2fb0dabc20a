/** Events about a version that fail or are taken back, and what they say of it. */
import { ServiceError, throttling } from 'cdk-versioned-artifacts-local';
import { type PackageVersionStatus, SoftwarePackageResourceType } from '../../../contract/iot';
import { ARTIFACT_TAGS, DEFAULT_POINTER_TAGS, VERSION_TAGS } from '../../../contract/ownership';
import {
  DENIED,
  PACKAGE,
  aws,
  calls,
  held,
  pointer,
  published,
  refused,
  settled,
  shown,
  stack,
  succeeded,
  version,
} from './cancellations';
import { Stack } from './stack';

const VERSION = SoftwarePackageResourceType.VERSION;
const ROLLBACK = 'UPDATE_ROLLBACK_IN_PROGRESS';
const AT = { packageName: PACKAGE, versionName: '1.0.0' };

const created = async (properties: object, logicalId = 'V', by = stack) =>
  succeeded(await by.create(VERSION, logicalId, properties));
const update = (id: string, properties: object, old: object) => stack.update(VERSION, 'V', { id, properties, old });
const rolledBack = (id: string, properties: object, old: object) =>
  stack.during(ROLLBACK, () => update(id, properties, old));
const saying = (Description: string, more: object = {}) => published('1.0.0', { Description, ...more });
const byHand = (operation: string, more: object = {}) => aws.iot.byHand(operation, { ...AT, ...more });
const resourceArn = () => `arn:aws:iot:${aws.region}:${aws.account}:package/${PACKAGE}/version/1.0.0`;
const sbom = (Key: string) => ({ Sbom: { Bucket: 'artifacts', Key, Version: 'v1' } });

beforeEach(() => void (aws.iot.behavior.lookUpObjects = false));

describe('a version that somebody has deleted', () => {
  const DEFAULT = SoftwarePackageResourceType.DEFAULT_VERSION;
  const designated = async (name = '1.0.0') => {
    succeeded(await stack.create(DEFAULT, 'D', pointer(name)));
    await aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, unsetDefaultVersion: true });
    await byHand('DeletePackageVersion');
  };

  test('is the default again if it was', async () => {
    const id = await created(published());
    await designated();
    succeeded(await update(id, saying('again'), published()));
    expect(held()?.description).toBe('again');
    expect(shown()).toBe('1.0.0');
  });

  test.each<[string, () => Promise<unknown>]>([
    [
      'another one was',
      async () => {
        await aws.iot.createVersion(PACKAGE, '2.0.0', { status: 'PUBLISHED' });
        await designated('2.0.0');
      },
    ],
    ['nobody has designated it', () => byHand('DeletePackageVersion')],
    [
      'nobody owns the default any more',
      async () => {
        await designated();
        const tagKeys = [DEFAULT_POINTER_TAGS.owner];
        await aws.iot.byHand('UntagResource', { resourceArn: resourceArn().replace('/version/1.0.0', ''), tagKeys });
      },
    ],
  ])('is not the default if %s', async (_what, prepare) => {
    const id = await created(published());
    await prepare();
    succeeded(await update(id, saying('again'), published()));
    expect(held()?.description).toBe('again');
    expect(shown()).toBeUndefined();
  });

  test('leaves a default that somebody has designated since', async () => {
    const id = await created(published());
    await designated();
    await aws.iot.createVersion(PACKAGE, '2.0.0', { status: 'PUBLISHED', isDefault: true });
    succeeded(await update(id, saying('again'), published()));
    expect(shown()).toBe('2.0.0');
  });

  test('is not the default as a draft', async () => {
    const id = await created(published());
    await designated();
    succeeded(await update(id, version('1.0.0', { Description: 'again' }), published()));
    expect(held()?.status).toBe('DRAFT');
    expect(shown()).toBeUndefined();
  });

  test('is looked for by no other event', async () => {
    aws.calls.clear();
    await created(published());
    expect(calls('GetPackage')).toBe(0);
  });
});

describe('a rollback', () => {
  /** The first read shows what was there before the failed deployment. */
  const stale = (more: object) => {
    const target = aws.iot.operations.GetPackageVersion;
    const { run } = target;
    let left = 1;
    target.run = async (...args: Parameters<typeof run>) => {
      const answer = (await run.apply(target, args)) as object;
      return left-- > 0 ? { ...answer, ...more } : answer;
    };
  };

  test('reads once more what does not show the description yet', async () => {
    const id = await created(saying('a'));
    succeeded(await update(id, saying('b'), saying('a')));
    stale({ description: 'a' });
    succeeded(await rolledBack(id, saying('a'), saying('b')));
    expect(held()?.description).toBe('a');
  });

  test('reads once more what does not show the state yet, whatever else it changes', async () => {
    const [before, after] = [saying('a'), saying('b', { Status: 'DEPRECATED' })];
    const id = await created(before);
    succeeded(await update(id, after, before));
    stale({ status: 'PUBLISHED' });
    succeeded(await rolledBack(id, before, after));
    expect(held()).toMatchObject({ description: 'a', status: 'PUBLISHED' });
  });

  test('reads once what nothing must change', async () => {
    const id = await created(published());
    aws.calls.clear();
    succeeded(await rolledBack(id, published(), published()));

    expect(calls('GetPackageVersion')).toBe(1);
  });

  test.each([
    ['the description', saying('b')],
    ['the description and the state', saying('b', { Status: 'DEPRECATED' })],
  ])('that undoes %s reads it before and after, and no third time', async (_what, after) => {
    const id = await created(saying('a'));
    succeeded(await update(id, after, saying('a')));
    aws.calls.clear();
    succeeded(await rolledBack(id, saying('a'), after));
    expect(calls('GetPackageVersion')).toBe(2);
  });

  test.each<[string, PackageVersionStatus, number]>([
    ['does not show yet that it was deprecated', 'DEPRECATED', 2],
    ['has had its state all the time', 'PUBLISHED', 1],
  ])('reads an adopted version that %s as often as it must', async (_what, Status, reads) => {
    await aws.iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED' });
    const adopting = published('1.0.0', { AdoptExisting: true, Status });
    const id = await created(adopting);
    stale({ status: 'PUBLISHED' });
    aws.calls.clear();
    succeeded(await stack.during('ROLLBACK_IN_PROGRESS', () => stack.delete(VERSION, 'V', id, adopting)));
    expect(calls('GetPackageVersion')).toBe(reads);
    expect(held()).toMatchObject({ status: 'PUBLISHED', tags: {} });
  });

  test('gives back a version that the failed Update has adopted under the same id', async () => {
    const id = await created(published());
    await byHand('DeletePackageVersion');
    await aws.iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED', tags: { by: 'hand' } });
    const adopting = published('1.0.0', { AdoptExisting: true, Status: 'DEPRECATED' });
    succeeded(await update(id, adopting, published()));
    expect(held()?.tags).toMatchObject({ [VERSION_TAGS.formerStatus]: 'PUBLISHED' });
    succeeded(await rolledBack(id, published(), adopting));
    expect(held()).toMatchObject({ status: 'PUBLISHED', tags: { by: 'hand' } });
    expect(held()?.tags).toEqual({ by: 'hand' });
  });

  test('goes on without the former state where the service refuses it, and says so', async () => {
    await aws.iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED' });
    const adopting = published('1.0.0', { AdoptExisting: true, Status: 'DEPRECATED' });
    const id = await created(adopting);
    refused('UpdatePackageVersion');
    succeeded(await stack.during('ROLLBACK_IN_PROGRESS', () => stack.delete(VERSION, 'V', id, adopting)));
    expect(held()?.tags).toEqual({});
    expect(stack.logs).toContainEqual(
      expect.objectContaining({ level: 'ERROR', refused: 'ValidationException', formerStatus: 'PUBLISHED' }),
    );
  });

  test('fails without the permission for the former state', async () => {
    await aws.iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED' });
    const adopting = published('1.0.0', { AdoptExisting: true, Status: 'DEPRECATED' });
    const id = await created(adopting);
    refused('UpdatePackageVersion', DENIED);
    const undo = () => stack.delete(VERSION, 'V', id, adopting);
    expect(await stack.during('ROLLBACK_IN_PROGRESS', undo)).toMatchObject({ Status: 'FAILED' });
    expect(held()?.tags[ARTIFACT_TAGS.stack]).toBe(stack.stackId);
  });

  test('goes on without what the service refuses, and answers the state as it is', async () => {
    const id = await created(saying('b'));
    refused('UpdatePackageVersion');
    const reply = await rolledBack(id, saying('a'), saying('b'));
    expect(reply).toMatchObject({ Status: 'SUCCESS', Data: { Status: 'PUBLISHED' } });
    expect(held()?.description).toBe('b');
  });
});

describe('an event that fails', () => {
  test('for want of a permission fails, in a rollback, too', async () => {
    const id = await created(saying('b'));
    refused('UpdatePackageVersion', DENIED);
    expect(await rolledBack(id, saying('a'), saying('b'))).toMatchObject({ Status: 'FAILED' });
  });

  test('in place leaves the version to the stack', async () => {
    const id = await created(saying('a'));
    refused('UpdatePackageVersion');
    expect(await update(id, saying('b'), saying('a'))).toMatchObject({ Status: 'FAILED' });
    expect(held()?.tags[ARTIFACT_TAGS.stack]).toBe(stack.stackId);
  });

  test('and replaces by what the resource has already leaves that', async () => {
    await created(published('2.0.0'));
    const id = await created(published());
    refused('UpdatePackageVersion');
    const reply = await update(id, published('2.0.0', { Description: 'b' }), published());
    expect(reply).toMatchObject({ Status: 'FAILED', PhysicalResourceId: id });
    expect(held('2.0.0')?.tags[ARTIFACT_TAGS.stack]).toBe(stack.stackId);
  });

  test('and deprecates what it releases leaves the version to the stack', async () => {
    const properties = published('1.0.0', { Removal: 'DEPRECATE' });
    const id = await created(properties);
    await settled();
    refused('UpdatePackageVersion');
    expect(await stack.delete(VERSION, 'V', id, properties)).toMatchObject({ Status: 'FAILED' });
    expect(held()).toMatchObject({ status: 'PUBLISHED', tags: { [ARTIFACT_TAGS.stack]: stack.stackId } });
  });
});

describe('what stays is said:', () => {
  test.each<[string, object, object, string[] | undefined]>([
    ['a description that the template drops', version('1.0.0', { Description: 'a' }), version(), ['description']],
    [
      'nothing that the template has',
      version('1.0.0', { Description: 'a' }),
      version('1.0.0', { Description: 'b' }),
      undefined,
    ],
  ])('%s', async (_what, before, after, stays) => {
    const id = await created(before);
    succeeded(await update(id, after, before));
    expect(stack.logs.filter(({ level }) => level === 'WARN').map(log => log.stays)).toEqual(stays ? [stays] : []);
  });

  test('what a rollback cannot undo is counted as refused', async () => {
    const id = await created(version());
    succeeded(await update(id, published(), version()));
    succeeded(await rolledBack(id, version(), published()));
    expect(stack.logs).toContainEqual(expect.objectContaining({ Refused: 1 }));
    expect(stack.logs).toContainEqual(
      expect.objectContaining({ level: 'ERROR', ...AT, stays: ['status (PUBLISHED to DRAFT)'] }),
    );
  });

  test('what was there when a version was taken, and how', async () => {
    await aws.iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED', description: 'by hand' });
    await created(published('1.0.0', { AdoptExisting: true }));
    expect(stack.logs).toContainEqual(
      expect.objectContaining({ ...AT, claim: 'adopted', status: 'PUBLISHED', description: 'by hand' }),
    );
  });

  test('nothing of a version that the resource has already', async () => {
    const id = await created(saying('a'));
    succeeded(await update(id, saying('b'), saying('a')));
    expect(stack.logs.filter(log => 'claim' in log)).toEqual([]);
  });
});

/** A deployment fails without a rollback, and the next one begins. */
const failsOpen = async () => {
  stack.history.enter('UPDATE_FAILED');
  await stack.later();
  stack.history.enter('UPDATE_IN_PROGRESS');
};

describe('the former state', () => {
  const formerStatus = () => held()?.tags[VERSION_TAGS.formerStatus];
  const renamed = async (properties: object) => {
    const old = await created(saying('a'), 'Old');
    await settled();
    return { old, id: await created(properties, 'New') };
  };

  test('is remembered until the former owner goes', async () => {
    const { old } = await renamed(saying('a', { Status: 'DEPRECATED' }));
    expect(formerStatus()).toBe('PUBLISHED');
    await settled();
    succeeded(await stack.delete(VERSION, 'Old', old, saying('a')));
    expect(formerStatus()).toBeUndefined();
    expect(held()?.status).toBe('DEPRECATED');
  });

  test('is forgotten when the version is released', async () => {
    await aws.iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED' });
    const adopting = published('1.0.0', { AdoptExisting: true, Removal: 'RETAIN' });
    const id = await created(adopting);
    expect(formerStatus()).toBe('PUBLISHED');
    await settled();
    succeeded(await stack.delete(VERSION, 'V', id, adopting));
    expect(Object.keys(held()!.tags)).toEqual([ARTIFACT_TAGS.releasedBy]);
  });

  test('of each of two resources that take a version over is remembered, and goes back with it', async () => {
    await created(saying('a'), 'A');
    await settled();
    await created(saying('a', { Status: 'DEPRECATED' }), 'B');
    await failsOpen();
    const id = await created(saying('a', { Status: 'PUBLISHED' }), 'C');
    expect(held()?.status).toBe('PUBLISHED');
    stack.history.enter(ROLLBACK);
    stack.history.enter('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
    succeeded(await stack.delete(VERSION, 'C', id, saying('a')));
    expect(held()?.status).toBe('DEPRECATED');
    expect(formerStatus()).toBe('PUBLISHED');
  });

  test('of one of them that goes is forgotten, and that of the others is not', async () => {
    await created(saying('a'), 'A');
    await settled();
    const deprecated = saying('a', { Status: 'DEPRECATED' });
    const id = await created(deprecated, 'B');
    await failsOpen();
    await created(saying('a', { Status: 'PUBLISHED' }), 'C');
    expect(formerStatus()).toBe('DEPRECATED/PUBLISHED');
    stack.history.enter('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    succeeded(await stack.delete(VERSION, 'B', id, deprecated));
    expect(formerStatus()).toBe('PUBLISHED');
  });

  test.each<[string, string, string]>([
    ['DEPRECATE', 'DEPRECATED', 'DEPRECATED'],
    ['RETAIN', 'PUBLISHED', 'PUBLISHED'],
  ])(
    'of a resource that goes under %s first is what the version has once the other goes',
    async (Removal, former, end) => {
      const properties = saying('a', { Removal });
      const old = await created(properties, 'Old');
      await settled();
      const id = await created(saying('a'), 'New');
      await failsOpen();
      stack.history.enter(ROLLBACK);
      stack.history.enter('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
      succeeded(await stack.delete(VERSION, 'Old', old, properties));
      expect(formerStatus()).toBe(former);
      expect(held()?.status).toBe('PUBLISHED');
      succeeded(await stack.delete(VERSION, 'New', id, saying('a')));
      expect(held()?.status).toBe(end);
      expect(held()?.tags).not.toHaveProperty([ARTIFACT_TAGS.owner]);
    },
  );

  test('of another stack’s is forgotten when that has the version back', async () => {
    const other = new Stack(aws, 'other');
    await created(published(), 'V', other);
    const before = held();
    const adopting = published('1.0.0', { AdoptExisting: true, Status: 'DEPRECATED' });
    const id = await created(adopting);
    succeeded(await stack.during('ROLLBACK_IN_PROGRESS', () => stack.delete(VERSION, 'V', id, adopting)));
    expect(formerStatus()).toBeUndefined();
    expect(held()).toMatchObject({ status: 'PUBLISHED', tags: { [ARTIFACT_TAGS.stack]: other.stackId } });
    expect(held()?.status).toBe(before?.status);
  });
});

describe('an Update that waits for the validation of an SBOM', () => {
  beforeEach(() => {
    aws.iot.behavior.sbomValidationTime = 0;
    aws.iot.behavior.sbomValidation = () => [{ fileName: 'a.json', validationResult: 'FAILED' }];
  });

  test('fails if it is not valid, even if nothing has changed', async () => {
    const id = await created(saying('a', sbom('a.zip')));
    const waiting = saying('a', { ...sbom('a.zip'), WaitForSbomValidation: true });
    expect((await update(id, waiting, saying('a', sbom('a.zip')))).Reason).toContain('is not valid: a.json:');
  });

  test('does not ask for it otherwise', async () => {
    const properties = saying('a', sbom('a.zip'));
    const id = await created(properties);
    aws.calls.clear();
    succeeded(await update(id, properties, properties));
    expect(calls('GetPackageVersion')).toBe(1);
  });
});

describe('a Delete', () => {
  test('of what its Create has answered does not wait for anything else', async () => {
    const id = await created(published());
    await settled();
    aws.calls.clear();
    succeeded(await stack.delete(VERSION, 'V', id, published()));
    expect(calls('ListTagsForResource')).toBeLessThan(4);
  });

  test('that is throttled for a moment reads the jobs once', async () => {
    const id = await created(published());
    await settled();
    aws.faults.inject({
      service: 'iot',
      operation: 'DeletePackageVersion',
      trouble: { error: new ServiceError('ThrottlingException', 'slow down', 429) },
    });
    aws.calls.clear();
    succeeded(await stack.delete(VERSION, 'V', id, published()));
    expect(held()).toBeUndefined();
    expect(calls('ListJobs')).toBe(4);
  });

  test.each<[string, object, number]>([
    ['reads the jobs once more', {}, 8],
    ['reads no jobs without protection', { ProtectInActiveJobs: false }, 0],
  ])('that is throttled for long %s', async (_what, more, reads) => {
    const properties = published('1.0.0', more);
    const id = await created(properties);
    await settled();
    // longer than a reading of the jobs is valid, and shorter than two are, whatever the random waits.
    const until = stack.now + 90_000;
    aws.faults.inject({
      service: 'iot',
      operation: 'DeletePackageVersion',
      times: Infinity,
      match: () => stack.now < until,
      trouble: { error: throttling() },
    });
    aws.calls.clear();
    succeeded(await stack.delete(VERSION, 'V', id, properties));
    expect(held()).toBeUndefined();
    expect(JSON.stringify(stack.logs)).not.toContain('is needed since its removal began to wait');
    expect(calls('ListJobs')).toBe(reads);
  });

  test.each<[string, object, boolean]>([
    ['under DELETE', {}, true],
    ['without protection', { ProtectInActiveJobs: false }, false],
    ['under RETAIN', { Removal: 'RETAIN' }, false],
  ])('reads the jobs or not: %s', async (_what, more, reads) => {
    const id = await created(published('1.0.0', more));
    await settled();
    aws.calls.clear();
    succeeded(await stack.delete(VERSION, 'V', id, published('1.0.0', more)));
    expect(calls('ListJobs') > 0).toBe(reads);
  });
});
