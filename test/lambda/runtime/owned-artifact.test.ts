/** The life of an artifact after its claim: what a failed or overtaken event has done is undone, and what is called again is checked. */
import { NOBODY } from '../../../lambda/runtime/adopted-from';
import { type Tags, markTags } from '../../../lambda/runtime/ownership';
import { KEYS, type Moment, ToyWorld, before, me, ownedBy, renamed, stranger } from './toy-artifact';

let world: ToyWorld;
beforeEach(() => (world = new ToyWorld()));

const owner = () => world.tags?.[KEYS.owner];
const free = { [KEYS.releasedBy]: me.releaseId };
const adopted = (from = NOBODY): Tags => ({ [KEYS.adoptedFrom]: from });
/** Does something at the given moment, for the first time that it comes, or another one. */
const once = (moment: Moment, what: () => void, nth = 1) => {
  let met = 0;
  world.at = now => void (now === moment && ++met === nth && what());
};
const failing = async () => {
  throw new Error('the work has failed');
};
const overtaken = async () => {
  world.isOver = true;
};

describe('an Update in a rollback', () => {
  const update = () => world.event('Update');
  beforeEach(() => (world.phase = 'rolling-back'));

  test('gives back what the failed one had adopted, and confirms that it is current', async () => {
    world.tags = ownedBy(before, adopted(`${stranger.ownerId}@${stranger.stackId}`));
    expect(await update().take()).toBe('given back');
    expect(world.tags).toMatchObject({ [KEYS.owner]: stranger.ownerId, [KEYS.stack]: stranger.stackId });
    expect(world.done).toEqual(['as returned']);
    expect(world.messages('info')).toContain('given back');
  });

  test('gives nothing back if it is over', async () => {
    world.tags = ownedBy(before, adopted());
    world.isOver = true;
    await expect(update().take()).rejects.toThrow('over');
    expect(owner()).toBe(me.ownerId);
  });

  test.each<[string, Partial<ToyWorld>]>([
    ['the stack does not roll back', { phase: 'deploying' }],
    ['a deployment has succeeded with it', { succeeded: 30 }],
    ['the event itself has adopted it', { tags: ownedBy(me, adopted()) }],
    ['it was not adopted', { tags: ownedBy(before) }],
    ['it has no claim', { tags: { [KEYS.owner]: me.ownerId, [KEYS.stack]: me.stackId, ...adopted() } }],
  ])('keeps it if %s', async (_what, state) => {
    Object.assign(world, { tags: ownedBy(before, adopted()) }, state);
    expect(await update().take()).toBe('held');
    expect(owner()).toBe(me.ownerId);
  });

  test('and a Create does not', async () => {
    world.tags = ownedBy(before, adopted());
    expect(await world.event('Create').take()).toBe('held');
  });

  describe('after a canceled replacement', () => {
    const cancelled = () => world.event('Update').undoCancelled();

    test('removes what that has made', async () => {
      world.tags = ownedBy(before);
      await cancelled();
      expect(world.tags).toBeUndefined();
    });

    test('gives back what that has adopted', async () => {
      world.tags = ownedBy(before, adopted());
      await cancelled();
      expect(world.tags).toEqual({});
    });

    test.each<[string, Partial<ToyWorld>]>([
      ['it is gone', { tags: undefined }],
      ['it is somebody else’s', { tags: ownedBy(stranger) }],
      ['it is another resource’s of the stack', { tags: { ...ownedBy(renamed), ...markTags(KEYS, before) } }],
      ['it has no claim', { tags: { [KEYS.owner]: me.ownerId } }],
      ['a deployment has succeeded with it', { succeeded: 30 }],
      ['the stack does not roll back', { phase: 'deploying' }],
    ])('leaves it if %s', async (_what, state) => {
      Object.assign(world, { tags: ownedBy(before) }, state);
      const { tags } = world;
      await cancelled();
      expect(world.tags).toEqual(tags);
    });

    test('goes on if that cannot be undone, and says so', async () => {
      world.tags = ownedBy(before);
      world.at = moment => {
        if (moment === 'before destruction') throw new Error('no answer');
      };
      await cancelled();
      expect(world.messages('error')).toEqual(['what a canceled Update did could not be undone']);
    });
  });
});

