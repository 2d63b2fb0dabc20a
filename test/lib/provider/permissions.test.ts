import { App, Stack } from 'aws-cdk-lib';
import { Schedule } from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  CloudBaseServiceVersion,
  DefaultPackageVersion,
  GlueArtifactProvider,
  IotArtifactProvider,
  JobExecutionCleanup,
  JobSelection,
  PackageVersionStatus,
  SchemaDefinition,
  SchemaReference,
  SchemaVersion,
  SoftwarePackage,
  SweepTrigger,
  WeChatAccessToken,
  WeChatArtifactProvider,
} from 'cdk-versioned-artifacts';
import { type Resource, newStack, resources as synthesized } from '../app';

const PSEUDO: Record<string, string> = {
  'AWS::AccountId': '111111111111',
  'AWS::Partition': 'aws',
  'AWS::Region': 'ap-southeast-1',
  'AWS::StackId': 'x'.repeat(110),
};

const templates = new WeakMap<Stack, Record<string, Resource>>();

/** The resources of a stack that is complete: big ones take a while to synthesise. */
function resources(stack: Stack, type?: string): Record<string, Resource> {
  let all = templates.get(stack);
  if (!all) templates.set(stack, (all = synthesized(stack)));
  return Object.fromEntries(Object.entries(all).filter(([, { Type }]) => (type ?? Type) === Type));
}

/** A value as a deployment renders it, with names of the usual length. */
function deployed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(deployed);
  if (typeof value !== 'object' || value === null) return value;
  const { Ref, 'Fn::Join': join, 'Fn::GetAtt': attribute } = value as Record<string, never>;
  if (Ref) return PSEUDO[Ref] ?? 'arn:aws:states:ap-southeast-1:111111111111:stateMachine:'.padEnd(110, 'x');
  if (join) return (join[1] as unknown[]).map(deployed).join(join[0]);
  if (attribute) return 'arn:aws:logs:ap-southeast-1:111111111111:log-group:'.padEnd(120, 'x');
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, deployed(each)]));
}

interface Attached {
  readonly inline: number;
  readonly managed: number[];
  readonly statements: { Action: string | string[]; Resource: string | string[] }[];
}

/** What each role of a stack has: the characters of its policies, and what they say. */
function roles(stack: Stack): Record<string, Attached> {
  const all = resources(stack);
  const size = (document: unknown) => JSON.stringify(deployed(document)).length;
  const documents = (role: string, type: string) =>
    Object.values(all)
      .filter(
        ({ Type, Properties }) => Type === type && Properties.Roles?.some((r: { Ref?: string }) => r.Ref === role),
      )
      .map(({ Properties }) => Properties.PolicyDocument);
  return Object.fromEntries(
    Object.entries(all)
      .filter(([, { Type }]) => Type === 'AWS::IAM::Role')
      .map(([role, { Properties }]) => {
        const own = (Properties.Policies ?? []).map((policy: { PolicyDocument: object }) => policy.PolicyDocument);
        const inline = [...own, ...documents(role, 'AWS::IAM::Policy')];
        const managed = documents(role, 'AWS::IAM::ManagedPolicy');
        return [
          role,
          {
            inline: inline.map(size).reduce((sum, each) => sum + each, 0),
            managed: managed.map(size),
            statements: [...inline, ...managed].flatMap(
              ({ Statement }) => deployed(Statement) as Attached['statements'],
            ),
          },
        ];
      }),
  );
}

function expectWithinQuotas(stack: Stack): void {
  for (const { inline, managed } of Object.values(roles(stack))) {
    expect(inline).toBeLessThanOrEqual(10_240);
    expect(managed.length).toBeLessThanOrEqual(10);
    for (const characters of managed) expect(characters).toBeLessThanOrEqual(6_144);
  }
}

const allowed = (stack: Stack, action: string) =>
  Object.values(roles(stack))
    .flatMap(({ statements }) => statements)
    .filter(({ Action }) => [Action].flat().includes(action))
    .flatMap(({ Resource }) => Resource);

const managedPolicies = (stack: Stack) => Object.keys(resources(stack, 'AWS::IAM::ManagedPolicy'));

