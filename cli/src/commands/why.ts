import { Account } from '../aws/account';
import { type Terminal } from '../terminal';
import { answerWhy } from '../why/answer';
import { parseName } from '../why/name';

/** Says whose something is, what protects it, and what would take it. */
export async function why(text: string, terminal: Terminal): Promise<number> {
  const name = parseName(text);
  const answer = await answerWhy(name, await Account.signIn());
  terminal.say(answer.lines.join('\n'));
  return answer.exists ? 0 : 1;
}
