// documented: API reference, ErrorResponses, DeleteObject and ListObjectsV2, also for the order
import { createHash, randomBytes } from 'crypto';
import { ServiceError } from '../../core/service';

/** A version of an object, or the marker that it was deleted. documented: user guide, DeleteMarker */
export interface ObjectVersion {
  /** `null` if the bucket was not versioned when the object was written. */
  readonly versionId: string;
  readonly lastModified: Date;
  /** Absent for a delete marker. */
  readonly content?: ObjectContent;
}

export interface ObjectContent {
  readonly body: Buffer;
  /** The ETag with its quotes. documented: user guide, checking-object-integrity */
  readonly etag: string;
  readonly contentType: string;
  /** The user metadata, without the prefix `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface NewObject {
  readonly body: Buffer;
  readonly contentType?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** The ETag of an object that was uploaded in parts. @default - the body's hash */
  readonly etag?: string;
}

/** A bucket of S3. */
export class Bucket {
  versioning: 'Enabled' | 'Suspended' | undefined;
  policy: object | undefined;
  /** The rules of the default encryption. */
  encryption: readonly object[] = [
    { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false },
  ];
  /** The versions of each object, newest last. */
  private readonly versions = new Map<string, ObjectVersion[]>();

  constructor(
    readonly name: string,
    readonly created: Date,
  ) {}

  put(key: string, object: NewObject, now: Date): ObjectVersion {
    const { body, contentType = 'binary/octet-stream', metadata = {} } = object;
    const etag = object.etag ?? `"${createHash('md5').update(body).digest('hex')}"`;
    return this.add(key, now, { body, contentType, metadata, etag });
  }

  /** Whether the object exists now. */
  has(key: string): boolean {
    return this.versions.get(key)?.at(-1)?.content !== undefined;
  }

  /** Throws NoSuchKey, NoSuchVersion and, for a delete marker, MethodNotAllowed. */
  get(key: string, versionId?: string): ObjectVersion & { readonly content: ObjectContent } {
    const versions = this.versions.get(key) ?? [];
    const found = versionId === undefined ? versions.at(-1) : versions.find(version => version.versionId === versionId);
    if (found?.content) return found as ObjectVersion & { readonly content: ObjectContent };
    if (versionId === undefined)
      throw new ServiceError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key });
    if (found)
      throw new ServiceError('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405);
    throw new ServiceError('NoSuchVersion', 'The specified version does not exist.', 404, {
      Key: key,
      VersionId: versionId,
    });
  }

  /** Deletes a version finally, or the object: with a delete marker if the bucket is versioned. */
  delete(key: string, now: Date, versionId?: string): { readonly versionId?: string; readonly marker: boolean } {
    const versions = this.versions.get(key) ?? [];
    if (versionId !== undefined) {
      const found = versions.find(version => version.versionId === versionId);
      this.keep(
        key,
        versions.filter(version => version !== found),
      );
      return { versionId, marker: found !== undefined && !found.content };
    }
    if (!this.versioning) {
      this.versions.delete(key);
      return { marker: false };
    }
    return { versionId: this.add(key, now).versionId, marker: true };
  }

  /** The current objects, in the order of their keys. */
  objects(prefix = ''): (readonly [key: string, current: ObjectVersion & { readonly content: ObjectContent }])[] {
    return this.allVersions(prefix).flatMap(([key, versions]) => {
      const current = versions.at(-1);
      return current?.content ? [[key, { ...current, content: current.content }] as const] : [];
    });
  }

  allVersions(prefix = ''): [key: string, versions: readonly ObjectVersion[]][] {
    const keys = [...this.versions.keys()].filter(key => key.startsWith(prefix));
    // S3 sorts by UTF-8 bytes.
    keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    return keys.map(key => [key, this.versions.get(key)!]);
  }

  get isEmpty(): boolean {
    return this.versions.size === 0;
  }

  private add(key: string, now: Date, content?: ObjectContent): ObjectVersion {
    const versionId = this.versioning === 'Enabled' ? randomBytes(16).toString('base64url') : 'null';
    const others = (this.versions.get(key) ?? []).filter(
      version => version.versionId !== 'null' || versionId !== 'null',
    );
    const added = { versionId, lastModified: now, content };
    this.keep(key, [...others, added]);
    return added;
  }

  private keep(key: string, versions: ObjectVersion[]): void {
    if (versions.length > 0) this.versions.set(key, versions);
    else this.versions.delete(key);
  }
}
