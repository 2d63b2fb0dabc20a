/** Whose a version is: its metadata read, decided on, written and read again. */
import { MAX_METADATA } from '../../contract/glue';
import { OWNER_KEY } from '../../contract/ownership';
import { type Scope } from '../runtime/custom-resource';
import { reasonOf } from '../runtime/messages';
import { type TagChange } from '../runtime/ownership';
import { Unpublishable } from './errors';
import { type HeldPair, type MetadataChange, type Pair } from './metadata';
import { type SchemaName, versionIn } from './names';
import { type OwnerRecord, changeRecord, readRecord } from './owner-record';
import { type Registered, type SchemaRegistry } from './schema-registry';

/** What is said of a version: the owner's record, and all pairs, that record's among them. */
export interface Marks {
  readonly pairs: readonly HeldPair[];
  readonly record: OwnerRecord;
}

/** Of a version that has just been registered. */
export const NO_MARKS: Marks = { pairs: [], record: { fields: {}, values: [] } };

export const NO_CHANGE: TagChange = { set: {}, remove: [] };

type Version = Pick<Registered, 'id' | 'number'>;

export class VersionOwnership {
  constructor(
    private readonly registry: SchemaRegistry,
    private readonly schema: SchemaName,
    private readonly scope: Scope,
  ) {}

  /** `undefined` where the version is gone. */
  async marksOf({ id }: Version): Promise<Marks | undefined> {
    const pairs = await this.registry.metadataOf(id);
    return pairs && marksFrom(pairs);
  }

  /** Changes the record without regard to anybody who does so at the same time. */
  async change(version: Version, { record }: Marks, change: TagChange): Promise<void> {
    const { put, remove } = changeRecord(record, change);
    const left = put === undefined ? remove : await this.put(version, put, remove);
    for (const value of left) await this.registry.removeMetadata(version.id, [OWNER_KEY, value]);
  }

  /**
   * Claims a version: writes the record and reads it again. Where somebody else has claimed the version at the same time,
   * one of the two has it, and the other one takes his record back.
   *
   * @returns the marks after it; `undefined` where somebody else has it
   */
  async claim(version: Version, { record }: Marks, change: TagChange): Promise<Marks | undefined> {
    const { put, remove } = changeRecord(record, change);
    if (put === undefined) return this.marksAfter(version);
    const left = await this.put(version, put, remove);
    const after = await this.marksAfter(version);
    if (after.record.values.at(-1) !== put) {
      this.scope.log.warn('somebody else has claimed the version at the same time, and has it', { id: version.id });
      await this.registry.removeMetadata(version.id, [OWNER_KEY, put]);
      return undefined;
    }
    for (const value of left) await this.registry.removeMetadata(version.id, [OWNER_KEY, value]);
    return after;
  }

  /** Throws, before anything is written, where a version has no room for all that it should have. */
  requireRoom(version: Version, { pairs, record }: Marks, { put, remove }: MetadataChange): void {
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
   * first: a function that is killed just then leaves the version to nobody, which is never wrong.
   */
  private async put(version: Version, value: string, former: readonly string[]): Promise<readonly string[]> {
    try {
      await this.registry.putMetadata(version.id, [OWNER_KEY, value]);
      return former;
    } catch (error) {
      if (!(error instanceof Error) || error.name !== NO_ROOM) throw error;
      if (former.length === 0) throw this.full(version, `has no room for the owner's record (${reasonOf(error)})`);
    }
    for (const each of former) await this.registry.removeMetadata(version.id, [OWNER_KEY, each]);
    try {
      await this.registry.putMetadata(version.id, [OWNER_KEY, value]);
    } catch (error) {
      await this.registry.putMetadata(version.id, [OWNER_KEY, former.at(-1)!]).catch(() => undefined);
      throw error;
    }
    return [];
  }

  private async marksAfter(version: Version): Promise<Marks> {
    const marks = await this.marksOf(version);
    if (marks) return marks;
    throw new Error(`${versionIn(this.schema, version.number)} was deleted while it was claimed: deploy again`);
  }

  private full({ number }: Version, what: string): Error {
    return new Unpublishable(
      `${versionIn(this.schema, number)} ${what}: a version may have ${MAX_METADATA} pairs of metadata, ` +
        'remove some of the others (RemoveSchemaVersionMetadata), or declare fewer',
    );
  }
}

const NO_ROOM = 'ResourceNumberLimitExceededException';

function marksFrom(pairs: readonly HeldPair[]): Marks {
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
