/** Another stack adopts what a stack lets go at that very moment: it is the adopter's, and no Delete fails for it. */
import { ServiceError, throttling } from 'cdk-versioned-artifacts-local';
import { SoftwarePackageResourceType as Type } from '../../../contract/iot';
import { ARTIFACT_TAGS, DEFAULT_POINTER_TAGS, TAG_PREFIX } from '../../../contract/ownership';
import { PACKAGE, aws, held, meanwhile, pointer, published, refusal, shown, stack, succeeded } from './cancellations';
import { Stack } from './stack';

const retained = (more: object = {}) => published('1.0.0', { Removal: 'RETAIN', ...more });
const adopting = (more: object = {}) => retained({ AdoptExisting: 'true', ...more });

let other: Stack;
let id: string;
let adopted: string;
beforeEach(async () => {
  other = new Stack(aws, 'other');
  id = succeeded(await stack.create(Type.VERSION, 'V', retained()));
  stack.status = 'UPDATE_COMPLETE';
  await stack.later();
  stack.status = 'UPDATE_IN_PROGRESS';
});

const adopt = async (more: object = {}) => {
  adopted = succeeded(await other.create(Type.VERSION, 'V', adopting(more)));
};
const arn = () => `arn:aws:iot:${aws.region}:${aws.account}:package/${PACKAGE}/version/1.0.0`;
const removeTags = (...tagKeys: string[]) => aws.iot.byHand('UntagResource', { resourceArn: arn(), tagKeys });
const tag = (Key: string, Value: string) =>
  aws.iot.byHand('TagResource', { resourceArn: arn(), tags: [{ Key, Value }] });
const ownersTags = () => Object.keys(held()!.tags).filter(key => key.startsWith(TAG_PREFIX));
const denied = () => new ServiceError('AccessDeniedException', 'not authorized', 403);
const retain = () => stack.delete(Type.VERSION, 'V', id, retained());

/** The tags name the other stack. */
function expectTags(): void {
  expect(held()?.tags).toMatchObject({ [ARTIFACT_TAGS.stack]: other.stackId });
  expect(held()?.tags[ARTIFACT_TAGS.owner]).toBeDefined();
}

/** The version is the other stack's: nobody else has it, and that stack changes it. */
async function expectOwned(): Promise<void> {
  expect((await stack.create(Type.VERSION, 'Again', retained())).Reason).toContain(other.name);
  const described = retained({ Tags: [{ Key: 'team', Value: 'a' }] });
  succeeded(await other.update(Type.VERSION, 'V', { id: adopted, properties: described, old: adopting() }));
  expect(held()?.tags.team).toBe('a');
  expectTags();
}

async function expectOthers(): Promise<void> {
  expectTags();
  await expectOwned();
}

describe.each(['RETAIN', 'DEPRECATE'])('under %s', Removal => {
  test.each(['before', 'after'] as const)('the version is adopted %s the tag that it was released', async moment => {
    meanwhile('TagResource', moment, () => adopt());
    succeeded(await stack.delete(Type.VERSION, 'V', id, retained({ Removal })));
    await expectOthers();
  });
});

test('the version is adopted between the last read and the removal of the tags', async () => {
  meanwhile('UntagResource', 'before', () => adopt());
  succeeded(await retain());
  await expectOthers();
});

test('the version is adopted between the removal of the tags and the read after it', async () => {
  meanwhile('UntagResource', 'after', () => adopt());
  succeeded(await retain());
  await expectOthers();
});

// the calls of the Delete: tags, tag, untag, tags, and then the restoration.
test.each([
  [3, 'after'],
  [4, 'after'],
  [5, 'after'],
] as const)('the function is killed when the tags are removed, at call %d', async (call, when) => {
  meanwhile('UntagResource', 'before', () => adopt());
  stack.killNext = { call, when };
  succeeded(await retain());
  await expectOthers();
});

/** Another stack adopts the version before its tags are removed; from then on a call is denied. */
async function retainDenied(operation: 'TagResource' | 'UntagResource'): Promise<void> {
  meanwhile('UntagResource', 'before', async () => {
    await adopt();
    aws.faults.inject({ service: 'iot', operation, times: 99, trouble: { error: denied() } });
  });
  succeeded(await retain());
  aws.faults.clear();
}

test('the removal of the tags is throttled, and not repeated once the version is the other stack’s', async () => {
  aws.faults.inject({ service: 'iot', operation: 'UntagResource', trouble: { error: throttling() } });
  meanwhile('UntagResource', 'failed', () => adopt());
  const calls = await stack.callsOf(async () => succeeded(await retain()));
  expect(calls.filter(name => name === 'UntagResource')).toHaveLength(2);
  expect(held()?.tags[ARTIFACT_TAGS.adoptedFrom]).toContain(stack.stackId);
  await expectOthers();
});

