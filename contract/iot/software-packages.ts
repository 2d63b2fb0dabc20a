/**
 * AWS IoT Device Management Software Package Catalog: resource types, property shapes, limits and lifecycle rules,
 * as the AWS IoT API reference and developer guide state them.
 */
import {
  type ArtifactProperties,
  type Problem,
  type Removal,
  type StringRule,
  type TagProperty,
  checkString,
  quote,
} from '../custom-resource';
import { TAG_PREFIX } from '../ownership';

/** Types of the custom resources. Frozen: CloudFormation cannot change the type of a resource in place. */
export const SoftwarePackageResourceType = {
  PACKAGE: 'Custom::IoTSoftwarePackage',
  VERSION: 'Custom::IoTSoftwarePackageVersion',
  DEFAULT_VERSION: 'Custom::IoTDefaultPackageVersion',
} as const;

/** States of a package version. There is no way back to DRAFT. */
export type PackageVersionStatus = 'DRAFT' | 'PUBLISHED' | 'DEPRECATED';

/** What stands for the version that is a package's default, in ARNs and job documents. */
export const DEFAULT_POINTER = '$default';

/** An object in S3. The version is pinned, since publishing freezes the location and not the bytes behind it. */
export interface S3LocationProperty {
  readonly Bucket: string;
  readonly Key: string;
  readonly Version?: string;
}

/** Properties of `Custom::IoTSoftwarePackage`. */
export interface SoftwarePackageProperties extends ArtifactProperties {
  readonly PackageName: string;
  readonly Description?: string;
  readonly Tags?: readonly TagProperty[];
  /** DELETE or RETAIN. Absent: RETAIN. */
  readonly Removal?: Removal;
}

/** Attributes of `Custom::IoTSoftwarePackage`, in every answer to Create and Update. */
export interface SoftwarePackageAttributes {
  readonly PackageArn: string;
  readonly PackageName: string;
}

/** Properties of `Custom::IoTSoftwarePackageVersion`. */
export interface SoftwarePackageVersionProperties extends ArtifactProperties {
  readonly PackageName: string;
  readonly VersionName: string;
  readonly Description?: string;
  readonly Attributes?: Readonly<Record<string, string>>;
  readonly Artifact?: S3LocationProperty;
  readonly Recipe?: string;
  readonly Sbom?: S3LocationProperty;
  /** Waits for the SBOM's validation and fails with its errors. Absent: false. */
  readonly WaitForSbomValidation?: boolean;
  readonly Tags?: readonly TagProperty[];
  /** Absent: DRAFT, as in the service. */
  readonly Status?: PackageVersionStatus;
  /** Absent: DELETE. */
  readonly Removal?: Removal;
}

/** Attributes of `Custom::IoTSoftwarePackageVersion`, in every answer to Create and Update. */
export interface SoftwarePackageVersionAttributes {
  readonly PackageVersionArn: string;
  readonly VersionName: string;
  readonly Status: PackageVersionStatus;
}

/** Properties of `Custom::IoTDefaultPackageVersion`. */
export interface DefaultPackageVersionProperties extends ArtifactProperties {
  readonly PackageName: string;
  readonly VersionName: string;
  /** DELETE (undesignated) or RETAIN. Absent: DELETE. */
  readonly Removal?: Removal;
}

/** Attributes of `Custom::IoTDefaultPackageVersion`, in every answer to Create and Update. */
export interface DefaultPackageVersionAttributes {
  readonly PackageName: string;
  readonly VersionName: string;
}

const NAME = { pattern: /^[a-zA-Z0-9\-_.]+$/, allowed: 'letters, digits, "-", "_" and "."' };
// the service's [^\p{C}]+ : no control characters, so no line breaks either.
const PRINTABLE = { pattern: /^[^\p{C}]+$/u, allowed: 'printable characters, without line breaks' };

