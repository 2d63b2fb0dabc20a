/** What a stack is doing, as far as a handler needs to know. */
export type StackPhase =
  /** It creates, updates or imports, or is at rest. */
  | 'deploying'
  /** It, or the stack that it is nested in, undoes a failed deployment. */
  | 'rolling-back'
  /** It, or the stack that it is nested in, is being deleted. */
  | 'deleting';
