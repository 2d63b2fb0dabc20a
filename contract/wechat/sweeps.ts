/** The sweep over WeChat CloudBase Run: what it selects, beside the rules that all sweeps share. */
import { type SweepConfig } from '../sweep';
import { type AccessTokenProperty } from './service-versions';

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
