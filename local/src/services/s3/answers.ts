// documented: API reference, the headers of each answer
import { type Members } from '../../core/service';
import { type HttpAnswer } from '../../wire/protocol';
import { xmlDocument } from '../../wire/s3';

/** An answer whose members are the children of one XML element. */
export const xml =
  (root: string) =>
  (result: Members): HttpAnswer => ({
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: xmlDocument(root, result),
  });

const HEADERS: Readonly<Record<string, string>> = {
  ETag: 'etag',
  VersionId: 'x-amz-version-id',
  ContentType: 'content-type',
  ContentLength: 'content-length',
  ContentRange: 'content-range',
  AcceptRanges: 'accept-ranges',
  BucketRegion: 'x-amz-bucket-region',
  Location: 'location',
  DeleteMarker: 'x-amz-delete-marker',
  ServerSideEncryption: 'x-amz-server-side-encryption',
};

/** An answer whose members are headers; a Body is the body. */
export function headers({ Body, LastModified, Metadata = {}, ...members }: Members): HttpAnswer {
  const named = Object.entries(members).filter(([name, value]) => HEADERS[name] && value !== undefined);
  return {
    status: members.ContentRange ? 206 : 200,
    headers: {
      ...Object.fromEntries(named.map(([name, value]) => [HEADERS[name], String(value)])),
      ...Object.fromEntries(Object.entries(Metadata).map(([name, value]) => [`x-amz-meta-${name}`, String(value)])),
      ...(LastModified && { 'last-modified': LastModified.toUTCString() }),
    },
    body: Body,
  };
}

/** An answer without a body. */
export const noContent = (result: Members): HttpAnswer => ({ ...headers(result ?? {}), status: 204 });
