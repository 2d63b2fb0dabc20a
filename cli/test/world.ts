import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { LocalAws, type LocalAwsOptions, deployAssembly } from 'cdk-versioned-artifacts-local';
import '../../testing/eager-functions';
import { type PlanReport } from '../src/plan/report';
import { run } from '../src/program';
import { type Terminal } from '../src/terminal';
import { LocalAccount } from './account';

/** What a command came to. */
export interface Result {
  readonly code: number;
  /** The standard output. */
  readonly said: string;
  /** The standard error. */
  readonly noted: string;
}

export type Define = (stack: Stack, app: App) => void;

/** An account on the local AWS, the apps that are synthesized for it, and the command line that looks at both. */
export class World extends LocalAccount {
  static override async start(options?: LocalAwsOptions): Promise<World> {
    const aws = await LocalAws.start(options);
    aws.stepFunctions.waitScale = 0.001;
    return new World(aws);
  }

  /** What is answered when a command asks. */
  answer = true;
  isInteractive = false;
  /** Is told how far a run has come. */
  onProgress: (done: number, total: number, note: string) => void = () => {};
  readonly folder = mkdtempSync(join(tmpdir(), 'command-line-'));
  private readonly interrupts = new Set<() => void>();
  private apps = 0;

  /** The output of `cdk synth` of an app with one stack. */
  synth(define: Define, stackName = 'Fleet'): string {
    const app = new App({ outdir: join(this.folder, String(++this.apps)) });
    define(new Stack(app, stackName), app);
    return app.synth().directory;
  }

  async deploy(define: Define, stackName = 'Fleet'): Promise<string> {
    const directory = this.synth(define, stackName);
    const { status, failures } = await deployAssembly(this.aws, directory, stackName);
    if (!/^(CREATE|UPDATE)_COMPLETE$/.test(status)) throw new Error(`${status}: ${failures.join('\n')}`);
    await this.aws.settled();
    return directory;
  }

  run(...args: string[]): Promise<Result> {
    return this.play(terminal => run(args, terminal));
  }

  /** The plan for an output of `cdk synth`, and how the command ended. */
  async plan(directory: string, ...args: string[]): Promise<{ readonly code: number; readonly plan: PlanReport }> {
    const { code, said, noted } = await this.run('plan', '--app', directory, '--json', ...args);
    if (said === '') throw new Error(noted);
    return { code, plan: JSON.parse(said) as PlanReport };
  }

  /** Has a command speak to a terminal of the test's. */
  async play(command: (terminal: Terminal) => Promise<number>): Promise<Result> {
    const said: string[] = [];
    const noted: string[] = [];
    const terminal: Terminal = {
      say: text => void said.push(text),
      note: text => void noted.push(text),
      isInteractive: this.isInteractive,
      confirm: async question => {
        noted.push(question);
        return this.answer;
      },
      onInterrupt: listener => {
        this.interrupts.add(listener);
        return () => this.interrupts.delete(listener);
      },
      progress: async total => ({
        update: (done, note) => void this.onProgress(done, total, note),
        stop: () => {},
      }),
    };
    const code = await command(terminal);
    return { code, said: said.join('\n'), noted: noted.join('\n') };
  }

  /** As Ctrl+C does. */
  interrupt(): void {
    for (const listener of this.interrupts) listener();
  }

  override async stop(): Promise<void> {
    await super.stop();
    rmSync(this.folder, { recursive: true });
  }
}
