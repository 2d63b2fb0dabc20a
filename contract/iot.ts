/**
 * AWS IoT Device Management Software Package Catalog: resource types, property shapes, limits and lifecycle rules,
 * as the AWS IoT API reference and developer guide state them.
 */
import { RemovalShape, artifactFields, tagShape } from './cloudformation';
import { MAX_USER_TAGS_ON_PACKAGE, MAX_USER_TAGS_ON_VERSION, TAG_PREFIX } from './ownership';
import {
  type Infer,
  type Problem,
  type StringRule,
  boolean,
  checkString,
  list,
  map,
  oneOf,
  optional,
  quote,
  string,
  struct,
} from './shape';
import { type SweepConfig, type SweepRulesConfig } from './sweep';

/** Types of the custom resources. Frozen: CloudFormation cannot change the type of a resource in place. */
export const SoftwarePackageResourceType = {
  PACKAGE: 'Custom::IoTSoftwarePackage',
  VERSION: 'Custom::IoTSoftwarePackageVersion',
  DEFAULT_VERSION: 'Custom::IoTDefaultPackageVersion',
} as const;

/** States of a package version. There is no way back to DRAFT. */
export type PackageVersionStatus = 'DRAFT' | 'PUBLISHED' | 'DEPRECATED';

/** The name that ARNs and job documents have for a package's default version. */
export const DEFAULT_POINTER = '$default';

const NAME = { pattern: /^[a-zA-Z0-9\-_.]+$/, allowed: 'letters, digits, "-", "_" and "."' };
// the service's [^\p{C}]+ : no control characters, so no line breaks either.
const PRINTABLE = { pattern: /^[^\p{C}]+$/u, allowed: 'printable characters, without line breaks' };

export const PACKAGE_NAME: StringRule = { what: 'the name of a software package', min: 1, max: 128, ...NAME };
const VERSION_NAME: StringRule = { what: 'the name of a package version', min: 1, max: 64, ...NAME };
const DESCRIPTION: StringRule = { what: 'a description', min: 1, max: 1024, ...PRINTABLE };
const RECIPE: StringRule = { what: 'a recipe', min: 1, max: 3072 };
const TAG_KEY: StringRule = {
  what: 'a tag key',
  min: 1,
  max: 128,
  pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u,
  allowed: 'letters, digits, spaces and _ . : / = + - @',
};
const TAG_VALUE: StringRule = { ...TAG_KEY, what: 'a tag value', min: 0, max: 256 };
const ATTRIBUTE_KEY: StringRule = {
  what: 'the key of an attribute',
  min: 1,
  max: 3000,
  pattern: /^[a-zA-Z0-9:_-]+$/,
  allowed: 'letters, digits, ":", "_" and "-" (no dots)',
};
const ATTRIBUTE_VALUE: StringRule = { what: 'the value of an attribute', min: 1, max: 3000, ...PRINTABLE };

/** Bytes that all attributes of a version can have together. The service says "3KB"; this is the stricter reading. */
const ATTRIBUTES_BYTES = 3000;

// the name is part of the path of a request.
const checkName = (rule: StringRule, value: string): Problem =>
  checkString(rule, value) ??
  (/^\.\.?$/.test(value) ? `${rule.what} must not be "." or "..", got ${quote(value)}` : undefined);

export const PackageNameShape = string(value => checkName(PACKAGE_NAME, value));

export const VersionNameShape = string(value => {
  const problem = checkName(VERSION_NAME, value);
  return problem && String(value).includes('+')
    ? `${problem}; AWS IoT has no SemVer build metadata: write "-" instead of "+"`
    : problem;
});

const description = string(value => {
  const problem = checkString(DESCRIPTION, value);
  if (problem) return problem;
  const bytes = Buffer.byteLength(value);
  return bytes > DESCRIPTION.max
    ? `a description must have at most ${DESCRIPTION.max} bytes, got ${bytes}: shorten it`
    : undefined;
});

const recipe = string(value =>
  value.length > RECIPE.max
    ? `a recipe must have at most ${RECIPE.max} characters, got ${value.length}: move constants into the job document or into attributes`
    : checkString(RECIPE, value),
);

const attributes = map(string(ATTRIBUTE_VALUE), { key: string(ATTRIBUTE_KEY), entry: 'attribute' }).also(pairs => {
  const bytes = Object.entries(pairs)
    .flat()
    .reduce((sum, text) => sum + Buffer.byteLength(String(text)), 0);
  return bytes > ATTRIBUTES_BYTES
    ? `the attributes of a package version must have at most ${ATTRIBUTES_BYTES} bytes together, keys and values, got ${bytes}`
    : undefined;
});

