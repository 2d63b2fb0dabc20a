/** What the record of a default says while events about it wait, fail, are overtaken or are taken back. */
import { ServiceError } from 'cdk-versioned-artifacts-local';
import { SoftwarePackageResourceType } from '../../../contract/iot';
import { DEFAULT_POINTER_TAGS as KEYS } from '../../../contract/ownership';
import { NOBODY } from '../../../lambda/runtime/adopted-from';
import { claimant, markTags } from '../../../lambda/runtime/ownership';
import {
  PACKAGE,
  aws,
  calls,
  cancel,
  meanwhile,
  pointer,
  refused,
  settled,
  shown,
  stack,
  succeeded,
} from './cancellations';
import { Stack } from './stack';

const DEFAULT = SoftwarePackageResourceType.DEFAULT_VERSION;
const ROLLBACK = 'UPDATE_ROLLBACK_IN_PROGRESS';

beforeEach(async () => {
  for (const name of ['1.0.0', '2.0.0', '3.0.0']) await aws.iot.createVersion(PACKAGE, name, { status: 'PUBLISHED' });
});

const tags = () => aws.iot.describe(PACKAGE)!.tags;
const byHand = (change: object) => aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, ...change });
const designatedByHand = (defaultVersionName: string) => byHand({ defaultVersionName });
const unset = () => byHand({ unsetDefaultVersion: true });
const resource = () => `arn:aws:iot:${aws.region}:${aws.account}:package/${PACKAGE}`;
const tag = (values: Record<string, string>) =>
  aws.iot.byHand('TagResource', {
    resourceArn: resource(),
    tags: Object.entries(values).map(([Key, Value]) => ({ Key, Value })),
  });
const untag = (...tagKeys: string[]) => aws.iot.byHand('UntagResource', { resourceArn: resource(), tagKeys });
const created = async (version: string, more: object = {}, logicalId = 'D', by = stack) =>
  succeeded(await by.create(DEFAULT, logicalId, pointer(version, more)));
const update = (id: string, from: string, to: string, more: object = {}) =>
  stack.update(DEFAULT, 'D', { id, properties: pointer(to, more), old: pointer(from) });
const remove = (id: string, version: string, more: object = {}) =>
  stack.delete(DEFAULT, 'D', id, pointer(version, more));
const unsets = (input: { unsetDefaultVersion?: boolean }) => input.unsetDefaultVersion === true;

describe('the record', () => {
  test('is completed where somebody’s hand has designated what the template wants, without a call', async () => {
    const id = await created('1.0.0');
    await designatedByHand('2.0.0');
    aws.calls.clear();
    succeeded(await update(id, '1.0.0', '2.0.0'));
    expect(calls('UpdatePackage')).toBe(0);
    expect(tags()).toMatchObject({ [KEYS.version]: '2.0.0', [KEYS.formerVersion]: '1.0.0' });
    succeeded(await remove(id, '2.0.0'));
    expect(shown()).toBeUndefined();
  });

  test('names the version of the last success through moves that have none', async () => {
    const id = await created('1.0.0');
    expect(tags()).not.toHaveProperty([KEYS.formerVersion]);
    await settled();
    succeeded(await update(id, '1.0.0', '2.0.0'));
    succeeded(await update(id, '2.0.0', '3.0.0'));
    expect(tags()).toMatchObject({ [KEYS.version]: '3.0.0', [KEYS.formerVersion]: '1.0.0' });
    await settled();
    succeeded(await update(id, '3.0.0', '2.0.0'));
    expect(tags()).toMatchObject({ [KEYS.version]: '2.0.0', [KEYS.formerVersion]: '3.0.0' });
  });

  test('keeps since when the default is the stack’s', async () => {
    const claim = () => Object.entries(tags()).find(([key]) => key.startsWith(KEYS.claim))?.[1];
    const id = await created('1.0.0');
    const [since] = claim()!.split('/');
    succeeded(await update(id, '1.0.0', '2.0.0'));
    expect(claim()).toMatch(new RegExp(`^[^@]+@${since}/`));
  });

  test('of a version that its owner never noted is noted, and names no former one', async () => {
    const id = await created('1.0.0');
    await untag(KEYS.version);
    succeeded(await update(id, '1.0.0', '2.0.0'));
    expect(tags()).toMatchObject({ [KEYS.version]: '2.0.0' });
    expect(tags()).not.toHaveProperty([KEYS.formerVersion]);
  });

  test('of what was free names neither a predecessor nor a former version', async () => {
    await tag({ [KEYS.predecessor]: '3.0.0', [KEYS.formerVersion]: '3.0.0' });
    await created('1.0.0');
    expect(tags()).not.toHaveProperty([KEYS.predecessor]);
    expect(tags()).not.toHaveProperty([KEYS.formerVersion]);
  });

  test.each<[string, () => Promise<unknown>, string | undefined]>([
    ['what it showed before', async () => {}, '1.0.0'],
    ['nothing if it showed nothing', unset, undefined],
  ])('of what was another stack’s names %s', async (_what, before, predecessor) => {
    const other = new Stack(aws, 'other');
    await created('1.0.0', {}, 'D', other);
    await before();
    await created('2.0.0', { AdoptExisting: true });
    expect(tags()[KEYS.predecessor]).toBe(predecessor);
  });
});

