/**
 * WeChat CloudBase Run, as third-party platforms manage it over api.weixin.qq.com: the resource type, property shapes
 * and limits. The documentation names no patterns; what is checked here is what no name can do without.
 */
import { type Problem, type StringRule, checkString, quote } from '../custom-resource';

/** Type of the custom resource. Frozen: CloudFormation cannot change the type of a resource in place. */
export const CLOUDBASE_SERVICE_VERSION = 'Custom::WeChatCloudBaseServiceVersion';

/** Where WeChat's API is. */
export const WECHAT_API = 'https://api.weixin.qq.com';

/** A value that is read from Secrets Manager at run time. */
export interface SecretValueProperty {
  /** ARN or name. */
  readonly SecretId: string;
  /** The field, where the secret is a JSON object. Absent: the whole secret is the value. */
  readonly JsonField?: string;
}

/** Where the platform's component_access_token comes from: one of the two. */
export interface AccessTokenProperty {
  /** The current one, which the platform itself keeps there. */
  readonly Current?: SecretValueProperty;
  /** A new one for each event. */
  readonly Minted?: MintedTokenProperty;
}

/** What a new token is made from. */
export interface MintedTokenProperty {
  readonly ComponentAppId: string;
  readonly AppSecret: SecretValueProperty;
  /** The ticket that WeChat pushed last. */
  readonly VerifyTicket: SecretValueProperty;
}

/** What a Delete does where the version must not go, or WeChat refuses: fails, or leaves it and succeeds. */
export type OnRefusal = 'FAIL' | 'LEAVE';

/** How versions are looked at: by getcsversionlist, or not at all. */
export type Verification = 'LISTING' | 'NONE';

/** How a resource speaks to WeChat. */
export interface WeChatProperties {
  readonly AccessToken: AccessTokenProperty;
  /** Absent: `WECHAT_API`. */
  readonly ApiEndpoint?: string;
}

/** Properties of `Custom::WeChatCloudBaseServiceVersion`. */
export interface CloudBaseServiceVersionProperties extends WeChatProperties {
  readonly EnvironmentId: string;
  readonly ServerName: string;
  readonly VersionName: string;
  /** Absent: false. */
  readonly DeleteServerWithLastVersion?: boolean;
  /** Absent: false. */
  readonly DeleteImageWithServer?: boolean;
  /** Absent: FAIL. */
  readonly OnRefusal?: OnRefusal;
  /** Absent: LISTING. */
  readonly Verification?: Verification;
  /** Nothing reads it: a change makes CloudFormation apply the resource again. */
  readonly Salt?: string;
}

/** Attributes of `Custom::WeChatCloudBaseServiceVersion`, in every answer to Create and Update. */
export interface CloudBaseServiceVersionAttributes {
  readonly VersionName: string;
}

/** Versions that one page of getcsversionlist has at most. */
export const VERSIONS_PER_PAGE = 20;

// undocumented: the longest name. Physical ids, which have 1,024 bytes, hold three of them.
const NAME = { min: 1, max: 128, pattern: /^[^\s/@]+$/, allowed: 'characters other than spaces, "/" and "@"' };

const ENVIRONMENT_ID: StringRule = { what: 'the id of an environment', ...NAME };
const SERVER_NAME: StringRule = { what: 'the name of a service', ...NAME };
const VERSION_NAME: StringRule = { what: 'the name of a service version', ...NAME };
const APP_ID: StringRule = { what: 'the app id of a third-party platform', ...NAME };

export const checkEnvironmentId = (value: string): Problem => checkString(ENVIRONMENT_ID, value);
export const checkServerName = (value: string): Problem => checkString(SERVER_NAME, value);
export const checkServiceVersionName = (value: string): Problem => checkString(VERSION_NAME, value);
export const checkComponentAppId = (value: string): Problem => checkString(APP_ID, value);

/** Checks where the API is. A token goes there with every request. */
export function checkApiEndpoint(value: string): Problem {
  if (!URL.canParse(value)) return `the API endpoint must be a URL such as ${WECHAT_API}, got ${quote(value)}`;
  const { protocol, hostname, search, hash, username, password } = new URL(value);
  if (search || hash || username || password) {
    return 'the API endpoint must be a URL without credentials, query and fragment: write scheme, host, port and path only';
  }
  if (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))) return undefined;
  return `the API endpoint must be an https URL (or http on the loopback interface), since a token goes there, got ${quote(value)}`;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Checks what the last version of a service takes with it. */
export function checkDeletion({
  DeleteServerWithLastVersion,
  DeleteImageWithServer,
}: Pick<CloudBaseServiceVersionProperties, 'DeleteServerWithLastVersion' | 'DeleteImageWithServer'>): Problem {
  return DeleteImageWithServer && !DeleteServerWithLastVersion
    ? 'deleteImageWithServer only takes effect when the service is deleted: set deleteServerWithLastVersion, too'
    : undefined;
}
