/**
 * A service of the local AWS: named operations on plain input objects. The server reads the wire protocol, authorizes
 * the call, records it and writes the answer or the error. A service file contains only the service.
 */
import type { HttpAnswer } from '../wire/protocol';
import type { ActionDetails } from './needs';
import type { Readings } from './readings';
import type { Responses } from './responses';

/** An error as the service documents it. */
export class ServiceError extends Error {
  constructor(
    /** The documented error type, such as `ResourceNotFoundException`. */
    readonly code: string,
    message: string,
    /** The documented HTTP status. */
    readonly status = 400,
    /** Other members of the error, such as `resourceId`. */
    readonly members: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = code;
  }
}

/** Input or output of an operation; each service knows its own members. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Members = any;

/** Calls an operation of another service, in the name of the service that has this world. */
export type InternalCall = (signingName: string, operation: string, input: object) => Promise<Members>;

/** What all services share. Each service has its own world, so that its calls are recorded as its own. */
export interface World {
  readonly call: InternalCall;
  readonly region: string;
  readonly account: string;
  readonly partition: string;
  readonly clock: LocalClock;
  /** The address of the server: `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  /** The answers of custom resources. */
  readonly responses: Responses;
  /** How what no evidence settles is done. Absent: as the environment says. */
  readonly readings?: Readings;
  /** An ARN in this world: `arn('iot', 'package/x')`. */
  arn(service: string, resource: string, options?: { region?: string; account?: string }): string;
}

/** The clock of the local AWS. Tests can stop and set it. */
export interface LocalClock {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** The caller: the developer (the CLI, a test), an AWS service, or a role. */
export type Principal =
  | { readonly kind: 'developer' }
  | { readonly kind: 'service'; readonly name: string }
  | { readonly kind: 'role'; readonly roleArn: string; readonly session: string };

/** The caller and the world of a call. */
export interface CallContext {
  readonly world: World;
  readonly principal: Principal;
}

/** A permission that a call needs. */
export interface Needed {
  /** `iot:CreatePackage` */
  readonly action: string;
  /** An ARN, or `*` if the service has no resource-level permission. */
  readonly resource: string;
  /** Context keys of the request, such as `aws:RequestTag/stage`. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  /** The policy of the resource, if it has one. */
  readonly resourcePolicy?: object;
}

/** A call, and what the authorization reference says about its action. */
export interface ReferencedCall {
  readonly action: ActionDetails;
  readonly operation: Operation;
  readonly input: Members;
  readonly world: World;
}

export interface Operation {
  /**
   * For REST protocols: method and path template, `PUT /packages/{packageName}`. A `{name+}` also matches slashes. The
   * request must have the query parameters of the template: `GET /{Bucket}?list-type=2`.
   */
  readonly http?: string;
  /** For REST protocols: request headers that are input members, by lower-case header name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For REST protocols: the member of each query parameter that has another name, by parameter. */
  readonly query?: Readonly<Record<string, string>>;
  /** For REST protocols: the member that gets the raw body, as a Buffer. */
  readonly payload?: string;
  /** The HTTP status of success. Absent: 200. */
  readonly status?: number;
  /** The names of the input's members, if the service has a table of them. */
  readonly members?: readonly string[];
  /**
   * All permissions that a call needs. Members of the input can be missing or wrong. Absent: those of the authorization
   * reference, and `alsoNeeds`.
   */
  needs?(input: Members, world: World): readonly Needed[];
  /** Further permissions, beside those for the action itself. */
  alsoNeeds?(input: Members, world: World): readonly Needed[];
  /**
   * Carries the operation out. Throws ServiceError. For REST-JSON services the input has the members of the path, of
   * the query string (as strings) and of the JSON body in one flat object. Dates in the result have the form of the
   * protocol.
   */
  run(input: Members, context: CallContext): unknown;
  /** The answer on the wire, if it is not simply the result in the protocol's notation. */
  answer?(result: Members): HttpAnswer;
}

export type Operations = Readonly<Record<string, Operation>>;

/** The wire protocols of AWS that the server speaks. */
export type Protocol = 'rest-json' | 'json' | 'query' | 's3';

export interface Service {
  /** The signing name, by which the server finds the service of a request. */
  readonly signingName: string;
  readonly protocol: Protocol;
  /** `json` services: prefix of the X-Amz-Target header. */
  readonly targetPrefix?: string;
  /** `query` services: XML namespace of the answers. */
  readonly xmlNamespace?: string;
  readonly operations: Operations;
  /** REST services: the SDK's client. Its schemas have the HTTP bindings of the operations that define none. */
  readonly client?: () => Promise<object>;
  /** The needs of a call by the authorization reference, for operations that define none. */
  needsFor?(call: ReferencedCall): Promise<readonly Needed[]>;
}
