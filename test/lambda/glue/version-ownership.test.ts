/** The owner's record among the metadata of a version, also where these are full, and while others write. */
import { MAX_METADATA } from '../../../contract/glue';
import { OWNER_KEY } from '../../../contract/ownership';
import { type HeldPair } from '../../../lambda/glue/metadata';
import { FIELDS } from '../../../lambda/glue/owner-record';
import { SpareRecord } from '../../../lambda/glue/spare-record';
import {
  type Marks,
  VersionOwnership,
  isMarkedByOthers,
  marksFrom,
  putByOwner,
} from '../../../lambda/glue/version-ownership';
import { HANDED_BACK, markTags } from '../../../lambda/runtime/ownership';
import { held, pair, recordOf } from './held-pairs';
import { AT, GONE, NOBODY, add, aws, clock, definition, glue, refused, scope, versions, warned } from './registry';

const SPARE = (id: string) => `${OWNER_KEY}.of-${id}`;
/** A change that makes the version that owner's. */
const by = (owner: string) => ({ set: { [FIELDS.owner]: owner, [FIELDS.stack]: `${owner}/1` }, remove: [] });

let version: { id: string; number: number };
let ownership: VersionOwnership;
beforeEach(() => {
  add({ definition: definition('second') });
  version = { id: versions()[2].versionId, number: 2 };
  ownership = new VersionOwnership(glue, AT, scope);
});

const metadata = (number = 2) => versions()[number].metadata;
const records = () => metadata()[OWNER_KEY] ?? [];
const fill = async (pairs: number, id = version.id) => {
  for (let index = 0; index < pairs; index++) await glue.putMetadata(id, [`other-${index}`, 'x']);
};
const owned = async (owner = 'a') => {
  await ownership.read(version);
  await ownership.change(version, by(owner));
};

describe('the record of a version', () => {
  test('is added, replaced and removed', async () => {
    await owned();
    expect(records()).toEqual([recordOf(1, 'a')]);
    await ownership.change(version, by('b'));
    expect(records()).toEqual([recordOf(2, 'b')]);
    expect(ownership.marks.record).toMatchObject({ fields: { owner: 'b' }, values: [recordOf(2, 'b')] });
    await ownership.change(version, { set: {}, remove: Object.values(FIELDS) });
    expect(records()).toEqual([]);
    expect(ownership.marks.record).toEqual({ fields: {}, values: [] });
  });

  test('of a missing version is none', async () => {
    expect(await ownership.read({ ...version, id: NOBODY })).toBeUndefined();
  });

  test('that a killed function has left behind is removed', async () => {
    await owned();
    await glue.putMetadata(version.id, [OWNER_KEY, recordOf(2, 'b')]);
    await ownership.read(version);
    await ownership.tidy(version);
    expect(records()).toEqual([recordOf(2, 'b')]);
  });

  test('stays where a write fails for another reason', async () => {
    await owned();
    refused('PutSchemaVersionMetadata', 'InternalServiceException');
    await expect(ownership.change(version, by('b'))).rejects.toThrow('no way');
    expect(records()).toEqual([recordOf(1, 'a')]);
  });
});

