import { type Members, type Principal } from './service';

/** One call of an operation, over HTTP or from one service to another. */
export interface CallRecord {
  /** The signing name. */
  readonly service: string;
  readonly operation: string;
  readonly input: Members;
  readonly principal: Principal;
  /** `http` for calls from outside, `internal` for calls of services to each other. */
  readonly via: 'http' | 'internal';
  /** Milliseconds since the epoch, by the clock of the local AWS. */
  readonly at: number;
  /** The HTTP status of the answer. Absent if the connection was cut or the answer is still due. */
  status?: number;
  /** The code of the error, if the call failed. */
  error?: string;
}

/** Which calls to select from the record. Absent members select all. */
export interface CallFilter {
  readonly service?: string;
  readonly operation?: string;
  /** A kind of principal, or the ARN of a role. */
  readonly principal?: Principal['kind'] | `arn:${string}`;
  readonly via?: CallRecord['via'];
}

/** The record of every call. */
export class Calls implements Iterable<CallRecord> {
  private records: CallRecord[] = [];

  [Symbol.iterator](): Iterator<CallRecord> {
    return this.records[Symbol.iterator]();
  }

  get length(): number {
    return this.records.length;
  }

  /** The calls that a filter selects, in the order in which they came. */
  filter(filter: CallFilter): CallRecord[] {
    return this.records.filter(call => selects(filter, call));
  }

  /** `service:operation` of the calls that a filter selects. */
  names(filter: CallFilter = {}): string[] {
    return this.filter(filter).map(call => `${call.service}:${call.operation}`);
  }

  clear(): void {
    this.records = [];
  }

  add(call: CallRecord): CallRecord {
    this.records.push(call);
    return call;
  }
}

export function selects(filter: CallFilter, call: CallRecord): boolean {
  return (
    (filter.service === undefined || filter.service === call.service) &&
    (filter.operation === undefined || filter.operation === call.operation) &&
    (filter.via === undefined || filter.via === call.via) &&
    (filter.principal === undefined || isPrincipal(filter.principal, call.principal))
  );
}

const isPrincipal = (wanted: string, principal: Principal): boolean =>
  wanted === principal.kind || (principal.kind === 'role' && wanted === principal.roleArn);
