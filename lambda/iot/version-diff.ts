/** Compares the version that a template wants with the one in AWS IoT. Pure. */
import { type S3Location } from '@aws-sdk/client-iot';
import {
  type PackageVersionAction,
  type PackageVersionStatus,
  type S3LocationProperty,
  type SoftwarePackageVersionProperties,
  pathBetween,
} from '../../contract/iot';
import { type HeldVersion } from './gateway';

/** The properties of a version that can be written, apart from its state. */
export interface VersionContent {
  readonly description?: string;
  readonly attributes?: Record<string, string>;
  readonly artifact?: { readonly s3Location: S3Location };
  readonly recipe?: string;
}

export interface VersionDiff {
  /** The properties that UpdatePackageVersion must send, and no others. */
  readonly content: VersionContent;
  /** The actions that lead to the wanted state. */
  readonly actions: readonly PackageVersionAction[];
  readonly sbom?: { readonly associate: S3LocationProperty } | 'disassociate';
  /** Properties that the service no longer lets anybody change, in words. */
  readonly impossible: readonly string[];
  /** Properties that the template no longer has, and that cannot be cleared: they stay. */
  readonly leftovers: readonly string[];
}

interface Origin {
  /** The version existed before this stack owned it, so properties that the template leaves open stay as they are. */
  readonly adopted: boolean;
  /** What the former template wanted. */
  readonly previous?: SoftwarePackageVersionProperties;
}

export function diffVersion(
  wanted: SoftwarePackageVersionProperties,
  held: HeldVersion,
  { adopted, previous }: Origin,
): VersionDiff {
  const status = (held.status ?? 'DRAFT') as PackageVersionStatus;
  const draft = status === 'DRAFT';
  const content: Writable<VersionContent> = {};
  const impossible: string[] = [];
  const leftovers = adopted && previous ? nowOpen(wanted, previous) : [];

  if (wanted.Description !== undefined) {
    if (wanted.Description !== held.description) content.description = wanted.Description;
  } else if (held.description && !adopted) leftovers.push('description');

  if (wanted.Recipe !== undefined) {
    // the developer guide says in one place that a published version's recipe can change, and in another that only
    // description and tags can: the service decides.
    if (wanted.Recipe !== held.recipe) content.recipe = wanted.Recipe;
  } else if (held.recipe && !adopted) leftovers.push('recipe');

  const attributes = wanted.Attributes ?? (adopted ? undefined : {});
  const changed = attributes && changedKeys(attributes, held.attributes ?? {});
  if (changed?.length) {
    if (draft) content.attributes = { ...attributes };
    // only names: values can be confidential (the service's model marks them so).
    else impossible.push(`attributes (${changed.join(', ')})`);
  }

  const location = held.artifact?.s3Location;
  if (wanted.Artifact && !sameLocation(wanted.Artifact, location)) {
    if (draft) content.artifact = { s3Location: toS3Location(wanted.Artifact) };
    // if the object's version is looked up, the key identifies the bytes: uploading the same bytes again is not a
    // change.
    else if (!wanted.Artifact.ResolveVersion || !sameLocation({ ...wanted.Artifact, Version: undefined }, location))
      impossible.push(`artifact (${describe(location)} to ${describeWanted(wanted.Artifact)})`);
  } else if (!wanted.Artifact && location && !adopted) {
    (draft ? leftovers : impossible).push('artifact (removed)');
  }

  const target = wanted.Status ?? (adopted ? status : 'DRAFT');
  const actions = pathBetween(status, target);
  if (!actions) impossible.push(`status (${status} to ${target})`);

  return {
    content,
    actions: actions ?? [],
    sbom: adopted && !wanted.Sbom ? undefined : diffSbom(wanted, held),
    impossible,
    leftovers,
  };
}

/** What only the former template has set: what was there before is not recorded. */
const nowOpen = (wanted: SoftwarePackageVersionProperties, previous: SoftwarePackageVersionProperties): string[] =>
  (['Description', 'Recipe', 'Attributes', 'Artifact', 'Sbom', 'Status'] as const)
    .filter(name => wanted[name] === undefined && previous[name] !== undefined)
    .map(name => name.toLowerCase());

/** The properties by which a version is again as an event has found it. */
export const asFound = ({ status, description, recipe }: Partial<HeldVersion> = {}) => ({
  Status: status as PackageVersionStatus | undefined,
  Description: description,
  Recipe: recipe,
});

export const isDiff = ({ content, actions, sbom }: VersionDiff): boolean =>
  Object.keys(content).length > 0 || actions.length > 0 || sbom !== undefined;

/** The part of a change that replaces what an event has written. What is no longer so, somebody has changed since. */
export function writtenBy(
  event: SoftwarePackageVersionProperties,
  held: HeldVersion,
  { description, recipe, attributes, artifact }: VersionContent,
): VersionContent {
  const isOfEvent = {
    description: event.Description === held.description,
    recipe: event.Recipe === held.recipe,
    attributes: changedKeys(event.Attributes ?? {}, held.attributes ?? {}).length === 0,
    artifact: event.Artifact !== undefined && sameLocation(event.Artifact, held.artifact?.s3Location),
  };
  return {
    ...(isOfEvent.description && description !== undefined && { description }),
    ...(isOfEvent.recipe && recipe !== undefined && { recipe }),
    ...(isOfEvent.attributes && attributes && { attributes }),
    ...(isOfEvent.artifact && artifact && { artifact }),
  };
}

/** The properties that are sent when the version is created. */
export function contentOf({
  Description,
  Attributes,
  Artifact,
  Recipe,
}: SoftwarePackageVersionProperties): VersionContent {
  return {
    description: Description,
    attributes: Attributes && { ...Attributes },
    artifact: Artifact && { s3Location: toS3Location(Artifact) },
    recipe: Recipe,
  };
}

export function toS3Location(location: S3LocationProperty) {
  return { bucket: location.Bucket, key: location.Key, version: location.Version };
}

function diffSbom(wanted: SoftwarePackageVersionProperties, held: HeldVersion): VersionDiff['sbom'] {
  if (wanted.Sbom) return sameLocation(wanted.Sbom, held.sbom?.s3Location) ? undefined : { associate: wanted.Sbom };
  return held.sbom?.s3Location && 'disassociate';
}

type HeldLocation = NonNullable<NonNullable<HeldVersion['artifact']>['s3Location']>;

export function sameLocation(wanted: S3LocationProperty, held: HeldLocation | undefined): boolean {
  return (
    held?.bucket === wanted.Bucket &&
    held.key === wanted.Key &&
    (wanted.Version === undefined || held.version === wanted.Version)
  );
}

function changedKeys(wanted: Readonly<Record<string, string>>, held: Readonly<Record<string, string>>): string[] {
  const keys = new Set([...Object.keys(wanted), ...Object.keys(held)]);
  return [...keys].filter(key => wanted[key] !== held[key]).sort();
}

function describe(location: HeldLocation | undefined): string {
  return location
    ? describeWanted({ Bucket: location.bucket ?? '', Key: location.key ?? '', Version: location.version })
    : 'none';
}

function describeWanted({ Bucket, Key, Version }: S3LocationProperty): string {
  return `s3://${Bucket}/${Key}${Version ? `?versionId=${Version}` : ''}`;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