describe('a version that is full', () => {
  const first = () => versions()[1].versionId;

  test('keeps its record elsewhere while it is replaced', async () => {
    await owned();
    await fill(MAX_METADATA - 1);
    const seen: unknown[] = [];
    const remove = jest.spyOn(glue, 'removeMetadata');
    remove.mockImplementationOnce(async (...args) => {
      seen.push(metadata(1));
      return glue.removeMetadata(...args);
    });
    await ownership.change(version, by('b'));
    expect(seen).toEqual([{ [SPARE(version.id)]: [recordOf(1, 'a')] }]);
    expect(records()).toEqual([recordOf(2, 'b')]);
    expect(metadata(1)).toEqual({});
  });

  test('changes its record also where the first version is full, or gone', async () => {
    await owned();
    await fill(MAX_METADATA - 1);
    await fill(MAX_METADATA, first());
    await ownership.change(version, by('b'));
    expect(records()).toEqual([recordOf(2, 'b')]);
    jest.spyOn(glue, 'findNumber').mockResolvedValue(undefined);
    await ownership.change(version, by('c'));
    expect(records()).toEqual([recordOf(3, 'c')]);
  });

  test('keeps its record where the copy cannot be written for another reason', async () => {
    await owned();
    await fill(MAX_METADATA - 1);
    refused('PutSchemaVersionMetadata', 'AccessDeniedException', { nth: 2, times: 2 });
    await expect(ownership.change(version, by('b'))).rejects.toThrow('no way');
    expect(records()).toEqual([recordOf(1, 'a')]);
  });

  test('has its record again where the new one cannot be written', async () => {
    await owned();
    await fill(MAX_METADATA - 1);
    refused('PutSchemaVersionMetadata', 'InternalServiceException', { nth: 3 });
    await expect(ownership.change(version, by('b'))).rejects.toThrow('no way');
    expect(records()).toEqual([recordOf(1, 'a')]);
  });

  test('has no room for a first record, and says what to do', async () => {
    await ownership.read(version);
    await fill(MAX_METADATA);
    await expect(ownership.change(version, by('a'))).rejects.toThrow(
      /^version 2 of schema orders in registry shop has no room for the owner's record .*; a version must have at most 10/,
    );
  });

  test.each<[string, number, number, number, boolean]>([
    ['nine pairs of others and a record', 9, 0, 0, true],
    ['nine pairs of others, and one more that is wanted', 9, 1, 0, false],
    ['nine pairs of others, of which one is exchanged', 9, 1, 1, true],
    ['ten pairs of others', 10, 0, 0, false],
  ])('fits or not: %s', async (_what, others, ...rest) => {
    const [put, remove, fits] = rest as unknown as [number, number, boolean];
    if (others < MAX_METADATA) await owned();
    await fill(others);
    await ownership.read(version);
    const pairs = (count: number) => Array.from({ length: count }, () => ['k', 'v'] as const);
    const require = () => ownership.requireRoom(version, { put: pairs(put), remove: pairs(remove) });
    if (fits) expect(require).not.toThrow();
    else expect(require).toThrow(/version 2 .* already has \d+ other pairs and needs 11, including the owner's record/);
  });
});

describe('a record that a killed function has removed', () => {
  const spare = () => new SpareRecord(glue, AT);
  const kept = recordOf(4, 'a');

  test('is written again, and its copy goes', async () => {
    await fill(MAX_METADATA - 1);
    await spare().keep(version.id, kept);
    await glue.putMetadata(versions()[1].versionId, ['team', 'a']);
    expect((await ownership.read(version))?.record.fields).toMatchObject({ owner: 'a' });
    expect(records()).toEqual([kept]);
    expect(metadata(1)).toEqual({ team: ['a'] });
    expect(warned).toHaveLength(1);
  });

  test('is read from its copy where there is no room for it', async () => {
    await fill(MAX_METADATA);
    await spare().keep(version.id, kept);
    expect((await ownership.read(version))?.record.fields).toMatchObject({ owner: 'a' });
    expect(records()).toEqual([]);
    expect(metadata(1)).toEqual({ [SPARE(version.id)]: [kept] });
  });

  test('is not looked for where the version has room, nor where nobody has kept one', async () => {
    await spare().keep(version.id, kept);
    await fill(MAX_METADATA - 2);
    expect((await ownership.read(version))?.record.values).toEqual([]);
    await spare().drop(version.id);
    expect(metadata(1)).toEqual({});
    await fill(MAX_METADATA - 1);
    expect((await ownership.read(version))?.record.values).toEqual([]);
    expect(warned).toEqual([]);
  });

  test('of another version is not taken, and stays', async () => {
    await fill(MAX_METADATA - 1);
    await spare().keep(NOBODY, kept);
    expect((await ownership.read(version))?.record.values).toEqual([]);
    await spare().drop(version.id);
    expect(metadata(1)).toEqual({ [SPARE(NOBODY)]: [kept] });
  });

  test('is none where the schema is gone', async () => {
    const gone = new SpareRecord(glue, GONE);
    const pairs = Array.from({ length: MAX_METADATA }, () => ({ key: 'k', value: 'v', putAt: 0 }));
    expect(await gone.find(version.id, pairs)).toBeUndefined();
    await expect(gone.drop(version.id)).resolves.toBeUndefined();
    jest.spyOn(glue, 'pairsOf').mockResolvedValue(undefined);
    expect(await spare().find(version.id, pairs)).toBeUndefined();
  });

  test('leaves no copy behind once a full version is tidied', async () => {
    await owned();
    await spare().keep(version.id, kept);
    await fill(MAX_METADATA - 1);
    await ownership.read(version);
    await ownership.tidy(version);
    expect(metadata(1)).toEqual({});
  });

  test('is not looked for when a version that has room is tidied', async () => {
    await owned();
    await fill(MAX_METADATA - 2);
    await ownership.read(version);
    aws.calls.clear();
    await ownership.tidy(version);
    expect(aws.calls.filter({ service: 'glue' })).toEqual([]);
  });
});

describe('a claim', () => {
  test('is written, and read again', async () => {
    await ownership.read(version);
    expect(await ownership.claim(version, by('a'))).toBe(true);
    expect(records()).toEqual([recordOf(1, 'a')]);
    expect(warned).toEqual([]);
  });

  test('that writes nothing is one', async () => {
    await owned();
    expect(await ownership.claim(version, { set: {}, remove: Object.values(FIELDS) })).toBe(true);
  });

  test('gives way to who has claimed the version first', async () => {
    await ownership.read(version);
    await glue.putMetadata(version.id, [OWNER_KEY, recordOf(1, 'rival')]);
    expect(await ownership.claim(version, by('a'))).toBe(false);
    expect(records()).toEqual([recordOf(1, 'rival')]);
    expect(warned).toEqual(['somebody else has claimed the version at the same time, and owns it']);
  });

  test('of a version that is gone fails, and says so', async () => {
    await ownership.read(version);
    jest.spyOn(glue, 'pairsOf').mockResolvedValue(undefined);
    await expect(ownership.claim(version, by('a'))).rejects.toThrow(
      'version 2 of schema orders in registry shop was deleted',
    );
  });

  test('is read until it shows, and not for ever', async () => {
    await ownership.read(version);
    const pairsOf = jest.spyOn(glue, 'pairsOf').mockResolvedValue([]);
    expect(await ownership.claim(version, by('a'))).toBe(false);
    expect(pairsOf).toHaveBeenCalledTimes(4);
    expect(clock.sleeps).toEqual([200, 500, 1_000]);
  });
});

describe('of the metadata of a version', () => {
  test('the records are ordered by their age, whatever their order', () => {
    const [older, newer] = [recordOf(1, 'a'), recordOf(1, 'b')];
    const values = (...pairs: HeldPair[]) => marksFrom(pairs).record.values;
    // of two with the same number, the first one is valid.
    expect(values(pair(OWNER_KEY, newer, 2), pair(OWNER_KEY, older, 1))).toEqual([newer, older]);
    expect(values(pair(OWNER_KEY, older, 1), pair(OWNER_KEY, newer, 2))).toEqual([newer, older]);
    // the newest value of a key comes first.
    expect(values(pair(OWNER_KEY, newer), pair(OWNER_KEY, older))).toEqual([newer, older]);
    expect(values(pair('team', older), pair(OWNER_KEY, newer))).toEqual([newer]);
  });

  test.each<[string, HeldPair[], boolean]>([
    ['nothing', [], false],
    ['the record', [held()], false],
    ['what the template wants', [held(), pair('team', 'a')], false],
    ['another value of what the template wants', [held(), pair('team', 'b')], true],
    ['something else', [held(), pair('note', 'a')], true],
    ['something else under the key of the record', [held(), pair(OWNER_KEY, 'by hand')], true],
    ['a copy of the record under another key', [held(), pair('copy', held().value)], true],
  ])('others have put some: %s', (_what, pairs, are) => {
    expect(isMarkedByOthers(marksFrom(pairs), { team: 'a' })).toBe(are);
  });

  test('others have put all if there is no template', () => {
    expect(isMarkedByOthers(marksFrom([held(), pair('team', 'a')]))).toBe(true);
  });

  test.each<[string, HeldPair[], [string, string][]]>([
    [
      'with the claim, and after it',
      [held(), pair('team', 'a', 10), pair('tier', '1', 11)],
      [
        ['team', 'a'],
        ['tier', '1'],
      ],
    ],
    ['not before it', [held(), pair('team', 'a', 9)], []],
    ['not another value', [held(), pair('team', 'b', 11)], []],
    ['not without a record', [pair('team', 'a', 11)], []],
    ['not after what is no record', [pair(OWNER_KEY, 'by hand', 1), held(), pair('team', 'a', 9)], []],
    ['not after a copy of the record', [pair('copy', held().value, 1), held(), pair('team', 'a', 9)], []],
  ])('the owner has put: %s', (_what, pairs, expected) => {
    expect(putByOwner(marksFrom(pairs), { team: 'a', tier: '1' })).toEqual(expected);
  });

  test('the owner has put what is younger than its claim, if it has the version back', () => {
    const claim = (hash: string) => markTags(FIELDS, { ownerId: 'a', stackId: 'a/1', mark: { sentAt: 5_000, hash } });
    const marks = (hash: string): Marks => ({
      pairs: [held('a', 10_000), pair('team', 'a', 6_000)],
      record: { fields: { owner: 'a', stack: 'a/1', ...claim(hash) }, values: [held().value] },
    });
    expect(putByOwner(marks(HANDED_BACK), { team: 'a' })).toEqual([['team', 'a']]);
    expect(putByOwner(marks('1a2b3c4d'), { team: 'a' })).toEqual([]);
  });

  test.each<[string, Record<string, string> | undefined, boolean]>([
    ['none', undefined, true],
    ['one', { team: 'a' }, true],
    ['all', { team: 'a', tier: '1' }, true],
    ['another value', { team: 'b' }, false],
    ['one of two', { team: 'a', note: 'x' }, false],
    ['the value of another key', { team: '1' }, false],
  ])('it shows %s', (_what, wanted, shows) => {
    ownership.marks = marksFrom([held(), pair('team', 'a'), pair('tier', '1')]);
    expect(ownership.shows(wanted)).toBe(shows);
  });
});
