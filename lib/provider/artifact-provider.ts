import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { AssetHashType, Duration, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct, Dependable, type IDependable } from 'constructs';
import { METRIC_NAMESPACE, MetricName, STACK_DIMENSION } from '../../contract/cloudformation';
import { dependableOn, dependencyOn } from '../core/dependencies';
import { invalid } from '../core/validation';
import { type ArtifactProviderProps, differences, validateConfiguration } from './artifact-provider-props';
import { Lanes } from './lanes';
import { looksOf } from './looks';
import { type Permission, Permissions, anyStateMachine } from './permissions';
import { ProviderPrincipal } from './provider-principal';
import { RolePolicies } from './role-policies';
import { runtimePermissions } from './runtime-permissions';
import { warnOfLimits } from './template-limits';

/** What distinguishes the provider of one service family from the others. */
export interface ProviderFamily {
  /** Folder of the handler's bundle. */
  readonly bundle: string;
  readonly description: string;
  /** The permissions that the handler needs in every stack. */
  readonly permissions: readonly Permission[];
}

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
    const stack = Stack.of(scope);
    const existing = stack.node.tryFindChild(id);
    if (!existing) return make(stack);
    if (!(existing instanceof ArtifactProvider)) {
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
  private readonly permissions = new Permissions(this, { inline: 8_000, managed: 7 });
  private readonly machines = new Permissions(this, { inline: 2_000, managed: 2 });
  /** The resources as they looked when they were built with the defaults. */
  private readonly built = new Map<string, string>();
  private configuration?: ArtifactProviderProps;
  private role!: iam.IRole;
  private policies!: RolePolicies;
  private machinesPolicies!: RolePolicies;
  private logGroup!: logs.ILogGroup;
  private readonly logGroups: logs.LogGroup[] = [];
  private function!: lambda.Function;

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
        warnOfLimits(this, this._lanes.properties);
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
   * Applies the removal policy of the configuration to a log group, whenever the configuration is given.
   *
   * @internal
   */
  public _keepLogs(logGroup: logs.LogGroup): void {
    this.logGroups.push(logGroup);
    logGroup.applyRemovalPolicy(logRemovalPolicy(this.configuration ?? {}));
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
    for (const logGroup of this.logGroups) logGroup.applyRemovalPolicy(logRemovalPolicy(props));
    this.allowConfigured(props);
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
        removalPolicy: logRemovalPolicy(props),
      });
    this.role =
      props.role ?? new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    this.policies = new RolePolicies(this, 'Policy', this.role, this.permissions);
    if (!this.machines.isEmpty) this.buildMachinesPolicies();
    const { bundle, description } = this._family();
    // every artifact names this id, so the logical id is as short as the provider's.
    this.function = new lambda.Function(this, 'Resource', {
      description,
      code: handlerCode(bundle),
      handler: 'index.handler',
      runtime: props.runtime ?? lambda.determineLatestNodeRuntime(this),
      architecture: props.architecture ?? lambda.Architecture.ARM_64,
      memorySize: props.memorySize ?? 256,
      timeout: props.timeout ?? Duration.minutes(15),
      role: this.role,
      logGroup: this.logGroup,
      environmentEncryption: props.environmentEncryption,
      vpc: props.vpc,
      vpcSubnets: props.vpcSubnets,
      securityGroups: props.securityGroups,
    });
    // Lambda checks the role's permissions on the VPC when it creates the function.
    this.function.node.addDependency(dependableOn(() => this.policies.all));
  }

  private buildMachinesPolicies(): void {
    this.machinesPolicies = new RolePolicies(this, 'MachinesPolicy', this.role, this.machines);
  }

  private allowConfigured(props: ArtifactProviderProps): void {
    props.environmentEncryption?.grantDecrypt(this);
    if (!props.vpc) return;
    this.permissions.allow({
      actions: [
        'ec2:AssignPrivateIpAddresses',
        'ec2:CreateNetworkInterface',
        'ec2:DeleteNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
        'ec2:UnassignPrivateIpAddresses',
      ],
      resources: ['*'],
      wildcardReason: 'Lambda makes the network interfaces, whose names nobody knows beforehand.',
    });
  }
}

/**
 * The default removal policy of log groups: a failed deployment names a log group, which the rollback must not delete.
 */
const logRemovalPolicy = (props: ArtifactProviderProps) => props.logRemovalPolicy ?? RemovalPolicy.RETAIN;

/** The prebuilt handler of a family, as it ships beside the compiled constructs. */
function handlerCode(bundle: string): lambda.Code {
  const directory = path.join(__dirname, '../../handlers', bundle);
  const content = readFileSync(path.join(directory, 'index.js'));
  // only the content: file times and modes differ between machines and would change every template.
  const assetHash = createHash('sha256').update(content).digest('hex');
  return lambda.Code.fromAsset(directory, { assetHash, assetHashType: AssetHashType.CUSTOM });
}
