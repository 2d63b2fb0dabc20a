/** How functions are opened to a debugger: with the inspector of Node.js, on one port, and so one function at a time. */

export interface Inspect {
  /** On 127.0.0.1. */
  readonly port: number;
  /** Whether a function waits for a debugger before its first line. @default false */
  readonly isBreaking?: boolean;
}

/** What has environments: one function. */
interface Inspected {
  /** Ends the environments that are idle, so that the port is free. */
  rest(): Promise<void>;
}

export class Inspection {
  private last: Promise<unknown> = Promise.resolve();
  private holder: Inspected | undefined;

  constructor(
    private readonly inspect: Inspect,
    private readonly tell: (line: string) => void,
  ) {}

  /** Of the processes. */
  get flags(): readonly string[] {
    return [`--inspect${this.isWaitedFor ? '-brk' : ''}=127.0.0.1:${this.inspect.port}`];
  }

  /** Whether a process does nothing until a debugger is there. */
  get isWaitedFor(): boolean {
    return this.inspect.isBreaking ?? false;
  }

  /** Waits until no other invocation runs. Returns what ends the turn. */
  async turnOf(inspected: Inspected): Promise<() => void> {
    const before = this.last;
    let end!: () => void;
    this.last = new Promise<void>(resolve => (end = resolve));
    await before;
    if (this.holder !== inspected) await this.holder?.rest();
    this.holder = inspected;
    return end;
  }

  /** Takes what the inspector says for the developer; whatever else is written is the function's. */
  hears(line: string): boolean {
    if (!INSPECTOR.test(line)) return false;
    this.tell(line);
    return true;
  }

  isAttaching(line: string): boolean {
    return line.startsWith('Debugger attached');
  }
}

const INSPECTOR =
  /^(?:Debugger (?:listening|attached|ending)|For help, see: https:\/\/nodejs\.org|Waiting for the debugger|Starting inspector on)/;
