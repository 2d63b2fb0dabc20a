import { LocalAws, type PackageDescription } from 'cdk-versioned-artifacts-local';
import fc from 'fast-check';
import { type PackageVersionStatus, SoftwarePackageResourceType as Type } from '../../../contract/iot';
import { ARTIFACT_TAGS, DEFAULT_POINTER_TAGS, VERSION_TAGS } from '../../../contract/ownership';
import {
  CloudFormation,
  type DeploymentOutcome,
  type DeploymentTrouble,
  type Resource,
  type Template,
} from '../../../testing/cloudformation';
import { Stack } from './stack';

const PACKAGE = 'brake-ecu';

interface Version {
  readonly logicalId: string;
  readonly name: string;
  readonly status: PackageVersionStatus;
  readonly description?: string;
  readonly attribute?: string;
  readonly removal?: 'DEPRECATE' | 'RETAIN';
  readonly adopt: boolean;
}

interface Release {
  readonly packageId: string;
  readonly versions: readonly Version[];
  readonly default?: {
    readonly logicalId: string;
    readonly version: number;
    readonly removal?: 'RETAIN';
    readonly adopt: boolean;
  };
}

/** The first stack has the package, the second one imports it. */
type Step =
  | { readonly kind: 'deploy'; readonly stack: 0 | 1; readonly release: Release; readonly trouble: DeploymentTrouble }
  | { readonly kind: 'destroy'; readonly stack: 0 | 1; readonly trouble: DeploymentTrouble }
  | { readonly kind: 'hand'; readonly act: keyof typeof hand; readonly name: string };

/** What an operator may do beside CloudFormation. */
const hand = {
  create: (versionName: string) => aws.iot.createVersion(PACKAGE, versionName, { status: 'PUBLISHED' }),
  delete: (versionName: string) => aws.iot.byHand('DeletePackageVersion', { packageName: PACKAGE, versionName }),
  designate: (defaultVersionName: string) =>
    aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, defaultVersionName }),
  undesignate: () => aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, unsetDefaultVersion: true }),
};

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const name = fc.constantFrom('1.0.0', '2.0.0', '3.0.0');
const version: fc.Arbitrary<Version> = fc.record({
  logicalId: fc.constantFrom('Va', 'Vb', 'Vc'),
  name,
  status: fc.constantFrom('PUBLISHED', 'PUBLISHED', 'PUBLISHED', 'PUBLISHED', 'DRAFT', 'DEPRECATED'),
  description: maybe(fc.constantFrom('a', 'b')),
  attribute: maybe(fc.constantFrom('x', 'y')),
  removal: maybe(fc.constantFrom('DEPRECATE', 'RETAIN')),
  adopt: fc.boolean(),
});
const release: fc.Arbitrary<Release> = fc.record({
  packageId: fc.constantFrom('Pa', 'Pa', 'Pb'),
  versions: fc
    .uniqueArray(version, { maxLength: 3, selector: each => each.name })
    .map(all => [...new Map(all.map(each => [each.logicalId, each])).values()]),
  default: maybe(
    fc.record({
      logicalId: fc.constantFrom('Da', 'Db'),
      version: fc.nat(2),
      removal: maybe(fc.constant('RETAIN')),
      adopt: fc.boolean(),
    }),
  ),
});
const trouble: fc.Arbitrary<DeploymentTrouble> = fc.record({
  fails: fc.constantFrom(false, false, true),
  kill: maybe(
    fc.record({
      event: fc.integer({ min: 1, max: 6 }),
      call: fc.integer({ min: 1, max: 6 }),
      when: fc.constantFrom('before', 'after'),
    }),
  ),
});
const stack = fc.constantFrom<0 | 1>(0, 0, 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('deploy'), stack, release, trouble }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('destroy'), stack, trouble }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('hand'), act: fc.constantFrom(...handActs()), name }) },
);

function handActs() {
  return Object.keys(hand) as (keyof typeof hand)[];
}

