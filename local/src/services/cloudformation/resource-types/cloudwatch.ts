/** Alarms and dashboards. */
// documented: template reference, AWS::CloudWatch::Alarm and Dashboard: what Ref and GetAtt return, and what
// replaces the resource
import { type ResourceRequest, type ResourceType, generatedName } from './resource-type';

export const alarm: ResourceType = {
  createOnly: ['AlarmName'],
  nameProperty: 'AlarmName',
  async create(request) {
    const name = String(request.properties.AlarmName ?? generatedName(request));
    await put(request, name);
    return { physicalId: name, attributes: { Arn: request.world.arn('cloudwatch', `alarm:${name}`) } };
  },
  async update(request) {
    await put(request, request.physicalId);
    return request;
  },
  delete: ({ physicalId, call }) => call('monitoring', 'DeleteAlarms', { AlarmNames: [physicalId] }),
};

async function put({ properties, call }: ResourceRequest, AlarmName: string): Promise<void> {
  await call('monitoring', 'PutMetricAlarm', { ...properties, AlarmName });
}

export const dashboard: ResourceType = {
  createOnly: ['DashboardName'],
  nameProperty: 'DashboardName',
  async create(request) {
    const name = String(request.properties.DashboardName ?? generatedName(request));
    await putDashboard(request, name);
    return { physicalId: name };
  },
  async update(request) {
    await putDashboard(request, request.physicalId);
    return request;
  },
  delete: ({ physicalId, call }) => call('monitoring', 'DeleteDashboards', { DashboardNames: [physicalId] }),
};

async function putDashboard({ properties, call }: ResourceRequest, DashboardName: string): Promise<void> {
  await call('monitoring', 'PutDashboard', { DashboardName, DashboardBody: properties.DashboardBody });
}