describe('a replacement that fails', () => {
  const replaces = true;

  test.each(['Update', 'Create'] as const)('is undone, since no other event would (%s)', async type => {
    await expect(world.event(type, { replaces }).make(failing)).rejects.toThrow('the work has failed');
    expect(world.tags).toBeUndefined();
    world.tags = ownedBy(stranger);
    await expect(world.event(type, { replaces }).take({ adoptExisting: true, work: failing })).rejects.toThrow();
    expect(owner()).toBe(stranger.ownerId);
  });

  test('is not undone where the resource had the artifact before', async () => {
    world.tags = ownedBy(before);
    world.succeeded = undefined;
    await expect(world.event('Update', { replaces }).take({ work: failing })).rejects.toThrow();
    expect(owner()).toBe(me.ownerId);
  });

  test('and no other event that fails', async () => {
    await expect(world.event('Create').make(failing)).rejects.toThrow('the work has failed');
    expect(owner()).toBe(me.ownerId);
  });
});

describe('an event that is overtaken', () => {
  test.each(['Create', 'Update'] as const)('undoes what it has made (%s)', async type => {
    await expect(world.event(type, { replaces: type === 'Update' }).make(overtaken)).rejects.toThrow('over');
    expect(world.tags).toBeUndefined();
    expect(world.done).toEqual(['destroyed']);
  });

  test('gives back what it has adopted', async () => {
    for (const type of ['Create', 'Update'] as const) {
      world.tags = ownedBy(stranger);
      await expect(world.event(type).take({ adoptExisting: true, work: overtaken })).rejects.toThrow('over');
      expect(owner()).toBe(stranger.ownerId);
      world.isOver = false;
    }
  });

  test('leaves what the resource had before', async () => {
    world.tags = ownedBy(before);
    await expect(world.event('Create').take({ work: overtaken })).rejects.toThrow('over');
    expect(owner()).toBe(me.ownerId);
    expect(world.done).toEqual([]);
  });

  test.each<[string, Tags | undefined]>([
    ['is somebody else’s', ownedBy(stranger)],
    ['somebody else has adopted', { ...ownedBy(stranger, adopted()), ...markTags(KEYS, me) }],
    ['is gone', undefined],
  ])('leaves what %s by then, without an error', async (_what, tags) => {
    const taken = async () => {
      world.tags = tags;
      world.isOver = true;
    };
    await expect(world.event('Update').make(taken)).rejects.toThrow('over');
    expect(world.tags).toEqual(tags);
    expect(world.messages('error')).toEqual([]);
  });

  test('leaves what somebody else takes while it is removed', async () => {
    const event = world.event('Create');
    let refused: unknown;
    world.at = async moment => {
      if (moment !== 'before destruction') return;
      world.clock.advance(1_000);
      world.tags = ownedBy(stranger);
      refused = await event.sending('DeleteToy').catch((error: unknown) => error);
    };
    await expect(event.make(overtaken)).rejects.toThrow('over');
    expect(refused).toMatchObject({ message: expect.stringContaining('somebody else has taken the toy') });
  });

  test.each<[string, Tags]>([
    ['what it has only changed', ownedBy(me, markTags(KEYS, me, before.mark!.sentAt))],
    ['what an earlier event has claimed', ownedBy(before)],
    [
      'what it has only changed of what was adopted',
      ownedBy(me, { ...markTags(KEYS, me, before.mark!.sentAt), ...adopted() }),
    ],
    ['what an earlier event has adopted', ownedBy(before, adopted())],
  ])('leaves %s, even if it has failed', async (_what, tags) => {
    world.tags = tags;
    world.outcome = { kind: 'failed' };
    await expect(world.event('Update').take({ work: overtaken })).rejects.toThrow('over');
    expect(world.tags).toEqual(tags);
  });

  test('and made the artifact again by an Update leaves it, where it was not adopted', async () => {
    await expect(world.event('Update').make(overtaken)).rejects.toThrow('over');
    expect(owner()).toBe(me.ownerId);
    expect(world.messages('error')).toEqual([]);
  });

  test('says what could not be undone', async () => {
    const event = world.event('Create');
    event.refusal = new Error('no answer');
    await expect(event.make(overtaken)).rejects.toThrow('over');
    expect(world.messages('error')).toEqual(['what an overtaken event did could not be undone']);
  });

  test('waits for a creation without an answer', async () => {
    const event = world.event('Create');
    const work = async () => {
      await event.repeating('CreateToy', new Error('no answer'));
      world.tags = undefined;
      once('before read', () => (world.tags = ownedBy(me)), 2);
      world.isOver = true;
    };
    await expect(event.make(work)).rejects.toThrow('over');
    expect(world.clock.sleeps).toEqual([500]);
    expect(world.done).toEqual(['destroyed']);
  });

  test.each<[string, string, Error]>([
    ['a creation that was throttled', 'CreateToy', Object.assign(new Error(), { name: 'ThrottlingException' })],
    ['another call', 'UpdateToy', new Error('no answer')],
  ])('does not wait for %s', async (_what, command, error) => {
    const event = world.event('Create');
    const work = async () => {
      await event.repeating(command, error);
      world.tags = undefined;
      world.isOver = true;
    };
    await expect(event.make(work)).rejects.toThrow('over');
    expect(world.clock.sleeps).toEqual([]);
  });

  describe('in a second delivery of what a first one has claimed', () => {
    const second = async () => {
      world.tags = ownedBy(me);
      await expect(world.event('Create').take({ work: overtaken })).rejects.toThrow('over');
      return world.tags !== undefined;
    };

    test.each<[string, ToyWorld['outcome'], boolean]>([
      ['stays if the first one has succeeded', { kind: 'succeeded', at: Infinity, isDeleted: false }, true],
      ['stays if nobody knows', { kind: 'unknown' }, true],
      ['goes if the event has failed', { kind: 'failed' }, false],
    ])('%s', async (_what, outcome, stays) => {
      world.outcome = outcome;
      expect(await second()).toBe(stays);
    });
  });

  describe('in a delivery that has made what had gone', () => {
    const now = Date.UTC(2026, 0, 1);
    test.each<[string, ToyWorld['outcome'], boolean]>([
      ['goes if nobody knows how the event has ended', { kind: 'unknown' }, false],
      ['goes if the event has failed', { kind: 'failed' }, false],
      ['stays if the event has succeeded with it', { kind: 'succeeded', at: now, isDeleted: false }, true],
      [
        'stays if the clocks differ by less than a second',
        { kind: 'succeeded', at: now - 999, isDeleted: false },
        true,
      ],
      ['goes if the event had succeeded before', { kind: 'succeeded', at: now - 1_000, isDeleted: false }, false],
      ['goes if CloudFormation has deleted it since', { kind: 'succeeded', at: now, isDeleted: true }, false],
    ])('%s', async (_what, outcome, stays) => {
      world.outcome = outcome;
      await expect(world.event('Create').make(overtaken)).rejects.toThrow('over');
      expect(world.tags !== undefined).toBe(stays);
    });
  });
});

