import { randomBytes } from 'crypto';
import { type Principal } from './service';

/** Temporary credentials, as STS hands them out. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** Whose access keys are whose. Signatures are not verified: whoever names a key holds it. */
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

  /** Takes a key out of use. */
  revoke(accessKeyId: string): void {
    this.issued.delete(accessKeyId);
  }

  /** `undefined` for a temporary key that was never issued. Long-term keys are the developer's. */
  principalOf(accessKeyId: string): Principal | undefined {
    return this.issued.get(accessKeyId) ?? (accessKeyId.startsWith('ASIA') ? undefined : { kind: 'developer' });
  }
}
