import { CfnParameter } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { type Construct } from 'constructs';
import * as library from 'cdk-versioned-artifacts';
import { newStack, resources } from '../app';
import { type Member, structs } from '../assembly';

// jsii checks types in other languages, and nothing does in JavaScript.
type Props = Record<string, unknown>;
type Make = (scope: Construct, props: Props) => unknown;
const js = library as unknown as Record<string, new (scope: Construct, id: string, props: Props) => unknown>;
const statics = library as unknown as Record<string, Record<string, (...args: unknown[]) => unknown>>;
const make =
  (name: string): Make =>
  (scope, props) =>
    new js[name](scope, 'X', props);

const softwarePackage = (scope: Construct) => library.SoftwarePackage.fromPackageName(scope, 'P', 'brake-ecu');
const schema = () => library.SchemaReference.fromSchemaName({ registryName: 'events', schemaName: 'orders' });
const secret = (scope: Construct) => Secret.fromSecretNameV2(scope, 'Secret', 'token');
const version = (scope: Construct) =>
  softwarePackage(scope).addVersion('V', { versionName: '1.0.0', status: library.PackageVersionStatus.PUBLISHED });
const rules = { keepLatest: 1 };

/** Whatever has required properties, made of all of them. */
const all: Record<string, { readonly make: Make; readonly props: (scope: Construct) => Props }> = {
  SoftwarePackageVersion: {
    make: make('SoftwarePackageVersion'),
    props: scope => ({ softwarePackage: softwarePackage(scope), versionName: '1.0.0' }),
  },
  'SoftwarePackage.addVersion': {
    make: (scope, props) => softwarePackage(scope).addVersion('X', props as never),
    props: () => ({ versionName: '1.0.0' }),
  },
  'SoftwarePackageVersion.fromPackageVersionAttributes': {
    make: (scope, props) => statics.SoftwarePackageVersion.fromPackageVersionAttributes(scope, 'X', props),
    props: scope => ({ softwarePackage: softwarePackage(scope), packageVersionName: '1.0.0' }),
  },
  DefaultPackageVersion: { make: make('DefaultPackageVersion'), props: scope => ({ version: version(scope) }) },
  PackageVersionRetention: {
    make: make('PackageVersionRetention'),
    props: scope => ({ softwarePackage: softwarePackage(scope), rules }),
  },
  JobExecutionCleanup: {
    make: make('JobExecutionCleanup'),
    props: () => ({ jobs: library.JobSelection.byIds('ota-1') }),
  },
  SchemaVersion: {
    make: make('SchemaVersion'),
    props: () => ({ schema: schema(), definition: library.SchemaDefinition.fromString('{"type":"string"}') }),
  },
  'SchemaVersion.fromSchemaVersionAttributes': {
    make: (scope, props) => statics.SchemaVersion.fromSchemaVersionAttributes(scope, 'X', props),
    props: () => ({ schema: schema(), versionId: '11111111-2222-4333-8444-555555555555', versionNumber: '2' }),
  },
  'SchemaReference.fromSchemaName': {
    make: (_, props) => statics.SchemaReference.fromSchemaName(props),
    props: () => ({ schemaName: 'orders' }),
  },
  SchemaVersionRetention: { make: make('SchemaVersionRetention'), props: () => ({ schema: schema(), rules }) },
  CloudBaseServiceVersion: {
    make: make('CloudBaseServiceVersion'),
    props: scope => ({
      environmentId: 'prod-1',
      serverName: 'api',
      versionName: 'api-001',
      accessToken: library.WeChatAccessToken.fromSecret(secret(scope)),
    }),
  },
  'CloudBaseServiceVersion.fromServiceVersionAttributes': {
    make: (scope, props) => statics.CloudBaseServiceVersion.fromServiceVersionAttributes(scope, 'X', props),
    props: () => ({ environmentId: 'prod-1', serverName: 'api', versionName: 'api-001' }),
  },
  CloudBaseVersionRetention: {
    make: make('CloudBaseVersionRetention'),
    props: scope => ({
      environmentId: 'prod-1',
      serverName: 'api',
      accessToken: library.WeChatAccessToken.fromSecret(secret(scope)),
      rules,
    }),
  },
  'WeChatAccessToken.minted': {
    make: (scope, props) =>
      new library.CloudBaseServiceVersion(scope, 'X', {
        environmentId: 'prod-1',
        serverName: 'api',
        versionName: 'api-001',
        accessToken: statics.WeChatAccessToken.minted(props) as library.WeChatAccessToken,
      }),
    props: scope => ({
      componentAppId: 'wx0123456789abcdef',
      appSecret: secret(scope),
      verifyTicket: Secret.fromSecretNameV2(scope, 'Ticket', 't'),
    }),
  },
};

const missing = Object.entries(all).flatMap(([what, { props }]) =>
  Object.keys(props(newStack())).flatMap(prop => [undefined, null].map(value => [what, prop, value] as const)),
);

/** What a property is called where its rule checks it. */
const IN_WORDS: Readonly<Record<string, RegExp>> = {
  rules: /^a retention must keep something, got neither/,
  schemaName: /^the name of a schema must be a string, got nothing/,
};

