/** What becomes of a version that its owner lets go. */
import { type PackageVersionStatus, pathBetween } from '../../contract/iot';
import { DEFAULT_POINTER_TAGS } from '../../contract/ownership';
import { type Scope } from '../runtime/custom-resource';
import { Refusal } from '../runtime/errors';
import { pollUntilGone } from '../runtime/retry';
import { type IotGateway as Catalog, isRefusedByService } from './gateway';
import { type VersionName, packageArn } from './names';

/** Deletes a version, and its default designation where that is this stack's to take. Returns when it is gone. */
export async function destroyVersion(catalog: Catalog, at: VersionName, scope: Scope): Promise<void> {
  const { packageName, versionName } = at;
  try {
    await catalog.deleteVersion(packageName, versionName);
  } catch (error) {
    if (!isRefusedByService(error)) throw error;
    if (!(await undesignate(catalog, at, scope))) throw error;
    await catalog.deleteVersion(packageName, versionName);
  }
  await pollUntilGone(
    () => catalog.findVersion(packageName, versionName),
    scope,
    `version ${versionName} of ${packageName} was deleted, but AWS IoT still shows it`,
  );
}

export async function deprecateVersion(catalog: Catalog, at: VersionName, scope: Scope): Promise<void> {
  const { packageName, versionName } = at;
  const held = await catalog.findVersion(packageName, versionName);
  if (held?.status === 'PUBLISHED') {
    await catalog.updateVersion(packageName, versionName, { action: 'DEPRECATE' });
  } else {
    scope.log.info('only a published version can be deprecated: it stays as it is', { ...at, status: held?.status });
  }
}

/** Brings a version that is given back to the state in which it was found, where the lifecycle has a way. */
export async function restoreStatus(
  catalog: Catalog,
  at: VersionName,
  former: string | undefined,
  scope: Scope,
): Promise<void> {
  const held = await catalog.findVersion(at.packageName, at.versionName);
  if (!held?.status || former === undefined || former === held.status) return;
  const actions = pathBetween(held.status, former as PackageVersionStatus);
  if (!actions) scope.log.warn('the rollback cannot undo this: it stays', { ...at, status: held.status, former });
  for (const action of actions ?? []) await catalog.updateVersion(at.packageName, at.versionName, { action });
}

/** `false` where the version is not the default. A living stack only takes back what it has designated itself. */
async function undesignate(
  catalog: Catalog,
  { packageName, versionName }: VersionName,
  scope: Scope,
): Promise<boolean> {
  const held = await catalog.findPackage(packageName);
  if (held?.defaultVersionName !== versionName) return false;

  const tags = (await catalog.tagsOf(packageArn(scope, packageName))) ?? {};
  const ours = tags[DEFAULT_POINTER_TAGS.stack] === scope.stackId && tags[DEFAULT_POINTER_TAGS.version] === versionName;
  if (!ours && (await scope.stackPhase()) !== 'deleting') {
    throw new Refusal(
      `version ${versionName} is the default of software package ${packageName}, and this stack has not designated it; ` +
        'designate another version or none (UpdatePackage), then delete again',
    );
  }
  await catalog.undesignate(packageName);
  scope.log.info('default designation removed', { packageName, versionName });
  return true;
}
