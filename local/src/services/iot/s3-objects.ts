/** Objects in S3 that packages refer to. */
// documented: developer guide, "Preparing to use Software Package Catalog" and
// software-package-catalog-troubleshooting
// unverified: the lengths from which names are refused, and the reason after the words of the guide
import { decide } from '../../core/authorization';
import { type Needed, ServiceError, type World } from '../../core/service';
import { type InvalidCode, invalid } from './errors';

export interface S3Location {
  readonly bucket?: string;
  readonly key?: string;
  readonly version?: string;
}

/** A location that names an object. */
export interface S3Object {
  readonly bucket: string;
  readonly key: string;
  readonly version?: string;
}

/** The use of an object. The errors of the two uses differ. */
export interface ObjectUse {
  readonly what: string;
  readonly code: InvalidCode;
  /** What is said of a location without its bucket or key. */
  absent(member: 'bucket' | 'key'): string;
  /** What is said of an object that cannot be read, before the reason. */
  unreadable(missing: string): string;
}

/** Its error is a setting. */
export const ARTIFACT: Omit<ObjectUse, 'code'> = {
  what: 'the artifact',
  absent: () => 'The s3Location of the artifact needs a bucket and a key',
  unreadable: () => '',
};

/** In the words of the guide's troubleshooting page, although the operation does not declare this error. */
export const SBOM: ObjectUse = {
  what: 'the sbom',
  code: 'InvalidRequestException',
  absent: member => `S3 ${member} name for SBOM cannot be null`,
  unreadable: missing =>
    `SBOM not accessible by the service. Please make sure the ${missing} exists and S3 permission is granted. `,
};

export function checkLocation({ code, absent }: ObjectUse, { bucket, key, version }: S3Location): S3Object {
  if (!bucket) throw invalid(code, absent('bucket'));
  if (!key) throw invalid(code, absent('key'));
  return { bucket, key, version };
}

/** unverified: that a location without an object is refused at once, with this error. */
export async function requireObject(world: World, use: ObjectUse, object: S3Object): Promise<void> {
  await readable(use, object, () => world.call('s3', 'HeadObject', members(object)));
}

/** Reads an object as AWS IoT itself. The policy of the bucket must allow it. */
export async function readObject(world: World, use: ObjectUse, object: S3Object): Promise<Buffer> {
  const { what, code, unreadable } = use;
  const policy = await readable(use, object, () => bucketPolicy(world, object.bucket));
  if (!policy || !(await letsIotRead(world, object, policy))) {
    const reason = `The policy of bucket ${object.bucket} does not let iot.amazonaws.com read ${what} ${object.key}`;
    throw invalid(code, unreadable(WHOLE) + reason);
  }
  const { Body } = await readable(use, object, () => world.call('s3', 'GetObject', members(object)));
  return Body as Buffer;
}

/** The permissions that the caller needs for a location, so that nobody distributes an object that he cannot read. */
export function objectNeeds(world: World, location: S3Location | undefined): readonly Needed[] {
  if (!location?.bucket || !location.key) return [];
  return [{ action: 's3:GetObjectVersion', resource: objectArn(world, location as S3Object) }];
}

const objectArn = (world: World, { bucket, key }: S3Object) => `arn:${world.partition}:s3:::${bucket}/${key}`;

const members = ({ bucket, key, version }: S3Object) => ({ Bucket: bucket, Key: key, VersionId: version });

async function readable<T>(use: ObjectUse, { bucket, key, version }: S3Object, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const versioned = version === undefined ? '' : ` in version ${version}`;
    const reason = `The object s3://${bucket}/${key}${versioned} of ${use.what} cannot be read: ${error.code}`;
    throw invalid(use.code, use.unreadable(MISSING[error.code] ?? WHOLE) + reason);
  }
}

/** What a message of the guide's page names. */
const WHOLE = 'bucket/key/version';
const MISSING: Readonly<Record<string, string>> = { NoSuchBucket: 'bucket', NoSuchKey: 'key' };

async function bucketPolicy(world: World, bucket: string): Promise<object | undefined> {
  try {
    const { Policy } = await world.call('s3', 'GetBucketPolicy', { Bucket: bucket });
    return JSON.parse(Policy) as object;
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'NoSuchBucketPolicy') return undefined;
    throw error;
  }
}

/** unverified: that AWS IoT reads on behalf of an account, so that aws:SourceAccount is set. */
async function letsIotRead(world: World, object: S3Object, resourcePolicy: object): Promise<boolean> {
  const action = object.version === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
  const { decision } = await decide(
    { action, resource: objectArn(world, object), resourcePolicy },
    {
      caller: { service: 'iot.amazonaws.com' },
      context: { 'aws:SourceAccount': world.account, 'aws:SecureTransport': 'true' },
      policies: { identity: [] },
    },
  );
  return decision === 'Allowed';
}
