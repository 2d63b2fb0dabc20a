/** The errors of AWS IoT, with the HTTP statuses of its API reference. */
// documented: API model, the declared errors and their statuses
import { ServiceError } from '../../core/service';

/** The error for a broken constraint: the package operations have one type, the older operations another. */
export type InvalidCode = 'ValidationException' | 'InvalidRequestException';

export const invalid = (code: InvalidCode, message: string) => new ServiceError(code, message, 400);
export const validation = (message: string) => invalid('ValidationException', message);
export const invalidRequest = (message: string) => invalid('InvalidRequestException', message);
export const notFound = (message: string) => new ServiceError('ResourceNotFoundException', message, 404);

/** Documented as "a resource with the same name already exists". */
export const conflict = (message: string, resourceId: string) =>
  new ServiceError('ConflictException', message, 409, { resourceId });

/** The status is Payment Required. */
export const quotaExceeded = (message: string) => new ServiceError('ServiceQuotaExceededException', message, 402);

/** The limit of tags and of jobs. The status is Gone. */
export const limitExceeded = (message: string) => new ServiceError('LimitExceededException', message, 410);

/** unverified: the error of such a refusal. The operation declares both, or AWS's own code expects both. */
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