const bigStack = () => newStack({ app: { context: { '@aws-cdk/core:stackResourceLimit': 5000 } } });

/** Versions of so many imported packages, with names of 60 characters. */
function packages(stack: Stack, count: number): string[] {
  const names = Array.from({ length: count }, (_, i) => `ecu-${i}-`.padEnd(60, 'x'));
  names.forEach((name, i) => {
    const version = SoftwarePackage.fromPackageName(stack, `Ecu${i}`, name).addVersion('V', {
      versionName: '1.0.0',
      status: PackageVersionStatus.PUBLISHED,
    });
    new DefaultPackageVersion(stack, `Default${i}`, { version });
  });
  return names;
}

test('a few packages have their permissions in the one inline policy', () => {
  const stack = newStack();
  packages(stack, 10);

  expect(managedPolicies(stack)).toEqual([]);
});

test('150 packages have theirs listed, in policies that keep the quotas', () => {
  const stack = bigStack();
  const names = packages(stack, 150);

  expectWithinQuotas(stack);
  const creatable = allowed(stack, 'iot:CreatePackageVersion');
  for (const name of names)
    expect(creatable).toContain(`arn:aws:iot:ap-southeast-1:111111111111:package/${name}/version/*`);
  expect(creatable).not.toContain('arn:aws:iot:ap-southeast-1:111111111111:package/*');
});

test('what is made needs all of the policies', () => {
  const stack = bigStack();
  packages(stack, 60);
  const policies = [...managedPolicies(stack), ...Object.keys(resources(stack, 'AWS::IAM::Policy'))];
  const [[id, { DependsOn }]] = Object.entries(resources(stack, 'AWS::Lambda::Function'));
  const artifacts = Object.values(resources(stack)).filter(({ Type }: Resource) => Type.startsWith('Custom::'));

  expect(policies.length).toBeGreaterThan(2);
  expect(DependsOn).toEqual(expect.arrayContaining(policies));
  // by the function, which needs them, too.
  expect(artifacts.length).toBeGreaterThan(59);
  for (const { Properties } of artifacts) expect(Properties.ServiceToken).toEqual({ 'Fn::GetAtt': [id, 'Arn'] });
});

test('what the policies cannot list is collapsed', () => {
  const stack = bigStack();
  packages(stack, 400);

  expectWithinQuotas(stack);
  expect(allowed(stack, 'iot:CreatePackageVersion')).toEqual(['arn:aws:iot:ap-southeast-1:111111111111:package/*']);
});

test('150 schemas keep the quotas', () => {
  const stack = bigStack();
  for (let i = 0; i < 150; i++) {
    const schema = SchemaReference.fromSchemaName({ schemaName: `topic-with-a-long-name.${i}-value`.padEnd(60, 'x') });
    new SchemaVersion(stack, `V${i}`, { schema, definition: SchemaDefinition.fromString(`"${i}"`) });
  }

  expectWithinQuotas(stack);
});

test('150 secrets keep the quotas', () => {
  const stack = bigStack();
  for (let i = 0; i < 150; i++) {
    const secret = Secret.fromSecretNameV2(stack, `Token${i}`, `platform-${i}/`.padEnd(60, 'x'));
    const service = { environmentId: 'prod', serverName: `s${i}`, versionName: 'v1' };
    new CloudBaseServiceVersion(stack, `V${i}`, { ...service, accessToken: WeChatAccessToken.fromSecret(secret) });
  }

  expectWithinQuotas(stack);
  expect(allowed(stack, 'secretsmanager:GetSecretValue')).toHaveLength(150);
});

test.each([
  [90, 'listed', 2 * 90],
  [120, 'collapsed for the function, which starts all of them', 1 + 120],
])('%d sweeps keep the quotas: they are %s', (count, _how, expected) => {
  const stack = bigStack();
  for (let i = 0; i < count; i++) {
    const triggers = [SweepTrigger.onSchedule(Schedule.expression('rate(1 day)')), SweepTrigger.onDestroy()];
    new JobExecutionCleanup(stack, `Cleanup${i}`, { jobs: JobSelection.byThing(`thing-${i}`), triggers });
  }

  expectWithinQuotas(stack);
  expect(allowed(stack, 'states:StartExecution')).toHaveLength(expected);
});

