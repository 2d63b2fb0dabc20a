/** How a Delete releases an artifact, and what becomes of what several resources have had. */
import { type Removal } from '../../../contract/cloudformation';
import { NOBODY } from '../../../lambda/runtime/adopted-from';
import { Refusal, Taken } from '../../../lambda/runtime/errors';
import { formatFormers } from '../../../lambda/runtime/former-owners';
import { type Tags, markTags } from '../../../lambda/runtime/ownership';
import { type Fate } from '../../../lambda/runtime/stack-history';
import { KEYS, type Moment, ToyWorld, before, me, ownedBy, renamed, sent, stranger } from './toy-artifact';

let world: ToyWorld;
beforeEach(() => (world = new ToyWorld()));

const owner = () => world.tags?.[KEYS.owner];
const free = { [KEYS.releasedBy]: me.releaseId };
const adopted = (from = NOBODY): Tags => ({ [KEYS.adoptedFrom]: from });
const formerly = (ownerId: string, openSince?: number): Tags => ({
  [KEYS.formerOwner]: formatFormers([{ ownerId, openSince }]),
});
/** How often it was decided what becomes of the artifact. */
const decisions = () => world.messages('info').filter(message => message === 'let go').length;
/** Does something at the given moment, for the first time that it comes, or another one. */
const once = (moment: Moment, what: () => void, nth = 1) => {
  let met = 0;
  world.at = now => void (now === moment && ++met === nth && what());
};

describe('a Delete', () => {
  beforeEach(() => (world.succeeded = 30));

  test.each<[Removal, Tags | undefined, string[]]>([
    ['DELETE', undefined, ['destroyed']],
    ['RETAIN', free, ['as released']],
    ['DEPRECATE', free, ['as released']],
  ])('under %s', async (removal, tags, done) => {
    world.tags = ownedBy(before);
    await world.event('Delete').delete(removal);
    expect(world.tags).toEqual(tags);
    expect(world.done).toEqual(done);
  });

  test('leaves alone what is somebody else’s, and what is gone', async () => {
    world.tags = ownedBy(stranger);
    await world.event('Delete').delete();
    expect(world.tags).toEqual(ownedBy(stranger));
    world.tags = undefined;
    await world.event('Delete').delete();
    expect(world.done).toEqual([]);
    expect(world.clock.sleeps).toEqual([]);
  });

  test('that is older than the newest claim, or over, changes nothing', async () => {
    world.tags = ownedBy(before);
    await expect(world.event('Delete', { by: sent(90) }).delete()).rejects.toThrow('a later event');
    world.isOver = true;
    await expect(world.event('Delete').delete()).rejects.toThrow('over');
    expect(world.tags).toEqual(ownedBy(before));
  });

  test('looks once more whose the artifact is when its removal has waited', async () => {
    world.tags = ownedBy(before);
    const event = world.event('Delete');
    let refused: unknown;
    world.at = async moment => {
      if (moment !== 'before destruction') return;
      world.at = () => {};
      world.clock.advance(1_000);
      world.tags = ownedBy(stranger);
      refused = await event.sending('DeleteToy').catch((error: unknown) => error);
      throw refused;
    };
    await event.delete();
    expect(refused).toBeInstanceOf(Taken);
    expect(world.tags).toEqual(ownedBy(stranger));
  });

  test('looks no more whose the artifact is once it is released', async () => {
    world.tags = ownedBy(before);
    const event = world.event('Delete');
    world.at = async moment => {
      if (moment !== 'after change') return;
      world.clock.advance(1_000);
      await event.sending('UpdateToy');
    };
    await event.delete('RETAIN');
    expect(world.tags).toEqual(free);
  });

  test('leaves a released artifact to the stack that adopts it at the same time', async () => {
    world.tags = ownedBy(before);
    once('after change', () => (world.tags = { ...world.tags, ...markTags(KEYS, stranger) }));
    await world.event('Delete').delete('RETAIN');
    expect(world.tags).toMatchObject({ [KEYS.owner]: stranger.ownerId, [KEYS.stack]: stranger.stackId });
    expect(world.messages('error')).toEqual([]);
  });

  test.each([
    [true, NOBODY],
    [false, '?'],
  ])('restores an owner whom an earlier delivery has removed, if changes can do that: %s', async (can, from) => {
    world.removesOthers = can;
    world.tags = ownedBy(stranger, adopted('?'));
    await world.event('Delete').delete();
    expect(world.tags).toEqual(ownedBy(stranger, adopted(from)));
  });

  test('only removes the mark of a claim that came too late', async () => {
    world.tags = { ...ownedBy(stranger), ...markTags(KEYS, before) };
    await world.event('Delete').delete();
    expect(world.tags).toEqual(ownedBy(stranger));
    expect(world.done).toEqual([]);
  });

  test.each<[string, number | undefined, string[]]>([
    ['a deployment has succeeded with it', 30, ['destroyed']],
    ['none has', undefined, ['as returned']],
  ])('of what was adopted gives it back unless %s', async (_what, succeeded, done) => {
    world.tags = ownedBy(before, adopted());
    world.succeeded = succeeded;
    await world.event('Delete').delete('DELETE');
    expect(world.done).toEqual(done);
  });

  test('that undoes destroys what its deployment has made, under RETAIN, too', async () => {
    world.tags = ownedBy(before);
    world.succeeded = undefined;
    await world.event('Delete').delete('RETAIN');
    expect(world.done).toEqual(['destroyed']);
  });

  test('leaves to nobody what must not be destroyed, and says why', async () => {
    world.tags = ownedBy(before);
    const event = world.event('Delete');
    event.protects = 'a job needs it';
    await event.delete();
    expect(world.tags).toEqual(free);
    expect(world.done).toEqual(['Refused']);
    expect(world.messages('error')).toEqual(['a job needs it']);
  });

  describe('whose removal is refused', () => {
    const refusal = new Refusal('it is the default');
    const deleted = (error: Error, removal?: Removal) => {
      world.tags = ownedBy(before);
      const event = world.event('Delete');
      event.refusal = error;
      return event.delete(removal);
    };

    test('fails, and the artifact stays the resource’s', async () => {
      await expect(deleted(refusal)).rejects.toThrow(refusal);
      expect(world.tags).toEqual(ownedBy(before));
    });

    test.each<[string, Removal, Partial<ToyWorld>]>([
      ['in a rollback', 'DELETE', { phase: 'rolling-back' }],
      ['where it undoes', 'RETAIN', { succeeded: undefined }],
    ])('leaves it to nobody %s', async (_what, removal, state) => {
      Object.assign(world, state);
      await deleted(refusal, removal);
      expect(world.tags).toEqual(free);
      expect(world.done).toEqual(['Refused']);
      expect(world.clock.sleeps).toEqual([]);
    });

    test('for another reason fails, in a rollback, too', async () => {
      world.phase = 'rolling-back';
      await expect(deleted(new Error('no answer'))).rejects.toThrow('no answer');
      expect(owner()).toBe(me.ownerId);
      expect(world.messages('warn')).toEqual([]);
    });

    test('because somebody has taken it decides once more', async () => {
      once('before destruction', () => (world.tags = ownedBy(stranger)));
      await deleted(new Taken('somebody has taken it'));
      expect(world.tags).toEqual(ownedBy(stranger));
      expect(world.messages('warn')).toEqual(['somebody has taken it']);
    });

    test('again and again because somebody has taken it fails', async () => {
      world.phase = 'rolling-back';
      await expect(deleted(new Taken('somebody has taken it'))).rejects.toThrow('somebody has taken it');
      expect(owner()).toBe(me.ownerId);
    });
  });
});

