// documented: API reference of each operation; authorization reference
import { randomBytes } from 'crypto';
import { type PolicySource } from '../../core/authorization';
import { type MatchedStatement, type NamedPolicy } from '../../core/policy';
import { type Members, type Operation, type Service, ServiceError, type World } from '../../core/service';
import {
  AWS_MANAGED,
  INLINE_CHARACTERS,
  MANAGED_CHARACTERS,
  type PolicyDocument,
  identityPolicy,
  size,
  trustPolicy,
} from './policies';
import { type UnusedGrant, Usage } from './usage';

/** A role of IAM. */
export interface Role {
  readonly RoleName: string;
  readonly RoleId: string;
  readonly Arn: string;
  readonly Path: string;
  readonly CreateDate: Date;
  Description?: string;
  MaxSessionDuration: number;
  trust: PolicyDocument;
  /** Inline policies by name. */
  readonly inline: Map<string, PolicyDocument>;
  /** The ARNs of managed policies. */
  readonly attached: Set<string>;
  /** The ARN of the permissions boundary, a managed policy. */
  boundary?: string;
  tags: Tag[];
}

/** A customer managed policy. */
export interface ManagedPolicy {
  readonly PolicyName: string;
  readonly PolicyId: string;
  readonly Arn: string;
  readonly Path: string;
  readonly CreateDate: Date;
  readonly versions: Map<string, PolicyDocument>;
  defaultVersion: string;
}

interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** AWS Identity and Access Management: roles and their policies. */
export class Iam implements Service, PolicySource {
  readonly signingName = 'iam';
  readonly protocol = 'query';
  readonly xmlNamespace = 'https://iam.amazonaws.com/doc/2010-05-08/';
  readonly roles = new Map<string, Role>();
  readonly managedPolicies = new Map<string, ManagedPolicy>();
  private readonly usageByRole = new Map<string, Usage>();
  /** The policies of former roles, for example of a deleted stack. */
  private readonly lastPolicies = new Map<string, readonly NamedPolicy[]>();

