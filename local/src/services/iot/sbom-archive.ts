/** The validation of an SBOM's archive. */
// documented: developer guide, "Preparing to use Software Package Catalog"; API model, the error codes of a file
import { unzipSync } from 'fflate';

/** The result for one file of the archive. */
export interface SbomFileResult {
  readonly fileName: string;
  readonly validationResult: 'SUCCEEDED' | 'FAILED';
  readonly errorCode?: 'INCOMPATIBLE_FORMAT' | 'FILE_SIZE_LIMIT_EXCEEDED';
  readonly errorMessage?: string;
}

/**
 * Validates each file of a zip archive: SPDX or CycloneDX in JSON. unverified: how deep the service validates the
 * files, its results for other files, and its limit for the size.
 */
export function validateArchive(archiveName: string, archive: Uint8Array): readonly SbomFileResult[] {
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(archive);
  } catch {
    return [incompatible(archiveName, 'The file is not a zip archive')];
  }
  const results = Object.entries(files)
    .filter(([name]) => !name.endsWith('/'))
    .map(([name, content]) => validateFile(name, content));
  return results.length > 0 ? results : [incompatible(archiveName, 'The archive has no file')];
}

function validateFile(fileName: string, content: Uint8Array): SbomFileResult {
  if (!fileName.endsWith('.json')) return incompatible(fileName, 'The file is not a .json file');
  const document = parse(content);
  const known = typeof document?.spdxVersion === 'string' || document?.bomFormat === 'CycloneDX';
  return known
    ? { fileName, validationResult: 'SUCCEEDED' }
    : incompatible(fileName, 'The file is neither SPDX nor CycloneDX in JSON');
}

function parse(content: Uint8Array): { spdxVersion?: unknown; bomFormat?: unknown } | null {
  try {
    return JSON.parse(Buffer.from(content).toString());
  } catch {
    return null;
  }
}

function incompatible(fileName: string, errorMessage: string): SbomFileResult {
  return { fileName, validationResult: 'FAILED', errorCode: 'INCOMPATIBLE_FORMAT', errorMessage };
}
