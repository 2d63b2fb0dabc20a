// documented: API reference, ListObjectsV2 and ListObjectVersions
import { type Members } from '../../core/service';
import { type Bucket } from './bucket';

const PAGE = 1000;

/** A page of ListObjectsV2. A continuation token is the last key of the page before. */
export function listObjects(bucket: Bucket, input: Members): object {
  const { Prefix = '', Delimiter, StartAfter = '', ContinuationToken } = input;
  const maxKeys = Math.min(Number(input.MaxKeys ?? PAGE), PAGE);
  const after = ContinuationToken === undefined ? StartAfter : Buffer.from(ContinuationToken, 'base64').toString();
  const groups = new Map<string, object>();
  for (const [key, { content, lastModified }] of bucket.objects(Prefix)) {
    const end = Delimiter ? key.indexOf(Delimiter, Prefix.length) : -1;
    const group = end < 0 ? key : key.slice(0, end + Delimiter.length);
    if (group <= after || groups.has(group)) continue;
    const { etag, body } = content;
    const object = { Key: key, LastModified: lastModified, ETag: etag, Size: body.length, StorageClass: 'STANDARD' };
    groups.set(group, end < 0 ? object : { Prefix: group });
  }
  const page = [...groups].slice(0, maxKeys);
  const IsTruncated = groups.size > page.length;
  return {
    Name: bucket.name,
    Prefix,
    MaxKeys: maxKeys,
    KeyCount: page.length,
    IsTruncated,
    Contents: page.flatMap(([, object]) => ('Key' in object ? [object] : [])),
    CommonPrefixes: page.flatMap(([, object]) => ('Key' in object ? [] : [object])),
    ...(IsTruncated && { NextContinuationToken: Buffer.from(page.at(-1)![0]).toString('base64') }),
  };
}

/** All versions and delete markers, in one page. */
export function listVersions(bucket: Bucket, { Prefix = '' }: Members): object {
  const all = bucket.allVersions(Prefix).flatMap(([Key, versions]) =>
    versions
      .map(({ versionId: VersionId, lastModified: LastModified, content }, i) => ({
        described: { Key, VersionId, IsLatest: i === versions.length - 1, LastModified },
        content,
      }))
      .reverse(),
  );
  return {
    Name: bucket.name,
    Prefix,
    IsTruncated: false,
    Versions: all.flatMap(({ described, content }) =>
      content ? [{ ...described, ETag: content.etag, Size: content.body.length }] : [],
    ),
    DeleteMarkers: all.flatMap(({ described, content }) => (content ? [] : [described])),
  };
}
