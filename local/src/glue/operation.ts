/** Operations of the AWS Glue schema registry, each with the table of its members. */
import type { CallContext, Needed, Operation, World } from '../service';
import { type Input, type Members, readInput } from '../shape';
import { invalidInput } from './errors';

export interface Definition<M extends Members> {
  readonly members: M;
  /** Asked before the input is read: members may be missing or wrong. */
  needs(input: Partial<Input<M>>, world: World): readonly Needed[];
  run(input: Input<M>, context: CallContext): unknown;
}

/** An operation that reads its input by its table first. */
export function operation<M extends Members>({ members, needs, run }: Definition<M>): Operation {
  return {
    needs: (input, world) => needs(input ?? {}, world),
    // unverified: that a broken constraint has the error type which every operation declares.
    run: (input, context) => run(readInput(members, input, invalidInput), context),
  };
}

export type Operations = Readonly<Record<string, Operation>>;
