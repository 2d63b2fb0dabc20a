/** Rules of the default event bus, with their targets. */
// documented: template reference, AWS::Events::Rule: what Ref and GetAtt return, and what replaces the resource
import { type Members } from '../../../core/service';
import { type Properties } from '../template';
import { type ResourceRequest, type ResourceType, generatedName, tagList, unlessMissing } from './resource-type';

export const rule: ResourceType = {
  createOnly: ['Name', 'EventBusName'],
  nameProperty: 'Name',
  async create(request) {
    const name = String(request.properties.Name ?? generatedName(request, 64));
    const { RuleArn } = await putRule(request, name);
    await putTargets(request, name, targetsOf(request.properties));
    return { physicalId: name, attributes: { Arn: RuleArn } };
  },
  async update(request) {
    const { physicalId, attributes, properties, oldProperties, call } = request;
    await putRule(request, physicalId);
    const targets = targetsOf(properties);
    const ids = targets.map(({ Id }) => Id);
    const gone = targetsOf(oldProperties)
      .map(({ Id }) => Id)
      .filter(id => !ids.includes(id));
    if (gone.length > 0) await call('events', 'RemoveTargets', { Rule: physicalId, Ids: gone });
    await putTargets(request, physicalId, targets);
    return { physicalId, attributes };
  },
  async delete({ physicalId: Name, properties, call }) {
    const Ids = targetsOf(properties).map(({ Id }) => Id);
    if (Ids.length > 0) await unlessMissing(call('events', 'RemoveTargets', { Rule: Name, Ids }));
    await unlessMissing(call('events', 'DeleteRule', { Name }));
  },
};

async function putRule(request: ResourceRequest, Name: string): Promise<Members> {
  const { properties, call } = request;
  const { EventPattern, ScheduleExpression, State, Description, RoleArn, EventBusName } = properties;
  return call('events', 'PutRule', {
    Name,
    EventPattern: typeof EventPattern === 'object' ? JSON.stringify(EventPattern) : EventPattern,
    ScheduleExpression,
    State,
    Description,
    RoleArn,
    EventBusName,
    Tags: tagList(properties),
  });
}

async function putTargets({ call }: ResourceRequest, Rule: string, Targets: readonly Properties[]): Promise<void> {
  if (Targets.length > 0) await call('events', 'PutTargets', { Rule, Targets });
}

const targetsOf = ({ Targets = [] }: Properties) => Targets as readonly (Properties & { readonly Id: string })[];
