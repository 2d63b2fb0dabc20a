import { MetricName } from '../../contract/cloudformation';
import {
  type CloudBaseServiceVersionAttributes,
  type CloudBaseServiceVersionProperties,
  ServiceVersionShape,
  WECHAT_API,
} from '../../contract/wechat';
import { type Answer, type ResourceHandler, type Scope } from '../runtime/custom-resource';
import { isLeftAlone } from '../runtime/errors';
import { claimant } from '../runtime/ownership';
import { AccessToken, readToken } from './access-token';
import { type WeChatClients } from './clients';
import { type ServiceVersionName, WeChatGateway } from './gateway';
import { findVersion } from './listing';
import { idPrefix, parsePhysicalId, serviceVersionId } from './names';
import { removeVersion } from './removal';
import { postTo } from './transport';

type Wanted = CloudBaseServiceVersionProperties;

/**
 * `Custom::WeChatCloudBaseServiceVersion`: a version that somebody else has made. Create only records it, so nothing is
 * to be undone when a deployment fails.
 */
export class CloudBaseServiceVersionHandler implements ResourceHandler<Wanted> {
  readonly createOnlyReads = true;
  readonly shape = ServiceVersionShape;

  constructor(private readonly clients: WeChatClients) {}

  physicalResourceId(wanted: Wanted, scope: Scope): string {
    return serviceVersionId(nameOf(wanted), claimant(scope.stackId, scope.logicalId).ownerId);
  }

  async create(wanted: Wanted, scope: Scope): Promise<Answer> {
    await this.verify(wanted, scope);
    return answer(this.physicalResourceId(wanted, scope), wanted);
  }

  async update(wanted: Wanted, physicalResourceId: string, scope: Scope): Promise<Answer> {
    const owner = parsePhysicalId(physicalResourceId)?.owner;
    const id = owner ? serviceVersionId(nameOf(wanted), owner) : this.physicalResourceId(wanted, scope);
    try {
      await this.verify(wanted, scope);
    } catch (error) {
      if ((await scope.stackPhase()) !== 'rolling-back') throw error;
      scope.log.error('rolled back to a version that could not be verified', { id, error });
    }
    return answer(id, wanted);
  }

  async delete(wanted: Wanted, physicalResourceId: string, scope: Scope): Promise<void> {
    const at = parsePhysicalId(physicalResourceId);
    // of a Create that never answered: it had recorded nothing.
    if (!at) return;
    const phase = await scope.stackPhase();
    if (phase === 'rolling-back') {
      return scope.log.info('the version was only recorded: it stays', { id: physicalResourceId });
    }
    if (phase !== 'deleting' && (await this.isRecordedElsewhere(at, scope))) {
      return scope.log.info('another resource of the stack has the version: it stays', { id: physicalResourceId });
    }
    try {
      await removeVersion(this.gateway(wanted, scope), at, wanted, scope);
    } catch (error) {
      if (wanted.OnRefusal !== 'LEAVE' || !isLeftAlone(error)) throw error;
      scope.log.count(MetricName.REFUSED);
      scope.log.error(error.message, { refused: error.name });
    }
  }

  private async verify(wanted: Wanted, scope: Scope): Promise<void> {
    if (wanted.Verification === 'NONE') return;
    const { EnvironmentId, ServerName, VersionName } = wanted;
    const { version } = await findVersion(this.gateway(wanted, scope), nameOf(wanted));
    if (version) return;
    throw new Error(
      `version ${VersionName} of service ${ServerName} does not exist in ${EnvironmentId}: deploy it there first, or set ` +
        'verification to NONE where versions cannot be listed',
    );
  }

  /** After a rename of its construct the version belongs to the new one; no tag of WeChat's could tell. */
  private async isRecordedElsewhere(at: ServiceVersionName, { stackId, logicalId }: Scope): Promise<boolean> {
    const resources = await this.clients.stackResources(stackId);
    return resources.some(other => other.logicalId !== logicalId && other.physicalId.startsWith(idPrefix(at)));
  }

  private gateway({ AccessToken: source, ApiEndpoint = WECHAT_API }: Wanted, scope: Scope): WeChatGateway {
    const post = postTo(ApiEndpoint, this.clients.ended);
    const token = new AccessToken(() => readToken(source, this.clients.secrets, post));
    return new WeChatGateway(post, token, scope);
  }
}

const nameOf = ({ EnvironmentId, ServerName, VersionName }: Wanted): ServiceVersionName => ({
  environmentId: EnvironmentId,
  serverName: ServerName,
  versionName: VersionName,
});

function answer(physicalResourceId: string, { VersionName }: Wanted): Answer {
  const data: CloudBaseServiceVersionAttributes = { VersionName };
  return { physicalResourceId, data: { ...data } };
}
