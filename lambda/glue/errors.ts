import { isError } from '../runtime/retry';

/** The definition can never become a version, so a repetition is useless. */
export class Unpublishable extends Error {
  override readonly name = 'Unpublishable';
}

/** Somebody has deleted the version while the event worked on it: a rollback leaves it so. */
export class Vanished extends Error {
  constructor(what: string) {
    super(`${what} was deleted while this deployment worked on it: deploy again`);
  }
}

/** Whether the registry refuses the request as such. */
export function isRefusedByRegistry(error: unknown): error is Error {
  return isError(error, ...REFUSALS);
}

const REFUSALS = ['InvalidInputException', 'EntityNotFoundException', 'ResourceNumberLimitExceededException'];
