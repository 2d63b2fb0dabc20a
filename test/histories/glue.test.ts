import { type SchemaDescription } from 'cdk-versioned-artifacts-local';
import fc from 'fast-check';
import { SchemaResourceType } from '../../contract/glue';
import { GLUE, SCHEMA } from './families';
import { HISTORIES_TIMEOUT, type Plot, type Swept, playHistories } from './history';

interface Declared {
  readonly logicalId: string;
  /** Which of the definitions. The last one is not compatible with any other. */
  readonly definition: number;
  readonly ticket: string;
  readonly removal?: 'DELETE' | 'RETAIN';
  readonly adopt: boolean;
}

type Release = readonly Declared[];

const INCOMPATIBLE = 4;

const definition = (n: number): string =>
  JSON.stringify({
    type: 'record',
    name: n === INCOMPATIBLE ? 'Other' : 'Order',
    fields: Array.from({ length: n + 1 }, (_, i) => ({ name: `f${i}`, type: 'string', default: '' })),
  });

/** What was registered before there were stacks. */
const former = (n: number): string => definition(0).replace('f0', `former${n}`);

type Versions = SchemaDescription['versions'];
interface Held {
  readonly checkpoint: number;
  readonly versions: Versions;
}

const declared: fc.Arbitrary<Declared> = fc.record({
  logicalId: fc.constantFrom('Va', 'Vb', 'Vc'),
  definition: fc.constantFrom(0, 1, 2, 3, 1, 2, INCOMPATIBLE),
  ticket: fc.constantFrom('A-1', 'A-2'),
  removal: fc.option(fc.constantFrom('DELETE', 'RETAIN'), { nil: undefined }),
  adopt: fc.boolean(),
});

const available = ({ versions }: Held) => Object.values(versions).filter(({ status }) => status === 'AVAILABLE');

/** Whose each version is, in the words of its record. */
const owners = ({ versions }: Held, of: readonly string[]): object =>
  Object.fromEntries(
    Object.values(versions)
      .filter(({ versionId }) => of.includes(versionId))
      .map(({ versionId, status, metadata }) => [
        versionId,
        { status, owner: ownerIn(metadata), tickets: [...(metadata.ticket ?? [])].sort() },
      ]),
  );

const ownerIn = (metadata: Versions[number]['metadata']): string | undefined =>
  /\.owner=([0-9a-f]+)/.exec(JSON.stringify(metadata))?.[1];

const idsOf = ({ versions }: Held) => Object.values(versions).map(({ versionId }) => versionId);

/** Which versions a retention may remove, by number, from what is there with no deployment under way. */
function removable({ versions, checkpoint }: Held, keep: number): string[] {
  const listed = Object.entries(versions);
  const latest = listed.slice(-keep).map(([number]) => number);
  const newest = listed.filter(([, { status }]) => status === 'AVAILABLE').at(-1)?.[0];
  const stays = ['1', String(checkpoint), ...(keep > 0 ? [...latest, newest] : [])];
  return listed
    .filter(([number, { metadata }]) => !stays.includes(number) && ownerIn(metadata) === undefined)
    .map(([number]) => number);
}

function unswept(after: Held, before: Held, swept: Swept<Release, Held>): Held {
  const { keep, stackId = '', succeeded, undoneTo, since, alone } = swept;
  const gone = Object.keys(before.versions).filter(number => !(number in after.versions));
  if (alone) expect(gone).toEqual(removable(before, keep));
  // what a stack has let go of in the same step goes, or may go once nothing rolls it back any more.
  const isNew = (number: string) => undoneTo !== undefined && !(number in undoneTo.versions);
  const mayGo = (number: string) => succeeded || isNew(number);
  // what a failed deployment has adopted is not the stack's.
  const were = succeeded && since ? { ...before.versions, ...ofOthers(since, stackId) } : before.versions;
  const letGo = gone.filter(number => mayGo(number) && isOf(were[Number(number)], stackId));
  const taken = gone.filter(number => !letGo.includes(number));
  const all = { ...were, ...after.versions };
  // what a failed deployment has had made available stays, and counts among the latest.
  const may = [...removable(before, keep), ...removable({ ...after, versions: all }, keep)];
  expect(may).toEqual(expect.arrayContaining(taken));
  const back = Object.fromEntries(taken.map(number => [number, were[Number(number)]]));
  return { ...after, versions: { ...after.versions, ...back } };
}

const ofOthers = ({ versions }: Held, stackId: string): Versions =>
  Object.fromEntries(Object.entries(versions).filter(([, each]) => !isOf(each, stackId)));

const isOf = ({ metadata }: Pick<Versions[number], 'metadata'>, stackId: string): boolean =>
  ownerIn(metadata) !== undefined && JSON.stringify(metadata).includes(stackId.split('/').at(-1)!);

/** The definitions of each stack's last deployment that succeeded. */
const declarations = new Map<string, readonly string[]>();

/** What a stack declares and nobody had any more a rollback has again: also what a retention has just removed. */
function isMadeAgain({ versions }: Held, before: Held, id: string): boolean {
  const { definition: made, metadata } = Object.values(versions).find(({ versionId }) => versionId === id)!;
  const isMade = (each: Versions[number]) => each.definition === made;
  // the registry has no definition twice: the version of before is gone if there is another one beside it.
  const isGone = Object.values(versions).filter(isMade).length > 1;
  if (Object.values(before.versions).some(isMade) && !isGone) return false;
  return [...declarations].some(([stackId, declared]) => declared.includes(made) && isOf({ metadata }, stackId));
}

