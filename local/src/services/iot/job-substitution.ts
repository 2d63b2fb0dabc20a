/**
 * The view of a job after substitution, with `$default` and placeholders resolved. DescribeJob and GetJobDocument show
 * it, unless the caller asks for the view before substitution (developer guide, "Preparing jobs for service package
 * catalog").
 */
// documented: developer guide, "Preparing AWS IoT Jobs", "Substitution parameters (before and after view)"
import type { Catalog, VersionRecord } from './catalog';
import type { JobSettings } from './job-store';

/** What a job deploys, and its document, after substitution. */
export interface ResolvedJob {
  readonly destinationPackageVersions?: readonly string[];
  readonly document?: string;
}

/** unverified: that a job is resolved when it is created, and does not follow a default that moves later. */
export function resolveJob(catalog: Catalog, settings: JobSettings): ResolvedJob {
  const { destinationPackageVersions: arns, document } = settings;
  return {
    destinationPackageVersions: arns?.map(arn => catalog.findVersion(arn)?.arn ?? arn),
    document: document?.replace(PLACEHOLDER, (text, packageName: string, versionName: string, what: string) => {
      const version = catalog.findVersion(`:package/${packageName}/version/${versionName}`);
      return version ? substitute(version, what) : text;
    }),
  };
}

const PLACEHOLDER = /\$\{aws:iot:package:([^:}]+):version:([^:}]+):([^}]+)\}/g;

/**
 * The value of an attribute. Everything else, such as a presigned URL, is made for each device, so that only its
 * version is known.
 */
function substitute({ packageName, name, attributes = {} }: VersionRecord, what: string): string {
  const [, key = ''] = /^attributes:(.+)$/.exec(what) ?? [];
  return attributes[key] ?? `\${aws:iot:package:${packageName}:version:${name}:${what}}`;
}
