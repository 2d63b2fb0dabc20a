/** CloudFormation's own software packages and versions, without the lifecycle that this library adds. */
import { type Properties } from '../template';
import { type ResourceType, camelCased, generatedName, tagMap, unlessMissing } from './resource-type';

export const softwarePackage: ResourceType = {
  createOnly: ['PackageName'],
  nameProperty: 'PackageName',
  async create(request) {
    const { properties, call } = request;
    const { packageArn, packageName } = await call('iot', 'CreatePackage', {
      packageName: properties.PackageName ?? generatedName(request, 128),
      description: properties.Description,
      tags: tagMap(properties),
    });
    return { physicalId: packageName, attributes: { PackageArn: packageArn } };
  },
  async update({ properties, physicalId, attributes, call }) {
    await call('iot', 'UpdatePackage', { packageName: physicalId, description: properties.Description });
    return { physicalId, attributes };
  },
  delete: ({ physicalId, call }) => unlessMissing(call('iot', 'DeletePackage', { packageName: physicalId })),
};

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
        tags: tagMap(properties),
      },
    );
    const attributes = { PackageVersionArn: packageVersionArn, Status: status, ErrorReason: errorReason };
    return { physicalId: `${packageName}|${versionName}`, attributes };
  },
  async update({ properties, physicalId, attributes, call }) {
    await call('iot', 'UpdatePackageVersion', { ...namesOf(physicalId), ...changeable(properties) });
    return { physicalId, attributes };
  },
  delete: ({ physicalId, call }) => unlessMissing(call('iot', 'DeletePackageVersion', namesOf(physicalId))),
};

function changeable({ Description, Attributes, Artifact, Recipe }: Properties): Properties {
  return { description: Description, attributes: Attributes, artifact: camelCased(Artifact), recipe: Recipe };
}

function namesOf(physicalId: string): { packageName: string; versionName: string } {
  const [packageName, versionName] = physicalId.split('|');
  return { packageName, versionName };
}
