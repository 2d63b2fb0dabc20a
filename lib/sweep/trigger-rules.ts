import { type IConstruct } from 'constructs';
import { type Problem } from '../../contract/shape';
import { type SynchronousTrigger } from '../../contract/sweep-execution';
import { invalid } from '../core/validation';
import { type SweepOptions } from './sweep-options';
import { type SweepTrigger } from './sweep-trigger';

/** Throws where triggers, or what depends on them, contradict each other. */
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
  if (twice) return `a sweep has each trigger once, got SweepTrigger.${twice._name} twice: leave one out`;
  if (onIncomplete !== undefined && !triggers.some(({ _synchronous }) => _synchronous)) {
    return (
      `onIncomplete is for sweeps that CloudFormation waits for, got ${namesOf(triggers)}: leave it out, or add ` +
      'SweepTrigger.onDestroy() or SweepTrigger.duringDeployment() to triggers'
    );
  }
  if (salt !== undefined && !isTriggered(triggers, 'DURING_DEPLOYMENT')) {
    return (
      `salt has a deployment sweep again, got ${namesOf(triggers)}: leave it out, or add ` +
      'SweepTrigger.duringDeployment() to triggers'
    );
  }
  return undefined;
}
