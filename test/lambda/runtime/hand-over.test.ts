/** A resource lets an artifact go while another stack adopts it. */
import { NOBODY } from '../../../lambda/runtime/adopted-from';
import { OperationOver } from '../../../lambda/runtime/errors';
import { HandOver } from '../../../lambda/runtime/hand-over';
import { type Tags, changed, markTags, release } from '../../../lambda/runtime/ownership';
import { KEYS, ownedBy, sent } from './toy-artifact';

const me = sent(60);
const rival = sent(30, 'rival');
const third = sent(15, 'third');
const mine = KEYS.claim + me.ownerId;
const before = ownedBy(me);
const restored = { state: 'as adopted' };

type Call = 'read' | 'change';

let tags: Tags | undefined;
let said: { level: string; message: string; fields?: { reason?: string } }[];
/** Called before each call of the record, and after each change. */
let at: (call: Call | 'changed') => void;
let changes: number;
beforeEach(() => {
  [tags, said, changes] = [before, [], 0];
  at = () => {};
});

const say = (level: string) => (message: string, fields?: object) => void said.push({ level, message, fields });
const levels = () => said.map(({ level }) => level);

/** @param known as they were read before the release */
function handOver(known: Tags = before): HandOver {
  const record = {
    keys: KEYS,
    read: async () => {
      at('read');
      return tags;
    },
    change: async (change: Parameters<typeof changed>[1] & { tidy?: readonly string[] }) => {
      at('change');
      changes++;
      tags = changed(tags!, { ...change, remove: [...change.remove, ...(change.tidy ?? [])] });
      at('changed');
    },
  };
  const log = { info: say('info'), warn: say('warn'), error: say('error'), count: () => {} };
  return new HandOver({ me, what: 'the toy', record, restoredState: async () => restored }, known, log);
}

/** Does something once, at the first such call. */
const once = (call: Call | 'changed', work: () => void) => {
  let done = false;
  at = now => {
    if (done || now !== call) return;
    done = true;
    work();
  };
};
const failing = (error: Error, ...calls: Call[]) => {
  at = now => {
    if (calls.some(call => call === now)) throw error;
  };
};
const released = () => handOver().carryOut(release(before, KEYS, me));
const adopts = (who: typeof me) => void (tags = { ...ownedBy(who), [KEYS.adoptedFrom]: NOBODY });

test('without anybody else, the artifact has no owner', async () => {
  await released();
  expect(tags).toEqual({ [KEYS.releasedBy]: me.releaseId });
  expect(changes).toBe(1);
  expect(said).toEqual([]);
});

test('the claim of who adopts it at the same time makes it that stack’s again', async () => {
  // as the release leaves the tags that has removed the owner.
  once('changed', () => (tags = { ...tags, ...markTags(KEYS, rival) }));
  await released();
  expect(tags).toMatchObject({ [KEYS.owner]: rival.ownerId, [KEYS.stack]: rival.stackId, ...restored });
  expect(levels()).toEqual(['warn']);
});

test('a third one that adopts it meanwhile has it in the end', async () => {
  let calls = 0;
  at = call => {
    if (call !== 'changed') return;
    if (++calls === 1) tags = { ...tags, ...markTags(KEYS, rival) };
    if (calls === 2) tags = { ...tags, ...markTags(KEYS, third) };
  };
  await released();
  expect(tags).toMatchObject({ [KEYS.owner]: third.ownerId, [KEYS.stack]: third.stackId });
  expect(changes).toBe(3);
});

test('there is an end to it, however many adopt it', async () => {
  let calls = 0;
  at = call => {
    if (call === 'changed') tags = { ...tags, ...markTags(KEYS, sent(-++calls, `stack-${calls}`)) };
  };
  await released();
  expect(changes).toBe(3);
});

test('what is gone by then has no owner to restore', async () => {
  once('changed', () => (tags = undefined));
  await released();
  expect(said).toEqual([]);
});