test('a policy denies to remove the tags, since they name the other stack by now', async () => {
  await retainDenied('UntagResource');
  await expectOthers();
});

test('the tags cannot be restored: the Delete succeeds, and the claim that is left names the owner', async () => {
  await retainDenied('TagResource');
  expect(held()?.tags[ARTIFACT_TAGS.owner]).toBeUndefined();
  await expectOwned();
});

describe('an adopter whose tags are lost', () => {
  beforeEach(async () => {
    await adopt();
    await removeTags(ARTIFACT_TAGS.owner, ARTIFACT_TAGS.stack, ARTIFACT_TAGS.adoptedFrom);
  });

  test('owns the version, since its claim is left, and writes its tags again', () => expectOwned());

  test('does not delete in a rollback what it had only adopted', async () => {
    await other.during('ROLLBACK_IN_PROGRESS', async () =>
      succeeded(await other.delete(Type.VERSION, 'V', adopted, adopting())),
    );
    expect(held()?.status).toBe('PUBLISHED');
    expect(ownersTags()).toEqual([]);
  });

  test('lets it go to nobody', async () => {
    succeeded(await other.delete(Type.VERSION, 'V', adopted, adopting()));
    expect(ownersTags()).toEqual([ARTIFACT_TAGS.releasedBy]);
  });
});

test('an adopter that looks again finds its tags gone, and writes them again', async () => {
  other.interrupt = async (name, moment) => {
    if (name !== 'TagResource' || moment !== 'after') return;
    other.interrupt = undefined;
    await removeTags(ARTIFACT_TAGS.owner, ARTIFACT_TAGS.stack);
  };
  await adopt();
  expect(held()?.tags[ARTIFACT_TAGS.stack]).toBe(other.stackId);
});

test('an adopter that looks again does not take the former owner’s claim for the newest one', async () => {
  const [key, claimed] = Object.entries(held()!.tags).find(([name]) => name.startsWith(ARTIFACT_TAGS.claim))!;
  // an event that was sent later, and was carried out first
  await tag(
    key,
    claimed.replace(/^\d+/, year => String(Number(year) + 1)),
  );
  other.interrupt = async (name, moment) => {
    if (name !== 'TagResource' || moment !== 'after') return;
    other.interrupt = undefined;
    await removeTags(ARTIFACT_TAGS.owner, ARTIFACT_TAGS.stack);
  };
  await adopt();
  expect(held()?.tags[ARTIFACT_TAGS.stack]).toBe(other.stackId);
});

test('the restoration is throttled, and repeated', async () => {
  meanwhile('UntagResource', 'before', async () => {
    await adopt();
    aws.faults.inject({ service: 'iot', operation: 'TagResource', trouble: { error: throttling() } });
  });
  succeeded(await retain());
  await expectOthers();
});

test('a third stack adopts the version while the tags of the second one are restored', async () => {
  const third = new Stack(aws, 'third');
  let tagged = 0;
  stack.interrupt = async (name, moment) => {
    if (name === 'UntagResource' && moment === 'before' && tagged === 1) await adopt();
    if (name !== 'TagResource' || moment !== 'before' || ++tagged !== 2) return;
    succeeded(await third.create(Type.VERSION, 'V', adopting()));
  };
  succeeded(await retain());
  expect(held()?.tags[ARTIFACT_TAGS.stack]).toBe(third.stackId);
});

/** Another stack adopts the version just before that call of the one that gives it back. */
function thirdAdoptsBefore(call: 'TagResource' | 'UntagResource'): Stack {
  const third = new Stack(aws, 'third');
  other.interrupt = async (name, moment) => {
    if (name !== call || moment !== 'before') return;
    other.interrupt = undefined;
    succeeded(await third.create(Type.VERSION, 'V', adopting()));
  };
  return third;
}

const rollBack = (physicalId: string) =>
  other.during('ROLLBACK_IN_PROGRESS', async () =>
    succeeded(await other.delete(Type.VERSION, 'V', physicalId, adopting())),
  );

test('a rollback gives a version back to nobody while a third stack adopts it', async () => {
  succeeded(await retain());
  const taken = succeeded(await other.create(Type.VERSION, 'V', adopting()));
  const third = thirdAdoptsBefore('UntagResource');
  await rollBack(taken);
  expect(held()?.tags[ARTIFACT_TAGS.stack]).toBe(third.stackId);
});

test('a rollback gives a version back to its former owner while a third stack adopts it', async () => {
  await adopt();
  const third = thirdAdoptsBefore('TagResource');
  await rollBack(adopted);
  expect(held()?.tags[ARTIFACT_TAGS.stack]).toBe(third.stackId);
});

