/** Stacks, resources, events and change sets in the form of the answers. */
// documented: API reference, the structures of the answers
import { type ChangeSet } from '../change-sets';
import { type ResourceChange } from '../changes';
import { type Deployed, type ResourceState, type Stack, type StackEvent } from '../stack';
import { type Properties } from '../template';

const MASKED = '****';

export function viewOfStack(stack: Stack): object {
  const { deployed } = stack;
  return {
    StackId: stack.id,
    StackName: stack.name,
    Description: deployed?.template.Description,
    Parameters: deployed && viewOfParameters(deployed),
    CreationTime: new Date(stack.createdAt),
    LastUpdatedTime: date(stack.updatedAt),
    DeletionTime: date(stack.deletedAt),
    RollbackConfiguration: {},
    StackStatus: stack.status,
    StackStatusReason: stack.reason,
    DisableRollback: stack.disableRollback,
    NotificationARNs: deployed?.notificationArns,
    Capabilities: deployed?.capabilities,
    Outputs: stack.outputs.map(({ key, value, description, exportName }) => ({
      OutputKey: key,
      OutputValue: value,
      Description: description,
      ExportName: exportName,
    })),
    RoleARN: deployed?.roleArn,
    Tags: deployed && viewOfTags(deployed),
    EnableTerminationProtection: stack.terminationProtection,
    ParentId: stack.parentId,
    RootId: stack.rootId,
    DriftInformation: { StackDriftStatus: stack.drift?.status ?? 'NOT_CHECKED' },
  };
}

export function viewOfParameters({ template, parameters, parameterValues }: Deployed): object[] {
  return Object.entries(parameters).map(([name, value]) => {
    const { NoEcho, Type } = template.Parameters![name];
    const isSecret = String(NoEcho) === 'true';
    return {
      ParameterKey: name,
      ParameterValue: isSecret ? MASKED : value,
      ResolvedValue: Type.startsWith('AWS::SSM::') && !isSecret ? [parameterValues[name]].flat().join(',') : undefined,
    };
  });
}

const viewOfTags = ({ tags }: Deployed): object[] => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** A resource in the form of `DescribeStackResources`. */
export const viewOfResource = (stack: Stack, resource: ResourceState): object => ({
  ...resourceMembers(resource),
  StackId: stack.id,
  StackName: stack.name,
  Timestamp: new Date(resource.updatedAt),
});

/** A resource in the form of `ListStackResources`. */
export const summaryOfResource = (resource: ResourceState): object => ({
  ...resourceMembers(resource),
  LastUpdatedTimestamp: new Date(resource.updatedAt),
});

/** A resource in the form of `DescribeStackResource`. */
export const detailOfResource = (stack: Stack, resource: ResourceState): object => ({
  ...summaryOfResource(resource),
  StackId: stack.id,
  StackName: stack.name,
  Metadata: text(stack.deployed?.template.Resources[resource.logicalId]?.Metadata),
});

function resourceMembers({ logicalId, physicalId, type, status, reason }: ResourceState): object {
  return {
    LogicalResourceId: logicalId,
    PhysicalResourceId: physicalId,
    ResourceType: type,
    ResourceStatus: status,
    ResourceStatusReason: reason,
    DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' },
  };
}

export function viewOfEvent(event: StackEvent): object {
  return {
    StackId: event.stackId,
    EventId: event.eventId,
    StackName: event.stackName,
    OperationId: event.operationId,
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: event.physicalId ?? '',
    ResourceType: event.type,
    Timestamp: new Date(event.timestamp),
    ResourceStatus: event.status,
    ResourceStatusReason: event.reason,
    ResourceProperties: event.properties && JSON.stringify(event.properties),
    ClientRequestToken: event.token,
  };
}

export function viewOfChangeSet(changeSet: ChangeSet, values: { readonly withValues: boolean }): object {
  const { stack, deployed, request } = changeSet;
  return {
    ...summaryOfChangeSet(changeSet),
    Parameters: deployed && viewOfParameters(deployed),
    Tags: deployed && viewOfTags(deployed),
    Capabilities: request.capabilities,
    NotificationARNs: request.notificationArns,
    RollbackConfiguration: {},
    OnStackFailure: changeSet.onStackFailure,
    DeploymentConfig: changeSet.deploymentConfig,
    ParentChangeSetId: undefined,
    RootChangeSetId: undefined,
    StackId: stack.id,
    Changes: changeSet.changes.map(change => ({ Type: 'Resource', ResourceChange: viewOfChange(change, values) })),
  };
}

export function summaryOfChangeSet(changeSet: ChangeSet): object {
  const { id, name, stack, description, createdAt, status, reason, executionStatus } = changeSet;
  return {
    ChangeSetId: id,
    ChangeSetName: name,
    StackId: stack.id,
    StackName: stack.name,
    Description: description,
    CreationTime: new Date(createdAt),
    Status: status,
    StatusReason: reason,
    ExecutionStatus: executionStatus,
    IncludeNestedStacks: false,
  };
}

function viewOfChange(change: ResourceChange, { withValues }: { readonly withValues: boolean }): object {
  const { action, replaces, before, after } = change;
  const context = (properties?: Properties) =>
    withValues && properties ? JSON.stringify({ Properties: properties }) : undefined;
  return {
    PolicyAction: change.policyAction,
    Action: action,
    LogicalResourceId: change.logicalId,
    PhysicalResourceId: change.physicalId,
    ResourceType: change.type,
    Replacement: action === 'Modify' ? (replaces ? 'True' : 'False') : undefined,
    Scope: action === 'Modify' ? scopeOf(change) : [],
    Details: change.properties.map(property => ({
      Target: {
        Attribute: 'Properties',
        Name: property.name,
        RequiresRecreation: property.replaces ? 'Always' : 'Never',
        ...(withValues && {
          Path: `/Properties/${property.name}`,
          BeforeValue: text(property.before),
          AfterValue: text(property.after),
          AttributeChangeType: attributeChange(property.before, property.after),
        }),
      },
      Evaluation: 'Static',
      ChangeSource: 'DirectModification',
    })),
    BeforeContext: context(before),
    AfterContext: context(after),
  };
}

const scopeOf = ({ properties, retags }: ResourceChange): string[] => [
  ...(properties.length > 0 || !retags ? ['Properties'] : []),
  ...(retags ? ['Tags'] : []),
];

function attributeChange(before: unknown, after: unknown): string {
  if (before === undefined) return 'Add';
  return after === undefined ? 'Remove' : 'Modify';
}

function text(value: unknown): string | undefined {
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
}

const date = (milliseconds: number | undefined) => (milliseconds === undefined ? undefined : new Date(milliseconds));
