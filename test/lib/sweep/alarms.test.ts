import { Duration, NestedStack, type Stack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { IotArtifactProvider, SweepTrigger } from 'cdk-versioned-artifacts';
import { newStack, resources } from '../app';
import { cleanup, retention } from './stack';

const ALARM = 'AWS::CloudWatch::Alarm';
const onSchedule = (schedule: Schedule) => [SweepTrigger.onSchedule(schedule)];
const daily = onSchedule(Schedule.rate(Duration.days(1)));

/** The properties of the stack's alarms by the end of their logical ids. */
const alarm = (stack: Stack, name: string) =>
  Object.entries(resources(stack, ALARM)).find(([id]) => id.includes(name))?.[1].Properties;

test('metricRuns counts the runs that ended', () => {
  const stack = newStack();
  const metric = retention(stack).metricRuns();

  expect(stack.resolve(metric.toMetricConfig().metricStat)).toMatchObject({
    namespace: 'CdkVersionedArtifacts',
    metricName: 'Kept',
    statistic: 'SampleCount',
  });
});

describe('the recommended alarms of a sweep', () => {
  test('hear of runs that failed, timed out or were aborted', () => {
    const stack = newStack();
    const action = new SnsAction(new Topic(stack, 'Operators'));
    const sweep = retention(stack, { triggers: [] });
    const { stateMachine } = sweep;
    const alarms = sweep.recommendedAlarms({ action });

    expect(alarms).toHaveLength(1);
    const { Metrics, ...failed } = alarm(stack, 'FailedAlarm')!;
    expect(failed).toMatchObject({
      AlarmActions: [{ Ref: 'Operators93109ECD' }],
      AlarmDescription: 'a run of Stack/Keep failed, was refused or aborted: its execution says why',
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
      TreatMissingData: 'notBreaching',
    });
    expect(Metrics[0]).toMatchObject({ Expression: 'SUM(FILL(METRICS(), 0))' });
    expect(Metrics.slice(1)).toEqual(
      ['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted'].map(MetricName =>
        expect.objectContaining({
          MetricStat: expect.objectContaining({
            Stat: 'Sum',
            Metric: {
              Namespace: 'AWS/States',
              MetricName,
              Dimensions: [{ Name: 'StateMachineArn', Value: stack.resolve(stateMachine.stateMachineArn) }],
            },
          }),
          ReturnData: false,
        }),
      ),
    );
  });

  test('hear of what each rule could not deliver, also where it went to a queue', () => {
    const stack = newStack();
    retention(stack, { triggers: [SweepTrigger.afterDeployment(), ...daily] }).recommendedAlarms();

    for (const rule of ['AfterDeployment', 'Schedule']) {
      const [, ...metrics] = alarm(stack, `${rule}DroppedAlarm`)!.Metrics;
      expect(
        metrics.map(({ MetricStat: { Metric } }: { MetricStat: { Metric: Record<string, never> } }) => Metric),
      ).toEqual(
        ['FailedInvocations', 'InvocationsSentToDlq', 'InvocationsFailedToBeSentToDlq'].map(MetricName => ({
          Namespace: 'AWS/Events',
          MetricName,
          Dimensions: [{ Name: 'RuleName', Value: { Ref: expect.stringMatching(`^Keep${rule}`) } }],
        })),
      );
    }
  });

  test('hear of days without a run: what does not run sends nothing', () => {
    const stack = newStack();
    retention(stack, { triggers: daily }).recommendedAlarms({ noRunFor: Duration.days(3) });

    expect(alarm(stack, 'NoRunAlarm')).toMatchObject({
      AlarmDescription: 'no run of Stack/Keep ended in 3 days',
      Namespace: 'CdkVersionedArtifacts',
      MetricName: 'Kept',
      Dimensions: [{ Name: 'Sweep', Value: 'Stack/Keep' }],
      Statistic: 'SampleCount',
      Period: 86_400,
      EvaluationPeriods: 3,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
  });

  test.each<[string, SweepTrigger[], number | undefined]>([
    ['each day', daily, 2],
    ['each hour', onSchedule(Schedule.rate(Duration.hours(1))), 2],
    ['each minute', onSchedule(Schedule.expression('rate(1 minute)')), 2],
    ['each night', onSchedule(Schedule.cron({ hour: '3', minute: '0' })), 2],
    ['each two days', onSchedule(Schedule.rate(Duration.days(2))), undefined],
    ['each 25 hours', onSchedule(Schedule.rate(Duration.hours(25))), undefined],
    ['each Monday', onSchedule(Schedule.cron({ hour: '3', minute: '0', weekDay: 'MON' })), undefined],
    ['each first of a month', onSchedule(Schedule.cron({ hour: '3', minute: '0', day: '1' })), undefined],
    ['in one year', onSchedule(Schedule.cron({ hour: '3', minute: '0', year: '2031' })), undefined],
    ['after deployments', [SweepTrigger.afterDeployment()], undefined],
    ['never by itself', [], undefined],
  ])('hear of two days without a run of a sweep that runs %s: %#', (_when, triggers, days) => {
    const stack = newStack();
    retention(stack, { triggers }).recommendedAlarms();

    expect(alarm(stack, 'NoRunAlarm')?.EvaluationPeriods).toBe(days);
  });

  test.each([
    [Duration.days(8), 'got 8 days: leave it out for a sweep that runs more rarely'],
    [Duration.hours(36), 'got 1 day 12 hours: round it'],
    [Duration.hours(1), 'got 1 hour: round it'],
  ])('are refused where CloudWatch does not look back that far, or not so exactly', (noRunFor, message) => {
    const sweep = retention(newStack(), { triggers: daily });

    expect(() => sweep.recommendedAlarms({ noRunFor })).toThrow(`noRunFor must be 1 to 7 whole days`);
    expect(() => sweep.recommendedAlarms({ noRunFor })).toThrow(message);
  });

  test('are there once', () => {
    const sweep = cleanup(newStack());
    sweep.recommendedAlarms();

    expect(() => sweep.recommendedAlarms()).toThrow(
      'the alarms of a sweep are defined once: add actions to those that the first call returned (in Stack/Cleanup)',
    );
  });
});

describe('the recommended alarms of a provider', () => {
  test('hear of what it refused, and of events that were dropped, also if it is configured later', () => {
    const stack = newStack();
    retention(stack);
    const action = new SnsAction(new Topic(stack, 'Operators'));
    const provider = IotArtifactProvider.of(stack);

    expect(provider.recommendedAlarms({ action })).toHaveLength(2);
    IotArtifactProvider.of(stack, { memorySize: 512 });

    const AlarmActions = [{ Ref: 'Operators93109ECD' }];
    expect(alarm(stack, 'Refused')).toMatchObject({
      AlarmActions,
      Namespace: 'CdkVersionedArtifacts',
      MetricName: 'Refused',
      Dimensions: [{ Name: 'StackName', Value: 'Stack' }],
      Threshold: 1,
    });
    expect(alarm(stack, 'Dropped')).toMatchObject({
      AlarmActions,
      Namespace: 'AWS/Lambda',
      MetricName: 'AsyncEventsDropped',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: 'IotArtifactsC07F5AB4' } }],
      TreatMissingData: 'notBreaching',
    });
  });

  test('are there once, in nested stacks, too', () => {
    const provider = IotArtifactProvider.of(new NestedStack(newStack(), 'Nested'));
    provider.recommendedAlarms();

    expect(() => provider.recommendedAlarms()).toThrow('the alarms of a provider are defined once');
  });

  test.each([
    ['metricErrors', 'Errors', 'Sum'],
    ['metricDuration', 'Duration', 'Average'],
    ['metricThrottles', 'Throttles', 'Sum'],
    ['metricDropped', 'AsyncEventsDropped', 'Sum'],
  ] as const)('%s is that of the function', (method, metricName, statistic) => {
    const stack = newStack();
    const metric = IotArtifactProvider.of(stack)[method]({ period: Duration.hours(1) });
    IotArtifactProvider.of(stack, { memorySize: 512 });

    expect(stack.resolve(metric.toMetricConfig().metricStat)).toMatchObject({
      namespace: 'AWS/Lambda',
      metricName,
      statistic,
      dimensions: [{ name: 'FunctionName', value: { Ref: 'IotArtifactsC07F5AB4' } }],
    });
  });
});