  readonly operations: Readonly<Record<string, Operation>> = {
    CreateRole: onRole('CreateRole', (input, world) => this.createRole(input, world)),
    GetRole: onRole('GetRole', input => ({ Role: describe(this.role(input.RoleName)) })),
    UpdateRole: onRole('UpdateRole', ({ RoleName, Description, MaxSessionDuration = 3600 }) => {
      Object.assign(this.role(RoleName), { Description, MaxSessionDuration: Number(MaxSessionDuration) });
    }),
    UpdateAssumeRolePolicy: onRole('UpdateAssumeRolePolicy', ({ RoleName, PolicyDocument }) => {
      this.role(RoleName).trust = trustPolicy(PolicyDocument);
    }),
    PutRolePermissionsBoundary: onRole('PutRolePermissionsBoundary', ({ RoleName, PermissionsBoundary }) => {
      this.role(RoleName).boundary = this.requireManaged(PermissionsBoundary);
    }),
    DeleteRolePermissionsBoundary: onRole('DeleteRolePermissionsBoundary', ({ RoleName }) => {
      this.role(RoleName).boundary = undefined;
    }),
    DeleteRole: onRole('DeleteRole', input => this.deleteRole(input)),
    TagRole: onRole('TagRole', ({ RoleName, Tags }) => {
      const role = this.role(RoleName);
      const others = role.tags.filter(tag => !Tags.some((added: Tag) => added.Key === tag.Key));
      role.tags = [...others, ...Tags];
    }),
    UntagRole: onRole('UntagRole', ({ RoleName, TagKeys }) => {
      const role = this.role(RoleName);
      role.tags = role.tags.filter(tag => !TagKeys.includes(tag.Key));
    }),

    PutRolePolicy: onRole('PutRolePolicy', input => this.putRolePolicy(input)),
    GetRolePolicy: onRole('GetRolePolicy', ({ RoleName, PolicyName }) => {
      const document = this.role(RoleName).inline.get(PolicyName);
      if (!document) throw noSuch(`The role policy with name ${PolicyName} cannot be found.`);
      return { RoleName, PolicyName, PolicyDocument: encodeURIComponent(JSON.stringify(document)) };
    }),
    DeleteRolePolicy: onRole('DeleteRolePolicy', ({ RoleName, PolicyName }) => {
      const { Arn, inline } = this.role(RoleName);
      const last = this.policiesOf(Arn);
      if (!inline.delete(PolicyName)) throw noSuch(`The role policy with name ${PolicyName} cannot be found.`);
      if (inline.size === 0) this.lastPolicies.set(Arn, last);
    }),
    ListRolePolicies: onRole('ListRolePolicies', ({ RoleName }) => ({
      PolicyNames: [...this.role(RoleName).inline.keys()],
      IsTruncated: false,
    })),
    AttachRolePolicy: onRole('AttachRolePolicy', ({ RoleName, PolicyArn }) => {
      this.role(RoleName).attached.add(this.requireManaged(PolicyArn));
    }),
    DetachRolePolicy: onRole('DetachRolePolicy', ({ RoleName, PolicyArn }) => {
      if (!this.role(RoleName).attached.delete(PolicyArn)) throw noSuch(`Policy ${PolicyArn} was not found.`);
    }),
    ListAttachedRolePolicies: onRole('ListAttachedRolePolicies', ({ RoleName }) => ({
      AttachedPolicies: [...this.role(RoleName).attached].map(PolicyArn => ({
        PolicyName: PolicyArn.split('/').pop(),
        PolicyArn,
      })),
      IsTruncated: false,
    })),

    CreatePolicy: {
      needs: ({ PolicyName, Path = '/' }, world) => [
        { action: 'iam:CreatePolicy', resource: arn(world, `policy${Path}${PolicyName}`) },
      ],
      run: (input, { world }) => this.createPolicy(input, world),
    },
    GetPolicy: onPolicy('GetPolicy', ({ PolicyArn }) => ({ Policy: this.describePolicy(PolicyArn) })),
    CreatePolicyVersion: onPolicy('CreatePolicyVersion', input => this.createPolicyVersion(input)),
    DeletePolicyVersion: onPolicy('DeletePolicyVersion', ({ PolicyArn, VersionId }) => {
      const policy = this.customerManaged(PolicyArn);
      if (policy.defaultVersion === VersionId) throw conflict('Cannot delete the default version of a policy.');
      if (!policy.versions.delete(VersionId)) throw noSuch(`Policy ${PolicyArn} version ${VersionId} does not exist.`);
    }),
    ListPolicyVersions: onPolicy('ListPolicyVersions', ({ PolicyArn }) => {
      const policy = this.customerManaged(PolicyArn);
      const versions = [...policy.versions.keys()];
      return {
        Versions: versions.map(VersionId => ({ VersionId, IsDefaultVersion: VersionId === policy.defaultVersion })),
        IsTruncated: false,
      };
    }),
    DeletePolicy: onPolicy('DeletePolicy', ({ PolicyArn }) => {
      this.customerManaged(PolicyArn);
      if ([...this.roles.values()].some(role => role.attached.has(PolicyArn) || role.boundary === PolicyArn)) {
        throw conflict('Cannot delete a policy attached to entities.');
      }
      this.managedPolicies.delete(PolicyArn);
    }),
  };

  /** The policies that decide what a role may do. */
  policiesOf(roleArn: string): readonly NamedPolicy[] {
    const role = this.byArn(roleArn);
    if (!role) return [];
    const managed = [...role.attached].map(name => ({ name, document: this.managed(name)! }));
    return [...[...role.inline].map(([name, document]) => ({ name, document })), ...managed];
  }

  boundaryOf(roleArn: string): object | undefined {
    const boundary = this.byArn(roleArn)?.boundary;
    return boundary === undefined ? undefined : this.managed(boundary);
  }

