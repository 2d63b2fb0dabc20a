/** What AWS's open-source handlers of resource types share: the check of the properties, and how a failure is told. */
// documented: resource handlers, HandlerErrorCode and ExceptionMessages of cloudformation-cli-java-plugin at 4464c46
import { randomUUID } from 'node:crypto';
import { type Properties } from '../template';
import { ResourceFailure, type ResourceRequest, type ResourceType } from './resource-type';

/** The properties of a resource type, as its schema in the registry has them. */
export interface Schema {
  readonly required: readonly string[];
  readonly optional?: readonly string[];
  readonly readOnly?: readonly string[];
}

interface About {
  readonly type: string;
  readonly identifier: string;
  readonly operation: string;
  readonly message: string;
}

/** The codes for errors of the service, and how they are told. */
const MESSAGES = {
  AccessDenied: ({ operation }) => `Access denied for operation '${operation}'.`,
  AlreadyExists: ({ type, identifier }) => `Resource of type '${type}' with identifier '${identifier}' already exists.`,
  GeneralServiceException: ({ operation }) => `Error occurred during operation '${operation}'.`,
  InternalFailure: ({ message }) => message,
  InvalidRequest: ({ message }) => message,
  NotFound: ({ type, identifier }) => `Resource of type '${type}' with identifier '${identifier}' was not found.`,
  ResourceConflict: ({ type, identifier, message }) =>
    `Resource of type '${type}' with identifier '${identifier}' has a conflict. Reason: ${message}.`,
  ServiceInternalError: ({ operation }) =>
    `Internal error reported from downstream service during operation '${operation}'.`,
  ServiceLimitExceeded: ({ type, message }) => `Limit exceeded for resource of type '${type}'. Reason: ${message}`,
  Throttling: ({ operation }) => `Rate exceeded for operation '${operation}'.`,
} satisfies Readonly<Record<string, (about: About) => string>>;

export type HandlerErrorCode = keyof typeof MESSAGES;

export interface Handler {
  readonly schema: Schema;
  /** The codes for errors of the service, by their names. */
  readonly codes: Readonly<Record<string, HandlerErrorCode>>;
  /** The code for all other errors. */
  readonly otherwise: HandlerErrorCode;
  /** How a failure names the resource. */
  identifier(properties: Properties): string;
  /** How a failure names the operation. */
  operation(verb: string, error: Error): string;
}

/** A failure of a creation after the resource was there already: the rollback deletes it. */
export class LeftBehind extends Error {
  constructor(
    readonly reason: Error,
    readonly physicalId: string,
  ) {
    super(reason.message);
  }
}

/** A resource type whose failures are told as CloudFormation tells those of its handlers. */
export function handled(handler: Handler, type: ResourceType): ResourceType {
  const told =
    <R extends ResourceRequest, T>(verb: string, run: (request: R) => Promise<T>) =>
    async (request: R): Promise<T> => {
      try {
        if (verb !== 'Delete') checkProperties(request, handler.schema);
        return await run(request);
      } catch (error) {
        throw failureOf(error as Error, { handler, verb, request });
      }
    };
  return {
    ...type,
    create: told('Create', type.create),
    update: type.update && told('Update', type.update),
    delete: told('Delete', type.delete),
  };
}

interface Attempt {
  readonly handler: Handler;
  readonly verb: string;
  readonly request: ResourceRequest;
}

function failureOf(error: Error, attempt: Attempt): Error {
  const { handler, verb, request } = attempt;
  if (error instanceof LeftBehind) {
    return new ResourceFailure(failureOf(error.reason, attempt).message, error.physicalId);
  }
  if (error instanceof ResourceFailure) {
    const { code, message, physicalId } = error;
    return code === undefined ? error : new ResourceFailure(returned(message, code), physicalId);
  }
  const code = handler.codes[error.name] ?? handler.otherwise;
  const text = MESSAGES[code]({
    type: request.type,
    identifier: handler.identifier(request.properties),
    operation: handler.operation(verb, error),
    message: error.message,
  });
  return new ResourceFailure(returned(text, code));
}

// captured: public report, aws-samples/bedrock-chat issue 794, for this form
const returned = (message: string, code: string): string =>
  `Resource handler returned message: "${message}" (RequestToken: ${randomUUID()}, HandlerErrorCode: ${code})`;

/**
 * Refuses properties that the schema does not have, and missing ones. captured: public report, aws-cdk issue 28984 and
 * cloudformation-coverage-roadmap issue 1514, and cloudformation-resource-schema issue 102 for read-only ones, which are
 * ignored
 */
function checkProperties({ logicalId, properties }: ResourceRequest, { required, optional, readOnly }: Schema): void {
  const known = [required, optional ?? [], readOnly ?? []].flat();
  const violations = [
    ...required.filter(name => properties[name] === undefined).map(name => `required key [${name}] not found`),
    ...Object.keys(properties)
      .filter(name => !known.includes(name))
      .map(name => `extraneous key [${name}] is not permitted`),
  ];
  if (violations.length === 0) return;
  const lines = violations.map(violation => `\n#: ${violation}`);
  throw new ResourceFailure(`Properties validation failed for resource ${logicalId} with message:${lines.join('')}`);
}
