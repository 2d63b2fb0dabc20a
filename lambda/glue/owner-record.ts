/**
 * The owner's record of a schema version, kept as the value of one metadata pair. Pure.
 *
 * A changed record is added beside the record that it replaces, which is then removed. Records are numbered: if a
 * function is killed between the two writes, the higher number is valid. If two records were written at once and have
 * the same number, the first one is valid.
 */
import { type OwnershipTags } from '../../contract/ownership';
import { type Scope } from '../runtime/custom-resource';
import { type Claimant, type TagChange, type Tags, claimOf, claimant, markTags } from '../runtime/ownership';

/** The fields of a record, by the names that the rules of ownership use. */
export const FIELDS: OwnershipTags = {
  owner: 'owner',
  stack: 'stack',
  formerOwner: 'former',
  adoptedFrom: 'from',
  releasedBy: 'released',
  claim: 'claim',
};

export interface MetadataRecord {
  readonly fields: Tags;
  /** The values of the pair that are records, in the order in which they were written; the last one is valid. */
  readonly values: readonly string[];
}

/** The writes to the pair: first records are added, then removed. */
export interface RecordChange {
  readonly put?: string;
  readonly remove: readonly string[];
}

/** How many characters of a stack's name are kept, because a metadata value has at most 256 characters. */
export const STACK_NAME_CHARACTERS = 32;

/** For whom an event acts: in a Create for its stack and logical id, later for the owner that its physical id names. */
export function claimantOf({ stackId, logicalId, mark }: Scope, owner?: string): Claimant {
  const me = claimant(stackId, logicalId);
  return { ...me, ownerId: owner ?? me.ownerId, stackId: shortStackId(stackId), mark };
}

/** `<stack name>/<id>`: the account and region are those of the registry. */
function shortStackId(stackId: string): string {
  const [, name, id] = stackId.split('/');
  return `${name.slice(0, STACK_NAME_CHARACTERS)}/${id}`;
}

/**
 * @param values all values of the owner's key, the oldest first; values that are not records of this library are
 * ignored
 */
export function readRecord(values: readonly string[]): MetadataRecord {
  const records = values
    .map((value, index) => ({ value, index, ...decode(value) }))
    .filter(({ fields }) => fields !== undefined)
    .sort((a, b) => a.number - b.number || b.index - a.index);
  return { fields: records.at(-1)?.fields ?? {}, values: records.map(({ value }) => value) };
}

export function changeRecord({ fields, values }: MetadataRecord, { set, remove, tidy = [] }: TagChange): RecordChange {
  if (Object.keys(set).length === 0 && remove.length === 0) return { remove: values.slice(0, -1) };
  const gone = new Set([...remove, ...tidy]);
  const after = Object.fromEntries(Object.entries({ ...fields, ...set }).filter(([name]) => !gone.has(name)));
  // the oldest first: an old record that is left behind must not become valid again.
  if (Object.keys(withoutClaims(after)).length === 0) return { remove: values };
  const last = values.at(-1);
  const number = last === undefined ? 1 : decode(last).number + 1;
  const whole = encode(number, after);
  const { [FIELDS.releasedBy]: _, ...shorter } = after;
  // who has released it before its owners is dropped only if the record has no room for that.
  const forms = [whole, compacted(whole), compacted(encode(number, shorter))];
  return { put: forms.find(form => form.length <= VALUE_CHARACTERS) ?? forms.at(-1), remove: values };
}

const VALUE_CHARACTERS = 256;

// metadata allows this character and "=", and neither occurs in an id or in a stack's name.
const SEPARATOR = '.';
const RECORD = /^(\d+)((?:\.[a-z]+=[^.=]+)+)$/;

function decode(value: string): { readonly number: number; readonly fields?: Tags } {
  const match = RECORD.exec(expanded(value));
  if (!match) return { number: 0 };
  const fields = match[2]
    .slice(1)
    .split(SEPARATOR)
    .map(field => field.split('='));
  const { [CLAIMED_AT]: claimedAt, ...rest } = Object.fromEntries(fields) as Record<string, string>;
  return { number: Number(match[1]), fields: { ...rest, ...decodedClaim(claimedAt, rest) } };
}

function encode(number: number, fields: Tags): string {
  const pairs = { ...withoutClaims(fields), ...encodedClaim(fields) };
  return [number, ...Object.entries(pairs).map(([name, value]) => `${name}=${value}`)].join(SEPARATOR);
}

// if a record has no room, the id of a stack is written in 22 characters instead of 36: a UUID has 128 bits.
const compacted = (record: string): string => record.replace(STACK_UUID, (_, uuid: string) => '/' + compactUuid(uuid));
const compactUuid = (uuid: string) => Buffer.from(uuid.replaceAll('-', ''), 'hex').toString('base64url');
const STACK_UUID = /\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![^.])/g;

const expanded = (record: string): string => record.replace(COMPACT_UUID, (_, id: string) => '/' + expandUuid(id));
const expandUuid = (id: string) =>
  Buffer.from(id, 'base64url')
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
// neither an owner id nor a time is as long.
const COMPACT_UUID = /\/([\w-]{22})(?![^.])/g;

/** The event that has claimed the version: only the owner's claim is kept, in the shortest form. */
const CLAIMED_AT = 'at';
const TIME_CHARACTERS = 6;
/** Precedes the time at which the ownership began, if that was before the event. */
const SINCE = '-';

const withoutClaims = (fields: Tags): Tags =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !name.startsWith(FIELDS.claim)));

function encodedClaim(fields: Tags): Tags {
  const claim = claimOf(fields, FIELDS, { ownerId: fields[FIELDS.owner] });
  if (!claim) return {};
  const seconds = (claim.sentAt / 1_000).toString(36).padStart(TIME_CHARACTERS, '0');
  const since = claim.since === claim.sentAt ? '' : SINCE + (claim.since / 1_000).toString(36);
  return { [CLAIMED_AT]: seconds + Number.parseInt(claim.hash, 16).toString(36) + since };
}

function decodedClaim(claimedAt: string | undefined, fields: Tags): Tags {
  const { [FIELDS.owner]: owner, [FIELDS.stack]: stack } = fields;
  if (!claimedAt || !owner || !stack) return {};
  const [event, since] = claimedAt.split(SINCE);
  const seconds = Number.parseInt(event.slice(0, TIME_CHARACTERS), 36);
  const hash = Number.parseInt(event.slice(TIME_CHARACTERS), 36).toString(16).padStart(8, '0');
  const owned = { ownerId: owner, stackId: stack, mark: { sentAt: seconds * 1_000, hash } };
  return markTags(FIELDS, owned, since === undefined ? undefined : Number.parseInt(since, 36) * 1_000);
}
