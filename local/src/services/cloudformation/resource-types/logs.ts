/** Log groups. */
// documented: template reference, AWS::Logs::LogGroup: what Ref and GetAtt return, and what replaces the resource
import { type ResourceRequest, type ResourceType, generatedName, tagMap, unlessMissing } from './resource-type';

export const logGroup: ResourceType = {
  createOnly: ['LogGroupName'],
  nameProperty: 'LogGroupName',
  async create(request) {
    const { properties, call, world } = request;
    const name = String(properties.LogGroupName ?? generatedName(request));
    await call('logs', 'CreateLogGroup', { logGroupName: name, tags: tagMap(properties) });
    await putRetention(request, name);
    return { physicalId: name, attributes: { Arn: world.arn('logs', `log-group:${name}:*`) } };
  },
  async update(request) {
    await putRetention(request, request.physicalId);
    return request;
  },
  delete: ({ physicalId, call }) => unlessMissing(call('logs', 'DeleteLogGroup', { logGroupName: physicalId })),
};

async function putRetention({ properties, call }: ResourceRequest, logGroupName: string): Promise<void> {
  const { RetentionInDays } = properties;
  if (RetentionInDays === undefined) return;
  await call('logs', 'PutRetentionPolicy', { logGroupName, retentionInDays: Number(RetentionInDays) });
}
