/** What a stack can claim: one artifact of each resource type, in a world where others have others. */
import { SchemaResourceType } from '../../contract/glue';
import { SoftwarePackageResourceType as Type } from '../../contract/iot';
import { OWNER_KEY } from '../../contract/ownership';
import { CLOUDBASE_SERVICE_VERSION } from '../../contract/wechat';
import { ENVIRONMENT, GLUE, IOT, PACKAGE, SCHEMA, SERVER, TOKEN, TOKEN_SECRET, WECHAT } from '../histories/families';
import { type Family, type Resource, type Resources, World } from '../histories/world';

/** One resource type. */
export interface Part {
  readonly family: Family;
  /** What was there before any stack. */
  begin(world: World): Promise<unknown>;
  /** Claims what was there before, and changes what can be changed about it. */
  adopting(world: World): Resource;
  /**
   * Makes an artifact of its own, the first or the second one; where a pipeline makes it, records it.
   *
   * @param more properties beside the artifact's own
   */
  own(world: World, nth: 1 | 2, more?: object): Resource;
  /** The operation that makes it. Absent: none does. */
  readonly makes?: string;
  /** Everything that the service holds. */
  held(world: World): unknown;
}

const packages: Pick<Part, 'family' | 'begin' | 'held'> = {
  family: IOT,
  begin: async ({ aws }) => {
    for (const name of [PACKAGE, 'empty']) await aws.iot.createPackage(name);
    for (const name of ['0.1.0', '0.2.0', '0.3.0']) await aws.iot.createVersion(PACKAGE, name, { status: 'PUBLISHED' });
    await aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, defaultVersionName: '0.3.0' });
  },
  held: ({ aws }) => [PACKAGE, 'empty', 'own-1', 'own-2'].map(name => structuredClone(aws.iot.describe(name))),
};

const version = (VersionName: string, more: object): Resource => ({
  type: Type.VERSION,
  properties: { PackageName: PACKAGE, VersionName, Removal: 'DELETE', ...more },
});

const definition = (...fields: readonly string[]): string =>
  JSON.stringify({
    type: 'record',
    name: 'Order',
    fields: fields.map(name => ({ name, type: 'string', default: '' })),
  });

const schemaVersion = (Definition: string, more: object): Resource => ({
  type: SchemaResourceType.VERSION,
  properties: { RegistryName: 'default-registry', SchemaName: SCHEMA, Definition, Removal: 'DELETE', ...more },
});

const serviceVersion = ({ aws }: World, VersionName: string): Resource => ({
  type: CLOUDBASE_SERVICE_VERSION,
  properties: {
    EnvironmentId: ENVIRONMENT,
    ServerName: SERVER,
    VersionName,
    AccessToken: TOKEN,
    ApiEndpoint: aws.weChat.endpoint,
  },
});

