import { IoTClient } from '@aws-sdk/client-iot';
import { type PackageDescription } from 'cdk-versioned-artifacts-local';
import fc from 'fast-check';
import { type PackageVersionStatus, SoftwarePackageResourceType as Type } from '../../contract/iot';
import { ARTIFACT_TAGS, DEFAULT_POINTER_TAGS, VERSION_TAGS } from '../../contract/ownership';
import { iotHandlers } from '../../lambda/iot/handlers';
import { awsService } from '../../lambda/runtime/client';
import { type Family, type Resource, type Resources, type Trouble, World } from './world';

const PACKAGE = 'brake-ecu';

const family: Family = {
  service: 'iot',
  operations: [
    'CreatePackageVersion',
    'UpdatePackageVersion',
    'DeletePackageVersion',
    'UpdatePackage',
    'TagResource',
    'UntagResource',
    'GetPackageVersion',
    'ListTagsForResource',
    'CreatePackage',
    'DeletePackage',
  ],
  serviceFor: credentials => awsService(config => iotHandlers(new IoTClient({ ...config, credentials }))),
};

interface Version {
  readonly logicalId: string;
  readonly name: string;
  readonly status: PackageVersionStatus;
  readonly description?: string;
  readonly removal?: 'DELETE' | 'DEPRECATE' | 'RETAIN';
  readonly adopt: boolean;
}

interface Release {
  readonly packageId: string;
  readonly versions: readonly Version[];
  readonly default?: { readonly logicalId: string; readonly version: number; readonly adopt: boolean };
}

/** The first stack has the package, the second one imports it. */
type Step =
  | { readonly kind: 'deploy'; readonly stack: 0 | 1; readonly release: Release; readonly trouble: Trouble }
  | { readonly kind: 'destroy'; readonly stack: 0 | 1 }
  | { readonly kind: 'again'; readonly event: number }
  | { readonly kind: 'hand'; readonly act: keyof typeof hand; readonly name: string };

let world: World;

/** What an operator may do beside CloudFormation. */
const hand = {
  create: (versionName: string) => world.aws.iot.createVersion(PACKAGE, versionName, { status: 'PUBLISHED' }),
  designate: (defaultVersionName: string) =>
    world.aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, defaultVersionName }),
};

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const name = fc.constantFrom('1.0.0', '2.0.0', '3.0.0');
const version: fc.Arbitrary<Version> = fc.record({
  logicalId: fc.constantFrom('Va', 'Vb', 'Vc'),
  name,
  status: fc.constantFrom('PUBLISHED', 'PUBLISHED', 'PUBLISHED', 'DRAFT', 'DEPRECATED'),
  description: maybe(fc.constantFrom('a', 'b')),
  removal: maybe(fc.constantFrom('DELETE', 'DEPRECATE', 'RETAIN')),
  adopt: fc.boolean(),
});
const release: fc.Arbitrary<Release> = fc.record({
  packageId: fc.constantFrom('Pa', 'Pa', 'Pb'),
  versions: fc
    .uniqueArray(version, { maxLength: 3, selector: each => each.name })
    .map(all => [...new Map(all.map(each => [each.logicalId, each])).values()]),
  default: maybe(fc.record({ logicalId: fc.constantFrom('Da', 'Db'), version: fc.nat(2), adopt: fc.boolean() })),
});
const call = fc.nat(29);
const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  { weight: 2, arbitrary: fc.record({ fails: fc.constantFrom('meanwhile', 'afterwards') }) },
  {
    weight: 4,
    arbitrary: fc.record({
      fails: fc.constant('meanwhile'),
      heldUp: fc.record({ call, until: fc.constantFrom('rollback', 'end') }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ killed: fc.record({ call, when: fc.constantFrom('before', 'after') }) }) },
  { weight: 1, arbitrary: fc.record({ throttled: fc.record({ call, times: fc.integer({ min: 1, max: 4 }) }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      fails: fc.constantFrom('meanwhile', 'afterwards'),
      onFailure: fc.constantFrom('DELETE', 'DO_NOTHING'),
    }),
  },
) as fc.Arbitrary<Trouble>;
const stack = fc.constantFrom<0 | 1>(0, 0, 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('deploy'), stack, release, trouble }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('destroy'), stack }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('again'), event: fc.nat(1000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('hand'), act: fc.constantFrom('create', 'designate'), name }) },
) as fc.Arbitrary<Step>;

function resourcesOf({ packageId, versions, default: pointer }: Release, hasPackage: boolean): Resources {
  const resources: Record<string, Resource> = {};
  if (hasPackage) resources[packageId] = { type: Type.PACKAGE, properties: { PackageName: PACKAGE } };
  const dependsOn = hasPackage ? [packageId] : [];
  for (const { logicalId, name: VersionName, status, description, removal, adopt } of versions) {
    resources[logicalId] = {
      type: Type.VERSION,
      dependsOn,
      properties: {
        PackageName: PACKAGE,
        VersionName,
        Status: status,
        Description: description,
        Removal: removal ?? 'DELETE',
        AdoptExisting: adopt || undefined,
      },
    };
  }
  const designated = pointer && versions[pointer.version];
  if (designated) {
    resources[pointer.logicalId] = {
      type: Type.DEFAULT_VERSION,
      dependsOn: [...dependsOn, designated.logicalId],
      properties: { PackageName: PACKAGE, VersionName: designated.name, AdoptExisting: pointer.adopt || undefined },
    };
  }
  return resources;
}

