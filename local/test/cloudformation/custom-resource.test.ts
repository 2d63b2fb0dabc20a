import { settle } from '../../../testing/clock';
import { type CustomAnswer, type CustomEvent, Harness, TOKEN, custom, parameter, stackOf } from './harness';

/** Deploys one custom resource whose function answers so. */
async function answered(answer: CustomAnswer | ((event: CustomEvent) => CustomAnswer), properties: object = {}) {
  const harness = new Harness(event =>
    event.RequestType === 'Delete'
      ? { PhysicalResourceId: event.PhysicalResourceId }
      : typeof answer === 'function'
        ? answer(event)
        : answer,
  );
  const outcome = await harness.deploy(stackOf({ A: custom(properties) }));
  return { harness, outcome };
}

const MINUTE = 60_000;

describe('a request', () => {
  test('says all that a function needs to know', async () => {
    const { harness, outcome } = await answered({ PhysicalResourceId: 'a' });
    const [event] = harness.events;
    expect(event).toEqual({
      RequestType: 'Create',
      ServiceToken: TOKEN,
      ResponseURL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:1\/.*X-Amz-Date=\d{8}T\d{6}Z.*X-Amz-Expires=7200/),
      StackId: outcome.stackId,
      RequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      LogicalResourceId: 'A',
      ResourceType: 'Custom::Thing',
      ResourceProperties: { ServiceToken: TOKEN },
    });
    expect(harness.calls[0]).toMatchObject({ input: { FunctionName: TOKEN, InvocationType: 'Event' } });
  });

  test('has every number and boolean as text, and neither nulls nor what is empty', async () => {
    const properties = {
      Number: 1.5,
      True: true,
      Text: '',
      Null: null,
      None: { Ref: 'AWS::NoValue' },
      Empty: { List: [], Nothing: { Null: null } },
      Deep: [{ False: false, Zero: 0 }, null, ['x', 2]],
      ServiceTimeout: 60,
    };
    const { harness } = await answered({ PhysicalResourceId: 'a' }, properties);
    expect(harness.events[0].ResourceProperties).toEqual({
      ServiceToken: TOKEN,
      Number: '1.5',
      True: 'true',
      Text: '',
      Deep: [{ False: 'false', Zero: '0' }, ['x', '2']],
      ServiceTimeout: '60',
    });
  });

  test('has its ServiceTimeout beside the properties, too', async () => {
    const { harness } = await answered({ PhysicalResourceId: 'a' }, { ServiceTimeout: 60 });
    expect(harness.events[0]).toMatchObject({ ServiceTimeout: '60', ResourceProperties: { ServiceTimeout: '60' } });
  });

  test('has a RequestId of its own', async () => {
    const harness = new Harness();
    await harness.deploy(stackOf({ A: custom({ Size: 1 }), B: custom() }));
    await harness.deploy(stackOf({ A: custom({ Size: 2 }), B: custom() }));
    expect(new Set(harness.events.map(({ RequestId }) => RequestId)).size).toBe(3);
  });

  test('has the RequestId of before when a deployment is retried and the test wants it so', async () => {
    const harness = new Harness();
    harness.cloudFormation.reuseRequestIds = true;
    await harness.deploy(stackOf({ A: custom({ Size: 1 }) }));
    const failing = stackOf({ A: custom({ Size: 2 }), Bad: parameter('no!', 'v', { DependsOn: 'A' }) });
    await harness.deploy(failing);
    await harness.deploy(failing);
    const [, first, , second] = harness.events;
    expect(second.RequestId).toBe(first.RequestId);
    expect(second.ResponseURL).not.toBe(first.ResponseURL);
  });
});

