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
      events: () => history.events(),
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
  expect(world.asked).toBe(1);
  world.later();
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

test('a view that is older than the event merely lags behind', async () => {
  world.note('UPDATE_COMPLETE', 'thing/a');
  const shown = await world.history.describeResource(STACK, 'V');
  world.later();
  const update = world.begin('Update', 'thing/a');
  jest.spyOn(world.history, 'describeResource').mockResolvedValue(shown);
  await update.confirm();
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

test('of an Update and its reverse within one second the properties tell', async () => {
  const forward = world.begin('Update', 'thing/a', { Name: 'b', Count: 1 });
  world.phase = 'rolling-back';
  const reverse = world.begin('Update', 'thing/a', { Name: 'a', Count: '1' });
  await expect(forward.confirm()).rejects.toEqual(over);
  await reverse.confirm();
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
  }
});

test('a replacement has succeeded, though its new id is noted first; and whether that is deleted is told', async () => {
  const update = world.begin('Update', 'v1');
  world.later();
  world.note('UPDATE_IN_PROGRESS', 'v2');
  expect(await update.outcome()).toEqual({ kind: 'unknown' });
  world.note('UPDATE_COMPLETE', 'v2');
  world.note('DELETE_IN_PROGRESS', 'v1');
  expect(await update.outcome()).toMatchObject({ kind: 'succeeded', isDeleted: false });
  world.later();
  world.note('DELETE_IN_PROGRESS', 'v2');
  expect(await update.outcome()).toMatchObject({ kind: 'succeeded', isDeleted: true });
});
