import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Readable } from 'node:stream';
import { LocalAws } from 'cdk-versioned-artifacts-local';

const CLI = join(dirname(require.resolve('aws-cdk/package.json')), 'bin/cdk');

/** The result of a run of the CDK CLI: its exit code and all that it printed. */
export interface CliResult {
  readonly code: number;
  readonly output: string;
}

/** Runs the real CDK CLI against a local AWS, both for one file of tests, with its own home folder. */
export class CdkCli {
  static async start(): Promise<CdkCli> {
    return new CdkCli(await LocalAws.start());
  }

  readonly home = mkdtempSync(join(tmpdir(), 'cdk-home-'));
  private readonly process: ChildProcess;

  private constructor(readonly aws: LocalAws) {
    this.process = fork(join(__dirname, 'eager-cli.mjs'), [CLI], {
      env: { ...process.env, ...aws.env, HOME: this.home, CI: 'true', CDK_DISABLE_CLI_TELEMETRY: 'true' },
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
  }

  deploy(...args: readonly string[]): Promise<CliResult> {
    return this.run('deploy', '--require-approval', 'never', ...args);
  }

  async run(...args: readonly string[]): Promise<CliResult> {
    const { stdout, stderr } = this.process;
    const printed = Promise.all([stdout!, stderr!].map(untilMark));
    this.process.send([...args, '--no-notices', '--no-color']);
    const [out, err] = await printed;
    return { code: out.code, output: out.text + err.text };
  }

  async stop(): Promise<void> {
    this.process.kill();
    await this.aws.stop();
    rmSync(this.home, { recursive: true });
  }
}

/** What is printed until a run has ended, and its exit code. */
function untilMark(stream: Readable): Promise<{ readonly text: string; readonly code: number }> {
  let text = '';
  return new Promise((resolve, reject) => {
    const hear = (data: Buffer) => {
      text += String(data);
      const [printed, code] = text.split('\x1e');
      if (!code?.endsWith('\n')) return;
      stream.off('data', hear).off('close', gone);
      resolve({ text: printed, code: Number(code) });
    };
    const gone = () => reject(new Error(`the CDK CLI is gone: ${text}`));
    stream.on('data', hear).on('close', gone);
  });
}
