import { LocalAws, ServiceError } from 'cdk-versioned-artifacts-local';
import { SteppingClock } from '../../../testing/clock';

describe('the server', () => {
  let aws: LocalAws;
  let clock: SteppingClock;
  beforeEach(async () => {
    clock = new SteppingClock();
    aws = await LocalAws.start({ clock });
  });
  afterEach(() => aws.stop());

  const signed = (service: string, init: RequestInit = {}) =>
    fetch(aws.endpoint, {
      method: 'POST',
      ...init,
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=AKIADEVELOPER/20260101/us-east-1/${service}/aws4_request`,
        ...init.headers,
      },
    });

  test('listens on loopback and says so to the SDKs and the CDK', () => {
    expect(aws.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(aws.env).toMatchObject({ AWS_ENDPOINT_URL: aws.endpoint, AWS_REGION: 'us-east-1' });
    expect(aws.env).toMatchObject({ CDK_DEFAULT_ACCOUNT: '111111111111', CDK_DEFAULT_REGION: 'us-east-1' });
  });

  test('listens on the port that is asked for, and fails where it is taken', async () => {
    const port = Number(new URL(aws.endpoint).port);
    await expect(LocalAws.start({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('records every call with who made it, how it came and how it ended', async () => {
    await aws.call('sts', 'GetCallerIdentity', {});
    await signed('ssm', { headers: { 'x-amz-target': 'AmazonSSM.GetParameter' }, body: '{"Name":"none"}' });
    expect([...aws.calls]).toEqual([
      {
        service: 'sts',
        operation: 'GetCallerIdentity',
        input: {},
        principal: { kind: 'developer' },
        via: 'internal',
        at: clock.now(),
        status: 200,
      },
      {
        service: 'ssm',
        operation: 'GetParameter',
        input: { Name: 'none' },
        principal: { kind: 'developer' },
        via: 'http',
        at: clock.now(),
        status: 400,
        error: 'ParameterNotFound',
      },
    ]);
    expect(aws.calls.names({ via: 'http' })).toEqual(['ssm:GetParameter']);
    aws.calls.clear();
    expect(aws.calls.length).toBe(0);
  });

  test.each([
    ['an unsigned request', () => fetch(aws.endpoint), 403, 'MissingAuthenticationToken'],
    ['a service that it does not have', () => signed('braket'), 501, 'NotImplemented'],
    [
      'an operation that the service does not have',
      () => signed('ssm', { headers: { 'x-amz-target': 'AmazonSSM.LabelParameterVersion' } }),
      404,
      'UnknownOperationException',
    ],
    [
      'a body that is no JSON',
      () => signed('ssm', { headers: { 'x-amz-target': 'AmazonSSM.GetParameter' }, body: '{' }),
      400,
      'SerializationException',
    ],
  ])('refuses %s', async (_what, request, status, type) => {
    const answer = await request();
    expect(answer.status).toBe(status);
    expect(await answer.text()).toContain(type);
  });

  describe('where a custom resource answers', () => {
    const expectOne = () => aws.responses.expect({ stackId: 'arn:aws:cfn:stack/s/1', logicalId: 'L', requestId: 'r' });
    const put = (url: string, body: string) =>
      fetch(url, { method: 'PUT', body: Buffer.from(body), headers: { 'content-type': '' } });

    test('takes the body, and the first counts', async () => {
      const expected = expectOne();
      expect((await put(expected.url, 'one')).status).toBe(200);
      expect((await put(expected.url, 'two')).status).toBe(200);
      await expect(expected.body).resolves.toBe('one');
      expect(expected.received).toEqual(['one', 'two']);
    });

    test('has a URL as CloudFormation makes it, another one for each event', () => {
      const [a, b] = [expectOne().url, expectOne().url];
      expect(a).not.toBe(b);
      const url = new URL(a);
      expect(decodeURIComponent(url.pathname)).toMatch(/^\/cloudformation-custom-resource-response-useast1\/.*\|L\|r$/);
      expect(Object.fromEntries(url.searchParams)).toMatchObject({
        'X-Amz-Date': '20260101T000000Z',
        'X-Amz-Expires': '7200',
      });
    });

    test('takes nothing once the URL has expired', async () => {
      const expected = expectOne();
      await clock.sleep(7_200_000);
      expect((await put(expected.url, 'in time')).status).toBe(200);
      await clock.sleep(1);
      const late = await put(expected.url, 'late');
      expect([late.status, await late.text()]).toEqual([403, expect.stringContaining('Request has expired')]);
      expect(expected.received).toEqual(['in time']);
    });

    test('takes nothing at a URL that was altered', async () => {
      const { url } = expectOne();
      expect((await put(url.replace('%7CL%7C', '%7CM%7C'), '')).status).toBe(403);
      expect((await put(url.replace(/Signature=.*/, 'Signature=0'), '')).status).toBe(403);
    });

    test('fails on demand', async () => {
      const error = new ServiceError('SlowDown', 'Please reduce your request rate.', 503);
      aws.faults.inject({ service: 'cloudformation-response', trouble: { error } });
      const { url } = expectOne();
      const failed = await put(url, '');
      expect([failed.status, await failed.text()]).toEqual([503, expect.stringContaining('<Code>SlowDown</Code>')]);
      expect((await put(url, '')).status).toBe(200);
    });
  });
});
