import { randomBytes } from 'crypto';
import { type Principal } from './service';

/** Temporary credentials, as STS issues them. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** The owners of access keys. Signatures are not verified: a caller that names a key has it. */
export class CredentialStore {
  private readonly issued = new Map<string, Principal>();

  issue(principal: Principal): Credentials {
    const accessKeyId = `ASIA${randomBytes(8).toString('hex').toUpperCase()}`;
    this.issued.set(accessKeyId, principal);
    return {
      accessKeyId,
      secretAccessKey: randomBytes(20).toString('hex'),
      sessionToken: randomBytes(32).toString('hex'),
    };
  }

  /** Revokes a key. */
  revoke(accessKeyId: string): void {
    this.issued.delete(accessKeyId);
  }

  /** `undefined` for a temporary key that was never issued. Long-term keys are the developer's. */
  principalOf(accessKeyId: string): Principal | undefined {
    return this.issued.get(accessKeyId) ?? (accessKeyId.startsWith('ASIA') ? undefined : { kind: 'developer' });
  }
}
