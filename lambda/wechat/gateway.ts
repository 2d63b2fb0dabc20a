/**
 * The calls of WeChat's API as handlers and sweeps need them, each of them once: repeated where that is documented to
 * help, and explained where not.
 */
import { VERSIONS_PER_PAGE } from '../../contract/wechat';
import { type Clock, type Deadline } from '../runtime/clock';
import { type Guard, OutOfTime, type Paces, inPace } from '../sweep/pace';
import { type AccessToken, withoutSecrets } from './access-token';
import { reactionTo } from './codes';
import { NoAnswer, WeChatError } from './errors';
import { type Post, type WeChatAnswer } from './transport';

/** Where a service is. */
export interface ServiceName {
  readonly environmentId: string;
  readonly serverName: string;
}

/** Where a version is. */
export interface ServiceVersionName extends ServiceName {
  readonly versionName: string;
}

/** A version as it is listed. */
export interface ListedVersion {
  readonly versionName: string;
  readonly status?: string;
  /** Percent of the service's traffic. Absent where it could not be read. */
  readonly flowRatio?: number;
  /** As WeChat writes it: date and time without a zone, ISO 8601, or seconds since the epoch. */
  readonly createdTime?: string;
}

export interface VersionPage {
  readonly versions: readonly ListedVersion[];
  /** Of the whole listing. */
  readonly total: number;
}

/** What goes with the last version of a service. */
export interface WithLastVersion {
  readonly deleteServer: boolean;
  readonly deleteImage: boolean;
}

/** What bounds the repetition, and at whose pace calls are sent. */
export interface Sending {
  readonly clock: Clock;
  readonly deadline: Deadline;
  /** Of a sweep: they repeat what is busy. Absent: it is repeated here. */
  readonly paces?: Paces;
}

const ATTEMPTS = 6;
const FIRST_DELAY = 500;

/** How long a secret may hold the former token after WeChat has a new one, in milliseconds. */
const TOKEN_PATIENCE = 60_000;
const LONGEST_TOKEN_DELAY = 8_000;
/** How often a call is made again with another token. */
const RENEWALS = 3;

export class WeChatGateway {
  constructor(
    private readonly post: Post,
    private readonly token: AccessToken,
    private readonly sending: Sending,
  ) {}

  /**
   * Deletes a version. Throws `NoAnswer` where it is not known whether it did.
   *
   * This request is of the second generation of the interface, the listing of the first: their fields differ.
   */
  async deleteVersion(
    at: ServiceVersionName,
    { deleteServer, deleteImage }: WithLastVersion,
    guard?: Guard,
  ): Promise<void> {
    const operation = 'deletecloudbaserunserverversion';
    const fields = {
      env_id: at.environmentId,
      server_name: at.serverName,
      version_name: at.versionName,
      is_delete_server: deleteServer,
      is_delete_image: deleteImage,
    };
    const { result } = await this.send(operation, fields, { guard });
    if (result !== 'succ') throw new WeChatError(describe(operation, fields), 0, `result ${JSON.stringify(result)}`);
  }

  async listVersions({ environmentId, serverName }: ServiceName, offset: number): Promise<VersionPage> {
    const fields = { env: environmentId, service_name: serverName, limit: VERSIONS_PER_PAGE, offset };
    return this.patiently(async () => {
      const { items, total } = await this.send(LISTING, fields);
      if (!Array.isArray(items) || typeof total !== 'number') {
        throw new NoAnswer(`WeChat answered ${LISTING} without items and total`);
      }
      return { versions: items.map(listedVersion), total };
    });
  }

  /** Waits before the next attempt; false where there should be none. */
  async pause(attempt: number): Promise<boolean> {
    const { clock, deadline, paces } = this.sending;
    if (paces) return false;
    // half of it is jitter: the resources of a stack fail together and should not come back together.
    const delay = FIRST_DELAY * 2 ** (attempt - 1) * (1 + Math.random());
    if (attempt >= ATTEMPTS || deadline.remaining() <= delay) return false;
    await clock.sleep(delay);
    return true;
  }

