// Runs the real CDK CLI against the local AWS.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';

const CLI = createRequire(import.meta.url).resolve('aws-cdk/bin/cdk');

/** Returns the exit code and everything that the CLI printed. */
export function cdk(args, env) {
  const child = spawn(process.execPath, [CLI, ...args, '--no-notices', '--no-color'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = [];
  child.stdout.on('data', chunk => output.push(chunk));
  child.stderr.on('data', chunk => output.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', code => resolve({ code, output: Buffer.concat(output).toString() }));
  });
}

/** Keeps the CLI from asking anybody but the local AWS, and from writing outside a folder of the demo's. */
export const isolated = folder => ({
  AWS_CONFIG_FILE: `${folder}/aws-config`,
  AWS_SHARED_CREDENTIALS_FILE: `${folder}/aws-credentials`,
  AWS_PROFILE: '',
  CDK_DISABLE_CLI_TELEMETRY: 'true',
  // a second of every synthesis; the local AWS validates, too.
  CDK_VALIDATION: 'false',
  CDK_DISABLE_VERSION_CHECK: 'true',
  CDK_HOME: `${folder}/cdk-home`,
});
