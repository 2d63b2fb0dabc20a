// documented: Smithy, "AWS restXml protocol"
import { XMLParser } from 'fast-xml-parser';
import { ServiceError } from '../core/service';
import { type HttpRequest, type WireProtocol, successStatus } from './protocol';
import { match, outerMembers } from './rest';
import { element } from './xml';

const headers = { 'content-type': 'application/xml' };
const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false });

/** REST-XML in S3's form, path style. */
export const s3: WireProtocol = {
  async read(request, service) {
    const { operation: name, binding, path } = await match(request, service);
    const operation = service.operations[name];
    const content = body(request);
    const members = operation.payload ? { [operation.payload]: content } : parseXml(content);
    const Metadata = userMetadata(request);
    return { operation: name, input: { ...members, Metadata, ...outerMembers(request, binding), ...path } };
  },

  write(result, name, service) {
    const operation = service.operations[name];
    return operation.answer?.(result) ?? { status: successStatus(operation), headers };
  },

  writeError: error => ({
    status: error.status,
    headers,
    body: xmlDocument('Error', { Code: error.code, Message: error.message, ...error.members }),
  }),

  // documented: API reference (S3), ErrorResponses
  accessDenied: message => new ServiceError('AccessDenied', message, 403),
};

/** A document of S3: lists are repeated elements, not `member` elements. */
export function xmlDocument(root: string, content: unknown): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${flat(root, content)}`;
}

function flat(name: string, value: unknown): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map(item => flat(name, item)).join('');
  if (typeof value !== 'object' || value === null || value instanceof Date) return element(name, value);
  const members = Object.entries(value).map(([member, content]) => flat(member, content));
  return `<${name}>${members.join('')}</${name}>`;
}

/** The root of the document is the input's member with this name. */
function parseXml(content: Buffer): object {
  if (content.length === 0) return {};
  const { '?xml': _declaration, ...members } = parser.parse(content) as Record<string, unknown>;
  return members;
}

function userMetadata(request: HttpRequest): Record<string, string> {
  const prefix = 'x-amz-meta-';
  const found = Object.entries(request.headers).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(found.map(([name, value]) => [name.slice(prefix.length), value]));
}

/** The body without the framing of the SDKs for streamed signatures and trailing checksums. */
function body(request: HttpRequest): Buffer {
  const streamed = request.headers['x-amz-content-sha256']?.startsWith('STREAMING-');
  return streamed || request.headers['content-encoding']?.includes('aws-chunked')
    ? unchunk(request.body)
    : request.body;
}

function unchunk(framed: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = framed.indexOf('\r\n', at);
    const length = parseInt(framed.toString('latin1', at, lineEnd), 16);
    // documented: API reference (S3), sigv4-streaming. unverified: the code
    if (lineEnd < 0 || Number.isNaN(length))
      throw new ServiceError('InvalidRequest', 'The aws-chunked body is malformed');
    if (length === 0) return Buffer.concat(chunks);
    chunks.push(framed.subarray(lineEnd + 2, lineEnd + 2 + length));
    at = lineEnd + 2 + length + 2;
  }
}
