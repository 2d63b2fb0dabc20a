import { type IResource, Resource } from 'aws-cdk-lib';
import { type Construct } from 'constructs';
import {
  CLOUDBASE_SERVICE_VERSION,
  type CloudBaseServiceVersionProperties,
  EnvironmentIdShape,
  ServerNameShape,
  ServiceVersionNameShape,
  ServiceVersionShape,
} from '../../contract/wechat';
import { ACCESS_TOKEN, FLAG, memberOf, requireKinds } from '../core/arguments';
import { Declared } from '../core/declared';
import { dependableOn, resourcesOf } from '../core/dependencies';
import { requireProps, validate } from '../core/validation';
import { ArtifactResource } from '../provider/artifact-resource';
import { WeChatArtifactProvider } from './provider';
import { type WeChatAccessToken } from './wechat-access-token';

/** What the removal of a version does if the version must stay, or if WeChat refuses to remove it. */
export enum OnRefusal {
  /** It fails, and so does the deletion of the stack. In the clean-up of an update it is only logged and counted. */
  FAIL = 'FAIL',

  /** It leaves the version where it is and succeeds. The provider's log tells why, and `metricRefused` counts it. */
  LEAVE = 'LEAVE',
}

/** How a version is looked up before it is recorded or removed. */
export enum CloudBaseVerification {
  /** By `getcsversionlist`, which belongs to an older generation of the interface than the removal. */
  LISTING = 'LISTING',

  /** Not at all. A removal fails as unknown if WeChat's answer does not tell its outcome; traffic is not protected. */
  NONE = 'NONE',
}

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

/** How to call WeChat's API. */
export interface WeChatOptions {
  /** The platform's `component_access_token`. */
  readonly accessToken: WeChatAccessToken;

  /**
   * Where WeChat's API is: an https URL, perhaps with a path, for one of Tencent's regional hosts or a proxy. Plain
   * http is for the loopback interface only.
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
   * The name of the version, such as `api-012`. A different name is a different version: the old one is removed after
   * the deployment has succeeded.
   */
  readonly versionName: string;

  /**
   * Whether the service is deleted with its last version. If not, neither the last version nor one that carries traffic
   * is removed. If so, the deletion of the stack removes its versions, whatever traffic they carry.
   *
   * @default false
   */
  readonly deleteServerWithLastVersion?: boolean;

  /**
   * Whether the service's image is deleted with the service. Only with `deleteServerWithLastVersion`.
   *
   * @default false
   */
  readonly deleteImageWithServer?: boolean;

  /**
   * What happens if the version must stay, or if WeChat refuses to remove it. With `LEAVE` a stack can be deleted while
   * its last version serves.
   *
   * @default OnRefusal.FAIL
   */
  readonly onRefusal?: OnRefusal;

  /**
   * How the version is looked up before it is recorded or removed.
   *
   * @default CloudBaseVerification.LISTING
   */
  readonly verification?: CloudBaseVerification;

  /**
   * Any text. If you change it, the version is verified again.
   *
   * @default - verified when a property changes
   */
  readonly salt?: string;
}

/**
 * A version of a service of WeChat CloudBase Run that something else has deployed, such as a pipeline. The stack
 * records the version, and removes it when its name changes or its construct is removed. A failed deployment removes
 * nothing.
 *
 * With `applyRemovalPolicy(RemovalPolicy.RETAIN)` the version stays.
 *
 * @example
 * import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
 * import { CloudBaseServiceVersion, WeChatAccessToken } from 'cdk-versioned-artifacts';
 *
 * declare const secret: Secret;
 * new CloudBaseServiceVersion(this, 'Api', {
 *   environmentId: 'prod-6gxk23',
 *   serverName: 'api',
 *   versionName: 'api-012',
 *   accessToken: WeChatAccessToken.fromSecret(secret),
 * });
 */
export class CloudBaseServiceVersion extends Resource implements ICloudBaseServiceVersion {
  /**
   * Imports a version.
   *
   * @param scope the parent construct
   * @param id the construct id
   * @param attrs what identifies the version
   */
  public static fromServiceVersionAttributes(
    scope: Construct,
    id: string,
    attrs: CloudBaseServiceVersionAttributes,
  ): ICloudBaseServiceVersion {
    return new ImportedServiceVersion(scope, id, attrs);
  }

  public readonly environmentId: string;
  public readonly serverName: string;
  public readonly versionName: string;

  /**
   * The name without a reference to the resource.
   *
   * @internal
   */
  public readonly _declaredName: string;

  constructor(scope: Construct, id: string, props: CloudBaseServiceVersionProps) {
    super(scope, id);
    requireProps(this, props, 'environmentId', 'serverName', 'versionName', 'accessToken');
    requireKinds(this, props, {
      accessToken: ACCESS_TOKEN,
      deleteServerWithLastVersion: FLAG,
      deleteImageWithServer: FLAG,
      onRefusal: memberOf('OnRefusal', OnRefusal),
      verification: memberOf('CloudBaseVerification', CloudBaseVerification),
    });
    this.environmentId = props.environmentId;
    this.serverName = props.serverName;
    this._declaredName = props.versionName;

    const provider = WeChatArtifactProvider.of(this);
    const properties: CloudBaseServiceVersionProperties = {
      EnvironmentId: props.environmentId,
      ServerName: props.serverName,
      VersionName: props.versionName,
      AccessToken: props.accessToken._bind(this, provider),
      ApiEndpoint: props.apiEndpoint,
      DeleteServerWithLastVersion: props.deleteServerWithLastVersion || undefined,
      DeleteImageWithServer: props.deleteImageWithServer || undefined,
      OnRefusal: props.onRefusal === OnRefusal.LEAVE ? 'LEAVE' : undefined,
      Verification: props.verification === CloudBaseVerification.NONE ? 'NONE' : undefined,
      Salt: props.salt,
    };
    const resource = new ArtifactResource(this, {
      provider,
      type: CLOUDBASE_SERVICE_VERSION,
      shape: ServiceVersionShape,
      properties,
    });
    this.versionName = resource.getAtt('VersionName').toString();

    const service = [props.environmentId, props.serverName];
    declaredServiceVersions.refuseSecond(this, `version ${props.versionName} of service ${props.serverName}`, [
      ...service,
      props.versionName,
    ]);
    declaredServiceVersions.add(this, ...service);
    // one after the other: two removals at once would both find that the other version is left.
    resource.node.addDependency(dependableOn(() => resourcesOf(declaredServiceVersions.before(this, ...service))));
  }
}

/** The versions that stacks declare, by the environments and names of their services. */
export const declaredServiceVersions = new Declared<CloudBaseServiceVersion>();

class ImportedServiceVersion extends Resource implements ICloudBaseServiceVersion {
  public readonly environmentId: string;
  public readonly serverName: string;
  public readonly versionName: string;

  constructor(scope: Construct, id: string, attrs: CloudBaseServiceVersionAttributes) {
    super(scope, id);
    requireProps(this, attrs, 'environmentId', 'serverName', 'versionName');
    validate(this, EnvironmentIdShape, attrs.environmentId);
    validate(this, ServerNameShape, attrs.serverName);
    validate(this, ServiceVersionNameShape, attrs.versionName);
    this.environmentId = attrs.environmentId;
    this.serverName = attrs.serverName;
    this.versionName = attrs.versionName;
  }
}
