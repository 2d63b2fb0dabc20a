// documented: user guide, eb-rule-retry-policy and eb-rule-dlq, also for "at least once"
// unverified: which errors of a target count as transient
import { Background } from '../../core/background';
import { ConnectionCut } from '../../core/faults';
import { type LocalClock, ServiceError } from '../../core/service';
import { type Rule, type Target } from './rules';
import { type DeliveredEvent, inputOf } from './target-input';
import { type TargetsOptions, send, sendDeadLetter } from './targets';

/** An event that a target got, or that did not reach it. */
export interface Delivery {
  readonly ruleName: string;
  readonly targetArn: string;
  readonly event: DeliveredEvent;
  /** JSON. */
  readonly input: string;
  /** Why the target did not accept it. */
  readonly error?: string;
}

export interface DeliveriesOptions extends Omit<TargetsOptions, 'now'> {
  readonly clock: LocalClock;
  /** Milliseconds before the retries of a delivery that the target was too busy for. */
  readonly retryDelays: readonly number[];
  readonly copies: () => number;
  readonly delay: () => number;
}

/** Delivers events to targets, at least once. */
export class Deliveries {
  readonly done: Delivery[] = [];
  private readonly background = new Background();
  private isStopped = false;

  constructor(private readonly options: DeliveriesOptions) {}

  /** Delivers an event to all targets of a rule, in the background. */
  submit(rule: Rule, event: DeliveredEvent): void {
    const { copies, clock } = this.options;
    const context = { ruleArn: rule.arn, ruleName: rule.name, ingestionTime: clock.now() };
    for (const target of rule.targets.values()) {
      const input = inputOf(target, event, context);
      for (let copy = 0; copy < copies(); copy++) this.background.add(this.deliver(rule, target, event, input));
    }
  }

  /** Waits until no delivery is in flight. */
  async settled(): Promise<void> {
    await this.background.settled();
  }

  /** Stops all deliveries. */
  stop(): void {
    this.isStopped = true;
  }

  private async deliver(rule: Rule, target: Target, event: DeliveredEvent, input: string): Promise<void> {
    const { clock, delay } = this.options;
    if (delay() > 0) await clock.sleep(delay());
    if (this.isStopped) return;
    const { name: ruleName } = rule;
    const delivery = { ruleName, targetArn: target.Arn, event, input };
    try {
      await this.attempt(rule, target, input);
      this.done.push(delivery);
    } catch (error) {
      this.done.push({ ...delivery, error: (error as Error).message });
      await sendDeadLetter(rule, target, input, this.options);
    }
  }

  private async attempt(rule: Rule, target: Target, input: string): Promise<void> {
    const { clock, retryDelays } = this.options;
    const attempts = 1 + (target.RetryPolicy?.MaximumRetryAttempts ?? Infinity);
    for (let attempt = 1; ; attempt++) {
      try {
        return await send(rule, target, input, { ...this.options, now: () => clock.now() });
      } catch (error) {
        const wait = retryDelays[attempt - 1];
        if (wait === undefined || attempt >= attempts || this.isStopped || !isTransient(error)) throw error;
        await clock.sleep(wait);
      }
    }
  }
}

/** EventBridge retries if a target throttles or cannot be reached, but not if it refuses. */
const isTransient = (error: unknown): boolean =>
  error instanceof ConnectionCut ||
  (error instanceof ServiceError && (error.status >= 500 || /Throttl|TooManyRequests/.test(error.code)));
