/** What is known of each type of artifact: how it is called, and what makes its name. */
import { GlueSweepType, SchemaResourceType } from '../../../contract/glue';
import { DEFAULT_POINTER, IotSweepType, SoftwarePackageResourceType } from '../../../contract/iot';
import { CLOUDBASE_SERVICE_VERSION, CLOUDBASE_VERSION_RETENTION } from '../../../contract/wechat';

/** Properties that make the name of an artifact, in their order. */
const NAMING: Readonly<Record<string, readonly string[]>> = {
  [SoftwarePackageResourceType.PACKAGE]: ['PackageName'],
  [SoftwarePackageResourceType.VERSION]: ['PackageName', 'VersionName'],
  [SoftwarePackageResourceType.DEFAULT_VERSION]: ['PackageName', 'VersionName'],
  [SchemaResourceType.VERSION]: ['RegistryName', 'SchemaName'],
  [CLOUDBASE_SERVICE_VERSION]: ['EnvironmentId', 'ServerName', 'VersionName'],
};

const SWEEPS: readonly string[] = [
  ...Object.values(IotSweepType),
  ...Object.values(GlueSweepType),
  CLOUDBASE_VERSION_RETENTION,
];

export const isArtifact = (type: string): boolean => Object.hasOwn(NAMING, type);

export const isSweep = (type: string): boolean => SWEEPS.includes(type);

/** Properties without which nothing can be said of an artifact. */
export const namingOf = (type: string): readonly string[] => NAMING[type] ?? [];

export function artifactName(type: string, properties: Readonly<Record<string, unknown>>): string {
  const parts = namingOf(type).map(key => (typeof properties[key] === 'string' ? String(properties[key]) : '?'));
  if (type !== SoftwarePackageResourceType.DEFAULT_VERSION) return parts.join('/');
  const [packageName, versionName] = parts;
  return `${packageName}/${DEFAULT_POINTER} → ${versionName}`;
}

/** The type in words. */
export function kindOfArtifact(type: string): string {
  switch (type) {
    case SoftwarePackageResourceType.PACKAGE:
      return 'package';
    case SoftwarePackageResourceType.VERSION:
      return 'package version';
    case SoftwarePackageResourceType.DEFAULT_VERSION:
      return 'default version';
    case SchemaResourceType.VERSION:
      return 'schema version';
    default:
      return 'service version';
  }
}
