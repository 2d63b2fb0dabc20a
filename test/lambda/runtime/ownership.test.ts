import fc from 'fast-check';
import { type Removal } from '../../../contract/cloudformation';
import { ARTIFACT_TAGS as KEYS } from '../../../contract/ownership';
import { isAdopted, isAdoptedBack, isAdoptedFrom } from '../../../lambda/runtime/adopted-from';
import {
  type Claimant,
  type TagChange,
  type Tags,
  claim,
  claimInPhase,
  claimOf,
  claimant,
  claimsIn,
  letGo,
  markTags,
  ownerTags,
  release,
  returned,
} from '../../../lambda/runtime/ownership';
import { type StackPhase } from '../../../lambda/runtime/stack';
import { yieldTo } from '../../../lambda/runtime/yielding';

const stackId = (name: string, uuid = '1') => `arn:aws:cloudformation:eu-west-1:111111111111:stack/${name}/${uuid}`;
const me = claimant(stackId('fleet'), 'V1');
const renamed = claimant(stackId('fleet'), 'Renamed');
const stranger = claimant(stackId('other'), 'V1');

const ownedBy = (who: Claimant): Tags => ({ [KEYS.owner]: who.ownerId, [KEYS.stack]: who.stackId });
const after = (tags: Tags, { set, remove, tidy = [] }: TagChange): Tags => {
  const changed: Record<string, string> = { ...tags, ...set };
  for (const key of [...remove, ...tidy]) delete changed[key];
  return changed;
};
const inPhase = (phase: StackPhase) => async () => phase;
const inRollback = (phase: StackPhase) => async () => phase === 'rolling-back';
const notAsked = async (): Promise<never> => {
  throw new Error('the phase decides nothing here');
};

/** Claims and returns the tags afterwards. */
function claimed(tags: Tags, who: Claimant, { adoptExisting } = { adoptExisting: false }): Tags {
  const result = claim(tags, KEYS, who, { adoptExisting });
  if (result.kind === 'refused') throw new Error('refused');
  return result.kind === 'held' ? tags : after(tags, result.change);
}

const adopting = (tags: Tags, who: Claimant): Tags => claimed(tags, who, { adoptExisting: true });

/** Lets go and returns the tags afterwards; `undefined` where the artifact is destroyed. */
async function left(tags: Tags, who: Claimant, removal: Removal, phase: StackPhase): Promise<Tags | undefined> {
  const result = await letGo(tags, KEYS, who, { removal, undoes: inRollback(phase) });
  if (result.kind === 'destroyed') return undefined;
  return result.kind === 'foreign' ? tags : after(tags, result.change);
}

describe('owner ids', () => {
  test('differ between logical ids, between stacks and between two lives of a stack', () => {
    const ids = [
      claimant(stackId('a'), 'X'),
      claimant(stackId('a'), 'Y'),
      claimant(stackId('b'), 'X'),
      claimant(stackId('a', '2'), 'X'),
    ].map(({ ownerId }) => ownerId);
    expect(new Set(ids).size).toBe(4);
  });

  test('the right to have a released artifact again outlives the stack', () => {
    expect(claimant(stackId('a', '1'), 'X').releaseId).toBe(claimant(stackId('a', '2'), 'X').releaseId);
    expect(claimant(stackId('a'), 'X').releaseId).not.toBe(claimant(stackId('b'), 'X').releaseId);
  });
});

