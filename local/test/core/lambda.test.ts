import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { LocalAws } from 'cdk-versioned-artifacts-local';
import { ROLE, client, createFunction, createRole, zip } from './fixtures';

const LOG_GROUP = '/aws/lambda/fn';

describe('a function', () => {
  let aws: LocalAws;
  let lambda: LambdaClient;

  beforeEach(async () => {
    aws = await LocalAws.start({ asyncRetryDelays: [1, 1] });
    lambda = new LambdaClient(client(aws));
    await createRole(aws, { Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: '*' });
    await aws.call('logs', 'CreateLogGroup', { logGroupName: LOG_GROUP });
  });
  afterEach(async () => {
    lambda.destroy();
    await aws.stop();
  });

  const invoke = async (payload: unknown = {}) => {
    const result = await lambda.send(new InvokeCommand({ FunctionName: 'fn', Payload: JSON.stringify(payload) }));
    return { ...result, value: JSON.parse(Buffer.from(result.Payload!).toString()) };
  };
  const send = async (payload: unknown = {}) => {
    await lambda.send(
      new InvokeCommand({ FunctionName: 'fn', InvocationType: 'Event', Payload: JSON.stringify(payload) }),
    );
    await aws.lambda.settled();
  };
  const attempts = () => aws.logs.messages(LOG_GROUP).filter(message => message.startsWith('START'));

  test('is created, described, updated and deleted as the API has it', async () => {
    const created = await lambda.send(
      new CreateFunctionCommand({
        FunctionName: 'fn',
        Runtime: 'nodejs20.x',
        Handler: 'index.handler',
        Role: ROLE,
        Code: { ZipFile: zip('exports.handler = async () => 1;') },
      }),
    );
    expect(created).toMatchObject({ State: 'Active', Timeout: 3, MemorySize: 128, Version: '$LATEST' });
    expect(created.FunctionArn).toBe('arn:aws:lambda:us-east-1:111111111111:function:fn');
    await lambda.send(
      new UpdateFunctionCodeCommand({ FunctionName: 'fn', ZipFile: zip('exports.handler = async () => 2;') }),
    );
    const described = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: created.FunctionArn }));
    expect(described.CodeSha256).not.toBe(created.CodeSha256);
    expect((await invoke()).value).toBe(2);
    await lambda.send(new DeleteFunctionCommand({ FunctionName: 'fn' }));
    await expect(invoke()).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      $metadata: { httpStatusCode: 404 },
    });
  });

  test('has the SDK of its runtime', async () => {
    await createFunction(aws, `exports.handler = async () => typeof require('@aws-sdk/client-iot').IoTClient;`);
    expect((await invoke()).value).toBe('function');
  });

  test('reaches the local AWS also where it talks TLS to the host of a URL, as handlers of the CDK do', async () => {
    await createFunction(
      aws,
      `const https = require('https');
      exports.handler = ({ ResponseURL }) => new Promise((resolve, reject) => {
        const { hostname, pathname: path, search } = new URL(ResponseURL);
        const request = https.request({ hostname, path: path + search, method: 'PUT' }, ({ statusCode }) => resolve(statusCode));
        request.on('error', reject);
        request.end('{}');
      });`,
    );
    const expected = aws.responses.expect({ stackId: 's', logicalId: 'l', requestId: 'r' });
    expect((await invoke({ ResponseURL: expected.url })).value).toBe(200);
    expect(expected.received).toEqual(['{}']);
  });

  test('answers what its handler returns, knowing the event and the context', async () => {
    await createFunction(
      aws,
      `exports.handler = async (event, context) => ({
        event, name: context.functionName, arn: context.invokedFunctionArn, group: context.logGroupName,
        time: context.getRemainingTimeInMillis() > 1000, id: context.awsRequestId.length,
      });`,
    );
    expect((await invoke({ a: 1 })).value).toEqual({
      event: { a: 1 },
      name: 'fn',
      arn: 'arn:aws:lambda:us-east-1:111111111111:function:fn',
      group: LOG_GROUP,
      time: true,
      id: 36,
    });
  });

  test('is loaded once and stays warm between invocations', async () => {
    await createFunction(aws, 'let count = 0; exports.handler = async () => [process.pid, ++count];');
    const [first, second] = [(await invoke()).value, (await invoke()).value];
    expect(second).toEqual([first[0], 2]);
  });

  test('runs overlapping invocations in processes of their own', async () => {
    // each goes on once both run.
    await createFunction(
      aws,
      `const fs = require("fs"), marks = __dirname + "/marks";
       exports.handler = async () => {
         fs.appendFileSync(marks, "x");
         while (fs.readFileSync(marks, "utf8").length < 2) await new Promise(r => setTimeout(r, 1));
         return process.pid;
       };`,
      { Timeout: 30 },
    );
    const [a, b] = await Promise.all([invoke(), invoke()]);
    expect(a.value).not.toBe(b.value);
  });

  test('has a cold start after an update', async () => {
    await createFunction(aws, 'let count = 0; exports.handler = async () => [++count, process.env.COLOUR];');
    await invoke();
    await aws.call('lambda', 'UpdateFunctionConfiguration', {
      FunctionName: 'fn',
      Environment: { Variables: { COLOUR: 'red' } },
    });
    expect((await invoke()).value).toEqual([1, 'red']);
  });

  test.each([
    ['index.js', 'exports.nested = { handler: async () => 7 };', 'index.nested.handler'],
    ['index.mjs', 'export const handler = async () => 7;', 'index.handler'],
    ['sub/main.cjs', 'exports.run = () => 7;', 'sub/main.run'],
  ])('finds its handler in %s', async (file, source, Handler) => {
    const { strToU8, zipSync } = await import('fflate');
    await createFunction(aws, '', { Handler, Code: { ZipFile: Buffer.from(zipSync({ [file]: strToU8(source) })) } });
    expect((await invoke()).value).toBe(7);
  });

  test('logs as Lambda does, in its own log group', async () => {
    await createFunction(
      aws,
      'exports.handler = async () => { console.error("two\\nlines"); process.stdout.write("raw\\n"); };',
    );
    await invoke();
    expect(aws.logs.messages(LOG_GROUP)).toEqual([
      expect.stringMatching(/^START RequestId: [\w-]{36} Version: \$LATEST$/),
      expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z\t[\w-]{36}\tERROR\ttwo\nlines$/),
      'raw',
      expect.stringMatching(/^END RequestId: [\w-]{36}$/),
      expect.stringMatching(/^REPORT RequestId: [\w-]{36}\tDuration: [\d.]+ ms\t/),
    ]);
  });

  test('writes no log that its role may not write', async () => {
    await aws.call('iam', 'DeleteRolePolicy', { RoleName: 'worker', PolicyName: 'grants' });
    await createFunction(aws, 'exports.handler = async () => { console.log("lost"); return 1; };');
    expect((await invoke()).value).toBe(1);
    expect(aws.logs.messages(LOG_GROUP)).toEqual([]);
  });

  describe('that fails', () => {
    const expectError = async (errorType: string, message: string) => {
      const { FunctionError, StatusCode, value } = await invoke();
      expect({ FunctionError, StatusCode }).toEqual({ FunctionError: 'Unhandled', StatusCode: 200 });
      expect(value).toMatchObject({ errorType, errorMessage: expect.stringContaining(message) });
    };

    test.each([
      ['throws', 'exports.handler = async () => { throw new TypeError("no"); };', 'TypeError', 'no'],
      ['does not parse', 'exports.handler = async (', 'Runtime.UserCodeSyntaxError', 'SyntaxError'],
      ['has no handler', 'exports.other = 1;', 'Runtime.HandlerNotFound', 'index.handler is undefined'],
      ['does not load', 'require("nope");', 'Runtime.ImportModuleError', "Error: Cannot find module 'nope'"],
      ['exits', 'exports.handler = async () => process.exit(3);', 'Runtime.ExitError', 'exit status 3'],
      [
        'crashes beside its handler',
        'exports.handler = () => new Promise(() => setTimeout(() => { throw new RangeError("late"); }, 1));',
        'RangeError',
        'late',
      ],
    ])('since its code %s returns the error', async (_how, source, errorType, message) => {
      await createFunction(aws, source);
      await expectError(errorType, message);
    });

    test('since its module is not there returns the error', async () => {
      await createFunction(aws, '', { Handler: 'main.handler' });
      await expectError('Runtime.ImportModuleError', "Error: Cannot find module 'main'");
    });

    test('by taking too long is killed', async () => {
      await createFunction(aws, 'exports.handler = () => new Promise(() => setInterval(() => {}, 1000));', {
        Timeout: 1,
      });
      const { value } = await invoke();
      expect(value.errorType).toBe('Sandbox.Timedout');
      expect(value.errorMessage).toMatch(/^RequestId: [\w-]{36} Error: Task timed out after 1\.00 seconds$/);
      expect(aws.logs.messages(LOG_GROUP).join('\n')).toMatch(/Z [\w-]{36} Task timed out after 1\.00 seconds\n/);
    });

    test('asynchronously is run twice more, under the same request id', async () => {
      await createFunction(aws, 'exports.handler = async () => { throw new Error("no"); };');
      await send();
      expect(attempts()).toHaveLength(3);
      expect(new Set(attempts()).size).toBe(1);
    });

    test('once is not run again after it has succeeded', async () => {
      await createFunction(
        aws,
        `const fs = require("fs"), mark = __dirname + "/mark";
         exports.handler = async () => { if (!fs.existsSync(mark)) { fs.writeFileSync(mark, ""); process.exit(1); } };`,
      );
      await send();
      expect(attempts()).toHaveLength(2);
    });

    test('is run as often as its configuration says', async () => {
      await createFunction(aws, 'exports.handler = async () => { throw new Error("no"); };');
      await aws.call('lambda', 'PutFunctionEventInvokeConfig', { FunctionName: 'fn', MaximumRetryAttempts: 0 });
      await send();
      expect(attempts()).toHaveLength(1);
    });

    describe('each time', () => {
      const letters = () => aws.sqs.messages('dead').map(message => JSON.parse(message));
      beforeEach(async () => {
        await aws.call('sqs', 'CreateQueue', { QueueName: 'dead' });
        const TargetArn = `arn:aws:sqs:us-east-1:${aws.account}:dead`;
        await createFunction(aws, 'exports.handler = async ({ n }) => { if (n !== 2) throw new Error("no"); };', {
          DeadLetterConfig: { TargetArn },
        });
      });

      test('has the event go to its queue, where its role may send to that', async () => {
        const Statement = [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: '*' }];
        const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
        await aws.call('iam', 'PutRolePolicy', { RoleName: 'worker', PolicyName: 'letters', PolicyDocument });
        for (const n of [1, 2]) await send({ n });
        expect(letters()).toEqual([{ n: 1 }]);
      });

      test('loses the event where its role may not send to its queue', async () => {
        await send({ n: 1 });
        expect(letters()).toEqual([]);
      });
    });
  });

  describe('is handed an event again', () => {
    const ECHO =
      'exports.handler = async (event, context) => console.log(JSON.stringify([event.n, context.awsRequestId]));';
    const handed = () =>
      aws.logs
        .messages(LOG_GROUP)
        .filter(message => message.includes('INFO'))
        .map(message => JSON.parse(message.trim().split('\t').pop()!) as [number, string]);

    test('on demand, under its request id, by the function as it is by then', async () => {
      await createFunction(aws, ECHO);
      for (const n of [1, 2, 1]) await send({ n });
      await aws.call('lambda', 'UpdateFunctionCode', { FunctionName: 'fn', ZipFile: zip(`${ECHO}//`) });
      await aws.lambda.deliverAgain(({ n }) => n === 1);
      expect(handed().map(([n]) => n)).toEqual([1, 2, 1, 1]);
      expect(handed()[3]).toEqual(handed()[2]);
      expect(aws.lambda.asynchronousEvents.map(({ payload, requestId }) => [payload.n, requestId])).toEqual(
        handed().slice(0, 3),
      );
      await expect(aws.lambda.deliverAgain(({ n }) => n === 3)).rejects.toThrow('no event of 3 is selected');
    });

    test('twice, of its own accord, as often as the test says', async () => {
      await createFunction(aws, ECHO);
      aws.lambda.deliverTwice(({ n }) => n > 1, { times: 1, delay: 20 });
      for (const n of [1, 2, 3]) await send({ n });
      expect(handed().map(([n]) => n)).toEqual([1, 2, 2, 3]);
      expect(handed()[2]).toEqual(handed()[1]);
    });

    test('and is not run where it is gone', async () => {
      await createFunction(aws, ECHO);
      await send({ n: 1 });
      await aws.call('lambda', 'DeleteFunction', { FunctionName: 'fn' });
      await aws.lambda.deliverAgain(() => true);
      expect(handed()).toHaveLength(1);
    });
  });

  describe('that is sent an event while it runs', () => {
    const hand = (payload: object) =>
      aws.call('lambda', 'Invoke', { FunctionName: 'fn', InvocationType: 'Event', Payload: JSON.stringify(payload) });
    const pids = () => new Set(aws.logs.messages(LOG_GROUP).flatMap(message => message.split('INFO\t')[1] ?? []));

    let isOver: boolean;
    afterEach(() => {
      isOver = true;
    });
    beforeEach(async () => {
      isOver = false;
      await createFunction(
        aws,
        `exports.handler = ({ hangs }) => {
          console.log(process.pid);
          return hangs ? new Promise(() => setInterval(() => {}, 1000)) : Promise.resolve();
        };`,
        { Timeout: 60 },
      );
      await send();
    });

    test('takes it in the same environment where it is about to return', async () => {
      await hand({});
      await hand({});
      await aws.lambda.settled();
      expect(attempts()).toHaveLength(3);
      expect(pids().size).toBe(1);
    });

    test('takes it in another environment where it goes on', async () => {
      await hand({ hangs: true });
      await hand({});
      while (!isOver && pids().size < 2) await new Promise(resolve => setImmediate(resolve));
      expect(attempts()).toHaveLength(3);
    });
  });

  test('ends with the local AWS, whatever it is doing', async () => {
    await createFunction(aws, 'exports.handler = () => { console.log(process.pid); return new Promise(() => {}); };', {
      Timeout: 900,
    });
    await aws.call('lambda', 'Invoke', { FunctionName: 'fn', InvocationType: 'Event' });
    const pid = () =>
      aws.logs
        .messages(LOG_GROUP)
        .find(message => message.includes('INFO'))
        ?.split('\t')
        .pop();
    while (pid() === undefined) await new Promise(resolve => setImmediate(resolve));
    await aws.stop();
    expect(() => process.kill(Number(pid()), 0)).toThrow('ESRCH');
  });

  test('refuses more at once than is reserved for it', async () => {
    await createFunction(aws, 'exports.handler = () => new Promise(r => setTimeout(r, 200));');
    await aws.call('lambda', 'PutFunctionConcurrency', { FunctionName: 'fn', ReservedConcurrentExecutions: 1 });
    const [first, second] = await Promise.allSettled([invoke(), invoke()]);
    expect([first.status, second.status].sort()).toEqual(['fulfilled', 'rejected']);
  });

  test.each([
    [
      'a role that Lambda may not assume',
      { Role: 'arn:aws:iam::111111111111:role/other' },
      'InvalidParameterValueException',
    ],
    ['a timeout of more than 15 minutes', { Timeout: 901 }, 'ValidationException'],
    ['a package that is no zip', { Code: { ZipFile: Buffer.from('no zip') } }, 'InvalidParameterValueException'],
    ['a package that is not in S3', { Code: { S3Bucket: 'none', S3Key: 'none' } }, 'InvalidParameterValueException'],
    ['reserved variables', { Environment: { Variables: { AWS_REGION: 'x' } } }, 'InvalidParameterValueException'],
  ])('is not created with %s', async (_what, configuration, code) => {
    await expect(createFunction(aws, '', configuration)).rejects.toMatchObject({ code, status: 400 });
  });

  test('is not created twice', async () => {
    await createFunction(aws, '');
    await expect(createFunction(aws, '')).rejects.toMatchObject({ code: 'ResourceConflictException', status: 409 });
  });

  test('is not invoked with what is no JSON', async () => {
    await createFunction(aws, '');
    await expect(lambda.send(new InvokeCommand({ FunctionName: 'fn', Payload: 'no json' }))).rejects.toMatchObject({
      name: 'InvalidRequestContentException',
    });
  });
});
