import { type Scope } from '../runtime/custom-resource';
import { listed } from '../runtime/messages';
import { pollUntilFound } from '../runtime/retry';
import { type IotGateway as Catalog } from './gateway';
import { type VersionDiff, toS3Location } from './version-diff';

export async function applySbom(
  catalog: Catalog,
  packageName: string,
  versionName: string,
  change: NonNullable<VersionDiff['sbom']>,
): Promise<void> {
  if (change === 'disassociate') await catalog.disassociateSbom(packageName, versionName);
  else await catalog.associateSbom(packageName, versionName, toS3Location(change.associate));
}

/** Waits until AWS IoT has validated the SBOM; fails with what is wrong in which file. A rollback does not wait. */
export async function awaitSbomValidation(
  catalog: Catalog,
  packageName: string,
  versionName: string,
  scope: Scope,
): Promise<void> {
  const what = `the SBOM of version ${versionName} of ${packageName}`;
  const read = async () => (await catalog.findVersion(packageName, versionName))?.sbomValidationStatus;
  const first = await read();
  if (first === undefined || first === 'SUCCEEDED') return;
  if ((await scope.stackPhase()) === 'rolling-back') {
    scope.log.warn('the rollback goes on without a valid SBOM', { packageName, versionName, status: first });
    return;
  }
  const last = await pollUntilFound(
    async () => {
      const status = await read();
      return status === 'IN_PROGRESS' ? undefined : { status };
    },
    scope,
    `${what} is still being validated; deploy without waitForSbomValidation, or try again later`,
  );
  if (last.status !== 'FAILED') return;
  const files = await catalog.failedSbomFiles(packageName, versionName);
  const errors = files.map(({ fileName, errorCode, errorMessage }) =>
    [`${fileName}:`, errorCode, errorMessage].filter(Boolean).join(' '),
  );
  throw new Error(`${what} is not valid: ${listed(errors)}`);
}
