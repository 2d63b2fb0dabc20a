/** The calls of WeChat's API as the handlers need them: repeated where that is documented to help, and explained where not. */
import { VERSIONS_PER_PAGE } from '../../contract/wechat';
import { type Clock, type Deadline } from '../runtime/clock';
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
  /** As WeChat writes it: date and time without a zone. */
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

const ATTEMPTS = 6;
const FIRST_DELAY = 500;

export class WeChatApi {
  constructor(
    private readonly post: Post,
    private readonly token: AccessToken,
    /** Absent: nothing is repeated here, since a pace does. */
    private readonly time?: { readonly clock: Clock; readonly deadline: Deadline },
  ) {}

  /**
   * Deletes a version. Throws `NoAnswer` where it is not known whether it did.
   *
   * This request is of the second generation of the interface, the listing of the first: their fields differ.
   */
  async deleteVersion(at: ServiceVersionName, { deleteServer, deleteImage }: WithLastVersion): Promise<void> {
    const operation = 'deletecloudbaserunserverversion';
    const fields = {
      env_id: at.environmentId,
      server_name: at.serverName,
      version_name: at.versionName,
      is_delete_server: deleteServer,
      is_delete_image: deleteImage,
    };
    const { result } = await this.call(operation, fields);
    if (result !== 'succ') throw new WeChatError(describe(operation, fields), 0, `result ${JSON.stringify(result)}`);
  }

  async listVersions({ environmentId, serverName }: ServiceName, offset: number): Promise<VersionPage> {
    const fields = { env: environmentId, service_name: serverName, limit: VERSIONS_PER_PAGE, offset };
    const { items, total } = await this.patiently(() => this.call('getcsversionlist', fields));
    if (!Array.isArray(items) || typeof total !== 'number') {
      throw new NoAnswer('WeChat answered getcsversionlist without items and total');
    }
    return { versions: items.map(listedVersion), total };
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

  private async call(operation: string, fields: object): Promise<WeChatAnswer> {
    let renewed = false;
    for (let attempt = 1; ; attempt++) {
      const token = await this.token.current();
      const answer = await this.post(`componenttcb/${operation}`, fields, token);
      const { errcode, errmsg } = answer;
      if (typeof errcode !== 'number') throw new NoAnswer(`WeChat answered ${operation} without a code`);
      const reaction = reactionTo(errcode);
      if (reaction === 'done') return answer;
      if (reaction === 'renew-token' && !renewed) {
        await this.token.renew(token);
        renewed = true;
      } else if (reaction !== 'retry' || !(await this.pause(attempt))) {
        throw new WeChatError(describe(operation, fields), errcode, withoutSecrets(String(errmsg), token));
      }
    }
  }

  /** Waits before the next attempt; false where there should be none. */
  async pause(attempt: number): Promise<boolean> {
    if (!this.time) return false;
    const { clock, deadline } = this.time;
    // half of it is jitter: the resources of a stack fail together and should not come back together.
    const delay = FIRST_DELAY * 2 ** (attempt - 1) * (1 + Math.random());
    if (attempt >= ATTEMPTS || deadline.remaining() <= delay) return false;
    await clock.sleep(delay);
    return true;
  }
}

const describe = (operation: string, fields: object) => `${operation} ${JSON.stringify(fields)}`;

function listedVersion(item: unknown): ListedVersion {
  const { version_name, status, flow_ratio, created_time } = (item ?? {}) as Record<string, unknown>;
  if (typeof version_name !== 'string') throw new NoAnswer('WeChat listed a version without a name');
  return {
    versionName: version_name,
    status: typeof status === 'string' ? status : undefined,
    flowRatio: typeof flow_ratio === 'number' ? flow_ratio : undefined,
    createdTime: typeof created_time === 'string' ? created_time : undefined,
  };
}