describe('a default that shows nothing', () => {
  test('is still the stack’s that has designated', async () => {
    const other = new Stack(aws, 'other');
    await created('1.0.0', {}, 'D', other);
    await unset();
    expect((await stack.create(DEFAULT, 'D', pointer('2.0.0'))).Reason).toContain(
      `a default version of software package ${PACKAGE} (none at the moment) exists already`,
    );
    expect(tags()[KEYS.stack]).toBe(other.stackId);
  });
});

test('a default of another resource of the stack that goes names no predecessor', async () => {
  const old = await created('1.0.0', {}, 'Old');
  await settled();
  await created('2.0.0', {}, 'New');
  expect(tags()[KEYS.predecessor]).toBe('1.0.0');
  succeeded(await stack.delete(DEFAULT, 'Old', old, pointer('1.0.0')));
  expect(tags()).not.toHaveProperty([KEYS.predecessor]);
  expect(shown()).toBe('2.0.0');
});

test('a default is answered with its package and version', async () => {
  const { Data } = await stack.create(DEFAULT, 'D', pointer('1.0.0'));
  expect(Data).toEqual({ PackageName: PACKAGE, VersionName: '1.0.0' });
});

describe('a package that does not exist', () => {
  const nowhere = { PackageName: 'gone', VersionName: '1.0.0' };

  test('has no default to set, which fails a deployment', async () => {
    expect((await stack.create(DEFAULT, 'D', nowhere)).Reason).toContain(
      'software package gone does not exist, so it has no default version to set: create the package first',
    );
  });

  test('does not fail a rollback', async () => {
    const id = 'gone/$default@0123456789abcdef';
    const back = () =>
      stack.update(DEFAULT, 'D', { id, properties: nowhere, old: { ...nowhere, VersionName: '2.0.0' } });
    expect(succeeded(await stack.during(ROLLBACK, back))).toBe(id);
  });
});

describe('an Update that fails', () => {
  test('leaves the default to the resource that has it', async () => {
    const id = await created('1.0.0');
    await aws.iot.createVersion(PACKAGE, '4.0.0');
    expect(await update(id, '1.0.0', '4.0.0')).toMatchObject({ Status: 'FAILED' });
    expect(shown()).toBe('1.0.0');
    expect(tags()[KEYS.stack]).toBe(stack.stackId);
  });

  test('for want of a permission says so itself', async () => {
    const id = await created('1.0.0');
    aws.faults.inject({
      service: 'iot',
      operation: 'UpdatePackage',
      times: 99,
      trouble: { error: new ServiceError('UnauthorizedException', 'not allowed', 401) },
    });
    const { Reason } = await update(id, '1.0.0', '2.0.0');
    expect(Reason).toContain('not allowed');
    expect(Reason).not.toContain('cannot be the default');
  });

  test('and moves to a package whose default the resource has already leaves that', async () => {
    await aws.iot.createPackage('engine-ecu');
    for (const [name, status] of [
      ['1.0.0', 'PUBLISHED'],
      ['2.0.0', 'DRAFT'],
    ] as const)
      await aws.iot.createVersion('engine-ecu', name, { status });
    const engine = (VersionName: string) => ({ PackageName: 'engine-ecu', VersionName });
    succeeded(await stack.create(DEFAULT, 'D', engine('1.0.0')));
    const id = await created('1.0.0');
    const change = { id, properties: engine('2.0.0'), old: pointer('1.0.0') };
    expect(await stack.update(DEFAULT, 'D', change)).toMatchObject({ Status: 'FAILED' });
    expect(aws.iot.describe('engine-ecu')).toMatchObject({
      defaultVersionName: '1.0.0',
      tags: { [KEYS.stack]: stack.stackId },
    });
  });
});

