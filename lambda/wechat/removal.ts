/** What becomes of a service version that its stack lets go. */
import { type CloudBaseServiceVersionProperties } from '../../contract/wechat';
import { type Scope } from '../runtime/custom-resource';
import { Refusal } from '../runtime/errors';
import { NoAnswer, WeChatError } from './errors';
import { type ServiceVersionName, type WeChatGateway, type WithLastVersion } from './gateway';
import { whyItStays } from './guard';
import { type Found, findVersion } from './listing';

type Wanted = CloudBaseServiceVersionProperties;

/** Returns when the version is gone. Throws a `Refusal` where it must stay, or where WeChat says no. */
export async function removeVersion(
  gateway: WeChatGateway,
  at: ServiceVersionName,
  wanted: Wanted,
  scope: Scope,
): Promise<void> {
  if (wanted.Verification === 'NONE') return removeUnseen(gateway, at, withLast(wanted));

  const stackGoes = (await scope.stackPhase()) === 'deleting';
  const allowed = { deleteServerWithLastVersion: wanted.DeleteServerWithLastVersion ?? false, stackGoes };
  for (let attempt = 1; ; attempt++) {
    const found = await look(gateway, at);
    if (!found.version) return scope.log.info('service version gone', { ...at });
    const reason = whyItStays(found, allowed);
    if (reason) throw new Refusal(`${what(at)} is not removed: ${reason}`);
    // the flags are only sent with what was seen to be the last version.
    const isLast = found.total <= 1;
    try {
      return await gateway.deleteVersion(at, isLast ? withLast(wanted) : NOTHING_ELSE);
    } catch (error) {
      if (error instanceof NoAnswer) {
        if (await gateway.pause(attempt)) continue;
        throw error;
      }
      if (!isRefused(error)) throw error;
      // the code of a version that is gone is not documented.
      if (!(await look(gateway, at)).version) return;
      throw new Refusal(error.message);
    }
  }
}

/** Where nothing can be listed, only WeChat's own word counts. */
async function removeUnseen(gateway: WeChatGateway, at: ServiceVersionName, flags: WithLastVersion): Promise<void> {
  let unanswered: NoAnswer | undefined;
  for (let attempt = 1; ; attempt++) {
    try {
      return await gateway.deleteVersion(at, flags);
    } catch (error) {
      if (error instanceof NoAnswer) {
        unanswered = error;
        if (await gateway.pause(attempt)) continue;
        throw new Error(`${unknown(at)}: ${error.message}`, { cause: error });
      }
      if (!isRefused(error)) throw error;
      const before = unanswered ? `, after a request without an answer (${unanswered.message})` : '';
      throw new Refusal(`${unknown(at)}: ${error.message}${before}`);
    }
  }
}

/** A listing that is refused does not say that a version may go. */
async function look(gateway: WeChatGateway, at: ServiceVersionName): Promise<Found> {
  try {
    return await findVersion(gateway, at);
  } catch (error) {
    if (!isRefused(error)) throw error;
    throw new Refusal(
      `${what(at)} is not removed, since the versions of its service cannot be listed: ${error.message}`,
    );
  }
}

const NOTHING_ELSE: WithLastVersion = { deleteServer: false, deleteImage: false };

const withLast = ({ DeleteServerWithLastVersion = false, DeleteImageWithServer = false }: Wanted): WithLastVersion => ({
  deleteServer: DeleteServerWithLastVersion,
  deleteImage: DeleteImageWithServer,
});

const isRefused = (error: unknown): error is WeChatError =>
  error instanceof WeChatError && error.reaction === 'refused';

const what = ({ environmentId, serverName, versionName }: ServiceVersionName) =>
  `version ${versionName} of service ${serverName} in ${environmentId}`;

const unknown = (at: ServiceVersionName) =>
  `whether ${what(at)} still exists is unknown, since nothing is listed (verification NONE); look at the CloudBase ` +
  'console, and delete it there or retain the resource';
