import { Resource, type Stack, Token } from 'aws-cdk-lib';
import { type Construct, type IConstruct } from 'constructs';
import {
  CLOUDBASE_SERVICE_VERSION,
  type CloudBaseServiceVersionProperties,
  checkApiEndpoint,
  checkDeletion,
  checkEnvironmentId,
  checkServerName,
  checkServiceVersionName,
} from '../../contract/wechat';
import { ArtifactResource } from '../core/artifact-resource';
import { dependableOn } from '../core/dependencies';
import { invalid, validate } from '../core/validation';
import { ArtifactProvider } from '../provider/artifact-provider';
import {
  type CloudBaseServiceVersionAttributes,
  type CloudBaseServiceVersionProps,
  type ICloudBaseServiceVersion,
} from './cloudbase-service-version-props';
import { CloudBaseVerification, OnRefusal } from './enums';

/**
 * A version of a service of WeChat CloudBase Run, which something else has deployed. The stack records it, and removes
 * it when its name changes or its construct goes; a failed deployment removes nothing.
 *
 * Under `applyRemovalPolicy(RemovalPolicy.RETAIN)` it stays.
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

  /**
   * The versions of a service that a stack declares, in the order of their constructs.
   *
   * @internal
   */
  public static _declaredIn(stack: Stack, service: ServiceNames): CloudBaseServiceVersion[] {
    const wanted = serviceIn(stack, service);
    return stack.node
      .findAll()
      .filter(construct => construct instanceof CloudBaseServiceVersion)
      .filter(version => version.stack === stack && serviceIn(stack, version) === wanted);
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
    this.environmentId = props.environmentId;
    this.serverName = props.serverName;
    this._declaredName = props.versionName;

    validateName(this, props);
    validate(this, props.apiEndpoint, checkApiEndpoint);
    const deletion = {
      DeleteServerWithLastVersion: props.deleteServerWithLastVersion || undefined,
      DeleteImageWithServer: props.deleteImageWithServer || undefined,
    };
    validate(this, deletion, checkDeletion);

    const provider = ArtifactProvider.weChat(this);
    const properties: CloudBaseServiceVersionProperties = {
      EnvironmentId: props.environmentId,
      ServerName: props.serverName,
      VersionName: props.versionName,
      AccessToken: props.accessToken._bind(this, provider),
      ApiEndpoint: props.apiEndpoint,
      ...deletion,
      OnRefusal: props.onRefusal === OnRefusal.LEAVE ? 'LEAVE' : undefined,
      Verification: props.verification === CloudBaseVerification.NONE ? 'NONE' : undefined,
      Salt: props.salt,
    };
    const resource = new ArtifactResource(this, { provider, type: CLOUDBASE_SERVICE_VERSION, properties });
    this.versionName = resource.getAtt('VersionName').toString();

    this.refuseSecond();
    // one after the other: two at once would both find that the other one is left.
    resource.node.addDependency(dependableOn(() => this.before()));
  }

  private before(): IConstruct[] {
    const versions = CloudBaseServiceVersion._declaredIn(this.stack, this);
    const previous = versions[versions.indexOf(this) - 1];
    return previous ? [previous.node.defaultChild!] : [];
  }

  private refuseSecond(): void {
    const name = nameIn(this.stack, this._declaredName);
    const other = CloudBaseServiceVersion._declaredIn(this.stack, this).find(
      version => version !== this && nameIn(this.stack, version._declaredName) === name,
    );
    if (other) {
      throw invalid(
        this,
        `a service version is declared once in a stack, got a second ${this._declaredName} of ${this.serverName} beside ` +
          `${other.node.path}: keep one of the two`,
      );
    }
  }
}

class ImportedServiceVersion extends Resource implements ICloudBaseServiceVersion {
  public readonly environmentId: string;
  public readonly serverName: string;
  public readonly versionName: string;

  constructor(scope: Construct, id: string, attrs: CloudBaseServiceVersionAttributes) {
    super(scope, id);
    validateName(this, attrs);
    this.environmentId = attrs.environmentId;
    this.serverName = attrs.serverName;
    this.versionName = attrs.versionName;
  }
}

function validateName(scope: Construct, name: CloudBaseServiceVersionAttributes): void {
  validate(scope, name.environmentId, checkEnvironmentId);
  validate(scope, name.serverName, checkServerName);
  validate(scope, name.versionName, checkServiceVersionName);
}

type ServiceNames = Pick<CloudBaseServiceVersionAttributes, 'environmentId' | 'serverName'>;

const serviceIn = (stack: Stack, { environmentId, serverName }: ServiceNames) =>
  JSON.stringify([nameIn(stack, environmentId), nameIn(stack, serverName)]);

/** Names that are known at deployment only are the same where they are rendered the same. */
const nameIn = (stack: Stack, name: string) => (Token.isUnresolved(name) ? JSON.stringify(stack.resolve(name)) : name);
