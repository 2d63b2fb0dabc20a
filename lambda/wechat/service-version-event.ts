/** One event about one service version. */
import { MetricName } from '../../contract/cloudformation';
import { type CloudBaseServiceVersionProperties, WECHAT_API } from '../../contract/wechat';
import { Deadline } from '../runtime/clock';
import { type Scope } from '../runtime/custom-resource';
import { Refusal, isLeftAlone } from '../runtime/errors';
import { retryPassing } from '../runtime/retry';
import { AccessToken, readToken } from './access-token';
import { type WeChatClients } from './clients';
import { NoAnswer, isRefused } from './errors';
import { WeChatGateway, type WithLastVersion } from './gateway';
import { type Allowance, isInTransition, whyItStays } from './guard';
import { type Found, findVersion } from './listing';
import { type PhysicalId, idPrefix, serviceVersionId, versionInWords } from './names';
import { postTo } from './transport';

type Wanted = CloudBaseServiceVersionProperties;

/** How long, in ms, a look may take that changes nothing: longer than WeChat's limits by the minute last. */
const VERIFICATION = 150_000;

export class ServiceVersionEvent {
  private readonly gateway: WeChatGateway;
  private readonly what: string;
  private readonly physicalId: string;

  constructor(
    private readonly wanted: Wanted,
    private readonly id: PhysicalId,
    private readonly scope: Scope,
    private readonly clients: WeChatClients,
  ) {
    const { AccessToken: source, ApiEndpoint = WECHAT_API } = wanted;
    const post = (clients.transport ?? postTo)(ApiEndpoint, clients.ended);
    const token = new AccessToken(() => readToken(source, clients.secrets, post));
    this.gateway = new WeChatGateway(post, token, scope);
    this.what = versionInWords(id);
    this.physicalId = serviceVersionId(id, id.owner);
  }

  /** Throws where the version does not exist. */
  async verify(): Promise<void> {
    if (this.wanted.Verification === 'NONE') return;
    const { environmentId, serverName, versionName } = this.id;
    const { clock, deadline, log } = this.scope;
    const bounds = { clock, log, deadline: new Deadline(clock, Math.min(deadline.at, clock.now() + VERIFICATION)) };
    const { version } = await retryPassing(bounds, () => findVersion(this.gateway, this.id));
    if (version) return;
    throw new Error(
      `version ${versionName} of service ${serverName} does not exist in ${environmentId}: deploy it there first, or set ` +
        'verification to NONE where versions cannot be listed',
    );
  }

  /** A rollback brings the record back, whatever has become of the version. */
  async verifyUnlessRollback(): Promise<void> {
    try {
      await this.verify();
    } catch (error) {
      if ((await this.scope.stackPhase()) !== 'rolling-back') throw error;
      this.scope.log.error('rolled back to a version that could not be verified', { id: this.physicalId, error });
    }
  }

  async delete(): Promise<void> {
    const { scope, physicalId } = this;
    const phase = await scope.stackPhase();
    if (phase === 'rolling-back' || !(await scope.hadAtSuccess(physicalId))) {
      return scope.log.info('the version was only recorded, by a deployment that failed: it stays', { id: physicalId });
    }
    if (phase !== 'deleting' && (await this.isRecordedElsewhere())) {
      return scope.log.info('another resource of the stack has the version: it stays', { id: physicalId });
    }
    try {
      await (this.wanted.Verification === 'NONE'
        ? this.removeUnseen()
        : this.removeSeen({ stackGoes: phase === 'deleting' }));
    } catch (error) {
      if (this.wanted.OnRefusal !== 'LEAVE' || !isLeftAlone(error)) throw error;
      scope.log.count(MetricName.REFUSED);
      scope.log.error(error.message, { refused: error.name });
    }
  }

  /**
   * After a rename of its construct the version belongs to the new one; no tag of WeChat's could tell. One that goes at
   * the same time keeps nothing: each of two would leave the version to the other.
   */
  private async isRecordedElsewhere(): Promise<boolean> {
    const { stackId, logicalId } = this.scope;
    const resources = await this.clients.stackResources(stackId);
    const others = resources.filter(other => other.logicalId !== logicalId && !other.isGoing);
    return others.some(({ physicalId }) => physicalId.startsWith(idPrefix(this.id)));
  }

