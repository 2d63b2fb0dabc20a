import { ARTIFACT_TAGS as KEYS } from '../../../contract/ownership';
import { isAdopted } from '../../../lambda/runtime/adopted-from';
import { formatFormers } from '../../../lambda/runtime/former-owners';
import {
  type Claimant,
  NO_CHANGE,
  type TagChange,
  type Tags,
  changed,
  claim,
  claimInPhase,
  claimOf,
  claimant,
  claimsIn,
  hasReplaced,
  isChange,
  letGo,
  mergeChanges,
  ownerTags,
  reclaim,
  release,
  returned,
} from '../../../lambda/runtime/ownership';
import { yieldTo, yieldToRival } from '../../../lambda/runtime/yielding';

const stackId = (name: string, uuid = '1') => `arn:aws:cloudformation:eu-west-1:111111111111:stack/${name}/${uuid}`;
const at = (time: string, who: Claimant) => ({ ...who, mark: { sentAt: Date.parse(time), hash: '1a2b3c4d' } });
const T1 = '2026-11-28T07:00:05Z';
const T2 = '2026-11-28T07:00:09Z';
const me = at(T1, claimant(stackId('fleet'), 'V1'));
const renamed = at(T2, claimant(stackId('fleet'), 'Renamed'));
const stranger = at(T2, claimant(stackId('other'), 'V1'));
const formerMe = claimant(stackId('fleet', '0'), 'V1');

const ownedBy = (who: Claimant): Tags => ({ [KEYS.owner]: who.ownerId, [KEYS.stack]: who.stackId });
const claimKey = (who: Claimant) => KEYS.claim + who.ownerId;
const claimBy = (who: Claimant): Tags => ({ [claimKey(who)]: ownerTags(KEYS, who)[claimKey(who)] });
const adopting = { adoptExisting: true };
const refusing = { adoptExisting: false };
const notAsked = async (): Promise<never> => {
  throw new Error('this decides nothing here');
};

describe('a change of tags', () => {
  const set: TagChange = { set: { a: '1' }, remove: [] };
  const remove: TagChange = { set: {}, remove: ['b'], tidy: ['c'] };

  test('is merged with another one', () => {
    expect(mergeChanges(set, remove)).toEqual({ set: { a: '1' }, remove: ['b'], tidy: ['c'] });
  });

  test('sets and removes, and keeps the rest', () => {
    expect(changed({ b: '2', d: '4' }, mergeChanges(set, remove))).toEqual({ a: '1', d: '4' });
  });

  test.each<[string, TagChange, boolean]>([
    ['nothing', NO_CHANGE, false],
    ['a tag that is set', set, true],
    ['a tag that is removed', { set: {}, remove: ['b'] }, true],
    ['a tag that is tidied up', { set: {}, remove: [], tidy: ['c'] }, true],
    ['as much set as removed', { set: { a: '1' }, remove: ['b'] }, true],
    ['as much removed as tidied up', remove, true],
  ])('%s', (_what, change, expected) => {
    expect(isChange(change)).toBe(expected);
  });
});

describe('a stack that has replaced another one', () => {
  test.each([
    ['itself', stackId('fleet'), false],
    ['the one that had its name before', stackId('fleet', '0'), true],
    ['one of another name', stackId('other'), false],
  ])('%s', (_who, other, expected) => {
    expect(hasReplaced(stackId('fleet'), other)).toBe(expected);
  });

  test('has again what the same resource has left there, which existed before', () => {
    const left = { ...ownerTags(KEYS, at(T1, formerMe)), [KEYS.formerOwner]: 'x', ...claimBy(stranger), stage: 'prod' };
    const result = claim(left, KEYS, me, refusing);
    expect(result).toEqual({ kind: 'reclaimed', change: reclaim(left, KEYS, me) });
    expect(changed(left, reclaim(left, KEYS, me))).toEqual({
      ...ownerTags(KEYS, me),
      [KEYS.adoptedFrom]: '-',
      [KEYS.releasedBy]: me.releaseId,
      stage: 'prod',
    });
  });
});

