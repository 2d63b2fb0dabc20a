import { type Reaction, adviceOn, isOfLimit, passes, reactionTo } from './codes';

/** WeChat answered with another code than 0, or 0 without success. */
export class WeChatError extends Error {
  override readonly name = 'WeChatError';
  readonly reaction: Reaction;
  /** The same request may succeed a little later. */
  readonly isTransient: boolean;
  /** It will, however long that takes. */
  readonly isThrottled: boolean;

  /**
   * @param request what was asked for: the operation and, where they are no secrets, its fields
   * @param message as WeChat wrote it, with the id of the request in it, and without any secret
   */
  constructor(
    request: string,
    readonly code: number,
    message: string,
  ) {
    const advice = adviceOn(code, message);
    super(`WeChat answered ${code} (${message}) to ${request}${advice ? `: ${advice}` : ''}`);
    // where the code says success and the result does not, nothing is known to have been done.
    this.reaction = code === 0 ? 'refused' : reactionTo(code);
    this.isTransient = this.reaction === 'retry' || (this.reaction === 'refused' && passes(message));
    this.isThrottled = isOfLimit(code);
  }
}

/** No answer came that could be read: whether the request took effect is not known. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly isTransient = true;
}

export const isRefused = (error: unknown): error is WeChatError =>
  error instanceof WeChatError && error.reaction === 'refused';
