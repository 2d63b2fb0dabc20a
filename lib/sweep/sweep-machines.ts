import { ArnFormat, Aws, Fn, Lazy, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { type SweepConfig } from '../../contract/sweep';
import { dependableOn } from '../core/dependencies';
import { type ArtifactProvider } from '../provider/artifact-provider';
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
  private readonly logGroup: logs.ILogGroup;
  private starting?: { readonly role: iam.Role; readonly permissions: Permissions; readonly policies: RolePolicies };

  private constructor(
    stack: Stack,
    id: string,
    private readonly provider: ArtifactProvider,
  ) {
    super(stack, id);
    const logGroup = new logs.LogGroup(this, 'LogGroup', {
      // other prefixes use up the size of the account's resource policy for log groups. The end of the stack's id
      // distinguishes stacks that had the same name: the log group that an earlier one has left does not block the
      // next.
      logGroupName: `/aws/vendedlogs/states/${Aws.STACK_NAME}-${id}-${Fn.select(2, Fn.split('/', Aws.STACK_ID))}`,
      retention: Lazy.number({ produce: () => finite(provider._logRetention) }),
    });
    provider._keepLogs(logGroup);
    this.logGroup = logGroup;
    this.role = new iam.Role(this, 'Role', {
      assumedBy: serviceOf(stack, 'states', 'stateMachine:*'),
      inlinePolicies: { Run: this.permissionsToRun() },
    });
  }

  /** Known last: a configuration of the provider replaces the function. */
  private get functionArn(): string {
    return Lazy.string({ produce: () => this.provider._serviceToken });
  }

  /** Defines the state machine of a sweep. */
  public define(sweep: Construct, config: SweepConfig): sfn.StateMachine {
    const definition = sweepDefinition(this.functionArn, config);
    return new sfn.StateMachine(sweep, 'StateMachine', {
      stateMachineType: sfn.StateMachineType.STANDARD,
      definitionBody: sfn.DefinitionBody.fromString(Stack.of(sweep).toJsonString(definition)),
      role: fixed(this.role),
      // the data of an execution can hold the URL for the answer to CloudFormation.
      logs: { destination: this.logGroup, level: sfn.LogLevel.ALL, includeExecutionData: false },
      tracingEnabled: true,
    });
  }

  /** Defines a rule that starts the state machine of a sweep. */
  public startBy(rule: StartingRule, id: string, sweep: Construct, machine: sfn.IStateMachine): void {
    const { role, permissions, policies } = this.rulesMayStart();
    permissions.allow({
      actions: ['states:StartExecution'],
      resources: [machine.stateMachineArn],
      collapsedResource: anyStateMachine(Stack.of(this)),
    });
    const started = new events.Rule(sweep, id, {
      ...rule.props(sweep),
      targets: [
        new targets.SfnStateMachine(machine, { role: fixed(role), input: events.RuleTargetInput.fromObject({}) }),
      ],
    });
    started.node.addDependency(dependableOn(() => policies.all));
  }

  /** The role with which rules start machines. Not the role of the machines, which can invoke the function. */
  private rulesMayStart() {
    if (!this.starting) {
      const role = new iam.Role(this, 'StartRole', { assumedBy: serviceOf(Stack.of(this), 'events', 'rule/*') });
      const permissions = new Permissions(this, { inline: 10_000, managed: 9 });
      this.starting = { role, permissions, policies: new RolePolicies(this, 'StartPolicy', role, permissions) };
    }
    return this.starting;
  }

  private permissionsToRun(): iam.PolicyDocument {
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
        'Step Functions delivers logs and traces by actions for which CloudWatch Logs and X-Ray have no ' +
        'resource-level permissions.',
    });
    return permissions;
  }
}

/** A role without the statements that the CDK would add: the machines depend on the role, so it cannot name them. */
const fixed = (role: iam.Role) => role.withoutPolicyUpdates();

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
