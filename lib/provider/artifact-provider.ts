import { Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct, Dependable, type IDependable } from 'constructs';
import { METRIC_NAMESPACE, MetricName, STACK_DIMENSION } from '../../contract/cloudformation';
import { type RecommendedAlarmsProps, onAny } from '../core/alarms';
import { CONSTRUCT, requireArgument } from '../core/arguments';
import { dependableOn, dependencyOn } from '../core/dependencies';
import { invalid } from '../core/validation';
import { type ArtifactProviderProps, differences, validateConfiguration } from './artifact-provider-props';
import { letLogsUse } from './key-policy';
import { Lanes } from './lanes';
import { looksOf } from './looks';
import { type Permission, Permissions, anyStateMachine } from './permissions';
import { type ProviderFamily, providerFunction, settingsPermissions } from './provider-function';
import { ProviderPrincipal } from './provider-principal';
import { RolePolicies } from './role-policies';
import { runtimePermissions } from './runtime-permissions';
import { shareOf, shareRole } from './shared-role';
import { warnOfLimits } from './template-limits';

/**
 * The one Lambda function that manages all artifacts of a service family in a stack, with its role, policies and log
 * group. The first artifact creates it; `of(stack, { ... })` of its family configures it, before or after that.
 *
 * Grants to the provider (`key.grantDecrypt(provider)`) are added to its own policies.
 *
 * @example
 * import { Key } from 'aws-cdk-lib/aws-kms';
 * import { IotArtifactProvider } from 'cdk-versioned-artifacts';
 *
 * declare const key: Key;
 * key.grantDecrypt(IotArtifactProvider.of(this));
 */
export abstract class ArtifactProvider extends Construct implements iam.IGrantable {
  /**
   * The provider with an id in a scope's stack. If props are given, they configure it.
   *
   * @internal
   */
  protected static _of<T extends ArtifactProvider>(
    scope: Construct,
    id: string,
    props: ArtifactProviderProps | undefined,
    make: (stack: Stack) => T,
  ): T {
    requireArgument('a provider', scope, CONSTRUCT);
    const stack = Stack.of(scope);
    const existing = stack.node.tryFindChild(id);
    if (!existing) return make(stack);
    if (!(existing instanceof ArtifactProvider)) {
      if ('_serviceToken' in existing) {
        throw invalid(
          existing,
          'this stack has constructs of two copies of cdk-versioned-artifacts: install it once (npm ls cdk-versioned-artifacts shows where it is)',
        );
      }
      throw invalid(existing, `${id} is the id of this library's provider in a stack: give this construct another one`);
    }
    if (props) existing.configure(props);
    return existing as T;
  }

  /**
   * The artifacts that CloudFormation makes through this provider.
   *
   * @internal
   */
  public readonly _lanes = new Lanes(this);

  /** The principal that grants to this provider go to. */
  public readonly grantPrincipal: iam.IPrincipal;

  // the inline policies of a role can have 10,240 characters together, and a role can have 10 managed policies.
  private readonly permissions = new Permissions(
    this,
    shareOf({ inline: 8_000, managed: 7 }, this, () => this.role),
  );
  private readonly machines = new Permissions(
    this,
    shareOf({ inline: 2_000, managed: 2 }, this, () => this.role),
  );
  /** The resources as they looked when they were built with the defaults. */
  private readonly built = new Map<string, string>();
  /** What permissions were granted for by `_allowFor`. */
  private readonly subjects = new Set<string>();
  private configuration?: ArtifactProviderProps;
  private role!: iam.IRole;
  private policies!: RolePolicies;
  private machinesPolicies!: RolePolicies;
  private logGroup!: logs.ILogGroup;
  private readonly followers: ((props: ArtifactProviderProps) => void)[] = [];
  private function!: lambda.Function;
  private readonly alarms: cloudwatch.Alarm[] = [];

