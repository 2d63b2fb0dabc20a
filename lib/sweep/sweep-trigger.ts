import { ScopedAws } from 'aws-cdk-lib';
import type * as events from 'aws-cdk-lib/aws-events';
import { type IConstruct } from 'constructs';
import { type Problem } from '../../contract/shape';
import { type SynchronousTrigger } from '../../contract/sweep-execution';
import { requireArgument, withMember } from '../core/arguments';
import { rootStackOf } from '../core/environment';
import { invalid } from '../core/validation';
import { type SweepOptions } from './sweep-rules';

/** An EventBridge rule that starts a sweep. */
export interface StartingRule {
  readonly id: string;
  /** Whether it starts a run each day, or more often. */
  readonly isDaily: boolean;
  readonly props: (sweep: IConstruct) => events.RuleProps;
}

/** Each successful deployment of the stack; for a nested stack, of the outermost stack around it. */
const AFTER_DEPLOYMENT: StartingRule = {
  id: 'AfterDeployment',
  isDaily: false,
  props: sweep => ({
    eventPattern: {
      source: ['aws.cloudformation'],
      detailType: ['CloudFormation Stack Status Change'],
      detail: {
        // not `stackId` of the stack: passed to a stack within, the id of a nested stack would make the nested stack
        // depend on itself.
        'stack-id': [new ScopedAws(rootStackOf(sweep)).stackId],
        'status-details': { status: ['CREATE_COMPLETE', 'UPDATE_COMPLETE'] },
      },
    },
  }),
};

const HOURS: Readonly<Record<string, number>> = { minute: 1 / 60, hour: 1, day: 24 };

/** Whether a schedule's expression stands for each day, or more often. One that only the deployment knows does not. */
export function isDaily(expression: string): boolean {
  const [, rate, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (rate) return Number(rate) * HOURS[unit] <= 24;
  const [, fields = ''] = /^cron\(([^)]*)\)$/.exec(expression) ?? [];
  // minutes and hours are of a day; what follows says which days.
  const days = fields.trim().split(/\s+/).slice(2);
  return days.length === 4 && days.every(field => field === '*' || field === '?');
}

const scheduled = (schedule: events.Schedule): StartingRule => ({
  id: 'Schedule',
  isDaily: isDaily(schedule.expressionString),
  props: () => ({ schedule }),
});

/**
 * When a sweep runs.
 *
 * @example
 * import { Duration } from 'aws-cdk-lib';
 * import { Schedule } from 'aws-cdk-lib/aws-events';
 * import { PackageVersionRetention, SoftwarePackage, SweepTrigger } from 'cdk-versioned-artifacts';
 *
 * declare const firmware: SoftwarePackage;
 * new PackageVersionRetention(this, 'Keep', {
 *   softwarePackage: firmware,
 *   rules: { keepLatest: 5 },
 *   triggers: [SweepTrigger.afterDeployment(), SweepTrigger.onSchedule(Schedule.rate(Duration.days(7)))],
 * });
 */
export class SweepTrigger {
  /**
   * After each successful deployment of the stack (for a nested stack, of its root stack), by an EventBridge rule. The
   * deployment does not wait for the sweep and never fails because of it. Nothing is removed that a rollback still
   * needs.
   *
   * The rule can miss the deployment that creates it, and an event can come twice.
   */
  public static afterDeployment(): SweepTrigger {
    return new SweepTrigger('afterDeployment()', undefined, AFTER_DEPLOYMENT);
  }

  /**
   * On a schedule, by an EventBridge rule. If the stack is in progress or has failed, the run waits until that is over.
   *
   * @param schedule when, such as `Schedule.rate(Duration.days(1))`
   */
  public static onSchedule(schedule: events.Schedule): SweepTrigger {
    requireArgument('SweepTrigger.onSchedule', schedule, SCHEDULE);
    return new SweepTrigger(`onSchedule(${schedule.expressionString})`, undefined, scheduled(schedule));
  }

  /**
   * When the stack is deleted, before what the stack owns is deleted. The deletion waits for it, up to an hour. Nothing
   * is swept in a rollback, or when the construct is removed from a stack that stays.
   */
  public static onDestroy(): SweepTrigger {
    return new SweepTrigger('onDestroy()', 'ON_DESTROY');
  }

  /**
   * In a deployment, when the sweep's own properties or the versions that the stack declares have changed. The
   * deployment waits for the sweep, up to an hour, and fails if the sweep fails. Never in a rollback.
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
     * The triggers for which CloudFormation waits.
     *
     * @internal
     */
    public readonly _synchronous?: SynchronousTrigger,
    /**
     * The triggers for which nobody waits.
     *
     * @internal
     */
    public readonly _rule?: StartingRule,
  ) {}
}

const SCHEDULE = withMember('expressionString', 'a schedule', 'one such as Schedule.rate(Duration.days(1))');

/** Throws if the triggers, or options that depend on them, contradict each other. */
export function validateTriggers(sweep: IConstruct, triggers: readonly SweepTrigger[], options: SweepOptions): void {
  const problem = checkTriggers(triggers, options);
  if (problem) throw invalid(sweep, problem);
}

/** Whether a sweep has a trigger that CloudFormation waits for. */
export function isTriggered(triggers: readonly SweepTrigger[], synchronous: SynchronousTrigger): boolean {
  return triggers.some(({ _synchronous }) => _synchronous === synchronous);
}

/** The triggers for a message. */
export function namesOf(triggers: readonly SweepTrigger[]): string {
  return triggers.map(({ _name }) => _name).join(', ') || 'no triggers';
}

function checkTriggers(triggers: readonly SweepTrigger[], { onIncomplete, salt }: SweepOptions): Problem {
  const twice = triggers.find(({ _name }, index) => triggers.findIndex(other => other._name === _name) < index);
  if (twice) return `a sweep must have each trigger only once, got SweepTrigger.${twice._name} twice: leave one out`;
  if (onIncomplete != null && !triggers.some(({ _synchronous }) => _synchronous)) {
    return (
      `onIncomplete only takes effect if CloudFormation waits for the sweep, got ${namesOf(triggers)}: leave it out, or add ` +
      'SweepTrigger.onDestroy() or SweepTrigger.duringDeployment() to triggers'
    );
  }
  if (salt != null && !isTriggered(triggers, 'DURING_DEPLOYMENT')) {
    return (
      `salt only takes effect if a deployment sweeps, got ${namesOf(triggers)}: leave it out, or add ` +
      'SweepTrigger.duringDeployment() to triggers'
    );
  }
  return undefined;
}
