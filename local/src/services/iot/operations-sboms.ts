/** The software bill of materials of a version. It is attached at once and validated later. */
// documented: developer guide, software-package-catalog-troubleshooting, for the errors
import { checked } from '../../core/checked';
import { Listing } from '../../core/paging';
import { type Operations } from '../../core/service';
import type { Catalog } from './catalog';
import { SBOMS } from './constraints';
import { invalidRequest, limitExceeded, notFound, validation } from './errors';
import type { CatalogContext } from './operations-packages';
import { type S3Object, SBOM, checkLocation, readObject } from './s3-objects';
import { type SbomFileResult, validateArchive } from './sbom-archive';

export interface Sbom {
  readonly s3Location: S3Object;
  readonly validatedAt: number;
  readonly results: Listing<SbomFileResult>;
}

export type SbomStatus = 'IN_PROGRESS' | 'FAILED' | 'SUCCEEDED';

export function sbomStatus(sbom: Sbom, now: number): SbomStatus {
  if (now < sbom.validatedAt) return 'IN_PROGRESS';
  return [...sbom.results.values()].some(result => result.validationResult === 'FAILED') ? 'FAILED' : 'SUCCEEDED';
}

const ongoingValidations = (catalog: Catalog, now: number) =>
  [...catalog.packages.values()]
    .flatMap(({ versions }) => [...versions.values()])
    .filter(({ sbom }) => sbom && now < sbom.validatedAt).length;

// documented: API reference of each operation
export function sbomOperations({ catalog, behavior }: CatalogContext): Operations {
  return {
    AssociateSbomWithPackageVersion: checked(validation, {
      members: SBOMS.AssociateSbomWithPackageVersion,
      async run({ packageName, versionName, sbom: { s3Location } }, { world }) {
        catalog.version(packageName, versionName);
        if (!s3Location) throw invalidRequest('Associate request needs to include SBOM reference');
        const location = checkLocation(SBOM, s3Location);
        if (location.version === undefined && behavior.sbomWithoutVersion === 'refused') {
          throw invalidRequest('S3 object version for SBOM cannot be null');
        }
        if (ongoingValidations(catalog, world.clock.now()) >= behavior.maxSbomValidations) {
          throw limitExceeded('Too many ongoing SBOM validation workflows. Please wait and retry');
        }
        // an SBOM whose objects are not read is valid, unless a test says otherwise.
        const archive = behavior.lookUpObjects ? await readObject(world, SBOM, location) : undefined;
        if (archive && archive.length > behavior.maxSbomBytes)
          throw invalidRequest('S3 object file size exceeds limit');
        const found =
          behavior.sbomValidation?.({ packageName, versionName, ...location }) ??
          (archive ? validateArchive(location.key, archive) : []);
        const results = new Listing<SbomFileResult>();
        for (const result of found) results.add(result.fileName, result);
        const version = catalog.version(packageName, versionName);
        const now = world.clock.now();
        version.sbom = { s3Location: location, validatedAt: now + behavior.sbomValidationTime, results };
        version.modifiedAt = now;
        return { packageName, versionName, sbom: { s3Location }, sbomValidationStatus: sbomStatus(version.sbom, now) };
      },
    }),

    DisassociateSbomFromPackageVersion: checked(validation, {
      members: SBOMS.DisassociateSbomFromPackageVersion,
      run({ packageName, versionName }, { world }) {
        const version = catalog.version(packageName, versionName);
        // documented: API reference, DisassociateSbomFromPackageVersion, which declares the error, but not for what
        if (!version.sbom && behavior.disassociateNothing === 'not-found') {
          throw notFound(`Version ${versionName} of package ${packageName} has no SBOM`);
        }
        version.sbom = undefined;
        version.modifiedAt = world.clock.now();
        return {};
      },
    }),

    ListSbomValidationResults: checked(validation, {
      members: SBOMS.ListSbomValidationResults,
      run({ packageName, versionName, validationResult, ...request }, { world }) {
        const { sbom } = catalog.version(packageName, versionName);
        // unverified: that a version without an SBOM has no results, and one in validation none yet.
        if (!sbom || world.clock.now() < sbom.validatedAt) return { validationResultSummaries: [] };
        const page = sbom.results.page(request, {
          scope: `sbom ${packageName} ${versionName} ${validationResult ?? ''}`,
          pageSize: 100,
          matches: result => validationResult === undefined || result.validationResult === validationResult,
          badToken: validation,
        });
        return { validationResultSummaries: page.items, nextToken: page.nextToken };
      },
    }),
  };
}