describe('claiming an artifact that exists', () => {
  const nobody: Tags = { stage: 'prod' };
  const released = after(ownedBy(me), release(ownedBy(me), KEYS, me));

  test.each<[string, Tags, boolean, string]>([
    ['goes on with what it owns', ownedBy(me), false, 'held'],
    ['takes over within the stack', ownedBy(renamed), false, 'taken-over'],
    ['refuses another stack', ownedBy(stranger), false, 'refused'],
    ['refuses what is nobody’s', nobody, false, 'refused'],
    ['adopts from another stack when told to', ownedBy(stranger), true, 'adopted'],
    ['adopts what is nobody’s when told to', nobody, true, 'adopted'],
    ['has again what it has released', released, false, 'reclaimed'],
  ])('%s', (_rule, tags, adopt, kind) => {
    const result = claim(tags, KEYS, me, { adoptExisting: adopt });
    expect(result.kind).toBe(kind);
    if (result.kind !== 'held' && result.kind !== 'refused') {
      expect(after(tags, result.change)).toMatchObject(ownedBy(me));
      expect(claim(after(tags, result.change), KEYS, me, { adoptExisting: false }).kind).toBe('held');
    }
  });

  test('names the stack that has it', () => {
    expect(claim(ownedBy(stranger), KEYS, me, { adoptExisting: false })).toEqual({
      kind: 'refused',
      ownerStack: stranger.stackId,
    });
  });

  test('what another has released is not for the taking', () => {
    expect(claim(released, KEYS, stranger, { adoptExisting: false }).kind).toBe('refused');
  });

  test.each<[StackPhase, string]>([
    ['deploying', 'adopted'],
    ['rolling-back', 'refused'],
  ])('a stack that is %s: what another has is %s', async (phase, kind) => {
    expect((await claimInPhase(ownedBy(stranger), KEYS, me, { adoptExisting: true, phase: inPhase(phase) })).kind).toBe(
      kind,
    );
  });

  test.each<[StackPhase, string]>([
    ['deploying', 'taken-over'],
    ['rolling-back', 'refused'],
  ])('a stack that is %s: what another of its resources has adopted is %s', async (phase, kind) => {
    const adopted = { ...ownedBy(renamed), [KEYS.adoptedFrom]: 'somebody' };
    expect((await claimInPhase(adopted, KEYS, me, { adoptExisting: false, phase: inPhase(phase) })).kind).toBe(kind);
  });

  test('the phase is not asked where nothing is adopted', async () => {
    expect((await claimInPhase(ownedBy(me), KEYS, me, { adoptExisting: true, phase: notAsked })).kind).toBe('held');
    expect((await claimInPhase(ownedBy(renamed), KEYS, me, { adoptExisting: true, phase: notAsked })).kind).toBe(
      'taken-over',
    );
    expect((await claimInPhase(ownedBy(stranger), KEYS, me, { adoptExisting: false, phase: notAsked })).kind).toBe(
      'refused',
    );
  });

  test('only what existed before counts as adopted', () => {
    expect(isAdopted(ownedBy(me), KEYS)).toBe(false);
    expect(isAdopted(claimed(ownedBy(renamed), me), KEYS)).toBe(false);
    expect(isAdopted(adopting(nobody, me), KEYS)).toBe(true);
    expect(isAdopted(adopting(ownedBy(stranger), me), KEYS)).toBe(true);
  });
});

