/** Parses the answers of WeChat's API, and shows unexpected answers in messages. Pure. */
import { NoAnswer } from './errors';
import { type ListedVersion, type ServicePage, type VersionPage } from './gateway';
import { type WeChatAnswer } from './transport';

/** A code, even if it is text. */
export function codeOf({ errcode }: WeChatAnswer): number | undefined {
  if (typeof errcode === 'string' && !/^-?\d+$/.test(errcode)) return undefined;
  return numberOf(errcode);
}

/** What WeChat says of a code; without a text, the answer itself. */
export function messageOf(answer: WeChatAnswer, ...secrets: readonly string[]): string {
  const { errmsg } = answer;
  return typeof errmsg === 'string' && errmsg !== '' ? withoutSecrets(errmsg, ...secrets) : shown(answer, ...secrets);
}

/** The versions of a listing. Throws `NoAnswer`, with the answer, if it has other members. */
export function pageOf(answer: WeChatAnswer, token: string): VersionPage {
  const { items, total } = listing(answer, 'items', { what: 'versions', token });
  return { versions: items.map(item => listedVersion(item, token)), total };
}

/** The services of a listing, in the same way. */
export function servicePageOf(answer: WeChatAnswer, token: string): ServicePage {
  const { items, total } = listing(answer, 'cslist', { what: 'services', token });
  return { serverNames: items.map(item => nameIn(item, 'server_name', { what: 'service', token })), total };
}

interface Shown {
  /** What was listed, in words. */
  readonly what: string;
  /** Which no message shows. */
  readonly token: string;
}

function listing(answer: WeChatAnswer, member: string, { what, token }: Shown) {
  const total = numberOf(answer.total);
  const items = answer[member] === null && total === 0 ? [] : answer[member];
  if (!Array.isArray(items) || total === undefined) {
    throw new NoAnswer(`WeChat listed ${what} without ${member} and total: ${shown(answer, token)}`);
  }
  return { items: items.map(item => (item ?? {}) as WeChatAnswer), total };
}

function nameIn(item: WeChatAnswer, member: string, { what, token }: Shown): string {
  const name = item[member];
  if (typeof name === 'string') return name;
  throw new NoAnswer(`WeChat listed a ${what} without a ${member}: ${shown(item, token)}`);
}

function listedVersion(item: WeChatAnswer, token: string): ListedVersion {
  const { status, flow_ratio, created_time } = item;
  return {
    versionName: nameIn(item, 'version_name', { what: 'version', token }),
    status: typeof status === 'string' ? status : undefined,
    flowRatio: numberOf(flow_ratio),
    createdTime: typeof created_time === 'string' || typeof created_time === 'number' ? `${created_time}` : undefined,
  };
}

/** A number, even if it is text. */
function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

const MOST_SHOWN = 300;

/** An unexpected answer, for a message. */
export function shown(answer: unknown, ...secrets: readonly string[]): string {
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
  return withoutSecrets(text, ...secrets)
    .replace(/\p{Cc}/gu, ' ')
    .slice(0, MOST_SHOWN);
}

/** A text from WeChat, for a message: the text can quote the request. */
function withoutSecrets(text: string, ...secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text);
}
