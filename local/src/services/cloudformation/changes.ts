/** What a deployment would change, computed in advance: the contents of a change set. */
// documented: API reference, ResourceChange and ResourceChangeDetail, also for {{changeSet:KNOWN_AFTER_APPLY}}
// unverified: that a property that can only be known later always counts as changed
import { isDeepStrictEqual } from 'node:util';
import { dependenciesOf } from './graph';
import { type TemplateScope, resolve } from './intrinsics';
import { replacesWith } from './resource-steps';
import { type ResourceTypes } from './resource-types';
import { type DeploymentSurroundings, includedResources, scopeOf } from './scope';
import { type Deployed, type ResourceState, type Stack } from './stack';
import { type Properties, type ResourceDefinition } from './template';

export interface PropertyChange {
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly replaces: boolean;
}

export interface ResourceChange {
  readonly action: 'Add' | 'Modify' | 'Remove';
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId?: string;
  readonly replaces: boolean;
  readonly policyAction?: 'Delete' | 'Retain' | 'ReplaceAndDelete' | 'ReplaceAndRetain';
  readonly before?: Properties;
  readonly after?: Properties;
  readonly properties: readonly PropertyChange[];
  /** Whether the tags of the stack that the resource gets change. */
  readonly retags?: boolean;
}

/** How CloudFormation shows a value that only the deployment knows. */
const UNKNOWN = '{{changeSet:KNOWN_AFTER_APPLY}}';

/** The changes that a deployment would make to a stack's resources. */
export function changesOf(stack: Stack, deployed: Deployed, surroundings: DeploymentSurroundings): ResourceChange[] {
  const { types } = surroundings;
  const changes = new Map<string, ResourceChange>();
  const scope = previewScope(scopeOf(stack, deployed, surroundings), stack, changes, types);
  const wanted = includedResources(scope);
  for (const logicalId of inOrder(wanted)) {
    const change = changeOf(
      logicalId,
      { current: stack.resources.get(logicalId), definition: wanted[logicalId], tags: deployed.tags },
      scope,
      types,
    );
    if (change) changes.set(logicalId, change);
  }
  const removed = [...stack.resources.values()].filter(({ logicalId }) => !(logicalId in wanted));
  return [...changes.values(), ...removed.map(removal)];
}

/** Whether a deployment would change nothing at all. */
export function isWithoutChanges(stack: Stack, deployed: Deployed, changes: readonly ResourceChange[]): boolean {
  const { deployed: now } = stack;
  if (!now || changes.length > 0) return false;
  const rest = ({ template, tags, notificationArns }: Deployed) => [
    template.Outputs ?? {},
    Object.entries(template.Resources).map(([logicalId, { Metadata, DeletionPolicy, UpdateReplacePolicy }]) => [
      logicalId,
      Metadata,
      DeletionPolicy,
      UpdateReplacePolicy,
    ]),
    tags,
    notificationArns,
  ];
  return isDeepStrictEqual(rest(now), rest(deployed));
}

/** Resolves values against the current stack. What the deployment is about to create or change is unknown. */
function previewScope(
  scope: TemplateScope,
  stack: Stack,
  changes: ReadonlyMap<string, ResourceChange>,
  types: ResourceTypes,
): TemplateScope {
  return {
    ...scope,
    unknown: UNKNOWN,
    ref: logicalId =>
      stack.resources.has(logicalId) && !changes.get(logicalId)?.replaces ? scope.ref(logicalId) : UNKNOWN,
    getAtt(logicalId, attribute) {
      const resource = stack.resources.get(logicalId);
      const change = changes.get(logicalId);
      const mayChange = change && (change.replaces || types.get(change.type).choosesPhysicalId);
      return resource && !mayChange && attribute in resource.attributes ? resource.attributes[attribute] : UNKNOWN;
    },
  };
}

function inOrder(resources: Readonly<Record<string, ResourceDefinition>>): string[] {
  const dependencies = dependenciesOf(resources);
  const ordered = new Set<string>();
  const add = (id: string) => {
    if (ordered.has(id)) return;
    dependencies.get(id)!.forEach(add);
    ordered.add(id);
  };
  [...dependencies.keys()].forEach(add);
  return [...ordered];
}

interface Wanted {
  readonly current?: ResourceState;
  readonly definition: ResourceDefinition;
  readonly tags: Deployed['tags'];
}

function changeOf(
  logicalId: string,
  { current, definition, tags }: Wanted,
  scope: TemplateScope,
  types: ResourceTypes,
): ResourceChange | undefined {
  const type = definition.Type;
  const after = resolve(definition.Properties ?? {}, scope) as Properties;
  if (!current) return { action: 'Add', logicalId, type, after, replaces: false, properties: [] };
  const before = current.properties;
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = names.filter(name => !isDeepStrictEqual(before[name], after[name]));
  const resourceType = types.get(type);
  const retags = resourceType.takesStackTags && !isDeepStrictEqual(current.stackTags, tags);
  if (changed.length === 0 && !retags && !current.status.endsWith('_FAILED')) return undefined;
  const replaces = replacesWith(resourceType, before, after);
  const retains = definition.UpdateReplacePolicy === 'Retain';
  return {
    action: 'Modify',
    logicalId,
    type,
    physicalId: current.physicalId,
    replaces,
    policyAction: replaces ? (retains ? 'ReplaceAndRetain' : 'ReplaceAndDelete') : undefined,
    before,
    after,
    retags,
    properties: changed.map(name => ({
      name,
      before: before[name],
      after: after[name],
      replaces: replacesWith(resourceType, { [name]: before[name] }, { [name]: after[name] }),
    })),
  };
}

const removal = ({ logicalId, type, physicalId, properties, deletionPolicy }: ResourceState): ResourceChange => ({
  action: 'Remove',
  logicalId,
  type,
  physicalId,
  replaces: false,
  policyAction: deletionPolicy === 'Delete' ? 'Delete' : 'Retain',
  before: properties,
  properties: [],
});
