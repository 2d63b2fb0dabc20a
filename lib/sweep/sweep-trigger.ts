import type * as events from 'aws-cdk-lib/aws-events';
import { type SynchronousTrigger } from '../../contract/sweep-execution';
import { AFTER_DEPLOYMENT, type StartingRule, scheduled } from './starting-rule';

/** When a sweep runs. */
export class SweepTrigger {
  /**
   * After each deployment of the stack that succeeded (of a nested stack: of the outermost one around it), by an
   * EventBridge rule. The deployment does not wait for it and never fails because of it, and nothing is removed that a
   * rollback still needs.
   *
   * The deployment that first makes the rule may be missed, and an event may come twice.
   */
  public static afterDeployment(): SweepTrigger {
    return new SweepTrigger('afterDeployment()', undefined, AFTER_DEPLOYMENT);
  }

  /**
   * On a schedule, by an EventBridge rule. A run that finds the stack in progress or failed waits for its end.
   *
   * @param schedule when, such as `Schedule.rate(Duration.days(1))`
   */
  public static onSchedule(schedule: events.Schedule): SweepTrigger {
    return new SweepTrigger(`onSchedule(${schedule.expressionString})`, undefined, scheduled(schedule));
  }

  /**
   * When the stack is deleted, before what the stack owns. The deletion waits for it, up to an hour. Where the construct
   * leaves a stack that stays, or in a rollback, nothing is swept.
   */
  public static onDestroy(): SweepTrigger {
    return new SweepTrigger('onDestroy()', 'ON_DESTROY');
  }

  /**
   * In a deployment, when the sweep's own properties or the versions that the stack declares have changed. The
   * deployment waits for it, up to an hour, and fails where it fails. Never in a rollback.
   */
  public static duringDeployment(): SweepTrigger {
    return new SweepTrigger('duringDeployment()', 'DURING_DEPLOYMENT');
  }

  private constructor(
    /**
     * As users write it.
     *
     * @internal
     */
    public readonly _name: string,
    /**
     * Where CloudFormation waits.
     *
     * @internal
     */
    public readonly _synchronous?: SynchronousTrigger,
    /**
     * Where nobody waits.
     *
     * @internal
     */
    public readonly _rule?: StartingRule,
  ) {}
}
