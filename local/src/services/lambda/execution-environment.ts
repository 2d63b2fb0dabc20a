// documented: developer guide, lambda-runtime-environment, for the ten seconds of the init phase
// captured: public report, for the names and the words of the errors of a runtime
import { type ChildProcess, spawn } from 'child_process';
import { join } from 'path';
import { type Readable } from 'stream';
import { nodeOptionsOfEnvironment } from '../../core/environment';
import { type Inspection } from './inspection';

const BOOTSTRAP = join(__dirname, '../../../lambda-runtime/bootstrap.cjs');

/** Separates the messages of the runtime from the output of the function. */
const SEPARATOR = '\x1e';

/** How long a function's module can take to load. documented: developer guide, lambda-runtime-environment */
const INIT_MILLISECONDS = 10_000;

/** An error as Lambda returns it in the payload. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export interface Invocation {
  readonly requestId: string;
  readonly functionArn: string;
  /** The payload as JSON. */
  readonly payload: string;
}

/** The result of an invocation: JSON, or an error. */
export type InvocationOutcome = { readonly payload: string } | { readonly error: FunctionError };

type Message =
  | { readonly ready: true }
  | { readonly log: string }
  | { readonly fatal: FunctionError }
  | { readonly result: InvocationOutcome; readonly memory: number };

export interface EnvironmentOptions {
  readonly variables: Readonly<Record<string, string>>;
  readonly codeDirectory: string;
  readonly timeoutMilliseconds: number;
  /** Gets the output of the function and its runtime, one message or line at a time. */
  readonly log: (message: string) => void;
  /** How it is opened to a debugger, if it is. */
  readonly inspection?: Inspection;
}

/** A process that runs a function, one invocation at a time. */
export class ExecutionEnvironment {
  /** The memory of the process, in bytes, at the end of its last invocation. */
  memory = 0;
  /** The payload of the current invocation. */
  payload: string | undefined;
  /** Of the invocation that runs, or of the last one. */
  requestId: string | undefined;
  /** Whether a debugger may hold it, so that no time is too long. */
  private isHeld: boolean;
  private readonly process: ChildProcess;
  /** Settles when the function's module is loaded or has failed to load; `undefined` if that took too long. */
  readonly initialized: Promise<true | undefined>;
  private readonly ended: Promise<void>;
  private hasEnded = false;
  private onReady!: () => void;
  private settle: ((outcome: InvocationOutcome) => void) | undefined;
  private fatal: FunctionError | undefined;

  constructor(private readonly options: EnvironmentOptions) {
    const { inspection } = options;
    this.isHeld = inspection?.isWaitedFor ?? false;
    this.process = spawn(process.execPath, [...nodeOptionsOfEnvironment(), ...(inspection?.flags ?? []), BOOTSTRAP], {
      cwd: options.codeDirectory,
      env: { ...options.variables },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // a killed process no longer reads.
    this.process.stdin!.on('error', () => undefined);
    eachLine(this.process.stdout!, line => this.read(line));
    eachLine(this.process.stderr!, line => {
      if (!inspection?.hears(line)) options.log(line);
      else if (inspection.isAttaching(line)) this.hold();
    });
    const ready = new Promise<true>(resolve => (this.onReady = () => resolve(true)));
    this.ended = new Promise(resolve => {
      this.process.on('close', (code, signal) => {
        this.hasEnded = true;
        this.fatal ??= {
          errorType: 'Runtime.ExitError',
          errorMessage: `Runtime exited with error: ${signal ? `signal: ${words(signal)}` : `exit status ${code}`}`,
        };
        resolve();
      });
    });
    this.initialized = this.within(INIT_MILLISECONDS, Promise.race([ready, this.ended.then(() => true as const)]));
  }

  /** Whether it can run another invocation. */
  get isAlive(): boolean {
    return !this.hasEnded && this.fatal === undefined && this.process.signalCode === null && !this.process.killed;
  }

  /** Runs an invocation until it has a result. An invocation that takes too long ends the process. */
  async invoke(invocation: Invocation): Promise<InvocationOutcome> {
    const { timeoutMilliseconds } = this.options;
    this.payload = invocation.payload;
    try {
      const isInitialized = await this.initialized;
      const outcome = isInitialized && (await this.within(timeoutMilliseconds, this.run(invocation)));
      if (outcome) return outcome;
      await this.kill();
      return timedOut(invocation, isInitialized ? timeoutMilliseconds : INIT_MILLISECONDS);
    } finally {
      this.payload = undefined;
      this.settle = undefined;
    }
  }

  /** Ends the process at once and waits until it is gone. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.ended;
  }

  private run(invocation: Invocation): Promise<InvocationOutcome> {
    const deadline = Date.now() + this.options.timeoutMilliseconds;
    const result = new Promise<InvocationOutcome>(resolve => (this.settle = resolve));
    this.send({ ...invocation, deadline, isHeld: this.isHeld });
    return Promise.race([result, this.ended.then(() => crashed(invocation, this.fatal!))]);
  }

  private send(message: object): void {
    this.process.stdin!.write(`${JSON.stringify(message)}\n`);
  }

  /** A debugger is attached: from now on no time runs. */
  private hold(): void {
    this.isHeld = true;
    this.send({ isHeld: true });
  }

  /** `undefined` if it takes longer, and no debugger is the reason. */
  private async within<T>(milliseconds: number, work: Promise<T>): Promise<T | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<undefined>(resolve => {
      const over = () => (this.isHeld ? wait() : resolve(undefined));
      const wait = () => void (timer = setTimeout(over, milliseconds));
      wait();
    });
    try {
      return await Promise.race([work, limit]);
    } finally {
      clearTimeout(timer);
    }
  }

  private read(line: string): void {
    const [own, message] = line.split(SEPARATOR, 2);
    if (own) this.options.log(own);
    if (message !== undefined) this.hear(JSON.parse(message) as Message);
  }

  private hear(message: Message): void {
    if ('ready' in message) this.onReady();
    else if ('log' in message) this.options.log(message.log);
    else if ('fatal' in message) this.fatal = message.fatal;
    else {
      this.memory = message.memory;
      this.settle?.(message.result);
    }
  }
}

function eachLine(stream: Readable, take: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    lines.forEach(take);
  });
  stream.on('end', () => {
    if (rest) take(rest);
  });
}

const timedOut = ({ requestId }: Invocation, milliseconds: number): InvocationOutcome => ({
  error: {
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: Task timed out after ${(milliseconds / 1000).toFixed(2)} seconds`,
  },
});

const crashed = ({ requestId }: Invocation, fatal: FunctionError): InvocationOutcome => ({
  error:
    fatal.errorType === 'Runtime.ExitError'
      ? { ...fatal, errorMessage: `RequestId: ${requestId} Error: ${fatal.errorMessage}` }
      : fatal,
});

const words = (signal: NodeJS.Signals): string => (signal === 'SIGKILL' ? 'killed' : signal);
