import { type Answer } from './custom-resource';

/**
 * Something stays as it is although the template wants it changed or removed. The provider logs the refusal as an
 * error, counts it, and fails the event. In a rollback the event succeeds, because a rollback that fails leaves the
 * stack stuck.
 */
export abstract class LeftAlone extends Error {
  /**
   * @param message what stays, how it differs from what is wanted, and how to mend it
   * @param answer the answer of an Update that succeeds nevertheless: the actual state; a Delete needs none
   */
  constructor(
    message: string,
    readonly answer?: Answer,
  ) {
    super(message);
  }
}

/** The service cannot undo the change: a published version stays published. */
export class Irreversible extends LeftAlone {
  override readonly name = 'Irreversible';
}

/** The artifact is somebody else's. */
export class Refusal extends LeftAlone {
  override readonly name = 'Refusal';
}

/** Somebody else has taken the artifact while the event waited. */
export class Taken extends Refusal {}

/** The artifact is a resource of AWS's own type in the same stack, and its removal would delete the artifact. */
export class HeldByNative extends Refusal {}

export const isLeftAlone = (error: unknown): error is LeftAlone => error instanceof LeftAlone;

/**
 * CloudFormation no longer performs this event's operation, or has never waited for it: the event ends without an
 * answer, after undoing what it alone has made.
 */
export class OperationOver extends Error {
  override readonly name = 'OperationOver';
}

export const isOperationOver = (error: unknown): error is OperationOver => error instanceof OperationOver;
