/** How an event comes to have an artifact that exists. */
import { ownerOf } from '../../../lambda/runtime/claimed-artifact';
import { type Scope } from '../../../lambda/runtime/custom-resource';
import { formatFormers } from '../../../lambda/runtime/former-owners';
import { type Tags, markTags } from '../../../lambda/runtime/ownership';
import { HELD, KEYS, ToyWorld, before, me, ownedBy, renamed, sent, stranger } from './toy-artifact';

let world: ToyWorld;
beforeEach(() => (world = new ToyWorld()));

const owner = () => world.tags?.[KEYS.owner];
const claims = () => Object.keys(world.tags ?? {}).filter(key => key.startsWith(KEYS.claim));
const rest = { set: { user: '1' }, remove: [] };

describe('an artifact', () => {
  test.each<[string, Tags, string]>([
    ['that is the resource’s own', ownedBy(before), 'held'],
    ['that another resource of the stack has', ownedBy(renamed), 'taken-over'],
    ['that the resource has released', { [KEYS.releasedBy]: me.releaseId }, 'reclaimed'],
  ])('%s is claimed', async (_what, tags, kind) => {
    world.tags = tags;
    expect(await world.event('Create').take({ rest })).toBe(kind);
    expect(owner()).toBe(me.ownerId);
    expect(world.tags).toMatchObject({ user: '1' });
    expect(claims()).toContain(KEYS.claim + me.ownerId);
  });

  test.each<[string, Tags]>([
    ['that nobody has', {}],
    ['of another stack', ownedBy(stranger)],
  ])('%s is only claimed if it may be adopted, and not in a rollback', async (_what, tags) => {
    world.tags = tags;
    await expect(world.event('Create').take()).rejects.toMatchObject({ name: 'Refusal', answer: HELD });
    world.phase = 'rolling-back';
    await expect(world.event('Create').take({ adoptExisting: true })).rejects.toMatchObject({ name: 'Refusal' });
    expect(world.tags).toEqual(tags);
    world.phase = 'deploying';
    expect(await world.event('Create').take({ adoptExisting: true })).toBe('adopted');
    expect(owner()).toBe(me.ownerId);
  });

  test('that a rollback is refused is not refused to an event that the rollback has overtaken', async () => {
    world.tags = ownedBy(stranger);
    Object.assign(world, { phase: 'rolling-back', isOver: true });
    await expect(world.event('Update').take({ adoptExisting: true })).rejects.toMatchObject({ name: 'OperationOver' });
  });

  test('is refused with the stack that has it, and whether that is gone', async () => {
    const refused = async () => world.event('Create').take();
    world.tags = {};
    await expect(refused()).rejects.toThrow('belongs to no stack');
    world.tags = ownedBy(stranger);
    await expect(refused()).rejects.toThrow(/belongs to stack [^ ]*stack\/other\/0a1b; /);
    world.gone.push(stranger.stackId);
    await expect(refused()).rejects.toThrow('stack/other/0a1b, which no longer exists;');
  });

  test('that AWS’s own resource of the stack has is refused to who adopts it, and to nobody else', async () => {
    world.holder = 'Native';
    world.tags = {};
    await expect(world.event('Create').take({ adoptExisting: true })).rejects.toThrow(
      "the toy is still managed by this stack's resource Native (AWS::Toy::Toy)",
    );
    expect(world.tags).toEqual({});
    world.tags = ownedBy(renamed);
    expect(await world.event('Create').take({ adoptExisting: true })).toBe('taken-over');
  });
});

