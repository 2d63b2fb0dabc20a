/** K2: what one delivery of an event has made with success, no other delivery of it undoes. */
import { throttling } from 'cdk-versioned-artifacts-local';
import { SoftwarePackageResourceType as Type } from '../../../contract/iot';
import { ARTIFACT_TAGS } from '../../../contract/ownership';
import {
  PACKAGE,
  aws,
  cancel,
  held,
  meanwhile,
  published,
  refusal,
  shown,
  stack,
  succeeded,
  version,
} from './cancellations';
import { type Reply } from './stack';

const described = (Description: string, name = '1.0.0') => published(name, { Description });
const [before, after] = [described('a'), described('b')];

/** A Create, and the Update that has followed it. Returns the Create, to deliver it again. */
const changed = async (type: string, from: object, to: object) => {
  const id = succeeded(await stack.create(type, 'V', from));
  const old = stack.sent.at(-1)!;
  succeeded(await stack.update(type, 'V', { id, properties: to, old: from }));
  return old;
};
const throttle = (operation: string) =>
  aws.faults.inject({ service: 'iot', operation, times: 1, trouble: { error: throttling() } });

test('an old Create whose call is throttled leaves a version that an Update has changed since', async () => {
  const old = await changed(Type.VERSION, before, after);
  const fault = throttle('CreatePackageVersion');
  expect(await stack.deliver(old)).toBeUndefined();
  expect(fault.hits).toBe(1);
  expect(held()).toMatchObject({ status: 'PUBLISHED', description: 'b' });
});

test('an old Create whose call is throttled leaves a package that an Update has changed since', async () => {
  const named = (Description: string) => ({ PackageName: 'a', Removal: 'DELETE', Description });
  const old = await changed(Type.PACKAGE, named('a'), named('b'));
  throttle('CreatePackage');
  expect(await stack.deliver(old)).toBeUndefined();
  expect(aws.iot.describe('a')).toMatchObject({ description: 'b' });
});

test('an old Create whose call is throttled keeps what it had adopted', async () => {
  await aws.iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED' });
  const adopting = published('1.0.0', { AdoptExisting: 'true' });
  const old = await changed(Type.VERSION, adopting, { ...adopting, Tags: [{ Key: 'x', Value: 'y' }] });
  throttle('CreatePackageVersion');
  expect(await stack.deliver(old)).toBeUndefined();
  expect(held()?.tags).toMatchObject({ x: 'y', [ARTIFACT_TAGS.stack]: stack.stackId });
});

test('of two deliveries at once, the slower one leaves the version that the faster one has answered for', async () => {
  const deliver = jest.spyOn(stack, 'deliver');
  meanwhile('CreatePackageVersion', 'after', async () => {
    const { PhysicalResourceId: id } = (await stack.deliver(deliver.mock.calls[0][0]))!;
    stack.history.resource('V', 'CREATE_COMPLETE', id, before);
    await stack.later();
    succeeded(await stack.update(Type.VERSION, 'V', { id, properties: after, old: before }));
  });
  expect(await stack.attempt(Type.VERSION, 'V', before)).toBeUndefined();
  expect(held()).toMatchObject({ status: 'PUBLISHED', description: 'b' });
});

test('of two deliveries at once of a Create that is then cancelled, neither leaves anything', async () => {
  const deliver = jest.spyOn(stack, 'deliver');
  let other: Reply | undefined;
  meanwhile('CreatePackageVersion', 'after', async () => {
    other = await stack.deliver(deliver.mock.calls[0][0]);
    await stack.later();
    stack.history.resource('V', 'CREATE_FAILED');
  });
  expect(await stack.attempt(Type.VERSION, 'V', before)).toBeUndefined();
  expect(other?.Status).toBe('SUCCESS');
  expect(held()).toBeUndefined();
});

