import { type NodeHttpHandler } from '@smithy/node-http-handler';
import { type LocalAws } from 'cdk-versioned-artifacts-local';
import { DEVELOPER } from '../access';
import { DirectHandler } from '../direct-handler';

/** At which call of a run a function dies, and whether the call has taken effect. */
export interface Death {
  readonly call: number;
  readonly moment: 'before' | 'after';
  /** Whether only the connection breaks, and the function lives. */
  readonly survives?: boolean;
}

export class Killed extends Error {
  override readonly name = 'Killed';
}

// an error of the socket is of another realm in a test, so the SDK would not recognize it.
const broken = () => Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });

/** The clients of a function that can die. After its death, nothing of it continues, and nobody hears of it. */
export class Mortal {
  private calls = 0;
  private deaths: Death[] = [];

  constructor(private readonly aws: LocalAws) {}

  /** The calls at which it dies, counted over all lives. */
  dieAt(...deaths: Death[]): void {
    this.deaths = deaths;
  }

  /** Options of the clients of one life. */
  options(killed: (error: Error) => void) {
    const { aws } = this;
    const http = new DirectHandler(aws);
    let dead = false;
    const never = new Promise<never>(() => {});
    const handle: NodeHttpHandler['handle'] = async (request, options) => {
      if (dead) return never;
      this.calls++;
      const death = this.deaths.find(({ call }) => call === this.calls);
      if (!death) {
        const answer = await http.handle(request, options);
        return dead ? never : answer;
      }
      dead = !death.survives;
      if (death.moment === 'after') await http.handle(request, options).catch(() => undefined);
      if (death.survives) throw broken();
      killed(new Killed(`killed ${death.moment} call ${death.call}`));
      return never;
    };
    return {
      endpoint: aws.endpoint,
      region: aws.region,
      ...DEVELOPER,
      maxAttempts: 1,
      requestHandler: { handle, destroy: () => http.destroy() },
    };
  }
}