  /** Repeats what only reads until an answer comes. */
  private async patiently<T>(read: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await read();
      } catch (error) {
        if (!(error instanceof NoAnswer) || !(await this.pause(attempt))) throw error;
      }
    }
  }

  private async send(operation: string, fields: object, { guard }: { guard?: Guard } = {}): Promise<WeChatAnswer> {
    const { paces } = this.sending;
    if (paces) return inPace(paces.of(operation), () => this.call(operation, fields), guard);
    for (let attempt = 1; ; attempt++) {
      try {
        await guard?.();
        return await this.call(operation, fields);
      } catch (error) {
        const isBusy = error instanceof WeChatError && error.reaction === 'retry';
        if (!isBusy || !(await this.pause(attempt))) throw error;
      }
    }
  }

  /** Once, but with another token where the one in use turns out to be old. */
  private async call(operation: string, fields: object): Promise<WeChatAnswer> {
    let token = await this.token.current();
    for (let renewals = 0; ; renewals++) {
      const answer = await this.post(`componenttcb/${operation}`, fields, token);
      const code = codeOf(answer);
      if (code === undefined)
        throw new NoAnswer(`WeChat answered ${operation} without a code: ${shown(answer, token)}`);
      const reaction = reactionTo(code);
      if (reaction === 'done') return answer;
      const renewed =
        reaction === 'renew-token' && renewals < RENEWALS ? await this.renewed(token, renewals > 0) : undefined;
      if (renewed === undefined) {
        throw new WeChatError(describe(operation, fields), code, withoutSecrets(String(answer.errmsg), token));
      }
      token = renewed;
    }
  }

  /**
   * The token as it is read again; where that was in vain before, another one than the old. Whatever renews the secret
   * may do so some seconds after WeChat has a new one.
   */
  private async renewed(old: string, mustDiffer: boolean): Promise<string | undefined> {
    const { clock, deadline, paces } = this.sending;
    const until = clock.now() + TOKEN_PATIENCE;
    for (let delay = FIRST_DELAY; ; delay = Math.min(2 * delay, LONGEST_TOKEN_DELAY)) {
      await this.token.renew(old);
      const token = await this.token.current();
      if (token !== old || !mustDiffer) return token;
      if (clock.now() + delay > until) return undefined;
      if (deadline.remaining() <= delay) {
        if (paces) throw new OutOfTime('the token is not renewed yet');
        return undefined;
      }
      await clock.sleep(delay);
    }
  }
}

const LISTING = 'getcsversionlist';

/** A code, also where it comes as text. */
function codeOf({ errcode }: WeChatAnswer): number | undefined {
  if (typeof errcode === 'number') return errcode;
  return typeof errcode === 'string' && /^-?\d+$/.test(errcode) ? Number(errcode) : undefined;
}

const MOST_SHOWN = 300;

/** An answer that nobody expected, for a message. */
function shown(answer: WeChatAnswer, token: string): string {
  return withoutSecrets(JSON.stringify(answer), token)
    .replace(/\p{Cc}/gu, ' ')
    .slice(0, MOST_SHOWN);
}

const describe = (operation: string, fields: object) => `${operation} ${JSON.stringify(fields)}`;

function listedVersion(item: unknown): ListedVersion {
  const { version_name, status, flow_ratio, created_time } = (item ?? {}) as Record<string, unknown>;
  if (typeof version_name !== 'string') throw new NoAnswer('WeChat listed a version without a name');
  return {
    versionName: version_name,
    status: typeof status === 'string' ? status : undefined,
    flowRatio: typeof flow_ratio === 'number' ? flow_ratio : undefined,
    createdTime: typeof created_time === 'string' || typeof created_time === 'number' ? `${created_time}` : undefined,
  };
}
