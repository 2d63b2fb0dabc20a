/** The permissions that calls on packages and versions need, with the condition keys of both. */
import type { Needed, World } from '../service';
import { packageArn, versionArn } from './catalog';
import type { TagStore, Tags } from './tags';

interface Named {
  readonly packageName?: string;
  readonly versionName?: string;
  /** The tags that a create brings. */
  readonly tags?: Tags;
}

function on(tags: TagStore, action: string, resource: string, requested?: Tags): Needed {
  return { action: `iot:${action}`, resource, context: tags.context(resource, requested) };
}

export function onPackage(tags: TagStore, action: string, world: World, input: Named): Needed {
  return on(tags, action, packageArn(world, input.packageName), input.tags);
}

/** The calls on versions need their action on the package as well. */
export function onVersion(tags: TagStore, action: string, world: World, input: Named): readonly Needed[] {
  return [onPackage(tags, action, world, input), onVersionOnly(tags, action, world, input)];
}

/** The calls on SBOMs do not. */
export function onVersionOnly(tags: TagStore, action: string, world: World, input: Named): Needed {
  return on(tags, action, versionArn(world, input.packageName, input.versionName), input.tags);
}
