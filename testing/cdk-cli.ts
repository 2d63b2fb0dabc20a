import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type LocalAws } from 'cdk-versioned-artifacts-local';

const CLI = join(dirname(require.resolve('aws-cdk/package.json')), 'bin/cdk');
const EAGER = pathToFileURL(join(__dirname, 'eager-cli.mjs')).href;

/** The result of the CDK CLI: its exit code and all that it printed. */
export interface CliResult {
  readonly code: number | null;
  readonly output: string;
}

/** Runs the real CDK CLI against the local AWS, with its own home folder. */
export function cdk(aws: LocalAws, home: string, ...args: string[]): Promise<CliResult> {
  const env = {
    ...process.env,
    ...aws.env,
    HOME: home,
    CI: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    NODE_OPTIONS: `--import ${EAGER}`,
  };
  const all = [CLI, ...args, '--no-notices', '--no-color'];
  const child = spawn(process.execPath, all, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', data => (output += String(data)));
  return new Promise(resolve => child.on('close', code => resolve({ code, output })));
}
