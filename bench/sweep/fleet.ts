import { IoTClient, type IoTClientConfig } from '@aws-sdk/client-iot';
import { type Clock } from '../../lambda/runtime/clock';
import { type Quota, TokenBucketService, random } from '../../testing/token-bucket';

export const JOB = 'ota';
export const PACKAGE = 'brake-ecu';

const ACCOUNT = 'arn:aws:iot:eu-central-1:111111111111';
const EXECUTIONS_PER_PAGE = 250;
export const VERSIONS_PER_PAGE = 100;
/** Long before anything that is measured. */
const QUEUED_AT = new Date(Date.UTC(2025, 0, 1));

export interface FleetOptions {
  readonly executions?: number;
  readonly versions?: number;
  /** Of each operation by itself. */
  readonly quota: Quota;
  /** Milliseconds of a round trip, at least and at most. */
  readonly latency: readonly [number, number];
}

type Input = Readonly<Record<string, unknown>>;

/** The executions of one job and the versions of one package, as AWS IoT has them: each operation has a quota of its own. */
export class Fleet {
  private readonly services = new Map<string, TokenBucketService>();
  private readonly things: Map<string, number>;
  private readonly versions: string[];
  private readonly roundTrip: () => number;

  constructor(
    private readonly clock: Clock,
    private readonly options: FleetOptions,
  ) {
    const { executions = 0, versions = 0, latency } = options;
    const next = random(executions + versions);
    this.roundTrip = () => latency[0] + next() * (latency[1] - latency[0]);
    this.things = new Map(Array.from({ length: executions }, (_, index) => [`thing-${index}`, index]));
    this.versions = Array.from({ length: versions }, (_, index) => `1.${index}.0`);
  }

  /** What is not removed. */
  get left(): number {
    return this.things.size + this.versions.length;
  }

  /** The calls of each operation, those that were throttled too. */
  get calls(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      [...this.services].map(([name, { admitted, throttled }]) => [name, admitted + throttled]),
    );
  }

  /** The quotas of all operations become others. */
  change(quota: Quota): void {
    for (const service of this.services.values()) service.change(quota);
  }

  /** One operation behind its quota. */
  service(operation: string): TokenBucketService {
    let service = this.services.get(operation);
    if (!service) {
      service = new TokenBucketService(this.clock, this.options.quota, this.roundTrip);
      this.services.set(operation, service);
    }
    return service;
  }

  /** The SDK's own client, with its retries; its requests come here. */
  client(config: Pick<IoTClientConfig, 'retryMode' | 'maxAttempts'>): IoTClient {
    const client = new IoTClient({
      ...config,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    client.middlewareStack.add(
      (_, { commandName }) =>
        async ({ input }) => {
          const operation = String(commandName).replace(/Command$/, '');
          await this.service(operation).request();
          return { output: { $metadata: {}, ...this.answer(operation, input as Input) }, response: {} } as never;
        },
      { step: 'deserialize', name: 'fleet', priority: 'high' },
    );
    return client;
  }

  private answer(operation: string, input: Input): object {
    switch (operation) {
      case 'DescribeJob':
        return { job: { jobId: JOB, status: 'COMPLETED' } };
      case 'ListJobExecutionsForJob':
        return this.executionsOfJob(input);
      case 'ListJobExecutionsForThing':
        return { executionSummaries: this.things.has(String(input.thingName)) ? [executionOf({ jobId: JOB })] : [] };
      case 'DeleteJobExecution':
        if (!this.things.delete(String(input.thingName))) throw missing();
        return {};
      case 'ListPackageVersions':
        return this.page(input);
      case 'GetPackage':
        return { packageName: PACKAGE, defaultVersionName: '0.0.1' };
      case 'ListTagsForResource':
        return { tags: [] };
      case 'ListJobs':
        return { jobs: [] };
      case 'DeletePackageVersion':
        this.versions.splice(this.versions.indexOf(String(input.versionName)), 1);
        return {};
      default:
        throw new Error(`the fleet does not know ${operation}`);
    }
  }

  private executionsOfJob({ nextToken }: Input): object {
    const after = nextToken === undefined ? -1 : Number(nextToken);
    const executionSummaries = [];
    let last = after;
    for (const [thing, index] of this.things) {
      if (index <= after) continue;
      if (executionSummaries.length === EXECUTIONS_PER_PAGE) return { executionSummaries, nextToken: String(last) };
      executionSummaries.push(executionOf({ thingArn: `${ACCOUNT}:thing/${thing}` }));
      last = index;
    }
    return { executionSummaries };
  }

  private page({ nextToken }: Input): object {
    const from = nextToken === undefined ? 0 : this.versions.findIndex(name => minor(name) > minor(String(nextToken)));
    const names = from < 0 ? [] : this.versions.slice(from, from + VERSIONS_PER_PAGE);
    return {
      packageVersionSummaries: names.map(versionName => ({
        versionName,
        status: 'PUBLISHED',
        creationDate: new Date(QUEUED_AT.getTime() + minor(versionName) * 1000),
      })),
      nextToken: from >= 0 && from + VERSIONS_PER_PAGE < this.versions.length ? names.at(-1) : undefined,
    };
  }
}

const minor = (versionName: string) => Number(versionName.split('.')[1]);

const executionOf = (more: object) => ({
  ...more,
  jobExecutionSummary: { status: 'SUCCEEDED', executionNumber: 1, queuedAt: QUEUED_AT, lastUpdatedAt: QUEUED_AT },
});

const missing = () => Object.assign(new Error('no such execution'), { name: 'ResourceNotFoundException' });
