// documented: API reference, each operation
import { createHash, randomUUID } from 'crypto';
import { type Operation, ServiceError } from '../../core/service';
import { headers, noContent, xml } from './answers';
import { onObject } from './needs';
import { written } from './operations-objects';
import type { S3 } from './service';

interface Upload {
  readonly contentType?: string;
  readonly metadata?: Record<string, string>;
  readonly parts: Map<number, Buffer>;
}

const query = { uploadId: 'UploadId', partNumber: 'PartNumber' };

/** Uploads in parts, which the SDK uses for large assets. */
export function uploadOperations(s3: S3): Record<string, Operation> {
  const uploads = new Map<string, Upload>();

  const find = (id: string): Upload => {
    const upload = uploads.get(id);
    if (upload) return upload;
    throw new ServiceError('NoSuchUpload', 'The specified multipart upload does not exist.', 404, { UploadId: id });
  };

  return {
    CreateMultipartUpload: {
      http: 'POST /{Bucket}/{Key+}?uploads',
      headers: { 'content-type': 'ContentType' },
      needs: onObject(s3, 'PutObject'),
      run: ({ Bucket, Key, ContentType, Metadata }) => {
        s3.bucket(Bucket);
        const UploadId = randomUUID();
        uploads.set(UploadId, { contentType: ContentType, metadata: Metadata, parts: new Map() });
        return { Bucket, Key, UploadId };
      },
      answer: xml('InitiateMultipartUploadResult'),
    },
    UploadPart: {
      http: 'PUT /{Bucket}/{Key+}?partNumber&uploadId',
      query,
      payload: 'Body',
      needs: onObject(s3, 'PutObject'),
      run: ({ UploadId, PartNumber, Body }) => {
        find(UploadId).parts.set(Number(PartNumber), Body);
        return { ETag: `"${createHash('md5').update(Body).digest('hex')}"` };
      },
      answer: headers,
    },
    CompleteMultipartUpload: {
      http: 'POST /{Bucket}/{Key+}?uploadId',
      query,
      needs: onObject(s3, 'PutObject'),
      run: ({ Bucket, Key, UploadId }, { world }) => {
        const { parts, contentType, metadata } = find(UploadId);
        const inOrder = [...parts].sort(([a], [b]) => a - b).map(([, part]) => part);
        const digests = inOrder.map(part => createHash('md5').update(part).digest());
        const etag = `"${createHash('md5').update(Buffer.concat(digests)).digest('hex')}-${inOrder.length}"`;
        const object = { body: Buffer.concat(inOrder), contentType, metadata, etag };
        uploads.delete(UploadId);
        return { Bucket, Key, ...written(s3.bucket(Bucket).put(Key, object, new Date(world.clock.now()))) };
      },
      answer: ({ VersionId, ...members }) => {
        const answer = xml('CompleteMultipartUploadResult')(members);
        return { ...answer, headers: { ...answer.headers, ...headers({ VersionId }).headers } };
      },
    },
    AbortMultipartUpload: {
      http: 'DELETE /{Bucket}/{Key+}?uploadId',
      query,
      needs: onObject(s3, 'AbortMultipartUpload'),
      run: ({ UploadId }) => {
        find(UploadId);
        uploads.delete(UploadId);
      },
      answer: noContent,
    },
  };
}