/** A rollback takes back the ticket that it finds declared, also if somebody else had put the same one before. */
function withoutTakenBack(before: Held, after: Held, failed: readonly Release[]): Held {
  const versions = structuredClone(before.versions);
  for (const { definition: n, ticket } of failed.flat()) {
    const has = ({ versions: all }: Held) =>
      Object.values(all).find(each => each.definition === definition(n))?.metadata.ticket;
    const version = Object.values(versions).find(each => each.definition === definition(n));
    if (!version?.metadata.ticket || has(after)?.includes(ticket)) continue;
    Object.assign(version.metadata, { ticket: version.metadata.ticket.filter(each => each !== ticket) });
  }
  return { ...before, versions };
}

const isSamePlace = (a: Release[number], b: Release[number]) =>
  a.logicalId === b.logicalId && a.definition === b.definition;

const plot: Plot<Release, Held> = {
  family: GLUE,
  release: fc
    .uniqueArray(declared, { maxLength: 3, selector: each => each.definition })
    .map(all => [...new Map(all.map(each => [each.logicalId, each])).values()]),
  hands: [({ aws }) => aws.glue.addVersions(SCHEMA, [{ definition: definition(2) }])],
  begin: async ({ aws }) => {
    declarations.clear();
    await aws.glue.createSchema(SCHEMA, { Compatibility: 'BACKWARD' });
    aws.glue.addVersions(
      SCHEMA,
      [definition(0), former(1), former(2), former(3)].map(each => ({ definition: each, createdAt: new Date(0) })),
    );
  },
  vary: (last, [one, ...rest]) => {
    const changed = last.map(each => rest.find(other => isSamePlace(each, other)) ?? each);
    return one
      ? [...changed.filter(each => each.logicalId !== one.logicalId && each.definition !== one.definition), one]
      : changed;
  },
  resources: release =>
    Object.fromEntries(
      release.map(({ logicalId, definition: n, ticket, removal, adopt }) => [
        logicalId,
        {
          type: SchemaResourceType.VERSION,
          properties: {
            RegistryName: 'default-registry',
            SchemaName: SCHEMA,
            Definition: definition(n),
            Metadata: { ticket },
            Removal: removal,
            AdoptExisting: adopt || undefined,
          },
        },
      ]),
    ),
  snapshot: ({ aws }) => {
    const { checkpoint = 1, versions = {} } = aws.glue.describe(SCHEMA) ?? {};
    const listed = Object.entries(versions).filter(([, { status }]) => status !== 'DELETING');
    return { checkpoint, versions: structuredClone(Object.fromEntries(listed)) };
  },
  unswept,

  deployed(release, stackId, after, before) {
    declarations.set(
      stackId,
      release.map(each => definition(each.definition)),
    );
    expect(after.versions).toMatchObject({});
    expect(available(after).length).toBeGreaterThanOrEqual(new Set(release.map(each => each.definition)).size);
    // nothing that the registry failed stays behind.
    const failed = ({ versions }: Held) => Object.values(versions).filter(({ status }) => status === 'FAILURE');
    expect(failed(after).length).toBeLessThanOrEqual(failed(before).length);
  },

  rolledBack(after, before, failed) {
    const ids = idsOf(before);
    expect(owners(after, ids)).toEqual(owners(withoutTakenBack(before, after, failed), ids));
    // what the registry has made available meanwhile may stay, but nobody's.
    for (const { versionId, status, metadata } of Object.values(after.versions)) {
      if (idsOf(before).includes(versionId) || isMadeAgain(after, before, versionId)) continue;
      expect({ status, owner: ownerIn(metadata) }).toEqual({ status: 'AVAILABLE', owner: undefined });
    }
  },

  // what others have is as it was, and what the registry has made available meanwhile may stay, but nobody's.
  undone(after, before, stackId, release) {
    const declared = release?.map(each => definition(each.definition)) ?? [];
    const left = ({ versions }: Held) =>
      Object.values(versions).filter(each => !declared.includes(each.definition) && !wasOf(each.versionId));
    const wasOf = (id: string) =>
      Object.values(before.versions).some(each => each.versionId === id && isOf(each, stackId));
    const ids = left(before).map(({ versionId }) => versionId);
    expect(owners(after, ids)).toEqual(owners(before, ids));
    for (const { versionId, status, metadata } of left(after)) {
      if (ids.includes(versionId)) continue;
      expect({ status, owner: ownerIn(metadata) }).toEqual({ status: 'AVAILABLE', owner: undefined });
    }
  },

  destroyed(stackId, after) {
    const name = stackId.split('/').at(-1)!;
    for (const { metadata } of Object.values(after.versions)) {
      // who had it before its owner adopted it may stand there.
      if (ownerIn(metadata) !== undefined)
        expect(JSON.stringify(metadata)).not.toMatch(new RegExp(`\\.stack=[^.]*${name}`));
    }
  },
};

test(
  'schema versions: whatever is released, broken off, held up, killed, delivered again or done by hand',
  () => playHistories(plot),
  HISTORIES_TIMEOUT,
);