describe('what is the resource’s already', () => {
  test('is marked again by a Create, and left as it is by an Update', async () => {
    world.tags = ownedBy(before);
    await world.event('Update').take();
    expect(world.tags).toEqual(ownedBy(before));
    await world.event('Create').take();
    expect(world.tags).toEqual(ownedBy(me));
  });

  test.each(['Create', 'Update'] as const)(
    'is claimed anew by the %s of a new name if an earlier deployment has left it behind',
    async type => {
      world.tags = ownedBy(before);
      world.succeeded = 30;
      expect(await world.event(type, { replaces: true }).take()).toBe('reclaimed');
      expect(world.tags).toMatchObject({ ...ownedBy(me), [KEYS.releasedBy]: me.releaseId });
    },
  );

  test('is not left behind by a deployment that failed without a rollback, and is not claimed anew', async () => {
    world.tags = ownedBy(before);
    world.succeeded = 30;
    world.hadAtSuccess = true;
    expect(await world.event('Update', { replaces: true }).take()).toBe('held');
    expect(world.tags).toEqual(ownedBy(before));
  });

  test('is the own of an Update, unless the event says that it had none', async () => {
    world.tags = ownedBy(before);
    world.succeeded = 30;
    expect(await world.event('Update').take()).toBe('held');
    expect(world.tags).toEqual(ownedBy(before));
    expect(await world.event('Update').take({ had: false })).toBe('reclaimed');
    world.tags = ownedBy(before);
    expect(await world.event('Create').take({ had: true })).toBe('held');
  });

  test('is not marked again by an Update that replaces another artifact with it', async () => {
    world.tags = ownedBy(before);
    expect(await world.event('Update', { replaces: true }).take()).toBe('held');
    expect(world.tags).toEqual(ownedBy(before));
  });

  test('and has no claim, as older versions of the library left it, is claimed', async () => {
    world.tags = { [KEYS.owner]: me.ownerId, [KEYS.stack]: me.stackId };
    world.succeeded = 30;
    expect(await world.event('Create').take()).toBe('reclaimed');
    expect(world.tags).toMatchObject(ownedBy(me));
  });

  test('is not given up to who claimed it after an earlier event of the resource', async () => {
    world.tags = { ...ownedBy(before), ...markTags(KEYS, sent(0, 'rival')) };
    expect(await world.event('Update').take({ rest })).toBe('held');
    expect(owner()).toBe(me.ownerId);
  });

  test('is not claimed anew by a second delivery of the event', async () => {
    world.tags = ownedBy(me);
    world.succeeded = -1;
    expect(await world.event('Create').take({ rest })).toBe('held');
    expect(world.tags).toEqual(ownedBy(me, { user: '1' }));
  });

  test('and whose tags are lost gets them back', async () => {
    world.tags = { ...ownedBy(before), [KEYS.adoptedFrom]: '?' };
    expect(await world.event('Update').take()).toBe('held');
    expect(world.tags).toMatchObject({ ...ownedBy(before), [KEYS.adoptedFrom]: '-' });
  });
});

describe('an event that is older than the newest claim of the resource', () => {
  test('is over, and changes nothing', async () => {
    world.tags = ownedBy(me);
    const late = world.event('Update', { by: before });
    await expect(late.take({ rest })).rejects.toThrow('a later event has already claimed the toy (2026-01-01T00:00:00');
    expect(world.tags).toEqual(ownedBy(me));
  });

  test('and of the same second asks CloudFormation', async () => {
    world.tags = ownedBy({ ...me, mark: { ...me.mark!, hash: 'ffffffff' } });
    await world.event('Update').take({ rest });
    expect(world.tags).toMatchObject({ user: '1' });
    world.isOver = true;
    await expect(world.event('Update').take()).rejects.toThrow('over');
  });
});

describe('a takeover of what was claimed by a deployment that has not succeeded', () => {
  const former = () => world.tags?.[KEYS.formerOwner];

  test.each<[string, number | undefined, number | undefined]>([
    ['remembers when', undefined, renamed.mark!.sentAt],
    ['was final if one has succeeded since', 15, undefined],
  ])('%s', async (_what, succeeded, openSince) => {
    world.tags = ownedBy(renamed);
    world.succeeded = succeeded;
    await world.event('Create').take();
    expect(former()).toBe(formatFormers([{ ownerId: renamed.ownerId, openSince }]));
  });

  test('is not one of what another stack has, or of what has no claim', async () => {
    world.tags = ownedBy(stranger);
    await world.event('Create').take({ adoptExisting: true });
    expect(former()).toBeUndefined();
    world.tags = { [KEYS.owner]: renamed.ownerId, [KEYS.stack]: renamed.stackId };
    await world.event('Create').take();
    expect(former()).toBe(renamed.ownerId);
  });
});