describe('a rollback', () => {
  test('reads once more what does not show the failed move yet', async () => {
    const id = await created('1.0.0');
    succeeded(await update(id, '1.0.0', '2.0.0'));
    const target = aws.iot.operations.GetPackage;
    const { run } = target;
    let stale = 1;
    target.run = (...args: Parameters<typeof run>) => {
      const answer = run.apply(target, args) as object;
      return stale-- > 0 ? { ...answer, defaultVersionName: '1.0.0' } : answer;
    };
    succeeded(await stack.during(ROLLBACK, () => update(id, '2.0.0', '1.0.0')));
    expect(shown()).toBe('1.0.0');
    expect(tags()[KEYS.version]).toBe('1.0.0');
  });

  test.each<[string, (id: string) => Promise<unknown>]>([
    ['as recorded', async () => {}],
    ['of a version that its owner never noted', () => untag(KEYS.version)],
  ])('reads only once a default %s', async (_what, before) => {
    const id = await created('1.0.0');
    await before(id);
    aws.calls.clear();
    succeeded(await stack.during(ROLLBACK, () => update(id, '1.0.0', '1.0.0')));
    expect(calls('GetPackage')).toBe(1);
  });

  test('gives back what the failed Update has adopted in the place of its own', async () => {
    const id = await created('1.0.0');
    await untag(...Object.keys(tags()));
    succeeded(await update(id, '1.0.0', '2.0.0', { AdoptExisting: true }));
    expect(tags()[KEYS.predecessor]).toBe('1.0.0');
    succeeded(await stack.during(ROLLBACK, () => update(id, '2.0.0', '1.0.0')));
    expect(shown()).toBe('1.0.0');
    expect(tags()).toEqual({});
  });

  test('gives a default back to another stack that showed nothing', async () => {
    const other = new Stack(aws, 'other');
    await created('1.0.0', {}, 'D', other);
    await unset();
    const id = await created('2.0.0', { AdoptExisting: true });
    succeeded(await stack.during('ROLLBACK_IN_PROGRESS', () => remove(id, '2.0.0')));
    expect(shown()).toBeUndefined();
    expect(tags()[KEYS.stack]).toBe(other.stackId);
  });

  test('gives a default back to one of two resources that have taken it one after the other', async () => {
    await created('1.0.0', {}, 'A');
    await settled();
    await created('2.0.0', {}, 'B');
    stack.history.enter('UPDATE_FAILED');
    await stack.later();
    stack.history.enter('UPDATE_IN_PROGRESS');
    const id = await created('3.0.0', {}, 'C');
    stack.history.enter(ROLLBACK);
    stack.history.enter('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
    succeeded(await stack.delete(DEFAULT, 'C', id, pointer('3.0.0')));
    expect(shown()).toBe('2.0.0');
    expect(tags()).toMatchObject({ [KEYS.version]: '2.0.0', [KEYS.predecessor]: '1.0.0' });
  });

  test('of a version that is gone leaves the package without a default, and says so', async () => {
    await designatedByHand('1.0.0');
    const id = await created('2.0.0', { AdoptExisting: true });
    await aws.iot.byHand('DeletePackageVersion', { packageName: PACKAGE, versionName: '1.0.0' });
    succeeded(await stack.during('ROLLBACK_IN_PROGRESS', () => remove(id, '2.0.0')));
    expect(shown()).toBeUndefined();
    expect(stack.logs).toContainEqual(expect.objectContaining({ level: 'WARN', predecessor: '1.0.0' }));
  });

  test('waits until the default shows what the failed deployment has designated', async () => {
    await designatedByHand('1.0.0');
    const id = await created('2.0.0', { AdoptExisting: true });
    await designatedByHand('1.0.0');
    let reads = 0;
    stack.interrupt = async (operation, moment) => {
      if (operation === 'GetPackage' && moment === 'before' && ++reads === 2) await designatedByHand('2.0.0');
    };
    succeeded(await stack.during('ROLLBACK_IN_PROGRESS', () => remove(id, '2.0.0')));
    expect(reads).toBe(2);
    expect(shown()).toBe('1.0.0');
  });

  test('does not wait for what has no record of a version, or for a package that is gone', async () => {
    const id = await created('1.0.0');
    await untag(KEYS.version);
    aws.calls.clear();
    succeeded(await stack.during('ROLLBACK_IN_PROGRESS', () => remove(id, '1.0.0')));
    expect(calls('GetPackage')).toBe(1);
  });
});

describe('a Delete', () => {
  test('of a Create that has not answered waits until the default shows what that designates', async () => {
    await stack.attempt(DEFAULT, 'D', pointer('1.0.0'));
    await unset();
    let reads = 0;
    stack.interrupt = async (operation, moment) => {
      // only now does the call take effect.
      if (operation === 'GetPackage' && moment === 'before' && ++reads === 8) await designatedByHand('1.0.0');
    };
    succeeded(await stack.during('ROLLBACK_IN_PROGRESS', () => remove('made-up', '1.0.0')));
    expect(reads).toBeGreaterThanOrEqual(8);
    expect(shown()).toBeUndefined();
    expect(tags()).toEqual({});
  });

  test('of a Create that has not answered waits until that has the default which shows the same already', async () => {
    const other = new Stack(aws, 'other');
    await created('1.0.0', {}, 'D', other);
    const theirs = tags();
    await stack.attempt(DEFAULT, 'D', pointer('1.0.0', { AdoptExisting: true }));
    const mine = tags();
    await untag(...Object.keys(mine));
    await tag(theirs);
    let reads = 0;
    stack.interrupt = async (operation, moment) => {
      if (operation === 'ListTagsForResource' && moment === 'before' && ++reads === 6) await tag(mine);
    };
    succeeded(await stack.during('ROLLBACK_IN_PROGRESS', () => remove('made-up', '1.0.0')));
    expect(reads).toBeGreaterThanOrEqual(6);
    expect(tags()).toMatchObject({ [KEYS.stack]: other.stackId });
    expect(shown()).toBe('1.0.0');
  });

  test('of what its Create has answered does not wait', async () => {
    const id = await created('1.0.0');
    const began = stack.now;
    aws.calls.clear();
    succeeded(await remove(id, '1.0.0'));
    expect(stack.now - began).toBeLessThan(5_000);
    expect(calls('ListTagsForResource')).toBeLessThan(3);
  });

  test('of what somebody unsets at the same time does not fail', async () => {
    aws.iot.behavior.unsetNothing = 'refused';
    const id = await created('1.0.0');
    meanwhile('UpdatePackage', 'before', unset);
    succeeded(await remove(id, '1.0.0'));
    expect(shown()).toBeUndefined();
  });

  test('that the service refuses fails, and says which default', async () => {
    const id = await created('1.0.0');
    refused('UpdatePackage', { match: unsets, times: 1 });
    expect((await remove(id, '1.0.0')).Reason).toContain(
      `AWS IoT does not undesignate the default version of software package ${PACKAGE}: ValidationException: no way`,
    );
    expect(tags()[KEYS.stack]).toBe(stack.stackId);
  });

  test('without the permission for it says so itself', async () => {
    const id = await created('1.0.0');
    const error = new ServiceError('UnauthorizedException', 'not allowed', 401);
    refused('UpdatePackage', { match: unsets, times: 99, trouble: { error } });
    const { Reason } = await remove(id, '1.0.0');
    expect(Reason).toContain('not allowed');
    expect(Reason).not.toContain('does not undesignate');
  });

  test('forgets everything, and leaves other tags', async () => {
    await tag({ team: 'brakes' });
    const id = await created('1.0.0');
    await settled();
    succeeded(await update(id, '1.0.0', '2.0.0'));
    await settled();
    succeeded(await remove(id, '2.0.0'));
    expect(tags()).toEqual({ team: 'brakes' });
  });

  test('under RETAIN forgets what was designated', async () => {
    const id = await created('1.0.0');
    await settled();
    succeeded(await update(id, '1.0.0', '2.0.0'));
    await settled();
    succeeded(await remove(id, '2.0.0', { Removal: 'RETAIN' }));
    expect(Object.keys(tags())).toEqual([KEYS.releasedBy]);
    expect(shown()).toBe('2.0.0');
  });

  test('beside which another stack adopts leaves that stack’s record complete', async () => {
    const id = await created('1.0.0', { Removal: 'RETAIN' });
    await settled();
    const rival = claimant(`arn:aws:cloudformation:${aws.region}:${aws.account}:stack/other/0a1b`, 'D');
    const claim = markTags(KEYS, { ...rival, mark: { sentAt: stack.now, hash: '1a2b3c4d' } });
    meanwhile('UntagResource', 'after', () => tag({ ...claim }));
    succeeded(await remove(id, '1.0.0', { Removal: 'RETAIN' }));
    expect(tags()).toMatchObject({
      [KEYS.owner]: rival.ownerId,
      [KEYS.stack]: rival.stackId,
      [KEYS.adoptedFrom]: NOBODY,
      [KEYS.version]: '1.0.0',
    });
  });

  test('beside which another stack adopts a default that shows nothing notes no version', async () => {
    const id = await created('1.0.0', { Removal: 'RETAIN' });
    await settled();
    await unset();
    const rival = claimant(`arn:aws:cloudformation:${aws.region}:${aws.account}:stack/other/0a1b`, 'D');
    const claim = markTags(KEYS, { ...rival, mark: { sentAt: stack.now, hash: '1a2b3c4d' } });
    meanwhile('UntagResource', 'after', () => tag({ ...claim }));
    succeeded(await remove(id, '1.0.0', { Removal: 'RETAIN' }));
    expect(tags()).toMatchObject({ [KEYS.owner]: rival.ownerId });
    expect(tags()).not.toHaveProperty([KEYS.version]);
  });
});

describe('an overtaken event', () => {
  const attempted = (id: string, to: string) =>
    stack.attemptUpdate(DEFAULT, 'D', { id, properties: pointer(to), old: pointer('1.0.0') });

  test('of a Create takes its designation back', async () => {
    meanwhile('UpdatePackage', 'after', () => cancel('D', 'CREATE'));
    expect(await stack.attempt(DEFAULT, 'D', pointer('1.0.0'))).toBeUndefined();
    expect(shown()).toBeUndefined();
    expect(tags()).toEqual({});
  });

  test('of a Create that has adopted shows again what was there', async () => {
    await designatedByHand('1.0.0');
    meanwhile('UpdatePackage', 'after', () => cancel('D', 'CREATE'));
    expect(await stack.attempt(DEFAULT, 'D', pointer('2.0.0', { AdoptExisting: true }))).toBeUndefined();
    expect(shown()).toBe('1.0.0');
    expect(tags()).toEqual({});
  });

  test('that designates after its rollback has given the default back shows again what was there', async () => {
    await designatedByHand('1.0.0');
    meanwhile('UpdatePackage', 'before', async () => {
      await cancel('D', 'CREATE');
      succeeded(await remove('made-up', '2.0.0', { AdoptExisting: true }));
    });
    expect(await stack.attempt(DEFAULT, 'D', pointer('2.0.0', { AdoptExisting: true }))).toBeUndefined();
    expect(shown()).toBe('1.0.0');
    expect(tags()[KEYS.owner]).toBeUndefined();
  });

  test('whose record is written after its rollback sets that right', async () => {
    const id = await created('1.0.0');
    meanwhile('TagResource', 'before', async () => {
      await cancel('D', 'UPDATE', id);
      succeeded(await update(id, '2.0.0', '1.0.0'));
    });
    expect(await attempted(id, '2.0.0')).toBeUndefined();
    expect(tags()[KEYS.version]).toBe('1.0.0');
    expect(shown()).toBe('1.0.0');
  });

  test('leaves what somebody’s hand has designated since', async () => {
    const id = await created('1.0.0');
    meanwhile('UpdatePackage', 'after', async () => {
      await cancel('D', 'UPDATE', id);
      succeeded(await update(id, '2.0.0', '1.0.0'));
      await designatedByHand('3.0.0');
    });
    expect(await attempted(id, '2.0.0')).toBeUndefined();
    expect(shown()).toBe('3.0.0');
  });

  test('shows what another stack has designated by then', async () => {
    const id = await created('1.0.0');
    const owner = { [KEYS.owner]: '0123456789abcdef', [KEYS.version]: '3.0.0' };
    meanwhile('UpdatePackage', 'after', async () => {
      await cancel('D', 'UPDATE', id);
      await tag(owner);
    });
    expect(await attempted(id, '2.0.0')).toBeUndefined();
    expect(shown()).toBe('3.0.0');
    expect(tags()).toMatchObject(owner);
  });

  test('makes nothing of a package that is gone', async () => {
    const id = await created('1.0.0');
    meanwhile('UpdatePackage', 'after', async () => {
      await cancel('D', 'UPDATE', id);
      await unset();
      for (const versionName of ['1.0.0', '2.0.0', '3.0.0'])
        await aws.iot.byHand('DeletePackageVersion', { packageName: PACKAGE, versionName });
      await aws.iot.byHand('DeletePackage', { packageName: PACKAGE });
    });
    expect(await attempted(id, '2.0.0')).toBeUndefined();
    expect(stack.logs.filter(({ level }) => level === 'ERROR')).toEqual([]);
  });
});