describe('letting go', () => {
  test('what is created goes with DELETE, and nobody asks what the stack is doing', async () => {
    expect(await letGo(ownedBy(me), KEYS, me, { removal: 'DELETE', undoes: notAsked })).toEqual({ kind: 'destroyed' });
  });

  test.each<Removal>(['DELETE', 'DEPRECATE', 'RETAIN'])(
    'a rollback removes what was created, under %s too',
    async removal => {
      expect(await left(ownedBy(me), me, removal, 'rolling-back')).toBeUndefined();
    },
  );

  test.each<Removal>(['DEPRECATE', 'RETAIN'])('under %s it stays and is nobody’s', async removal => {
    const tags = await left(ownedBy(me), me, removal, 'deleting');
    expect(tags).toEqual({ [KEYS.releasedBy]: me.releaseId });
  });

  test('after a rename that succeeded, the former owner only forgets', async () => {
    const taken = claimed(ownedBy(me), renamed);
    expect(await left(taken, me, 'DELETE', 'deploying')).toEqual(ownedBy(renamed));
  });

  test('after a rename that failed, the former owner has it again', async () => {
    const taken = claimed(ownedBy(me), renamed);
    expect(await left(taken, renamed, 'DELETE', 'rolling-back')).toEqual(ownedBy(me));
  });

  test('a rollback gives an adopted artifact back to the stack that had it', async () => {
    const adopted = adopting(ownedBy(stranger), me);
    expect(await left(adopted, me, 'DELETE', 'rolling-back')).toEqual(ownedBy(stranger));
  });

  test('who had adopted it himself has it again as an adopted one', async () => {
    const first = adopting(ownedBy(renamed), stranger);
    const again = await left(adopting(first, me), me, 'DELETE', 'rolling-back');
    expect(again).toMatchObject(ownedBy(stranger));
    expect(isAdopted(again as Tags, KEYS)).toBe(true);
  });

  test('who had adopted it from the one that adopts it back has it again from that one', async () => {
    for (const own of [ownedBy(me), adopting({}, me)]) {
      const first = adopting(own, stranger);
      expect([isAdoptedFrom(first, KEYS, me), isAdoptedFrom(first, KEYS, renamed)]).toEqual([true, false]);
      const back = adopting(first, me);
      expect([isAdoptedBack(first, KEYS), isAdoptedBack(back, KEYS)]).toEqual([false, true]);
      expect(await left(back, me, 'DELETE', 'rolling-back')).toEqual(first);
      expect(await left(first, stranger, 'DELETE', 'rolling-back')).toEqual(own);
    }
  });

  test('a rollback leaves an artifact that was nobody’s to nobody', async () => {
    const adopted = adopting({ stage: 'prod' }, me);
    expect(await left(adopted, me, 'DELETE', 'rolling-back')).toEqual({ stage: 'prod' });
  });

  test('an adopted artifact goes with its new owner', async () => {
    const adopted = adopting({}, me);
    expect(await left(adopted, me, 'DELETE', 'deleting')).toBeUndefined();
  });

  test('the stack from which it was adopted leaves it to the new owner, untouched', async () => {
    const adopted = adopting(ownedBy(stranger), me);
    expect(await letGo(adopted, KEYS, stranger, { removal: 'DELETE', undoes: notAsked })).toEqual({ kind: 'foreign' });
  });

  test('two resources that exchange their artifacts each keep the other’s', async () => {
    const first = claimed(ownedBy(me), renamed);
    const second = claimed(ownedBy(renamed), me);
    expect(await left(first, me, 'DELETE', 'deploying')).toEqual(ownedBy(renamed));
    expect(await left(second, renamed, 'DELETE', 'deploying')).toEqual(ownedBy(me));
  });
});

describe('whatever happened before', () => {
  const people = [me, renamed, stranger, claimant(stackId('other'), 'V2')];
  const person = fc.constantFrom(...people);
  const removal = fc.constantFrom<Removal>('DELETE', 'DEPRECATE', 'RETAIN');
  const phase = fc.constantFrom<StackPhase>('deploying', 'rolling-back', 'deleting');
  const step = fc.oneof(fc.record({ who: person, adopt: fc.boolean() }), fc.record({ who: person, removal, phase }));
  const history = fc.array(step, { maxLength: 12 });

  type Step = { who: Claimant; adopt: boolean } | { who: Claimant; removal: Removal; phase: StackPhase };

  /** Plays steps on an artifact; a destroyed one is made again by whoever claims it. */
  async function play(steps: readonly Step[]): Promise<Tags | undefined> {
    let tags: Tags | undefined = undefined;
    for (const one of steps) {
      if ('adopt' in one) {
        if (!tags) tags = ownedBy(one.who);
        else {
          const result = claim(tags, KEYS, one.who, { adoptExisting: one.adopt });
          if (result.kind !== 'held' && result.kind !== 'refused') tags = after(tags, result.change);
        }
      } else if (tags) tags = await left(tags, one.who, one.removal, one.phase);
    }
    return tags;
  }

  test('nobody but the owner destroys an artifact', async () => {
    await fc.assert(
      fc.asyncProperty(history, person, removal, phase, async (steps, who, how, when) => {
        const tags = await play(steps);
        if (!tags) return;
        const result = await letGo(tags, KEYS, who, { removal: how, undoes: inRollback(when) });
        if (result.kind === 'destroyed') expect(tags[KEYS.owner]).toBe(who.ownerId);
      }),
    );
  });

  test('a Delete that is cut short between setting and removing tags ends the same when it is repeated', async () => {
    await fc.assert(
      fc.asyncProperty(history, person, removal, phase, async (steps, who, how, when) => {
        const tags = await play(steps);
        if (!tags) return;
        const result = await letGo(tags, KEYS, who, { removal: how, undoes: inRollback(when) });
        if (result.kind === 'destroyed' || result.kind === 'foreign') return;
        const cutShort = after(tags, { set: result.change.set, remove: [] });
        const repeated = await left(cutShort, who, how, when);
        const whole = after(tags, result.change);
        expect(repeated?.[KEYS.owner]).toBe(whole[KEYS.owner]);
        // what a tag too many may say, it changes nothing for the owner.
        const owner = people.find(({ ownerId }) => ownerId === whole[KEYS.owner]);
        if (!owner || !repeated) return;
        const ends = await Promise.all([repeated, whole].map(each => left(each, owner, 'DELETE', 'rolling-back')));
        expect(ends[0]?.[KEYS.owner]).toBe(ends[1]?.[KEYS.owner]);
      }),
    );
  });
});

