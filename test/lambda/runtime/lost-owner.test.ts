/** Who has adopted an artifact from a resource while that one gave it back. */
import { ARTIFACT_TAGS as KEYS } from '../../../contract/ownership';
import { NOBODY } from '../../../lambda/runtime/adopted-from';
import { isLost, restoredAdopter, restoredRival, withLostOwner } from '../../../lambda/runtime/lost-owner';
import { type Claimant, HANDED_BACK, type Tags, claimant, markTags } from '../../../lambda/runtime/ownership';

const stackId = (name: string) => `arn:aws:cloudformation:eu-west-1:111111111111:stack/${name}/0a1b`;
const at = (minute: number, name: string, logicalId = 'V'): Claimant => ({
  ...claimant(stackId(name), logicalId),
  mark: { sentAt: Date.parse('2026-01-01T00:00:00Z') + minute * 60_000, hash: '1a2b3c4d' },
});

const former = at(1, 'former');
const me = at(2, 'me');
const adopter = at(3, 'adopter');
const claims = (...claimants: Claimant[]): Tags =>
  Object.assign({}, ...claimants.map(each => markTags(KEYS, each))) as Tags;
const givenBack = (...claimants: Claimant[]): Tags => ({
  [KEYS.owner]: former.ownerId,
  [KEYS.stack]: former.stackId,
  ...claims(...claimants),
});

test('a claim that is newer than that of the resource names the owner', () => {
  expect(restoredAdopter(givenBack(former, me, adopter), KEYS, me)).toEqual({
    set: { [KEYS.owner]: adopter.ownerId, [KEYS.stack]: adopter.stackId, [KEYS.adoptedFrom]: NOBODY },
    remove: [KEYS.formerOwner],
  });
});

test('the former owner need not have a claim', () => {
  expect(restoredAdopter(givenBack(me, adopter), KEYS, me)?.set[KEYS.owner]).toBe(adopter.ownerId);
});

test.each([
  ['the resource has removed its claim', givenBack(former, adopter)],
  ['nobody has adopted it', givenBack(former, me)],
  ['the claim is older', givenBack(former, me, at(1, 'adopter'))],
  ['the claim is of the same time', givenBack(former, me, at(2, 'adopter'))],
  ['the claim is of another resource of the stack, which lets it go, too', givenBack(former, me, at(3, 'me', 'W'))],
  ['its owner has claimed it after the resource', givenBack(at(3, 'former'), me, adopter)],
  ['nobody owns it', claims(former, me, adopter)],
  ['the resource owns it', { ...givenBack(former, me, adopter), [KEYS.owner]: me.ownerId }],
])('nothing is restored if %s', (_what, tags) => {
  expect(restoredAdopter(tags, KEYS, me)).toBeUndefined();
});

describe('tags that name no owner', () => {
  const [older, newer] = [at(3, 'older'), at(4, 'newer')];
  const ownerOf = (tags: Tags) => withLostOwner(tags, KEYS, me.stackId)[KEYS.owner];

  test.each<[string, Tags, string | undefined]>([
    ['is that of the newest claim', claims(older, newer), newer.ownerId],
    ['whatever their order', claims(newer, older), newer.ownerId],
    ['is that of the last of two claims at once', claims(at(4, 'older'), newer), newer.ownerId],
    ['is nobody without a claim', {}, undefined],
    [
      'is nobody who only has back what it must let go',
      claims({ ...newer, mark: { ...newer.mark!, hash: HANDED_BACK } }),
      undefined,
    ],
  ])('the owner %s', (_what, tags, owner) => {
    expect(ownerOf(tags)).toBe(owner);
  });

  test('are told apart from those of an owner, and name no former one', () => {
    const lost = withLostOwner({ ...claims(newer), [KEYS.formerOwner]: 'a1', user: '1' }, KEYS, me.stackId);
    expect(lost).toMatchObject({ [KEYS.stack]: newer.stackId, user: '1' });
    expect(lost).not.toHaveProperty([KEYS.formerOwner]);
    expect(isLost(lost, KEYS)).toBe(true);
    const owned = { ...claims(newer), [KEYS.owner]: older.ownerId };
    expect(withLostOwner(owned, KEYS, me.stackId)).toBe(owned);
    expect(isLost(owned, KEYS)).toBe(false);
  });

  test('are restored for who has claimed the artifact during a release, unless they name it', () => {
    const owned = { [KEYS.owner]: newer.ownerId, [KEYS.stack]: newer.stackId };
    const restoredFor = (after: Tags) => restoredRival(claims(older), after, KEYS, me.stackId)?.set[KEYS.owner];
    expect(restoredFor(claims(older, newer))).toBe(newer.ownerId);
    expect(restoredFor({ ...claims(older, newer), ...owned })).toBeUndefined();
    expect(restoredFor(withLostOwner(claims(older, newer), KEYS, me.stackId))).toBe(newer.ownerId);
    expect(restoredFor(claims(older))).toBeUndefined();
  });
});
