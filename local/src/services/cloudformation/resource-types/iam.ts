/** Roles and their policies. */
// documented: template reference, AWS::IAM::Role, Policy and ManagedPolicy: what Ref and GetAtt return, and what
// replaces the resource
import { type Properties } from '../template';
import { type ResourceRequest, type ResourceType, generatedName, tagList, unlessMissing } from './resource-type';

type Call = ResourceRequest['call'];

interface InlinePolicy {
  readonly PolicyName: string;
  readonly PolicyDocument: unknown;
}

export const role: ResourceType = {
  createOnly: ['RoleName', 'Path'],
  nameProperty: 'RoleName',
  async create(request) {
    const { properties, call } = request;
    const name = String(properties.RoleName ?? generatedName(request, 64));
    const { Role } = await call('iam', 'CreateRole', {
      RoleName: name,
      Path: properties.Path,
      AssumeRolePolicyDocument: JSON.stringify(properties.AssumeRolePolicyDocument),
      Description: properties.Description,
      MaxSessionDuration: properties.MaxSessionDuration,
      PermissionsBoundary: properties.PermissionsBoundary,
      Tags: tagList(properties),
    });
    await changePolicies(call, name, {}, properties);
    return { physicalId: name, attributes: { Arn: Role.Arn, RoleId: Role.RoleId } };
  },
  async update({ properties, oldProperties, physicalId, attributes, call }) {
    await call('iam', 'UpdateAssumeRolePolicy', {
      RoleName: physicalId,
      PolicyDocument: JSON.stringify(properties.AssumeRolePolicyDocument),
    });
    const { Description, MaxSessionDuration } = properties;
    await call('iam', 'UpdateRole', { RoleName: physicalId, Description, MaxSessionDuration });
    const { PermissionsBoundary } = properties;
    const boundary = { RoleName: physicalId, PermissionsBoundary };
    if (PermissionsBoundary !== undefined) await call('iam', 'PutRolePermissionsBoundary', boundary);
    else if (oldProperties.PermissionsBoundary) await call('iam', 'DeleteRolePermissionsBoundary', boundary);
    await changePolicies(call, physicalId, oldProperties, properties);
    await changeTags(call, physicalId, oldProperties, properties);
    return { physicalId, attributes };
  },
  async delete({ properties, physicalId, call }) {
    await unlessMissing(changePolicies(call, physicalId, properties, {}));
    await unlessMissing(call('iam', 'DeleteRole', { RoleName: physicalId }));
  },
};

async function changePolicies(call: Call, RoleName: string, from: Properties, to: Properties): Promise<void> {
  const inline = (properties: Properties) => (properties.Policies ?? []) as InlinePolicy[];
  for (const { PolicyName, PolicyDocument } of inline(to)) {
    await call('iam', 'PutRolePolicy', { RoleName, PolicyName, PolicyDocument: JSON.stringify(PolicyDocument) });
  }
  const kept = new Set(inline(to).map(({ PolicyName }) => PolicyName));
  for (const { PolicyName } of inline(from).filter(policy => !kept.has(policy.PolicyName))) {
    await unlessMissing(call('iam', 'DeleteRolePolicy', { RoleName, PolicyName }));
  }
  const { added, removed } = difference(from.ManagedPolicyArns, to.ManagedPolicyArns);
  for (const PolicyArn of added) await call('iam', 'AttachRolePolicy', { RoleName, PolicyArn });
  for (const PolicyArn of removed) await unlessMissing(call('iam', 'DetachRolePolicy', { RoleName, PolicyArn }));
}

async function changeTags(call: Call, RoleName: string, from: Properties, to: Properties): Promise<void> {
  const tags = tagList(to) ?? [];
  const kept = tags.map(({ Key }) => Key);
  const gone = (tagList(from) ?? []).map(({ Key }) => Key).filter(key => !kept.includes(key));
  if (gone.length > 0) await call('iam', 'UntagRole', { RoleName, TagKeys: gone });
  if (tags.length > 0) await call('iam', 'TagRole', { RoleName, Tags: tags });
}