describe('an answer', () => {
  test.each<[string, CustomAnswer, string | RegExp]>([
    [
      'of more than 4,096 bytes',
      { PhysicalResourceId: 'a', Data: { Big: 'é'.repeat(2048) } },
      'Response object is too long.',
    ],
    ['without a physical id', { PhysicalResourceId: undefined }, 'Invalid PhysicalResourceId'],
    ['with an empty physical id', { PhysicalResourceId: '' }, 'Invalid PhysicalResourceId'],
    ['with a physical id of more than 1 KB', { PhysicalResourceId: 'é'.repeat(513) }, 'Invalid PhysicalResourceId'],
    ['with another status', { PhysicalResourceId: 'a', Status: 'DONE' }, 'Invalid Status'],
    ['of another stack', { PhysicalResourceId: 'a', StackId: 'other' }, /StackId/],
    ['of another request', { PhysicalResourceId: 'a', RequestId: 'other' }, /RequestId/],
    ['of another resource', { PhysicalResourceId: 'a', LogicalResourceId: 'Other' }, /LogicalResourceId/],
    ['of a failure without a reason', { PhysicalResourceId: 'a', Status: 'FAILED' }, 'Invalid Reason'],
    ['with data that is no object', { PhysicalResourceId: 'a', Data: 'text' }, 'Invalid Data'],
    ['that is no JSON', 'thanks', /Invalid Response object/],
    [
      'of a failure',
      { PhysicalResourceId: 'a', Status: 'FAILED', Reason: 'out of stock' },
      /^A: Received response status \[FAILED\] from custom resource\. Message returned: out of stock \(RequestId: .{36}\)$/,
    ],
  ])('%s fails the resource', async (_what, answer, reason) => {
    const { outcome } = await answered(answer);
    expect(outcome.status).toBe('ROLLBACK_COMPLETE');
    const [failure] = outcome.failures;
    if (typeof reason === 'string') expect(failure).toBe(`A: ${reason}`);
    else expect(failure).toMatch(reason);
  });

  test('of exactly 4,096 bytes is taken', async () => {
    const { outcome } = await answered(({ StackId, RequestId, LogicalResourceId }) => {
      const answer = (filler: string) =>
        JSON.stringify({
          Status: 'SUCCESS',
          StackId,
          RequestId,
          LogicalResourceId,
          PhysicalResourceId: 'a',
          Data: { filler },
        });
      return answer('x'.repeat(4096 - answer('').length));
    });
    expect(outcome.status).toBe('CREATE_COMPLETE');
  });

  test('counts once: a second one is ignored', async () => {
    const harness = new Harness(event => {
      harness.put(event, { PhysicalResourceId: 'first' });
      return { PhysicalResourceId: 'second', Status: 'FAILED', Reason: 'no' };
    });
    const outcome = await harness.deploy(stackOf({ A: custom() }, { Outputs: { Id: { Value: { Ref: 'A' } } } }));
    expect(outcome.outputs).toEqual({ Id: 'first' });
  });

  test('without an attribute that is asked for fails what asks for it', async () => {
    const harness = new Harness(() => ({ PhysicalResourceId: 'a', Data: { Arn: 'x' } }));
    const outcome = await harness.deploy(stackOf({ A: custom(), B: parameter('b', { 'Fn::GetAtt': ['A', 'Name'] }) }));
    expect(outcome.failures).toEqual([
      "B: CustomResource attribute error: Vendor response doesn't contain Name attribute in object a",
    ]);
  });

  test('with NoEcho is masked where its attributes are shown', async () => {
    const harness = new Harness(() => ({ PhysicalResourceId: 'a', NoEcho: true, Data: { Key: 'secret' } }));
    const outcome = await harness.deploy(stackOf({ A: custom(), B: parameter('b', { 'Fn::GetAtt': ['A', 'Key'] }) }));
    expect(harness.parameters.get('b')).toBe('secret');
    expect(JSON.stringify(outcome.events)).not.toContain('secret');
  });
});

describe('time', () => {
  const silent = () => new Harness(event => (event.RequestType === 'Delete' ? { PhysicalResourceId: 'x' } : undefined));

  test.each([
    ['an hour', {}, 60],
    ['the ServiceTimeout, where the properties have one', { ServiceTimeout: '120' }, 2],
  ])('is over after %s', async (_what, properties, minutes) => {
    const harness = silent();
    const deployed = harness.deploy(stackOf({ A: custom(properties) }));
    await harness.sent(1);
    await settle();
    await harness.clock.turn(minutes * MINUTE - 1);
    expect(harness.cloudFormation.describe('Test')?.status).toBe('CREATE_IN_PROGRESS');
    await harness.clock.turn(1);
    const { failures } = await deployed;
    expect(failures[0]).toContain('CloudFormation did not receive a response from your Custom Resource.');
    expect(failures[0]).toContain(harness.events[0].RequestId);
  });

  test('an answer after that is ignored', async () => {
    const harness = silent();
    const deployed = harness.deploy(stackOf({ A: custom({ ServiceTimeout: 1 }) }));
    await harness.sent(1);
    await settle();
    await harness.clock.turn(1000);
    harness.put(harness.events[0], { PhysicalResourceId: 'late' });
    expect((await deployed).status).toBe('ROLLBACK_COMPLETE');
  });

  test.each([0, 3601, 'soon', 1.5])('a ServiceTimeout of %p is refused', async ServiceTimeout => {
    const { outcome, harness } = await answered({ PhysicalResourceId: 'a' }, { ServiceTimeout });
    expect(outcome.failures[0]).toContain('ServiceTimeout must be a number of seconds from 1 to 3600');
    expect(harness.events).toEqual([]);
  });
});

describe('the service token', () => {
  test('may not change, but the way back is open', async () => {
    const harness = new Harness();
    await harness.deploy(stackOf({ A: custom() }));
    const outcome = await harness.deploy(stackOf({ A: custom({ ServiceToken: `${TOKEN}2` }) }));
    expect(outcome.failures).toEqual(['A: Modifying service token is not allowed.']);
    expect(outcome.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(harness.events.every(({ ServiceToken }) => ServiceToken === TOKEN)).toBe(true);
  });

  test('must be a function: nothing is left to delete where it is not', async () => {
    const { outcome, harness } = await answered({}, { ServiceToken: 'arn:aws:sns:us-east-1:111111111111:topic' });
    expect(outcome.failures[0]).toContain('Invalid service token');
    expect(outcome.status).toBe('ROLLBACK_COMPLETE');
    expect(harness.events).toEqual([]);
  });
});

test('AWS::CloudFormation::CustomResource is one, too', async () => {
  const harness = new Harness();
  const type = 'AWS::CloudFormation::CustomResource';
  await harness.deploy(stackOf({ A: { Type: type, Properties: { ServiceToken: TOKEN } } }));
  expect(harness.events[0].ResourceType).toBe(type);
});
