/**
 * What stands for `$default` and for placeholders once they are resolved: the view of a job after substitution, which
 * DescribeJob and GetJobDocument show unless they are asked for the one before (developer guide, "Preparing jobs for
 * service package catalog").
 */
import type { Catalog, VersionRecord } from './catalog';
import type { JobSettings } from './job-store';

/** What a job deploys and says, after substitution. */
export interface ResolvedJob {
  readonly destinationPackageVersions?: readonly string[];
  readonly document?: string;
}

/** unverified: that a job resolves when it is created, and does not follow a default that moves afterwards. */
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

/** An attribute's value; all else, such as a presigned URL, is made for each device, and only its version is known. */
function substitute({ packageName, name, attributes = {} }: VersionRecord, what: string): string {
  const [, key = ''] = /^attributes:(.+)$/.exec(what) ?? [];
  return attributes[key] ?? `\${aws:iot:package:${packageName}:version:${name}:${what}}`;
}
