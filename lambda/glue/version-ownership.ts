/** The owner of a version: reads its metadata, decides, writes, and reads again. */
import { MAX_METADATA } from '../../contract/glue';
import { OWNER_KEY } from '../../contract/ownership';
import { type Scope } from '../runtime/custom-resource';
import { reasonOf } from '../runtime/messages';
import { HANDED_BACK, type TagChange, claimOf } from '../runtime/ownership';
import { Unpublishable, Vanished } from './errors';
import { type GlueGateway, type Registered } from './gateway';
import { type HeldPair, type MetadataChange, type Pair } from './metadata';
import { type SchemaName, versionIn } from './names';
import { FIELDS, type MetadataRecord, changeRecord, readRecord } from './owner-record';
import { SpareRecord } from './spare-record';

/** The metadata of a version: the owner's record, and all pairs, including the pair of that record. */
export interface Marks {
  readonly pairs: readonly HeldPair[];
  readonly record: MetadataRecord;
}

/** The metadata of a version that has just been registered. */
export const NO_MARKS: Marks = { pairs: [], record: { fields: {}, values: [] } };

/** Milliseconds between reads of what was written a moment ago. */
const PAUSES = [200, 500, 1_000];

type Version = Pick<Registered, 'id' | 'number'>;

export class VersionOwnership {
  /** As last read. */
  marks = NO_MARKS;
  private readonly spare: SpareRecord;

  constructor(
    private readonly registry: GlueGateway,
    private readonly schema: SchemaName,
    private readonly scope: Scope,
  ) {
    this.spare = new SpareRecord(registry, schema);
  }

  /** Whether the version had these pairs when it was read. */
  shows(metadata: Readonly<Record<string, string>> = {}): boolean {
    const { pairs } = this.marks;
    return Object.entries(metadata).every(([key, value]) =>
      pairs.some(pair => pair.key === key && pair.value === value),
    );
  }

  /** `undefined` if the version is gone. */
  async read({ id }: Version): Promise<Marks | undefined> {
    const pairs = await this.registry.pairsOf(id);
    if (!pairs) return undefined;
    this.marks = marksFrom(pairs);
    if (this.marks.record.values.length === 0) await this.restore(id, pairs);
    return this.marks;
  }

  /**
   * Restores the record of a version if a function was killed after it had removed the record, and before it wrote the
   * new one.
   */
  private async restore(versionId: string, pairs: readonly HeldPair[]): Promise<void> {
    const lost = await this.spare.find(versionId, pairs);
    if (!lost) return;
    this.scope.log.warn(
      'the owner record of the version is restored: a function was killed while it changed the record',
      { id: versionId },
    );
    this.marks = marksFrom([...pairs, lost]);
    if (pairs.length >= MAX_METADATA) return;
    await this.registry.putMetadata(versionId, [OWNER_KEY, lost.value]);
    await this.spare.drop(versionId);
  }

  /** Changes the record as last read, without a check for concurrent changes. */
  async change(version: Version, change: TagChange): Promise<void> {
    const { put, remove } = changeRecord(this.marks.record, change);
    const left = put === undefined ? remove : await this.put(version, put, remove);
    await this.removeRecords(version, left);
    this.marks = {
      ...this.marks,
      record: readRecord(put === undefined ? this.marks.record.values.slice(remove.length) : [put]),
    };
  }

  /** Removes older records that a killed function has left behind. */
  async tidy(version: Version): Promise<void> {
    await this.removeRecords(version, this.marks.record.values.slice(0, -1));
    if (this.marks.pairs.length >= MAX_METADATA) await this.spare.drop(version.id);
  }

  /**
   * Claims a version: writes the record and reads it again. If somebody else has claimed the version at the same time,
   * one of the two owns it, and the other removes its record. False if somebody else owns it.
   */
  async claim(version: Version, change: TagChange): Promise<boolean> {
    const { put, remove } = changeRecord(this.marks.record, change);
    if (put === undefined) return true;
    const left = await this.put(version, put, remove);
    await this.readOnceItShows(version, put);
    const isOurs = this.marks.record.values.at(-1) === put;
    if (!isOurs)
      this.scope.log.warn('somebody else has claimed the version at the same time, and owns it', { id: version.id });
    await this.removeRecords(version, isOurs ? left : [put]);
    return isOurs;
  }

