import { Duration, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct, Dependable, type IDependable } from 'constructs';
import { METRIC_NAMESPACE, MetricName, STACK_DIMENSION } from '../../contract/cloudformation';
import { dependableOn, dependencyOn } from '../core/dependencies';
import { invalid } from '../core/validation';
import { GLUE_FAMILY } from '../glue/permissions';
import { IOT_FAMILY } from '../iot/permissions';
import { WECHAT_FAMILY } from '../wechat/permissions';
import { type ArtifactProviderProps } from './artifact-provider-props';
import { differences, validateConfiguration } from './configuration';
import { type ProviderFamily } from './family';
import { handlerCode } from './handler-code';
import { type Permission, Permissions } from './permissions';
import { ProviderPrincipal } from './provider-principal';
import { runtimePermissions } from './runtime-permissions';

/**
 * The one Lambda function that manages all artifacts of a service family in a stack, with its role, policy and log
 * group. It comes into being with the first artifact; `ArtifactProvider.iot(stack, { ... })` configures it, before or
 * after that.
 *
 * Grants to the provider (`key.grantDecrypt(provider)`) end in its one policy.
 */
export class ArtifactProvider extends Construct implements iam.IGrantable {
  /**
   * The provider of AWS IoT artifacts in a scope's stack. There is one in each stack, nested ones included.
   *
   * @param scope a construct in the stack, or the stack
   * @param props the provider's configuration, given once in a stack; leave it out to just get the provider
   */
  public static iot(scope: Construct, props?: ArtifactProviderProps): ArtifactProvider {
    return ArtifactProvider.ofFamily(scope, IOT_FAMILY, props);
  }

  /**
   * The provider of AWS Glue schema versions in a scope's stack. There is one in each stack, nested ones included.
   *
   * @param scope a construct in the stack, or the stack
   * @param props the provider's configuration, given once in a stack; leave it out to just get the provider
   */
  public static glue(scope: Construct, props?: ArtifactProviderProps): ArtifactProvider {
    return ArtifactProvider.ofFamily(scope, GLUE_FAMILY, props);
  }

  /**
   * The provider of WeChat CloudBase service versions in a scope's stack. There is one in each stack, nested ones
   * included.
   *
   * WeChat takes a platform's token only from addresses on the platform's allow-list: give the function a VPC whose
   * private subnets have a NAT with a fixed address.
   *
   * @param scope a construct in the stack, or the stack
   * @param props the provider's configuration, given once in a stack; leave it out to just get the provider
   */
  public static weChat(scope: Construct, props?: ArtifactProviderProps): ArtifactProvider {
    return ArtifactProvider.ofFamily(scope, WECHAT_FAMILY, props);
  }

  private static ofFamily(scope: Construct, family: ProviderFamily, props?: ArtifactProviderProps): ArtifactProvider {
    const stack = Stack.of(scope);
    const existing = stack.node.tryFindChild(family.constructId) as ArtifactProvider | undefined;
    if (!existing) return new ArtifactProvider(stack, family, props);
    if (props) existing.configure(props);
    return existing;
  }

  /** The principal that grants to this provider go to. */
  public readonly grantPrincipal: iam.IPrincipal;

  private readonly permissions = new Permissions(this);
  private readonly machines = new Permissions(this);
  private readonly family: ProviderFamily;
  private configuration?: ArtifactProviderProps;
  private role!: iam.IRole;
  private policy!: iam.Policy;
  private machinesPolicy!: iam.Policy;
  private logGroup!: logs.ILogGroup;
  private function!: lambda.Function;

  private constructor(stack: Stack, family: ProviderFamily, props?: ArtifactProviderProps) {
    super(stack, family.constructId);
    this.family = family;
    this.grantPrincipal = new ProviderPrincipal(
      this,
      Lazy.string({ produce: () => this.role.roleArn }),
      this.permissions,
    );
    // the policy must outlive what depends on the provider; function and role do so through the service token.
    Dependable.implement(
      this,
      dependencyOn(() => [this.policy]),
    );
    const logGroupArn = Lazy.string({ produce: () => this.logGroup.logGroupArn });
    for (const permission of runtimePermissions(stack, logGroupArn)) this.permissions.allow(permission);
    for (const permission of family.permissions(stack)) this.permissions.allow(permission);
    if (props) this.configure(props);
    else this.build({});
  }

  /**
   * How often something was left alone that the template wanted changed or gone, such as a version that somebody else
   * owns. CloudFormation shows that nowhere when it cleans up after an update.
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
   * What the custom resources name as their provider.
   *
   * @internal
   */
  public get _serviceToken(): string {
    return Lazy.string({ produce: () => this.function.functionArn });
  }

  /**
   * Lets the handlers do something.
   *
   * @internal
   */
  public _allow(permission: Permission): void {
    this.permissions.allow(permission);
  }

  /**
   * Lets the handlers run a sweep's state machine, by a policy that the function is not made after: the machine is made
   * after the function. Returns that policy.
   *
   * @internal
   */
  public _allowMachine(stateMachineArn: string): IDependable {
    if (this.machines.isEmpty) this.buildMachinesPolicy();
    this.machines.allow({ actions: ['states:ListExecutions', 'states:StartExecution'], resources: [stateMachineArn] });
    return dependableOn(() => [this.machinesPolicy]);
  }

  /**
   * How long the provider's own log groups keep their records.
   *
   * @internal
   */
  public get _logRetention(): logs.RetentionDays {
    return this.configuration?.logRetention ?? logs.RetentionDays.THREE_MONTHS;
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
    this.configuration = props;
    // built with the defaults when an artifact came first; everybody refers to these lazily.
    for (const child of this.node.children) this.node.tryRemoveChild(child.node.id);
    this.build(props);
    this.allowConfigured(props);
  }

  private build(props: ArtifactProviderProps): void {
    this.logGroup =
      props.logGroup ??
      new logs.LogGroup(this, 'LogGroup', {
        retention: this._logRetention,
        removalPolicy: RemovalPolicy.DESTROY,
      });
    this.role =
      props.role ?? new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    this.policy = new iam.Policy(this, 'Policy', { document: this.permissions });
    // the role decides, since one that is imported as immutable takes no policies.
    this.role.attachInlinePolicy(this.policy);
    if (!this.machines.isEmpty) this.buildMachinesPolicy();
    this.function = new lambda.Function(this, 'Function', {
      description: this.family.description,
      code: handlerCode(this.family.bundle),
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
    this.function.node.addDependency(this.policy);
  }

  private buildMachinesPolicy(): void {
    this.machinesPolicy = new iam.Policy(this, 'MachinesPolicy', { document: this.machines });
    this.role.attachInlinePolicy(this.machinesPolicy);
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
