import { Deadline } from '../../../lambda/runtime/clock';
import { currentOperation } from '../../../lambda/runtime/current-operation';
import { type CloudFormationEvent } from '../../../lambda/runtime/event';
import { type StackPhase } from '../../../lambda/runtime/stack';
import { FakeClock } from '../../../testing/clock';
import { RecordedHistory } from '../../../testing/history';

const STACK = 'arn:aws:cloudformation:eu-west-1:111122223333:stack/fleet/5a1c';
const START = Date.UTC(2026, 10, 28, 12);

/** A stack in which one resource lives, and the invocations of its events. */
class World {
  readonly clock = new FakeClock(START);
  readonly history = new RecordedHistory(STACK, 'UPDATE_IN_PROGRESS', () => this.clock.now());
  phase: StackPhase = 'deploying';
  asked = 0;
  /** How often the history was read. */
  read = 0;

  /** CloudFormation begins an operation, and sends the event. */
  begin(RequestType: 'Create' | 'Update' | 'Delete', PhysicalResourceId?: string, properties: object = {}) {
    const noted = { ServiceToken: 'arn:provider', ...properties };
    this.history.resource('V', `${RequestType.toUpperCase()}_IN_PROGRESS`, PhysicalResourceId, noted);
    const date = new Date(this.clock.now()).toISOString().replace(/[-:]|\.\d+/g, '');
    const event: CloudFormationEvent = {
      RequestType,
      RequestId: 'r',
      ResponseURL: `https://bucket.example/answer?X-Amz-Date=${date}`,
      StackId: STACK,
      ResourceType: 'Custom::Thing',
      LogicalResourceId: 'V',
      PhysicalResourceId,
      ResourceProperties: noted,
    };
    return currentOperation(event, this.counting(), {
      clock: this.clock,
      deadline: new Deadline(this.clock, START + 900_000),
      log: { info: () => {}, warn: () => {}, error: () => {}, count: () => {} },
      stackPhase: async () => this.phase,
    });
  }

  private counting() {
    const { history } = this;
    return {
      describeStack: (id: string) => history.describeStack(id),
      describeResource: (id: string, logicalId: string) => {
        this.asked++;
        return history.describeResource(id, logicalId);
      },
      events: () => {
        this.read++;
        return history.events();
      },
    };
  }

  note(status: string, id?: string, properties?: object): void {
    this.history.resource('V', status, id, properties);
  }

  later(milliseconds = 5_000): void {
    this.clock.advance(milliseconds);
  }
}

const over = expect.objectContaining({ name: 'OperationOver' });
let world: World;
beforeEach(() => {
  world = new World();
});

test('an event is current while its operation is under way, and is asked about no more than once in a go', async () => {
  const create = world.begin('Create');
  await create.confirm();
  await create.confirm();
  world.later(399);
  await create.confirm();
  expect(world.asked).toBe(1);
  world.later(1);
  await create.confirm();
  expect(world.asked).toBe(2);
  await create.confirm('wait');
  expect(world.asked).toBe(3);
});

test('a Create is over once its creation was cancelled, once it is rolled back, and once the resource is there', async () => {
  for (const status of ['CREATE_FAILED', 'DELETE_IN_PROGRESS', 'CREATE_COMPLETE']) {
    const create = world.begin('Create');
    world.later();
    world.note(status);
    await expect(create.confirm()).rejects.toEqual(over);
    world.later();
  }
});

test('a Create that CloudFormation notes once more, having heard of it, is current', async () => {
  const create = world.begin('Create');
  await create.confirm();
  world.later();
  world.note('CREATE_IN_PROGRESS', 'thing/a');
  await create.confirm();
});

test('an old Create is over when the resource is being created anew', async () => {
  const create = world.begin('Create');
  world.later();
  world.note('DELETE_COMPLETE', 'thing/a');
  world.later();
  const next = world.begin('Create');
  await expect(create.confirm()).rejects.toEqual(over);
  await next.confirm();
});

test('within the second in which the event was sent the order of the entries tells', async () => {
  world.note('UPDATE_COMPLETE', 'thing/a');
  const update = world.begin('Update', 'thing/a');
  await update.confirm();
  world.later(1_500);
  const create = world.begin('Create');
  world.later(10);
  world.note('DELETE_IN_PROGRESS');
  await expect(create.confirm()).rejects.toEqual(over);
});