describe('before a call is repeated', () => {
  test('a read needs nothing', async () => {
    world.isOver = true;
    await expect(world.event('Update').repeating('GetToy')).resolves.toBeUndefined();
  });

  test('a write needs the event to be current, and a removal needs the artifact to be the resource’s', async () => {
    world.tags = ownedBy(stranger);
    await world.event('Update').repeating('UpdateToy');
    await expect(world.event('Update').repeating('DeleteToy')).rejects.toThrow('somebody else has taken the toy');
    world.isOver = true;
    await expect(world.event('Update').repeating('UpdateToy')).rejects.toThrow('over');
  });

  test('a release needs that no other stack has adopted the artifact', async () => {
    world.succeeded = 30;
    world.tags = ownedBy(before);
    const event = world.event('Delete');
    let waited: unknown;
    world.at = async moment => {
      if (moment !== 'before change') return;
      world.at = () => {};
      await event.repeating('UntagResource');
      world.tags = ownedBy(stranger);
      waited = await event.repeating('UntagResource').catch((error: unknown) => error);
    };
    await event.delete('RETAIN');
    expect(waited).toMatchObject({ message: expect.stringContaining('its release was waiting') });
  });
});

test('a record whose changes keep what others write is simply changed', async () => {
  world.removesOthers = false;
  world.succeeded = 30;
  world.tags = ownedBy(before);
  let reads = 0;
  world.at = moment => void (reads += Number(moment === 'before read'));
  await world.event('Delete').delete('RETAIN');
  expect(world.tags).toEqual(free);
  expect(reads).toBe(1);
});

test.each<[string, ToyWorld['outcome'], boolean]>([
  ['nothing is known of it', { kind: 'unknown' }, false],
  ['it has succeeded', { kind: 'succeeded', at: 0, isDeleted: false }, false],
  ['it has failed', { kind: 'failed' }, true],
])('an event may have changed the artifact in an earlier delivery if %s', async (_what, outcome, may) => {
  world.outcome = outcome;
  world.tags = ownedBy(before);
  const event = world.event('Update');
  expect(await event.wrote()).toBe(may);
  await event.take();
  expect(await event.wrote()).toBe(true);
});