/** An inline policy of roles that are elsewhere in the template. */
export const policy: ResourceType = {
  async create(request) {
    await putPolicy(request.call, request.properties);
    return { physicalId: generatedName(request, 128), attributes: {} };
  },
  async update({ properties, oldProperties, physicalId, attributes, call }) {
    await putPolicy(call, properties);
    const isRenamed = properties.PolicyName !== oldProperties.PolicyName;
    const left = difference(oldProperties.Roles, isRenamed ? [] : properties.Roles).removed;
    await removePolicy(call, oldProperties, left);
    return { physicalId, attributes };
  },
  delete: ({ properties, call }) => removePolicy(call, properties, names(properties.Roles)),
};

async function putPolicy(call: Call, { PolicyName, PolicyDocument, Roles }: Properties): Promise<void> {
  for (const RoleName of names(Roles)) {
    await call('iam', 'PutRolePolicy', { RoleName, PolicyName, PolicyDocument: JSON.stringify(PolicyDocument) });
  }
}

async function removePolicy(call: Call, { PolicyName }: Properties, roles: readonly string[]): Promise<void> {
  for (const RoleName of roles) await unlessMissing(call('iam', 'DeleteRolePolicy', { RoleName, PolicyName }));
}

export const managedPolicy: ResourceType = {
  createOnly: ['ManagedPolicyName', 'Path', 'Description'],
  nameProperty: 'ManagedPolicyName',
  async create(request) {
    const { properties, call } = request;
    const { Policy } = await call('iam', 'CreatePolicy', {
      PolicyName: properties.ManagedPolicyName ?? generatedName(request, 128),
      Path: properties.Path,
      Description: properties.Description,
      PolicyDocument: JSON.stringify(properties.PolicyDocument),
    });
    for (const RoleName of names(properties.Roles)) {
      await call('iam', 'AttachRolePolicy', { RoleName, PolicyArn: Policy.Arn });
    }
    return { physicalId: Policy.Arn, attributes: { PolicyArn: Policy.Arn, PolicyId: Policy.PolicyId } };
  },
  async update({ properties, oldProperties, physicalId, attributes, call }) {
    await makeRoomForVersion(call, physicalId);
    await call('iam', 'CreatePolicyVersion', {
      PolicyArn: physicalId,
      PolicyDocument: JSON.stringify(properties.PolicyDocument),
      SetAsDefault: true,
    });
    const { added, removed } = difference(oldProperties.Roles, properties.Roles);
    for (const RoleName of added) await call('iam', 'AttachRolePolicy', { RoleName, PolicyArn: physicalId });
    await detach(call, physicalId, removed);
    return { physicalId, attributes };
  },
  async delete({ properties, physicalId, call }) {
    await detach(call, physicalId, names(properties.Roles));
    await unlessMissing(call('iam', 'DeletePolicy', { PolicyArn: physicalId }));
  },
};

/** A policy has at most five versions. */
async function makeRoomForVersion(call: Call, PolicyArn: string): Promise<void> {
  const { Versions } = await call('iam', 'ListPolicyVersions', { PolicyArn });
  const others = (Versions as { VersionId: string; IsDefaultVersion: boolean }[]).filter(v => !v.IsDefaultVersion);
  if (others.length >= 4) await call('iam', 'DeletePolicyVersion', { PolicyArn, VersionId: others[0].VersionId });
}

async function detach(call: Call, PolicyArn: string, roles: readonly string[]): Promise<void> {
  for (const RoleName of roles) await unlessMissing(call('iam', 'DetachRolePolicy', { RoleName, PolicyArn }));
}

const names = (value: unknown): readonly string[] => (value ?? []) as readonly string[];

function difference(from: unknown, to: unknown): { added: readonly string[]; removed: readonly string[] } {
  return {
    added: names(to).filter(name => !names(from).includes(name)),
    removed: names(from).filter(name => !names(to).includes(name)),
  };
}
