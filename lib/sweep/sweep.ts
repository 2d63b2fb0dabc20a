import { Lazy, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct, type IConstruct } from 'constructs';
import { METRIC_NAMESPACE } from '../../contract/cloudformation';
import { SWEEP_METRIC_DIMENSION, type SweepConfig, SweepMetric } from '../../contract/sweep';
import { type SweepData, type SweepProperties, SweepShape } from '../../contract/sweep-execution';
import { listOf, memberOf, record, requireKinds } from '../core/arguments';
import { invalid } from '../core/validation';
import { type ArtifactProvider } from '../provider/artifact-provider';
import { ArtifactResource } from '../provider/artifact-resource';
import { type RecommendedSweepAlarmsProps, sweepAlarms } from './sweep-alarms';
import { SweepMachines } from './sweep-machines';
import { OnIncomplete, type SweepOptions, type SweepRules, requireRules, sweepName } from './sweep-rules';
import { type SweepTrigger, isTriggered, namesOf, validateTriggers } from './sweep-trigger';

/** A sweep of any kind. */
export interface ISweep extends IConstruct {
  /** Runs the sweep if you start it with the input `{}` and no other run is under way. */
  readonly stateMachine: sfn.IStateMachine;

  /**
   * How many versions, executions or jobs were removed.
   *
   * @default - sum over five minutes
   */
  metricRemoved(props?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many versions, executions or jobs a run kept.
   *
   * @default - sum over five minutes
   */
  metricKept(props?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many removals failed. A run with a failed removal ends as failed.
   *
   * @default - sum over five minutes
   */
  metricFailed(props?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many calls the service throttled. The sweep repeated them.
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
   * How many runs ended, well or not. Runs that were skipped, since another one was at work, are none.
   *
   * @default - number over five minutes
   */
  metricRuns(props?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Defines the alarms that a sweep should have: a run failed, a rule could not start one, and no run ended for some
   * days. Once for each sweep.
   *
   * @returns the alarms, for further actions
   */
  recommendedAlarms(props?: RecommendedSweepAlarmsProps): cloudwatch.Alarm[];

  /**
   * Defines an EventBridge rule for runs of the state machine that failed: removals failed, the run was refused, or it
   * was aborted. CloudFormation reports what fails inside a deployment or deletion instead.
   *
   * @param id the rule's construct id
   * @param options the rule, with the target that gets the event
   */
  onFailure(id: string, options?: events.OnEventOptions): events.Rule;
}

const KINDS = {
  rules: record('SweepRules', 'some such as { keepLatest: 5 }'),
  triggers: listOf('a list of SweepTrigger', 'one such as [SweepTrigger.onDestroy()]', '_name'),
  onIncomplete: memberOf('OnIncomplete', OnIncomplete),
};

/** What each kind of sweep declares. */
export interface SweepDeclaration {
  readonly provider: ArtifactProvider;
  readonly config: SweepConfig & { readonly type: string };
  /** The versions that the stack declares, if a deployment that changes them must sweep. A lazy list. */
  readonly declaredVersions?: string[];
  /** Makes CloudFormation run the sweep after the resources that the sweep must find. */
  readonly order?: (resource: ArtifactResource) => void;
}

/**
 * The base of all kinds of sweeps.
 *
 * @internal
 */
export abstract class SweepBase extends Construct implements ISweep {
  public readonly stateMachine: sfn.IStateMachine;

  private readonly resource?: ArtifactResource;
  private readonly triggers: readonly SweepTrigger[];
  private readonly machines: SweepMachines;
  private readonly rules: events.Rule[] = [];
  private readonly alarms: cloudwatch.Alarm[] = [];

  constructor(
    scope: Construct,
    id: string,
    props: SweepOptions & { readonly triggers: readonly SweepTrigger[]; readonly rules?: SweepRules },
    declare: (sweep: Construct) => SweepDeclaration,
  ) {
    super(scope, id);
    requireKinds(this, props, KINDS);
    requireRules(this, props.rules);
    this.triggers = props.triggers;
    validateTriggers(this, props.triggers, props);
    const declaration = declare(this);
    this.machines = SweepMachines.of(declaration.provider);
    this.stateMachine = this.machines.define(this, declaration.config);
    const allowed = declaration.provider._allowMachine(this.stateMachine.stateMachineArn);
    this.startByRules();
    this.resource = this.runByCloudFormation(declaration, props);
    this.resource?.node.addDependency(allowed);
  }

  /**
   * How many removals the deployment has made: a decimal number, "0" where it has not swept. Only with
   * `SweepTrigger.duringDeployment()`.
   */
  public get removedCount(): string {
    return this.count('RemovedCount', 'removedCount');
  }

  /**
   * How many versions or executions the deployment has kept: a decimal number, "0" where it has not swept. Only with
   * `SweepTrigger.duringDeployment()`.
   */
  public get keptCount(): string {
    return this.count('KeptCount', 'keptCount');
  }

  /**
   * How many removals are left after the deployment's hour: a decimal number, "0" where it has not swept. Only with
   * `SweepTrigger.duringDeployment()`.
   */
  public get remainingCount(): string {
    return this.count('RemainingCount', 'remainingCount');
  }

  public metricRemoved(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(SweepMetric.REMOVED, props);
  }

  public metricKept(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(SweepMetric.KEPT, props);
  }

  public metricFailed(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(SweepMetric.FAILED, props);
  }

  public metricThrottled(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(SweepMetric.THROTTLED, props);
  }

  public metricRefused(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric(SweepMetric.REFUSED, props);
  }

  public metricRuns(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    // each run that ends counts what it kept, if only that this was nothing.
    return this.metric(SweepMetric.KEPT, { statistic: cloudwatch.Stats.SAMPLE_COUNT, ...props });
  }

  public recommendedAlarms(props: RecommendedSweepAlarmsProps = {}): cloudwatch.Alarm[] {
    if (this.alarms.length > 0) {
      throw invalid(this, 'the alarms of a sweep are defined once: add actions to those that the first call returned');
    }
    const { stateMachine, rules } = this;
    const isDaily = this.triggers.some(({ _rule }) => _rule?.isDaily);
    this.alarms.push(...sweepAlarms(this, { stateMachine, runs: this.metricRuns(), rules, isDaily }, props));
    return [...this.alarms];
  }

  /**
   * The alarms that were asked for.
   *
   * @internal
   */
  public get _alarms(): readonly cloudwatch.Alarm[] {
    return this.alarms;
  }

  /**
   * The name of the log group that the state machines of the provider write to.
   *
   * @internal
   */
  public get _logGroupName(): string {
    return this.machines.logGroupName;
  }

  public onFailure(id: string, options: events.OnEventOptions = {}): events.Rule {
    const rule = new events.Rule(options.crossStackScope ?? this, id, options);
    rule.addTarget(options.target);
    rule.addEventPattern({
      source: ['aws.states'],
      detailType: ['Step Functions Execution Status Change'],
      detail: { stateMachineArn: [this.stateMachine.stateMachineArn], status: ['FAILED', 'TIMED_OUT', 'ABORTED'] },
    });
    return rule;
  }

  private metric(metricName: string, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: METRIC_NAMESPACE,
      metricName,
      dimensionsMap: { [SWEEP_METRIC_DIMENSION]: sweepName(this) },
      statistic: cloudwatch.Stats.SUM,
      ...props,
    }).attachTo(this);
  }

  private count(attribute: keyof SweepData, property: string): string {
    const { resource } = this;
    if (resource && isTriggered(this.triggers, 'DURING_DEPLOYMENT')) return resource.getAtt(attribute).toString();
    // refused on use: a getter that throws breaks everything that inspects the whole object.
    return Lazy.string({
      produce: () => {
        throw invalid(
          this,
          `${property} is only known if the sweep runs in the deployment, got ${namesOf(this.triggers)}: ` +
            'add SweepTrigger.duringDeployment() to triggers',
        );
      },
    });
  }

  private startByRules(): void {
    const ids = new Map<string, number>();
    for (const { _rule: rule } of this.triggers) {
      if (!rule) continue;
      const count = (ids.get(rule.id) ?? 0) + 1;
      ids.set(rule.id, count);
      const id = count === 1 ? rule.id : `${rule.id}${count}`;
      this.rules.push(this.machines.startBy(rule, id, this, this.stateMachine));
    }
  }

  private runByCloudFormation(declaration: SweepDeclaration, props: SweepOptions): ArtifactResource | undefined {
    const triggers = this.triggers.flatMap(({ _synchronous }) => _synchronous ?? []);
    if (triggers.length === 0) return undefined;
    const { provider, config, declaredVersions, order } = declaration;
    const properties: SweepProperties = {
      Config: Stack.of(this).toJsonString(config),
      StateMachineArn: this.stateMachine.stateMachineArn,
      Triggers: triggers,
      OnIncomplete: props.onIncomplete === OnIncomplete.WARN ? 'WARN' : undefined,
      DeclaredVersions: isTriggered(this.triggers, 'DURING_DEPLOYMENT') ? declaredVersions : undefined,
      Salt: props.salt,
    };
    const resource = new ArtifactResource(this, {
      provider,
      type: config.type,
      shape: SweepShape,
      properties,
      standsAlone: true,
    });
    order?.(resource);
    return resource;
  }
}
