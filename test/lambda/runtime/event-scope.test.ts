/** What a handler is told with an event, and what is logged of it. */
import { type Scope } from '../../../lambda/runtime/custom-resource';
import { AnswerUrl } from '../../../testing/answer-url';
import { EVENT_STACK_ID, THING, deliver, toyHandler, updateOf } from '../../../testing/deliver';

let cloudFormation: AnswerUrl;
beforeAll(async () => {
  cloudFormation = await AnswerUrl.listen();
});
afterAll(() => cloudFormation.close());

const created = { physicalResourceId: 'thing/a', data: {} };

test.each([
  ['300', 300],
  [300, 300],
  [undefined, undefined],
  ['soon', undefined],
])('a ServiceTimeout of %j is handed on as %j', async (ServiceTimeout, seconds) => {
  const seen: unknown[] = [];
  const create = async (_properties: unknown, { request }: Scope) => {
    seen.push(request.ServiceTimeout);
    return created;
  };
  await deliver(cloudFormation, { event: { ResourceProperties: { Name: 'a', ServiceTimeout } }, handler: { create } });
  expect(seen).toEqual([seconds]);
});

test('a handler can ask about its own stack and about others', async () => {
  const other = EVENT_STACK_ID.replace('fleet', 'other');
  const phases: string[] = [];
  const create = async (_properties: unknown, scope: Scope) => {
    phases.push(await scope.stackPhase(), await scope.ofStack(other).stackPhase());
    return created;
  };
  await deliver(cloudFormation, {
    handler: { create },
    describeStack: async stackId => ({
      status: stackId === other ? 'UPDATE_ROLLBACK_IN_PROGRESS' : 'DELETE_IN_PROGRESS',
    }),
  });
  expect(phases).toEqual(['deleting', 'rolling-back']);
});

test('an Update of what has the id of a failed Create is handled: only its Delete has nothing to do', async () => {
  const handler = toyHandler();
  await deliver(cloudFormation, { event: updateOf('create-failed/0123456789abcdef'), handlers: { [THING]: handler } });
  expect(handler.calls).toEqual(['update']);
});

test('what is logged says of which event of which resource it is', async () => {
  const { log } = await deliver(cloudFormation);
  expect(log).toContainEqual(
    expect.objectContaining({
      requestType: 'Create',
      resourceType: THING,
      logicalId: 'Thing',
      requestId: 'invocation-1',
    }),
  );
});

test('what is handed over is not answered, and the log says to whom', async () => {
  const create = async () => ({ handedOverTo: 'arn:execution' });
  const { answers, log } = await deliver(cloudFormation, { handler: { create } });
  expect(answers).toEqual([]);
  expect(log).toContainEqual(expect.objectContaining({ to: 'arn:execution' }));
});