function templateOf({ packageId, versions, default: pointer }: Release, by: { hasPackage: boolean }): Template {
  const template = new Map<string, Resource>();
  if (by.hasPackage) template.set(packageId, { type: Type.PACKAGE, properties: { PackageName: PACKAGE } });
  for (const { logicalId, name: VersionName, status, description, attribute, removal, adopt } of versions) {
    template.set(logicalId, {
      type: Type.VERSION,
      properties: {
        PackageName: PACKAGE,
        VersionName,
        Status: status,
        Description: description,
        Attributes: attribute && { a: attribute },
        Removal: removal ?? 'DELETE',
        AdoptExisting: String(adopt),
      },
    });
  }
  const designated = pointer && versions[pointer.version];
  if (designated) {
    template.set(pointer.logicalId, {
      type: Type.DEFAULT_VERSION,
      properties: {
        PackageName: PACKAGE,
        VersionName: designated.name,
        Removal: pointer.removal,
        AdoptExisting: String(pointer.adopt),
      },
    });
  }
  return template;
}

/** Without adoptions by a resource that is there already: a rollback cannot tell them from earlier ones. */
function adoptingAtCreation(release: Release, by: CloudFormation): Release {
  const has = (logicalId: string, versionName?: string) => {
    const deployed = by.propertiesOf(logicalId) as { readonly VersionName: string } | undefined;
    return deployed !== undefined && (versionName ?? deployed.VersionName) === deployed.VersionName;
  };
  return {
    ...release,
    versions: release.versions.map(each => ({ ...each, adopt: each.adopt && !has(each.logicalId, each.name) })),
    default: release.default && {
      ...release.default,
      adopt: release.default.adopt && !has(release.default.logicalId),
    },
  };
}

type Held = PackageDescription | undefined;
type Versions = PackageDescription['versions'];

const chosen = (held: Held, which: (stackId: string | undefined, versionName: string) => boolean): Versions =>
  Object.fromEntries(
    Object.entries(held?.versions ?? {})
      .filter(([versionName, { tags }]) => which(tags[ARTIFACT_TAGS.stack], versionName))
      .map(([versionName, version]) => [versionName, { ...version, tags: unclaimed(version.tags) }]),
  );

/** A former owner takes the trace of its claim away, also from what is another's by now. */
const unclaimed = (tags: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith(ARTIFACT_TAGS.claim)));

/**
 * What a rollback brings back: owners, states, the default and, of what was not taken from anybody, the content. Who may
 * have an artifact again is remembered for good; what was published cannot be a draft again.
 */
function restorable(held: Held, before: Held): object | undefined {
  if (!held) return undefined;
  const versions = Object.entries(held.versions).map(([versionName, { status, tags }]) => {
    const draft = before?.versions[versionName]?.status === 'DRAFT';
    return [versionName, { status: draft ? 'any' : status, tags: owners(tags) }];
  });
  return {
    default: held.defaultVersionName,
    tags: owners(held.tags),
    versions: Object.fromEntries(versions) as object,
  };
}

/** A giving back that was killed half-way leaves names behind that mean nothing. */
function owners(tags: Readonly<Record<string, string>>): object {
  const meaningless = ({ owner, formerOwner, adoptedFrom, releasedBy }: typeof ARTIFACT_TAGS): string[] => [
    releasedBy,
    ...(tags[formerOwner] === tags[owner] ? [formerOwner] : []),
    ...(tags[adoptedFrom]?.startsWith(`${tags[owner]}@`) ? [adoptedFrom] : []),
  ];
  const without: string[] = [
    VERSION_TAGS.formerStatus,
    DEFAULT_POINTER_TAGS.predecessor,
    ...meaningless(ARTIFACT_TAGS),
    ...meaningless(DEFAULT_POINTER_TAGS as unknown as typeof ARTIFACT_TAGS),
  ];
  // of a chain of adoptions only the last step is remembered.
  const adoptions: string[] = [ARTIFACT_TAGS.adoptedFrom, DEFAULT_POINTER_TAGS.adoptedFrom];
  return Object.fromEntries(
    Object.entries(tags)
      // whose event it was changes with every one.
      .filter(([key]) => !without.includes(key) && !/:(default-)?claim-/.test(key))
      .map(([key, value]) => [key, adoptions.includes(key) ? 'somebody' : value]),
  );
}

