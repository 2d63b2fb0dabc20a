import { type IResource } from 'aws-cdk-lib';
import { type CloudBaseVerification, type OnRefusal } from './enums';
import { type WeChatAccessToken } from './wechat-access-token';

/** A version of a service of WeChat CloudBase Run. */
export interface ICloudBaseServiceVersion extends IResource {
  /** The environment that the service runs in. */
  readonly environmentId: string;

  /** The name of the service. */
  readonly serverName: string;

  /**
   * The name of the version.
   *
   * @attribute
   */
  readonly versionName: string;
}

/** What identifies an existing version. */
export interface CloudBaseServiceVersionAttributes {
  /** The environment that the service runs in. */
  readonly environmentId: string;

  /** The name of the service. */
  readonly serverName: string;

  /** The name of the version. */
  readonly versionName: string;
}

/** How WeChat is spoken to. */
export interface WeChatOptions {
  /** The platform's `component_access_token`. */
  readonly accessToken: WeChatAccessToken;

  /**
   * Where WeChat's API is: an https URL, perhaps with a path, for one of Tencent's regional hosts or a proxy. Plain http
   * is for the loopback interface only.
   *
   * @default 'https://api.weixin.qq.com'
   */
  readonly apiEndpoint?: string;
}

/** Properties of a `CloudBaseServiceVersion`. */
export interface CloudBaseServiceVersionProps extends WeChatOptions {
  /** The environment that the service runs in, such as `prod-6gxk23no5605e14f`. */
  readonly environmentId: string;

  /** The name of the service. */
  readonly serverName: string;

  /**
   * The name of the version, such as `api-012`. Another name is another version: the old one is removed when the
   * deployment has succeeded.
   */
  readonly versionName: string;

  /**
   * Whether the service goes with its last version. Without it the last version is not removed, and neither is one that
   * carries traffic; with it a stack that is deleted takes its versions whatever traffic they carry.
   *
   * @default false
   */
  readonly deleteServerWithLastVersion?: boolean;

  /**
   * Whether the service's image goes with the service. Only with `deleteServerWithLastVersion`.
   *
   * @default false
   */
  readonly deleteImageWithServer?: boolean;

  /**
   * What happens where the version must stay, or where WeChat refuses to remove it. With `LEAVE` a stack can be deleted
   * while its last version serves.
   *
   * @default OnRefusal.FAIL
   */
  readonly onRefusal?: OnRefusal;

  /**
   * How the version is looked at before it is recorded or removed.
   *
   * @default CloudBaseVerification.LISTING
   */
  readonly verification?: CloudBaseVerification;

  /**
   * Any text. A change has the version verified again.
   *
   * @default - verified when a property changes
   */
  readonly salt?: string;
}
