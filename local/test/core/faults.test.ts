import { DeleteParameterCommand, GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { LocalAws, ServiceError, throttling } from 'cdk-versioned-artifacts-local';
import { SteppingClock } from '../../../testing/clock';
import { client, createFunction, createRole } from './fixtures';

const SSM_ALL = { Action: 'ssm:*', Resource: '*' };

/** A function that writes a parameter and counts the calls that it makes by plain HTTP, signed with its key. */
const WRITER = `
  exports.handler = async () => {
    const call = (operation, input) => fetch(process.env.AWS_ENDPOINT_URL, {
      method: 'POST',
      headers: {
        authorization: 'AWS4-HMAC-SHA256 Credential=' + process.env.AWS_ACCESS_KEY_ID + '/20260101/us-east-1/ssm/aws4_request',
        'x-amz-target': 'AmazonSSM.' + operation,
      },
      body: JSON.stringify(input),
    });
    await call('PutParameter', { Name: 'one', Value: '1', Overwrite: true });
    await call('PutParameter', { Name: 'two', Value: '2', Overwrite: true });
  };`;

describe('an injected fault', () => {
  let aws: LocalAws;
  let ssm: SSMClient;

  beforeEach(async () => {
    aws = await LocalAws.start({ asyncRetryDelays: [1, 1] });
    ssm = new SSMClient(client(aws));
  });
  afterEach(async () => {
    ssm.destroy();
    await aws.stop();
  });

  const put = (Name: string) =>
    ssm.send(new PutParameterCommand({ Name, Value: 'x', Type: 'String', Overwrite: true }));
  const names = () => [...aws.ssm.parameters.keys()].filter(name => !name.startsWith('/cdk-bootstrap'));

  test('refuses a call with any documented error, and keeps it from taking effect', async () => {
    const error = new ServiceError('InternalServerError', 'try again', 500);
    aws.faults.inject({ service: 'ssm', operation: 'PutParameter', trouble: { error } });
    await expect(put('a')).rejects.toMatchObject({ name: 'InternalServerError', $metadata: { httpStatusCode: 500 } });
    expect(names()).toEqual([]);
    await put('a');
    expect(names()).toEqual(['a']);
  });

  test('hits from the chosen call on, as often as asked', async () => {
    const fault = aws.faults.inject({ operation: 'PutParameter', nth: 2, times: 2, trouble: { error: throttling() } });
    const results = [];
    for (const name of ['a', 'b', 'c', 'd']) results.push((await Promise.allSettled([put(name)]))[0].status);
    expect(results).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(fault.hits).toBe(2);
  });

  test('hits only the calls whose input it matches', async () => {
    aws.faults.inject({ service: 'ssm', match: ({ Name }) => Name === 'b', trouble: { error: throttling() } });
    await put('a');
    await expect(put('b')).rejects.toMatchObject({ name: 'ThrottlingException' });
  });

  test.each([
    ['before', []],
    ['after', ['a']],
  ] as const)('cuts the connection %s the call takes effect', async (cut, expected) => {
    aws.faults.inject({ operation: 'PutParameter', trouble: { cut } });
    await expect(put('a')).rejects.toThrow('socket hang up');
    expect(names()).toEqual(expected);
    expect(aws.calls.filter({ operation: 'PutParameter' })).toMatchObject([{ error: 'ConnectionCut' }]);
  });

  test('stalls a call until it is released', async () => {
    const fault = aws.faults.inject({ operation: 'PutParameter', trouble: { stall: 'until released' } });
    const pending = put('a');
    while (fault.hits === 0) await new Promise(resolve => setImmediate(resolve));
    expect(names()).toEqual([]);
    fault.release();
    await pending;
    expect(names()).toEqual(['a']);
  });

  test('stalls a call for a time', async () => {
    const clock = new SteppingClock();
    const stalled = await LocalAws.start({ clock });
    const begin = clock.now();
    stalled.faults.inject({ operation: 'GetCallerIdentity', trouble: { stall: 5000 } });
    await stalled.call('sts', 'GetCallerIdentity', {});
    expect(clock.now() - begin).toBe(5000);
    await stalled.stop();
  });

  test('strikes calls between services too', async () => {
    aws.faults.inject({ service: 'lambda', operation: 'Invoke', trouble: { error: throttling() } });
    await expect(aws.call('lambda', 'Invoke', { FunctionName: 'fn' })).rejects.toMatchObject({
      code: 'ThrottlingException',
    });
  });

  test.each([
    ['before', 'one', ['one', 'one', 'two']],
    ['after', 'one', ['one', 'one', 'two']],
    ['before', 'two', ['one', 'two', 'one', 'two']],
    ['after', 'two', ['one', 'two', 'one', 'two']],
  ] as const)('kills the function %s its call for %s, and Lambda runs it again', async (kill, name, order) => {
    await createRole(aws, SSM_ALL);
    await createFunction(aws, WRITER);
    aws.faults.inject({ service: 'ssm', match: ({ Name }) => Name === name, trouble: { kill } });
    await aws.call('lambda', 'Invoke', { FunctionName: 'fn', InvocationType: 'Event' });
    await aws.lambda.settled();
    const calls = aws.calls.filter({ operation: 'PutParameter', principal: 'role' });
    expect(calls.map(({ input }) => input.Name)).toEqual(order);
    expect(names()).toEqual(['one', 'two']);
    // the call that killed was not answered; it took effect only where the kill came after it.
    expect(aws.ssm.parameters.get(name)!.Version).toBe(kill === 'after' ? 2 : 1);
  });

  test('kills the function that answers a custom resource', async () => {
    await createRole(aws);
    await createFunction(
      aws,
      `exports.handler = async ({ ResponseURL }) => {
        await fetch(ResponseURL, { method: 'PUT', body: Buffer.from('{}'), headers: { 'content-type': '' } });
      };`,
    );
    const { url, received } = aws.responses.expect({ stackId: 'stack', logicalId: 'L', requestId: 'r' });
    aws.faults.inject({ service: 'cloudformation-response', trouble: { kill: 'after' } });
    await aws.call('lambda', 'Invoke', {
      FunctionName: 'fn',
      InvocationType: 'Event',
      Payload: JSON.stringify({ ResponseURL: url }),
    });
    await aws.lambda.settled();
    expect(received).toEqual(['{}', '{}']);
  });

  test('is gone once it is removed', async () => {
    aws.faults.inject({ trouble: { error: throttling() } }).remove();
    await put('a');
  });
});

describe('a quota', () => {
  const clock = new SteppingClock();
  let aws: LocalAws;
  let ssm: SSMClient;

  beforeEach(async () => {
    aws = await LocalAws.start({ clock });
    ssm = new SSMClient(client(aws));
  });
  afterEach(async () => {
    ssm.destroy();
    await aws.stop();
  });

  const get = () => ssm.send(new GetParameterCommand({ Name: '/cdk-bootstrap/hnb659fds/version' }));

  test('refuses what exceeds it, as throttling, and grants again with time', async () => {
    aws.throttle({ service: 'ssm', perSecond: 2 });
    await get();
    await get();
    await expect(get()).rejects.toMatchObject({
      name: 'ThrottlingException',
      message: 'Rate exceeded',
      $metadata: { httpStatusCode: 400 },
    });
    await clock.sleep(500);
    await get();
    await expect(get()).rejects.toMatchObject({ name: 'ThrottlingException' });
  });

  test('holds for each operation by itself', async () => {
    aws.throttle({ service: 'ssm', perSecond: 1 });
    await get();
    await expect(ssm.send(new DeleteParameterCommand({ Name: 'x' }))).rejects.toMatchObject({
      name: 'ParameterNotFound',
    });
  });

  test('saves up no more than its burst', async () => {
    aws.throttle({ service: 'ssm', perSecond: 10, burst: 1 });
    await clock.sleep(10_000);
    await get();
    await expect(get()).rejects.toMatchObject({ name: 'ThrottlingException' });
  });

  test('is gone once it is lifted', async () => {
    aws.throttle({ service: 'ssm', perSecond: 0.1 });
    await get();
    aws.unthrottle();
    await get();
  });
});
