import { ArnFormat, Aws, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { type SweepConfig } from '../../contract/sweep';
import { type ArtifactProvider } from '../provider/artifact-provider';
import { Permissions } from '../provider/permissions';
import { sweepDefinition } from './sweep-definition';
import { type StartingRule } from './sweep-trigger';

/** What the state machines of a stack's sweeps share, one for each provider: a role and a log group. */
export class SweepMachines extends Construct {
  public static of(provider: ArtifactProvider): SweepMachines {
    const stack = Stack.of(provider);
    const id = `${provider.node.id}Sweeps`;
    return (stack.node.tryFindChild(id) as SweepMachines | undefined) ?? new SweepMachines(stack, id, provider);
  }

  private readonly role: iam.Role;
  private readonly logGroup: logs.ILogGroup;
  private startable?: Permissions;

  private constructor(
    stack: Stack,
    id: string,
    private readonly provider: ArtifactProvider,
  ) {
    super(stack, id);
    this.logGroup = new logs.LogGroup(this, 'LogGroup', {
      // other prefixes use up the size of the account's resource policy for log groups.
      logGroupName: `/aws/vendedlogs/states/${Aws.STACK_NAME}-${id}`,
      retention: Lazy.number({ produce: () => finite(provider._logRetention) }),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new iam.Role(this, 'Role', {
      assumedBy: new iam.CompositePrincipal(
        serviceOf(stack, 'states', 'stateMachine:*'),
        serviceOf(stack, 'events', 'rule/*'),
      ),
      inlinePolicies: { Run: this.permissionsToRun() },
    });
  }

  /** Defines the state machine of a sweep. */
  public define(sweep: Construct, config: SweepConfig): sfn.StateMachine {
    const definition = sweepDefinition(this.provider._serviceToken, config);
    return new sfn.StateMachine(sweep, 'StateMachine', {
      stateMachineType: sfn.StateMachineType.STANDARD,
      definitionBody: sfn.DefinitionBody.fromString(Stack.of(sweep).toJsonString(definition)),
      role: this.fixedRole(),
      // the data of an execution may hold the URL that CloudFormation is answered by.
      logs: { destination: this.logGroup, level: sfn.LogLevel.ALL, includeExecutionData: false },
      tracingEnabled: true,
    });
  }

  /** Defines a rule that starts the state machine of a sweep. */
  public startBy(rule: StartingRule, id: string, sweep: Construct, machine: sfn.IStateMachine): void {
    this.allowToStart(machine);
    new events.Rule(sweep, id, {
      ...rule.props(sweep),
      targets: [
        new targets.SfnStateMachine(machine, { role: this.fixedRole(), input: events.RuleTargetInput.fromObject({}) }),
      ],
    });
  }

  /** By a policy outside the role, which the machines are made after. */
  private allowToStart(machine: sfn.IStateMachine): void {
    if (!this.startable) {
      this.startable = new Permissions(this);
      new iam.Policy(this, 'StartPolicy', { document: this.startable }).attachToRole(this.role);
    }
    this.startable.allow({ actions: ['states:StartExecution'], resources: [machine.stateMachineArn] });
  }

  /** The role without what the CDK would add to it: the machines are made after it, so that it cannot name them. */
  private fixedRole(): iam.IRole {
    return this.role.withoutPolicyUpdates();
  }

  private permissionsToRun(): iam.PolicyDocument {
    const permissions = new Permissions(this);
    permissions.allow({ actions: ['lambda:InvokeFunction'], resources: [this.provider._serviceToken] });
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

/** A service, on behalf of its resources in the stack's account and region. */
function serviceOf(stack: Stack, service: string, resource: string): iam.ServicePrincipal {
  return new iam.ServicePrincipal(`${service}.amazonaws.com`, {
    conditions: {
      ArnLike: { 'aws:SourceArn': stack.formatArn({ service, resource, arnFormat: ArnFormat.NO_RESOURCE_NAME }) },
    },
  });
}

/** Days of a retention that has an end. */
function finite(retention: logs.RetentionDays): number | undefined {
  return retention === logs.RetentionDays.INFINITE ? undefined : retention;
}
