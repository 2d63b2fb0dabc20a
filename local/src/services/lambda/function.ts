// documented: API model
import { createHash, randomUUID } from 'crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { dirname, join, resolve, sep } from 'path';
import { unzipSync } from 'fflate';
import { type Members, ServiceError, type World } from '../../core/service';

/** The configuration of a function, in the form of the API. */
export interface FunctionConfiguration {
  readonly FunctionName: string;
  readonly FunctionArn: string;
  readonly Runtime: string;
  readonly Role: string;
  readonly Handler: string;
  readonly Description: string;
  /** The timeout in seconds. */
  readonly Timeout: number;
  /** The memory in MB. */
  readonly MemorySize: number;
  readonly Environment?: { readonly Variables?: Readonly<Record<string, string>> };
  readonly LoggingConfig: { readonly LogFormat: string; readonly LogGroup: string };
  readonly Architectures: readonly string[];
  readonly LastModified: string;
  readonly CodeSize: number;
  readonly CodeSha256: string;
  readonly Version: '$LATEST';
  readonly [other: string]: unknown;
}

const PATTERNS: Readonly<Record<string, RegExp>> = {
  FunctionName: /^[a-zA-Z0-9-_]{1,64}$/,
  Role: /^arn:(aws[a-zA-Z-]*):iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+$/,
  Handler: /^[^\s]{1,128}$/,
};

/** Reads the members of Create and UpdateFunctionConfiguration over the current ones. Throws the errors of Lambda. */
export function configure(
  before: FunctionConfiguration | undefined,
  input: Members,
  world: World,
): FunctionConfiguration {
  const name = before?.FunctionName ?? input.FunctionName;
  const merged = {
    Description: '',
    Timeout: 3,
    MemorySize: 128,
    Architectures: ['x86_64'],
    PackageType: 'Zip',
    TracingConfig: { Mode: 'PassThrough' },
    EphemeralStorage: { Size: 512 },
    ...before,
    ...Object.fromEntries(
      Object.entries(input as object).filter(([member, value]) => !OTHER.has(member) && value !== undefined),
    ),
    FunctionName: name,
    FunctionArn: world.arn('lambda', `function:${name}`),
    LoggingConfig: {
      LogFormat: 'Text',
      LogGroup: `/aws/lambda/${name}`,
      ...before?.LoggingConfig,
      ...input.LoggingConfig,
    },
    Version: '$LATEST',
    State: 'Active',
    LastUpdateStatus: 'Successful',
    LastModified: new Date(world.clock.now()).toISOString().replace('Z', '+0000'),
    RevisionId: randomUUID(),
  } as unknown as FunctionConfiguration;
  validate(merged);
  return merged;
}

/** The members of the inputs that are not configuration. */
const OTHER = new Set([
  'Code',
  'Tags',
  'Publish',
  'ZipFile',
  'S3Bucket',
  'S3Key',
  'S3ObjectVersion',
  'DryRun',
  'RevisionId',
]);

function validate(configuration: FunctionConfiguration): void {
  for (const [member, pattern] of Object.entries(PATTERNS)) {
    const value = configuration[member];
    if (typeof value !== 'string' || !pattern.test(value)) {
      throw new ServiceError(
        'ValidationException',
        `1 validation error detected: Value '${String(value)}' at '${member}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern.source}`,
      );
    }
  }
  checkRange('Timeout', configuration.Timeout, 1, 900);
  checkRange('MemorySize', configuration.MemorySize, 128, 10_240);
  const variables = JSON.stringify(configuration.Environment?.Variables ?? {});
  // documented: developer guide, gettingstarted-limits
  // captured: public report, for the message
  if (Buffer.byteLength(variables) > 4096) {
    throw invalid(
      'Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit.',
    );
  }
  const reserved = Object.keys(configuration.Environment?.Variables ?? {}).find(name => RESERVED.has(name));
  // documented: developer guide, configuration-envvars
  // captured: public report, for the message
  if (reserved) {
    throw invalid(
      `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved}`,
    );
  }
}

const RESERVED = new Set([
  '_HANDLER',
  'AWS_ACCESS_KEY_ID',
  'AWS_DEFAULT_REGION',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_REGION',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'LAMBDA_TASK_ROOT',
]);

function checkRange(member: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new ServiceError(
    'ValidationException',
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must be between ${min} and ${max}`,
  );
}

/** A deployment package, unpacked in a temporary directory. */
export class Code {
  readonly sha256: string;
  readonly size: number;
  readonly directory: string;

  constructor(readonly zip: Buffer) {
    this.sha256 = createHash('sha256').update(zip).digest('base64');
    this.size = zip.length;
    this.directory = mkdtempSync(join(tmpdir(), 'local-lambda-'));
    for (const [name, content] of Object.entries(unzip(zip))) {
      const file = resolve(this.directory, name);
      if (name.endsWith('/') || !file.startsWith(this.directory + sep)) continue;
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function unzip(zip: Buffer): Record<string, Uint8Array> {
  try {
    return unzipSync(zip);
  } catch {
    // captured: public report, for the message
    throw invalid('Could not unzip uploaded file. Please check your file, then try to upload again.');
  }
}

/** Reads a deployment package from an input of Create or UpdateFunctionCode. */
export async function fetchCode(input: Members, world: World): Promise<Code> {
  const { ZipFile, S3Bucket, S3Key, S3ObjectVersion } = input;
  if (ZipFile !== undefined) return new Code(Buffer.from(ZipFile, 'base64'));
  if (!S3Bucket || !S3Key) throw invalid('the local AWS runs functions from a ZipFile or from S3');
  try {
    const { Body } = await world.call('s3', 'GetObject', { Bucket: S3Bucket, Key: S3Key, VersionId: S3ObjectVersion });
    return new Code(Body);
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code === 'InvalidParameterValueException') throw error;
    // captured: public report, for the message
    throw invalid(`Error occurred while GetObject. S3 Error Code: ${error.code}. S3 Error Message: ${error.message}`);
  }
}

export const invalid = (message: string): ServiceError => new ServiceError('InvalidParameterValueException', message);
