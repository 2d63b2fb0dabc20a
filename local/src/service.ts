/**
 * What a service of the local AWS is: named operations over plain input objects. The server reads the wire protocol,
 * authorises the call, records it and writes the answer or the error; a service file holds nothing but the service.
 */

/** An error as the service documents it. */
export class ServiceError extends Error {
  constructor(
    /** The documented error type, such as `ResourceNotFoundException`. */
    readonly code: string,
    message: string,
    /** The documented HTTP status. */
    readonly status = 400,
    /** Further members of the error, such as `resourceId`. */
    readonly members: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = code;
  }
}

/** Who calls, and when. */
export interface CallContext {
  readonly world: World;
  readonly principal: Principal;
}

/** What all services share. */
/** Calls an operation of another service, as the service `by` would. */
export type InternalCall = (signingName: string, operation: string, input: object) => Promise<any>;

export interface World {
  readonly call: InternalCall;
  readonly region: string;
  readonly account: string;
  readonly partition: string;
  readonly clock: LocalClock;
  /** An ARN in this world: `arn('iot', 'package/x')`. */
  arn(service: string, resource: string, options?: { region?: string; account?: string }): string;
}

/** Time in the local AWS; tests may stop and turn it. */
export interface LocalClock {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** Who made a call: the developer (the CLI, a test), an AWS service, or a role. */
export type Principal =
  | { readonly kind: 'developer' }
  | { readonly kind: 'service'; readonly name: string }
  | { readonly kind: 'role'; readonly roleArn: string; readonly session: string };

/** A permission that a call needs. */
export interface Needed {
  /** `iot:CreatePackage` */
  readonly action: string;
  /** An ARN, or `*` where the service has no resource-level permission. */
  readonly resource: string;
  /** Context keys of the request, such as `aws:RequestTag/stage`. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

export interface Operation {
  /** For REST protocols: method and path template, `PUT /packages/{packageName}`. A `{name+}` takes slashes too. */
  readonly http?: string;
  /** The permissions that a call needs, all of them. */
  needs(input: any, world: World): readonly Needed[];
  /**
   * Does it. Throws ServiceError. For REST-JSON services the input has the members of the path, of the query string
   * (as strings) and of the JSON body in one flat object.
   */
  run(input: any, context: CallContext): unknown;
}

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
  readonly operations: Readonly<Record<string, Operation>>;
}
