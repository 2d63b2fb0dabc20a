/**
 * The owner's record of a schema version, kept as the value of one metadata pair. Pure.
 *
 * A changed record is put beside the one that it replaces, which is removed then. They are numbered: where a function is
 * killed between the two writes, the higher number counts.
 */
import { type OwnershipTags } from '../../contract/ownership';
import { type Scope } from '../runtime/custom-resource';
import { type Claimant, type TagChange, type Tags, claimant } from '../runtime/ownership';

/** The fields of a record, as the rules of ownership call them. */
export const FIELDS: OwnershipTags = {
  owner: 'owner',
  stack: 'stack',
  formerOwner: 'former',
  adoptedFrom: 'from',
  releasedBy: 'released',
  claim: 'claim',
};

export interface OwnerRecord {
  readonly fields: Tags;
  /** Values of the pair that are records, in the order in which they were written; the last one counts. */
  readonly values: readonly string[];
}

/** What is written to the pair: first put, then removed. */
export interface RecordChange {
  readonly put?: string;
  readonly remove: readonly string[];
}

/** Of metadata, a value has 256 characters at most: a name that were cut more would tell nothing. */
const STACK_NAME_CHARACTERS = 32;

/** Who an event speaks for: in Create its stack and logical id, later whoever its physical id names. */
export function claimantOf({ stackId, logicalId }: Scope, owner?: string): Claimant {
  const me = claimant(stackId, logicalId);
  return { ...me, ownerId: owner ?? me.ownerId, stackId: shortStackId(stackId) };
}

/** `<stack name>/<id>`: account and region are those of the registry. */
function shortStackId(stackId: string): string {
  const [, name, id] = stackId.split('/');
  return `${name.slice(0, STACK_NAME_CHARACTERS)}/${id}`;
}

/** @param values all values of the owner's key; those that are no records of this library's are passed over */
export function readRecord(values: readonly string[]): OwnerRecord {
  const records = values
    .map(value => ({ value, ...decode(value) }))
    .filter(({ fields }) => fields !== undefined)
    .sort((a, b) => a.number - b.number || (a.value < b.value ? -1 : 1));
  return { fields: records.at(-1)?.fields ?? {}, values: records.map(({ value }) => value) };
}

export function changeRecord({ fields, values }: OwnerRecord, { set, remove, tidy = [] }: TagChange): RecordChange {
  if (Object.keys(set).length === 0 && remove.length === 0) return { remove: values.slice(0, -1) };
  const gone = new Set([...remove, ...tidy]);
  const after = Object.entries({ ...fields, ...set }).filter(([name]) => !gone.has(name));
  // the oldest first: what were left of them must not count again.
  if (after.length === 0) return { remove: values };
  const last = values.at(-1);
  const number = last === undefined ? 1 : decode(last).number + 1;
  return { put: [number, ...after.map(([name, value]) => `${name}=${value}`)].join(SEPARATOR), remove: values };
}

// of what metadata may hold, neither this nor the "=" is in an id or in a stack's name.
const SEPARATOR = '.';
const RECORD = /^(\d+)((?:\.[a-z]+=[^.=]+)+)$/;

function decode(value: string): { readonly number: number; readonly fields?: Tags } {
  const match = RECORD.exec(value);
  if (!match) return { number: 0 };
  const fields = match[2]
    .slice(1)
    .split(SEPARATOR)
    .map(field => field.split('='));
  return { number: Number(match[1]), fields: Object.fromEntries(fields) };
}