test('an old replacement, whose new id CloudFormation has noted first, leaves what it has made', async () => {
  const first = succeeded(await stack.create(Type.VERSION, 'V', published()));
  meanwhile('UpdatePackageVersion', 'after', () => stack.later());
  const note = stack.history.resource.bind(stack.history);
  jest.spyOn(stack.history, 'resource').mockImplementation((logicalId, status, id, properties) => {
    if (status === 'UPDATE_COMPLETE' && id !== first) note(logicalId, 'UPDATE_IN_PROGRESS', id, properties);
    note(logicalId, status, id, properties);
  });
  const [a, b] = [described('a', '2.0.0'), described('b', '2.0.0')];
  const id = succeeded(await stack.update(Type.VERSION, 'V', { id: first, properties: a, old: published() }));
  const old = stack.sent.at(-1)!;
  succeeded(await stack.update(Type.VERSION, 'V', { id, properties: b, old: a }));
  expect(await stack.deliver(old)).toBeUndefined();
  expect(held('2.0.0')).toMatchObject({ status: 'PUBLISHED', description: 'b' });
});

test('an old Create leaves what its first delivery has made, where the history is cut off', async () => {
  const old = await changed(Type.VERSION, before, after);
  stack.history.entries.splice(2);
  expect(await stack.deliver(old)).toBeUndefined();
  expect(held()).toMatchObject({ status: 'PUBLISHED', description: 'b' });
});

test('an old Create leaves what its first delivery has made, where the history cannot be read', async () => {
  const old = await changed(Type.VERSION, before, after);
  jest.spyOn(stack.history, 'events').mockImplementation(() => {
    throw Object.assign(new Error('not authorized'), { name: 'AccessDenied' });
  });
  expect(await stack.deliver(old)).toBeUndefined();
  expect(held()).toMatchObject({ status: 'PUBLISHED', description: 'b' });
});

test('an old Create leaves nothing of what a hand has deleted since', async () => {
  succeeded(await stack.create(Type.VERSION, 'V', before));
  const old = stack.sent.at(-1)!;
  await stack.later(60_000);
  await aws.iot.byHand('DeletePackageVersion', { packageName: PACKAGE, versionName: '1.0.0' });
  expect(await stack.deliver(old)).toBeUndefined();
  expect(held()).toBeUndefined();
  expect(shown()).toBeUndefined();
});

test('an old Create does not yield to who has adopted the version since and has given it back', async () => {
  succeeded(await stack.create(Type.VERSION, 'V', before));
  const old = stack.sent.at(-1)!;
  await stack.later();
  const [, mark] = Object.entries(held()!.tags).find(([key]) => key.startsWith(ARTIFACT_TAGS.claim))!;
  await aws.iot.byHand('TagResource', {
    resourceArn: `arn:aws:iot:${aws.region}:${aws.account}:package/${PACKAGE}/version/1.0.0`,
    // what an adopter was not allowed to remove.
    tags: [{ Key: `${ARTIFACT_TAGS.claim}0123456789abcdef`, Value: mark.replace(/[^/]+\/[^/]+$/, 'other/0a1b') }],
  });
  await stack.deliver(old);
  expect(held()?.tags).toMatchObject({ [ARTIFACT_TAGS.stack]: stack.stackId });
});

test('an old Delete that had failed does not remove the version that has stayed the stack’s since', async () => {
  const unguarded = { ...before, ProtectInActiveJobs: 'false' };
  const id = succeeded(await stack.create(Type.VERSION, 'V', unguarded));
  aws.faults.inject({ service: 'iot', operation: 'DeletePackageVersion', times: 9, trouble: { error: refusal() } });
  stack.history.enter('DELETE_IN_PROGRESS');
  expect(await stack.delete(Type.VERSION, 'V', id, unguarded)).toMatchObject({ Status: 'FAILED' });
  const old = stack.sent.at(-1)!;
  stack.history.enter('DELETE_FAILED');
  aws.faults.clear();
  await stack.later();
  expect(await stack.deliver(old)).toBeUndefined();
  expect(held()).toMatchObject({ status: 'PUBLISHED' });
});

test('a canceled Create that goes on late leaves what a later one has made under the same id', async () => {
  meanwhile('UpdatePackageVersion', 'after', async () => {
    await cancel('V', 'CREATE');
    succeeded(await stack.delete(Type.VERSION, 'V', 'made-up', before));
    stack.history.enter('UPDATE_ROLLBACK_COMPLETE');
    stack.history.enter('UPDATE_IN_PROGRESS');
    succeeded(await stack.create(Type.VERSION, 'V', after));
  });
  expect(await stack.attempt(Type.VERSION, 'V', before)).toBeUndefined();
  expect(held()).toMatchObject({ status: 'PUBLISHED', description: 'b' });
});

