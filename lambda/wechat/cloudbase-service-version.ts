/**
 * `Custom::WeChatCloudBaseServiceVersion`: a version that somebody else has deployed. WeChat has no tags, so only the
 * physical id records the version, and a Create only reads.
 *
 * | event                                                  | the version                                                     |
 * | ------------------------------------------------------ | --------------------------------------------------------------- |
 * | Create, Update                                         | is looked up and recorded; the event fails if it does not exist |
 * | Update in a rollback                                   | is recorded, even if it cannot be looked up                     |
 * | Delete, the Create has not answered                    | stays: it was not recorded                                      |
 * | Delete in a rollback of the stack or its parents       | stays: it was only recorded                                     |
 * | Delete, of no successful deployment                    | stays: it was only recorded                                     |
 * | Delete in a clean-up, another resource has recorded it | stays: its construct was renamed                                |
 * | any other Delete                                       | is deleted; if it must not be, `OnRefusal` decides              |
 * | Delete, if it is over                                  | stays, and the event has no answer                              |
 */
import {
  type CloudBaseServiceVersionData,
  type CloudBaseServiceVersionProperties,
  ServiceVersionShape,
} from '../../contract/wechat';
import { ownerOf } from '../runtime/claimed-artifact';
import { type Answer, type ResourceHandler, type Scope } from '../runtime/custom-resource';
import { type WeChatClients } from './clients';
import { type ServiceVersionName } from './gateway';
import { type PhysicalId, parsePhysicalId, serviceVersionId } from './names';
import { ServiceVersionEvent } from './service-version-event';

type Wanted = CloudBaseServiceVersionProperties;

export class CloudBaseServiceVersionHandler implements ResourceHandler<Wanted> {
  readonly createOnlyReads = true;
  readonly shape = ServiceVersionShape;

  constructor(private readonly clients: WeChatClients) {}

  physicalResourceId(wanted: Wanted, scope: Scope): string {
    return serviceVersionId(nameOf(wanted), ownerOf(scope));
  }

  async create(wanted: Wanted, scope: Scope): Promise<Answer> {
    await this.event(wanted, { ...nameOf(wanted), owner: ownerOf(scope) }, scope).verify();
    return answer(this.physicalResourceId(wanted, scope), wanted);
  }

  async update(wanted: Wanted, physicalResourceId: string, scope: Scope): Promise<Answer> {
    const owner = parsePhysicalId(physicalResourceId)?.owner ?? ownerOf(scope);
    await this.event(wanted, { ...nameOf(wanted), owner }, scope).verifyUnlessRollback();
    return answer(serviceVersionId(nameOf(wanted), owner), wanted);
  }

  async delete(wanted: Wanted, physicalResourceId: string, scope: Scope): Promise<void> {
    const id = parsePhysicalId(physicalResourceId);
    if (id) await this.event(wanted, id, scope).delete();
  }

  private event(wanted: Wanted, id: PhysicalId, scope: Scope): ServiceVersionEvent {
    return new ServiceVersionEvent(wanted, id, scope, this.clients);
  }
}

const nameOf = ({ EnvironmentId, ServerName, VersionName }: Wanted): ServiceVersionName => ({
  environmentId: EnvironmentId,
  serverName: ServerName,
  versionName: VersionName,
});

function answer(physicalResourceId: string, { VersionName }: Wanted): Answer {
  const data: CloudBaseServiceVersionData = { VersionName };
  return { physicalResourceId, data: { ...data } };
}
