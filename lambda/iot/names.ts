/** Physical ids and ARNs of the software package catalog. */
import { DEFAULT_POINTER } from '../../contract/iot';
import { quote } from '../../contract/shape';

/** `<package>@<owner id>` */
export const packageId = (packageName: string, owner: string) => `${packageName}@${owner}`;

/** `<package>/<version>@<owner id>` */
export const versionId = (packageName: string, versionName: string, owner: string) =>
  `${packageName}/${versionName}@${owner}`;

/** `<package>/$default@<owner id>` */
export const defaultPointerId = (packageName: string, owner: string) => versionId(packageName, DEFAULT_POINTER, owner);

export interface PhysicalId {
  readonly packageName: string;
  /** Absent in a package's own id. */
  readonly versionName?: string;
  readonly owner: string;
}

/** What identifies a version. */
export interface VersionName {
  readonly packageName: string;
  readonly versionName: string;
}

/** Names hold neither "/" nor "@", so an id reads back unambiguously. */
const PHYSICAL_ID = /^(?<packageName>[^/@]+)(?:\/(?<versionName>[^/@]+))?@(?<owner>[0-9a-f]+)$/;

export function parsePhysicalId(id: string): PhysicalId {
  const match = PHYSICAL_ID.exec(id);
  if (!match?.groups) throw new Error(`not a physical id of this library: ${quote(id)}, expected <name>@<owner>`);
  const { packageName, versionName, owner } = match.groups as Record<string, string>;
  return { packageName, versionName, owner };
}

/**
 * The id that a Delete is about. If a Create was given up before it had answered, CloudFormation generates an id: then
 * it is the id that the Create would have answered.
 */
export function answeredId(physicalResourceId: string, announced: () => string): string {
  return PHYSICAL_ID.test(physicalResourceId) ? physicalResourceId : announced();
}

/** The version that the ARN of a job's destination names; `undefined` for an ARN of any other form. */
export function deployedVersion(arn: string): VersionName | undefined {
  const match = /:package\/([^/]+)\/version\/([^/]+)$/.exec(arn);
  return match ? { packageName: match[1], versionName: match[2] } : undefined;
}

/** Anything with a stack id, which contains account and region. */
interface InStack {
  readonly stackId: string;
}

export const packageArn = (stack: InStack, packageName: string) => iotArn(stack, `package/${packageName}`);

export const versionArn = (stack: InStack, packageName: string, versionName: string) =>
  iotArn(stack, `package/${packageName}/version/${versionName}`);

/** The catalog is that of the stack's own account and region. */
function iotArn({ stackId }: InStack, resource: string): string {
  const [, partition, , region, account] = stackId.split(':');
  return `arn:${partition}:iot:${region}:${account}:${resource}`;
}

/** The name at the end of a thing's ARN. */
export const thingNameOf = (thingArn: string): string => thingArn.slice(thingArn.indexOf('/') + 1);
