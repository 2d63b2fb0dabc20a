import { protocols } from '../wire';
import { unknownOperation } from '../wire/protocol';
import { type Authorizer } from './authorization';
import { type CallRecord, type Calls } from './calls';
import { ConnectionCut, type Faults } from './faults';
import { needsOf } from './needs';
import { type RequestLog } from './request-log';
import { type Principal, type Service, ServiceError, type World } from './service';
import { type Throttles } from './throttles';

/** An incoming call. */
export interface Incoming {
  readonly service: string;
  readonly operation: string;
  readonly input: object;
  readonly principal: Principal;
  readonly via: CallRecord['via'];
  /** Kills the calling process, if it is a Lambda function's. */
  readonly kill?: () => void;
}

export interface GatewayParts {
  readonly calls: Calls;
  readonly faults: Faults;
  readonly throttles: Throttles;
  /** Absent: everybody can do everything. */
  readonly authorizer?: Authorizer;
  readonly now: () => number;
  /** Absent: nobody looks on. */
  readonly log?: RequestLog;
}

/** The way of every call: it is recorded, authorized, throttled, hit by injected faults, and run. */
export class Gateway {
  private readonly registered = new Map<string, { readonly service: Service; readonly world: World }>();

  constructor(private readonly parts: GatewayParts) {}

  register(service: Service, world: World): void {
    this.registered.set(service.signingName, { service, world });
  }

  find(signingName: string): Service | undefined {
    return this.registered.get(signingName)?.service;
  }

  /**
   * Calls an operation of a registered service. Throws ServiceError, and ConnectionCut if a fault cuts the connection.
   */
  async call(incoming: Incoming): Promise<unknown> {
    const found = this.registered.get(incoming.service);
    const operation = found?.service.operations[incoming.operation];
    if (!found || !operation) throw this.unknown(incoming);
    const { service, world } = found;
    const { authorizer, throttles, faults } = this.parts;

    return this.observe(incoming, operation.status ?? 200, async record => {
      const { accessDenied } = protocols[service.protocol];
      if (authorizer) {
        const needs = await needsOf({ service, operation: incoming.operation, input: incoming.input, world });
        await authorizer.check(incoming.principal, needs, accessDenied);
      }
      throttles.check(record);
      return faults.around(record, incoming.kill, async () =>
        operation.run(incoming.input, { world, principal: incoming.principal }),
      );
    });
  }

  /** Something that is not an operation of a registered service, but must also be recorded and hit by faults. */
  async aside<T>(incoming: Incoming, run: () => T): Promise<T> {
    return this.observe(incoming, 200, record =>
      this.parts.faults.around(record, incoming.kill, async () => Promise.resolve(run())),
    );
  }

  private async observe<T>(incoming: Incoming, success: number, run: (record: CallRecord) => Promise<T>): Promise<T> {
    const { service, operation, input, principal, via } = incoming;
    const record = this.parts.calls.add({ service, operation, input, principal, via, at: this.parts.now() });
    try {
      const result = await run(record);
      record.status = success;
      return result;
    } catch (error) {
      const isCut = error instanceof ConnectionCut;
      record.error = isCut ? error.name : error instanceof ServiceError ? error.code : String(error);
      if (!isCut) record.status = error instanceof ServiceError ? error.status : 500;
      throw error;
    } finally {
      this.parts.log?.answered(record, { isSigned: this.registered.has(service) });
    }
  }

  private unknown(incoming: Incoming): ServiceError {
    const error = unknownOperation(`${incoming.service}:${incoming.operation}`);
    const { code, status } = error;
    this.parts.log?.answered({ ...incoming, at: this.parts.now(), error: code, status }, { isSigned: true });
    return error;
  }
}
