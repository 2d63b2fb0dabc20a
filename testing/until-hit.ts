import { type InjectedFault } from 'cdk-versioned-artifacts-local';
import { settle } from './clock';

/** Waits until a call of the work is hit by a fault. If the work ends without that call, the test fails at once. */
export async function untilHit(fault: Pick<InjectedFault, 'hits'>, work: Promise<unknown>): Promise<void> {
  let hasEnded = false;
  const end = () => void (hasEnded = true);
  work.then(end, end);
  while (fault.hits === 0) {
    if (hasEnded) throw new Error('the work has ended without the call that the fault is for');
    await settle();
  }
}
