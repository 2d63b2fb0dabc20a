import { isRefused } from './errors';
import {
  type ListedVersion,
  type ServiceName,
  type ServiceVersionName,
  type VersionPage,
  type WeChatGateway,
} from './gateway';

/** A version among those of its service. */
export interface Found {
  /** Absent if it is not listed. */
  readonly version?: ListedVersion;
  /** How many versions the service has. Others that are being deleted do not count. */
  readonly total: number;
}

/** How many of the versions on a page are being deleted, apart from one version. */
export const othersGoing = ({ versions }: Pick<VersionPage, 'versions'>, versionName: string): number =>
  versions.filter(({ versionName: other, status = '' }) => other !== versionName && DELETING.test(status)).length;

// unverified: the wording, and that a version is listed while it is being deleted.
const DELETING = /delet/i;

/** How often a listing is read again that has become shorter meanwhile. */
const READ_AGAIN = 3;

/**
 * Looks for a version, page by page, until it is found. If other versions are removed meanwhile, the ones behind them move
 * to pages that have been read: then the listing does not prove that a version is gone, and is read again.
 */
export async function findVersion(
  gateway: Pick<WeChatGateway, 'listVersions'>,
  at: ServiceVersionName,
): Promise<Found> {
  for (let again = 0; ; again++) {
    const { isShorter, ...found } = await readListing(gateway, at);
    if (found.version || !isShorter) return found;
    if (again === READ_AGAIN) throw new Changing(at.serverName);
  }
}

async function readListing(
  gateway: Pick<WeChatGateway, 'listVersions'>,
  at: ServiceVersionName,
): Promise<Found & { readonly isShorter: boolean }> {
  let most = 0;
  let going = 0;
  for (let seen = 0; ;) {
    const { versions, total } = await gateway.listVersions(at, seen);
    going += othersGoing({ versions }, at.versionName);
    const version = versions.find(({ versionName }) => versionName === at.versionName);
    seen += versions.length;
    most = Math.max(most, total);
    // an empty page ends the listing, whatever the total says.
    if (version || versions.length === 0 || seen >= total)
      return { version, total: total - going, isShorter: total < most };
  }
}

/**
 * Whether a service is proven to be gone: the listing of its environment has reached its end, did not change
 * meanwhile, and does not have the service. The code for a missing service is not documented.
 */
export async function isServiceGone(
  gateway: Pick<WeChatGateway, 'listServices'>,
  { environmentId, serverName }: ServiceName,
): Promise<boolean> {
  try {
    let { serverNames, total } = await gateway.listServices({ environmentId }, 0);
    for (let seen = 0, all = total; !serverNames.includes(serverName);) {
      seen += serverNames.length;
      if (total !== all) return false;
      if (seen >= total) return true;
      if (serverNames.length === 0) return false;
      ({ serverNames, total } = await gateway.listServices({ environmentId }, seen));
    }
    return false;
  } catch (error) {
    if (isRefused(error)) return false;
    throw error;
  }
}

/** Versions are removed as fast as they are listed. */
class Changing extends Error {
  readonly isTransient = true;

  constructor(serverName: string) {
    super(`versions of service ${serverName} are being removed while they are listed: try again later`);
  }
}