describe('a Delete in a rollback that follows closely on what it undoes', () => {
  beforeEach(() => (world.phase = 'rolling-back'));
  /** The artifact becomes visible at a second read. */
  const shownLate = (first: Tags | undefined, then: Tags) => {
    world.tags = first;
    once('before read', () => (world.tags = then), 2);
  };

  test.each<[string, Tags | undefined]>([
    ['does not exist', undefined],
    ['is somebody else’s', ownedBy(stranger)],
  ])('reads once more what %s', async (_what, first) => {
    shownLate(first, ownedBy(before));
    await world.event('Delete').delete();
    expect(world.tags).toBeUndefined();
    expect(world.clock.sleeps).toEqual([2_000]);
  });

  test('does not wait twice', async () => {
    world.tags = undefined;
    await world.event('Delete').delete();
    expect(world.clock.sleeps).toEqual([2_000]);
  });

  test.each<[string, Partial<ToyWorld>]>([
    ['without the time for it', { time: 4_000 }],
    ['unless the stack rolls back', { phase: 'deleting' }],
  ])('does not wait %s', async (_what, state) => {
    Object.assign(world, state);
    world.tags = undefined;
    await world.event('Delete').delete();
    expect(world.clock.sleeps).toEqual([]);
  });
});

describe('a Delete of a Create that has not answered', () => {
  const unanswered = () => world.event('Delete', { unanswered: true });

  test('waits for what the Create may still make, and removes it', async () => {
    world.tags = undefined;
    once('before read', () => (world.tags = ownedBy(before)), 3);
    await unanswered().delete();
    expect(world.tags).toBeUndefined();
    expect(world.done).toEqual(['destroyed']);
    expect(world.clock.sleeps).toEqual([500, 1_000]);
  });

  test.each([
    ['until no call of the Create can have an effect', 600_000, 26_000],
    ['for half of the time', 20_000, 10_000],
  ])('waits %s', async (_what, time, longest) => {
    world.time = time;
    world.tags = ownedBy(stranger);
    const began = world.clock.now();
    await unanswered().delete();
    const waited = world.clock.now() - began;
    expect(waited).toBeGreaterThanOrEqual(Math.min(longest, 25_000));
    expect(waited).toBeLessThan(longest + 2_500);
    expect(Math.max(...world.clock.sleeps)).toBe(2_000);
  });
});