describe('a late delivery of an Update leaves a description that somebody has written by hand', () => {
  const byHand = { packageName: PACKAGE, versionName: '1.0.0', description: 'by hand' };
  const hands = {
    version: () => aws.iot.byHand('UpdatePackageVersion', byHand),
    package: () => aws.iot.byHand('UpdatePackage', { packageName: 'a', description: 'by hand' }),
  };

  test.each([
    ['version', 'an earlier', 1],
    ['version', 'the last', 2],
    ['package', 'an earlier', 1],
    ['package', 'the last', 2],
  ] as const)('of a %s: %s Update', async (what, _which, nth) => {
    const type = what === 'version' ? Type.VERSION : Type.PACKAGE;
    const saying = (Description: string) =>
      what === 'version' ? described(Description) : { PackageName: 'a', Description };
    const id = succeeded(await stack.create(type, 'V', saying('a')));
    succeeded(await stack.update(type, 'V', { id, properties: saying('b'), old: saying('a') }));
    succeeded(await stack.update(type, 'V', { id, properties: saying('c'), old: saying('b') }));
    await hands[what]();
    await stack.later();
    expect(await stack.deliver(stack.sent[nth])).toBeUndefined();
    expect(what === 'version' ? held() : aws.iot.describe('a')).toMatchObject({ description: 'by hand' });
  });
});

describe('a late delivery of an Update that was canceled leaves what somebody has changed by hand since', () => {
  const canceled = async (type: string, from: object, to: object) => {
    const id = succeeded(await stack.create(type, 'V', from));
    await stack.later();
    const note = stack.history.resource.bind(stack.history);
    const unheard = jest.spyOn(stack.history, 'resource').mockImplementation((logicalId, status, ...rest) => {
      if (status !== 'UPDATE_COMPLETE') note(logicalId, status, ...rest);
    });
    succeeded(await stack.update(type, 'V', { id, properties: to, old: from }));
    unheard.mockRestore();
    const old = stack.sent.at(-1)!;
    await cancel('V', 'UPDATE', id);
    succeeded(await stack.update(type, 'V', { id, properties: from, old: to }));
    stack.history.enter('UPDATE_ROLLBACK_COMPLETE');
    await stack.later();
    return old;
  };
  const arnOf = (path: string) => `arn:aws:iot:${aws.region}:${aws.account}:package/${path}`;
  const tagged = (Value: string) => [{ Key: 'x', Value }];
  const draft = (value: string) =>
    version('1.0.0', { Description: value, Attributes: { x: value }, Tags: tagged(value), Recipe: value });
  const written = (value: string) =>
    aws.iot.byHand('UpdatePackageVersion', {
      packageName: PACKAGE,
      versionName: '1.0.0',
      description: value,
      recipe: value,
      attributes: { x: value },
    });

  test('of a version', async () => {
    const old = await canceled(Type.VERSION, draft('a'), draft('b'));
    await written('by hand');
    const resourceArn = arnOf(`${PACKAGE}/version/1.0.0`);
    await aws.iot.byHand('TagResource', { resourceArn, tags: tagged('by hand') });
    const before = held();
    expect(await stack.deliver(old)).toBeUndefined();
    expect(held()).toEqual(before);
    expect(held()).toMatchObject({ description: 'by hand', tags: { x: 'by hand' } });
  });

  test('of a package', async () => {
    const named = (value: string) => ({ PackageName: 'a', Description: value, Tags: tagged(value) });
    const old = await canceled(Type.PACKAGE, named('a'), named('b'));
    await aws.iot.byHand('UpdatePackage', { packageName: 'a', description: 'by hand' });
    await aws.iot.byHand('TagResource', { resourceArn: arnOf('a'), tags: tagged('by hand') });
    expect(await stack.deliver(old)).toBeUndefined();
    expect(aws.iot.describe('a')).toMatchObject({ description: 'by hand', tags: { x: 'by hand' } });
  });

  test('and undoes what the event itself has written since', async () => {
    const old = await canceled(Type.VERSION, draft('a'), draft('b'));
    const before = held();
    await written('b');
    expect(await stack.deliver(old)).toBeUndefined();
    expect({ ...held(), lastModifiedDate: undefined }).toEqual({ ...before, lastModifiedDate: undefined });
  });
});
