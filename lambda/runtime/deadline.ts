/** How long an event can be handled: until Lambda's time or CloudFormation's ends, whichever is first. */
import { CloudFormationLimits } from '../../contract/cloudformation';
import { type Clock, Deadline } from './clock';
import { sentAt } from './event';

export interface Deadlines {
  /** When a handler must stop by itself and report its progress. */
  readonly work: Deadline;
  /** When the provider answers instead of the handler. */
  readonly answer: Deadline;
  /** When the invocation ends, or CloudFormation stops listening. */
  readonly end: Deadline;
}

const WORK_MARGIN = 10_000;
/** Enough for an attempt to answer that hangs, and for a second attempt. */
const ANSWER_MARGIN = 8_000;
/** For the last log lines. */
const EXIT_MARGIN = 500;
/** Below this, the margins shrink with the time that is left, so that a short timeout still leaves time to work. */
const FULL_MARGINS_FROM = 40_000;

export function deadlines(clock: Clock, remaining: number, abandonedAt: number): Deadlines {
  const now = clock.now();
  const end = Math.min(now + remaining - EXIT_MARGIN, abandonedAt);
  const scale = Math.min(1, Math.max(0, end - now) / FULL_MARGINS_FROM);
  const before = (margin: number) => new Deadline(clock, end - margin * scale);
  return { work: before(WORK_MARGIN), answer: before(ANSWER_MARGIN), end: before(0) };
}

/**
 * When CloudFormation gives an event up: an hour after the event was sent, or after the `ServiceTimeout`, which is
 * among the properties (undocumented). A later answer has no effect, or worse, it answers a later operation of the
 * stack.
 */
export function abandonedAt(responseUrl: string, serviceTimeout: unknown, now: number): number {
  const seconds = Number(serviceTimeout);
  const patience =
    seconds > 0
      ? Math.min(seconds, CloudFormationLimits.MAX_SERVICE_TIMEOUT_SECONDS)
      : CloudFormationLimits.MAX_SERVICE_TIMEOUT_SECONDS;
  return (sentAt(responseUrl) ?? now) + patience * 1000;
}
