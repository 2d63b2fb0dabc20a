import { type Construct } from 'constructs';
import { optional } from '../../contract/shape';
import { type SweepConfig } from '../../contract/sweep';
import {
  ApiEndpointShape,
  CLOUDBASE_VERSION_RETENTION,
  type CloudBaseVersionRetentionConfig,
  EnvironmentIdShape,
  ServerNameShape,
} from '../../contract/wechat';
import { ACCESS_TOKEN, requireKinds } from '../core/arguments';
import { requireProps, validate } from '../core/validation';
import { RetentionBase } from '../sweep/retention-base';
import { type SweepOptions, type SweepRules } from '../sweep/sweep-rules';
import { type SweepTrigger } from '../sweep/sweep-trigger';
import { type WeChatOptions, declaredServiceVersions } from './cloudbase-service-version';
import { WeChatArtifactProvider } from './provider';

/** Properties of a `CloudBaseVersionRetention`. */
export interface CloudBaseVersionRetentionProps extends WeChatOptions, SweepOptions {
  /** The environment that the service runs in, such as `prod-6gxk23no5605e14f`. */
  readonly environmentId: string;

  /** The name of the service. */
  readonly serverName: string;

  /** What is kept: a `keepLatest` of at least 1, or a `minAge`. Versions are ranked by creation, the newest first. */
  readonly rules: SweepRules;

  /**
   * When the retention runs. With an empty list, it runs only when you start its state machine.
   *
   * @default [SweepTrigger.afterDeployment()]
   */
  readonly triggers?: SweepTrigger[];
}

/**
 * Keeps the newest versions of a service of WeChat CloudBase Run and removes the others, no matter who deployed them.
 *
 * Some versions always stay: those that carry traffic, are being built or deployed, or are recorded by this stack, and
 * the last one. What other stacks record is not known: `exclude` it. WeChat writes times without a zone; a version is
 * old enough if it is so both in Beijing's time and in UTC.
 *
 * @example
 * import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
 * import { CloudBaseVersionRetention, WeChatAccessToken } from 'cdk-versioned-artifacts';
 *
 * declare const secret: Secret;
 * new CloudBaseVersionRetention(this, 'KeepApi', {
 *   environmentId: 'prod-6gxk23',
 *   serverName: 'api',
 *   accessToken: WeChatAccessToken.fromSecret(secret),
 *   rules: { keepLatest: 3 },
 * });
 */
export class CloudBaseVersionRetention extends RetentionBase {
  constructor(scope: Construct, id: string, props: CloudBaseVersionRetentionProps) {
    super(scope, id, props, (retention, shared) => {
      const provider = WeChatArtifactProvider.of(retention);
      const declared = () => declaredServiceVersions.beside(retention, props.environmentId, props.serverName);
      return {
        provider,
        config: configOf(retention, shared, { ...props, provider }),
        versions: () => declared().map(({ _declaredName }) => _declaredName),
        after: declared,
      };
    });
  }
}

function configOf(
  sweep: Construct,
  shared: SweepConfig,
  props: CloudBaseVersionRetentionProps & { readonly provider: WeChatArtifactProvider },
): CloudBaseVersionRetentionConfig {
  const { environmentId, serverName, accessToken, apiEndpoint, provider } = props;
  requireProps(sweep, props, 'environmentId', 'serverName', 'accessToken');
  requireKinds(sweep, props, { accessToken: ACCESS_TOKEN });
  validate(sweep, EnvironmentIdShape, environmentId);
  validate(sweep, ServerNameShape, serverName);
  validate(sweep, optional(ApiEndpointShape), apiEndpoint);
  return {
    type: CLOUDBASE_VERSION_RETENTION,
    ...shared,
    environmentId,
    serverName,
    accessToken: accessToken._bind(sweep, provider),
    apiEndpoint,
  };
}