// the calls of the Delete: tags, the version, tag, untag, tags, and then the restoration.
test.each([
  [3, 'after'],
  [4, 'before'],
  [4, 'after'],
  [5, 'after'],
  [6, 'before'],
  [6, 'after'],
  [7, 'before'],
  [7, 'after'],
] as const)(
  'the function is killed at call %d (%s), when it has given a version back while a third stack adopts it',
  async (call, when) => {
    await adopt();
    const third = thirdAdoptsBefore('TagResource');
    other.killNext = { call, when };
    await rollBack(adopted);
    await rollBack(adopted);
    expect(held()?.tags[ARTIFACT_TAGS.stack]).toBe(third.stackId);
    expect(held()?.tags[ARTIFACT_TAGS.adoptedFrom]).toBe('-');
  },
);

test('a rollback gives a version back, and an old claim of a third stack does not count', async () => {
  await adopt();
  await tag(`${ARTIFACT_TAGS.claim}0123456789abcdef`, '2031-01-01T00:00:00Z/0a1b2c3d/third/0a1b');
  await rollBack(adopted);
  expect(held()?.tags[ARTIFACT_TAGS.stack]).toBe(stack.stackId);
});

test('a reverse Update gives a version back to nobody while a third stack adopts it', async () => {
  succeeded(await retain());
  await removeTags(ARTIFACT_TAGS.releasedBy);
  const next = retained({ AdoptExisting: 'true' });
  const second = succeeded(await other.create(Type.VERSION, 'V', published('2.0.0')));
  const replaced = succeeded(
    await other.update(Type.VERSION, 'V', { id: second, properties: next, old: published('2.0.0') }),
  );
  other.status = 'UPDATE_COMPLETE';
  await other.later();
  other.status = 'UPDATE_IN_PROGRESS';
  await aws.iot.byHand('DeletePackageVersion', { packageName: PACKAGE, versionName: '1.0.0' });
  await aws.iot.createVersion(PACKAGE, '1.0.0', { status: 'PUBLISHED' });
  const described = { ...next, Tags: [{ Key: 'team', Value: 'a' }] };
  succeeded(await other.update(Type.VERSION, 'V', { id: replaced, properties: described, old: next }));
  const third = thirdAdoptsBefore('UntagResource');
  await other.during('UPDATE_ROLLBACK_IN_PROGRESS', async () =>
    succeeded(await other.update(Type.VERSION, 'V', { id: replaced, properties: next, old: described })),
  );
  expect(held()?.tags[ARTIFACT_TAGS.stack]).toBe(third.stackId);
});

test('a version whose deletion is refused is adopted while it is left to nobody', async () => {
  aws.faults.inject({ service: 'iot', operation: 'DeletePackageVersion', times: 9, trouble: { error: refusal() } });
  const made = succeeded(await stack.create(Type.VERSION, 'New', published('2.0.0')));
  const taking = published('2.0.0', { AdoptExisting: 'true' });
  meanwhile('UntagResource', 'before', async () => succeeded(await other.create(Type.VERSION, 'New', taking)));
  await stack.during('UPDATE_ROLLBACK_IN_PROGRESS', async () =>
    succeeded(await stack.delete(Type.VERSION, 'New', made, published('2.0.0'))),
  );
  expect(held('2.0.0')?.tags[ARTIFACT_TAGS.stack]).toBe(other.stackId);
});

test('a package is adopted while its stack retains it', async () => {
  const named = (more: object = {}) => ({ PackageName: 'left', ...more });
  const kept = succeeded(await stack.create(Type.PACKAGE, 'P', named()));
  meanwhile('UntagResource', 'before', async () =>
    succeeded(await other.create(Type.PACKAGE, 'P', named({ AdoptExisting: 'true' }))),
  );
  succeeded(await stack.delete(Type.PACKAGE, 'P', kept, named()));
  expect(aws.iot.describe('left')?.tags[ARTIFACT_TAGS.stack]).toBe(other.stackId);
});

test.each(['RETAIN', 'DELETE'])(
  'the default is adopted and moved while its stack gives it up, under %s',
  async Removal => {
    await aws.iot.createVersion(PACKAGE, '2.0.0', { status: 'PUBLISHED' });
    const first = succeeded(await stack.create(Type.DEFAULT_VERSION, 'D', pointer('1.0.0')));
    let second = '';
    const moved = pointer('2.0.0', { AdoptExisting: 'true' });
    meanwhile('UntagResource', 'before', async () => {
      second = succeeded(await other.create(Type.DEFAULT_VERSION, 'D', moved));
    });
    succeeded(await stack.delete(Type.DEFAULT_VERSION, 'D', first, pointer('1.0.0', { Removal })));
    expect(aws.iot.describe(PACKAGE)?.tags).toMatchObject({
      [DEFAULT_POINTER_TAGS.stack]: other.stackId,
      [DEFAULT_POINTER_TAGS.version]: '2.0.0',
    });
    expect(shown()).toBe('2.0.0');
    succeeded(await other.delete(Type.DEFAULT_VERSION, 'D', second, moved));
    expect(shown()).toBeUndefined();
  },
);
