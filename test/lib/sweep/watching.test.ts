import { Duration, Stack } from 'aws-cdk-lib';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { IotArtifactProvider, JobExecutionCleanup, JobSelection, SweepTrigger } from 'cdk-versioned-artifacts';
import { newStack, only, resources } from '../app';
import { MACHINE, RULE, cleanup, retention } from './stack';
const daily = SweepTrigger.onSchedule(Schedule.rate(Duration.days(1)));

describe('the log group of state machines', () => {
  const logGroup = (stack: Stack) => resources(stack)['IotArtifactsSweepsLogGroupCAA3EFFC'].Properties;

  test('has a name for which no policy of the account grows, and forgets after three months', () => {
    const stack = newStack();
    cleanup(stack);

    expect(logGroup(stack)).toEqual({
      LogGroupName: {
        'Fn::Join': [
          '',
          [
            '/aws/vendedlogs/states/',
            { Ref: 'AWS::StackName' },
            '-IotArtifactsSweeps-',
            // what was left behind does not stand in the way: by an earlier stack, or by sweeps that this one had.
            { 'Fn::GetAtt': ['IotArtifactsSweepsRole0D2266BF', 'RoleId'] },
          ],
        ],
      },
      RetentionInDays: 90,
    });
  });

  test.each([
    [logs.RetentionDays.ONE_YEAR, 365],
    [logs.RetentionDays.INFINITE, undefined],
  ])('keeps its records as long as the provider does: %s days', (logRetention, expected) => {
    const stack = newStack();
    cleanup(stack);
    IotArtifactProvider.of(stack, { logRetention });

    expect(logGroup(stack).RetentionInDays).toBe(expected);
  });
});

describe('watching', () => {
  const dimensionOf = (id: string, depth = 0) => {
    let scope: Construct = newStack();
    for (let i = 0; i < depth; i++) scope = new Construct(scope, `level-${i}-`.padEnd(60, 'x'));
    const sweep = new JobExecutionCleanup(scope, id, { jobs: JobSelection.byThing('thing'), triggers: [] });
    const [{ value }] = sweep.metricRemoved().toMetricConfig().metricStat!.dimensions!;
    // the handlers write their metrics under the name in the configuration.
    expect(JSON.stringify(only(Stack.of(sweep), MACHINE).Properties.DefinitionString)).toContain(
      `\\"name\\":\\"${value}\\"`,
    );
    return value as string;
  };

  test('has a dimension that CloudWatch takes, whatever the path', () => {
    expect(dimensionOf('Cleanup')).toBe('Stack/Cleanup');
    for (const dimension of [dimensionOf('Aufräumen'), dimensionOf('清理'), dimensionOf('Cleanup', 5)]) {
      expect(dimension).toMatch(/^[\x20-\x7e]{1,255}$/);
    }
    expect(dimensionOf('清理')).not.toBe(dimensionOf('固件'));
  });

  test.each(['Removed', 'Kept', 'Failed', 'Throttled', 'Refused'] as const)('metric%s counts for the sweep', name => {
    const stack = newStack();
    const metric = retention(stack)[`metric${name}`]({ period: Duration.hours(1) });

    expect(stack.resolve(metric.toMetricConfig().metricStat)).toMatchObject({
      namespace: 'CdkVersionedArtifacts',
      metricName: name,
      dimensions: [{ name: 'Sweep', value: 'Stack/Keep' }],
      statistic: 'Sum',
    });
    expect(metric.period.toSeconds()).toBe(3600);
  });

  test('onFailure hears of runs that failed, timed out or were aborted', () => {
    const stack = newStack();
    const queue = new Queue(stack, 'Queue');
    retention(stack, { triggers: [] }).onFailure('Alarm', {
      target: new SqsQueue(queue),
      description: 'Pruning failed',
    });

    expect(only(stack, RULE).Properties).toMatchObject({
      Description: 'Pruning failed',
      EventPattern: {
        source: ['aws.states'],
        'detail-type': ['Step Functions Execution Status Change'],
        detail: {
          stateMachineArn: [{ Ref: 'KeepStateMachine67CA3E81' }],
          status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
        },
      },
      Targets: [{ Arn: stack.resolve(queue.queueArn) }],
    });
  });

  test.each(['removedCount', 'keptCount', 'remainingCount'] as const)('%s is an attribute of a deployment', count => {
    const stack = newStack();
    const sweep = cleanup(stack, { triggers: [SweepTrigger.duringDeployment()] });
    const attribute = count[0].toUpperCase() + count.slice(1);

    expect(stack.resolve(sweep[count])).toEqual({ 'Fn::GetAtt': ['CleanupD4E4842E', attribute] });
  });

  test.each([
    [[SweepTrigger.onDestroy()], 'onDestroy()'],
    [[SweepTrigger.afterDeployment(), daily], 'afterDeployment(), onSchedule(rate(1 day))'],
    [[], 'no triggers'],
  ])('counts are refused where no deployment sweeps', (triggers, got) => {
    const stack = newStack();
    const { removedCount } = cleanup(stack, { triggers });

    // used, not read: whatever looks at a construct as a whole must be able to.
    expect(() => stack.resolve(removedCount)).toThrow(
      `removedCount is only known if the sweep runs in the deployment, got ${got}: ` +
        'add SweepTrigger.duringDeployment() to triggers (in Stack/Cleanup)',
    );
  });
});
