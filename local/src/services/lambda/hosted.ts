import { type CredentialStore, type Credentials } from '../../core/credentials';
import { type Principal, type World } from '../../core/service';
import { type FunctionError, type Invocation } from './execution-environment';
import { type FunctionConfiguration } from './function';
import { type Result } from './runner';

/** What a hosted function learns about an invocation, beside what Lambda tells. */
export interface HostedContext {
  readonly awsRequestId: string;
  readonly logGroupName: string;
  readonly functionName: string;
  getRemainingTimeInMillis(): number;
  /** The credentials of this invocation only: a killed invocation can make no more calls. */
  readonly credentials: Credentials;
  /** Aborts when the invocation is killed or its time is over. A process would end then. */
  readonly death: AbortSignal;
}

export type HostedHandler = (event: unknown, context: HostedContext) => Promise<unknown>;

export interface HostOptions {
  /**
   * The role whose policies its calls are checked against. @default - the calls are the developer's and can do
   * everything
   */
  readonly role?: string;
  /** The timeout in seconds. @default 900 */
  readonly timeout?: number;
}

interface Running {
  readonly accessKeyId: string;
  readonly payload: string;
  die(error: FunctionError): void;
}

/**
 * Runs a function in the process of the local AWS itself: fast, and accessible to a debugger. The credentials of an
 * invocation that is killed or takes too long are revoked, so that its remains do no more harm than a dead process.
 */
export class HostedRunner {
  readonly code = undefined;
  private readonly running = new Set<Running>();

  constructor(
    private readonly configuration: FunctionConfiguration,
    private readonly handler: HostedHandler,
    private readonly options: { readonly world: World; readonly credentials: CredentialStore; readonly role?: string },
  ) {}

  async invoke(invocation: Invocation): Promise<Result> {
    const { world, credentials, role } = this.options;
    const { FunctionName, LoggingConfig, Timeout } = this.configuration;
    const principal: Principal = role ? { kind: 'role', roleArn: role, session: FunctionName } : { kind: 'developer' };
    const issued = credentials.issue(principal);
    const end = world.clock.now() + Timeout * 1000;
    const death = new AbortController();
    let die!: Running['die'];
    const died = new Promise<Result>(resolve => {
      die = error => {
        credentials.revoke(issued.accessKeyId);
        death.abort();
        resolve({ error, logTail: '' });
      };
    });
    const self: Running = { accessKeyId: issued.accessKeyId, payload: invocation.payload, die };
    this.running.add(self);
    const context: HostedContext = {
      awsRequestId: invocation.requestId,
      logGroupName: LoggingConfig.LogGroup,
      functionName: FunctionName,
      getRemainingTimeInMillis: () => Math.max(0, end - world.clock.now()),
      credentials: issued,
      death: death.signal,
    };
    try {
      return await Promise.race([this.run(invocation, context), died]);
    } finally {
      this.running.delete(self);
    }
  }

  async retire(): Promise<void> {}

  async kill(): Promise<void> {
    this.killWhere(() => true);
  }

  killWhere(selects: (accessKeyId: string, payload: string | undefined) => boolean): void {
    for (const { accessKeyId, payload, die } of this.running) {
      if (selects(accessKeyId, payload)) die({ errorType: 'Runtime.ExitError', errorMessage: 'killed' });
    }
  }

  private async run({ payload }: Invocation, context: HostedContext): Promise<Result> {
    try {
      const result = await this.handler(JSON.parse(payload), context);
      return { payload: JSON.stringify(result ?? null), logTail: '' };
    } catch (error) {
      const { name, message } = error as Error;
      return { error: { errorType: name, errorMessage: message }, logTail: '' };
    }
  }
}
