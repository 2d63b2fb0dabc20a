import { LocalAws } from 'cdk-versioned-artifacts-local';

describe('the server', () => {
  let aws: LocalAws;
  beforeAll(async () => (aws = await LocalAws.start()));
  afterAll(() => aws.stop());

  const put = (url: string, body: string) =>
    fetch(url, { method: 'PUT', body: Buffer.from(body), headers: { 'content-type': '' } });

  test('takes the answer of a custom resource at its presigned URL', async () => {
    const expected = aws.responses.expect({
      stackId: 'arn:aws:cloudformation:us-east-1:1:stack/s/1',
      logicalId: 'L',
      requestId: 'r',
    });
    expect((await put(expected.url, '{"Status":"SUCCESS"}')).status).toBe(200);
    await expect(expected.body).resolves.toBe('{"Status":"SUCCESS"}');
  });

  test('calls a service in process, as the developer', async () => {
    const { Account } = await aws.call('sts', 'GetCallerIdentity', {});
    expect(Account).toBe('111111111111');
  });
});
