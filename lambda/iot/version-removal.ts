/** What happens to a version that its owner releases. */
import { type PackageVersionStatus, pathBetween } from '../../contract/iot';
import { DEFAULT_POINTER_TAGS } from '../../contract/ownership';
import { type Scope } from '../runtime/custom-resource';
import { Refusal } from '../runtime/errors';
import { isRefusedByService, pollUntilGone } from '../runtime/retry';
import { type HeldVersion, type IotGateway } from './gateway';
import { type VersionName, packageArn } from './names';

/**
 * Deletes a version, and its default designation if this stack can remove that. Returns when the version is gone.
 *
 * @param leftOf what is left of it, if it is still shown
 */
export async function destroyVersion(
  gateway: IotGateway,
  at: VersionName,
  scope: Scope,
  leftOf: (held: HeldVersion | undefined) => Promise<unknown>,
): Promise<void> {
  const { packageName, versionName } = at;
  try {
    await gateway.deleteVersion(packageName, versionName);
  } catch (error) {
    if (!isRefusedByService(error)) throw error;
    if (!(await undesignate(gateway, at, scope))) throw refusalOf(at, error);
    await gateway.deleteVersion(packageName, versionName).catch((again: unknown) => {
      throw isRefusedByService(again) ? refusalOf(at, again) : again;
    });
  }
  await pollUntilGone(
    async () => leftOf(await gateway.findVersion(packageName, versionName)),
    scope,
    `version ${versionName} of ${packageName} was deleted, but AWS IoT still shows it`,
  );
}

const refusalOf = ({ packageName, versionName }: VersionName, { name, message }: Error) =>
  new Refusal(`AWS IoT does not delete version ${versionName} of software package ${packageName}: ${name}: ${message}`);

export async function deprecateVersion(gateway: IotGateway, at: VersionName, scope: Scope): Promise<void> {
  const { packageName, versionName } = at;
  const held = await gateway.findVersion(packageName, versionName);
  if (held?.status === 'PUBLISHED') {
    await gateway.updateVersion(packageName, versionName, { action: 'DEPRECATE' });
  } else {
    scope.log.info('only a published version can be deprecated: it stays as it is', { ...at, status: held?.status });
  }
}

/** The status that a version is brought back to. */
interface FormerStatus {
  readonly former: string | undefined;
  /** Called if the version has it already. True to read once more. Absent: it is not read again. */
  looksAgain?(): Promise<boolean>;
}

/** Brings a version that is given back to the state in which it was found, if the lifecycle allows that. */
export async function restoreStatus(
  gateway: IotGateway,
  at: VersionName,
  { former, looksAgain }: FormerStatus,
  scope: Scope,
): Promise<void> {
  if (former === undefined) return;
  const read = () => gateway.findVersion(at.packageName, at.versionName);
  let held = await read();
  if (held?.status === former && (await looksAgain?.())) held = await read();
  if (!held?.status || former === held.status) return;
  const actions = pathBetween(held.status, former as PackageVersionStatus);
  if (!actions) scope.log.warn('the rollback cannot undo this: it stays', { ...at, status: held.status, former });
  for (const action of actions ?? []) await gateway.updateVersion(at.packageName, at.versionName, { action });
}

/** `false` if the version is not the default. A living stack only removes its own designation. */
async function undesignate(
  gateway: IotGateway,
  { packageName, versionName }: VersionName,
  scope: Scope,
): Promise<boolean> {
  const held = await gateway.findPackage(packageName);
  if (held?.defaultVersionName !== versionName) return false;

  const tags = (await gateway.tagsOf(packageArn(scope, packageName))) ?? {};
  const ours = tags[DEFAULT_POINTER_TAGS.stack] === scope.stackId && tags[DEFAULT_POINTER_TAGS.version] === versionName;
  if (!ours && (await scope.stackPhase()) !== 'deleting') {
    throw new Refusal(
      `version ${versionName} is the default of software package ${packageName}, and this stack has not designated it; ` +
        'designate another version or none (UpdatePackage), then delete again',
    );
  }
  await gateway.undesignate(packageName);
  const designatedBy = tags[DEFAULT_POINTER_TAGS.stack];
  const note = { packageName, versionName, designatedBy };
  if (ours || designatedBy === undefined) scope.log.info('default designation removed', note);
  else
    scope.log.warn(
      'default designation of another stack removed, because its version is deleted with this stack',
      note,
    );
  return true;
}
