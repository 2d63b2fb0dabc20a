/** Physical ids of service versions. WeChat has no tags: only the id tells the owner of a version. */
import { type ServiceVersionName } from './gateway';

/** `<environment>/<service>/<version>@` */
export const idPrefix = ({ environmentId, serverName, versionName }: ServiceVersionName) =>
  `${environmentId}/${serverName}/${versionName}@`;

/** `<environment>/<service>/<version>@<owner id>` */
export const serviceVersionId = (at: ServiceVersionName, owner: string) => idPrefix(at) + owner;

export interface PhysicalId extends ServiceVersionName {
  readonly owner: string;
}

/** A version in words. */
export const versionInWords = ({ environmentId, serverName, versionName }: ServiceVersionName) =>
  `version ${versionName} of service ${serverName} in ${environmentId}`;

/** Names hold neither "/" nor "@", so an id reads back unambiguously. */
const PHYSICAL_ID = /^(?<environmentId>[^/@]+)\/(?<serverName>[^/@]+)\/(?<versionName>[^/@]+)@(?<owner>[0-9a-f]+)$/;

/** `undefined` if an id is not from this library: CloudFormation generates one if a Create never answered. */
export function parsePhysicalId(id: string): PhysicalId | undefined {
  const groups = PHYSICAL_ID.exec(id)?.groups as Record<keyof PhysicalId, string> | undefined;
  return groups && { ...groups };
}
