/** The errors of the WeChat API: a code and a message in a JSON body, usually with the HTTP status 200. */
// documented: WeChat documentation, the codes and their messages
import { ServiceError } from '../../core/service';

const MESSAGES: Readonly<Record<number, string>> = {
  [-1]: 'system error',
  [-1000]: 'system error',
  40001: 'invalid credential, access_token is invalid or not latest',
  40014: 'invalid access_token',
  40097: 'invalid args',
  40101: 'missing parameter',
  40125: 'invalid appsecret',
  // captured: public report, threads of the WeChat community, also for 45035 and 61007
  40164: 'invalid ip, not in whitelist',
  41001: 'access_token missing',
  41004: 'appsecret missing',
  42001: 'access_token expired',
  43002: 'require POST method',
  44002: 'empty post data',
  45009: 'reach max api daily quota limit',
  45011: 'api minute-quota reach limit, must slower, retry next minute',
  45035: 'access clientip is not registered, not in ip-whitelist',
  47001: 'data format error',
  48001: 'api unauthorized',
  48004: 'api forbidden for irregularities',
  50002: 'user limited',
  61004: 'access clientip is not registered',
  61005: 'component ticket is expired',
  61006: 'component ticket is invalid',
  61007: 'api is unauthorized to component',
  61011: 'invalid component',
  85088: 'no qbase privilege',
};

/** An error of the WeChat API, also for faults that tests inject. */
export function weChatError(code: number, message = MESSAGES[code] ?? 'cloudbase error', status = 200): ServiceError {
  return new ServiceError(String(code), message, status);
}