test.each(missing)('%s without %s (%p) says what is expected', (what, prop, value) => {
  const stack = newStack();
  const props = { ...all[what].props(stack), [prop]: value };
  expect(() => all[what].make(stack, props)).toThrow(IN_WORDS[prop] ?? `${prop} is required, got nothing: set ${prop}`);
});

test.each(Object.keys(all))('%s can be made with all of them', what => {
  const stack = newStack();
  expect(() => all[what].make(stack, all[what].props(stack))).not.toThrow();
});

test.each([
  [2, 'got 2'],
  [{ name: '1.0.0' }, 'got a structure'],
])('a name must be text: %p', (versionName, got) => {
  const stack = newStack();
  expect(() =>
    all.SoftwarePackageVersion.make(stack, { softwarePackage: softwarePackage(stack), versionName }),
  ).toThrow(`the name of a package version must be a string, ${got}`);
});

/** The properties of a struct, those that it inherits included. */
function membersOf(fqn: string): Member[] {
  const { properties = [], interfaces = [] } = structs.find(struct => struct.fqn === fqn)!;
  return [...properties, ...interfaces.flatMap(membersOf)];
}

/** Names, text and numbers have rules of their own; the CDK looks at its removal policies. */
const isOfOtherRules = ({ type, name }: Member) =>
  ['string', 'number'].includes(type?.primitive ?? '') || name === 'removalPolicy';

const STRUCTS: Readonly<Record<string, string>> = { 'SoftwarePackage.addVersion': 'SoftwarePackageVersionOptions' };

const kinds = Object.keys(all)
  .filter(what => !what.includes('.') || what in STRUCTS)
  .flatMap(what =>
    membersOf(`cdk-versioned-artifacts.${STRUCTS[what] ?? `${what}Props`}`)
      .filter(member => !isOfOtherRules(member))
      .flatMap(({ name }) =>
        [['yes', '"yes"'] as const, [7, '7'] as const].map(wrong => [what, name, ...wrong] as const),
      ),
  );

test.each(kinds)('%s refuses a %s that is %p, since nothing in JavaScript does', (what, prop, value, got) => {
  const stack = newStack();
  const props = { ...all[what].props(stack), [prop]: value };
  expect(() => all[what].make(stack, props)).toThrow(new RegExp(`^${prop} must be .*, got ${got}: pass `));
});

test.each([
  ['minAge', 30, 'minAge must be a Duration, got 30'],
  ['include', '2.*', 'include must be a list of patterns, got "2.*"'],
  ['exclude', '2.*', 'exclude must be a list of patterns, got "2.*"'],
  ['dryRun', 'yes', 'dryRun must be a boolean, got "yes"'],
  // a rule that is misspelt would keep nothing.
  ['keepLastest', 5, 'rules can only have keepLatest, minAge, include, exclude, maxRemovals, dryRun, got keepLastest'],
])('a sweep refuses the rule %s: %p', (rule, value, message) => {
  for (const what of ['JobExecutionCleanup', 'PackageVersionRetention']) {
    const stack = newStack();
    const props = { ...all[what].props(stack), rules: { keepLatest: 1, [rule]: value } };
    expect(() => all[what].make(stack, props)).toThrow(message);
  }
});

test.each(Object.keys(all).filter(what => kinds.some(([kind]) => kind === what)))(
  'what is null of %s in JavaScript is as by default',
  what => {
    const made = (more: Props) => {
      const stack = newStack();
      all[what].make(stack, { ...all[what].props(stack), ...more });
      return resources(stack);
    };
    const required = Object.keys(all[what].props(newStack()));
    const optional = new Set(kinds.filter(([kind]) => kind === what).map(([, prop]) => prop));
    expect(
      made(Object.fromEntries([...optional].filter(prop => !required.includes(prop)).map(prop => [prop, null]))),
    ).toEqual(made({}));
  },
);

test.each(['keepLatest', 'minAge', 'include', 'exclude', 'maxRemovals', 'dryRun'])('the rule %s can be null', rule => {
  const stack = newStack();
  const props = all.JobExecutionCleanup.props(stack);
  expect(() => all.JobExecutionCleanup.make(stack, { ...props, rules: { [rule]: null } })).not.toThrow();
});

test('a status that a parameter brings is taken', () => {
  const stack = newStack();
  const status = new CfnParameter(stack, 'Status').valueAsString;
  const props = { ...all.SoftwarePackageVersion.props(stack), status };
  expect(() => all.SoftwarePackageVersion.make(stack, props)).not.toThrow();
});

test('a text or a number in the place of attributes, or among them, is refused', () => {
  const making = (more: Props) => () => {
    const stack = newStack();
    all.SoftwarePackageVersion.make(stack, { ...all.SoftwarePackageVersion.props(stack), ...more });
  };
  expect(making({ attributes: { size: 5 } })).toThrow(
    'the value of an attribute must be a string, got 5, in attribute "size"',
  );
  expect(making({ description: 5 })).toThrow('a description must be a string, got 5');
});