describe('what another resource of the stack has taken over', () => {
  const takenOver = (openSince?: number) => ownedBy(renamed, formerly(me.ownerId, openSince));

  test.each<[string, Partial<ToyWorld>, Tags]>([
    ['is only forgotten', { phase: 'deploying' }, ownedBy(renamed)],
    ['is forgotten in a rollback', { phase: 'rolling-back' }, ownedBy(renamed)],
    ['is forgotten where a deployment has succeeded since', { phase: 'deleting', succeeded: 15 }, ownedBy(renamed)],
    [
      'is left to nobody once the other goes, if its deployment has failed',
      { isLeftOpen: true },
      ownedBy(renamed, { ...adopted(), ...free }),
    ],
  ])('%s', async (_what, state, tags) => {
    Object.assign(world, state);
    world.tags = takenOver();
    await world.event('Delete').delete('RETAIN');
    expect(world.tags).toEqual(tags);
    expect(world.done).toEqual([expect.stringMatching(/as (forgotten|bequeathed)/)]);
    expect(decisions()).toBe(1);
  });

  test('for good and under DELETE goes with the other, if its deployment has failed', async () => {
    world.isLeftOpen = true;
    world.tags = ownedBy(renamed, { ...formerly(me.ownerId), ...adopted() });
    await world.event('Delete').delete('DELETE');
    expect(world.tags).toEqual(ownedBy(renamed));
  });

  test.each<[string, Partial<ToyWorld>, number | undefined]>([
    ['the stack is deleted', { phase: 'deleting' }, undefined],
    ['a rollback takes back both', { phase: 'rolling-back' }, before.mark!.sentAt],
  ])('comes back, and goes, when %s', async (_what, state, openSince) => {
    Object.assign(world, state);
    world.tags = takenOver(openSince);
    await world.event('Delete').delete();
    expect(world.done).toEqual(['as returned', 'destroyed']);
    expect(world.tags).toBeUndefined();
  });

  test('is forgotten while a deployment goes on, even if it was never its own for good', async () => {
    world.tags = takenOver(before.mark!.sentAt);
    await world.event('Delete').delete();
    expect(world.tags).toEqual(ownedBy(renamed));
  });

  test('and left to nobody is released once more where the other has given it back meanwhile', async () => {
    world.tags = takenOver();
    Object.assign(world, { isLeftOpen: true, succeeded: 45 });
    once('after change', () => (world.tags = ownedBy(before)));
    await world.event('Delete').delete('RETAIN');
    expect(world.tags).toEqual(free);
  });

  test('is released once more where the other has given it back meanwhile', async () => {
    world.tags = takenOver();
    world.succeeded = 45;
    once('after change', () => (world.tags = ownedBy(before)));
    await world.event('Delete').delete();
    expect(world.tags).toBeUndefined();
  });

  test('counts as released where the other has deleted it', async () => {
    world.tags = takenOver();
    once('before change', () => (world.tags = undefined));
    await world.event('Delete').delete();
    expect(world.tags).toBeUndefined();
  });

  test('fails otherwise where it cannot be written', async () => {
    world.tags = takenOver();
    world.at = moment => {
      if (moment === 'before change') throw new Error('no answer');
    };
    await expect(world.event('Delete').delete()).rejects.toThrow('no answer');
  });

  test('fails where it cannot be read either', async () => {
    world.tags = takenOver();
    let failed = false;
    world.at = moment => {
      if (moment === 'before change') failed = true;
      if (failed) throw new Error('no answer');
    };
    await expect(world.event('Delete').delete()).rejects.toThrow('no answer');
  });
});