describe('two claims at once', () => {
  const rival = sent(0, 'rival');
  /** Somebody else claims the artifact just after this event has read it. */
  const meanwhile = (tags: Tags) => {
    let reads = 0;
    world.at = moment => {
      if (moment === 'before change' && reads++ === 0) world.tags = { ...world.tags, ...tags };
    };
  };

  test('the one who sees the other gives way, and says to whom', async () => {
    world.tags = {};
    meanwhile(markTags(KEYS, rival));
    await expect(world.event('Create').take({ adoptExisting: true, rest })).rejects.toThrow(
      `the toy was claimed by stack ${rival.stackId} at the same time`,
    );
    expect(world.tags).toMatchObject({ [KEYS.owner]: rival.ownerId, [KEYS.stack]: rival.stackId });
    expect(world.tags).not.toHaveProperty('user');
    expect(claims()).toEqual([KEYS.claim + rival.ownerId]);
  });

  test('a second delivery, whose first one was killed, gives way as well, unless the first one has succeeded', async () => {
    const both = { ...ownedBy(me), ...markTags(KEYS, rival) };
    world.tags = both;
    world.outcome = { kind: 'succeeded', at: 0, isDeleted: false };
    await world.event('Create').take({ rest });
    expect(world.tags).toEqual({ ...both, user: '1' });
    world.outcome = { kind: 'unknown' };
    await expect(world.event('Create').take()).rejects.toThrow('at the same time');
    expect(owner()).toBe(rival.ownerId);
  });

  test('and a release that removes the claimant’s tags: the claimant writes them again', async () => {
    world.tags = {};
    let written = false;
    world.at = moment => {
      if (moment !== 'after change' || written) return;
      written = true;
      world.tags = { ...markTags(KEYS, me), [KEYS.owner]: me.ownerId, [KEYS.adoptedFrom]: '?' };
    };
    await world.event('Create').take({ adoptExisting: true });
    expect(world.tags).toMatchObject({ ...ownedBy(me), [KEYS.adoptedFrom]: '-' });
  });
});

describe('after a while', () => {
  const lost = () => void (world.tags = ownedBy(stranger));

  test.each<[string, number, boolean]>([
    ['less than a second', 999, false],
    ['a second', 1_000, true],
  ])('of %s before a change, the artifact must still be the resource’s', async (_what, wait, isAsked) => {
    world.tags = ownedBy(before);
    const event = world.event('Update');
    const work = async () => {
      world.clock.advance(wait);
      lost();
      await event.sending('UpdateToy');
    };
    const taken = event.take({ work });
    if (!isAsked) return expect(await taken).toBe('held');
    await expect(taken).rejects.toMatchObject({ name: 'Refusal', answer: HELD });
    await expect(taken).rejects.toThrow('somebody else has taken the toy while this event was waiting');
  });

  test('an artifact that is read to be the resource’s is fresh again', async () => {
    world.tags = ownedBy(before);
    const event = world.event('Update');
    await event.take({
      work: async () => {
        world.clock.advance(1_000);
        await event.sending('UpdateToy');
        lost();
        await event.sending('UpdateToy');
      },
    });
  });

  test('what has gone was not taken', async () => {
    world.tags = ownedBy(before);
    const event = world.event('Update');
    await event.take({
      work: async () => {
        world.clock.advance(1_000);
        world.tags = undefined;
        await event.sending('DeleteToy');
      },
    });
  });

  test('somebody else’s artifact is not written to', async () => {
    world.tags = ownedBy(before);
    world.at = moment => {
      if (moment !== 'before confirmation') return;
      world.clock.advance(1_000);
      lost();
    };
    await expect(world.event('Update').take({ rest })).rejects.toThrow('somebody else has taken the toy');
    expect(world.tags).toEqual(ownedBy(stranger));
  });

  test('what was never read to be the resource’s need not be', async () => {
    world.tags = ownedBy(stranger);
    await expect(world.event('Update').sending('UpdateToy')).resolves.toBeUndefined();
  });

  test.each(['GetToy', 'TagResource', 'CreateToy'])('%s does not need it to be the resource’s', async command => {
    world.tags = ownedBy(before);
    const event = world.event('Update');
    await event.take({
      work: async () => {
        world.clock.advance(1_000);
        lost();
        await event.sending(command);
      },
    });
    expect(owner()).toBe(stranger.ownerId);
  });
});

test('a resource is the same owner in all its events', () => {
  expect(ownerOf({ stackId: me.stackId, logicalId: me.logicalId } as Scope)).toBe(me.ownerId);
});