  /** Returns when the version is gone. Throws a `Refusal` where it must stay, or where WeChat says no. */
  private async removeSeen({ stackGoes }: { readonly stackGoes: boolean }): Promise<void> {
    const allowed = { deleteServerWithLastVersion: this.wanted.DeleteServerWithLastVersion ?? false, stackGoes };
    try {
      // each attempt looks anew: while one waits, traffic moves, other versions go, and this one may be made again.
      await retryPassing(this.scope, () => this.attempt(allowed));
    } catch (error) {
      if (isRefused(error)) throw new Refusal(error.message);
      throw error;
    }
  }

  private async attempt(allowed: Allowance): Promise<void> {
    const found = await this.look();
    if (!found.version) return this.scope.log.info('service version gone', { ...this.id });
    this.refuseWhatStays(found, allowed);
    try {
      await this.gateway.deleteVersion(this.id, this.goingWith(found), this.guardOf(found, allowed));
    } catch (error) {
      if (!isRefused(error)) throw error;
      // the code of a version that is gone is not documented.
      const { version } = await this.look();
      if (!version) return;
      if (isInTransition(version.status ?? ''))
        throw new InTransition(`${this.what} is ${version.status}: ${error.message}`);
      throw error;
    }
  }

  /** Asked when the removal is about to be sent: first directly after the look, then after each wait for a token. */
  private guardOf(found: Found, allowed: Allowance) {
    let isFresh = true;
    return async () => {
      if (!isFresh) {
        const now = await this.look();
        this.refuseWhatStays(now, allowed);
        if (!now.version || now.total <= 1 !== found.total <= 1) throw new Changed(`${this.what} is looked for anew`);
      }
      isFresh = false;
      await this.scope.operation.confirm('wait');
    };
  }

  private refuseWhatStays(found: Found, allowed: Allowance): void {
    const reason = found.version && whyItStays(found, allowed);
    if (reason) throw new Refusal(`${this.what} is not removed: ${reason}`);
  }

  /** A listing that is refused does not say that a version may go. */
  private async look(): Promise<Found> {
    try {
      return await findVersion(this.gateway, this.id);
    } catch (error) {
      if (!isRefused(error)) throw error;
      throw new Refusal(
        `${this.what} is not removed, since the versions of its service cannot be listed: ${error.message}`,
      );
    }
  }

  /** The flags are only sent with what was seen to be the last version. */
  private goingWith({ total }: Found): WithLastVersion {
    return total <= 1 ? this.withLast : { deleteServer: false, deleteImage: false };
  }

  private get withLast(): WithLastVersion {
    const { DeleteServerWithLastVersion = false, DeleteImageWithServer = false } = this.wanted;
    return { deleteServer: DeleteServerWithLastVersion, deleteImage: DeleteImageWithServer };
  }

  /** Where nothing can be listed, only WeChat's own word counts. */
  private async removeUnseen(): Promise<void> {
    const { scope } = this;
    let unanswered: NoAnswer | undefined;
    try {
      await retryPassing(scope, async () => {
        try {
          await this.gateway.deleteVersion(this.id, this.withLast, () => scope.operation.confirm('wait'));
        } catch (error) {
          if (error instanceof NoAnswer) unanswered = error;
          throw error;
        }
      });
    } catch (error) {
      if (error instanceof NoAnswer) throw new Error(`${this.unknown}: ${error.message}`, { cause: error });
      if (!isRefused(error)) throw error;
      const before = unanswered ? `, after a request without an answer (${unanswered.message})` : '';
      throw new Refusal(`${this.unknown}: ${error.message}${before}`);
    }
  }

  private get unknown(): string {
    return (
      `whether ${this.what} still exists is unknown, since nothing is listed (verification NONE); look at the CloudBase ` +
      'console, and delete it there or retain the resource'
    );
  }
}

/** A version is being built, deployed or deleted: how long that takes nobody knows. */
class InTransition extends Refusal {
  readonly isThrottled = true;
}

/** What was decided no longer fits what is there. */
class Changed extends Error {
  readonly isTransient = true;
}