test('grants that no policies hold fail synthesis, with a way out', () => {
  const stack = bigStack();
  const provider = IotArtifactProvider.of(stack);
  for (let i = 0; i < 800; i++) {
    kms.Key.fromKeyArn(stack, `Key${i}`, `arn:aws:kms:eu-west-1:111111111111:key/${i}`).grant(provider, `kms:A${i}`);
  }

  expect(() => new App().synth() && resources(stack)).toThrow(
    "a role's policies must have at most about 50000 characters of permissions, got more: divide the artifacts, or the " +
      'grants, among several stacks (in Stack/IotArtifacts)',
  );
});

test('an immutable role gets no policies, however much it would have to be allowed', () => {
  const stack = bigStack();
  const role = iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111111111111:role/mine', { mutable: false });
  IotArtifactProvider.of(stack, { role });
  packages(stack, 60);

  expect(Object.values(resources(stack)).filter(({ Type }) => Type.startsWith('AWS::IAM::'))).toEqual([]);
});

describe('a role that several providers share', () => {
  const families = [IotArtifactProvider, GlueArtifactProvider, WeChatArtifactProvider];
  const shared = (stack: Stack) => {
    const role = new iam.Role(stack, 'Shared', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    for (const family of families) family.of(stack, { role });
  };

  test('keeps the quotas, with all that they need', () => {
    const stack = bigStack();
    shared(stack);
    packages(stack, 60);
    for (let i = 0; i < 60; i++) {
      const schema = SchemaReference.fromSchemaName({ schemaName: `topic-${i}-`.padEnd(60, 'x') });
      new SchemaVersion(stack, `S${i}`, { schema, definition: SchemaDefinition.fromString(`"${i}"`) });
      const secret = Secret.fromSecretNameV2(stack, `Token${i}`, `platform-${i}/`.padEnd(60, 'x'));
      const service = { environmentId: 'prod', serverName: `s${i}`, versionName: 'v1' };
      new CloudBaseServiceVersion(stack, `C${i}`, { ...service, accessToken: WeChatAccessToken.fromSecret(secret) });
    }
    for (let i = 0; i < 5; i++) {
      const triggers = [SweepTrigger.onSchedule(Schedule.expression('rate(1 day)')), SweepTrigger.onDestroy()];
      new JobExecutionCleanup(stack, `Cleanup${i}`, { jobs: JobSelection.byThing(`thing-${i}`), triggers });
    }

    expectWithinQuotas(stack);
    expect(allowed(stack, 'iot:CreatePackageVersion').length).toBeGreaterThan(0);
    expect(allowed(stack, 'secretsmanager:GetSecretValue')).toHaveLength(60);
  });

  test('is found by its ARN in each stack of the app', () => {
    const app = new App();
    const stacks = ['One', 'Two'].map(id => new Stack(app, id));
    for (const stack of stacks) {
      const role = iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111111111111:role/mine');
      IotArtifactProvider.of(stack, { role });
      packages(stack, 60);
    }
    const inline = stacks.flatMap(stack => Object.values(resources(stack, 'AWS::IAM::Policy')));
    const characters = inline.map(({ Properties }) => JSON.stringify(deployed(Properties.PolicyDocument)).length);
    expect(characters).toHaveLength(2);
    expect(characters[0] + characters[1]).toBeLessThanOrEqual(10_240);
  });

  test('whose part holds no more fails synthesis, and the way out is a role for each', () => {
    const stack = bigStack();
    shared(stack);
    const provider = IotArtifactProvider.of(stack);
    for (let i = 0; i < 300; i++) {
      kms.Key.fromKeyArn(stack, `Key${i}`, `arn:aws:kms:eu-west-1:111111111111:key/${i}`).grant(provider, `kms:A${i}`);
    }

    expect(() => resources(stack)).toThrow(
      'got more: give each of the 3 providers that share the role one of its own, or divide the artifacts',
    );
  });
});
