import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type CfnResource, Stack } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { LocalAws, type LocalAwsOptions, type StackOutcome, deployAssembly } from 'cdk-versioned-artifacts-local';
import '../../testing/eager-functions';

/** Deploys one stack to a local AWS again and again, as releases of an app would. */
export class Fleet {
  static async start(stackName = 'Fleet', options?: LocalAwsOptions): Promise<Fleet> {
    const aws = await LocalAws.start(options);
    // functions and what is local live in real time here: what is deleted still takes a moment.
    aws.glue.behavior.deletionTime = 100;
    return new Fleet(aws, stackName);
  }

  private readonly directory = mkdtempSync(join(tmpdir(), 'fleet-'));
  private releases = 0;

  private constructor(
    readonly aws: LocalAws,
    readonly stackName: string,
  ) {}

  /** Deploys what `define` puts into the stack. */
  async deploy(define: (stack: Stack) => void, { fails = false } = {}): Promise<StackOutcome> {
    const app = new App({ outdir: join(this.directory, String(++this.releases)) });
    const stack = new Stack(app, this.stackName);
    define(stack);
    // the last step of every deployment, which a test may have fail when all else is done.
    const last = new StringParameter(stack, 'Last', { parameterName: '/last', stringValue: String(this.releases) });
    for (const child of stack.node.children.filter(each => each !== last)) last.node.addDependency(child);
    const logicalId = stack.getLogicalId(last.node.defaultChild as CfnResource);
    if (fails) {
      const on = this.exists ? 'UPDATE' : 'CREATE';
      this.aws.cloudFormation.failNext({ logicalId, on, message: 'the release does not work' });
    }
    return deployAssembly(this.aws, app.synth().directory, this.stackName);
  }

  async destroy(): Promise<StackOutcome> {
    return this.aws.cloudFormation.destroy(this.stackName);
  }

  /** What the functions have logged, one record a line, also to groups that went with their stack. */
  get log(): string {
    return this.aws.calls
      .filter({ service: 'logs', operation: 'PutLogEvents' })
      .filter(({ status }) => status === 200)
      .flatMap(({ input }) => input.logEvents as { readonly message: string }[])
      .map(({ message }) => message)
      .join('\n');
  }

  async stop(): Promise<void> {
    await this.aws.stop();
    rmSync(this.directory, { recursive: true });
  }

  private get exists(): boolean {
    const stack = this.aws.cloudFormation.describe(this.stackName);
    return stack !== undefined && stack.status !== 'ROLLBACK_COMPLETE';
  }
}
