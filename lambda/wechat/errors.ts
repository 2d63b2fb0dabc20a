import { type Reaction, adviceOn, isOfLimit, passes, reactionTo } from './codes';

/** WeChat answered with a code other than 0, or with 0 but without success. */
export class WeChatError extends Error {
  override readonly name = 'WeChatError';
  readonly reaction: Reaction;
  /** Whether the same request may succeed a little later. */
  readonly isTransient: boolean;
  /** Whether it will succeed, however long that takes. */
  readonly isThrottled: boolean;

  /**
   * @param request the operation and, if they are not secret, its fields
   * @param message as WeChat wrote it, with the request id, and without secrets
   */
  constructor(
    request: string,
    readonly code: number,
    message: string,
  ) {
    const advice = adviceOn(code, message);
    super(`WeChat answered ${code} (${message}) to ${request}${advice ? `: ${advice}` : ''}`);
    // if the code says success and the result does not, it is unknown whether anything was done.
    this.reaction = code === 0 ? 'refused' : reactionTo(code);
    this.isTransient = this.reaction === 'retry' || (this.reaction === 'refused' && passes(message));
    this.isThrottled = isOfLimit(code);
  }
}

/** There was no readable answer: it is unknown whether the request took effect. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly isTransient = true;
}

export const isRefused = (error: unknown): error is WeChatError =>
  error instanceof WeChatError && error.reaction === 'refused';
