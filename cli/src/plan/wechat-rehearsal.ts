/** CloudBase as it would be after deletions that are kept here. */
import { type Post, type WeChatAnswer, postTo } from '../../../lambda/wechat/transport';
import { type Journal } from './journal';

const LISTING = 'componenttcb/getcsversionlist';
const DELETION = 'componenttcb/deletecloudbaserunserverversion';

interface Listed {
  readonly version_name?: string;
}

export class WeChatRehearsal {
  private readonly gone = new Set<string>();

  constructor(private readonly journal: Journal) {}

  /** Requests that only look get to WeChat; deletions are kept here, and all else is refused. */
  readonly transport: typeof postTo = (endpoint, ended): Post => {
    const post = postTo(endpoint, ended);
    return async (path, body, accessToken) => {
      if (path === DELETION) return this.delete(body);
      if (path === LISTING) return this.listed(body, await post(path, body, accessToken));
      throw new Error(
        'a plan makes no access token, which could void the one in use: have the app read the current one from a secret ' +
          '(WeChatAccessToken.fromSecret)',
      );
    };
  };

  private delete(body: object): WeChatAnswer {
    const { env_id, server_name, version_name } = body as Record<string, string>;
    this.gone.add(`${env_id}/${server_name}/${version_name}`);
    this.journal.add('DeleteServerVersion', body);
    return { errcode: 0, errmsg: 'ok', result: 'succ' };
  }

  /** Without what would be gone. */
  private listed(body: object, answer: WeChatAnswer): WeChatAnswer {
    const { env, service_name } = body as Record<string, string>;
    const service = `${env}/${service_name}/`;
    const gone = [...this.gone].filter(key => key.startsWith(service)).length;
    if (gone === 0 || !Array.isArray(answer.items)) return answer;
    const items = (answer.items as Listed[]).filter(({ version_name }) => !this.gone.has(service + version_name));
    return { ...answer, items, total: Number(answer.total) - gone };
  }
}
