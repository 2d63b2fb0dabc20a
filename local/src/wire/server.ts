// documented: API reference, "Common Errors"; user guide (IAM), signing-elements, for the credential scope
import { randomUUID } from 'crypto';
import { type Server as HttpServer, type IncomingMessage, type ServerResponse, createServer } from 'http';
import { type AddressInfo } from 'net';
import { type CredentialStore } from '../core/credentials';
import { type Endpoint } from '../core/endpoint';
import { ConnectionCut } from '../core/faults';
import { type Gateway } from '../core/gateway';
import { type Principal, ServiceError } from '../core/service';
import { type HttpAnswer, type HttpRequest, stringify } from './protocol';
import { protocols } from './index';

export interface ServerParts {
  readonly gateway: Gateway;
  readonly credentials: CredentialStore;
  /** The endpoints beside the services of AWS. */
  readonly endpoints: readonly Endpoint[];
  /** Kills the process that has an access key. */
  readonly killHolder: (accessKeyId: string) => void;
  /** Kills the processes that work on an event, by a text in it. */
  readonly killWorker: (text: string) => void;
}

/** All services on one loopback port. */
export class Server {
  private readonly http: HttpServer;

  constructor(private readonly parts: ServerParts) {
    this.http = createServer((request, response) => {
      void this.serve(request, response);
    });
    // the SDKs keep connections alive; an early close races with their next request.
    this.http.keepAliveTimeout = 0;
  }

  /** Listens and returns the port. */
  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.http.once('error', reject);
      this.http.listen(port, '127.0.0.1', resolve);
    });
    return (this.http.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = new Promise(resolve => this.http.close(resolve));
    this.http.closeAllConnections();
    await closed;
  }

  private async serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const request = await read(message);
      send(response, await this.answer(request));
    } catch (error) {
      if (!(error instanceof ConnectionCut)) console.error(error);
      // a message that has been read whole no longer takes its connection with it.
      message.socket.destroy();
    }
  }

  /** Answers a request. Throws ConnectionCut. */
  answer(request: HttpRequest): Promise<HttpAnswer> {
    const endpoint = this.parts.endpoints.find(each => each.isFor(request));
    return endpoint ? this.unsigned(endpoint, request) : this.service(request);
  }

  private async unsigned(endpoint: Endpoint, request: HttpRequest): Promise<HttpAnswer> {
    const { gateway, killWorker } = this.parts;
    const { operation, input, about, run } = endpoint.read(request);
    const principal = { kind: 'developer' } as const;
    const kill = () => killWorker(about);
    try {
      const incoming = { service: endpoint.recordedAs, operation, input, principal, via: 'http', kill } as const;
      return await gateway.aside(incoming, run);
    } catch (error) {
      if (error instanceof ServiceError) return endpoint.writeError(error);
      throw error;
    }
  }

  private async service(request: HttpRequest): Promise<HttpAnswer> {
    const { gateway, credentials, killHolder } = this.parts;
    const { accessKeyId, signingName } = scopeOf(request);
    const service = gateway.find(signingName);
    if (!service) return noService(signingName);
    const protocol = protocols[service.protocol];
    try {
      const principal = identify(credentials, accessKeyId);
      const { operation, input } = await protocol.read(request, service);
      const kill = () => killHolder(accessKeyId);
      const result = await gateway.call({ service: signingName, operation, input, principal, via: 'http', kill });
      return protocol.write(result, operation, service);
    } catch (error) {
      if (error instanceof ConnectionCut) throw error;
      return protocol.writeError(error instanceof ServiceError ? error : internal(error), service);
    }
  }
}

/** The credential scope of a signed or presigned request: `KEY/DATE/REGION/SERVICE/aws4_request`. */
function scopeOf(request: HttpRequest): { accessKeyId: string; signingName: string } {
  const header = /Credential=([^,\s]+)/.exec(request.headers.authorization ?? '')?.[1];
  const [accessKeyId = '', , , signingName = ''] = (header ?? request.query.get('X-Amz-Credential') ?? '').split('/');
  return { accessKeyId, signingName };
}

function identify(credentials: CredentialStore, accessKeyId: string): Principal {
  const principal = credentials.principalOf(accessKeyId);
  if (principal) return principal;
  // documented: API reference, "Common Errors"
  throw new ServiceError('UnrecognizedClientException', 'The security token included in the request is invalid.', 403);
}

const noService = (signingName: string): HttpAnswer => ({
  status: signingName ? 501 : 403,
  headers: { 'content-type': 'application/json' },
  body: stringify(
    signingName
      ? { __type: 'NotImplemented', message: `the local AWS has no service ${signingName}` }
      : { __type: 'MissingAuthenticationToken', message: 'Missing Authentication Token' },
  ),
});

/**
 * A defect of the local AWS itself. The answer has the details, because nothing else shows them. documented: API
 * reference, "Common Errors", for the code
 */
function internal(error: unknown): ServiceError {
  console.error(error);
  return new ServiceError('InternalFailure', error instanceof Error ? error.message : String(error), 500);
}

async function read(message: IncomingMessage): Promise<HttpRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const [path, query = ''] = (message.url ?? '/').split(/\?(.*)/s);
  return {
    method: message.method ?? 'GET',
    path,
    query: new URLSearchParams(query),
    headers: message.headers as Record<string, string>,
    body: Buffer.concat(chunks),
  };
}

function send(response: ServerResponse, answer: HttpAnswer): void {
  const requestId = randomUUID();
  response.writeHead(answer.status, {
    'x-amzn-requestid': requestId,
    'x-amz-request-id': requestId,
    ...answer.headers,
  });
  response.end(answer.body);
}
