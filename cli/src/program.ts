/** The commands and their options. What a command does is loaded once it is asked for: help must be there at once. */
import { Command, InvalidArgumentError } from 'commander';
import { explained } from './errors';
import { type Terminal } from './terminal';

/** Runs the command line, and returns the exit code. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  let code = 0;
  const program = programFor(terminal, ended => (code = ended));
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    const { code: reason, exitCode } = error as { code?: string; exitCode?: number };
    if (reason?.startsWith('commander.')) return exitCode ?? 1;
    terminal.note(explained(error));
    return 1;
  }
}

function programFor(terminal: Terminal, end: (code: number) => void): Command {
  const program = new Command('cdk-versioned-artifacts')
    .description('See what a deployment removes, run its sweeps, and ask why a version is kept')
    .exitOverride()
    .configureOutput({
      writeOut: text => terminal.say(text.trimEnd()),
      writeErr: text => terminal.note(text.trimEnd()),
    })
    .showHelpAfterError('(add --help for an example)');

  program
    .command('plan')
    .argument(
      '[stack...]',
      'names of stacks, with * for any text; all that have artifacts or sweeps where none is named',
    )
    .description('show what a deployment and its sweeps would remove; only reads')
    .option('--app <directory>', 'the output of cdk synth', 'cdk.out')
    .option('--json', 'print the plan as JSON')
    .option('--markdown', 'print the plan as the comment of a pull request')
    .option('--fail-on-removal', 'exit with 2 where something would be deleted')
    .addHelpText('after', EXAMPLES.plan)
    .action(async (stacks: string[], options) =>
      end(await (await import('./commands/plan.js')).plan(stacks, options, terminal)),
    );

  return program;
}

const EXAMPLES = {
  plan: `
Example:
  $ npx cdk synth && npx cdk-versioned-artifacts plan
  $ npx cdk-versioned-artifacts plan Firmware --fail-on-removal

Exit codes: 0 it is told what goes, 1 it could not be told (or the deployment would fail), 2 something would go, with
--fail-on-removal. Permissions: cloudformation:Describe*, List*, GetTemplate, and what the handlers may read.`,
};

/** A whole number of an option. */
export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError(`expected a whole number, got ${text}`);
  return Number(text);
}
