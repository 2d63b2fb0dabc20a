import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as events from 'aws-cdk-lib/aws-events';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { type IConstruct } from 'constructs';

/** A sweep of any kind. */
export interface ISweep extends IConstruct {
  /** Runs the sweep: started with the input `{}`, and unless a run is under way. */
  readonly stateMachine: sfn.IStateMachine;

  /**
   * How many things were removed.
   *
   * @default - sum over five minutes
   */
  metricRemoved(props?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many things a run kept.
   *
   * @default - sum over five minutes
   */
  metricKept(props?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many removals failed. A run with one ends as failed.
   *
   * @default - sum over five minutes
   */
  metricFailed(props?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many calls the service throttled. They were repeated.
   *
   * @default - sum over five minutes
   */
  metricThrottled(props?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many runs were refused: the plan exceeded `maxRemovals`, or a protection could not be read.
   *
   * @default - sum over five minutes
   */
  metricRefused(props?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Defines an EventBridge rule for runs of the state machine that failed: removals failed, the run was refused, or it
   * was aborted. What fails inside a deployment or deletion is told to CloudFormation instead.
   *
   * @param id the rule's construct id
   * @param options the rule, with the target that hears of the failure
   */
  onFailure(id: string, options?: events.OnEventOptions): events.Rule;
}
