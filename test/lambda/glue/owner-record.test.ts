import fc from 'fast-check';
import { FIELDS, changeRecord, claimantOf, readRecord } from '../../../lambda/glue/owner-record';
import { type Scope } from '../../../lambda/runtime/custom-resource';
import { type TagChange, type Tags, claim, release } from '../../../lambda/runtime/ownership';

/** What metadata certainly takes, however the documented pattern is read. */
const VALUE = /^[a-zA-Z0-9+\-=._/@]{1,256}$/;

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,127}$/);
const stackId = fc
  .tuple(name, fc.uuid())
  .map(([stack, uuid]) => `arn:aws-us-gov:cloudformation:us-gov-west-1:111122223333:stack/${stack}/${uuid}`);
const claimant = fc
  .tuple(
    stackId,
    fc.stringMatching(/^[A-Za-z0-9]{1,255}$/),
    fc.integer({ min: Date.parse('2024-01-01') / 1_000, max: Date.parse('2038-01-01') / 1_000 }),
    fc.stringMatching(/^[0-9a-f]{8}$/),
  )
  .map(([id, logicalId, sentAt, hash]) =>
    claimantOf({ stackId: id, logicalId, mark: { sentAt: sentAt * 1_000, hash } } as Scope),
  );

/** All the states that owners bring a version into, one after the other. */
const states = fc.array(fc.tuple(claimant, fc.constantFrom('adopt', 'release')), { maxLength: 6 }).map(steps => {
  const changes: TagChange[] = [];
  let fields: Tags = {};
  for (const [me, step] of steps) {
    const claimed = claim(fields, FIELDS, me, { adoptExisting: true });
    const change = step === 'release' ? release(fields, FIELDS, me) : 'change' in claimed ? claimed.change : undefined;
    if (!change) continue;
    changes.push(change);
    fields = Object.fromEntries(
      Object.entries({ ...fields, ...change.set }).filter(([key]) => !change.remove.includes(key)),
    );
  }
  return { changes, fields };
});

/** The values of the pair, written as the registry is asked to. */
function written(changes: readonly TagChange[]): string[] {
  let values: string[] = [];
  for (const change of changes) {
    const { put, remove } = changeRecord(readRecord(values), change);
    values = [...values, ...(put === undefined ? [] : [put])].filter(value => !remove.includes(value));
  }
  return values;
}

test('whatever happens to a version, its record fits into one value and reads back', () => {
  fc.assert(
    fc.property(states, ({ changes, fields }) => {
      const values = written(changes);
      expect(values.length).toBeLessThanOrEqual(1);
      for (const value of values) expect(value).toMatch(VALUE);
      // of claims the owner's alone is kept, and where room is short not who had the version before its owners.
      const claims = Object.keys(fields).filter(
        key => key.startsWith(FIELDS.claim) && key !== FIELDS.claim + fields.owner,
      );
      const kept = Object.fromEntries(Object.entries(fields).filter(([key]) => !claims.includes(key)));
      const { released, ...rest } = readRecord(values).fields;
      const { released: wanted, ...others } = kept;
      expect(rest).toEqual(others);
      if (released !== wanted) expect([released, fields.from?.length]).toEqual([undefined, expect.any(Number)]);
    }),
  );
});

test('between the two writes of a change the new record counts, in whatever order the values are listed', () => {
  fc.assert(
    fc.property(states, claimant, ({ changes }, me) => {
      const before = written(changes);
      const { put, remove } = changeRecord(readRecord(before), { set: { owner: me.ownerId }, remove: [] });
      expect(remove).toEqual(before);
      for (const values of [
        [put!, ...before],
        [...before, put!],
      ]) {
        expect(readRecord(values).fields.owner).toBe(me.ownerId);
        expect(changeRecord(readRecord(values), { set: {}, remove: [] })).toEqual({ remove: before });
      }
    }),
  );
});