describe('a view that is older than the event merely lags behind', () => {
  test.each([5_000, 1_000, 200])('by %d ms', async by => {
    world.note('UPDATE_COMPLETE', 'thing/a');
    const shown = await world.history.describeResource(STACK, 'V');
    world.later(by);
    const update = world.begin('Update', 'thing/a');
    jest.spyOn(world.history, 'describeResource').mockResolvedValue(shown);
    await update.confirm();
    expect(world.read).toBe(by < 1_000 ? 1 : 0);
  });

  test('than a newer one, too', async () => {
    world.note('UPDATE_COMPLETE', 'thing/a');
    const shown = await world.history.describeResource(STACK, 'V');
    world.later();
    const update = world.begin('Update', 'thing/a');
    await update.confirm();
    jest.spyOn(world.history, 'describeResource').mockResolvedValue(shown);
    await update.confirm('wait');
  });
});

describe('the history is read only where the resource itself does not tell', () => {
  test.each(['Create', 'Update', 'Delete'] as const)('of a %s', async type => {
    world.phase = type === 'Update' ? 'deploying' : 'rolling-back';
    const operation = world.begin(type, 'thing/a');
    await operation.confirm();
    world.later(1_000);
    world.note(`${type.toUpperCase()}_FAILED`, 'thing/a');
    await expect(operation.confirm()).rejects.toEqual(over);
    expect(world.read).toBe(0);
  });

  test('once of a reverse Update that is shown unchanged since', async () => {
    world.phase = 'rolling-back';
    const reverse = world.begin('Update', 'thing/a');
    await reverse.confirm();
    world.later();
    await reverse.confirm();
    expect(world.read).toBe(1);
  });

  test('where the resource is not shown at all', async () => {
    const update = world.begin('Update', 'thing/a');
    jest.spyOn(world.history, 'describeResource').mockResolvedValue(undefined);
    await update.confirm();
    expect(world.read).toBe(1);
  });

  test('back to a minute before the event, and no further', async () => {
    const update = world.begin('Update', 'thing/a');
    const at = (changedAt: number, status: string) => ({ logicalId: 'V', physicalId: 'thing/a', status, changedAt });
    jest.spyOn(world.history, 'events').mockImplementation(async function* () {
      yield at(START + 1_000, 'UPDATE_COMPLETE');
      yield at(START - 60_000, 'UPDATE_IN_PROGRESS');
      yield at(START - 60_001, 'UPDATE_FAILED');
      throw new Error('nobody needs this entry');
    });
    expect(await update.outcome()).toMatchObject({ kind: 'succeeded', at: START + 1_000, isDeleted: false });
  });
});

describe('where the history no longer shows, or not yet, that the operation began', () => {
  test.each<[string, number[]]>([
    ['is current, if it shows nothing', []],
    ['is current, if it shows what may have been before', [-5_000, 999]],
    ['is over, if it shows something later', [999, 1_000]],
  ])('it %s', async (expected, entries) => {
    const update = world.begin('Update', 'thing/a');
    world.history.entries.length = 0;
    for (const after of entries) {
      const entry = { logicalId: 'V', physicalId: 'thing/a', status: 'UPDATE_COMPLETE', changedAt: START + after };
      world.history.entries.unshift(entry);
    }
    jest.spyOn(world.history, 'describeResource').mockResolvedValue(undefined);
    if (expected.startsWith('is over')) await expect(update.confirm()).rejects.toEqual(over);
    else await update.confirm();
    expect(await update.outcome()).toEqual({ kind: 'unknown' });
  });
});

test('an Update is over once the reverse one has begun, which is current', async () => {
  const forward = world.begin('Update', 'thing/a', { Name: 'b' });
  await forward.confirm();
  world.later();
  world.phase = 'rolling-back';
  const reverse = world.begin('Update', 'thing/a', { Name: 'a' });
  await expect(forward.confirm()).rejects.toEqual(over);
  await reverse.confirm();
});

test('an Update is over once another one has begun a second later, though with the same properties', async () => {
  const first = world.begin('Update', 'thing/a');
  world.later(1_000);
  world.begin('Update', 'thing/a');
  await expect(first.confirm()).rejects.toEqual(over);
});