let aws: LocalAws;
afterEach(() => aws.stop());

const snapshot = (): Held => structuredClone(aws.iot.describe(PACKAGE));

describe('whatever is released, renamed, adopted, killed, failed or done by hand', () => {
  /** What was before, and whether somebody has since moved something by hand. */
  interface Before {
    readonly held: Held;
    readonly moved: boolean;
  }

  function afterDeployment({ versions, default: pointer }: Release, stackId: string, { held: before, moved }: Before) {
    const after = snapshot();
    for (const { name: versionName, status, description, attribute } of versions) {
      expect(after?.versions[versionName]).toMatchObject({
        status,
        tags: { [ARTIFACT_TAGS.stack]: stackId },
        ...(description && { description }),
        ...(attribute && { attributes: { a: attribute } }),
      });
    }
    const designated = pointer && versions[pointer.version];
    if (designated && !moved) expect(after?.defaultVersionName).toBe(designated.name);
    const declared = new Set(versions.map(each => each.name));
    const others = (held: Held) => chosen(held, (owner, each) => owner !== stackId && !declared.has(each));
    expect(others(after)).toMatchObject(others(before));
  }

  function afterRollback({ held: before, moved }: Before): void {
    const after = snapshot();
    if (!moved) expect(restorable(after, before)).toEqual(restorable(before, before));
  }

  function afterDestruction(stackId: string, before: Held): void {
    const after = snapshot();
    const others = (held: Held) => chosen(held, owner => owner !== stackId);
    expect(others(after)).toMatchObject(others(before));
    const ownedTags = [after?.tags ?? {}, ...Object.values(after?.versions ?? {}).map(({ tags }) => tags)];
    for (const tags of ownedTags) {
      expect(tags[ARTIFACT_TAGS.stack]).not.toBe(stackId);
      expect(tags[DEFAULT_POINTER_TAGS.stack]).not.toBe(stackId);
    }
  }

  test('the service is as the template says, or as it was before, and nobody else’s is touched', async () => {
    const run = async (steps: Step[]): Promise<void> => {
      await aws?.stop();
      aws = await LocalAws.start();
      const stacks = [
        new CloudFormation(uuid => new Stack(aws, 'one', uuid)),
        new CloudFormation(uuid => new Stack(aws, 'two', uuid)),
      ] as const;
      let moved = false;
      for (const each of steps) {
        if (each.kind === 'hand') {
          // what the service refuses has not happened.
          const done = await Promise.resolve(hand[each.act](each.name)).then(
            () => true,
            () => false,
          );
          moved ||= done && each.act !== 'create';
          continue;
        }
        const before = snapshot();
        const cloudFormation = stacks[each.stack];
        const { stackId } = cloudFormation.stack;
        const release = each.kind === 'deploy' ? adoptingAtCreation(each.release, cloudFormation) : undefined;
        const outcome: DeploymentOutcome = release
          ? await cloudFormation.deploy(templateOf(release, { hasPackage: each.stack === 0 }), each.trouble)
          : await cloudFormation.destroy(each.trouble);
        if (outcome.result === 'complete' && each.kind === 'deploy') {
          for (const reason of outcome.later) expect(reason).toContain('and this stack has not designated it');
          // refused in a clean-up, it stays the stack's, though CloudFormation has forgotten it.
          moved ||= outcome.later.length > 0;
          afterDeployment(each.release, stackId, { held: before, moved });
        }
        if (outcome.result === 'rolled-back') {
          expect(outcome.later).toEqual([]);
          afterRollback({ held: before, moved });
        }
        if (outcome.result === 'deleted' && !moved) afterDestruction(stackId, before);
      }
    };
    const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), run);
    const { SEED = '20261128', RUNS = '60', FC_PATH: path } = process.env;
    await fc.assert(property, { seed: Number(SEED), numRuns: Number(RUNS), path });
  }, 600_000);
});
