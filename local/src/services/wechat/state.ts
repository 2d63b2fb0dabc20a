/** The services of CloudBase Run and their versions, by environment. */
// documented: WeChat documentation, for the two flags of a deletion
// unverified: whether a version in transition can be deleted, and that the name of its status tells
import type { WeChatBehavior } from './behavior';
import { weChatError } from './errors';

export interface VersionRecord {
  readonly name: string;
  /** unverified: the names. Only `build_fail` is documented. */
  status: string;
  /** The traffic in percent. */
  flowRatio: number;
  readonly createdAt: number;
}

/** A version that a test wants. */
export interface SeededCloudBaseVersion {
  readonly versionName: string;
  /** @default 'normal' */
  readonly status?: string;
  /** Percent of the service's traffic. @default 0 */
  readonly flowRatio?: number;
  /** @default - now */
  readonly createdAt?: Date;
}

interface Named {
  readonly env: string;
  readonly server: string;
}

/** The request of a deletion. */
export interface VersionDeletion extends Named {
  readonly version: string;
  readonly deleteServer: boolean;
  readonly deleteImage: boolean;
}

export class CloudBaseServices {
  /** `environment/service` of the services whose images were deleted with them. */
  readonly deletedImages: string[] = [];
  private readonly environments = new Map<string, Map<string, Map<string, VersionRecord>>>();

  constructor(private readonly behavior: WeChatBehavior) {}

  add({ env, server }: Named, versions: readonly SeededCloudBaseVersion[], now: number): void {
    let services = this.environments.get(env);
    if (!services) this.environments.set(env, (services = new Map()));
    const held = services.get(server) ?? new Map<string, VersionRecord>();
    services.set(server, held);
    for (const { versionName, status = 'normal', flowRatio = 0, createdAt } of versions) {
      held.set(versionName, { name: versionName, status, flowRatio, createdAt: createdAt?.getTime() ?? now });
    }
  }

  find({ env, server }: Named): ReadonlyMap<string, VersionRecord> | undefined {
    return this.environments.get(env)?.get(server);
  }

  /** getcsversionlist */
  list(at: Named): readonly VersionRecord[] {
    this.requireEnvironment(at.env);
    const versions = this.find(at);
    if (!versions && this.behavior.missingServiceListing === 'refused') throw this.missing('service');
    const newestFirst = [...(versions?.values() ?? [])].sort(
      (a, b) => b.createdAt - a.createdAt || (a.name < b.name ? 1 : -1),
    );
    return this.behavior.listingOrder === 'newest-first' ? newestFirst : newestFirst.reverse();
  }

  /** getcslist */
  namesIn(env: string): readonly string[] {
    return [...this.requireEnvironment(env).keys()];
  }

  /** deletecloudbaserunserverversion */
  remove({ version, deleteServer, deleteImage, ...at }: VersionDeletion): void {
    const { behavior } = this;
    const services = this.requireEnvironment(at.env);
    const versions = services.get(at.server);
    const record = versions?.get(version);
    if (!versions || !record) throw this.missing('version');
    if (record.status.endsWith('ing')) throw weChatError(behavior.transitionCode, 'version is not in a stable status');
    if (record.flowRatio > 0 && versions.size > 1 && behavior.trafficDeletion === 'refused') {
      throw weChatError(behavior.trafficCode, 'version has flow');
    }
    versions.delete(version);
    // both flags only have an effect with the last version.
    if (versions.size > 0 || !deleteServer) return;
    services.delete(at.server);
    if (deleteImage) this.deletedImages.push(`${at.env}/${at.server}`);
  }

  private requireEnvironment(env: string): Map<string, Map<string, VersionRecord>> {
    const services = this.environments.get(env);
    // unverified: the answer for an environment of somebody else, or for none.
    if (!services) throw weChatError(85088);
    return services;
  }

  private missing(what: string) {
    return weChatError(this.behavior.missingCode, `${what} not exist`);
  }
}
