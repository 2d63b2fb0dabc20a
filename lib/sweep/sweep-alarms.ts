import { type Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as events from 'aws-cdk-lib/aws-events';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { type Construct } from 'constructs';
import { type RecommendedAlarmsProps, onAny, onSilence } from '../core/alarms';
import { invalid } from '../core/validation';

/** Configuration of the recommended alarms of a sweep. */
export interface RecommendedSweepAlarmsProps extends RecommendedAlarmsProps {
  /**
   * After how long without a run an alarm goes off: 1 to 7 days, since CloudWatch looks back no further. A new alarm is
   * off until the first run.
   *
   * @default - 2 days for a sweep that a schedule starts at least once a day; for others there is no such alarm
   */
  readonly noRunFor?: Duration;
}

/** What is known of a sweep that is watched. */
export interface WatchedSweep {
  readonly stateMachine: sfn.IStateMachine;
  readonly runs: cloudwatch.Metric;
  /** The rules that start it. */
  readonly rules: readonly events.Rule[];
  /** Whether one of them does so each day. */
  readonly isDaily: boolean;
}

/** Days that a sweep which should run daily may miss. */
const DAYS = 2;
/** By CloudWatch's own limit for the periods of an alarm together. */
const MAX_DAYS = 7;

/** Defines the alarms of a sweep. */
export function sweepAlarms(
  sweep: Construct,
  { stateMachine, runs, rules, isDaily }: WatchedSweep,
  props: RecommendedSweepAlarmsProps,
): cloudwatch.Alarm[] {
  const days = daysOf(sweep, props.noRunFor) ?? (isDaily ? DAYS : undefined);
  const { path } = sweep.node;
  const failed = onAny(sweep, 'FailedAlarm', props, {
    metrics: [stateMachine.metricFailed(), stateMachine.metricTimedOut(), stateMachine.metricAborted()],
    description: `a run of ${path} failed, was refused or aborted: its execution says why`,
  });
  const undelivered = rules.map(rule =>
    onAny(sweep, `${rule.node.id}DroppedAlarm`, props, {
      metrics: ['FailedInvocations', 'InvocationsSentToDlq', 'InvocationsFailedToBeSentToDlq'].map(name =>
        ruleMetric(rule, name),
      ),
      description: `the rule ${rule.node.path} could not start a run of ${path}`,
    }),
  );
  if (days === undefined) return [failed, ...undelivered];
  const silent = onSilence(
    sweep,
    'NoRunAlarm',
    { ...props, days },
    { metrics: [runs], description: `no run of ${path} ended in ${days} days` },
  );
  return [failed, ...undelivered, silent];
}

function ruleMetric(rule: events.Rule, metricName: string): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: 'AWS/Events',
    metricName,
    dimensionsMap: { RuleName: rule.ruleName },
    statistic: cloudwatch.Stats.SUM,
  });
}

function daysOf(sweep: Construct, noRunFor?: Duration): number | undefined {
  if (noRunFor === undefined) return undefined;
  const days = noRunFor.toDays({ integral: false });
  if (Number.isInteger(days) && days >= 1 && days <= MAX_DAYS) return days;
  const wayOut =
    days > MAX_DAYS
      ? 'leave it out for a sweep that runs more rarely, whose rule has an alarm for what it could not start, or have it run weekly'
      : 'round it';
  throw invalid(
    sweep,
    `noRunFor must be 1 to ${MAX_DAYS} whole days, as far as an alarm of CloudWatch looks back, ` +
      `got ${noRunFor.toHumanString()}: ${wayOut}`,
  );
}
