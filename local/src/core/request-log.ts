/** A line for each request, and each that a function writes, for a developer who looks on. */
import { type CallRecord } from './calls';
import { mainIdentifier } from './identifier';
import { type Principal } from './service';

/** What a function writes while it runs. */
export interface FunctionLine {
  readonly functionName: string;
  /** Absent before the first invocation. */
  readonly requestId: string | undefined;
  readonly message: string;
}

export class RequestLog {
  constructor(
    private readonly write: (line: string) => void,
    private readonly now: () => number,
  ) {}

  /** A request that is answered, or whose connection was cut. Who has sent an unsigned one is not known. */
  answered(record: CallRecord, { isSigned }: { readonly isSigned: boolean }): void {
    // a function's log is shown as it is written, and not as the calls that keep it.
    if (record.service === 'logs' && record.via === 'internal') return;
    const { service, operation, input, principal, status, error, at } = record;
    const ended = [status, error].filter(each => each !== undefined).join(' ');
    this.write(
      [
        this.time,
        `${service}.${operation}`.padEnd(OPERATION),
        mainIdentifier(input).padEnd(IDENTIFIER),
        ended,
        `${Math.max(0, this.now() - at)} ms`,
        isSigned ? callerOf(principal) : 'unsigned',
      ].join('  '),
    );
  }

  /** What a function has written. */
  said({ functionName, requestId, message }: FunctionLine): void {
    for (const line of readable(message).split('\n')) {
      this.write([this.time, functionName, requestId ?? 'starting', line].join('  '));
    }
  }

  private get time(): string {
    return new Date(this.now()).toISOString().slice(11, -1);
  }
}

const OPERATION = 32;
const IDENTIFIER = 24;

/** A role's session is the function's name. */
function callerOf(principal: Principal): string {
  if (principal.kind === 'developer') return 'developer';
  if (principal.kind === 'service') return principal.name.replace(/\.amazonaws\.com$/, '');
  return `${principal.session} as ${principal.roleArn.split('/').at(-1)}`;
}

/** The level and what is said first, then the fields; time and request id are on the line already. */
function readable(message: string): string {
  const text = message
    .trimEnd()
    .replace(/^\S+Z\t\S+\t(?=[A-Z]+\t)/, '')
    .replaceAll('\t', '  ');
  const record = parsed(text);
  if (!record) return text;
  const { level, message: said, time: _time, requestId: _id, ...fields } = record;
  return [level, said, ...Object.entries(fields).map(([name, value]) => `${name}=${inWords(value)}`)].join('  ');
}

/** A structured record: one with a level and a message. */
function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const record: unknown = JSON.parse(text);
    const isRecord = typeof record === 'object' && record !== null && 'level' in record && 'message' in record;
    return isRecord ? (record as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const inWords = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
