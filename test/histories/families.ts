/** The service families whose histories are played: which calls they make, and what serves their events. */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { GlueClient } from '@aws-sdk/client-glue';
import { IoTClient } from '@aws-sdk/client-iot';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type LocalAws } from 'cdk-versioned-artifacts-local';
import { GlueSweepType, type SchemaVersionRetentionConfig } from '../../contract/glue';
import { IotSweepType, type PackageVersionRetentionConfig } from '../../contract/iot';
import { CLOUDBASE_VERSION_RETENTION, type CloudBaseVersionRetentionConfig } from '../../contract/wechat';
import { glueHandlers } from '../../lambda/glue/handlers';
import { glueSweeps } from '../../lambda/glue/sweeps';
import { iotHandlers } from '../../lambda/iot/handlers';
import { iotSweeps } from '../../lambda/iot/sweeps';
import { type ClientConfig, awsService } from '../../lambda/runtime/client';
import { sweepService } from '../../lambda/sweep/service';
import { type WeChatClients } from '../../lambda/wechat/clients';
import { weChatHandlers } from '../../lambda/wechat/handlers';
import { stackResources } from '../../lambda/wechat/stack-resources';
import { weChatSweeps } from '../../lambda/wechat/sweeps';
import { postTo } from '../../lambda/wechat/transport';
import { KEPT, QUICK } from '../../testing/access';
import { type Family } from './world';

export const PACKAGE = 'brake-ecu';

export const SCHEMA = 'orders';

export const ENVIRONMENT = 'prod-6gxk23';
export const SERVER = 'api';
export const TOKEN_SECRET = 'platform/component-access-token';
export const TOKEN = { Current: { SecretId: TOKEN_SECRET } };

const packageRetention = (keep: number): PackageVersionRetentionConfig => ({
  type: IotSweepType.PACKAGE_VERSION_RETENTION,
  name: `keep ${keep}`,
  packageName: PACKAGE,
  rules: { keepLatest: keep },
  order: 'SEMVER',
  action: 'DELETE',
  protectInActiveJobs: false,
  protectOnDevices: false,
  requestsPerSecond: 1_000,
});

export const IOT: Family = {
  service: 'iot',
  operations: [
    'CreatePackageVersion',
    'UpdatePackageVersion',
    'DeletePackageVersion',
    'UpdatePackage',
    'TagResource',
    'UntagResource',
    'GetPackageVersion',
    'ListTagsForResource',
    'CreatePackage',
    'DeletePackage',
  ],
  servicesFor: credentials => ({
    artifacts: awsService(config =>
      iotHandlers(new IoTClient({ ...config, maxAttempts: 1, ...QUICK, ...KEPT, credentials })),
    ),
    sweeps: sweepService(config => iotSweeps(new IoTClient({ ...config, ...QUICK, credentials }))),
  }),
  sweep: packageRetention,
};

const schemaRetention = (keep: number): SchemaVersionRetentionConfig => ({
  type: GlueSweepType.SCHEMA_VERSION_RETENTION,
  name: `keep ${keep}`,
  registryName: 'default-registry',
  schemaName: SCHEMA,
  rules: { keepLatest: keep },
  removeFailed: false,
  protectedMetadata: {},
  advanceCheckpoint: false,
  onVersionError: 'FAIL',
  requestsPerSecond: 1_000,
});

export const GLUE: Family = {
  service: 'glue',
  operations: [
    'RegisterSchemaVersion',
    'PutSchemaVersionMetadata',
    'RemoveSchemaVersionMetadata',
    'DeleteSchemaVersions',
    'GetSchemaVersion',
    'GetSchemaByDefinition',
    'QuerySchemaVersionMetadata',
    'GetSchema',
  ],
  servicesFor: credentials => ({
    artifacts: awsService(config => glueHandlers(new GlueClient({ ...config, ...QUICK, ...KEPT, credentials }))),
    sweeps: sweepService(config => glueSweeps(new GlueClient({ ...config, ...QUICK, credentials }))),
  }),
  sweep: schemaRetention,
};

const serviceRetention = (keep: number, aws: LocalAws): CloudBaseVersionRetentionConfig & { type: string } => ({
  type: CLOUDBASE_VERSION_RETENTION,
  name: `keep ${keep}`,
  environmentId: ENVIRONMENT,
  serverName: SERVER,
  accessToken: TOKEN,
  apiEndpoint: aws.weChat.endpoint,
  rules: { keepLatest: keep },
  requestsPerSecond: 1_000,
});

export const WECHAT: Family = {
  service: 'api.weixin.qq.com',
  operations: ['getcsversionlist', 'deletecloudbaserunserverversion'],
  servicesFor: (credentials, send) => {
    const clients = (config: ClientConfig, ended: AbortSignal): WeChatClients => ({
      secrets: new SecretsManagerClient({ ...config, ...QUICK, credentials }),
      stackResources: stackResources(new CloudFormationClient({ ...config, ...QUICK, credentials })),
      transport: endpoint => postTo(endpoint, ended, send),
      ended,
    });
    return {
      artifacts: awsService((config, ended) => weChatHandlers(clients(config, ended))),
      sweeps: sweepService((config, ended) => weChatSweeps(clients(config, ended))),
    };
  },
  sweep: serviceRetention,
};
