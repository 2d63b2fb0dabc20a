/** The errors of AWS IoT, with the HTTP statuses of its API reference. */
import { ServiceError } from '../service';

/** The error of a constraint that the input breaks: the package operations have one type, the older ones another. */
export type InvalidCode = 'ValidationException' | 'InvalidRequestException';

export const invalid = (code: InvalidCode, message: string) => new ServiceError(code, message, 400);
export const validation = (message: string) => invalid('ValidationException', message);
export const invalidRequest = (message: string) => invalid('InvalidRequestException', message);
export const notFound = (message: string) => new ServiceError('ResourceNotFoundException', message, 404);

/** Documented as "a resource with the same name already exists". */
export const conflict = (message: string, resourceId: string) =>
  new ServiceError('ConflictException', message, 409, { resourceId });

/** Payment Required, of all statuses. */
export const quotaExceeded = (message: string) => new ServiceError('ServiceQuotaExceededException', message, 402);

/** Gone: the limit of tags and of jobs. */
export const limitExceeded = (message: string) => new ServiceError('LimitExceededException', message, 410);

/**
 * A refusal whose error type AWS does not document: the operation declares, or AWS's own code expects, either.
 */
export type RefusalCode = InvalidCode | 'ConflictException';

export const refusal = (code: RefusalCode, message: string, resourceId: string) =>
  code === 'ConflictException' ? conflict(message, resourceId) : invalid(code, message);

export const alreadyExists = (message: string, resourceId: string, resourceArn: string) =>
  new ServiceError('ResourceAlreadyExistsException', message, 409, { resourceId, resourceArn });
export const invalidStateTransition = (message: string) =>
  new ServiceError('InvalidStateTransitionException', message, 409);
export const versionConflict = (message: string) => new ServiceError('VersionConflictException', message, 409);
export const invalidQuery = (message: string) => new ServiceError('InvalidQueryException', message, 400);
export const indexNotReady = (message: string) => new ServiceError('IndexNotReadyException', message, 400);