type Held = PackageDescription | undefined;

const snapshot = (): Held => structuredClone(world.aws.iot.describe(PACKAGE));

const others = (held: Held, stackId: string, declared: ReadonlySet<string>): object =>
  Object.fromEntries(
    Object.entries(held?.versions ?? {})
      .filter(([each, { tags }]) => tags[ARTIFACT_TAGS.stack] !== stackId && !declared.has(each))
      .map(([each, { status, tags }]) => [each, { status, owner: tags[ARTIFACT_TAGS.owner] }]),
  );

/** What a rollback brings back: owners, states and the default. What was published cannot be a draft again. */
function restorable(held: Held, before: Held): object | undefined {
  if (!held) return undefined;
  const versions = Object.entries(held.versions).map(([versionName, { status, tags }]) => {
    const draft = before?.versions[versionName]?.status === 'DRAFT';
    return [versionName, { status: draft ? 'any' : status, ...owners(tags) }];
  });
  return { default: held.defaultVersionName, ...owners(held.tags), versions: Object.fromEntries(versions) as object };
}

const owners = (tags: Readonly<Record<string, string>>) => ({
  owner: tags[ARTIFACT_TAGS.owner],
  stack: tags[ARTIFACT_TAGS.stack],
  designatedBy: tags[DEFAULT_POINTER_TAGS.owner],
});

function afterDeployment(release: Release, stackId: string, before: Held, moved: boolean): void {
  const after = snapshot();
  for (const { name: versionName, status, description } of release.versions) {
    expect(after?.versions[versionName]).toMatchObject({
      status,
      tags: { [ARTIFACT_TAGS.stack]: stackId },
      ...(description && { description }),
    });
  }
  const designated = release.default && release.versions[release.default.version];
  if (designated && !moved) expect(after?.defaultVersionName).toBe(designated.name);
  const declared = new Set(release.versions.map(each => each.name));
  expect(others(after, stackId, declared)).toMatchObject(others(before, stackId, declared));
}

function afterDestruction(stackId: string, before: Held): void {
  const after = snapshot();
  expect(others(after, stackId, new Set())).toMatchObject(others(before, stackId, new Set()));
  for (const tags of [after?.tags ?? {}, ...Object.values(after?.versions ?? {}).map(each => each.tags)]) {
    expect(tags[ARTIFACT_TAGS.stack]).not.toBe(stackId);
    expect(tags[DEFAULT_POINTER_TAGS.stack]).not.toBe(stackId);
    expect(tags[VERSION_TAGS.formerStatus]).toBeUndefined();
  }
}

async function play(steps: readonly Step[]): Promise<void> {
  world = await World.start(family);
  const { cloudFormation } = world.aws;
  const names = ['one', 'two'] as const;
  const statusOf = (stackName: string) => cloudFormation.describe(stackName)?.status;
  let moved = false;
  try {
    for (const each of steps) {
      const before = snapshot();
      if (each.kind === 'hand') {
        // what the service refuses has not happened.
        const done = await Promise.resolve(hand[each.act](each.name)).then(
          () => true,
          () => false,
        );
        moved ||= done && each.act === 'designate';
      } else if (each.kind === 'again') {
        if (world.events === 0) continue;
        await world.deliverAgain(each.event % world.events);
        expect(snapshot()).toEqual(before);
      } else if (each.kind === 'destroy') {
        const stackName = names[each.stack];
        if (statusOf(stackName) === undefined) continue;
        const { stackId, status } = await world.destroy(stackName);
        if (!moved) {
          expect(status).toBe('DELETE_COMPLETE');
          afterDestruction(stackId, before);
        }
      } else {
        const stackName = names[each.stack];
        const isNew = statusOf(stackName) === undefined || statusOf(stackName) === 'ROLLBACK_COMPLETE';
        // a stack that was left where it failed cannot be rolled back by a deployment.
        const failed = /^(CREATE|UPDATE)_FAILED$/.test(statusOf(stackName) ?? '');
        if (failed || statusOf(stackName) === 'DELETE_FAILED') {
          await world.destroy(stackName);
          continue;
        }
        const { onFailure } = each.trouble;
        const trouble = { ...each.trouble, onFailure: onFailure === 'DELETE' && !isNew ? undefined : onFailure };
        const outcome = await world.deploy(stackName, resourcesOf(each.release, each.stack === 0), trouble);
        const { status, stackId } = outcome;
        expect(['ROLLBACK_FAILED', 'UPDATE_ROLLBACK_FAILED', 'DELETE_FAILED']).not.toContain(status);
        if (/^(CREATE|UPDATE)_COMPLETE$/.test(status)) afterDeployment(each.release, stackId, before, moved);
        else if (!/_FAILED$/.test(status) && !moved) {
          expect(restorable(snapshot(), before)).toEqual(restorable(before, before));
        }
      }
    }
  } finally {
    await world.stop();
  }
}

test('whatever is released, broken off, held up, killed, delivered again or done by hand, the promise holds', async () => {
  const seed = Number(process.env.SEED ?? 20261128);
  const numRuns = Number(process.env.RUNS ?? 60);
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), play), {
    seed,
    numRuns,
    path: process.env.FC_PATH,
  });
}, 3_600_000);
