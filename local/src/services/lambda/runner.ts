// documented: developer guide, lambda-runtime-environment, configuration-concurrency and configuration-envvars
// captured: public report, for the lines START, END and REPORT of a log
import { randomBytes } from 'crypto';
import { dirname, join } from 'path';
import { type CredentialStore, type Credentials } from '../../core/credentials';
import { type FunctionLine } from '../../core/request-log';
import { type InternalCall, type LocalClock, type Principal, ServiceError, type World } from '../../core/service';
import { ExecutionEnvironment, type Invocation, type InvocationOutcome } from './execution-environment';
import { type Code, type FunctionConfiguration } from './function';
import { FunctionLog } from './function-log';
import { type Inspection } from './inspection';

/** Lambda's runtime contains the SDK, for functions without it. Here it is the installed SDK. */
const SDK = join(dirname(require.resolve('@aws-sdk/client-iot/package.json')), '../..');

/**
 * How long an event waits for an environment, which a new one takes as well to start. unverified: that CloudFormation
 * takes longer to send the next event after an answer.
 */
const PATIENCE_MILLISECONDS = 100;

/** What the environments of a function need from outside. */
export interface RunnerOptions {
  readonly world: World;
  readonly credentials: CredentialStore;
  /** Makes calls in the name of a principal. */
  readonly callAs: (principal: Principal) => InternalCall;
  /** Is told what functions write. */
  readonly watch: (line: FunctionLine) => void;
  /** How functions are opened to a debugger, if they are. */
  readonly inspection?: Inspection;
}

/** An environment with its credentials and log. */
interface Worker {
  readonly environment: ExecutionEnvironment;
  readonly log: FunctionLog;
  /** Writes to the log. */
  readonly say: (message: string) => void;
  readonly accessKeyId: string;
  isBusy: boolean;
}

/** The result of an invocation, with the last 4 KB of its log. */
export type Result = InvocationOutcome & { readonly logTail: string };

/** Runs one version of a function: its code with its configuration. Environments stay warm between invocations. */
export class Runner {
  private workers: Worker[] = [];
  /** Whom to tell when an environment is idle, one after the other. */
  private readonly waiting = new Set<() => void>();
  private isRetired = false;

  constructor(
    private readonly configuration: FunctionConfiguration,
    readonly code: Code,
    private readonly options: RunnerOptions,
  ) {}

  /** Throws TooManyRequestsException if all of the reserved concurrency is in use. */
  async invoke(invocation: Invocation, reservedConcurrency = Infinity): Promise<Result> {
    const end = await this.options.inspection?.turnOf(this);
    try {
      return await this.invokeNow(invocation, reservedConcurrency);
    } finally {
      end?.();
    }
  }

  /** Waits for an environment that is about to be idle: what has answered CloudFormation still has to return. */
  async idle(): Promise<void> {
    if (this.workers.length === 0 || this.workers.some(({ isBusy }) => !isBusy)) return;
    await new Promise<void>(resolve => {
      const end = () => {
        clearTimeout(timer);
        this.waiting.delete(end);
        resolve();
      };
      const timer = setTimeout(end, PATIENCE_MILLISECONDS);
      this.waiting.add(end);
    });
  }

  /** Ends the environments that are idle. */
  async rest(): Promise<void> {
    await Promise.all(this.workers.filter(({ isBusy }) => !isBusy).map(({ environment }) => environment.kill()));
  }

  private async invokeNow(invocation: Invocation, reservedConcurrency: number): Promise<Result> {
    const worker = this.take(reservedConcurrency);
    try {
      return await this.run(worker, invocation);
    } finally {
      worker.isBusy = false;
      if (this.isRetired) await worker.environment.kill();
      if (!worker.environment.isAlive) this.workers = this.workers.filter(other => other !== worker);
      const [next] = this.waiting;
      next?.();
    }
  }

  /** Accepts no more invocations. Environments end when they are idle. */
  async retire(): Promise<void> {
    this.isRetired = true;
    await this.rest();
  }

  /** Ends every environment at once. */
  async kill(): Promise<void> {
    this.isRetired = true;
    await Promise.all(this.workers.map(({ environment }) => environment.kill()));
  }

