import { IoTClient, type IoTClientConfig } from '@aws-sdk/client-iot';
import { type Clock } from '../../lambda/runtime/clock';
import { type Quota, TokenBucketService } from '../../testing/token-bucket';

const PAGE = 250;

/** The executions of one job behind AWS IoT's HTTP interface: they can be listed and deleted, each within its quota. */
export class Fleet {
  readonly deletions: TokenBucketService;
  readonly listings: TokenBucketService;
  private readonly left: Map<string, number>;

  constructor(executions: number, clock: Clock, quota: Quota, latency: () => number) {
    this.deletions = new TokenBucketService(clock, quota, latency);
    this.listings = new TokenBucketService(clock, quota, latency);
    this.left = new Map(Array.from({ length: executions }, (_, index) => [`thing-${index}`, index]));
  }

  get size(): number {
    return this.left.size;
  }

  /** The SDK's own client, whose requests come here. */
  client(config: Pick<IoTClientConfig, 'retryMode' | 'maxAttempts'>): IoTClient {
    return new IoTClient({
      ...config,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      requestHandler: { handle: async (request: RequestLine) => ({ response: await this.answer(request) }) },
    });
  }

  private async answer({ method, path, query }: RequestLine): Promise<Response> {
    const service = method === 'DELETE' ? this.deletions : this.listings;
    try {
      await service.request();
    } catch {
      return respond(400, { message: 'Rate exceeded' }, { 'x-amzn-errortype': 'ThrottlingException' });
    }
    if (method !== 'DELETE') return respond(200, this.page(query?.nextToken));
    this.left.delete(decodeURIComponent(path.split('/')[2]));
    return respond(200, {});
  }

  private page(token: unknown) {
    const after = token === undefined ? -1 : Number(token);
    const executionSummaries = [];
    for (const [thing, index] of this.left) {
      if (index <= after) continue;
      if (executionSummaries.length === PAGE)
        return { executionSummaries, nextToken: String(executionSummaries.at(-1)?.index) };
      executionSummaries.push({
        thingArn: `arn:aws:iot:eu-central-1:1:thing/${thing}`,
        jobExecutionSummary: { executionNumber: 1 },
        index,
      });
    }
    return { executionSummaries };
  }
}

interface RequestLine {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, unknown>>;
}

interface Response {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

const respond = (statusCode: number, body: object, headers: Record<string, string> = {}): Response => ({
  statusCode,
  headers: { 'content-type': 'application/json', ...headers },
  body: Buffer.from(JSON.stringify(body)),
});
