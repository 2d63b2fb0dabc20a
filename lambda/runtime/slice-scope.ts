import { type Clock, type Deadline } from './clock';
import { type Answer } from './custom-resource';
import { type Log } from './log';
import { type StackState } from './stack';

/** What a slice tells CloudFormation. The physical id is that of the event. */
export type SliceAnswer =
  ({ readonly status: 'SUCCESS' } & Pick<Answer, 'data'>) | { readonly status: 'FAILED'; readonly message: string };

/** The surroundings in which a slice of a sweep works. */
export interface SliceScope {
  readonly clock: Clock;
  /** When Lambda's time makes the slice stop working. */
  readonly deadline: Deadline;
  /** When CloudFormation stops waiting; absent where it does not. */
  readonly abandonedAt: number | undefined;
  readonly log: Log;
  /** Aborts when the slice has returned. */
  readonly ended: AbortSignal;
  describeStack(stackId: string): Promise<StackState>;
  /** Answers the event that CloudFormation waits for. */
  answer(answer: SliceAnswer): Promise<void>;
}