  /** Ends the environments whose access key or current payload a test selects. */
  killWhere(selects: (accessKeyId: string, payload: string | undefined) => boolean): void {
    for (const { environment, accessKeyId } of this.workers) {
      if (selects(accessKeyId, environment.payload)) void environment.kill();
    }
  }

  private take(reservedConcurrency: number): Worker {
    const idle = this.workers.find(({ isBusy, environment }) => !isBusy && environment.isAlive);
    if (this.workers.filter(({ isBusy }) => isBusy).length >= reservedConcurrency) {
      const Reason = 'ReservedFunctionConcurrentInvocationLimitExceeded';
      // documented: API reference, Invoke; developer guide, configuration-concurrency
      throw new ServiceError('TooManyRequestsException', 'Rate Exceeded.', 429, { Reason });
    }
    const worker = idle ?? this.start();
    worker.isBusy = true;
    return worker;
  }

  private start(): Worker {
    const { FunctionName, Role, LoggingConfig, Timeout } = this.configuration;
    const { world, credentials, callAs, watch, inspection } = this.options;
    const principal: Principal = { kind: 'role', roleArn: Role, session: FunctionName };
    const call = callAs(principal);
    const stream = `${day(world.clock)}/[$LATEST]${randomBytes(16).toString('hex')}`;
    const logs = (operation: string, input: object) => call('logs', operation, input);
    const log = new FunctionLog(LoggingConfig.LogGroup, stream, logs, () => world.clock.now());
    const issued = credentials.issue(principal);
    const say = (message: string) => {
      log.add(message);
      watch({ functionName: FunctionName, requestId: environment.requestId, message });
    };
    const environment: ExecutionEnvironment = new ExecutionEnvironment({
      variables: this.variables(issued, stream),
      codeDirectory: this.code.directory,
      timeoutMilliseconds: Timeout * 1000,
      log: say,
      inspection,
    });
    const worker = { environment, log, say, accessKeyId: issued.accessKeyId, isBusy: false };
    this.workers.push(worker);
    return worker;
  }

  private async run({ environment, log, say }: Worker, invocation: Invocation): Promise<Result> {
    const { requestId } = invocation;
    await environment.initialized;
    log.clearTail();
    environment.requestId = requestId;
    say(`START RequestId: ${requestId} Version: $LATEST`);
    const started = performance.now();
    const outcome = await environment.invoke(invocation);
    const duration = performance.now() - started;
    if ('error' in outcome && outcome.error.errorType.startsWith('Sandbox.')) {
      say(
        `${new Date(this.options.world.clock.now()).toISOString()} ${requestId} ${outcome.error.errorMessage.split('Error: ')[1]}`,
      );
    }
    say(`END RequestId: ${requestId}`);
    say(this.report(requestId, duration, environment.memory));
    await log.flush();
    return { ...outcome, logTail: log.tail };
  }

  private report(requestId: string, duration: number, memory: number): string {
    return [
      `REPORT RequestId: ${requestId}`,
      `Duration: ${duration.toFixed(2)} ms`,
      `Billed Duration: ${Math.ceil(duration)} ms`,
      `Memory Size: ${this.configuration.MemorySize} MB`,
      `Max Memory Used: ${Math.ceil(memory / 2 ** 20)} MB`,
    ].join('\t');
  }

  private variables(
    { accessKeyId, secretAccessKey, sessionToken }: Credentials,
    stream: string,
  ): Record<string, string> {
    const { FunctionName, Handler, MemorySize, Runtime, LoggingConfig, Environment } = this.configuration;
    const { region, endpoint } = this.options.world;
    return {
      PATH: process.env.PATH ?? '',
      TZ: ':UTC',
      LANG: 'en_US.UTF-8',
      AWS_ENDPOINT_URL: endpoint,
      NODE_PATH: SDK,
      // the SDK's advice about the local version of Node.js does not belong in a function's log.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      AWS_EXECUTION_ENV: `AWS_Lambda_${Runtime}`,
      ...Environment?.Variables,
      _HANDLER: Handler,
      LAMBDA_TASK_ROOT: this.code.directory,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
      AWS_LAMBDA_FUNCTION_NAME: FunctionName,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(MemorySize),
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: LoggingConfig.LogGroup,
      AWS_LAMBDA_LOG_STREAM_NAME: stream,
    };
  }
}

const day = (clock: LocalClock): string => new Date(clock.now()).toISOString().slice(0, 10).replaceAll('-', '/');