describe('a claim', () => {
  test.each<[string, Tags]>([
    ['of what another resource of a former life has left', ownedBy(claimant(stackId('fleet', '0'), 'V2'))],
    ['of what has an owner without a stack', { [KEYS.owner]: stranger.ownerId }],
    ['of what has no owner, but the tag of its own stack', { [KEYS.stack]: me.stackId }],
    ['of what was released, and has another owner since', { ...ownedBy(stranger), [KEYS.releasedBy]: me.releaseId }],
  ])('%s is refused', (_what, tags) => {
    expect(claim(tags, KEYS, me, refusing)).toEqual({ kind: 'refused', ownerStack: tags[KEYS.stack] });
  });

  test('that adopts removes what only meant something to others', () => {
    const found = { ...ownedBy(stranger), [KEYS.formerOwner]: 'x', ...claimBy(renamed), ...claimBy(stranger) };
    expect(claim(found, KEYS, me, adopting)).toMatchObject({
      kind: 'adopted',
      change: { remove: [KEYS.formerOwner, claimKey(renamed)] },
    });
  });

  test('of what it has adopted itself goes on in a rollback', async () => {
    const adopted = { ...ownerTags(KEYS, me), [KEYS.adoptedFrom]: '-' };
    expect(await claimInPhase(adopted, KEYS, me, { ...adopting, phase: notAsked })).toEqual({ kind: 'held' });
  });

  test('of what another resource has taken from it, adopted as it was, takes it back in a rollback', async () => {
    const taken = { ...ownedBy(renamed), [KEYS.adoptedFrom]: '-', [KEYS.formerOwner]: me.ownerId };
    const claimed = await claimInPhase(taken, KEYS, me, { ...refusing, phase: async () => 'rolling-back' });
    expect(claimed.kind).toBe('taken-over');
  });

  test('is found by its owner among others; what is none is passed over', () => {
    const tags = { ...claimBy(stranger), ...claimBy(me), [`${KEYS.claim}broken`]: 'yesterday', stage: 'prod' };
    expect(claimOf(tags, KEYS, me)).toMatchObject({ ownerId: me.ownerId, sentAt: Date.parse(T1) });
    expect(claimsIn(tags, KEYS)).toHaveLength(2);
  });
});

describe('who yields', () => {
  test('leaves the owner alone where that is somebody else by then', () => {
    const both = { ...ownerTags(KEYS, stranger), ...claimBy(me) };
    expect(yieldTo({}, both, KEYS, me)?.change).toEqual({ set: {}, remove: [claimKey(me)] });
  });

  const claimedAt = Date.parse(T1);
  const ago = (ms: number) => at(new Date(claimedAt - ms).toISOString(), stranger);
  const adoptedFrom = (value: string): Tags => ({ [KEYS.adoptedFrom]: value });

  test.each<[string, Tags, string | undefined]>([
    ['a claim of the same time', claimBy(stranger), stranger.stackId],
    ['a claim of an event that may still run', claimBy(ago(3_600_000)), stranger.stackId],
    ['a claim of an event that cannot run any more', claimBy(ago(3_601_000)), undefined],
    ['the claim of the former owner', { ...claimBy(stranger), [KEYS.formerOwner]: stranger.ownerId }, undefined],
    ['that of whom it was adopted from', { ...claimBy(stranger), ...adoptedFrom(`${stranger.ownerId}@s`) }, undefined],
    ['that of an adopter', { ...claimBy(stranger), ...adoptedFrom(`${stranger.ownerId}+@s`) }, undefined],
    [
      'that of an owner before the one of whom it was adopted',
      {
        ...claimBy(ago(2_000)),
        ...claimBy(at(new Date(claimedAt - 1_000).toISOString(), renamed)),
        ...adoptedFrom(`${renamed.ownerId}@s`),
      },
      undefined,
    ],
    ['nobody', {}, undefined],
  ])('after its function was killed: %s', (_what, more, stack) => {
    expect(yieldToRival({ ...ownerTags(KEYS, me), ...more }, KEYS, me, claimedAt)?.stackId).toBe(stack);
  });
});