export const CAST = {
  'a package version': {
    ...packages,
    adopting: () => version('0.1.0', { AdoptExisting: true, Status: 'DEPRECATED' }),
    own: (_world, nth, more) => version(`${nth}.0.0`, { Status: 'PUBLISHED', ...more }),
    makes: 'CreatePackageVersion',
  },
  'a package': {
    ...packages,
    adopting: () => ({
      type: Type.PACKAGE,
      properties: { PackageName: 'empty', AdoptExisting: true, Removal: 'DELETE' },
    }),
    own: (_world, nth, more) => ({
      type: Type.PACKAGE,
      properties: { PackageName: `own-${nth}`, Removal: 'DELETE', ...more },
    }),
    makes: 'CreatePackage',
  },
  'a default version': {
    ...packages,
    adopting: () => ({
      type: Type.DEFAULT_VERSION,
      properties: { PackageName: PACKAGE, VersionName: '0.2.0', AdoptExisting: true },
    }),
    own: (_world, nth, more) => ({
      type: Type.DEFAULT_VERSION,
      properties: { PackageName: 'own', VersionName: `${nth}.0.0`, ...more },
    }),
    makes: 'UpdatePackage',
    begin: async world => {
      await packages.begin(world);
      await world.aws.iot.createPackage('own');
      for (const name of ['1.0.0', '2.0.0']) await world.aws.iot.createVersion('own', name, { status: 'PUBLISHED' });
    },
    held: world => [packages.held(world), structuredClone(world.aws.iot.describe('own'))],
  },
  'a schema version': {
    family: GLUE,
    begin: async ({ aws }) => {
      await aws.glue.createSchema(SCHEMA, { Compatibility: 'BACKWARD' });
      const before = [definition(), definition('a'), definition('b'), definition('c')];
      aws.glue.addVersions(
        SCHEMA,
        before.map(each => ({ definition: each })),
      );
    },
    adopting: () => schemaVersion(definition('a'), { AdoptExisting: true, Metadata: { team: 'a' } }),
    own: (_world, nth, more) => schemaVersion(definition(`own${nth}`), { Metadata: { team: 'a' }, ...more }),
    makes: 'RegisterSchemaVersion',
    held: ({ aws }) => structuredClone(aws.glue.describe(SCHEMA)),
  },
  'a CloudBase version': {
    family: WECHAT,
    begin: async ({ aws }) => {
      aws.weChat.addVersions(ENVIRONMENT, SERVER, [
        ...['api-001', 'api-002', 'api-003', 'api-004'].map(versionName => ({ versionName })),
        { versionName: 'api-009', flowRatio: 100 },
      ]);
      await aws.call('secretsmanager', 'CreateSecret', { Name: TOKEN_SECRET, SecretString: aws.weChat.accessToken });
    },
    adopting: world => serviceVersion(world, 'api-003'),
    own: (world, nth) => {
      const versionName = `api-01${nth}`;
      const isBuilt = versionName in (world.aws.weChat.describe(ENVIRONMENT, SERVER) ?? {});
      if (!isBuilt) world.aws.weChat.addVersions(ENVIRONMENT, SERVER, [{ versionName }]);
      return serviceVersion(world, versionName);
    },
    held: ({ aws }) => structuredClone(aws.weChat.describe(ENVIRONMENT, SERVER)),
  },
} satisfies Record<string, Part>;

export const PARTS = Object.entries<Part>(CAST);

/** Those whose artifacts a call makes. */
export const MAKERS = PARTS.filter(
  (entry): entry is [string, Part & { readonly makes: string }] => 'makes' in entry[1],
);

/** What the service holds and whose it is, without what the records remember beside that. */
export const essence = (held: unknown): unknown =>
  JSON.parse(
    JSON.stringify(held, (key, value: unknown) => {
      if (/:(default-)?(claim-|adopted-from|former-|predecessor)/.test(key)) return undefined;
      return key === OWNER_KEY ? /owner=\w+/.exec(String(value))?.[0] : value;
    }),
  );

/** Plays something in a world of its own. */
export const play = ({ family, begin }: Part, acts: (world: World) => Promise<void>): Promise<void> =>
  World.play(
    family,
    async world => {
      await begin(world);
      await acts(world);
    },
    { keeps: [] },
  );

/** A root with one nested stack. */
export const around = (world: World, resources: Resources): Promise<Resources> =>
  aroundAll(world, { Child: resources });

/** A root with nested stacks. */
export async function aroundAll(world: World, children: Readonly<Record<string, Resources>>): Promise<Resources> {
  const { aws } = world;
  await aws.call('s3', 'CreateBucket', { Bucket: 'templates' }).catch(() => undefined);
  const root: Record<string, Resources[string]> = {};
  for (const [id, resources] of Object.entries(children)) {
    const Key = `${aws.calls.length}.json`;
    await aws.call('s3', 'PutObject', { Bucket: 'templates', Key, Body: JSON.stringify(world.template(resources)) });
    const TemplateURL = `https://s3.us-east-1.amazonaws.com/templates/${Key}`;
    root[id] = { type: 'AWS::CloudFormation::Stack', properties: { TemplateURL } };
  }
  return root;
}
