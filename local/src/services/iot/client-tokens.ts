/** Client tokens, with which a caller can repeat a call. */
import { type Operation, type Operations } from '../../core/service';

/**
 * Gives a repeated client token the first answer again, while `honoured` returns true. unverified: whether the service
 * does; by AWS's own resource handlers of 2024, it did not.
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
