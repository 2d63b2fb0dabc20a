import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as cdk from 'aws-cdk-lib';
import flags from 'aws-cdk-lib/recommended-feature-flags.json';
import { LocalAws, type StackOutcome, deployAssembly } from 'cdk-versioned-artifacts-local';
import '../../testing/eager-functions';
import ts from 'typescript';
import * as library from 'cdk-versioned-artifacts';
import { type Snippet } from './documents';
import { awsCommand, commandsOf } from './shell';

/** What differs between a reader's project and a snippet that is pasted into it. */
export interface Surroundings {
  /** The context that the CDK CLI gets with `-c`. */
  readonly context?: Readonly<Record<string, string | boolean>>;
  /** Changes the text of the snippet, where a reader must. */
  readonly edit?: (code: string) => string;
  /** Exports of the library in the place of its own. */
  readonly instead?: Partial<typeof library>;
}

const deployed = new Set<Snippet>();

/** Whether a project has deployed a snippet as it stands. */
export const wasDeployed = (snippet: Snippet) => deployed.has(snippet);

/** A reader's project, with the feature flags of `cdk init`: pastes snippets, and deploys them to an account of its own. */
export class Project {
  static async start(files: Readonly<Record<string, string>> = {}): Promise<Project> {
    return new Project(await LocalAws.start(), files);
  }

  private readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'project-')));
  private deployments = 0;

  private constructor(
    readonly aws: LocalAws,
    files: Readonly<Record<string, string>>,
  ) {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, name)), { recursive: true });
      writeFileSync(join(this.folder, name), content);
    }
  }

  /**
   * Deploys a snippet, and lets everything that it starts come to its end.
   *
   * @throws where synthesis warns: a reader who pastes a snippet must not be told that it is wrong
   */
  async deploy(snippet: Snippet, surroundings: Surroundings = {}): Promise<StackOutcome> {
    const { stackName, warnings, directory } = this.synthesise(snippet, surroundings);
    if (warnings.length > 0) throw new Error(warnings.join('\n'));
    const outcome = await deployAssembly(this.aws, directory, stackName);
    await this.aws.settled();
    if (!surroundings.edit) deployed.add(snippet);
    return outcome;
  }

  /** Runs the commands of the AWS CLI in a snippet. */
  async prepare(snippet: Snippet): Promise<void> {
    for (const words of commandsOf(snippet)) {
      const { service, operation, input } = awsCommand(words);
      await this.aws.call(service, operation, input);
    }
  }

  async stop(): Promise<void> {
    await this.aws.stop();
    rmSync(this.folder, { recursive: true });
  }

  private synthesise({ code }: Snippet, { context = {}, edit = same => same, instead }: Surroundings) {
    const settings = {
      outdir: join(this.folder, 'cdk.out', String(++this.deployments)),
      context: { ...flags, ...context },
    };
    const App = class extends cdk.App {
      constructor() {
        super(settings);
      }
    };
    const modules = {
      // its exports are loaded when they are first asked for.
      'aws-cdk-lib': Object.create(cdk, { App: { value: App } }),
      'cdk-versioned-artifacts': { ...library, ...instead },
    };
    const before = process.cwd();
    process.chdir(this.folder);
    try {
      const { stackName, node } = run(edit(code), modules);
      const assembly = (node.root as cdk.App).synth();
      const warnings = assembly.stacks.flatMap(({ messages }) =>
        messages.filter(({ level }) => level === 'warning').map(({ entry }) => String(entry.data)),
      );
      return { stackName, warnings, directory: assembly.directory };
    } finally {
      process.chdir(before);
    }
  }
}

/** Runs a snippet that is a test, with an account of its own. */
export async function runAsTest(snippet: Snippet): Promise<void> {
  let body: (() => Promise<void>) | undefined;
  const program = new Function('require', 'exports', 'test', compiled(snippet.code));
  program(require, {}, (_name: string, run: () => Promise<void>) => (body = run));
  await body!();
  deployed.add(snippet);
}

/** Runs a program, and returns the `stack` that it makes. */
function run(code: string, modules: Readonly<Record<string, unknown>>): cdk.Stack {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- what a snippet imports, only its text says.
  const load = (name: string): unknown => modules[name] ?? require(name);
  const made: { stack?: cdk.Stack } = {};
  new Function('require', 'exports', compiled(`${code}\nexport { stack };`))(load, made);
  return made.stack!;
}

const compiled = (code: string) =>
  ts.transpileModule(code, { compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 } })
    .outputText;
