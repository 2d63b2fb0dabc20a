import { type ListedVersion, type ServiceVersionName, type WeChatGateway } from './gateway';

/** A version among those of its service. */
export interface Found {
  /** Absent if it is not listed. */
  readonly version?: ListedVersion;
  /** How many versions the service has. */
  readonly total: number;
}

/** Looks for a version, page by page, until it is found. */
export async function findVersion(gateway: WeChatGateway, at: ServiceVersionName): Promise<Found> {
  let seen = 0;
  for (;;) {
    const { versions, total } = await gateway.listVersions(at, seen);
    const version = versions.find(({ versionName }) => versionName === at.versionName);
    seen += versions.length;
    // an empty page ends the listing, whatever the total says: versions can be removed while the listing is read.
    if (version || versions.length === 0 || seen >= total) return { version, total };
  }
}
