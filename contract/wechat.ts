/**
 * WeChat CloudBase Run, as third-party platforms manage it over api.weixin.qq.com: the resource type, property shapes
 * and limits. The documentation has no patterns for names: only what every name needs is checked here.
 */
import { Salt } from './cloudformation';
import { type Infer, boolean, oneOf, optional, quote, string, struct } from './shape';
import { type SweepConfig } from './sweep';

/** Type of the custom resource. Frozen: CloudFormation cannot change the type of a resource in place. */
export const CLOUDBASE_SERVICE_VERSION = 'Custom::WeChatCloudBaseServiceVersion';

/** Where WeChat's API is. */
export const WECHAT_API = 'https://api.weixin.qq.com';

/** The most versions that one page of getcsversionlist has. */
export const VERSIONS_PER_PAGE = 20;

// undocumented: the longest name. A physical id has at most 1,024 bytes and holds three names.
const NAME = { min: 1, max: 128, pattern: /^[^\s/@]+$/, allowed: 'characters other than spaces, "/" and "@"' };

export const EnvironmentIdShape = string({ what: 'the id of an environment', ...NAME });
export const ServerNameShape = string({ what: 'the name of a service', ...NAME });
export const ServiceVersionNameShape = string({ what: 'the name of a service version', ...NAME });
export const ComponentAppIdShape = string({ what: 'the app id of a third-party platform', ...NAME });

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** The URL of the API. Every request sends a token there. */
export const ApiEndpointShape = string(value => {
  if (!URL.canParse(value)) return `the API endpoint must be a URL such as ${WECHAT_API}, got ${quote(value)}`;
  const { protocol, hostname, search, hash, username, password } = new URL(value);
  if (search || hash || username || password) {
    return 'the API endpoint must be a URL without credentials, query and fragment: write scheme, host, port and path only';
  }
  if (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))) return undefined;
  return `the API endpoint must be an https URL (or http on the loopback interface), because every request sends a token, got ${quote(value)}`;
});

/** A value that is read from Secrets Manager at run time. */
const secretValue = struct({
  /** ARN or name. */
  SecretId: string(),
  /** The field, where the secret is a JSON object. Absent: the whole secret is the value. */
  JsonField: optional(string()),
});
export type SecretValueProperty = Infer<typeof secretValue>;

/** What the handler makes a new token from. */
const mintedToken = struct({
  ComponentAppId: ComponentAppIdShape,
  AppSecret: secretValue,
  /** The last ticket that WeChat has pushed. */
  VerifyTicket: secretValue,
});
export type MintedTokenProperty = Infer<typeof mintedToken>;

/** Where the platform's component_access_token comes from: exactly one of the two is set. */
const accessToken = struct({
  /** The secret in which the platform itself keeps the current token. */
  Current: optional(secretValue),
  /** A new token for each event. */
  Minted: optional(mintedToken),
});
export type AccessTokenProperty = Infer<typeof accessToken>;

/** Properties of `Custom::WeChatCloudBaseServiceVersion`. */
export const ServiceVersionShape = struct({
  EnvironmentId: EnvironmentIdShape,
  ServerName: ServerNameShape,
  VersionName: ServiceVersionNameShape,
  AccessToken: accessToken,
  /** Absent: `WECHAT_API`. */
  ApiEndpoint: optional(ApiEndpointShape),
  /** Absent: false. */
  DeleteServerWithLastVersion: optional(boolean),
  /** Absent: false. */
  DeleteImageWithServer: optional(boolean),
  /**
   * What a Delete does if the version must stay, or if WeChat refuses to remove it: fail, or leave the version and
   * succeed. Absent: FAIL.
   */
  OnRefusal: optional(oneOf('FAIL', 'LEAVE')),
  /** How a version is looked up: by getcsversionlist, or not at all. Absent: LISTING. */
  Verification: optional(oneOf('LISTING', 'NONE')),
  Salt,
}).also(({ DeleteServerWithLastVersion, DeleteImageWithServer }) =>
  DeleteImageWithServer && !DeleteServerWithLastVersion
    ? 'deleteImageWithServer only takes effect when the service is deleted: set deleteServerWithLastVersion, too'
    : undefined,
);
export type CloudBaseServiceVersionProperties = Infer<typeof ServiceVersionShape>;

/** The data of `Custom::WeChatCloudBaseServiceVersion`, in every answer to Create and Update. */
export interface CloudBaseServiceVersionData {
  readonly VersionName: string;
}

/** Type of the retention, and of the custom resource that runs it. Frozen, as for every custom resource. */
export const CLOUDBASE_VERSION_RETENTION = 'Custom::WeChatCloudBaseVersionRetention';

/** Keeps the newest versions of a service. Versions are ranked by creation: their names follow no documented order. */
export interface CloudBaseVersionRetentionConfig extends SweepConfig {
  readonly type: typeof CLOUDBASE_VERSION_RETENTION;
  readonly environmentId: string;
  readonly serverName: string;
  readonly accessToken: AccessTokenProperty;
  /** Absent: `WECHAT_API`. */
  readonly apiEndpoint?: string;
}
