import { Authorizer } from './core/authorization';
import { Calls } from './core/calls';
import { CredentialStore } from './core/credentials';
import { type Endpoint } from './core/endpoint';
import { inspectOfEnvironment, logOfEnvironment } from './core/environment';
import { Faults } from './core/faults';
import { Gateway } from './core/gateway';
import { type Readings } from './core/readings';
import { RequestLog } from './core/request-log';
import { Responses } from './core/responses';
import { type InternalCall, type LocalClock, type Members, type Principal, type World } from './core/service';
import { type Throttle, Throttles } from './core/throttles';
import { type Services, createServices, isEndpoint } from './services';
import { type Inspect, Inspection } from './services/lambda/inspection';
import { type HttpAnswer, type HttpRequest } from './wire/protocol';
import { Server } from './wire/server';

export interface LocalAwsOptions {
  /** The port on 127.0.0.1. @default - a free one */
  readonly port?: number;
  /** @default 'us-east-1' */
  readonly region?: string;
  /** Twelve digits. @default '111111111111' */
  readonly account?: string;
  /** The clock of everything except the running functions, which are separate processes. @default - the system's */
  readonly clock?: LocalClock;
  /** Whether calls of roles are checked against the roles' policies. @default true */
  readonly authorize?: boolean;
  /** Milliseconds before the retries of a failed asynchronous invocation or delivery of an event. @default [50, 100] */
  readonly asyncRetryDelays?: readonly number[];
  /** How what no evidence settles is done. @default - what LOCAL_AWS_READINGS says, else 'likely' */
  readonly readings?: Readings;
  /** Takes a line for each request and each line of a function. @default - what LOCAL_AWS_LOG says, else nobody */
  readonly log?: (line: string) => void;
  /** Opens functions to a debugger. @default - what LOCAL_AWS_INSPECT and LOCAL_AWS_INSPECT_BRK say, else none */
  readonly inspect?: Inspect;
}

const systemClock: LocalClock = {
  now: () => Date.now(),
  // the server keeps the process alive, so sleeps that outlive it must not.
  sleep: milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds).unref()),
};

class Account {
  readonly region: string;
  readonly account: string;
  /** All calls, in the order in which they came. */
  readonly calls = new Calls();
  /** The faults that tests inject. */
  readonly faults: Faults;
  /** The answers of custom resources. */
  readonly responses: Responses;
  private readonly throttles: Throttles;
  private readonly gateway: Gateway;
  private readonly server: Server;
  protected readonly services: Services;
  private readonly clock: LocalClock;
  private readonly readings: Readings | undefined;
  private port = 0;

  constructor(options: LocalAwsOptions) {
    const { region = 'us-east-1', account = '111111111111', clock = systemClock, authorize = true } = options;
    const { asyncRetryDelays = [50, 100] } = options;
    this.region = region;
    this.account = account;
    this.clock = clock;
    this.readings = options.readings;
    this.faults = new Faults(clock);
    this.throttles = new Throttles(clock);
    this.responses = new Responses(clock, () => this.endpoint, region);
    const write = options.log ?? logOfEnvironment();
    const log = write && new RequestLog(write, () => clock.now());
    const inspect = options.inspect ?? inspectOfEnvironment();
    const credentials = new CredentialStore();
    this.services = createServices({
      world: name => this.world(name),
      callAs: principal => this.callAs(principal),
      credentials,
      asyncRetryDelays,
      watch: line => log?.said(line),
      inspection: inspect && new Inspection(inspect, write ?? console.error),
    });
    this.gateway = new Gateway({
      calls: this.calls,
      faults: this.faults,
      throttles: this.throttles,
      authorizer: authorize ? new Authorizer(this.services.iam, account, region) : undefined,
      now: () => clock.now(),
      log,
    });
    const endpoints: Endpoint[] = [this.responses];
    for (const each of Object.values(this.services)) {
      if (isEndpoint(each)) endpoints.push(each);
      else this.gateway.register(each, this.world(`${each.signingName}.amazonaws.com`));
    }
    Object.assign(this, this.services);
    this.server = new Server({
      gateway: this.gateway,
      credentials,
      endpoints,
      killHolder: holder => this.services.lambda.killWhere(accessKeyId => accessKeyId === holder),
      killWorker: text => this.services.lambda.killWhere((_, payload) => payload?.includes(text) ?? false),
    });
  }

  /** Starts listening. */
  async listen(port: number): Promise<void> {
    this.port = await this.server.listen(port);
  }

  /** `http://127.0.0.1:PORT` */
  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The environment variables that make the SDKs, the AWS CLI and the CDK CLI use it. */
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

  /** Sets a quota for calls. */
  throttle(throttle: Throttle): void {
    this.throttles.add(throttle);
  }

  /** Removes all quotas. */
  unthrottle(): void {
    this.throttles.clear();
  }

  /** Calls an operation as the developer, without HTTP. Throws ServiceError. */
  async call(signingName: string, operation: string, input: object): Promise<Members> {
    return this.callAs({ kind: 'developer' })(signingName, operation, input);
  }

  /** Answers an HTTP request without a socket. Throws ConnectionCut if the connection would break. */
  answer(request: HttpRequest): Promise<HttpAnswer> {
    return this.server.answer(request);
  }

  /** Waits until no event is in flight, no execution of a state machine runs and no asynchronous invocation is due. */
  async settled(): Promise<void> {
    let calls: number;
    do {
      calls = this.calls.length;
      await this.services.events.settled();
      await this.services.stepFunctions.settled();
      await this.services.lambda.settled();
      // each of them can have started another one, by a call.
    } while (this.calls.length !== calls);
  }

  /** Stops everything that runs. */
  async stop(): Promise<void> {
    this.faults.clear();
    this.services.events.stop();
    this.services.stepFunctions.stop();
    await this.services.lambda.stop();
    await this.server.close();
  }

  private callAs(principal: Principal): InternalCall {
    return (service, operation, input) => this.gateway.call({ service, operation, input, principal, via: 'internal' });
  }

  private world(servicePrincipal: string): World {
    const { region, account, clock, responses, readings } = this;
    const endpoint = () => this.endpoint;
    return {
      region,
      account,
      partition: 'aws',
      clock,
      responses,
      readings,
      get endpoint() {
        return endpoint();
      },
      arn: (service, resource, options) =>
        `arn:aws:${service}:${options?.region ?? region}:${options?.account ?? account}:${resource}`,
      call: this.callAs({ kind: 'service', name: servicePrincipal }),
    };
  }
}

/** An AWS account in one region, over HTTP on loopback. Each service is a member by its name in the registry. */
export type LocalAws = Omit<Account, 'listen'> & Services;

export const LocalAws = {
  /** Starts listening. */
  async start(options: LocalAwsOptions = {}): Promise<LocalAws> {
    const account = new Account(options);
    await account.listen(options.port ?? 0);
    return account as Account & Services;
  },
};