test('an Update that was seen is over once the resource shows another one, even within its second', async () => {
  const first = world.begin('Update', 'thing/a', { Name: 'b' });
  await first.confirm();
  world.later(300);
  world.begin('Update', 'thing/a', { Name: 'a' });
  await expect(first.confirm('wait')).rejects.toEqual(over);
});

test.each([[true], [false]])('an Update that fails at once is over; was it seen before: %s', async wasSeen => {
  const update = world.begin('Update', 'thing/a');
  if (wasSeen) await update.confirm();
  world.note('UPDATE_FAILED', 'thing/a');
  await expect(update.confirm('wait')).rejects.toEqual(over);
});

test('an Update is current while something else is deleted, changed or of the same name', async () => {
  world.phase = 'rolling-back';
  world.note('UPDATE_COMPLETE', 'thing/b');
  const update = world.begin('Update', 'thing/b');
  world.later();
  world.note('DELETE_IN_PROGRESS', 'thing/a');
  world.history.resource('W', 'UPDATE_FAILED', 'thing/w');
  const stack = { logicalId: 'V', physicalId: STACK, status: 'UPDATE_FAILED', changedAt: world.clock.now() };
  world.history.entries.unshift(stack);
  await update.confirm();
});

test('of an Update and its reverse within one second the properties tell', async () => {
  const forward = world.begin('Update', 'thing/a', { Name: 'b', Count: 1 });
  world.phase = 'rolling-back';
  const reverse = world.begin('Update', 'thing/a', { Name: 'a', Count: '1' });
  await expect(forward.confirm()).rejects.toEqual(over);
  await reverse.confirm();
  await expect(forward.confirm('wait')).rejects.toEqual(over);
  world.note('UPDATE_COMPLETE', 'thing/a');
  expect(await forward.outcome()).toEqual({ kind: 'failed' });
  expect(await reverse.outcome()).toMatchObject({ kind: 'succeeded' });
});

describe('of two Updates that began within a second, that of the event, with b, is', () => {
  type Entry = readonly [name: string | undefined, before?: number, status?: string];

  test.each<[string, Entry, Entry, string?]>([
    ['over, if the earlier one is its own', ['b'], ['a']],
    ['over, if the earlier one began in the second before', ['b', 1_000], ['a']],
    ['current, if the earlier one began before that', ['b', 1_001], ['a']],
    ['current, if the earlier entry is of an end', ['b', 0, 'UPDATE_FAILED'], ['a']],
    ['current, if both have its properties', ['b'], ['b']],
    ['current, if neither has its properties', ['c'], ['a']],
    ['current, if the later one shows none', ['b'], [undefined]],
    ['current, if the earlier one shows none, as the event', [undefined], ['a'], ''],
  ])('%s', async (expected, earlier, later, name = 'b') => {
    world.phase = 'rolling-back';
    const update = world.begin('Update', 'thing/a', name ? { Name: name } : {});
    world.history.entries.length = 0;
    for (const [Name, before = 0, status = 'UPDATE_IN_PROGRESS'] of [earlier, later]) {
      const entry = { logicalId: 'V', physicalId: 'thing/a', status, changedAt: START - before };
      world.history.entries.unshift({ ...entry, properties: Name && JSON.stringify({ Name }) });
    }
    if (expected.startsWith('over')) await expect(update.confirm()).rejects.toEqual(over);
    else await update.confirm();
  });
});

