import { type Documented, type Member, assembly, classes, structs, types } from './assembly';

const summary = (documented: Documented) => documented.docs?.summary ?? '';

test('exports exactly this', () => {
  expect(types.map(({ name }) => name).sort()).toEqual([
    'ArtifactProvider',
    'ArtifactProviderProps',
    'CloudBaseServiceVersion',
    'CloudBaseServiceVersionAttributes',
    'CloudBaseServiceVersionProps',
    'CloudBaseVerification',
    'CloudBaseVersionRetention',
    'CloudBaseVersionRetentionProps',
    'DefaultPackageVersion',
    'DefaultPackageVersionProps',
    'GlueArtifactProvider',
    'ICloudBaseServiceVersion',
    'ISchemaVersion',
    'ISoftwarePackage',
    'ISoftwarePackageVersion',
    'ISweep',
    'IotArtifactProvider',
    'JobExecutionCleanup',
    'JobExecutionCleanupProps',
    'JobExecutionStatus',
    'JobRecipe',
    'JobSelection',
    'JobStatus',
    'MintedTokenProps',
    'OnIncomplete',
    'OnRefusal',
    'OnVersionError',
    'PackageArtifact',
    'PackageArtifactConfig',
    'PackageSbom',
    'PackageVersionRetention',
    'PackageVersionRetentionProps',
    'PackageVersionStatus',
    'RecommendedAlarmsProps',
    'RecommendedSweepAlarmsProps',
    'RetentionAction',
    'SchemaAttributes',
    'SchemaDefinition',
    'SchemaReference',
    'SchemaVersion',
    'SchemaVersionAttributes',
    'SchemaVersionProps',
    'SchemaVersionRetention',
    'SchemaVersionRetentionProps',
    'SecretTokenOptions',
    'SoftwarePackage',
    'SoftwarePackageProps',
    'SoftwarePackageVersion',
    'SoftwarePackageVersionAttributes',
    'SoftwarePackageVersionOptions',
    'SoftwarePackageVersionProps',
    'SweepOptions',
    'SweepRules',
    'SweepTrigger',
    'VersionOrder',
    'VersionRemoval',
    'VersionedArtifactsDashboard',
    'VersionedArtifactsDashboardProps',
    'WeChatAccessToken',
    'WeChatArtifactProvider',
    'WeChatOptions',
  ]);
});

test.each(types.map(type => [type.name, type] as const))('%s and all of its members are documented', (_name, type) => {
  const members = [...(type.members ?? []), ...[...(type.properties ?? []), ...(type.methods ?? [])].filter(own)];
  // what overrides an interface's member takes over its documentation.
  function own(member: Member) {
    return !member.overrides;
  }

  expect(summary(type)).not.toBe('');
  for (const member of members) expect([member.name, summary(member)]).not.toEqual([member.name, '']);
  for (const method of (type.methods ?? []).filter(own)) {
    for (const parameter of method.parameters ?? []) {
      if (parameter.name !== 'props') expect([method.name, parameter.name, summary(parameter)]).not.toContain('');
    }
  }
});

test.each(classes.map(type => [type.name, type] as const))(
  '%s is shown in an example, which imports what it names',
  (name, { docs }) => {
    const [, imported] = /^import \{([^}]+)\} from 'cdk-versioned-artifacts';$/m.exec(docs?.example ?? '') ?? [];

    expect(docs?.example).toContain(name);
    expect(imported?.match(/\w+/g)).toEqual(
      types
        .map(({ name }) => name)
        .filter(used)
        .sort(),
    );
    function used(type: string) {
      return new RegExp(`\\b${type}\\b`).test(docs!.example!);
    }
  },
);

test.each(structs.map(type => [type.name, type] as const))(
  '%s is readonly, and its options tell their defaults',
  (_name, type) => {
    expect(type.properties!.filter(({ immutable }) => !immutable)).toEqual([]);
    for (const { name, optional, docs } of type.properties!) {
      expect([name, docs?.default !== undefined]).toEqual([name, Boolean(optional)]);
      expect(docs?.default ?? '').not.toMatch(/undefined|none$/i);
    }
  },
);

test('interfaces with behavior, and only they, start with I', () => {
  for (const type of types) {
    const behavioral = type.kind === 'interface' && !type.datatype;
    expect([type.name, /^I[A-Z]/.test(type.name)]).toEqual([type.name, behavioral]);
  }
});

test('each construct that users make has props of its own', () => {
  const names = new Set(types.map(({ name }) => name));
  const constructs = types.filter(({ initializer }) => initializer?.parameters?.[0].name === 'scope');

  expect(constructs).toHaveLength(10);
  for (const { name } of constructs) expect(names).toContain(`${name}Props`);
});

test('nothing internal leaks', () => {
  const text = JSON.stringify(assembly.types);
  expect(text).not.toMatch(/"name":"_/);
});