  /**
   * Reads a version until it shows a record that was written a moment ago: a read that does not show it yet would tell
   * nothing. It also ends after a while, because somebody else can have removed the record.
   */
  private async readOnceItShows(version: Version, value: string): Promise<void> {
    for (const pause of [...PAUSES, 0]) {
      if (!(await this.read(version))) throw new Vanished(versionIn(this.schema, version.number));
      if (pause === 0 || this.marks.record.values.includes(value)) return;
      await this.scope.clock.sleep(pause);
    }
  }

  /** Throws, before the first write, if a version has no room for all pairs that it needs. */
  requireRoom(version: Version, { put, remove }: MetadataChange): void {
    const { pairs, record } = this.marks;
    const others = pairs.length - record.values.length;
    const wanted = others - remove.length + put.length + 1;
    if (wanted <= MAX_METADATA) return;
    throw this.full(version, `already has ${others} other pairs and needs ${wanted}, including the owner's record`);
  }

  async exchange({ id }: Version, { remove, put }: MetadataChange): Promise<void> {
    for (const pair of remove) await this.registry.removeMetadata(id, pair);
    for (const pair of put) await this.registry.putMetadata(id, pair);
  }

  /**
   * Adds a record; returns the former records that still exist. If there is no room for both, the former records are
   * removed first, and a copy is kept elsewhere meanwhile.
   */
  private async put(version: Version, value: string, former: readonly string[]): Promise<readonly string[]> {
    try {
      await this.registry.putMetadata(version.id, [OWNER_KEY, value]);
      return former;
    } catch (error) {
      if (!(error instanceof Error) || error.name !== NO_ROOM) throw error;
      if (former.length === 0) throw this.full(version, `has no room for the owner's record (${reasonOf(error)})`);
    }
    await this.spare.keep(version.id, former.at(-1)!);
    await this.removeRecords(version, former);
    try {
      await this.registry.putMetadata(version.id, [OWNER_KEY, value]);
    } catch (error) {
      await this.registry.putMetadata(version.id, [OWNER_KEY, former.at(-1)!]).catch(() => undefined);
      throw error;
    }
    await this.spare.drop(version.id);
    return [];
  }

  private async removeRecords({ id }: Version, values: readonly string[]): Promise<void> {
    for (const value of values) await this.registry.removeMetadata(id, [OWNER_KEY, value]);
  }

  private full({ number }: Version, what: string): Error {
    return new Unpublishable(
      `${versionIn(this.schema, number)} ${what}; a version must have at most ${MAX_METADATA} pairs of metadata: ` +
        'remove some of the others (RemoveSchemaVersionMetadata), or declare fewer',
    );
  }
}

const NO_ROOM = 'ResourceNumberLimitExceededException';

/** The owner's record in a version's metadata. */
export function marksFrom(pairs: readonly HeldPair[]): Marks {
  // the newest value of a key comes first.
  const records = pairs.filter(({ key }) => key === OWNER_KEY).reverse();
  const byAge = [...records].sort((a, b) => a.putAt - b.putAt);
  return { pairs, record: readRecord(byAge.map(({ value }) => value)) };
}

/** Whether a version has pairs that are neither records nor in the template. */
export function isMarkedByOthers({ pairs, record }: Marks, template: Readonly<Record<string, string>> = {}): boolean {
  return pairs.some(
    ({ key, value }) => template[key] !== value && !(key === OWNER_KEY && record.values.includes(value)),
  );
}

/** The metadata once some pairs are removed. */
export const without = ({ pairs, record }: Marks, removed: readonly Pair[]): Marks => ({
  pairs: pairs.filter(pair => !removed.some(([key, value]) => pair.key === key && pair.value === value)),
  record,
});

/** The pairs of a template that were added after the version was claimed, and so by its owner. */
export function putByOwner({ pairs, record }: Marks, wanted: Readonly<Record<string, string>>): Pair[] {
  const { fields, values } = record;
  const claimed = claimOf(fields, FIELDS, { ownerId: fields[FIELDS.owner] });
  // the record of what was handed back is younger than the claim.
  const claimedAt =
    claimed?.hash === HANDED_BACK
      ? claimed.since
      : (pairs.find(({ key, value }) => key === OWNER_KEY && value === values.at(-1))?.putAt ?? Infinity);
  return putSince({ pairs }, wanted, claimedAt);
}

/** The pairs of a template that were added since a time. */
export const putSince = (
  { pairs }: Pick<Marks, 'pairs'>,
  wanted: Readonly<Record<string, string>>,
  since = Infinity,
): Pair[] =>
  pairs
    .filter(({ key, value, putAt }) => wanted[key] === value && putAt >= since)
    .map(({ key, value }) => [key, value]);
