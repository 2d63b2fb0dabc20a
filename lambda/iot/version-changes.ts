/** Makes the changes that a version needs. */
import {
  type PackageVersionAction,
  type S3LocationProperty,
  type SoftwarePackageVersionProperties,
} from '../../contract/iot';
import { type Scope } from '../runtime/custom-resource';
import { Irreversible } from '../runtime/errors';
import { listed } from '../runtime/messages';
import { isRefusedByService, pollUntilFound } from '../runtime/retry';
import { type HeldVersion, type IotGateway } from './gateway';
import { type VersionDiff, sameLocation, toS3Location } from './version-diff';

type Wanted = SoftwarePackageVersionProperties;

/** What the changes need. */
interface Tools {
  readonly gateway: IotGateway;
  readonly wanted: Wanted;
  readonly scope: Scope;
  /** Makes one of several changes. */
  unlessRefused(step: () => Promise<void>): Promise<void>;
}

/** Returns the version after the changes, read once; `undefined` if nothing was written. */
export async function applyDiff(
  tools: Tools,
  { content, actions, sbom }: VersionDiff,
): Promise<HeldVersion | undefined> {
  const { gateway, wanted, scope, unlessRefused } = tools;
  const { PackageName, VersionName } = wanted;
  const hasContent = Object.keys(content).length > 0;
  if (hasContent) await unlessRefused(() => gateway.updateVersion(PackageName, VersionName, content));
  if (sbom === 'disassociate') await unlessRefused(() => gateway.disassociateSbom(PackageName, VersionName));
  else if (sbom) await unlessRefused(() => associate(tools, sbom.associate));
  // before publishing: a version whose SBOM fails its validation stays a draft.
  if (wanted.Sbom && wanted.WaitForSbomValidation) {
    await awaitSbomValidation(tools, wanted.Sbom);
    await scope.operation.confirm('wait');
  }
  for (const action of actions) {
    await scope.operation.confirm();
    await unlessRefused(() => act(tools, action));
  }

  if (!hasContent && !sbom && actions.length === 0) return undefined;
  const after = await gateway.findVersion(PackageName, VersionName);
  if (!after) throw new Irreversible(`version ${VersionName} of ${PackageName} vanished while it was written`);
  failOn(after.errorReason, wanted);
  return after;
}

/**
 * Undoes the SBOM and the state that an overtaken event has written.
 *
 * @param diff from the version to what CloudFormation wants by now
 */
export async function undoDiff(
  { gateway, wanted }: Pick<Tools, 'gateway' | 'wanted'>,
  held: HeldVersion,
  { sbom, actions }: VersionDiff,
): Promise<void> {
  const { PackageName, VersionName } = wanted;
  const location = held.sbom?.s3Location;
  const isOurs = wanted.Sbom ? sameLocation(wanted.Sbom, location) : location === undefined;
  if (isOurs && sbom) {
    await (sbom === 'disassociate'
      ? gateway.disassociateSbom(PackageName, VersionName)
      : gateway.associateSbom(PackageName, VersionName, toS3Location(sbom.associate)));
  }
  // a draft is not published in passing: that cannot be undone.
  if (held.status === 'DRAFT' || held.status !== wanted.Status) return;
  for (const action of actions) await gateway.updateVersion(PackageName, VersionName, { action });
}

/** The service can end a creation or update with a reason and no error. */
export function failOn(errorReason: string | undefined, { PackageName, VersionName }: Wanted): void {
  if (errorReason)
    throw new Irreversible(`AWS IoT reports for version ${VersionName} of ${PackageName}: ${errorReason}`);
}

async function act({ gateway, wanted }: Tools, action: PackageVersionAction): Promise<void> {
  const { PackageName, VersionName } = wanted;
  try {
    await gateway.updateVersion(PackageName, VersionName, { action });
  } catch (error) {
    if (!isRefusedByService(error)) throw error;
    // a repeated event finds the step done; whether the service refuses it then is not documented.
    const held = await gateway.findVersion(PackageName, VersionName);
    if (held?.status !== (action === 'PUBLISH' ? 'PUBLISHED' : 'DEPRECATED')) throw error;
  }
}

/** Associates an SBOM. AWS IoT validates a limited number at a time, and refuses more. */
async function associate({ gateway, wanted, scope }: Tools, sbom: S3LocationProperty): Promise<void> {
  const { PackageName, VersionName } = wanted;
  let isFirst = true;
  await pollUntilFound(
    async () => {
      if (!isFirst) await scope.operation.confirm('wait');
      isFirst = false;
      try {
        await gateway.associateSbom(PackageName, VersionName, toS3Location(sbom));
        return true;
      } catch (error) {
        if (!(error instanceof Error) || !FULL.includes(error.name)) throw error;
        return undefined;
      }
    },
    scope,
    `AWS IoT validates only a limited number of SBOMs at a time and refused that of version ${VersionName} of ${PackageName}; ` +
      'deploy again later',
  );
}

const FULL = ['LimitExceededException', 'ServiceQuotaExceededException'];

/** Waits until AWS IoT has validated this SBOM; fails with the errors of each file. A rollback does not wait. */
async function awaitSbomValidation({ gateway, wanted, scope }: Tools, sbom: S3LocationProperty): Promise<void> {
  const { PackageName: packageName, VersionName: versionName } = wanted;
  const what = `the SBOM of version ${versionName} of ${packageName}`;
  const read = async () => {
    const held = await gateway.findVersion(packageName, versionName);
    const isThere = sameLocation(sbom, held?.sbom?.s3Location);
    return isThere ? (held?.sbomValidationStatus ?? 'IN_PROGRESS') : 'TAKEN_AWAY';
  };
  const first = await read();
  if (first === 'SUCCEEDED') return;
  if ((await scope.stackPhase()) === 'rolling-back') {
    scope.log.warn('the rollback continues without a valid SBOM', { packageName, versionName, status: first });
    return;
  }
  const last = await pollUntilFound(
    async () => {
      const status = await read();
      return status === 'IN_PROGRESS' ? undefined : status;
    },
    scope,
    `${what} is still being validated; deploy without waitForSbomValidation, or try again later`,
  );
  if (last === 'SUCCEEDED') return;
  if (last === 'TAKEN_AWAY') {
    throw new Error(
      `${what} was removed while the deployment waited for its validation; deploy again to associate it once more`,
    );
  }
  const files = await gateway.failedSbomFiles(packageName, versionName);
  const errors = files.map(({ fileName, errorCode, errorMessage }) =>
    [`${fileName}:`, errorCode, errorMessage].filter(Boolean).join(' '),
  );
  throw new Error(`${what} is not valid: ${listed(errors)}`);
}