  /**
   * Makes the provider of a stack.
   *
   * @param stack the stack
   * @param id the construct id. Frozen: the service token of a deployed resource must not change
   * @param props the provider's configuration
   */
  protected constructor(stack: Stack, id: string, props?: ArtifactProviderProps) {
    super(stack, id);
    this.grantPrincipal = new ProviderPrincipal(
      this,
      Lazy.string({ produce: () => this.role.roleArn }),
      this.permissions,
    );
    Dependable.implement(
      this,
      dependencyOn(() => this.policies.all),
    );
    this.node.addValidation({
      validate: () => {
        const [first, ...others] = providersIn(stack);
        // once for a template, of which all providers have a part.
        if (first === this)
          warnOfLimits(
            this,
            [first, ...others].flatMap(({ _lanes }) => _lanes.properties),
          );
        return [];
      },
    });
    const logGroupArn = Lazy.string({ produce: () => this.logGroup.logGroupArn });
    this.permissions.allow(...runtimePermissions(stack, logGroupArn), ...this._family().permissions);
    if (props) this.configure(props);
    else {
      this.build({});
      for (const child of this.node.children) this.built.set(child.node.id, looksOf(child));
    }
  }

  /**
   * How often the provider left something alone that the template wanted changed or removed, such as a version that
   * somebody else owns. In the clean-up after an update, only the stack's events and its status reason show it.
   *
   * @default - sum over five minutes
   */
  public metricRefused(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: METRIC_NAMESPACE,
      metricName: MetricName.REFUSED,
      dimensionsMap: { [STACK_DIMENSION]: Stack.of(this).stackName },
      statistic: cloudwatch.Stats.SUM,
      ...props,
    }).attachTo(this);
  }

  /**
   * How many invocations of the function failed. Lambda repeats that of a CloudFormation event twice, and the state
   * machine that of a sweep.
   *
   * @default - sum over five minutes
   */
  public metricErrors(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.functionMetric('Errors', { statistic: cloudwatch.Stats.SUM, ...props });
  }

  /**
   * How long invocations of the function took, in milliseconds.
   *
   * @default - average over five minutes
   */
  public metricDuration(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.functionMetric('Duration', { statistic: cloudwatch.Stats.AVERAGE, ...props });
  }

  /**
   * How many invocations of the function Lambda throttled, for want of concurrent executions.
   *
   * @default - sum over five minutes
   */
  public metricThrottles(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.functionMetric('Throttles', { statistic: cloudwatch.Stats.SUM, ...props });
  }

  /**
   * How many events the function never carried out: it failed each time, or Lambda gave up. Of those, CloudFormation
   * hears nothing and waits for an hour.
   *
   * @default - sum over five minutes
   */
  public metricDropped(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.functionMetric('AsyncEventsDropped', { statistic: cloudwatch.Stats.SUM, ...props });
  }

  /**
   * Defines the alarms that a provider should have: something was refused, which in a clean-up nobody else tells of,
   * and an event was dropped. Once for each provider.
   *
   * @returns the alarms, for further actions
   */
  public recommendedAlarms(props: RecommendedAlarmsProps = {}): cloudwatch.Alarm[] {
    const stack = Stack.of(this);
    const id = `${this.node.id}Alarms`;
    if (stack.node.tryFindChild(id)) {
      throw invalid(
        this,
        'the alarms of a provider are defined once: add actions to those that the first call returned',
      );
    }
    // not in here: a configuration that comes later builds anew what is in here.
    const scope = new Construct(stack, id);
    this.alarms.push(
      onAny(scope, 'Refused', props, {
        metrics: [this.metricRefused()],
        description: `${this.node.path} left something alone that its stack wanted changed or removed: see its log`,
      }),
      onAny(scope, 'Dropped', props, {
        metrics: [this.metricDropped()],
        description: `${this.node.path} has not carried an event of CloudFormation out, which waits for an hour`,
      }),
    );
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

  private functionMetric(metricName: string, props: cloudwatch.MetricOptions): cloudwatch.Metric {
    // known last: a configuration makes another function.
    const FunctionName = Lazy.string({ produce: () => this.function.functionName });
    return new cloudwatch.Metric({
      namespace: 'AWS/Lambda',
      metricName,
      dimensionsMap: { FunctionName },
      ...props,
    }).attachTo(this);
  }

  /**
   * The service token of the custom resources, as it is now: a configuration replaces the function.
   *
   * @internal
   */
  public get _serviceToken(): string {
    return this.function.functionArn;
  }

  /**
   * What distinguishes this provider from those of other families.
   *
   * @internal
   */
  protected abstract _family(): ProviderFamily;

  /**
   * Grants permissions to the handlers.
   *
   * @internal
   */
  public _allow(...permissions: Permission[]): void {
    this.permissions.allow(...permissions);
  }

  /**
   * Grants permissions that many artifacts need, and makes them only for the first of those.
   *
   * @param subject what the permissions are for
   * @internal
   */
  public _allowFor(subject: string, permissions: () => Permission[]): void {
    if (this.subjects.has(subject)) return;
    this.subjects.add(subject);
    this._allow(...permissions());
  }

  /**
   * Lets the handlers run a sweep's state machine, by a policy that the function does not depend on: the machine
   * depends on the function. Returns that policy.
   *
   * @internal
   */
  public _allowMachine(stateMachineArn: string): IDependable {
    const isFirst = this.machines.isEmpty;
    this.machines.allow({
      actions: ['states:ListExecutions', 'states:StartExecution'],
      resources: [stateMachineArn],
      collapsedResource: anyStateMachine(Stack.of(this)),
    });
    if (isFirst) {
      this.buildMachinesPolicies();
      for (const policy of this.machinesPolicies.all) this.built.set(policy.node.id, looksOf(policy));
    }
    return dependableOn(() => this.machinesPolicies.all);
  }

  /**
   * How long the provider's own log groups keep their records.
   *
   * @internal
   */
  public get _logRetention(): logs.RetentionDays {
    return this.configuration?.logRetention ?? logs.RetentionDays.THREE_MONTHS;
  }

  /**
   * The name of the log group that the function writes to, as it is now.
   *
   * @internal
   */
  public get _logGroupName(): string {
    return this.logGroup.logGroupName;
  }

  /**
   * The queue of what rules could not deliver, as it is now.
   *
   * @internal
   */
  public get _deadLetterQueue(): sqs.IQueue | undefined {
    return this.configuration?.deadLetterQueue;
  }

  /**
   * Has something beside the provider be as the configuration says, whenever that is given.
   *
   * @internal
   */
  public _follow(apply: (props: ArtifactProviderProps) => void): void {
    this.followers.push(apply);
    if (this.configuration) apply(this.configuration);
  }

  private configure(props: ArtifactProviderProps): void {
    if (this.configuration) {
      const different = differences(this.configuration, props);
      if (different.length === 0) return;
      throw invalid(
        this,
        `the provider of a stack is configured once, got a second configuration with a different ${different.join(', ')}: keep one of the two`,
      );
    }
    validateConfiguration(this, props);
    this.refuseUndoing();
    this.configuration = props;
    // built with the defaults, because an artifact came first; all references to these resources are lazy.
    for (const child of this.node.children) this.node.tryRemoveChild(child.node.id);
    this.build(props);
    for (const apply of this.followers) apply(props);
    props.environmentEncryption?.grantDecrypt(this);
    if (props.encryptionKey) letLogsUse(props.encryptionKey, Stack.of(this));
    this.permissions.allow(...settingsPermissions(props));
  }

  /** Throws if the resources were changed from outside: a configuration builds them again, without those changes. */
  private refuseUndoing(): void {
    if (this.built.size === 0) return;
    const changed = this.node.children.filter(child => this.built.get(child.node.id) !== looksOf(child));
    if (changed.length === 0) return;
    throw invalid(
      this,
      `a provider must be configured before its resources are changed, got a configuration after changes of ` +
        `${changed.map(({ node }) => node.id).join(', ')}, which it would undo: call ${this.constructor.name}.of(stack, ` +
        '{ ... }) before them',
    );
  }

  private build(props: ArtifactProviderProps): void {
    this.logGroup =
      props.logGroup ??
      new logs.LogGroup(this, 'LogGroup', {
        retention: this._logRetention,
        // a failed deployment names it, so that its rollback must not take it.
        removalPolicy: props.logRemovalPolicy ?? RemovalPolicy.RETAIN,
        encryptionKey: props.encryptionKey,
      });
    this.role =
      props.role ?? new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    shareRole(this.role, this);
    this.policies = new RolePolicies(this, 'Policy', this.role, this.permissions);
    if (!this.machines.isEmpty) this.buildMachinesPolicies();
    this.function = providerFunction(this, this._family(), props, { role: this.role, logGroup: this.logGroup });
    // Lambda checks the role's permissions on the VPC when it creates the function.
    this.function.node.addDependency(dependableOn(() => this.policies.all));
  }

  private buildMachinesPolicies(): void {
    this.machinesPolicies = new RolePolicies(this, 'MachinesPolicy', this.role, this.machines);
  }
}

const providersIn = (stack: Stack): ArtifactProvider[] =>
  stack.node.children.filter(child => child instanceof ArtifactProvider);
