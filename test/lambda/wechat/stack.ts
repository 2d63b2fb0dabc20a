import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { LocalAws } from 'cdk-versioned-artifacts-local';
import { CLOUDBASE_SERVICE_VERSION } from '../../../contract/wechat';
import { weChatHandlers } from '../../../lambda/wechat/handlers';
import { type StackResource, type StackResources } from '../../../lambda/wechat/stack-resources';
import { Stack as AnyStack, type Reply } from '../../../testing/stack';

export type { Reply } from '../../../testing/stack';

export const ENVIRONMENT = 'prod-6gxk23';
export const SERVER = 'api';
/** Operations of the service. */
export const DELETE = 'deletecloudbaserunserverversion';
export const LIST = 'getcsversionlist';

export const TOKEN_SECRET = 'platform/component-access-token';

/** A local AWS whose service has three versions, the newest with all the traffic, and whose platform has shared its token. */
export async function serviceWithTraffic(): Promise<LocalAws> {
  const aws = await LocalAws.start();
  aws.weChat.addVersions(ENVIRONMENT, SERVER, [
    { versionName: 'api-011' },
    { versionName: 'api-012' },
    { versionName: 'api-013', flowRatio: 100 },
  ]);
  await shareToken(aws);
  return aws;
}

/** A stack with versions of one service, whose platform keeps its token in a secret. */
export class Stack extends AnyStack {
  private readonly apiEndpoint: string;

  /** @param resources what CloudFormation lists, or how it answers instead */
  constructor(aws: LocalAws, resources: readonly StackResource[] | StackResources = []) {
    super(
      {
        service: 'api.weixin.qq.com',
        handlers: (access, dying) =>
          weChatHandlers({
            secrets: dying(new SecretsManagerClient(access)),
            stackResources: typeof resources === 'function' ? resources : async () => resources,
            ended: new AbortController().signal,
          }),
      },
      aws,
    );
    this.apiEndpoint = aws.weChat.endpoint;
  }

  record(versionName: string, more: object = {}, logicalId = 'Version'): Promise<Reply> {
    return this.create(CLOUDBASE_SERVICE_VERSION, logicalId, this.properties(versionName, more));
  }

  change(id: string, versionName: string, more: object = {}): Promise<Reply> {
    return this.update(CLOUDBASE_SERVICE_VERSION, 'Version', { id, properties: this.properties(versionName, more) });
  }

  /** As recorded by the logical id `Version`, in a stack that is being deleted unless `during` says otherwise. */
  async remove(versionName: string, more: object = {}, status = 'DELETE_IN_PROGRESS'): Promise<Reply> {
    const id = `${ENVIRONMENT}/${SERVER}/${versionName}@0a1b2c3d4e5f6071`;
    return this.during(status, () =>
      this.delete(CLOUDBASE_SERVICE_VERSION, 'Version', id, this.properties(versionName, more)),
    );
  }

  properties(versionName: string, more: object = {}): object {
    return {
      EnvironmentId: ENVIRONMENT,
      ServerName: SERVER,
      VersionName: versionName,
      AccessToken: { Current: { SecretId: TOKEN_SECRET } },
      ApiEndpoint: this.apiEndpoint,
      ...more,
    };
  }
}

/** Writes the platform's current token, as the platform does whenever it has a new one. */
export async function shareToken(aws: LocalAws, token = aws.weChat.accessToken): Promise<void> {
  const exists = aws.secretsManager.secrets.has(TOKEN_SECRET);
  const input = exists ? { SecretId: TOKEN_SECRET } : { Name: TOKEN_SECRET };
  await aws.call('secretsmanager', exists ? 'PutSecretValue' : 'CreateSecret', { ...input, SecretString: token });
}
