/** The tokens of the third-party platform, and the credentials from which they are made. */
// documented: WeChat documentation, api_component_token
// unverified: which of several broken members is told first, and the number of tokens of a day
import { randomBytes } from 'node:crypto';
import type { LocalClock } from '../../core/service';
import type { WeChatBehavior } from './behavior';
import { weChatError } from './errors';

const TOKEN_SECONDS = 7200;

/** The third-party platform whose tokens are accepted. Its ticket is the last one that WeChat has pushed. */
export interface Platform {
  appId: string;
  appSecret: string;
  verifyTicket: string;
  /** Whether the ticket is older than twelve hours. */
  ticketExpired: boolean;
  /** How many tokens can still be made today. */
  quota: number;
}

export class Tokens {
  readonly platform: Platform = {
    appId: 'wx5f0e1d2c3b4a5968',
    appSecret: 'platform-secret',
    verifyTicket: 'ticket@@@current',
    ticketExpired: false,
    quota: 2000,
  };
  private readonly issued = new Map<string, { expiresAt: number; voided: boolean }>();
  private latest = '';

  constructor(
    private readonly clock: LocalClock,
    private readonly behavior: WeChatBehavior,
  ) {
    this.issue();
  }

  get current(): string {
    return this.latest;
  }

  issue(): string {
    if (this.behavior.newTokenVoidsOld) for (const token of this.issued.values()) token.voided = true;
    this.latest = `token_${randomBytes(24).toString('hex')}`;
    this.issued.set(this.latest, { expiresAt: this.clock.now() + TOKEN_SECONDS * 1000, voided: false });
    return this.latest;
  }

  /** Ends the lifetime of the current token. */
  expire(): void {
    this.issued.get(this.latest)!.expiresAt = this.clock.now();
  }

  check(token: string | null): void {
    if (!token) throw weChatError(41001);
    const issued = this.issued.get(token);
    if (!issued) throw weChatError(40014);
    if (issued.expiresAt <= this.clock.now()) throw weChatError(42001);
    if (issued.voided) throw weChatError(40001);
  }

  /** api_component_token */
  make(input: Readonly<Record<string, unknown>>): object {
    const { appId, appSecret, verifyTicket, ticketExpired } = this.platform;
    if (input.component_appid !== appId) throw weChatError(61011);
    if (!input.component_appsecret) throw weChatError(41004);
    if (input.component_appsecret !== appSecret) throw weChatError(40125);
    if (input.component_verify_ticket !== verifyTicket) throw weChatError(61006);
    if (ticketExpired) throw weChatError(61005);
    if (this.platform.quota-- <= 0) throw weChatError(45009);
    // unlike other answers, this answer has no errcode.
    return { component_access_token: this.issue(), expires_in: TOKEN_SECONDS };
  }
}
