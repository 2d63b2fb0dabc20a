/** The commands and their options. What a command does is loaded once it is asked for: help must be there at once. */
import { Command, InvalidArgumentError, Option } from 'commander';
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
    .addOption(new Option('--markdown', 'print the plan as the comment of a pull request').conflicts('json'))
    .option('--fail-on-removal', 'exit with 2 where something would be deleted')
    .addHelpText('after', EXAMPLES.plan)
    .action(async (stacks: string[], options) =>
      end(await (await import('./commands/plan.js')).plan(stacks, options, terminal)),
    );

  program
    .command('why')
    .argument('<name>', 'PACKAGE/VERSION, REGISTRY/SCHEMA@NUMBER or ENVIRONMENT/SERVICE/VERSION')
    .description('say whose a version is, what protects it, and which sweep would take it; only reads')
    .addHelpText('after', EXAMPLES.why)
    .action(async (name: string) => end(await (await import('./commands/why.js')).why(name, terminal)));

  program
    .command('sweep')
    .argument('<id>', 'the path of a sweep’s construct or its end, or its state machine')
    .description('show what a sweep would remove, start it, and follow it to its end')
    .option('--yes', 'start the run without a question')
    .option('--dry-run', 'only show what a run would do, whatever its rules say')
    .addHelpText('after', EXAMPLES.sweep)
    .action(async (id: string, options) =>
      end(await (await import('./commands/sweep.js')).sweep(id, options, terminal)),
    );

  program
    .command('local')
    .argument('[command...]', 'what to run in it, after --')
    .description('start a local AWS, and print its environment or run a command in it')
    .option('--port <number>', 'the port on 127.0.0.1; a free one where none is said', wholeNumber)
    .option('--seed <file>', 'a JSON file with what it begins with')
    .option('--log', 'show each request, and what functions write')
    .option('--inspect [port]', 'open functions to a debugger, one at a time', wholeNumber)
    .option('--inspect-brk [port]', 'let each function wait for a debugger', wholeNumber)
    .addHelpText('after', EXAMPLES.local)
    .action(async (command: string[], options) =>
      end(await (await import('./commands/local.js')).local(command, options, terminal)),
    );

  program
    .command('verify')
    .description('settle on a real account what no documentation tells, and remove all that it makes')
    .option('--yes', 'begin without a question')
    .option('--only <id...>', 'experiments by their ids')
    .option('--role <arn>', 'a role whose policy wants the tag verify=yes, for the experiment resource-tags')
    .option('--report <file>', 'where the report is written', 'verify-report.json')
    .addHelpText('after', EXAMPLES.verify)
    .action(async options => end(await (await import('./commands/verify.js')).verify(options, terminal)));

  return program;
}

const EXAMPLES = {
  plan: `
Example:
  $ npx cdk synth && npx cdk-versioned-artifacts plan
  $ npx cdk-versioned-artifacts plan Firmware --fail-on-removal

Exit codes: 0 it is told what goes, 1 it could not be told (or the deployment would fail), 2 something would go, with
--fail-on-removal. Permissions: cloudformation:Describe*, List*, GetTemplate, and what the handlers may read.`,
  why: `
Example:
  $ npx cdk-versioned-artifacts why brake-ecu/1.2.0
  $ npx cdk-versioned-artifacts why vehicles/orders@7

Exit codes: 0, or 1 where there is no such version or it could not be told.`,
  sweep: `
Example:
  $ npx cdk-versioned-artifacts sweep Firmware/Keep --dry-run
  $ npx cdk-versioned-artifacts sweep Firmware/Keep --yes

Exit codes: 0 the run has removed what it was to remove, 1 it has not. An interrupt (Ctrl+C) leaves the run going, and
says how to stop it.`,
  local: `
Example:
  $ npx cdk-versioned-artifacts local -- npx cdk deploy
  $ npx cdk-versioned-artifacts local --seed seed.json
  $ npx cdk-versioned-artifacts local --log --inspect -- npx cdk deploy

A seed: {"packages": {"brake-ecu": {"default": "2.0.0", "versions": {"2.0.0": "PUBLISHED"}}}}`,
  verify: `
Example:
  $ AWS_PROFILE=sandbox npx cdk-versioned-artifacts verify

Exit codes: 0 all is safe, 1 something is not, is not settled or was not removed.`,
};

/** A whole number of an option. */
export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError(`expected a whole number, got ${text}`);
  return Number(text);
}