describe('what is given back to another owner', () => {
  const change = {
    set: { [KEYS.owner]: rival.ownerId, [KEYS.stack]: rival.stackId },
    remove: ['old', mine],
    tidy: [mine, 'note'],
  };

  test('keeps the own claim until nobody else can have adopted it', async () => {
    const known = { ...before, old: '1', note: '1' };
    tags = known;
    const during: Tags[] = [];
    at = call => void (call === 'changed' && during.push(tags!));
    await handOver(known).carryOut(change);
    const after = { [KEYS.owner]: rival.ownerId, [KEYS.stack]: rival.stackId };
    expect(during).toEqual([{ ...after, [mine]: before[mine] }, after]);
  });

  test('needs one change if there is no claim', async () => {
    const { [mine]: _, ...known } = before;
    tags = known;
    await handOver(known).carryOut(change);
    expect(tags).toEqual({ [KEYS.owner]: rival.ownerId, [KEYS.stack]: rival.stackId });
    expect(changes).toBe(1);
  });
});

describe('a release that fails', () => {
  const denied = new Error('not allowed');

  test('has nothing to do but to remove the own claim, if another stack has adopted the artifact', async () => {
    once('change', () => {
      adopts(rival);
      tags = { ...tags, ...markTags(KEYS, me) };
      throw denied;
    });
    await released();
    expect(tags).toEqual({ ...ownedBy(rival), [KEYS.adoptedFrom]: NOBODY });
    expect(said).toEqual([
      {
        level: 'info',
        message: 'another stack has adopted it',
        fields: expect.objectContaining({ reason: 'not allowed' }),
      },
    ]);
  });

  test.each<[string, () => void]>([
    ['it is still the resource’s', () => {}],
    ['it has no owner', () => (tags = {})],
    ['it is gone', () => (tags = undefined)],
    ['another resource of the stack has it', () => (tags = ownedBy(sent(1, 'fleet', 'Renamed')))],
  ])('fails with that if %s', async (_what, work) => {
    once('change', () => {
      work();
      throw denied;
    });
    await expect(released()).rejects.toThrow(denied);
  });

  test('fails with that if the owner cannot be read', async () => {
    failing(denied, 'change', 'read');
    await expect(released()).rejects.toThrow(denied);
  });

  test('because the event is over, is over', async () => {
    once('change', () => {
      adopts(rival);
      throw new OperationOver('over');
    });
    await expect(released()).rejects.toThrow('over');
  });
});

describe('a restoration that fails', () => {
  const failsWith = (error: Error) => {
    let calls = 0;
    at = call => {
      if (call === 'changed') tags = { ...tags, ...markTags(KEYS, rival) };
      if (call === 'change' && ++calls === 2) throw error;
    };
  };

  test('does not fail the release: the claim says the same', async () => {
    failsWith(new Error('not allowed'));
    await released();
    expect(tags).toEqual({ [KEYS.releasedBy]: me.releaseId, ...markTags(KEYS, rival) });
    expect(levels()).toEqual(['warn', 'error']);
    expect(said[1].fields).toMatchObject({ reason: 'not allowed' });
  });

  test('because the event is over, is over', async () => {
    failsWith(new OperationOver('over'));
    await expect(released()).rejects.toThrow('over');
  });
});

describe('while a release waits', () => {
  test('another stack that adopts the artifact stops it', async () => {
    const waiting = handOver();
    await expect(waiting.requireNobody()).resolves.toBeUndefined();
    adopts(rival);
    await expect(waiting.requireNobody()).rejects.toThrow(
      'somebody else has taken the toy while its release was waiting: it stays',
    );
  });

  test('nobody is looked for once it is done', async () => {
    const done = handOver();
    await done.carryOut(release(before, KEYS, me));
    adopts(rival);
    await expect(done.requireNobody()).resolves.toBeUndefined();
  });
});

describe('a delivery that comes again after a kill', () => {
  test('restores the owner whom the tags have lost', async () => {
    const lost: Tags = { ...ownedBy(rival), [KEYS.adoptedFrom]: '?' };
    tags = lost;
    await handOver(lost).restoreLost();
    expect(tags).toEqual({ ...ownedBy(rival), [KEYS.adoptedFrom]: NOBODY, ...restored });
  });

  test('restores who has adopted the artifact while it was given back', async () => {
    const former = sent(90, 'former');
    const back: Tags = { ...ownedBy(former), ...markTags(KEYS, me), ...markTags(KEYS, rival) };
    tags = back;
    await handOver(back).restoreLost();
    expect(tags).toMatchObject({ [KEYS.owner]: rival.ownerId, [KEYS.stack]: rival.stackId });
  });

  test('changes nothing if nobody has', async () => {
    tags = ownedBy(rival);
    await handOver(tags).restoreLost();
    expect(changes).toBe(0);
  });
});
