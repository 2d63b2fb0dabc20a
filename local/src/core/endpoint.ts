/** What listens on the port beside the services of AWS: found by the path, for requests that no key of AWS has signed. */
import { type HttpAnswer, type HttpRequest } from '../wire/protocol';
import { type ServiceError } from './service';

/** A request on its way in. */
export interface UnsignedCall {
  readonly operation: string;
  /** What the record of calls shows; secrets are not among it. */
  readonly input: Readonly<Record<string, unknown>>;
  /** A text that the event has on which the caller works: who calls is only known by what it is about. */
  readonly about: string;
  /** Does it. Throws ServiceError. */
  run(): HttpAnswer;
}

export interface Endpoint {
  /** The name by which its calls are recorded and struck by faults. */
  readonly recordedAs: string;
  isFor(request: HttpRequest): boolean;
  read(request: HttpRequest): UnsignedCall;
  writeError(error: ServiceError): HttpAnswer;
}