describe('what was taken over', () => {
  const taken = { ...ownerTags(KEYS, renamed), [KEYS.formerOwner]: me.ownerId, ...claimBy(me) };
  const unmarked = { ...ownedBy(renamed), [KEYS.formerOwner]: me.ownerId };

  test.each([
    ['goes back where the deployment is undone', true, 'returned'],
    ['goes where it has succeeded', false, 'destroyed'],
  ] as const)('%s', async (_what, isUndone, kind) => {
    expect(await letGo(taken, KEYS, renamed, { removal: 'DELETE', undoes: async () => isUndone })).toMatchObject({
      kind,
    });
  });

  test('goes back without a question where nobody knows when it was taken', async () => {
    expect(await letGo(unmarked, KEYS, renamed, { removal: 'DELETE', undoes: notAsked })).toMatchObject({
      kind: 'returned',
    });
  });

  test('is given back to be released where both owners are deleted, without the claim of the other', async () => {
    const regains = jest.fn(async () => true);
    const result = await letGo(taken, KEYS, me, { removal: 'DELETE', undoes: notAsked, regains });
    expect(result).toEqual({
      kind: 'returned',
      change: { set: { [KEYS.owner]: me.ownerId }, remove: [KEYS.formerOwner, claimKey(renamed)] },
    });
    expect(regains).toHaveBeenCalledWith(Date.parse(T2), { ownerId: me.ownerId });
  });

  test.each([
    ['its deployment has succeeded', taken, async () => false],
    ['nobody asks', taken, undefined],
    ['nobody knows when it was taken', unmarked, notAsked],
  ])('is forgotten by its former owner where %s', async (_what, tags, regains) => {
    expect(await letGo(tags, KEYS, me, { removal: 'DELETE', undoes: notAsked, regains })).toEqual({
      kind: 'forgotten',
      change: { set: {}, remove: [KEYS.formerOwner, ...(tags === taken ? [claimKey(me)] : [])] },
    });
  });

  describe('and whose new owner’s deployment has failed', () => {
    const former = formatFormers([{ ownerId: me.ownerId, openSince: Date.parse(T1) }]);
    const takenWhileOpen = { ...taken, [KEYS.formerOwner]: former };
    const open = { undoes: notAsked, isLeftOpen: async (takenAt: number) => takenAt === Date.parse(T2) };

    test.each(['RETAIN', 'DEPRECATE'] as const)('outlives the new owner under %s', async removal => {
      const { [KEYS.formerOwner]: _, [claimKey(me)]: __, ...rest } = taken;
      const left = await letGo(taken, KEYS, me, { ...open, removal });
      const after = changed(taken, (left as { readonly change: TagChange }).change);
      expect(left.kind).toBe('bequeathed');
      expect(after).toEqual({ ...rest, [KEYS.adoptedFrom]: '-', [KEYS.releasedBy]: me.releaseId });
      const undone = await letGo(after, KEYS, renamed, { removal: 'DELETE', undoes: async () => true });
      expect(undone.kind).toBe('returned');
      expect(changed(after, (undone as { readonly change: TagChange }).change)).toEqual({
        [KEYS.releasedBy]: me.releaseId,
      });
    });

    test.each([
      ['is to be deleted', taken, 'DELETE'],
      ['was its own only in a deployment that has failed, too', takenWhileOpen, 'RETAIN'],
      ['was taken nobody knows when', unmarked, 'RETAIN'],
    ] as const)('is forgotten where it %s', async (_what, tags, removal) => {
      expect(await letGo(tags, KEYS, me, { ...open, removal })).toMatchObject({ kind: 'forgotten' });
    });
  });
});

test('a claim on what is somebody else’s is tidied up if the policy allows it', async () => {
  const theirs = { ...ownerTags(KEYS, stranger), ...claimBy(me) };
  expect(await letGo(theirs, KEYS, me, { removal: 'DELETE', undoes: notAsked })).toEqual({
    kind: 'forgotten',
    change: { set: {}, remove: [], tidy: [claimKey(me)] },
  });
});

test('who gives it up leaves no claim and no former owner', () => {
  const tags = { ...ownerTags(KEYS, me), ...claimBy(stranger), [KEYS.formerOwner]: 'x', stage: 'prod' };
  expect(changed(tags, release(tags, KEYS, me))).toEqual({ [KEYS.releasedBy]: me.releaseId, stage: 'prod' });
});

describe('a reverse Update gives back', () => {
  const adopted = { ...ownerTags(KEYS, me), [KEYS.adoptedFrom]: `${stranger.ownerId}@${stranger.stackId}` };
  const byAdopter = { ...ownerTags(KEYS, me), [KEYS.adoptedFrom]: `${stranger.ownerId}+@${stranger.stackId}` };

  test.each<[string, Tags, TagChange | undefined]>([
    [
      'nothing that somebody has adopted since',
      { ...ownerTags(KEYS, stranger), [KEYS.adoptedFrom]: `${me.ownerId}@${me.stackId}` },
      undefined,
    ],
    ['nothing that it has made', ownerTags(KEYS, me), undefined],
    [
      'what it has taken over',
      { ...ownerTags(KEYS, me), [KEYS.formerOwner]: renamed.ownerId },
      { set: { [KEYS.owner]: renamed.ownerId }, remove: [KEYS.formerOwner, claimKey(me)] },
    ],
    ['nothing that came back to it', { ...ownerTags(KEYS, me), [KEYS.formerOwner]: me.ownerId }, undefined],
    [
      'what it has adopted',
      { ...adopted, [KEYS.formerOwner]: me.ownerId },
      { set: ownedBy(stranger), remove: [KEYS.formerOwner], tidy: [claimKey(me), KEYS.adoptedFrom] },
    ],
    [
      'what it has adopted from an adopter',
      byAdopter,
      { set: { ...ownedBy(stranger), [KEYS.adoptedFrom]: '-' }, remove: [], tidy: [claimKey(me)] },
    ],
    [
      'what was nobody’s',
      { ...ownerTags(KEYS, me), [KEYS.adoptedFrom]: '-' },
      { set: {}, remove: [KEYS.owner, KEYS.stack, KEYS.adoptedFrom, claimKey(me)] },
    ],
  ])('%s', (_what, tags, change) => {
    expect(returned(tags, KEYS, me)).toEqual(change);
  });

  test('an adoption whose giving back was interrupted is none any more', () => {
    expect(isAdopted({ ...adopted, ...ownedBy(stranger) }, KEYS)).toBe(false);
    expect(isAdopted(byAdopter, KEYS)).toBe(true);
  });
});