describe('marks', () => {
  const at = (time: string, who = me) => ({ ...who, mark: { sentAt: Date.parse(time), hash: '1a2b3c4d' } });
  const marked = at('2026-11-28T07:00:05Z');
  const { sentAt: SENT_AT } = marked.mark;
  const before = SENT_AT - 86_400_000;
  const strangers = at('2026-11-28T07:00:09Z', stranger);

  test('a claim tells when, by which event and of which stack it was made', () => {
    expect(claimsIn(ownerTags(KEYS, marked), KEYS)).toEqual([
      { ownerId: me.ownerId, sentAt: SENT_AT, since: SENT_AT, hash: '1a2b3c4d', stack: 'fleet/1' },
    ]);
  });

  test('a change of what is owned tells when the ownership began', () => {
    const longest = { ...marked, stackId: stackId('f'.repeat(128), '1'.repeat(36)) };
    expect(claimOf(markTags(KEYS, longest, before), KEYS, me)).toMatchObject({ sentAt: SENT_AT, since: before });
    expect(Object.values(markTags(KEYS, longest, before))[0].length).toBeLessThanOrEqual(256);
  });

  test('what is taken back has been the resource’s since it first had it', () => {
    const had = ownerTags(KEYS, { ...me, mark: { sentAt: before, hash: '0' } });
    const taken = claimed(had, { ...renamed, mark: marked.mark });
    expect(claimOf(taken, KEYS, renamed)).toMatchObject({ since: SENT_AT });
    expect(claimOf(claimed(taken, marked), KEYS, me)).toMatchObject({ sentAt: SENT_AT, since: before });
  });

  test('whoever finds a claim that he has not known yields to it', () => {
    const before = {};
    const both = { ...ownerTags(KEYS, strangers), ...ownerTags(KEYS, marked) };
    const { change, stackId: to } = yieldTo(before, both, KEYS, marked)!;
    expect(to).toBe(stranger.stackId);
    expect(after(both, change)).toEqual(ownerTags(KEYS, strangers));
    expect(yieldTo(ownerTags(KEYS, strangers), both, KEYS, marked)).toBeUndefined();
  });

  test('an adoption that is given back leaves the former owner’s claim as it was', () => {
    const theirs = ownerTags(KEYS, strangers);
    const adopted = adopting(theirs, marked);
    expect(after(adopted, returned(adopted, KEYS, marked)!)).toEqual(theirs);
  });

  test('released, an artifact is claimed by nobody', () => {
    const released = after(ownerTags(KEYS, marked), release(ownerTags(KEYS, marked), KEYS, marked));
    expect(claimsIn(released, KEYS)).toEqual([]);
  });

  test('a Delete is told when its resource has claimed the artifact', async () => {
    const undoes = jest.fn(async () => false);
    await letGo(ownerTags(KEYS, marked), KEYS, marked, { removal: 'RETAIN', undoes });
    expect(undoes).toHaveBeenCalledWith(Date.parse('2026-11-28T07:00:05Z'));
  });
});
