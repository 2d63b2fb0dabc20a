/** The software bill of materials of a version: attached at once, validated after a while. */
import { SBOMS } from './constraints';
import { validation } from './errors';
import { onVersionOnly } from './needs';
import { type Operations, operation } from './operation';
import { Listing } from './paging';
import type { CatalogContext } from './packages';
import { type S3Location, requireObject } from './s3-objects';

/** What the validation says of one file of the archive. */
export interface SbomFileResult {
  readonly fileName: string;
  readonly validationResult: 'SUCCEEDED' | 'FAILED';
  readonly errorCode?: 'INCOMPATIBLE_FORMAT' | 'FILE_SIZE_LIMIT_EXCEEDED';
  readonly errorMessage?: string;
}

export interface Sbom {
  readonly s3Location: S3Location;
  readonly validatedAt: number;
  readonly results: Listing<SbomFileResult>;
}

export type SbomStatus = 'IN_PROGRESS' | 'FAILED' | 'SUCCEEDED';

export function sbomStatus(sbom: Sbom, now: number): SbomStatus {
  if (now < sbom.validatedAt) return 'IN_PROGRESS';
  return [...sbom.results.values()].some(result => result.validationResult === 'FAILED') ? 'FAILED' : 'SUCCEEDED';
}

const invalid = 'ValidationException';

export function sbomOperations({ catalog, tags, behaviour }: CatalogContext): Operations {
  return {
    AssociateSbomWithPackageVersion: operation({
      http: 'PUT /packages/{packageName}/versions/{versionName}/sbom',
      members: SBOMS.AssociateSbomWithPackageVersion,
      invalid,
      needs: (input, world) => [onVersionOnly(tags, 'AssociateSbomWithPackageVersion', world, input)],
      async run({ packageName, versionName, sbom: { s3Location } }, { world }) {
        catalog.version(packageName, versionName);
        if (!s3Location) throw validation('The sbom needs an s3Location');
        await requireObject(world, 'the sbom', s3Location);
        const results = new Listing<SbomFileResult>();
        const validated = { packageName, versionName, bucket: s3Location.bucket!, key: s3Location.key! };
        for (const result of behaviour.sbomValidation(validated)) results.add(result.fileName, result);
        const version = catalog.version(packageName, versionName);
        const now = world.clock.now();
        version.sbom = { s3Location, validatedAt: now + behaviour.sbomValidationTime, results };
        version.modifiedAt = now;
        return { packageName, versionName, sbom: { s3Location }, sbomValidationStatus: sbomStatus(version.sbom, now) };
      },
    }),

    DisassociateSbomFromPackageVersion: operation({
      http: 'DELETE /packages/{packageName}/versions/{versionName}/sbom',
      members: SBOMS.DisassociateSbomFromPackageVersion,
      invalid,
      needs: (input, world) => [onVersionOnly(tags, 'DisassociateSbomFromPackageVersion', world, input)],
      run({ packageName, versionName }, { world }) {
        const version = catalog.version(packageName, versionName);
        // unverified: that a version without SBOM is not the ResourceNotFoundException which is declared.
        version.sbom = undefined;
        version.modifiedAt = world.clock.now();
        return {};
      },
    }),

    ListSbomValidationResults: operation({
      http: 'GET /packages/{packageName}/versions/{versionName}/sbom-validation-results',
      members: SBOMS.ListSbomValidationResults,
      invalid,
      needs: (input, world) => [onVersionOnly(tags, 'ListSbomValidationResults', world, input)],
      run({ packageName, versionName, validationResult, ...request }, { world }) {
        const { sbom } = catalog.version(packageName, versionName);
        // unverified: that a version without SBOM has no results, and one in validation none yet.
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
