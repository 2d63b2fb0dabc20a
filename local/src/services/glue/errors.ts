/** The errors of the AWS Glue schema registry. All are HTTP 400, although its pages list 404 and 409. */
// documented: API model, the declared errors
import { ServiceError } from '../../core/service';

// captured: stackd, for the HTTP status 400 of all of them
export const invalidInput = (message: string) => new ServiceError('InvalidInputException', message);
export const notFound = (message: string) => new ServiceError('EntityNotFoundException', message);
export const alreadyExists = (message: string) => new ServiceError('AlreadyExistsException', message);
export const limitExceeded = (message: string) => new ServiceError('ResourceNumberLimitExceededException', message);

/** The error of two calls at once, also for faults that tests inject. */
export const concurrentModification = (message = 'The resource is being modified by another call.') =>
  new ServiceError('ConcurrentModificationException', message);
