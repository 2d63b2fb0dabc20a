/**
 * The calls of WeChat's API that handlers and sweeps need, each of them once, but again with another token if the token
 * in use has become old. A sweep's pace repeats calls with temporary errors; a handler repeats them itself, after it
 * has read the state again.
 */
import { VERSIONS_PER_PAGE } from '../../contract/wechat';
import { type Clock, type Deadline } from '../runtime/clock';
import { type Guard, OutOfTime, type Paces, inPace } from '../sweep/pace';
import { type AccessToken } from './access-token';
import { codeOf, messageOf, pageOf, servicePageOf, shown } from './answer';
import { reactionTo } from './codes';
import { NoAnswer, WeChatError } from './errors';
import { type Post, type WeChatAnswer } from './transport';

/** What identifies a service. */
export interface ServiceName {
  readonly environmentId: string;
  readonly serverName: string;
}

/** What identifies a version. */
export interface ServiceVersionName extends ServiceName {
  readonly versionName: string;
}

/** A version in a listing. */
export interface ListedVersion {
  readonly versionName: string;
  readonly status?: string;
  /** Percent of the service's traffic. Absent if it could not be read. */
  readonly flowRatio?: number;
  /** As WeChat writes it: date and time without a zone, ISO 8601, or seconds since the epoch. */
  readonly createdTime?: string;
}

export interface VersionPage {
  readonly versions: readonly ListedVersion[];
  /** The number of versions in the whole listing. */
  readonly total: number;
}

export interface ServicePage {
  readonly serverNames: readonly string[];
  /** The number of services in the whole listing. */
  readonly total: number;
}

/** What is deleted together with the last version of a service. */
export interface WithLastVersion {
  readonly deleteServer: boolean;
  readonly deleteImage: boolean;
}

/** What limits the waiting, and the pace of the calls. */
export interface Sending {
  readonly clock: Clock;
  readonly deadline: Deadline;
  /** The paces of a sweep. */
  readonly paces?: Paces;
}

/** How long, in milliseconds, a secret can hold the former token after WeChat has a new one. */
const TOKEN_PATIENCE = 60_000;
const FIRST_TOKEN_DELAY = 500;
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
   * Deletes a version. Throws `NoAnswer` if the outcome is unknown.
   *
   * This request is of the second generation of the interface, the listing of the first: their fields differ.
   *
   * @param guard can stop the request, directly before it is sent and after a wait for another token
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
    const { result } = (await this.send(operation, fields, guard)).answer;
    if (result !== 'succ') throw new WeChatError(describe(operation, fields), 0, `result ${JSON.stringify(result)}`);
  }

  async listVersions({ environmentId, serverName }: ServiceName, offset: number): Promise<VersionPage> {
    const fields = { env: environmentId, service_name: serverName, limit: VERSIONS_PER_PAGE, offset };
    const { answer, token } = await this.send('getcsversionlist', fields);
    return pageOf(answer, token);
  }

  /** The services of an environment. Of the same generation as the listing of versions. */
  async listServices({ environmentId }: Pick<ServiceName, 'environmentId'>, offset: number): Promise<ServicePage> {
    const fields = { env: environmentId, limit: VERSIONS_PER_PAGE, offset };
    const { answer, token } = await this.send('getcslist', fields);
    return servicePageOf(answer, token);
  }

  private async send(operation: string, fields: object, guard?: Guard): Promise<Answered> {
    const { paces } = this.sending;
    if (paces) return inPace(paces.of(operation), () => this.call(operation, fields, guard), guard);
    await this.token.current();
    await guard?.();
    return this.call(operation, fields, guard);
  }

  private async call(operation: string, fields: object, guard?: Guard): Promise<Answered> {
    let token = await this.token.current();
    for (let renewals = 0; ; renewals++) {
      const answer = await this.post(`componenttcb/${operation}`, fields, token);
      const code = codeOf(answer);
      if (code === undefined) {
        throw new NoAnswer(`WeChat answered ${operation} without a code: ${shown(answer, token)}`);
      }
      const reaction = reactionTo(code);
      if (reaction === 'done') return { answer, token };
      const renewed =
        reaction === 'renew-token' && renewals < RENEWALS
          ? await this.renewed(token, { mustDiffer: renewals > 0 })
          : undefined;
      if (renewed === undefined) {
        throw new WeChatError(describe(operation, fields), code, messageOf(answer, token));
      }
      token = renewed;
      await guard?.();
    }
  }

  /**
   * The token, read again; if that did not help before, a token other than the old one. The secret may be renewed some
   * seconds after WeChat has a new token.
   */
  private async renewed(old: string, { mustDiffer }: { readonly mustDiffer: boolean }): Promise<string | undefined> {
    const { clock, deadline, paces } = this.sending;
    const until = clock.now() + TOKEN_PATIENCE;
    for (let delay = FIRST_TOKEN_DELAY; ; delay = Math.min(2 * delay, LONGEST_TOKEN_DELAY)) {
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

/** An answer, and the token of its request, which no message shows. */
interface Answered {
  readonly answer: WeChatAnswer;
  readonly token: string;
}

const describe = (operation: string, fields: object) => `${operation} ${JSON.stringify(fields)}`;
