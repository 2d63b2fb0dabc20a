/** Operations of AWS IoT, each with the table of its members. */
import type { CallContext, Needed, Operation, World } from '../service';
import { type Input, type Members, readInput } from '../shape';
import { type InvalidCode, invalid } from './errors';

export interface Definition<M extends Members> {
  readonly http: string;
  readonly members: M;
  /** The error of a broken constraint. */
  readonly invalid: InvalidCode;
  /** Asked before the input is read: members may be missing or wrong. */
  needs(input: Partial<Input<M>>, world: World): readonly Needed[];
  run(input: Input<M>, context: CallContext): unknown;
}

/** An operation that reads its input by its table first. */
export function operation<M extends Members>(definition: Definition<M>): Operation {
  return {
    http: definition.http,
    needs: (input, world) => definition.needs(input ?? {}, world),
    run: (input, context) =>
      definition.run(
        readInput(definition.members, input, message => invalid(definition.invalid, message)),
        context,
      ),
  };
}

export type Operations = Readonly<Record<string, Operation>>;

/**
 * Answers a repeated client token as the first time, while `honoured` says so.
 * unverified: whether the service does; by AWS's own resource handlers of 2024 it did not.
 */
export function withClientTokens(operations: Operations, honoured: () => boolean): Operations {
  const answers = new Map<string, unknown>();
  const once = (name: string, { run, ...rest }: Operation): Operation => ({
    ...rest,
    async run(input: { clientToken?: string }, context) {
      const key = `${name} ${input?.clientToken}`;
      if (honoured() && input?.clientToken && answers.has(key)) return answers.get(key);
      const answer = await run(input, context);
      answers.set(key, answer);
      return answer;
    },
  });
  return Object.fromEntries(Object.entries(operations).map(([name, each]) => [name, once(name, each)]));
}

/** Milliseconds since the epoch as a date of an answer. */
export const date = (milliseconds: number | undefined) =>
  milliseconds === undefined ? undefined : new Date(milliseconds);
