import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { amzDate } from './stack';

/** How the server treats a request: it answers with a status, cuts the connection, or never answers. */
export type Reception = number | 'cut' | 'hang';

export interface Received {
  readonly method?: string;
  readonly path?: string;
  readonly contentType?: string;
  readonly body: string;
}

/** The presigned URL at which CloudFormation waits: a real listener on the loopback interface. */
export class AnswerUrl {
  readonly received: Received[] = [];
  private reactions: Reception[] = [];

  private constructor(private readonly server: Server) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void this.meet(request, response));
  }

  static async listen(): Promise<AnswerUrl> {
    const server = createServer();
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return new AnswerUrl(server);
  }

  /** Signed as CloudFormation does it, with a secret in the query. */
  url(sentAt: number): string {
    const { port } = this.server.address() as AddressInfo;
    const query = `X-Amz-Date=${amzDate(sentAt)}&X-Amz-Expires=7200&X-Amz-Security-Token=hush&X-Amz-Signature=5ec7e7`;
    return `http://127.0.0.1:${port}/arn%3Aaws%3Acloudformation/stack%7CThing%7Crequest?${query}`;
  }

  /** Treats the next requests in this way. Later requests get 200. */
  meetWith(...reactions: Reception[]): void {
    this.reactions = reactions;
  }

  /** The answers that were accepted. */
  get answers(): Record<string, unknown>[] {
    return this.received.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(resolve => this.server.close(resolve));
  }

  private async meet(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const reaction = this.reactions.shift() ?? 200;
    this.received.push({
      method: request.method,
      path: request.url,
      contentType: request.headers['content-type'],
      body: Buffer.concat(chunks).toString(),
    });
    if (reaction === 'cut') request.socket.destroy();
    else if (reaction !== 'hang') response.writeHead(reaction).end();
  }
}