describe('what was taken over from another resource of the stack', () => {
  const taken = () => ownedBy(before, { ...formerly(renamed.ownerId), ...markTags(KEYS, renamed) });
  const deleted = () => world.event('Delete').delete();
  beforeEach(() => (world.tags = taken()));

  test('goes back to it if no deployment has succeeded, and is its own', async () => {
    await deleted();
    expect(world.tags).toEqual(ownedBy(renamed, { [KEYS.stack]: me.stackId }));
    expect(world.done).toEqual(['as returned']);
  });

  const forGood = (fate: Fate, state: Partial<ToyWorld> = {}) => {
    Object.assign(world, { ...state, succeeded: 5 });
    world.tags = ownedBy(sent(10), formerly(renamed.ownerId));
    world.fates.set(renamed.ownerId, fate);
  };

  test('for good goes to that resource where CloudFormation keeps it, for good', async () => {
    forGood('held');
    await deleted();
    expect(world.done).toEqual(['as returned']);
    expect(owner()).toBe(renamed.ownerId);
    expect(world.tags?.[KEYS.claim + renamed.ownerId]).toMatch(/^1970-/);
  });

  test.each<[string, Fate, Partial<ToyWorld>]>([
    ['where CloudFormation deletes that resource', 'going', {}],
    ['where that resource has something else', 'left', {}],
    ['with the stack', 'held', { phase: 'deleting' }],
  ])('for good goes %s', async (_where, fate, state) => {
    forGood(fate, state);
    await deleted();
    expect(world.done).toEqual(['destroyed']);
  });

  test('is decided once more where that one is deleted and has left it alone', async () => {
    world.fates.set(renamed.ownerId, 'gone');
    await world.event('Delete').delete('RETAIN');
    expect(world.tags).toBeUndefined();
    expect(world.done).toEqual(['as returned', 'destroyed']);
  });

  test('for good is released with the state in which it was taken over, where that one is deleted meanwhile', async () => {
    forGood('held');
    world.tags = { ...world.tags, memory: 'as it was' };
    once('after change', () => {
      world.fates.set(renamed.ownerId, 'gone');
      const { memory: _, ...rest } = world.tags!;
      world.tags = rest;
    });
    await world.event('Delete').delete('RETAIN');
    expect(world.done).toEqual(['as returned', 'as released']);
    expect(world.tags).toEqual({ ...free, memory: 'as it was' });
  });

  test('by a replacement that fails goes back to what has it, whatever has become of what was replaced', async () => {
    world.tags = ownedBy(renamed);
    world.fates.set(renamed.ownerId, 'held').set(`former-toy@${renamed.ownerId}`, 'gone');
    const fails = () => Promise.reject(new Error('no'));
    await expect(world.event('Update', { replaces: true }).take({ work: fails })).rejects.toThrow('no');
    expect(owner()).toBe(renamed.ownerId);
  });

  test('is a third one’s where that takes it while CloudFormation is asked', async () => {
    jest.spyOn(world.fates, 'get').mockImplementation(() => {
      if (world.done.includes('as returned')) world.tags = ownedBy(stranger);
      return 'gone';
    });
    await deleted();
    expect(world.tags).toEqual(ownedBy(stranger));
    expect(decisions()).toBe(1);
  });

  test('is decided once more where the other has let it go meanwhile', async () => {
    once('before read', () => (world.tags = ownedBy(before)), 2);
    await deleted();
    expect(world.tags).toBeUndefined();
    expect(world.done).toEqual(['destroyed']);
  });

  test('is removed where the other has only forgotten it while it was given back', async () => {
    once('after change', () => {
      const { [KEYS.claim + renamed.ownerId]: _, ...rest } = world.tags!;
      world.tags = rest;
    });
    await deleted();
    expect(world.tags).toBeUndefined();
    expect(world.done).toEqual(['as returned', 'destroyed']);
  });

  test('is removed where it is still the resource’s after it was given back', async () => {
    once('after change', () => (world.tags = ownedBy(before)));
    await deleted();
    expect(world.tags).toBeUndefined();
  });

  test('is gone where the other has deleted it while it was given back', async () => {
    once('after change', () => (world.tags = undefined));
    await deleted();
    expect(world.tags).toBeUndefined();
    expect(world.done).toEqual(['as returned']);
  });

  test('has no owner where the other has released it while it was given back', async () => {
    once('after change', () => (world.tags = { [KEYS.owner]: renamed.ownerId, [KEYS.releasedBy]: renamed.releaseId }));
    await deleted();
    expect(world.tags).toEqual({ [KEYS.releasedBy]: renamed.releaseId });
    expect(world.done).toEqual(['as returned']);
  });

  test('is as before its owner where the other has given it up for good while it was given back', async () => {
    once('after change', () => (world.tags = { [KEYS.owner]: renamed.ownerId }));
    await deleted();
    expect(world.tags).toEqual({});
    expect(world.done).toEqual(['as returned', 'restoration undone']);
    expect(decisions()).toBe(1);
  });

  test('keeps the state of before where it was adopted', async () => {
    world.tags = { ...taken(), ...adopted() };
    once('after change', () => (world.tags = { [KEYS.owner]: renamed.ownerId }));
    await deleted();
    expect(world.done).toEqual(['as returned']);
  });

  test('is a third one’s where that has it by then', async () => {
    once('after change', () => (world.tags = ownedBy(stranger)));
    await deleted();
    expect(world.tags).toEqual(ownedBy(stranger));
    expect(decisions()).toBe(1);
  });
});
