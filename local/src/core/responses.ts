// documented: user guide (CloudFormation), "Custom resource response objects"; API reference (S3), for presigned
// URLs
// captured: public report, for the form of the ResponseURL and its 7,200 seconds: events that users have posted
import { randomBytes } from 'crypto';
import { type HttpAnswer, type HttpRequest } from '../wire/protocol';
import { type Endpoint, type UnsignedCall } from './endpoint';
import { type LocalClock, type ServiceError } from './service';

/** How long, in seconds, the URL of a response is valid. captured: public report, events that users have posted */
const RESPONSE_URL_SECONDS = 7200;

const PREFIX = '/cloudformation-custom-resource-response-';

/** A response for which CloudFormation waits. */
export interface ExpectedResponse {
  /** The event's ResponseURL. */
  readonly url: string;
  /** The body of the first accepted PUT, whatever it contains. Pending until then. */
  readonly body: Promise<string>;
  /** The bodies of all PUTs in order, including repeated answers. */
  readonly received: readonly string[];
}

interface Entry extends ExpectedResponse {
  readonly received: string[];
  accept(body: string): void;
}

/** The presigned URLs to which custom resources PUT their answers. */
export class Responses implements Endpoint {
  readonly recordedAs = 'cloudformation-response';
  private readonly expected = new Map<string, Entry>();

  constructor(
    private readonly clock: LocalClock,
    private readonly endpoint: () => string,
    private readonly region: string,
  ) {}

  /** A new URL for the answer to one event. */
  expect(event: { stackId: string; logicalId: string; requestId: string }): ExpectedResponse {
    const bucket = `cloudformation-custom-resource-response-${this.region.replaceAll('-', '')}`;
    const key = encodeURIComponent(`${event.stackId}|${event.logicalId}|${event.requestId}`);
    // two events with the same request id, as when a deployment is retried, have two URLs.
    const signature = randomBytes(32).toString('hex');
    const date = new Date(this.clock.now()).toISOString().replace(/[-:]|\.\d+/g, '');
    const query = new URLSearchParams({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Date': date,
      'X-Amz-SignedHeaders': 'host',
      'X-Amz-Expires': String(RESPONSE_URL_SECONDS),
      'X-Amz-Credential': `AKIACLOUDFORMATION/${date.slice(0, 8)}/${this.region}/s3/aws4_request`,
      'X-Amz-Signature': signature,
    });
    let accept!: (body: string) => void;
    const body = new Promise<string>(resolve => (accept = resolve));
    const entry = { url: `${this.endpoint()}/${bucket}/${key}?${query.toString()}`, body, received: [], accept };
    this.expected.set(signature, entry);
    return entry;
  }

  /** Whether a request is the answer of a custom resource. */
  isFor(request: HttpRequest): boolean {
    return request.path.startsWith(PREFIX);
  }

  read(request: HttpRequest): UnsignedCall {
    return {
      operation: 'PutResponse',
      input: { body: request.body.toString('utf8') },
      about: request.query.get('X-Amz-Signature') ?? '',
      run: () => this.put(request),
    };
  }

  writeError({ code, message, status }: ServiceError): HttpAnswer {
    return refused(code, message, status);
  }

  /** How S3 handles the PUT. */
  put(request: HttpRequest): HttpAnswer {
    const entry = this.expected.get(request.query.get('X-Amz-Signature') ?? '');
    if (!entry || new URL(entry.url).pathname !== request.path)
      return refused('SignatureDoesNotMatch', 'The request signature does not match');
    if (this.clock.now() > expiry(request.query)) return refused('AccessDenied', 'Request has expired');
    const body = request.body.toString('utf8');
    entry.received.push(body);
    entry.accept(body);
    return { status: 200 };
  }
}

function expiry(query: URLSearchParams): number {
  const date = (query.get('X-Amz-Date') ?? '').replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5');
  return Date.parse(date) + Number(query.get('X-Amz-Expires')) * 1000;
}

const refused = (code: string, message: string, status = 403): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
});
