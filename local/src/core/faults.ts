// documented: API reference, "Common Errors", for ThrottlingException. Everything else in this file is what a test
// wants
import { type CallFilter, type CallRecord, selects } from './calls';
import { type LocalClock, type Members, ServiceError } from './service';

/** Kills the process of the caller. Absent if the caller is not a Lambda function. */
type Kill = (() => void) | undefined;

/** What goes wrong with a call. */
export type Trouble =
  /** The service refuses the call. */
  | { readonly error: ServiceError }
  /** The answer takes this number of milliseconds, or until `release` of the injected fault is called. */
  | { readonly stall: number | 'until released' }
  /** The connection breaks before or after the operation takes effect. */
  | { readonly cut: 'before' | 'after' }
  /** The process of the calling Lambda function dies before or after the operation takes effect. */
  | { readonly kill: 'before' | 'after' };

export interface Fault extends CallFilter {
  readonly trouble: Trouble;
  /** The inputs that the fault hits. Absent: all. */
  readonly match?: (input: Members) => boolean;
  /** The number of the first matching call that the fault hits, from 1. @default 1 */
  readonly nth?: number;
  /** How many calls the fault hits. @default 1 */
  readonly times?: number;
}

/** An injected fault. */
export interface InjectedFault {
  /** How many calls the fault has hit. */
  readonly hits: number;
  /** Settles when the fault hits its first call. */
  readonly firstHit: Promise<void>;
  /** Lets stalled calls continue. */
  release(): void;
  /** Removes the fault. Stalled calls continue. */
  remove(): void;
}

/** The connection was cut or the caller was killed, so nobody waits for an answer. */
export class ConnectionCut extends Error {
  constructor() {
    super('socket hang up');
    this.name = 'ConnectionCut';
  }
}

/** The error with which most services throttle. */
export const throttling = (): ServiceError => new ServiceError('ThrottlingException', 'Rate exceeded', 400);

/** Faults that tests inject, each at selected calls. */
export class Faults {
  private active: Injected[] = [];

  constructor(private readonly clock: LocalClock) {}

  inject(fault: Fault): InjectedFault {
    const injected = new Injected(fault, this.clock, () => {
      this.active = this.active.filter(other => other !== injected);
    });
    this.active.push(injected);
    return injected;
  }

  /** Removes all faults. Stalled calls continue. */
  clear(): void {
    for (const fault of [...this.active]) fault.remove();
  }

  /** Runs a call through the faults that hit it. */
  async around<T>(call: CallRecord, kill: Kill, run: () => Promise<T>): Promise<T> {
    const troubles = this.active.filter(fault => fault.hit(call)).map(fault => fault.strike.bind(fault));
    for (const strike of troubles) await strike('before', kill);
    const result = await run();
    for (const strike of troubles) await strike('after', kill);
    return result;
  }
}

class Injected implements InjectedFault {
  hits = 0;
  private struck!: () => void;
  readonly firstHit = new Promise<void>(resolve => (this.struck = resolve));
  private matched = 0;
  private open!: () => void;
  private readonly released = new Promise<void>(resolve => (this.open = resolve));

  constructor(
    private readonly fault: Fault,
    private readonly clock: LocalClock,
    private readonly withdraw: () => void,
  ) {}

  hit(call: CallRecord): boolean {
    const { match, nth = 1, times = 1 } = this.fault;
    if (!selects(this.fault, call) || (match && !match(call.input))) return false;
    this.matched++;
    if (this.matched < nth || this.hits >= times) return false;
    this.hits++;
    this.struck();
    return true;
  }

  async strike(moment: 'before' | 'after', kill: Kill): Promise<void> {
    const { trouble } = this.fault;
    if ('error' in trouble && moment === 'before') throw trouble.error;
    if ('stall' in trouble && moment === 'before') {
      await (typeof trouble.stall === 'number' ? this.clock.sleep(trouble.stall) : this.released);
    }
    if ('cut' in trouble && trouble.cut === moment) throw new ConnectionCut();
    if ('kill' in trouble && trouble.kill === moment) {
      kill?.();
      throw new ConnectionCut();
    }
  }

  release(): void {
    this.open();
  }

  remove(): void {
    this.withdraw();
    this.release();
  }
}
