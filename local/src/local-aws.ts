import { Authorizer } from './authorization';
import { Calls } from './calls';
import { CredentialStore } from './credentials';
import { Faults } from './faults';
import { Gateway } from './gateway';
import { Responses } from './responses';
import { Server } from './server';
import { type InternalCall, type LocalClock, type Members, type Principal, type World } from './service';
import { type Services, createServices } from './services';
import { type Throttle, Throttles } from './throttles';
import { WeChat } from './wechat';

export interface LocalAwsOptions {
  /** The port on 127.0.0.1. @default - a free one */
  readonly port?: number;
  /** @default 'us-east-1' */
  readonly region?: string;
  /** Twelve digits. @default '111111111111' */
  readonly account?: string;
  /** Time for everything but the running functions, which are processes of their own. @default - the system's */
  readonly clock?: LocalClock;
  /** Whether calls of roles are held against the roles' policies. @default true */
  readonly authorize?: boolean;
  /** Milliseconds before the retries of a failed asynchronous invocation or delivery of an event. @default [50, 100] */
  readonly asyncRetryDelays?: readonly number[];
}

const systemClock: LocalClock = {
  now: () => Date.now(),
  // the server keeps the process alive; what still sleeps after it does not.
  sleep: milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds).unref()),
};

/** An AWS account in one region, over HTTP on loopback. */
export class LocalAws {
  /** Starts listening. */
  static async start(options: LocalAwsOptions = {}): Promise<LocalAws> {
    const aws = new LocalAws(options);
    aws.port = await aws.server.listen(options.port ?? 0);
    return aws;
  }

  readonly region: string;
  readonly account: string;
  /** Every call, in the order in which they came. */
  readonly calls = new Calls();
  /** Faults at calls of choice. */
  readonly faults: Faults;
  /** The answers of custom resources. */
  readonly responses: Responses;
  /** The WeChat API. */
  readonly weChat: WeChat;
  private readonly throttles: Throttles;
  private readonly gateway: Gateway;
  private readonly server: Server;
  private readonly services: Services;
  private readonly clock: LocalClock;
  private port = 0;

  private constructor(options: LocalAwsOptions) {
    const { region = 'us-east-1', account = '111111111111', clock = systemClock, authorize = true } = options;
    const { asyncRetryDelays = [50, 100] } = options;
    this.region = region;
    this.account = account;
    this.clock = clock;
    this.faults = new Faults(clock);
    this.throttles = new Throttles(clock);
    this.responses = new Responses(clock, () => this.endpoint, region);
    this.weChat = new WeChat(clock, () => this.endpoint);
    const credentials = new CredentialStore();
    this.services = createServices({
      world: name => this.world(name),
      callAs: principal => this.callAs(principal),
      credentials,
      asyncRetryDelays,
    });
    this.gateway = new Gateway({
      calls: this.calls,
      faults: this.faults,
      throttles: this.throttles,
      authorizer: authorize ? new Authorizer(this.services.iam, account, region) : undefined,
      now: () => clock.now(),
    });
    for (const service of Object.values(this.services)) {
      this.gateway.register(service, this.world(`${service.signingName}.amazonaws.com`));
    }
    this.server = new Server({
      gateway: this.gateway,
      credentials,
      responses: this.responses,
      weChat: this.weChat,
      killHolder: holder => this.lambda.killWhere(accessKeyId => accessKeyId === holder),
      killWorker: text => this.lambda.killWhere((_, payload) => payload?.includes(text) ?? false),
    });
  }

  /** `http://127.0.0.1:PORT` */
  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Environment variables by which the SDKs, the AWS CLI and the CDK CLI talk to it. */
  get env(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: this.endpoint,
      AWS_REGION: this.region,
      AWS_DEFAULT_REGION: this.region,
      AWS_ACCESS_KEY_ID: 'AKIADEVELOPER',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_EC2_METADATA_DISABLED: 'true',
      CDK_DEFAULT_ACCOUNT: this.account,
      CDK_DEFAULT_REGION: this.region,
    };
  }

  get cloudFormation(): Services['cloudFormation'] {
    return this.services.cloudFormation;
  }

  get glue(): Services['glue'] {
    return this.services.glue;
  }

  get cloudWatch(): Services['cloudWatch'] {
    return this.services.cloudWatch;
  }

  get events(): Services['events'] {
    return this.services.events;
  }

  get iam(): Services['iam'] {
    return this.services.iam;
  }

  get iot(): Services['iot'] {
    return this.services.iot;
  }

  get lambda(): Services['lambda'] {
    return this.services.lambda;
  }

  get logs(): Services['logs'] {
    return this.services.logs;
  }

  get s3(): Services['s3'] {
    return this.services.s3;
  }

  get secretsManager(): Services['secretsManager'] {
    return this.services.secretsManager;
  }

  get sns(): Services['sns'] {
    return this.services.sns;
  }

  get sqs(): Services['sqs'] {
    return this.services.sqs;
  }

  get ssm(): Services['ssm'] {
    return this.services.ssm;
  }

  get stepFunctions(): Services['stepFunctions'] {
    return this.services.stepFunctions;
  }

  /** Holds calls to a quota. */
  throttle(throttle: Throttle): void {
    this.throttles.add(throttle);
  }

  /** Takes all quotas away. */
  unthrottle(): void {
    this.throttles.clear();
  }

  /** Calls an operation without HTTP, as the developer. Throws ServiceError. */
  async call(signingName: string, operation: string, input: object): Promise<Members> {
    return this.callAs({ kind: 'developer' })(signingName, operation, input);
  }

  /** Waits until no event is under way, no execution of a state machine runs and no asynchronous invocation is due. */
  async settled(): Promise<void> {
    let calls: number;
    do {
      calls = this.calls.length;
      await this.events.settled();
      await this.stepFunctions.settled();
      await this.lambda.settled();
      // each of them may have started another, which takes a call.
    } while (this.calls.length !== calls);
  }

  /** Ends everything that runs. */
  async stop(): Promise<void> {
    this.faults.clear();
    this.events.stop();
    this.stepFunctions.stop();
    await this.lambda.stop();
    await this.server.close();
  }

  private callAs(principal: Principal): InternalCall {
    return (service, operation, input) => this.gateway.call({ service, operation, input, principal, via: 'internal' });
  }

  private world(servicePrincipal: string): World {
    const { region, account, clock, responses } = this;
    const endpoint = () => this.endpoint;
    return {
      region,
      account,
      partition: 'aws',
      clock,
      responses,
      get endpoint() {
        return endpoint();
      },
      arn: (service, resource, options) =>
        `arn:aws:${service}:${options?.region ?? region}:${options?.account ?? account}:${resource}`,
      call: this.callAs({ kind: 'service', name: servicePrincipal }),
    };
  }
}
