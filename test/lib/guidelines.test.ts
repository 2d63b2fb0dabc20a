// The CDK's design guidelines, as far as the assembly shows whether they are followed.
import { type Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import * as library from 'cdk-versioned-artifacts';
import { newStack } from './app';
import { type Member, type Reference, type Type, classes, structs, types } from './assembly';

const byName = (type: Type) => [type.name, type] as const;
const named = (name: string) => types.find(type => type.name === name);
const resources = classes.filter(({ base }) => base === 'aws-cdk-lib.Resource');

/** A default designates, and has nothing of its own that another construct could refer to. */
const importable = resources.filter(({ name }) => name !== 'DefaultPackageVersion');

/** The types in a member's signature. */
function signature({ type, parameters = [], returns }: Member): Reference[] {
  const all = [type, returns?.type, ...parameters.map(parameter => parameter.type)].filter(used => used !== undefined);
  return all.map(used => used.collection?.elementtype ?? used);
}

const members = ({ properties = [], methods = [], initializer }: Type): Member[] => [
  ...properties,
  ...methods,
  { name: 'constructor', parameters: initializer?.parameters },
];

test.each(structs.map(byName))('%s is named after what it is for', name => {
  expect(name).toMatch(/(Props|Options|Attributes|Config|Rules)$/);
  expect(name).not.toMatch(/^I[A-Z][a-z]/);
});

test.each(classes.filter(({ initializer }) => initializer?.parameters?.[0].name === 'scope').map(byName))(
  '%s takes scope, id and props of its own',
  (name, { initializer }) => {
    const [scope, id, props, ...more] = initializer!.parameters!;

    expect(scope.type).toEqual({ fqn: 'constructs.Construct' });
    expect(id).toMatchObject({ name: 'id', type: { primitive: 'string' } });
    expect(props).toMatchObject({ name: 'props', type: { fqn: `cdk-versioned-artifacts.${name}Props` } });
    // nothing is required where each property may be left out.
    const optional = named(`${name}Props`)!.properties!.every(property => property.optional);
    expect(Boolean(props.optional)).toBe(optional);
    expect(more).toEqual([]);
  },
);

test.each(importable.map(byName))('%s has an interface, and an import that gives that', (name, type) => {
  const fqn = `cdk-versioned-artifacts.I${name}`;
  const imports = type.methods!.filter(method => method.static && method.name.startsWith('from'));

  expect(type.interfaces).toContain(fqn);
  expect(named(`I${name}`)!.interfaces).toEqual(['aws-cdk-lib.IResource']);
  expect(imports).not.toEqual([]);
  for (const { parameters, returns } of imports) {
    expect(parameters!.slice(0, 2).map(parameter => parameter.name)).toEqual(['scope', 'id']);
    expect(returns!.type).toEqual({ fqn });
  }
});

test.each(types.filter(({ properties = [] }) => properties.some(property => /(?<!source)Arn$/.test(property.name))))(
  '$name, which has an ARN, grants actions on it',
  ({ name, kind, methods = [] }) => {
    // a class has the grants of its interface.
    const own = [...methods, ...(named(`I${name}`)?.methods ?? [])].map(method => method.name);

    expect([name, kind, own.includes('grant'), own.includes('grantRead')]).toEqual([name, kind, true, true]);
  },
);

test('sweeps have an interface', () => {
  const sweeps = classes.filter(({ name }) => /(Retention|Cleanup)$/.test(name));

  expect(sweeps.map(({ interfaces }) => interfaces)).toEqual(sweeps.map(() => ['cdk-versioned-artifacts.ISweep']));
});

test('signatures name interfaces where there are any', () => {
  const instead = new Set(
    classes.filter(({ name }) => named(`I${name}`)).map(({ name }) => `cdk-versioned-artifacts.${name}`),
  );
  // what makes a construct gives that very construct.
  const taken = types.flatMap(type =>
    members(type).flatMap(({ name, type: kind, parameters = [] }) =>
      signature({ name, type: kind, parameters })
        .filter(({ fqn = '' }) => instead.has(fqn) || /aws_(s3\.Bucket|iam\.Role|kms\.Key|ec2\.Vpc)$/.test(fqn))
        .map(({ fqn }) => `${type.name}.${name}: ${fqn}`),
    ),
  );

  expect(taken).toEqual([]);
});

test('nothing is of any type, but documents that users write', () => {
  const anything = types.flatMap(type =>
    members(type)
      .filter(member => signature(member).some(({ primitive }) => primitive === 'any' || primitive === 'json'))
      .map(({ name }) => `${type.name}.${name}`),
  );

  expect(anything).toEqual(['JobRecipe.fromObject', 'SchemaDefinition.fromObject']);
});

test('times are Durations', () => {
  const properties = structs.flatMap(type => (type.properties ?? []).map(member => ({ ...member, of: type.name })));
  const numbers = properties.filter(({ type }) => type!.primitive === 'number');

  // requests a second are a rate.
  const times = numbers.filter(({ name }) => /(age|timeout|seconds|minutes|hours|days|interval|period)$/i.test(name));
  expect(times.map(({ name }) => name)).toEqual([]);
});

describe('no getter throws, whatever looks at an object as a whole', () => {
  const stack = newStack();
  const objects = everything(stack);

  test.each(classes.filter(({ abstract }) => !abstract).map(byName))('%s', (name, { properties = [] }) => {
    const object = objects.find(({ constructor }) => constructor.name === name)!;

    expect(object).toBeDefined();
    for (const property of properties.filter(member => !member.static)) {
      expect(() => Reflect.get(object, property.name)).not.toThrow();
    }
  });
});

/** One object of each class that is made with no more than it must have. */
function everything(stack: Stack): object[] {
  const softwarePackage = new library.SoftwarePackage(stack, 'Package');
  const version = new library.SoftwarePackageVersion(stack, 'Version', {
    softwarePackage,
    versionName: '1.0.0',
    status: library.PackageVersionStatus.PUBLISHED,
  });
  const bucket = new Bucket(stack, 'Bucket');
  const schema = library.SchemaReference.fromSchemaName({ schemaName: 'orders' });
  const definition = library.SchemaDefinition.fromString('{"type":"string"}');
  const jobs = library.JobSelection.all();
  const accessToken = library.WeChatAccessToken.fromSecret(new Secret(stack, 'Secret'));
  const service = { environmentId: 'prod', serverName: 'api', accessToken };
  const rules = { keepLatest: 1 };
  return [
    ...[softwarePackage, version, schema, jobs, accessToken],
    new library.DefaultPackageVersion(stack, 'Default', { version }),
    library.PackageSbom.fromBucket(bucket, 'sbom.zip', 'v1'),
    new library.JobExecutionCleanup(stack, 'Cleanup', { jobs }),
    new library.PackageVersionRetention(stack, 'Keep', { softwarePackage, rules }),
    new library.SchemaVersion(stack, 'Schema', { schema, definition }),
    new library.SchemaVersionRetention(stack, 'KeepSchemas', { schema, rules }),
    new library.CloudBaseServiceVersion(stack, 'Api', { ...service, versionName: 'api-1' }),
    new library.CloudBaseVersionRetention(stack, 'KeepApi', { ...service, rules }),
    new library.VersionedArtifactsDashboard(stack, 'Dashboard'),
    library.SweepTrigger.onDestroy(),
    library.IotArtifactProvider.of(stack),
    library.GlueArtifactProvider.of(stack),
    library.WeChatArtifactProvider.of(stack),
  ];
}