  used(roleArn: string, usages: readonly MatchedStatement[]): void {
    let usage = this.usageByRole.get(roleArn);
    if (!usage) this.usageByRole.set(roleArn, (usage = new Usage()));
    usage.record(usages);
  }

  /** What the current or last policies of the role grant, and no call has ever needed. */
  unusedStatements(roleArn: string): UnusedGrant[] {
    const policies = this.policiesOf(roleArn);
    const granted = policies.length > 0 ? policies : (this.lastPolicies.get(roleArn) ?? []);
    return (this.usageByRole.get(roleArn) ?? new Usage()).unused(granted);
  }

  /** Whether a service can assume a role. */
  trusts(roleArn: string, servicePrincipal: string): boolean {
    const role = this.byArn(roleArn);
    return [role?.trust.Statement].flat().some(statement => {
      const { Effect, Principal } = (statement ?? {}) as {
        Effect?: string;
        Principal?: { Service?: string | string[] };
      };
      return Effect === 'Allow' && [Principal?.Service].flat().includes(servicePrincipal);
    });
  }

  private byArn(roleArn: string): Role | undefined {
    return [...this.roles.values()].find(({ Arn }) => Arn === roleArn);
  }

  private role(name: string): Role {
    const role = this.roles.get(name);
    if (!role) throw noSuch(`The role with name ${name} cannot be found.`);
    return role;
  }

  private createRole(input: Members, world: World): object {
    const { RoleName, Path = '/', AssumeRolePolicyDocument, Description, MaxSessionDuration = 3600, Tags = [] } = input;
    const { PermissionsBoundary } = input;
    if (!/^[\w+=,.@-]{1,64}$/.test(RoleName)) throw invalid('roleName', '[\\w+=,.@-]+, 1 to 64 characters');
    if (this.roles.has(RoleName)) throw exists(`Role with name ${RoleName} already exists.`);
    const role: Role = {
      RoleName,
      Path,
      Description,
      MaxSessionDuration: Number(MaxSessionDuration),
      RoleId: id('AROA'),
      Arn: arn(world, `role${Path}${RoleName}`),
      CreateDate: new Date(world.clock.now()),
      trust: trustPolicy(AssumeRolePolicyDocument),
      inline: new Map(),
      attached: new Set(),
      boundary: PermissionsBoundary && this.requireManaged(PermissionsBoundary),
      tags: Tags,
    };
    this.roles.set(RoleName, role);
    // a new role with an old name is another role: nothing of it has been used.
    this.usageByRole.delete(role.Arn);
    return { Role: describe(role) };
  }

  private deleteRole({ RoleName }: Members): void {
    const { inline, attached } = this.role(RoleName);
    if (attached.size > 0) throw conflict('Cannot delete entity, must detach all policies first.');
    if (inline.size > 0) throw conflict('Cannot delete entity, must delete policies first.');
    this.roles.delete(RoleName);
  }

  private putRolePolicy({ RoleName, PolicyName, PolicyDocument }: Members): void {
    if (!/^[\w+=,.@-]{1,128}$/.test(PolicyName)) throw invalid('policyName', '[\\w+=,.@-]+, 1 to 128 characters');
    const inline = new Map(this.role(RoleName).inline).set(PolicyName, identityPolicy(PolicyDocument));
    const total = [...inline.values()].reduce((sum, document) => sum + size(document), 0);
    // documented: user guide, reference_iam-quotas
    if (total > INLINE_CHARACTERS) {
      const limit = `Maximum policy size of ${INLINE_CHARACTERS} bytes exceeded for role ${RoleName}`;
      throw new ServiceError('LimitExceeded', limit, 409);
    }
    this.role(RoleName).inline.set(PolicyName, inline.get(PolicyName)!);
  }

