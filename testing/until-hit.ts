import { type InjectedFault } from 'cdk-versioned-artifacts-local';
import { settle } from './clock';

/** Waits until a call of the work is hit by a fault. If the work ends without that call, the test fails at once. */
export async function untilHit({ firstHit }: InjectedFault, work: Promise<unknown>): Promise<void> {
  const ended = work.then(
    () => false,
    () => false,
  );
  const isHit = await Promise.race([firstHit.then(() => true), ended]);
  if (!isHit) throw new Error('the work has ended without the call that the fault is for');
  // what else the hit has begun.
  await settle();
}
