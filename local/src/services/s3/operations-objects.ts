// documented: API reference, each operation
import { type Members, type Operation, ServiceError } from '../../core/service';
import { headers, noContent, xml } from './answers';
import { type ObjectVersion } from './bucket';
import { onObject, toRead } from './needs';
import type { S3 } from './service';

export const objectOperations = (s3: S3): Record<string, Operation> => ({
  PutObject: {
    http: 'PUT /{Bucket}/{Key+}',
    headers: { 'content-type': 'ContentType' },
    payload: 'Body',
    needs: onObject(s3, 'PutObject'),
    run: ({ Bucket, Key, Body = '', ContentType, Metadata }, { world }) => {
      const object = { body: Buffer.from(Body), contentType: ContentType, metadata: Metadata };
      return written(s3.bucket(Bucket).put(Key, object, new Date(world.clock.now())));
    },
    answer: headers,
  },
  GetObject: {
    http: 'GET /{Bucket}/{Key+}',
    headers: { range: 'Range' },
    query: { versionId: 'VersionId' },
    needs: toRead(s3),
    run: input => {
      const { Body, ...object } = read(s3, input);
      return { ...object, ...ranged(Body, input.Range) };
    },
    answer: headers,
  },
  HeadObject: {
    http: 'HEAD /{Bucket}/{Key+}',
    query: { versionId: 'VersionId' },
    needs: toRead(s3),
    run: input => {
      const { Body, ...object } = read(s3, input);
      return { ...object, ContentLength: Body.length };
    },
    answer: headers,
  },
  DeleteObject: {
    http: 'DELETE /{Bucket}/{Key+}',
    query: { versionId: 'VersionId' },
    needs: onObject(s3, 'DeleteObject'),
    run: (input, { world }) => remove(s3, input, new Date(world.clock.now())),
    answer: noContent,
  },
  DeleteObjects: {
    http: 'POST /{Bucket}?delete',
    needs: (input, world) => victims(input).flatMap(victim => onObject(s3, 'DeleteObject')(victim, world)),
    run: (input, { world }) => ({
      Deleted: victims(input).map(victim => {
        const { VersionId, DeleteMarker } = remove(s3, victim, new Date(world.clock.now()));
        return {
          Key: victim.Key,
          VersionId: victim.VersionId,
          DeleteMarker,
          DeleteMarkerVersionId: DeleteMarker && VersionId,
        };
      }),
    }),
    answer: xml('DeleteResult'),
  },
});

export const written = ({ content, versionId }: ObjectVersion): Members => ({
  ETag: content!.etag,
  VersionId: shown(versionId),
  ServerSideEncryption: 'AES256',
});

function read(s3: S3, { Bucket, Key, VersionId }: Members) {
  const { content, versionId, lastModified } = s3.bucket(Bucket).get(Key, VersionId);
  return {
    Body: content.body,
    ETag: content.etag,
    ContentType: content.contentType,
    Metadata: content.metadata,
    VersionId: shown(versionId),
    LastModified: lastModified,
    AcceptRanges: 'bytes',
  };
}

function ranged(body: Buffer, range?: string) {
  if (!range) return { Body: body, ContentLength: body.length };
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [];
  const start = first ? Number(first) : Math.max(0, body.length - Number(last));
  const end = first && last ? Math.min(Number(last), body.length - 1) : body.length - 1;
  if (!(start <= end)) throw new ServiceError('InvalidRange', 'The requested range is not satisfiable', 416);
  const Body = body.subarray(start, end + 1);
  return { Body, ContentLength: Body.length, ContentRange: `bytes ${start}-${end}/${body.length}` };
}

function remove(s3: S3, { Bucket, Key, VersionId }: Members, now: Date) {
  const { versionId, marker } = s3.bucket(Bucket).delete(Key, now, VersionId);
  return { VersionId: shown(versionId), DeleteMarker: marker || undefined };
}

const victims = ({ Bucket, Delete }: Members): { Bucket: string; Key: string; VersionId?: string }[] =>
  [Delete.Objects ?? Delete.Object].flat().map(({ Key, VersionId }) => ({ Bucket, Key, VersionId }));

/** Without versioning, answers have no version ids. */
const shown = (versionId?: string): string | undefined => (versionId === 'null' ? undefined : versionId);
