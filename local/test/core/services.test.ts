import { DeleteParameterCommand, GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { LocalAws } from 'cdk-versioned-artifacts-local';
import { SteppingClock } from '../../../testing/clock';
import { client } from './fixtures';

let aws: LocalAws;
let clock: SteppingClock;
beforeEach(async () => {
  clock = new SteppingClock();
  aws = await LocalAws.start({ clock });
});
afterEach(() => aws.stop());

describe('the parameter store', () => {
  let ssm: SSMClient;
  beforeEach(() => (ssm = new SSMClient(client(aws))));
  afterEach(() => ssm.destroy());
  const put = (Value: string, more: { Overwrite?: boolean } = {}) =>
    ssm.send(new PutParameterCommand({ Name: '/a/b', Value, Type: 'String', ...more }));

  test('keeps parameters with a version that counts', async () => {
    await put('one');
    expect((await put('two', { Overwrite: true })).Version).toBe(2);
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: '/a/b' }));
    expect(Parameter).toMatchObject({
      Value: 'two',
      Version: 2,
      ARN: 'arn:aws:ssm:us-east-1:111111111111:parameter/a/b',
      LastModifiedDate: new Date(clock.now()),
    });
    await ssm.send(new DeleteParameterCommand({ Name: '/a/b' }));
    await expect(ssm.send(new GetParameterCommand({ Name: '/a/b' }))).rejects.toMatchObject({
      name: 'ParameterNotFound',
    });
  });

  test('overwrites only what it is told to', async () => {
    await put('one');
    await expect(put('two')).rejects.toMatchObject({ name: 'ParameterAlreadyExists' });
  });

  test('knows the version of the CDK bootstrap stack', async () => {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: '/cdk-bootstrap/hnb659fds/version' }));
    expect(Number(Parameter?.Value)).toBeGreaterThanOrEqual(21);
  });
});

describe('CloudWatch Logs', () => {
  const logs = (operation: string, input: object) => aws.call('logs', operation, { logGroupName: 'g', ...input });
  const write = (...messages: string[]) =>
    logs('PutLogEvents', {
      logStreamName: 's',
      logEvents: messages.map((message, i) => ({ message, timestamp: clock.now() + i })),
    });

  beforeEach(async () => {
    await logs('CreateLogGroup', {});
    await logs('CreateLogStream', { logStreamName: 's' });
  });

  test('finds events by time and by all of the terms, in pages', async () => {
    await write('ERROR one', 'INFO two', 'ERROR three');
    const found = async (input: object) =>
      (await logs('FilterLogEvents', input)).events.map(({ message }: { message: string }) => message);
    expect(await found({ startTime: clock.now() + 1 })).toEqual(['INFO two', 'ERROR three']);
    expect(await found({ filterPattern: 'ERROR' })).toEqual(['ERROR one', 'ERROR three']);
    expect(await found({ filterPattern: '"ERROR three"' })).toEqual(['ERROR three']);
    const { events, nextToken } = await logs('FilterLogEvents', { limit: 2 });
    expect(events).toHaveLength(2);
    expect(await found({ limit: 2, nextToken })).toEqual(['ERROR three']);
  });

  test('keeps the retention of a group', async () => {
    await logs('PutRetentionPolicy', { retentionInDays: 7 });
    const { logGroups } = await aws.call('logs', 'DescribeLogGroups', { logGroupNamePrefix: 'g' });
    expect(logGroups).toMatchObject([{ retentionInDays: 7, arn: 'arn:aws:logs:us-east-1:111111111111:log-group:g:*' }]);
    await logs('DeleteRetentionPolicy', {});
    expect(aws.logs.groups.get('g')).not.toHaveProperty('retentionInDays');
  });

  test.each([
    ['a group twice', 'CreateLogGroup', {}, 'ResourceAlreadyExistsException'],
    ['a stream twice', 'CreateLogStream', { logStreamName: 's' }, 'ResourceAlreadyExistsException'],
    ['a group that is not there', 'DeleteLogGroup', { logGroupName: 'x' }, 'ResourceNotFoundException'],
    ['a stream that is not there', 'PutLogEvents', { logStreamName: 'x' }, 'ResourceNotFoundException'],
    ['a retention of ten days', 'PutRetentionPolicy', { retentionInDays: 10 }, 'InvalidParameterException'],
    ['a name with spaces', 'CreateLogGroup', { logGroupName: 'a b' }, 'InvalidParameterException'],
  ])('refuses %s', async (_what, operation, input, code) => {
    await expect(logs(operation, input)).rejects.toMatchObject({ code, status: 400 });
  });
});

