/** Makes the changes that a version needs. */
import { type PackageVersionAction, type SoftwarePackageVersionProperties } from '../../contract/iot';
import { type Scope } from '../runtime/custom-resource';
import { type IotGateway as Catalog, type HeldVersion, isRefusedByService } from './gateway';
import { applySbom, awaitSbomValidation } from './sbom';
import { type VersionDiff } from './version-diff';

type Wanted = SoftwarePackageVersionProperties;

/**
 * @param before the version as it was read; absent for one that was just created
 * @returns the version as it is now: read back once, or `before` where nothing was written
 */
export async function applyDiff(
  catalog: Catalog,
  wanted: Wanted,
  { content, actions, sbom }: VersionDiff,
  scope: Scope,
  before?: HeldVersion,
): Promise<HeldVersion> {
  const { PackageName, VersionName } = wanted;
  const hasContent = Object.keys(content).length > 0;
  if (hasContent) await catalog.updateVersion(PackageName, VersionName, content);
  if (sbom) await applySbom(catalog, PackageName, VersionName, sbom);
  // before publishing: what fails its validation stays a draft.
  if (wanted.Sbom && wanted.WaitForSbomValidation) {
    await awaitSbomValidation(catalog, PackageName, VersionName, scope);
  }
  for (const action of actions) await act(catalog, wanted, action);

  if (before && !hasContent && !sbom && actions.length === 0) return before;
  const after = await catalog.findVersion(PackageName, VersionName);
  if (!after) throw new Error(`version ${VersionName} of ${PackageName} vanished while it was written`);
  failOn(after.errorReason, wanted);
  return after;
}

/** The service can end a creation or update with a reason and no error. */
export function failOn(errorReason: string | undefined, { PackageName, VersionName }: Wanted): void {
  if (errorReason) throw new Error(`AWS IoT reports for version ${VersionName} of ${PackageName}: ${errorReason}`);
}

async function act(
  catalog: Catalog,
  { PackageName, VersionName }: Wanted,
  action: PackageVersionAction,
): Promise<void> {
  try {
    await catalog.updateVersion(PackageName, VersionName, { action });
  } catch (error) {
    if (!isRefusedByService(error)) throw error;
    // a repeated event finds the step done; whether the service minds is not documented.
    const held = await catalog.findVersion(PackageName, VersionName);
    if (held?.status !== (action === 'PUBLISH' ? 'PUBLISHED' : 'DEPRECATED')) throw error;
  }
}
