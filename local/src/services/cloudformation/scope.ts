/** The values against which a stack's template is resolved: its parameters and its current resources. */
// documented: user guide, "Pseudo parameters reference" and "Conditions"
import { type World } from '../../core/service';
import { type StackOutputReference, type TemplateScope, conditionHolds, referencesOf } from './intrinsics';
import { type ResourceTypes } from './resource-types';
import { type Deployed, type ResourceState, type Stack } from './stack';
import { type ResourceDefinition, validationError } from './template';

export interface DeploymentSurroundings {
  readonly world: World;
  readonly types: ResourceTypes;
  /** The value that a stack of this region exports. Throws ValidationError if there is none. */
  importValue(name: string): string;
  /** The value of an output of any stack. Throws ValidationError if there is none. */
  stackOutput(reference: StackOutputReference): string;
}

export function scopeOf(
  stack: Stack,
  deployed: Deployed,
  { world, types, importValue, stackOutput }: DeploymentSurroundings,
): TemplateScope {
  const known = (logicalId: string): ResourceState => {
    const resource = stack.resources.get(logicalId);
    if (resource) return resource;
    // captured: public report, for the message
    throw validationError(`Unresolved resource dependencies [${logicalId}] in the Resources block of the template`);
  };
  return {
    template: deployed.template,
    parameters: deployed.parameterValues,
    pseudoParameters: pseudoParameters(stack, deployed, world),
    ref: logicalId => known(logicalId).physicalId,
    getAtt(logicalId, attribute) {
      const { attributes, physicalId = logicalId, type } = known(logicalId);
      if (attribute in attributes) return attributes[attribute];
      const message = types.get(type).missingAttribute?.(attribute, physicalId);
      // captured: public report, for the message
      throw validationError(message ?? `Requested attribute ${attribute} does not exist in schema for ${type}`);
    },
    importValue,
    stackOutput,
  };
}

function pseudoParameters(stack: Stack, deployed: Deployed, world: World): TemplateScope['pseudoParameters'] {
  return {
    'AWS::AccountId': world.account,
    'AWS::Region': world.region,
    'AWS::Partition': world.partition,
    'AWS::URLSuffix': world.partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com',
    'AWS::StackId': stack.id,
    'AWS::StackName': stack.name,
    'AWS::NotificationARNs': deployed.notificationArns,
  };
}

/** The resources whose conditions hold. */
export function includedResources(scope: TemplateScope): Record<string, ResourceDefinition> {
  return Object.fromEntries(
    Object.entries(scope.template.Resources).filter(
      ([, { Condition }]) => Condition === undefined || conditionHolds(Condition, scope),
    ),
  );
}

/** Refuses a template that refers to something that it does not have, or has resources of unknown types. */
export function validateReferences(scope: TemplateScope, types: ResourceTypes): void {
  const { Resources, Parameters = {}, Outputs = {} } = scope.template;
  const missing = new Set<string>();
  const check = (value: unknown) => {
    for (const name of referencesOf(value)) {
      if (!name.startsWith('AWS::') && !(name in Resources) && !(name in Parameters)) missing.add(name);
    }
  };
  for (const { Properties, DependsOn } of Object.values(Resources)) {
    check(Properties);
    for (const name of [DependsOn ?? []].flat()) check({ Ref: name });
  }
  for (const { Value } of Object.values(Outputs)) check(Value);
  // captured: public report, for the message
  if (missing.size > 0) {
    throw validationError(
      `Template format error: Unresolved resource dependencies [${[...missing].join(', ')}] in the Resources block of the template`,
    );
  }
  types.checkAll(Object.values(includedResources(scope)).map(({ Type }) => Type));
}
