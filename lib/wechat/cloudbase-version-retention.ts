import { Lazy, Stack } from 'aws-cdk-lib';
import { type Construct } from 'constructs';
import {
  CLOUDBASE_VERSION_RETENTION,
  type CloudBaseVersionRetentionConfig,
  checkApiEndpoint,
  checkEnvironmentId,
  checkServerName,
} from '../../contract/wechat';
import { dependableOn } from '../core/dependencies';
import { validate } from '../core/validation';
import { ArtifactProvider } from '../provider/artifact-provider';
import { SweepBase } from '../sweep/sweep-base';
import { sweepConfig } from '../sweep/sweep-config';
import { type SweepOptions } from '../sweep/sweep-options';
import { type SweepRules } from '../sweep/sweep-rules';
import { SweepTrigger } from '../sweep/sweep-trigger';
import { CloudBaseServiceVersion } from './cloudbase-service-version';
import { type WeChatOptions } from './cloudbase-service-version-props';

/** Removals that one run may make where the rules set no other limit. */
const MAX_REMOVALS = 50;

/** Properties of a `CloudBaseVersionRetention`. */
export interface CloudBaseVersionRetentionProps extends WeChatOptions, SweepOptions {
  /** The environment that the service runs in, such as `prod-6gxk23no5605e14f`. */
  readonly environmentId: string;

  /** The name of the service. */
  readonly serverName: string;

  /** What is kept: a `keepLatest` of at least 1, or a `minAge`. Versions are ranked by creation, the newest first. */
  readonly rules: SweepRules;

  /**
   * When the retention runs. With an empty list only when its state machine is started.
   *
   * @default [SweepTrigger.afterDeployment()]
   */
  readonly triggers?: SweepTrigger[];
}

/**
 * Keeps the newest versions of a service of WeChat CloudBase Run and removes the others, whoever deployed them.
 *
 * A version that carries traffic, one that is being built or deployed, the last one and those that this stack records
 * always stay. What other stacks record is not known: `exclude` it. WeChat writes times without a zone; a version counts
 * as old enough where it is so in Beijing's and in UTC.
 */
export class CloudBaseVersionRetention extends SweepBase {
  constructor(scope: Construct, id: string, props: CloudBaseVersionRetentionProps) {
    const { triggers = [SweepTrigger.afterDeployment()] } = props;
    super(scope, id, { ...props, triggers }, sweep => {
      const provider = ArtifactProvider.weChat(sweep);
      const declared = () => CloudBaseServiceVersion._declaredIn(Stack.of(sweep), props);
      return {
        provider,
        config: configOf(sweep, provider, props),
        declaredVersions: Lazy.list(
          { produce: () => declared().map(({ _declaredName }) => _declaredName) },
          { omitEmpty: true },
        ),
        order: resource =>
          resource.node.addDependency(dependableOn(() => declared().map(({ node }) => node.defaultChild!))),
      };
    });
  }
}

function configOf(
  sweep: Construct,
  provider: ArtifactProvider,
  props: CloudBaseVersionRetentionProps,
): CloudBaseVersionRetentionConfig {
  const { environmentId, serverName, accessToken, apiEndpoint } = props;
  validate(sweep, environmentId, checkEnvironmentId);
  validate(sweep, serverName, checkServerName);
  validate(sweep, apiEndpoint, checkApiEndpoint);
  return {
    type: CLOUDBASE_VERSION_RETENTION,
    ...sweepConfig(sweep, { kind: 'retention', defaultMaxRemovals: MAX_REMOVALS, ...props }),
    environmentId,
    serverName,
    accessToken: accessToken._bind(sweep, provider),
    apiEndpoint,
  };
}
