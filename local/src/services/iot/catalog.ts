/** The state of the software package catalog. */
// documented: API reference, GetPackage and GetPackageVersion; authorization reference, for the ARNs
import { Listing } from '../../core/paging';
import type { World } from '../../core/service';
import { notFound } from './errors';
import type { Sbom } from './operations-sboms';
import type { S3Location } from './s3-objects';

export type VersionStatus = 'DRAFT' | 'PUBLISHED' | 'DEPRECATED';

export interface PackageRecord {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly versions: Listing<VersionRecord>;
  modifiedAt: number;
  description?: string;
  defaultVersionName?: string;
}

export interface VersionRecord {
  readonly packageName: string;
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  modifiedAt: number;
  status: VersionStatus;
  description?: string;
  attributes?: Readonly<Record<string, string>>;
  artifact?: { readonly s3Location?: S3Location };
  recipe?: string;
  sbom?: Sbom;
  errorReason?: string;
}

export const packageArn = (world: World, name = '*') => world.arn('iot', `package/${name}`);

export const versionArn = (world: World, packageName = '*', versionName = '*') =>
  world.arn('iot', `package/${packageName}/version/${versionName}`);

export class Catalog {
  readonly packages = new Listing<PackageRecord>();
  private readonly afterimages = new Map<string, { readonly record: unknown; reads: number }>();

  package(name: string): PackageRecord {
    const found = this.packages.get(name);
    if (!found) throw notFound(`Package ${name} not found`);
    return found;
  }

  version(packageName: string, versionName: string): VersionRecord {
    const found = this.packages.get(packageName)?.versions.get(versionName);
    if (!found) throw notFound(`Version ${versionName} of package ${packageName} not found`);
    return found;
  }

  /** The number of all versions of all packages. */
  countVersions(): number {
    return [...this.packages.values()].reduce((sum, { versions }) => sum + versions.size, 0);
  }

  /**
   * The version that an ARN names, with `$default` resolved, or undefined if it does not exist. documented: developer
   * guide, "Preparing AWS IoT Jobs"
   */
  findVersion(arn: string): VersionRecord | undefined {
    const [, packageName = '', wanted = ''] = /:package\/([^/]+)\/version\/([^/]+)$/.exec(arn) ?? [];
    const found = this.packages.get(packageName);
    return found?.versions.get(wanted === '$default' ? (found.defaultVersionName ?? '') : wanted);
  }

  /** Lets the next `reads` reads still see a deleted record. */
  leaveAfterimage(record: PackageRecord | VersionRecord, reads: number): void {
    this.afterimages.delete(record.arn);
    if (reads > 0) this.afterimages.set(record.arn, { record, reads });
  }

  /** A read that can still see a deleted record. */
  readPackage(world: World, name: string): PackageRecord {
    return this.packages.get(name) ?? this.afterimage(packageArn(world, name)) ?? this.package(name);
  }

  readVersion(world: World, packageName: string, versionName: string): VersionRecord {
    return (
      this.packages.get(packageName)?.versions.get(versionName) ??
      this.afterimage(versionArn(world, packageName, versionName)) ??
      this.version(packageName, versionName)
    );
  }

  private afterimage<T>(arn: string): T | undefined {
    const left = this.afterimages.get(arn);
    if (!left) return undefined;
    left.reads -= 1;
    if (left.reads === 0) this.afterimages.delete(arn);
    return left.record as T;
  }
}
