/** Whose a version is: its metadata read, decided on, written and read again. */
import { MAX_METADATA } from '../../contract/glue';
import { OWNER_KEY } from '../../contract/ownership';
import { type Scope } from '../runtime/custom-resource';
import { reasonOf } from '../runtime/messages';
import { type TagChange } from '../runtime/ownership';
import { Unpublishable } from './errors';
import { type GlueGateway, type Registered } from './gateway';
import { type HeldPair, type MetadataChange, type Pair } from './metadata';
import { type SchemaName, versionIn } from './names';
import { type OwnerRecord, changeRecord, readRecord } from './owner-record';
import { SpareRecord } from './spare-record';

/** What is said of a version: the owner's record, and all pairs, that record's among them. */
export interface Marks {
  readonly pairs: readonly HeldPair[];
  readonly record: OwnerRecord;
}

/** Of a version that has just been registered. */
export const NO_MARKS: Marks = { pairs: [], record: { fields: {}, values: [] } };

type Version = Pick<Registered, 'id' | 'number'>;

export class VersionOwnership {
  /** As they were read last. */
  marks = NO_MARKS;
  private readonly spare: SpareRecord;

  constructor(
    private readonly registry: GlueGateway,
    private readonly schema: SchemaName,
    private readonly scope: Scope,
  ) {
    this.spare = new SpareRecord(registry, schema);
  }

  /** `undefined` where the version is gone. */
  async read({ id }: Version): Promise<Marks | undefined> {
    const pairs = await this.registry.pairsOf(id);
    if (!pairs) return undefined;
    this.marks = marksFrom(pairs);
    if (this.marks.record.values.length === 0) await this.restore(id, pairs);
    return this.marks;
  }

  /** Gives a version the record back that a function has taken away and was killed before it had put another one. */
  private async restore(versionId: string, pairs: readonly HeldPair[]): Promise<void> {
    const lost = await this.spare.find(versionId, pairs);
    if (!lost) return;
    this.scope.log.warn('the version has its record back, which a function was about to change', { id: versionId });
    this.marks = marksFrom([...pairs, lost]);
    if (pairs.length >= MAX_METADATA) return;
    await this.registry.putMetadata(versionId, [OWNER_KEY, lost.value]);
    await this.spare.drop(versionId);
  }

  /** Changes the record as it was read last, without regard to anybody who does so at the same time. */
  async change(version: Version, change: TagChange): Promise<void> {
    const { put, remove } = changeRecord(this.marks.record, change);
    const left = put === undefined ? remove : await this.put(version, put, remove);
    await this.removeRecords(version, left);
    this.marks = {
      ...this.marks,
      record: readRecord(put === undefined ? this.marks.record.values.slice(remove.length) : [put]),
    };
  }

  /** Removes what a function that was killed has left of older records. */
  async tidy(version: Version): Promise<void> {
    await this.removeRecords(version, this.marks.record.values.slice(0, -1));
    if (this.marks.pairs.length >= MAX_METADATA) await this.spare.drop(version.id);
  }

  /**
   * Claims a version: writes the record and reads it again. Where somebody else has claimed the version at the same time,
   * one of the two has it, and the other one takes his record back. False where somebody else has it.
   */
  async claim(version: Version, change: TagChange): Promise<boolean> {
    const { put, remove } = changeRecord(this.marks.record, change);
    if (put === undefined) return true;
    const left = await this.put(version, put, remove);
    if (!(await this.read(version))) {
      throw new Error(`${versionIn(this.schema, version.number)} was deleted while it was claimed: deploy again`);
    }
    const isOurs = this.marks.record.values.at(-1) === put;
    if (!isOurs)
      this.scope.log.warn('somebody else has claimed the version at the same time, and has it', { id: version.id });
    await this.removeRecords(version, isOurs ? left : [put]);
    return isOurs;
  }

  /** Throws, before anything is written, where a version has no room for all that it should have. */
  requireRoom(version: Version, { put, remove }: MetadataChange): void {
    const { pairs, record } = this.marks;
    const others = pairs.length - record.values.length;
    const wanted = others - remove.length + put.length + 1;
    if (wanted <= MAX_METADATA) return;
    throw this.full(version, `has ${others} pairs already and should have ${wanted}, the owner's record among them`);
  }

  async exchange({ id }: Version, { remove, put }: MetadataChange): Promise<void> {
    for (const pair of remove) await this.registry.removeMetadata(id, pair);
    for (const pair of put) await this.registry.putMetadata(id, pair);
  }

  /**
   * Puts a record; returns which of the former ones are still there. Where there is no room for both, the former ones go
   * first, and are kept elsewhere meanwhile.
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
      `${versionIn(this.schema, number)} ${what}: a version may have ${MAX_METADATA} pairs of metadata, ` +
        'remove some of the others (RemoveSchemaVersionMetadata), or declare fewer',
    );
  }
}

const NO_ROOM = 'ResourceNumberLimitExceededException';

/** What a version's metadata says of its owner. */
export function marksFrom(pairs: readonly HeldPair[]): Marks {
  // of one key the newest comes first.
  const records = pairs.filter(({ key }) => key === OWNER_KEY).reverse();
  const byAge = [...records].sort((a, b) => a.putAt - b.putAt);
  return { pairs, record: readRecord(byAge.map(({ value }) => value)) };
}

/** Whether a version has pairs that are neither records nor of the template. */
export function isMarkedByOthers({ pairs, record }: Marks, template: Readonly<Record<string, string>> = {}): boolean {
  return pairs.some(
    ({ key, value }) => template[key] !== value && !(key === OWNER_KEY && record.values.includes(value)),
  );
}

/** The pairs of a template that have been put since the version was claimed, and so by its owner. */
export function putByOwner({ pairs, record }: Marks, wanted: Readonly<Record<string, string>>): Pair[] {
  const claimedAt =
    pairs.find(({ key, value }) => key === OWNER_KEY && value === record.values.at(-1))?.putAt ?? Infinity;
  return pairs
    .filter(({ key, value, putAt }) => wanted[key] === value && putAt >= claimedAt)
    .map(({ key, value }) => [key, value]);
}