export const PACKAGE_NAME: StringRule = { what: 'the name of a software package', min: 1, max: 128, ...NAME };
export const VERSION_NAME: StringRule = { what: 'the name of a package version', min: 1, max: 64, ...NAME };
export const DESCRIPTION: StringRule = { what: 'a description', min: 1, max: 1024, ...PRINTABLE };
export const RECIPE: StringRule = { what: 'a recipe', min: 1, max: 3072 };
export const TAG_KEY: StringRule = {
  what: 'a tag key',
  min: 1,
  max: 128,
  pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u,
  allowed: 'letters, digits, spaces and _ . : / = + - @',
};
export const TAG_VALUE: StringRule = { ...TAG_KEY, what: 'a tag value', min: 0, max: 256 };

const ATTRIBUTE_KEY: StringRule = {
  what: 'the key of an attribute',
  min: 1,
  max: 3000,
  pattern: /^[a-zA-Z0-9:_-]+$/,
  allowed: 'letters, digits, ":", "_" and "-" (no dots)',
};
const ATTRIBUTE_VALUE: StringRule = { what: 'the value of an attribute', min: 1, max: 3000, ...PRINTABLE };

/** Bytes that all attributes of a version may have together. The service says "3KB"; this is the stricter reading. */
export const ATTRIBUTES_BYTES = 3000;

export const checkPackageName = (value: string): Problem => checkString(PACKAGE_NAME, value);

export function checkVersionName(value: string): Problem {
  const problem = checkString(VERSION_NAME, value);
  return problem && value.includes('+')
    ? `${problem}; AWS IoT has no SemVer build metadata: write "-" instead of "+"`
    : problem;
}

export const checkDescription = (value: string): Problem => checkString(DESCRIPTION, value);

export function checkRecipe(value: string): Problem {
  return value.length > RECIPE.max
    ? `a recipe must have at most ${RECIPE.max} characters, got ${value.length}: move constants into the job document or into attributes`
    : checkString(RECIPE, value);
}

export function checkAttributes(attributes: Readonly<Record<string, string>>): Problem {
  let bytes = 0;
  for (const [key, value] of Object.entries(attributes)) {
    const problem = checkString(ATTRIBUTE_KEY, key) ?? checkString(ATTRIBUTE_VALUE, value);
    if (problem) return `${problem}, in attribute ${quote(key)}`;
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  return bytes > ATTRIBUTES_BYTES
    ? `the attributes of a package version may have ${ATTRIBUTES_BYTES} bytes together, keys and values, got ${bytes}`
    : undefined;
}

/** Checks tags; `max` is what the artifact leaves to the user. */
export function checkTags(tags: readonly TagProperty[], max: number): Problem {
  if (tags.length > max)
    return `at most ${max} tags are possible here (the library needs the rest), got ${tags.length}`;
  for (const { Key, Value } of tags) {
    const problem = checkString(TAG_KEY, Key) ?? checkString(TAG_VALUE, Value);
    if (problem) return problem;
    if (/^aws:/i.test(Key)) return `a tag key may not start with "aws:", got ${quote(Key)}`;
    if (Key.startsWith(TAG_PREFIX))
      return `tag keys that start with "${TAG_PREFIX}" are the library's, got ${quote(Key)}`;
  }
  return undefined;
}

/** The service's actions of UpdatePackageVersion. */
export type PackageVersionAction = 'PUBLISH' | 'DEPRECATE';

/**
 * The actions that lead from one state to another along the documented transitions (draft to published, published to
 * deprecated, deprecated to published again). `undefined` where no way leads there: nothing returns to draft.
 */
export function pathBetween(
  from: PackageVersionStatus,
  to: PackageVersionStatus,
): readonly PackageVersionAction[] | undefined {
  if (from === to) return [];
  if (to === 'DRAFT') return undefined;
  if (to === 'PUBLISHED') return ['PUBLISH'];
  return from === 'DRAFT' ? ['PUBLISH', 'DEPRECATE'] : ['DEPRECATE'];
}
