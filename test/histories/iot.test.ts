import { isDeepStrictEqual } from 'node:util';
import { type PackageDescription } from 'cdk-versioned-artifacts-local';
import fc from 'fast-check';
import { type PackageVersionStatus, SoftwarePackageResourceType as Type } from '../../contract/iot';
import { ARTIFACT_TAGS, DEFAULT_POINTER_TAGS } from '../../contract/ownership';
import { IOT, PACKAGE } from './families';
import { HISTORIES_TIMEOUT, type Plot, type Swept, playHistories } from './history';
import { type Resource, type Resources, type World } from './world';

interface Version {
  readonly logicalId: string;
  readonly name: string;
  /** Absent: the template leaves it open. */
  readonly status?: PackageVersionStatus;
  readonly description?: string;
  readonly removal?: 'DELETE' | 'DEPRECATE' | 'RETAIN';
  readonly adopt: boolean;
}

/** The first stack has the package, the second one imports it. */
interface Release {
  readonly packageId: string;
  readonly versions: readonly Version[];
  readonly default?: { readonly logicalId: string; readonly version: number; readonly adopt: boolean };
}

interface Held {
  /** Whether somebody's hand has designated a default: a stack's own designation is lost then. */
  readonly moved: boolean;
  readonly package?: PackageDescription;
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const IDS = ['Va', 'Vb', 'Vc'];
const NAMES = ['1.0.0', '2.0.0', '3.0.0'];
/** Mostly the same construct for a version, so that deployments change versions in place, too. */
const place = fc.oneof(
  { weight: 2, arbitrary: fc.nat(2).map(n => ({ logicalId: IDS[n], name: NAMES[n] })) },
  { weight: 1, arbitrary: fc.record({ logicalId: fc.constantFrom(...IDS), name: fc.constantFrom(...NAMES) }) },
);
const content = fc.record({
  status: fc.constantFrom('PUBLISHED', 'PUBLISHED', 'PUBLISHED', 'DRAFT', 'DEPRECATED', undefined),
  description: fc.constantFrom('a', 'b', undefined),
  removal: maybe(fc.constantFrom('DELETE', 'DEPRECATE', 'RETAIN')),
  adopt: fc.boolean(),
});
const version: fc.Arbitrary<Version> = fc.tuple(place, content).map(([at, rest]) => ({ ...at, ...rest }) as Version);
const release: fc.Arbitrary<Release> = fc.record({
  packageId: fc.constantFrom('Pa', 'Pa', 'Pb'),
  versions: fc
    .uniqueArray(version, { maxLength: 3, selector: each => each.name })
    .map(all => [...new Map(all.map(each => [each.logicalId, each])).values()]),
  default: maybe(fc.record({ logicalId: fc.constantFrom('Da', 'Db'), version: fc.nat(2), adopt: fc.boolean() })),
});

function resources({ packageId, versions, default: pointer }: Release, stack: 0 | 1): Resources {
  const all: Record<string, Resource> = {};
  const hasPackage = stack === 0;
  if (hasPackage) all[packageId] = { type: Type.PACKAGE, properties: { PackageName: PACKAGE } };
  const dependsOn = hasPackage ? [packageId] : [];
  for (const { logicalId, name: VersionName, status, description, removal, adopt } of versions) {
    const rest = { Status: status, Description: description, Removal: removal, AdoptExisting: adopt || undefined };
    all[logicalId] = { type: Type.VERSION, dependsOn, properties: { PackageName: PACKAGE, VersionName, ...rest } };
  }
  const designated = designatedBy({ versions, default: pointer });
  if (designated && pointer) {
    all[pointer.logicalId] = {
      type: Type.DEFAULT_VERSION,
      dependsOn: [...dependsOn, designated.logicalId],
      properties: { PackageName: PACKAGE, VersionName: designated.name, AdoptExisting: pointer.adopt || undefined },
    };
  }
  return all;
}

const isSamePlace = (a: Version, b: Version) => a.logicalId === b.logicalId && a.name === b.name;

const designatedBy = ({ versions, default: pointer }: Pick<Release, 'versions' | 'default'>) =>
  pointer && versions.at(pointer.version);

/** What of somebody else's must stay as it is. */
const others = (held: Held, stackId: string, declared: readonly string[] = []): object =>
  Object.fromEntries(
    Object.entries(held.package?.versions ?? {})
      .filter(([name]) => ![...ownBy(held, stackId), ...declared].includes(name))
      .map(([name, { status, tags }]) => [name, { status, ...owners(tags) }]),
  );

const ownBy = ({ package: held }: Held, stackId: string): string[] =>
  Object.entries(held?.versions ?? {}).flatMap(([name, { tags }]) =>
    tags[ARTIFACT_TAGS.stack] === stackId ? [name] : [],
  );

const owners = (tags: Readonly<Record<string, string>>) => ({
  owner: tags[ARTIFACT_TAGS.owner],
  stack: tags[ARTIFACT_TAGS.stack],
  designatedBy: tags[DEFAULT_POINTER_TAGS.owner],
});

/** What a rollback brings back: owners, states and the default. */
function restorable({ package: held, moved: byHand }: Held, isDraft: (name: string) => boolean): object | undefined {
  if (!held) return undefined;
  const versions = Object.entries(held.versions).map(([name, { status, tags }]) => {
    return [name, { status: isDraft(name) ? 'any' : status, ...owners(tags) }];
  });
  // a designation by hand the reverse Update may take back: the template says otherwise.
  return {
    default: byHand || held.defaultVersionName,
    ...owners(held.tags),
    versions: Object.fromEntries(versions) as object,
  };
}

/**
 * Which versions were drafts before a rollback, or are drafts or left open by the template, and their own resources have
 * failed to change that: what was published cannot be a draft again, and what was left open is not recorded.
 */
function drafts({ package: before }: Held, failed: readonly Release[]): (name: string) => boolean {
  return name => {
    const { status, tags } = before?.versions[name] ?? {};
    const declared = released.get(tags?.[ARTIFACT_TAGS.stack] ?? '') ?? [];
    const isInPlace = (draft: Version) =>
      failed.some(({ versions }) => versions.some(each => isSamePlace(each, draft)));
    const isDraft = (each: Version) => each.name === name && (each.status ?? 'DRAFT') === 'DRAFT' && isInPlace(each);
    return status === 'DRAFT' || declared.some(isDraft);
  };
}

/** Which versions a retention may remove, from what is there with no deployment under way. */
function removable({ package: held }: Held, keep: number): string[] {
  if (!held) return [];
  const latest = Object.keys(held.versions).sort().reverse().slice(0, keep);
  const stays = [...latest, held.defaultVersionName, held.tags[DEFAULT_POINTER_TAGS.predecessor]];
  return Object.entries(held.versions)
    .filter(([name, { tags }]) => !stays.includes(name) && !Object.keys(tags).some(isMark))
    .map(([name]) => name);
}

const ofOthers = ({ package: held }: Held, stackId: string): PackageDescription['versions'] =>
  Object.fromEntries(
    Object.entries(held?.versions ?? {}).filter(([, each]) => each.tags[ARTIFACT_TAGS.stack] !== stackId),
  );

const isMark = (key: string) => key === ARTIFACT_TAGS.owner || key.startsWith(ARTIFACT_TAGS.claim);

function unswept(after: Held, before: Held, { keep, stackId = '', ...of }: Swept<unknown, Held>): Held {
  const { succeeded, undoneTo, since, alone } = of;
  const gone = Object.keys(before.package?.versions ?? {}).filter(name => !after.package?.versions[name]);
  if (alone) expect(gone).toEqual(removable(before, keep));
  if (!after.package || !before.package) return after;
  // what a failed deployment has adopted is not the stack's.
  const adopted = succeeded && since ? ofOthers(since, stackId) : {};
  const were = { ...before.package.versions, ...adopted };
  const isOwn = (name: string) => were[name].tags[ARTIFACT_TAGS.stack] === stackId;
  const isUndone = (name: string) => undoneTo !== undefined && isOwn(name) && !undoneTo.package?.versions[name];
  // what a stack has let go of in the same step may go, once nothing rolls it back any more.
  const swept = gone.filter(name => !(succeeded && isOwn(name)) && !isUndone(name));
  // what a rollback takes back does not count among the latest.
  const stay = Object.fromEntries(Object.entries(were).filter(([name]) => !isUndone(name)));
  const now = { ...after.package, versions: { ...were, ...after.package.versions } };
  const may = [
    ...removable({ ...before, package: { ...before.package, versions: stay } }, keep),
    ...(succeeded ? removable({ ...after, package: now }, keep) : []),
  ];
  expect(may).toEqual(expect.arrayContaining(swept));
  const versions = { ...after.package.versions };
  for (const name of swept) versions[name] = were[name];
  return { ...after, package: { ...after.package, versions } };
}

const moved = new WeakSet<World>();

/** The versions of each stack's last deployment that succeeded. */
const released = new Map<string, readonly Version[]>();

/** The versions that a deployment has changed that was rolled back: a description has no record, and a draft no way back. */
const changed = new Set<string>();

/** Whether a version looks as a deployment has left it that was rolled back, and its resource is not asked about it. */
const isAsLeft = (declared: Version, stackId: string): boolean =>
  changed.has(declared.name) && released.get(stackId)?.some(each => isDeepStrictEqual(each, declared)) === true;

const plot: Plot<Release, Held> = {
  family: IOT,
  release,
  vary: (last, next) => ({
    ...last,
    versions: last.versions.map(each => next.versions.find(other => isSamePlace(each, other)) ?? each),
    default: next.default && { ...next.default, ...last.default, version: next.default.version },
  }),
  hands: [
    ({ aws }) => aws.iot.createVersion(PACKAGE, '2.0.0', { status: 'PUBLISHED' }),
    ({ aws }) => aws.iot.createVersion(PACKAGE, '9.0.0', { status: 'DRAFT' }),
    async world => {
      await world.aws.iot.byHand('UpdatePackage', { packageName: PACKAGE, defaultVersionName: '1.0.0' });
      moved.add(world);
    },
  ],
  begin: async ({ aws }) => {
    released.clear();
    changed.clear();
    await aws.iot.createPackage(PACKAGE);
    for (const name of ['0.1.0', '0.2.0', '0.3.0']) await aws.iot.createVersion(PACKAGE, name, { status: 'PUBLISHED' });
  },
  resources: (each, stack) => resources(each, stack),
  snapshot: world => ({ moved: moved.has(world), package: structuredClone(world.aws.iot.describe(PACKAGE)) }),
  unmarked: ({ package: held, ...rest }) => ({ ...rest, package: held && { ...held, tags: {} } }),

  unswept,

  deployed(each, stackId, after, before) {
    for (const declared of each.versions) {
      const { name, status, description } = declared;
      const isLeft = isAsLeft(declared, stackId);
      if (!isLeft) changed.delete(name);
      expect(after.package?.versions[name]).toMatchObject({
        ...(status && !(isLeft && status === 'DRAFT') && { status }),
        tags: { [ARTIFACT_TAGS.stack]: stackId },
        ...(description && !isLeft && { description }),
      });
    }
    released.set(stackId, each.versions);
    const designated = designatedBy(each);
    if (designated) expect(after.package?.defaultVersionName).toBe(designated.name);
    const names = each.versions.map(({ name }) => name);
    expect(others(after, stackId, names)).toMatchObject(others(before, stackId, names));
  },

  rolledBack(after, before, failed) {
    const isDraft = drafts(before, failed);
    expect(restorable(after, isDraft)).toEqual(restorable(before, isDraft));
    for (const { name } of failed.flatMap(({ versions }) => versions)) changed.add(name);
  },

  // only what is declared, and what was there before, is there.
  undone(after, before, stackId, release) {
    const declared = release?.versions.map(({ name }) => name) ?? [];
    const known = [...Object.keys(before.package?.versions ?? {}), ...declared];
    expect(known).toEqual(expect.arrayContaining(Object.keys(after.package?.versions ?? {})));
    expect(declared).toEqual(expect.arrayContaining(ownBy(after, stackId)));
    // what was somebody else's is so again, as it was. What was the stack's it may have let go of.
    const own = [...ownBy(before, stackId), ...declared];
    expect(others(after, stackId, own)).toEqual(others(before, stackId, own));
  },

  destroyed(stackId, after, before) {
    expect(others(after, stackId)).toMatchObject(others(before, stackId));
    const { tags = {}, versions = {} } = after.package ?? {};
    for (const each of [tags, ...Object.values(versions).map(held => held.tags)]) {
      expect(each[ARTIFACT_TAGS.stack]).not.toBe(stackId);
      expect(each[DEFAULT_POINTER_TAGS.stack]).not.toBe(stackId);
    }
  },
};

test(
  'software packages: whatever is released, broken off, held up, killed, delivered again or done by hand',
  () => playHistories(plot),
  HISTORIES_TIMEOUT,
);
