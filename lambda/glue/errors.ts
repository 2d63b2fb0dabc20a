import { isError } from '../runtime/retry';

/** The definition can never become a version, so a repetition is useless. */
export class Unpublishable extends Error {
  override readonly name = 'Unpublishable';
}

/** Whether the registry refuses the request as such. */
export function isRefusedByRegistry(error: unknown): error is Error {
  return isError(error, ...REFUSALS);
}

const REFUSALS = ['InvalidInputException', 'EntityNotFoundException', 'ResourceNumberLimitExceededException'];