describe('CloudWatch', () => {
  const put = (Name: string, Value: string) =>
    aws.call('monitoring', 'PutMetricAlarm', { AlarmName: 'a', Dimensions: [{ Name, Value }] });

  test('takes dimensions of ASCII alone', async () => {
    await put('Sweep', 'Stack/Keep releases');
    expect(aws.cloudWatch.alarms.get('a').Dimensions).toEqual([{ Name: 'Sweep', Value: 'Stack/Keep releases' }]);
  });

  test.each([
    ['Sweep', 'Aufräumen'],
    ['Paket', '订单'],
    ['Sweep', ' '],
    ['Sweep', 'x'.repeat(1025)],
    ['Größe', 'x'],
    [':name', 'x'],
    ['x'.repeat(256), 'x'],
  ])('refuses the dimension %s=%s', async (name, value) => {
    await expect(put(name, value)).rejects.toMatchObject({ code: 'InvalidParameterValue', status: 400 });
    expect(aws.cloudWatch.alarms.size).toBe(0);
  });

  test('refuses them in the metrics that an alarm computes with', async () => {
    const Metric = { MetricName: 'm', Namespace: 'n', Dimensions: [{ Name: 'Sweep', Value: 'Aufräumen' }] };
    const Metrics = [{ Id: 'm', MetricStat: { Metric, Period: 60, Stat: 'Sum' } }];
    await expect(aws.call('monitoring', 'PutMetricAlarm', { AlarmName: 'a', Metrics })).rejects.toThrow('ASCII');
  });

  test.each([
    [86_400, 7, true],
    [86_400, 8, false],
    [300, 288, true],
    [300, 289, false],
  ])('an alarm looks at periods of %s seconds, %s of them: %s', async (Period, EvaluationPeriods, isTaken) => {
    const alarm = { AlarmName: 'a', Period, EvaluationPeriods };
    const putting = aws.call('monitoring', 'PutMetricAlarm', alarm).then(
      () => 'taken',
      ({ code }) => code,
    );
    expect(await putting).toBe(isTaken ? 'taken' : 'ValidationError');
  });

  test('keeps dashboards until they are deleted', async () => {
    const body = JSON.stringify({ widgets: [] });
    await aws.call('monitoring', 'PutDashboard', { DashboardName: 'd', DashboardBody: body });
    expect(aws.cloudWatch.dashboards.get('d')).toBe(body);

    await aws.call('monitoring', 'DeleteDashboards', { DashboardNames: ['d'] });
    expect(aws.cloudWatch.dashboards.size).toBe(0);
  });

  test.each([
    ['a name with a blank', 'my board', '{"widgets":[]}'],
    ['a body that is no JSON', 'd', 'widgets'],
    ['a body without widgets', 'd', '{}'],
    ['more than 500 widgets', 'd', JSON.stringify({ widgets: Array.from({ length: 501 }, () => ({})) })],
  ])('refuses a dashboard with %s', async (_what, DashboardName, DashboardBody) => {
    await expect(aws.call('monitoring', 'PutDashboard', { DashboardName, DashboardBody })).rejects.toMatchObject({
      status: 400,
    });
  });
});

describe('Secrets Manager', () => {
  const secrets = (operation: string, input: object = {}) =>
    aws.call('secretsmanager', operation, { SecretId: 's', ...input });
  const value = async (input: object = {}) => (await secrets('GetSecretValue', input)).SecretString;

  beforeEach(() => aws.call('secretsmanager', 'CreateSecret', { Name: 's', SecretString: 'one' }));

  test('finds a secret by name, ARN and ARN without suffix', async () => {
    const { ARN } = await secrets('DescribeSecret');
    expect(ARN).toMatch(/^arn:aws:secretsmanager:us-east-1:111111111111:secret:s-\w{6}$/);
    expect(await value({ SecretId: ARN })).toBe('one');
    expect(await value({ SecretId: ARN.slice(0, -7) })).toBe('one');
  });

  test('keeps the previous value beside the current one', async () => {
    await expect(value({ VersionStage: 'AWSPREVIOUS' })).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    await secrets('PutSecretValue', { SecretString: 'two' });
    expect([await value(), await value({ VersionStage: 'AWSPREVIOUS' })]).toEqual(['two', 'one']);
    await expect(value({ VersionStage: 'OTHER' })).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });

  test('gives no value of a secret that waits for its deletion, until it is restored', async () => {
    const { DeletionDate } = await secrets('DeleteSecret', { RecoveryWindowInDays: 7 });
    expect(DeletionDate.getTime() - clock.now()).toBe(7 * 24 * 3600 * 1000);
    await expect(value()).rejects.toMatchObject({ code: 'InvalidRequestException' });
    await secrets('RestoreSecret');
    expect(await value()).toBe('one');
  });

  test('forgets a secret at once where it is told to', async () => {
    await secrets('DeleteSecret', { ForceDeleteWithoutRecovery: true });
    await expect(value()).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });

  test('does not make a secret twice', async () => {
    await expect(secrets('CreateSecret', { Name: 's' })).rejects.toMatchObject({ code: 'ResourceExistsException' });
  });
});