const tagKey = string(key => {
  const problem = checkString(TAG_KEY, key);
  if (problem) return problem;
  if (/^aws:/i.test(key)) return `a tag key must not start with "aws:", got ${quote(key)}`;
  return key.startsWith(TAG_PREFIX)
    ? `tag keys that start with "${TAG_PREFIX}" are reserved for this library, got ${quote(key)}`
    : undefined;
});

/** @param max what the artifact leaves to the user */
const tags = (max: number) =>
  list(tagShape(tagKey, string(TAG_VALUE))).also(all =>
    all.length > max
      ? `the artifact must have at most ${max} tags (this library needs the rest), got ${all.length}`
      : undefined,
  );

/** An object in S3. The version is pinned, because publishing freezes the location, but not the bytes behind it. */
const s3Location = struct({
  Bucket: string(),
  Key: string(),
  Version: optional(string()),
  /** Whether to look up the current version if none is named. Absent: false. */
  ResolveVersion: optional(boolean),
});
export type S3LocationProperty = Infer<typeof s3Location>;

/** Properties of `Custom::IoTSoftwarePackage`. */
export const PackageShape = struct({
  ...artifactFields,
  PackageName: PackageNameShape,
  Description: optional(description),
  Tags: optional(tags(MAX_USER_TAGS_ON_PACKAGE)),
  /** DELETE or RETAIN. Absent: RETAIN. */
  Removal: optional(RemovalShape),
});
export type SoftwarePackageProperties = Infer<typeof PackageShape>;

/** The data of `Custom::IoTSoftwarePackage`, in every answer to Create and Update. */
export interface SoftwarePackageData {
  readonly PackageArn: string;
  readonly PackageName: string;
}

/** Properties of `Custom::IoTSoftwarePackageVersion`. */
export const PackageVersionShape = struct({
  ...artifactFields,
  PackageName: PackageNameShape,
  VersionName: VersionNameShape,
  Description: optional(description),
  Recipe: optional(recipe),
  Attributes: optional(attributes),
  Artifact: optional(s3Location),
  Sbom: optional(s3Location),
  /** Whether to wait for the SBOM's validation, and to fail with its errors. Absent: false. */
  WaitForSbomValidation: optional(boolean),
  Tags: optional(tags(MAX_USER_TAGS_ON_VERSION)),
  /** Absent: DRAFT, as in the service. */
  Status: optional(oneOf('DRAFT', 'PUBLISHED', 'DEPRECATED')),
  /** Absent: RETAIN. */
  Removal: optional(RemovalShape),
  /** Whether DELETE keeps a version that an active job deploys, and leaves it to nobody. Absent: true. */
  ProtectInActiveJobs: optional(boolean),
}).also(({ WaitForSbomValidation, Sbom }) =>
  WaitForSbomValidation && !Sbom ? 'waitForSbomValidation needs an SBOM, got none: set sbom, too' : undefined,
);
export type SoftwarePackageVersionProperties = Infer<typeof PackageVersionShape>;

/** The data of `Custom::IoTSoftwarePackageVersion`, in every answer to Create and Update. */
export interface SoftwarePackageVersionData {
  readonly PackageVersionArn: string;
  readonly VersionName: string;
  readonly Status: PackageVersionStatus;
}

/** Properties of `Custom::IoTDefaultPackageVersion`. */
export const DefaultPackageVersionShape = struct({
  ...artifactFields,
  PackageName: PackageNameShape,
  VersionName: VersionNameShape,
  /** DELETE (the package then has no default) or RETAIN. Absent: DELETE. */
  Removal: optional(RemovalShape),
});
export type DefaultPackageVersionProperties = Infer<typeof DefaultPackageVersionShape>;

/** The data of `Custom::IoTDefaultPackageVersion`, in every answer to Create and Update. */
export interface DefaultPackageVersionData {
  readonly PackageName: string;
  readonly VersionName: string;
}

/** The actions that UpdatePackageVersion has. */
export type PackageVersionAction = 'PUBLISH' | 'DEPRECATE';

/**
 * The actions that take a version from one state to another by the documented transitions (draft to published,
 * published to deprecated, deprecated to published again). `undefined` if there is no such way: no version returns to
 * draft.
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

/** Types of the sweeps, and of the custom resources that run them. Frozen, as for every custom resource. */
export const IotSweepType = {
  PACKAGE_VERSION_RETENTION: 'Custom::IoTPackageVersionRetention',
  JOB_EXECUTION_CLEANUP: 'Custom::IoTJobExecutionCleanup',
} as const;

