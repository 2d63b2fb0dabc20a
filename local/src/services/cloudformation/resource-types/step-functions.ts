/** State machines. */
// documented: template reference, AWS::StepFunctions::StateMachine: what Ref and GetAtt return, and what replaces
// the resource; API reference, DeleteStateMachine
// unverified: that the deletion waits for the last execution, and not only for the status DELETING
import { type Properties } from '../template';
import { type ResourceType, camelCased, generatedName, tagMap, untilMissing } from './resource-type';

export const stateMachine: ResourceType = {
  createOnly: ['StateMachineName', 'StateMachineType'],
  nameProperty: 'StateMachineName',
  async create(request) {
    const { properties, call } = request;
    const name = String(properties.StateMachineName ?? generatedName(request, 80));
    const { stateMachineArn } = await call('states', 'CreateStateMachine', {
      ...configuration(properties),
      name,
      type: properties.StateMachineType,
      tags: Object.entries(tagMap(properties) ?? {}).map(([key, value]) => ({ key, value })),
    });
    return { physicalId: stateMachineArn, attributes: { Arn: stateMachineArn, Name: name } };
  },
  async update({ properties, physicalId, attributes, call }) {
    await call('states', 'UpdateStateMachine', { ...configuration(properties), stateMachineArn: physicalId });
    return { physicalId, attributes };
  },
  /** Waits until the machine is gone, which is after its last execution (documentation of DeleteStateMachine). */
  async delete({ physicalId: stateMachineArn, call, world }) {
    await call('states', 'DeleteStateMachine', { stateMachineArn });
    const look = () => call('states', 'DescribeStateMachine', { stateMachineArn });
    await untilMissing(look, world.clock, { within: Infinity });
  },
};

function configuration({ RoleArn, LoggingConfiguration, TracingConfiguration, ...properties }: Properties): Properties {
  return {
    definition: definition(properties),
    roleArn: RoleArn,
    loggingConfiguration: camelCased(LoggingConfiguration),
    tracingConfiguration: camelCased(TracingConfiguration),
  };
}

function definition({ Definition, DefinitionString, DefinitionSubstitutions = {} }: Properties): string {
  const substitutions = DefinitionSubstitutions as Properties;
  return String(DefinitionString ?? JSON.stringify(Definition)).replace(/\$\{(\w+)\}/g, (placeholder, name: string) =>
    String(substitutions[name] ?? placeholder),
  );
}
