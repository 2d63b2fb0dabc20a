import { LocalAws, type LocalAwsOptions } from 'cdk-versioned-artifacts-local';
import { settle } from '../../testing/clock';
import { withoutSockets } from '../../testing/without-sockets';

/** An account on the local AWS, which the environment is signed in to. */
export class LocalAccount {
  static async start(options?: LocalAwsOptions): Promise<LocalAccount> {
    return new LocalAccount(await LocalAws.start(options));
  }

  private readonly environment = { ...process.env };
  private readonly sockets: ReturnType<typeof withoutSockets>;

  protected constructor(readonly aws: LocalAws) {
    this.sockets = withoutSockets(aws, { now: Date.now, sleep: settle });
    Object.assign(process.env, aws.env, { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' });
  }

  /** The operations that were called from outside while something ran. */
  async callsOf(work: () => Promise<unknown>): Promise<string[]> {
    this.aws.calls.clear();
    await work();
    return this.aws.calls
      .filter({ via: 'http', principal: 'developer' })
      .map(({ service, operation }) => `${service}:${operation}`);
  }

  async stop(): Promise<void> {
    for (const name of Object.keys(process.env)) if (!(name in this.environment)) delete process.env[name];
    Object.assign(process.env, this.environment);
    this.sockets.stop();
    await this.aws.stop();
  }
}