/** What a retention does with a version that it does not keep. */
export type RetentionAction = 'DELETE' | 'DEPRECATE';

/** Keeps the best versions of a software package. `statuses` are PackageVersionStatus, `order` defaults to SEMVER. */
export interface PackageVersionRetentionConfig extends SweepConfig {
  readonly type: typeof IotSweepType.PACKAGE_VERSION_RETENTION;
  readonly packageName: string;
  readonly action: RetentionAction;
  readonly protectInActiveJobs: boolean;
  readonly protectOnDevices: boolean;
}

/** States of a job. */
export type JobStatus = 'SCHEDULED' | 'IN_PROGRESS' | 'COMPLETED' | 'CANCELED' | 'DELETION_IN_PROGRESS';

/** States of an execution of a job for one thing. */
export type JobExecutionStatus =
  'QUEUED' | 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'REJECTED' | 'REMOVED' | 'CANCELED';

/** The states that an execution never leaves. The developer guide counts TIMED_OUT among them. */
export const TERMINAL_EXECUTION_STATUSES: readonly JobExecutionStatus[] = [
  'SUCCEEDED',
  'FAILED',
  'TIMED_OUT',
  'REJECTED',
  'REMOVED',
  'CANCELED',
];

/** The jobs whose executions a cleanup considers. */
export type JobSelectionConfig =
  | { readonly by: 'IDS'; readonly jobIds: readonly string[] }
  | { readonly by: 'ID_PREFIX'; readonly prefix: string }
  | { readonly by: 'THING'; readonly thingName: string }
  /** The version's ARN, or the package's with `/version/$default`. */
  | { readonly by: 'PACKAGE_VERSION'; readonly packageVersionArn: string }
  | { readonly by: 'ALL' };

/** Removes executions of jobs. `statuses` are JobExecutionStatus; minAge counts from the last update. */
export interface JobExecutionCleanupConfig extends SweepConfig {
  readonly type: typeof IotSweepType.JOB_EXECUTION_CLEANUP;
  readonly jobs: JobSelectionConfig;
  /** Only jobs in one of these states. Absent: in any state but DELETION_IN_PROGRESS. */
  readonly jobStatuses?: readonly JobStatus[];
  readonly force: boolean;
  readonly deleteJobs: boolean;
  readonly waitForDeletion: boolean;
  /** Only jobs of this namespace. Absent: only jobs without a namespace. */
  readonly namespaceId?: string;
}

/**
 * Checks that patterns can match an execution, whose name is `<job id>/<thing>/<number>`: a pattern that is meant for the
 * ids of jobs would keep nothing.
 */
export function checkExecutionPatterns({ include = [], exclude = [] }: SweepRulesConfig): Problem {
  const canMatch = (glob: string) => /[/*(]/.test(glob) && /[*?)\]}\d]$/.test(glob);
  for (const [property, globs] of Object.entries({ include, exclude })) {
    const never = globs.find(glob => !canMatch(glob));
    if (never === undefined) continue;
    return (
      `a pattern of ${property} is compared with <job id>/<thing>/<execution number>, got ${quote(never)}, which matches ` +
      `no execution: write ${quote(`${never}/*`)} for the executions of a job, or ${quote(`*/${never}/*`)} for those of a thing`
    );
  }
  return undefined;
}

const JOB_ID: StringRule = {
  what: 'the id of a job',
  min: 1,
  max: 64,
  pattern: /^[a-zA-Z0-9_-]+$/,
  allowed: 'letters, digits, "_" and "-"',
};

export const JobIdShape = string(JOB_ID);
export const ThingNameShape = string({
  what: 'the name of a thing',
  min: 1,
  max: 128,
  pattern: /^[a-zA-Z0-9:_-]+$/,
  allowed: 'letters, digits, ":", "_" and "-"',
});
export const NamespaceIdShape = string({ ...JOB_ID, what: 'the id of a namespace', max: 2048 });

/** The name of a package for which the fleet index can be queried: the query has the name in the path of a field. */
export const PackageNameInIndexShape = string(packageName =>
  packageName.includes('.')
    ? `protectOnDevices needs a package name without dots, got ${quote(packageName)}: how to write a dot in a field of ` +
      'the fleet index is not documented'
    : undefined,
);

/** How many jobs can be in DELETION_IN_PROGRESS at once. */
export const MAX_JOBS_IN_DELETION = 10;
