/** One event about one service version. */
import { MetricName } from '../../contract/cloudformation';
import { type CloudBaseServiceVersionProperties, WECHAT_API } from '../../contract/wechat';
import { Deadline } from '../runtime/clock';
import { type Scope } from '../runtime/custom-resource';
import { Refusal, isLeftAlone } from '../runtime/errors';
import { retryPassing, retryReading } from '../runtime/retry';
import { AccessToken, readToken } from './access-token';
import { type WeChatClients } from './clients';
import { NoAnswer, isRefused } from './errors';
import { WeChatGateway, type WithLastVersion } from './gateway';
import { type Allowance, isInTransition, whyItStays } from './guard';
import { type Found, findVersion, isServiceGone } from './listing';
import { type PhysicalId, idPrefix, serviceVersionId, versionInWords } from './names';
import { postTo } from './transport';

type Wanted = CloudBaseServiceVersionProperties;

/** How long, in ms, a read can take: longer than WeChat's limits by the minute last. */
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

  /** Throws if the version does not exist. */
  async verify(): Promise<void> {
    if (this.wanted.Verification === 'NONE') return;
    const { environmentId, serverName, versionName } = this.id;
    const { clock, deadline, log } = this.scope;
    const bounds = { clock, log, deadline: new Deadline(clock, Math.min(deadline.at, clock.now() + VERIFICATION)) };
    const { version } = await retryPassing(bounds, () => findVersion(this.gateway, this.id));
    if (version) return;
    throw new Error(
      `version ${versionName} of service ${serverName} does not exist in ${environmentId}: deploy it there first, or set ` +
        'verification to NONE if versions cannot be listed',
    );
  }

  /** A rollback restores the record, whatever has happened to the version. */
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
      return scope.log.info('a failed deployment had only recorded the version: it stays', { id: physicalId });
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
   * After a rename of its construct, the version belongs to the new construct; WeChat has no tag that could tell. A
   * resource that is being deleted at the same time does not count: each of two would leave the version to the other.
   */
  private async isRecordedElsewhere(): Promise<boolean> {
    const { stackId, logicalId } = this.scope;
    const resources = await retryReading(this.scope, () => this.clients.stackResources(stackId));
    const others = resources.filter(other => other.logicalId !== logicalId && !other.isGoing);
    return others.some(({ physicalId }) => physicalId.startsWith(idPrefix(this.id)));
  }

  /** Returns when the version is gone. Throws a `Refusal` if it must stay, or if WeChat refuses. */
  private async removeSeen({ stackGoes }: { readonly stackGoes: boolean }): Promise<void> {
    const allowed = { deleteServerWithLastVersion: this.wanted.DeleteServerWithLastVersion ?? false, stackGoes };
    try {
      // each attempt reads the state again: during a wait, traffic can move, other versions can be removed, and this
      // one can be made again.
      await retryPassing(this.scope, () => this.attempt(allowed));
    } catch (error) {
      if (isRefused(error)) throw new Refusal(error.message);
      throw error;
    }
  }

  private async attempt(allowed: Allowance): Promise<void> {
    const found = await this.look();
    if (!found.version) return this.scope.log.info('service version removed', { ...this.id });
    this.refuseWhatStays(found, allowed);
    try {
      await this.gateway.deleteVersion(this.id, this.goingWith(found), this.guardOf(found, allowed));
    } catch (error) {
      if (!isRefused(error)) throw error;
      // the code for a missing version is not documented.
      const { version } = await this.look();
      if (!version) return;
      if (isInTransition(version.status ?? ''))
        throw new InTransition(`${this.what} is ${version.status}: ${error.message}`);
      throw error;
    }
  }

  /** Called when the removal is about to be sent: first directly after the read, then after each wait for a token. */
  private guardOf(found: Found, allowed: Allowance) {
    let isFresh = true;
    return async () => {
      if (!isFresh) {
        const now = await this.look();
        this.refuseWhatStays(now, allowed);
        if (!now.version || now.total <= 1 !== found.total <= 1) throw new Changed(`reading ${this.what} again`);
      }
      isFresh = false;
      await this.scope.operation.confirm('wait');
    };
  }

  private refuseWhatStays(found: Found, allowed: Allowance): void {
    const reason = found.version && whyItStays(found, allowed);
    if (reason) throw new Refusal(`${this.what} is not removed: ${reason}`);
  }

  /** A refused listing does not prove that a version can be removed, except if its service is gone. */
  private async look(): Promise<Found> {
    try {
      return await findVersion(this.gateway, this.id);
    } catch (error) {
      if (!isRefused(error)) throw error;
      if (await isServiceGone(this.gateway, this.id)) return { total: 0 };
      throw new Refusal(
        `${this.what} is not removed, because the versions of its service cannot be listed: ${error.message}`,
      );
    }
  }

  /** The flags are only sent with a version that was seen to be the last one. */
  private goingWith({ total }: Found): WithLastVersion {
    return total <= 1 ? this.withLast : { deleteServer: false, deleteImage: false };
  }

  private get withLast(): WithLastVersion {
    const { DeleteServerWithLastVersion = false, DeleteImageWithServer = false } = this.wanted;
    return { deleteServer: DeleteServerWithLastVersion, deleteImage: DeleteImageWithServer };
  }

  /** If versions cannot be listed, only WeChat's own answer counts. */
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
      `it is unknown whether ${this.what} still exists, because versions are not listed (verification NONE): look at the CloudBase ` +
      'console, and delete it there or retain the resource'
    );
  }
}

/** A version is being built, deployed or deleted: nobody knows how long that takes. */
class InTransition extends Refusal {
  readonly isThrottled = true;
}

/** The decision no longer fits the state of the service. */
class Changed extends Error {
  readonly isTransient = true;
}
