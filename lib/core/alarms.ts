import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { type Construct } from 'constructs';

/** Configuration of recommended alarms. */
export interface RecommendedAlarmsProps {
  /**
   * What the alarms do when they go off, such as `new SnsAction(topic)` of `aws-cdk-lib/aws-cloudwatch-actions`.
   *
   * @default - they show their state, and tell nobody
   */
  readonly action?: cloudwatch.IAlarmAction;
}

/** What an alarm looks at. */
interface Watched {
  readonly metrics: readonly cloudwatch.Metric[];
  readonly description: string;
}

/** Defines an alarm that goes off as soon as one of the metrics has counted anything. */
export function onAny(
  scope: Construct,
  id: string,
  { action }: RecommendedAlarmsProps,
  { metrics, description }: Watched,
): cloudwatch.Alarm {
  const [first, ...others] = metrics;
  const alarm = new cloudwatch.Alarm(scope, id, {
    metric: others.length === 0 ? first : total(metrics),
    alarmDescription: description,
    threshold: 1,
    evaluationPeriods: 1,
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
  });
  return acting(alarm, action);
}

/** Defines an alarm that goes off when a metric has counted nothing for so many days. */
export function onSilence(
  scope: Construct,
  id: string,
  { action, days }: RecommendedAlarmsProps & { readonly days: number },
  { metrics: [metric], description }: Watched,
): cloudwatch.Alarm {
  const alarm = new cloudwatch.Alarm(scope, id, {
    metric: metric.with({ period: Duration.days(1) }),
    alarmDescription: description,
    threshold: 1,
    evaluationPeriods: days,
    comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
    // what does not run counts nothing at all.
    treatMissingData: cloudwatch.TreatMissingData.BREACHING,
  });
  return acting(alarm, action);
}

/** Metrics of services have no value for a time without events: those are filled, or the sum would have none either. */
function total(metrics: readonly cloudwatch.Metric[]): cloudwatch.MathExpression {
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`m${index + 1}`, metric]));
  return new cloudwatch.MathExpression({ expression: 'SUM(FILL(METRICS(), 0))', usingMetrics });
}

function acting(alarm: cloudwatch.Alarm, action?: cloudwatch.IAlarmAction): cloudwatch.Alarm {
  if (action) alarm.addAlarmAction(action);
  return alarm;
}
