/**
 * CloudFormation's own software packages and versions, as AWS's handlers treat them: see `aws-iot-softwarepackage` and
 * `aws-iot-softwarepackageversion` of aws-cloudformation/aws-cloudformation-resource-providers-iot at f32fb1b.
 */
// documented: resource handlers, aws-iot-softwarepackage and aws-iot-softwarepackageversion at f32fb1b
// unverified: artifacts and recipes, which this handler of 2024 does not know; the property Sbom has no effect here
import { type InternalCall } from '../../../core/service';
import { type Properties } from '../template';
import {
  type ResourceRequest,
  type ResourceType,
  type UpdateRequest,
  camelCased,
  generatedName,
  orUndefined,
  tagMap,
  unlessMissing,
  untilMissing,
} from './resource-type';

export const softwarePackage: ResourceType = {
  createOnly: ['PackageName'],
  nameProperty: 'PackageName',
  async create(request) {
    const { properties, call } = request;
    const { packageArn, packageName } = await call('iot', 'CreatePackage', {
      packageName: properties.PackageName ?? generatedName(request, 128),
      description: properties.Description,
      tags: tagsOf(request),
    });
    return { physicalId: packageName, attributes: { PackageArn: packageArn } };
  },
  async update(request) {
    const { properties, physicalId, attributes, call } = request;
    await call('iot', 'UpdatePackage', { packageName: physicalId, description: properties.Description });
    await retag(String(attributes.PackageArn), request);
    return { physicalId, attributes };
  },
  async read({ physicalId: packageName, call }) {
    const found = await orUndefined(call('iot', 'GetPackage', { packageName }));
    return found && { PackageName: found.packageName, Description: found.description };
  },
  /**
   * Deletes the package with all its versions, even those of others. The default version prevents it, because the
   * handler does not undesignate it.
   */
  async delete({ physicalId: packageName, call, world }) {
    const look = () => call('iot', 'GetPackage', { packageName });
    await unlessMissing(
      (async () => {
        for (const versionName of await versionNames(packageName, call)) {
          await call('iot', 'DeletePackageVersion', { packageName, versionName });
        }
        await look();
        await call('iot', 'DeletePackage', { packageName });
      })(),
    );
    await untilMissing(look, world.clock);
  },
};

async function versionNames(packageName: string, call: InternalCall): Promise<string[]> {
  const names: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await call('iot', 'ListPackageVersions', { packageName, nextToken });
    names.push(...page.packageVersionSummaries.map(({ versionName }: { versionName: string }) => versionName));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return names;
}

export const softwarePackageVersion: ResourceType = {
  createOnly: ['PackageName', 'VersionName'],
  nameProperty: 'VersionName',
  async create(request) {
    const { properties, call } = request;
    const { packageVersionArn, packageName, versionName, status, errorReason } = await call(
      'iot',
      'CreatePackageVersion',
      {
        packageName: properties.PackageName,
        versionName: properties.VersionName ?? generatedName(request, 64),
        ...changeable(properties),
        tags: tagsOf(request),
      },
    );
    const attributes = { PackageVersionArn: packageVersionArn, Status: status, ErrorReason: errorReason };
    return { physicalId: `${packageName}|${versionName}`, attributes };
  },
  async update(request) {
    const { properties, physicalId, attributes, call } = request;
    await call('iot', 'UpdatePackageVersion', { ...namesOf(physicalId), ...changeable(properties) });
    await retag(String(attributes.PackageVersionArn), request);
    return { physicalId, attributes };
  },
  async read({ physicalId, call }) {
    const found = await orUndefined(call('iot', 'GetPackageVersion', namesOf(physicalId)));
    return found && { VersionName: found.versionName, Description: found.description, Attributes: found.attributes };
  },
  /** Deletes the version, even if somebody else has adopted it meanwhile. */
  async delete({ physicalId, call, world }) {
    const names = namesOf(physicalId);
    const look = () => call('iot', 'GetPackageVersion', names);
    await unlessMissing(look().then(() => call('iot', 'DeletePackageVersion', names)));
    await untilMissing(look, world.clock);
  },
};

/** Includes the tags of the stack. The tags of the resource win. */
function tagsOf({ properties, stack }: ResourceRequest): Readonly<Record<string, string>> | undefined {
  const tags = { ...stack.deployed?.tags, ...tagMap(properties) };
  return Object.keys(tags).length > 0 ? tags : undefined;
}

/** Exchanges the former tags of the resource for its current ones. unverified: that other tags stay. */
async function retag(resourceArn: string, request: UpdateRequest): Promise<void> {
  const { properties, oldProperties, call } = request;
  const tags = tagsOf(request) ?? {};
  const tagKeys = Object.keys(tagMap(oldProperties) ?? {}).filter(key => !(key in tags));
  if (tagKeys.length > 0) await call('iot', 'UntagResource', { resourceArn, tagKeys });
  if (JSON.stringify(properties.Tags) === JSON.stringify(oldProperties.Tags)) return;
  const list = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  if (list.length > 0) await call('iot', 'TagResource', { resourceArn, tags: list });
}

function changeable({ Description, Attributes, Artifact, Recipe }: Properties): Properties {
  return { description: Description, attributes: Attributes, artifact: camelCased(Artifact), recipe: Recipe };
}

function namesOf(physicalId: string): { packageName: string; versionName: string } {
  const [packageName, versionName] = physicalId.split('|');
  return { packageName, versionName };
}
