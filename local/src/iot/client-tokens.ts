/** Client tokens, which let a caller repeat a call. */
import { type Operation, type Operations } from '../service';

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