  private createPolicy({ PolicyName, Path = '/', PolicyDocument }: Members, world: World): object {
    const policyArn = arn(world, `policy${Path}${PolicyName}`);
    if (this.managedPolicies.has(policyArn)) throw exists(`A policy called ${PolicyName} already exists.`);
    this.managedPolicies.set(policyArn, {
      PolicyName,
      Path,
      Arn: policyArn,
      PolicyId: id('ANPA'),
      CreateDate: new Date(world.clock.now()),
      versions: new Map([['v1', managedDocument(PolicyDocument)]]),
      defaultVersion: 'v1',
    });
    return { Policy: this.describePolicy(policyArn) };
  }

  private createPolicyVersion({ PolicyArn, PolicyDocument, SetAsDefault }: Members): object {
    const policy = this.customerManaged(PolicyArn);
    // documented: user guide, reference_iam-quotas
    if (policy.versions.size >= 5) {
      throw new ServiceError('LimitExceeded', 'A managed policy can have up to 5 versions.', 409);
    }
    const newest = Math.max(...[...policy.versions.keys()].map(version => Number(version.slice(1))));
    const VersionId = `v${newest + 1}`;
    policy.versions.set(VersionId, managedDocument(PolicyDocument));
    if (String(SetAsDefault) === 'true') policy.defaultVersion = VersionId;
    return { PolicyVersion: { VersionId, IsDefaultVersion: policy.defaultVersion === VersionId } };
  }

  private customerManaged(policyArn: string): ManagedPolicy {
    const policy = this.managedPolicies.get(policyArn);
    if (!policy) throw noSuch(`Policy ${policyArn} was not found.`);
    return policy;
  }

  private managed(policyArn: string): PolicyDocument | undefined {
    const policy = this.managedPolicies.get(policyArn);
    return policy ? policy.versions.get(policy.defaultVersion) : AWS_MANAGED[policyArn.split(':aws:policy/')[1]];
  }

  private requireManaged(policyArn: string): string {
    if (!this.managed(policyArn)) throw noSuch(`Policy ${policyArn} does not exist or is not attachable.`);
    return policyArn;
  }

  private describePolicy(policyArn: string): object {
    const { versions: _versions, defaultVersion: DefaultVersionId, ...policy } = this.customerManaged(policyArn);
    const AttachmentCount = [...this.roles.values()].filter(role => role.attached.has(policyArn)).length;
    return { ...policy, DefaultVersionId, AttachmentCount, IsAttachable: true };
  }
}

function describe({ trust, tags, boundary, inline: _inline, attached: _attached, ...role }: Role): object {
  return {
    ...role,
    AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(trust)),
    ...(boundary && {
      PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: boundary },
    }),
    Tags: tags,
  };
}

const onRole = (action: string, run: (input: Members, world: World) => unknown): Operation => ({
  needs: ({ RoleName, Path = '/' }, world) => [
    { action: `iam:${action}`, resource: arn(world, `role${Path}${RoleName}`) },
  ],
  run: (input, { world }) => run(input, world),
});

const onPolicy = (action: string, run: (input: Members) => unknown): Operation => ({
  needs: ({ PolicyArn }) => [{ action: `iam:${action}`, resource: PolicyArn }],
  run,
});

function managedDocument(text: unknown): PolicyDocument {
  const document = identityPolicy(text);
  // documented: user guide, reference_iam-quotas
  if (size(document) <= MANAGED_CHARACTERS) return document;
  throw new ServiceError('LimitExceeded', `Cannot exceed quota for PolicySize: ${MANAGED_CHARACTERS}`, 409);
}

// IAM is global: its ARNs have no region.
const arn = (world: World, resource: string): string => world.arn('iam', resource, { region: '' });

const id = (prefix: string): string => prefix + randomBytes(8).toString('hex').toUpperCase();

const noSuch = (message: string) => new ServiceError('NoSuchEntity', message, 404);
const exists = (message: string) => new ServiceError('EntityAlreadyExists', message, 409);
const conflict = (message: string) => new ServiceError('DeleteConflict', message, 409);
const invalid = (member: string, pattern: string) =>
  new ServiceError('ValidationError', `The specified value for ${member} is invalid. It must match ${pattern}`, 400);
