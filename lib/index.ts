export { type RecommendedAlarmsProps } from './core/alarms';
export { VersionRemoval } from './core/removal';
export {
  VersionedArtifactsDashboard,
  type VersionedArtifactsDashboardProps,
} from './dashboard/versioned-artifacts-dashboard';
export { GlueArtifactProvider } from './glue/provider';
export { SchemaDefinition } from './glue/schema-definition';
export { type SchemaAttributes, SchemaReference } from './glue/schema-reference';
export {
  type ISchemaVersion,
  SchemaVersion,
  type SchemaVersionAttributes,
  type SchemaVersionProps,
} from './glue/schema-version';
export {
  OnVersionError,
  SchemaVersionRetention,
  type SchemaVersionRetentionProps,
} from './glue/schema-version-retention';
export { DefaultPackageVersion, type DefaultPackageVersionProps } from './iot/default-package-version';
export * from './iot/enums';
export { JobExecutionCleanup, type JobExecutionCleanupProps } from './iot/job-execution-cleanup';
export { JobRecipe } from './iot/job-recipe';
export { JobSelection } from './iot/job-selection';
export { PackageArtifact, type PackageArtifactConfig } from './iot/package-artifact';
export { PackageSbom } from './iot/package-sbom';
export { PackageVersionRetention, type PackageVersionRetentionProps } from './iot/package-version-retention';
export { IotArtifactProvider } from './iot/provider';
export { type ISoftwarePackage, SoftwarePackage, type SoftwarePackageProps } from './iot/software-package';
export { type ISoftwarePackageVersion, SoftwarePackageVersion } from './iot/software-package-version';
export {
  type SoftwarePackageVersionAttributes,
  type SoftwarePackageVersionOptions,
  type SoftwarePackageVersionProps,
} from './iot/software-package-version-props';
export { ArtifactProvider } from './provider/artifact-provider';
export { type ArtifactProviderProps } from './provider/artifact-provider-props';
export { type ISweep } from './sweep/sweep';
export { type RecommendedSweepAlarmsProps } from './sweep/sweep-alarms';
export { OnIncomplete, type SweepOptions, type SweepRules, VersionOrder } from './sweep/sweep-rules';
export { SweepTrigger } from './sweep/sweep-trigger';
export {
  type CloudBaseServiceVersionAttributes,
  CloudBaseServiceVersion,
  type CloudBaseServiceVersionProps,
  CloudBaseVerification,
  type ICloudBaseServiceVersion,
  OnRefusal,
  type WeChatOptions,
} from './wechat/cloudbase-service-version';
export { WeChatArtifactProvider } from './wechat/provider';
export { CloudBaseVersionRetention, type CloudBaseVersionRetentionProps } from './wechat/cloudbase-version-retention';
export { WeChatAccessToken, type MintedTokenProps, type SecretTokenOptions } from './wechat/wechat-access-token';
