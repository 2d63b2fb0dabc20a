/** Makes the changes that a version needs. */
import {
  type PackageVersionAction,
  type S3LocationProperty,
  type SoftwarePackageVersionProperties,
} from '../../contract/iot';
import { type Scope } from '../runtime/custom-resource';
import { listed } from '../runtime/messages';
import { isRefusedByService, pollUntilFound } from '../runtime/retry';
import { type Catalog, type HeldVersion } from './catalog';
import { type VersionDiff, sameLocation, toS3Location } from './version-diff';

type Wanted = SoftwarePackageVersionProperties;

/** What changes are made with. */
interface Tools {
  readonly catalog: Catalog;
  readonly wanted: Wanted;
  readonly scope: Scope;
}

/** Returns the version as it is then, read back once; `undefined` where nothing was written. */
export async function applyDiff(
  tools: Tools,
  { content, actions, sbom }: VersionDiff,
): Promise<HeldVersion | undefined> {
  const { catalog, wanted, scope } = tools;
  const { PackageName, VersionName } = wanted;
  const hasContent = Object.keys(content).length > 0;
  if (hasContent) await catalog.updateVersion(PackageName, VersionName, content);
  if (sbom === 'disassociate') await catalog.disassociateSbom(PackageName, VersionName);
  else if (sbom) await associate(tools, sbom.associate);
  // before publishing: what fails its validation stays a draft.
  if (wanted.Sbom && wanted.WaitForSbomValidation) {
    await awaitSbomValidation(tools, wanted.Sbom);
    await scope.operation.confirm('wait');
  }
  for (const action of actions) {
    await scope.operation.confirm();
    await act(tools, action);
  }

  if (!hasContent && !sbom && actions.length === 0) return undefined;
  const after = await catalog.findVersion(PackageName, VersionName);
  if (!after) throw new Error(`version ${VersionName} of ${PackageName} vanished while it was written`);
  failOn(after.errorReason, wanted);
  return after;
}

/** The service can end a creation or update with a reason and no error. */
export function failOn(errorReason: string | undefined, { PackageName, VersionName }: Wanted): void {
  if (errorReason) throw new Error(`AWS IoT reports for version ${VersionName} of ${PackageName}: ${errorReason}`);
}

async function act({ catalog, wanted }: Tools, action: PackageVersionAction): Promise<void> {
  const { PackageName, VersionName } = wanted;
  try {
    await catalog.updateVersion(PackageName, VersionName, { action });
  } catch (error) {
    if (!isRefusedByService(error)) throw error;
    // a repeated event finds the step done; whether the service minds is not documented.
    const held = await catalog.findVersion(PackageName, VersionName);
    if (held?.status !== (action === 'PUBLISH' ? 'PUBLISHED' : 'DEPRECATED')) throw error;
  }
}

/** Hands an SBOM in. AWS IoT validates so many at a time, and refuses more. */
async function associate({ catalog, wanted, scope }: Tools, sbom: S3LocationProperty): Promise<void> {
  const { PackageName, VersionName } = wanted;
  await pollUntilFound(
    async () => {
      try {
        await catalog.associateSbom(PackageName, VersionName, toS3Location(sbom));
        return true;
      } catch (error) {
        if (!(error instanceof Error) || !FULL.includes(error.name)) throw error;
        return undefined;
      }
    },
    scope,
    `AWS IoT validates as many SBOMs as it does at a time, so that of version ${VersionName} of ${PackageName} was not taken; ` +
      'deploy again later',
  );
}

const FULL = ['LimitExceededException', 'ServiceQuotaExceededException'];

/**
 * Waits until AWS IoT has validated the very SBOM that was handed in; fails with what is wrong in which file. A rollback
 * does not wait.
 */
async function awaitSbomValidation({ catalog, wanted, scope }: Tools, sbom: S3LocationProperty): Promise<void> {
  const { PackageName: packageName, VersionName: versionName } = wanted;
  const what = `the SBOM of version ${versionName} of ${packageName}`;
  const read = async () => {
    const held = await catalog.findVersion(packageName, versionName);
    const isThere = sameLocation(sbom, held?.sbom?.s3Location);
    return isThere ? (held?.sbomValidationStatus ?? 'IN_PROGRESS') : 'TAKEN_AWAY';
  };
  const first = await read();
  if (first === 'SUCCEEDED') return;
  if ((await scope.stackPhase()) === 'rolling-back') {
    scope.log.warn('the rollback goes on without a valid SBOM', { packageName, versionName, status: first });
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
      `${what} was taken away while its validation was waited for; deploy again, which hands it in once more`,
    );
  }
  const files = await catalog.failedSbomFiles(packageName, versionName);
  const errors = files.map(({ fileName, errorCode, errorMessage }) =>
    [`${fileName}:`, errorCode, errorMessage].filter(Boolean).join(' '),
  );
  throw new Error(`${what} is not valid: ${listed(errors)}`);
}
