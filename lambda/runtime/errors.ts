import { Answer } from './custom-resource';

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
    this.name = new.target.name;
  }
}

/** The service has no way back: a published version stays published. */
export class Irreversible extends LeftAlone {}

/** The artifact is somebody else's. */
export class Refusal extends LeftAlone {}
