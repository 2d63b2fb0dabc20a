import { type Answer } from './custom-resource';

/**
 * Something stays as it is although the template wants it changed or gone. The provider logs it as an error, counts it,
 * and fails the event, except in a rollback: a rollback that fails leaves the stack stuck, so there it succeeds.
 */
export abstract class LeftAlone extends Error {
  /**
   * @param message what stays, how it differs from what is wanted, and how to mend it
   * @param answer what an Update that succeeds nevertheless answers: what is there; a Delete needs none
   */
  constructor(
    message: string,
    readonly answer?: Answer,
  ) {
    super(message);
  }
}

/** The service has no way back: a published version stays published. */
export class Irreversible extends LeftAlone {
  override readonly name = 'Irreversible';
}

/** The artifact is somebody else's. */
export class Refusal extends LeftAlone {
  override readonly name = 'Refusal';
}

/** The artifact is a resource of AWS's own type in the same stack, whose removal would delete it. */
export class HeldByNative extends Refusal {}

export const isLeftAlone = (error: unknown): error is LeftAlone => error instanceof LeftAlone;

/**
 * CloudFormation has gone on from this event's operation, or has never been waiting for it: the event ends unanswered,
 * having undone what it alone has made.
 */
export class OperationOver extends Error {
  override readonly name = 'OperationOver';
}

export const isOperationOver = (error: unknown): error is OperationOver => error instanceof OperationOver;