describe('a Delete', () => {
  test('in the clean-up of a replacement is current, though the resource shows what has replaced', async () => {
    world.note('UPDATE_COMPLETE', 'thing/b');
    world.later();
    const cleanUp = world.begin('Delete', 'thing/a');
    await cleanUp.confirm();
    world.later();
    world.note('DELETE_COMPLETE', 'thing/a');
    await expect(cleanUp.confirm()).rejects.toEqual(over);
  });

  test('that comes again is over when the resource is there again, under the same id', async () => {
    const old = world.begin('Delete', 'thing/a');
    await old.confirm();
    world.note('DELETE_COMPLETE', 'thing/a');
    world.later();
    world.note('CREATE_IN_PROGRESS');
    await expect(old.confirm()).rejects.toEqual(over);
    world.later();
    world.note('CREATE_COMPLETE', 'thing/a');
    await expect(old.confirm()).rejects.toEqual(over);
  });

  test('is current while another thing is changed, and over once something is created', async () => {
    world.note('UPDATE_COMPLETE', 'thing/b');
    world.later();
    const cleanUp = world.begin('Delete', 'thing/a');
    world.later();
    world.note('UPDATE_IN_PROGRESS', 'thing/b');
    await cleanUp.confirm();
    world.later();
    world.note('CREATE_IN_PROGRESS');
    await expect(cleanUp.confirm()).rejects.toEqual(over);
  });

  test('under an id that CloudFormation made up is current', async () => {
    world.begin('Create');
    world.later();
    world.note('CREATE_FAILED');
    await world.begin('Delete', 'fleet-V-1ABC').confirm();
  });
});

test('where it cannot be known, the event fails and says what is missing', async () => {
  const create = world.begin('Create');
  const denied = Object.assign(new Error('not authorized'), { name: 'AccessDenied' });
  jest.spyOn(world.history, 'describeResource').mockRejectedValue(denied);
  await expect(create.confirm()).rejects.toThrow(
    /^cannot read whether this .*needs cloudformation:DescribeStackResource/,
  );
});

test('what CloudFormation wants by now is in its newest entry', async () => {
  const update = world.begin('Update', 'thing/a', { Name: 'b' });
  world.later();
  world.begin('Update', 'thing/a', { Name: 'a' });
  world.note('UPDATE_COMPLETE', 'thing/a');
  world.note('UPDATE_FAILED', 'thing/a', { Name: 'failed' });
  world.note('DELETE_COMPLETE', 'thing/a', { Name: 'deleted' });
  world.history.resource('W', 'UPDATE_COMPLETE', 'thing/w', { Name: 'w' });
  const stack = { logicalId: 'V', physicalId: STACK, status: 'UPDATE_COMPLETE', changedAt: world.clock.now() };
  world.history.entries.unshift({ ...stack, properties: JSON.stringify({ Name: 'of a stack' }) });
  expect(await update.latestProperties()).toMatchObject({ Name: 'a' });
});

test.each(['Create', 'Update', 'Delete'] as const)(
  'that a %s succeeded is told from what came afterwards',
  async type => {
    const operation = world.begin(type, 'v');
    expect(await operation.hasSucceeded()).toBe(false);
    world.later();
    world.note(`${type.toUpperCase()}_COMPLETE`, 'v');
    expect(await operation.hasSucceeded()).toBe(true);
    world.later();
    world.note('UPDATE_IN_PROGRESS', 'v');
    world.note('UPDATE_COMPLETE', 'v');
    expect(await operation.hasSucceeded()).toBe(true);
  },
);

test('an Update that failed has not succeeded, though the reverse one has', async () => {
  const update = world.begin('Update', 'v');
  for (const status of ['UPDATE_FAILED', 'UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE']) {
    world.later();
    world.note(status, 'v');
    expect(await update.hasSucceeded()).toBe(false);
    expect(await update.outcome()).toEqual({ kind: 'failed' });
  }
});

test('an Update whose reverse has followed without an end of its own has not succeeded', async () => {
  const update = world.begin('Update', 'v');
  world.later();
  world.note('UPDATE_IN_PROGRESS', 'v');
  world.note('UPDATE_COMPLETE', 'v');
  expect(await update.outcome()).toEqual({ kind: 'failed' });
});

test('a replacement has succeeded, though its new id is noted first; and whether that is deleted is told', async () => {
  world.note('DELETE_IN_PROGRESS', 'v2');
  world.later();
  const update = world.begin('Update', 'v1');
  world.later();
  world.note('UPDATE_IN_PROGRESS', 'v2');
  expect(await update.outcome()).toEqual({ kind: 'unknown' });
  world.note('UPDATE_COMPLETE', 'v2');
  world.note('DELETE_IN_PROGRESS', 'v1');
  expect(await update.outcome()).toMatchObject({ kind: 'succeeded', physicalId: 'v2', isDeleted: false });
  world.later();
  world.note('DELETE_IN_PROGRESS', 'v2');
  expect(await update.outcome()).toMatchObject({ kind: 'succeeded', isDeleted: true });
});