test('of two records that were written at once the one that was there first counts', () => {
  const record = readRecord(['1.owner=aa', '2.owner=bb', '2.owner=cc']);
  expect(record.fields.owner).toBe('bb');
  expect(readRecord(['2.owner=cc', '1.owner=aa', '2.owner=bb']).fields.owner).toBe('cc');
});

test('a record from which everything goes is removed, the older ones first', () => {
  const record = readRecord(['10.owner=aa', '9.owner=bb']);
  expect(changeRecord(record, { set: {}, remove: ['owner'] })).toEqual({ remove: ['9.owner=bb', '10.owner=aa'] });
});

test('nothing to change is no write', () => {
  expect(changeRecord(readRecord(['1.owner=aa']), { set: {}, remove: [] })).toEqual({ remove: [] });
  expect(changeRecord(readRecord([]), { set: {}, remove: [] })).toEqual({ remove: [] });
});

test('values that somebody else has written are neither read nor removed', () => {
  const record = readRecord(['mine', '1.owner', 'owner=aa', 'x3.owner=bb', '3.owner=bb.', '2.owner=aa']);
  expect(record).toEqual({ fields: { owner: 'aa' }, values: ['2.owner=aa'] });
  expect(readRecord(['mine'])).toEqual({ fields: {}, values: [] });
});

test.each([256, 257])(
  'who has released it before is forgotten where the record would not fit: %d characters',
  length => {
    const fields = { owner: 'aa', [FIELDS.releasedBy]: 'cc' };
    const room = length - `1.owner=aa.${FIELDS.releasedBy}=cc.stack=`.length;
    const { put } = changeRecord({ fields, values: [] }, { set: { stack: 'x'.repeat(room) }, remove: [] });
    expect(put?.includes('=cc')).toBe(length === 256);
    expect(put?.length).toBeLessThanOrEqual(256);
  },
);

test('a long name of a stack is shortened, its id is not', () => {
  const { stackId: short } = claimantOf({
    stackId: `arn:aws:cloudformation:eu-west-1:111111111111:stack/${'n'.repeat(33)}/0a1b`,
    logicalId: 'V',
  } as Scope);
  expect(short).toBe(`${'n'.repeat(32)}/0a1b`);
});

describe('a record without room for ids in full', () => {
  const ID = '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d';
  const stack = (name: string) => `${name.padEnd(32, 'x')}/${ID}`;
  const former = ['a', 'b'].map(owner => `${owner.repeat(16)}+sxxxxx/`).join('');
  const fields: Tags = {
    owner: 'c'.repeat(16),
    stack: stack('orders'),
    former,
    from: `${'d'.repeat(16)}+@${stack('order-service')}`,
    [`${FIELDS.claim}${'c'.repeat(16)}`]: `2026-11-29T01:02:03Z/1a2b3c4d/${stack('orders')}`,
  };
  const values = ['9999.owner=aa'];

  test('has the ids of stacks in a shorter form, and reads back the same', () => {
    const { put } = changeRecord({ fields: {}, values }, { set: fields, remove: [] });
    expect(put).toMatch(VALUE);
    expect(put).not.toContain(ID);
    expect(readRecord([put!]).fields).toEqual(fields);
  });

  test('forgets who had released it only if that is not enough', () => {
    const released = { released: 'e'.repeat(16) };
    const few = { ...fields, former: 'a'.repeat(16), ...released };
    const { put } = changeRecord({ fields: {}, values }, { set: few, remove: [] });
    expect(readRecord([put!]).fields).toEqual(few);
    const { put: full } = changeRecord({ fields: {}, values }, { set: { ...fields, ...released }, remove: [] });
    expect(readRecord([full!]).fields).toEqual(fields);
  });

  test('a record with room has them in full, for readers', () => {
    const { put } = changeRecord({ fields: {}, values }, { set: { owner: 'aa', stack: stack('orders') }, remove: [] });
    expect(put).toContain(ID);
  });
});
