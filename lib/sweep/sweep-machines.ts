import { ArnFormat, Aws, Lazy, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import { type IKey } from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { type SweepConfig } from '../../contract/sweep';
import { dependableOn } from '../core/dependencies';
import { acknowledgeInlinePolicy } from '../provider/acknowledgement';
import { type ArtifactProvider } from '../provider/artifact-provider';
import { letLogDeliveryUse, letLogsUse, letRulesSendTo } from '../provider/key-policy';
import { Permissions, anyStateMachine } from '../provider/permissions';
import { RolePolicies } from '../provider/role-policies';
import { sweepDefinition } from './sweep-definition';
import { type StartingRule } from './sweep-trigger';

/**
 * What the state machines of a stack's sweeps share, one of these for each provider: a role, a log group, and a role
 * for rules.
 */
export class SweepMachines extends Construct {
  public static of(provider: ArtifactProvider): SweepMachines {
    const stack = Stack.of(provider);
    const id = `${provider.node.id}Sweeps`;
    return (stack.node.tryFindChild(id) as SweepMachines | undefined) ?? new SweepMachines(stack, id, provider);
  }

  private readonly role: iam.Role;
  private readonly logGroup: logs.LogGroup;
  private readonly run: Permissions;
  private starting?: { readonly role: iam.Role; readonly permissions: Permissions; readonly policies: RolePolicies };

  private constructor(
    stack: Stack,
    id: string,
    private readonly provider: ArtifactProvider,
  ) {
    super(stack, id);
    this.run = this.permissionsToRun();
    this.role = new iam.Role(this, 'Role', {
      assumedBy: serviceOf(stack, 'states', 'stateMachine:*'),
      inlinePolicies: { Run: this.run },
    });
    this.logGroup = new logs.LogGroup(this, 'LogGroup', {
      // other prefixes use up the size of the account's resource policy for log groups. The role goes with the last
      // sweep, and its id is never given again: a log group that was left behind does not block the next one.
      logGroupName: `/aws/vendedlogs/states/${Aws.STACK_NAME}-${id}-${this.role.roleId}`,
      retention: Lazy.number({ produce: () => finite(provider._logRetention) }),
    });
    acknowledgeInlinePolicy(this.role);
    provider._follow(({ logRemovalPolicy, encryptionKey }) => {
      if (logRemovalPolicy) this.logGroup.applyRemovalPolicy(logRemovalPolicy);
      if (encryptionKey) this.encryptWith(encryptionKey);
    });
  }

  /** Known last: a configuration of the provider replaces the function. */
  private get functionArn(): string {
    return Lazy.string({ produce: () => this.provider._serviceToken });
  }

  /** Defines the state machine of a sweep. */
  public define(sweep: Construct, config: SweepConfig): sfn.StateMachine {
    const definition = sweepDefinition(this.functionArn, config);
    const machine = new sfn.StateMachine(sweep, 'StateMachine', {
      stateMachineType: sfn.StateMachineType.STANDARD,
      definitionBody: sfn.DefinitionBody.fromString(Stack.of(sweep).toJsonString(definition)),
      role: fixed(this.role),
      // the data of an execution can hold the URL for the answer to CloudFormation.
      logs: { destination: this.logGroup, level: sfn.LogLevel.ALL, includeExecutionData: false },
      tracingEnabled: true,
    });
    const resource = machine.node.defaultChild as sfn.CfnStateMachine;
    // not of the machine's own, with which the role would get a policy that names it.
    this.provider._follow(({ encryptionKey }) => {
      if (encryptionKey) resource.encryptionConfiguration = encryptionWith(encryptionKey);
    });
    return machine;
  }

  /** The name of the log group that all state machines write to. */
  public get logGroupName(): string {
    return this.logGroup.logGroupName;
  }

  /** Defines a rule that starts the state machine of a sweep. */
  public startBy(rule: StartingRule, id: string, sweep: Construct, machine: sfn.IStateMachine): events.Rule {
    const { role, permissions, policies } = this.rulesMayStart();
    permissions.allow({
      actions: ['states:StartExecution'],
      resources: [machine.stateMachineArn],
      collapsedResource: anyStateMachine(Stack.of(this)),
    });
    const started = new events.Rule(sweep, id, {
      ...rule.props(sweep),
      targets: [
        this.withDeadLetters(
          new targets.SfnStateMachine(machine, { role: fixed(role), input: events.RuleTargetInput.fromObject({}) }),
        ),
      ],
    });
    started.node.addDependency(dependableOn(() => policies.all));
    return started;
  }

  /** The role with which rules start machines. Not the role of the machines, which can invoke the function. */
  private rulesMayStart() {
    if (!this.starting) {
      const role = new iam.Role(this, 'StartRole', { assumedBy: serviceOf(Stack.of(this), 'events', 'rule/*') });
      const permissions = new Permissions(this, { inline: 10_000, managed: 9 });
      this.starting = { role, permissions, policies: new RolePolicies(this, 'StartPolicy', role, permissions) };
      this.provider._follow(({ deadLetterQueue }) => {
        if (deadLetterQueue) letRulesSendTo(deadLetterQueue, Stack.of(this));
      });
    }
    return this.starting;
  }

  /** A target with the provider's queue, if it has one. Not of the target's own, with which the queue would name the rule. */
  private withDeadLetters(target: events.IRuleTarget): events.IRuleTarget {
    // known last, as a configuration may come later.
    const deadLetterConfig = Lazy.any({
      produce: () => this.provider._deadLetterQueue && { arn: this.provider._deadLetterQueue.queueArn },
    }) as events.CfnRule.DeadLetterConfigProperty;
    return { bind: (rule, id) => ({ ...target.bind(rule, id), deadLetterConfig }) };
  }

  private encryptWith(key: IKey): void {
    const stack = Stack.of(this);
    (this.logGroup.node.defaultChild as logs.CfnLogGroup).kmsKeyId = key.keyArn;
    letLogsUse(key, stack);
    letLogDeliveryUse(key);
    this.run.allow(
      {
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [key.keyArn],
        conditions: { ArnLike: { 'kms:EncryptionContext:aws:states:stateMachineArn': anyStateMachine(stack) } },
      },
      {
        actions: ['kms:GenerateDataKey'],
        resources: [key.keyArn],
        conditions: {
          ArnLike: { 'kms:EncryptionContext:SourceArn': stack.formatArn({ service: 'logs', resource: '*' }) },
        },
      },
    );
  }

  private permissionsToRun(): Permissions {
    const permissions = new Permissions(this, { inline: 10_000, managed: 0 });
    permissions.allow({ actions: ['lambda:InvokeFunction'], resources: [this.functionArn] });
    permissions.allow({
      actions: [
        'logs:CreateLogDelivery',
        'logs:DeleteLogDelivery',
        'logs:DescribeLogGroups',
        'logs:DescribeResourcePolicies',
        'logs:GetLogDelivery',
        'logs:ListLogDeliveries',
        'logs:PutResourcePolicy',
        'logs:UpdateLogDelivery',
        'xray:GetSamplingRules',
        'xray:GetSamplingTargets',
        'xray:PutTelemetryRecords',
        'xray:PutTraceSegments',
      ],
      resources: ['*'],
      wildcardReason:
        'Step Functions delivers logs and traces with actions for which CloudWatch Logs and X-Ray have no ' +
        'resource-level permissions.',
    });
    return permissions;
  }
}

/** A role without the statements that the CDK would add: the machines depend on the role, so it cannot name them. */
const fixed = (role: iam.Role) => role.withoutPolicyUpdates();

const encryptionWith = (key: IKey): sfn.CfnStateMachine.EncryptionConfigurationProperty => ({
  type: 'CUSTOMER_MANAGED_KMS_KEY',
  kmsKeyId: key.keyArn,
});

/** A service that acts for its resources in the stack's account and region. */
function serviceOf(stack: Stack, service: string, resource: string): iam.ServicePrincipal {
  return new iam.ServicePrincipal(`${service}.amazonaws.com`, {
    conditions: {
      ArnLike: { 'aws:SourceArn': stack.formatArn({ service, resource, arnFormat: ArnFormat.NO_RESOURCE_NAME }) },
    },
  });
}

/** The days of a retention that ends. */
function finite(retention: logs.RetentionDays): number | undefined {
  return retention === logs.RetentionDays.INFINITE ? undefined : retention;
}
