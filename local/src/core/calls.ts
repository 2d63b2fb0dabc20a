import { type Members, type Principal } from './service';

/** One call of an operation, over HTTP or from one service to another. */
export interface CallRecord {
  /** The signing name. */
  readonly service: string;
  readonly operation: string;
  readonly input: Members;
  readonly principal: Principal;
  /** `http` for everything outside, `internal` for services calling each other. */
  readonly via: 'http' | 'internal';
  /** Milliseconds since the epoch, by the local AWS's clock. */
  readonly at: number;
  /** The HTTP status, once answered. Absent if the connection was cut or the answer is still due. */
  status?: number;
  /** The error's code, where it failed. */
  error?: string;
}

/** What to select from the record; absent members select everything. */
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
