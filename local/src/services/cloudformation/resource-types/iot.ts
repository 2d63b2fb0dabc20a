/**
 * CloudFormation's own software packages and versions, as AWS's handlers treat them: see `aws-iot-softwarepackage` and
 * `aws-iot-softwarepackageversion` of aws-cloudformation/aws-cloudformation-resource-providers-iot at f32fb1b.
 */
// documented: resource handlers, aws-iot-softwarepackage and aws-iot-softwarepackageversion at f32fb1b
// unverified: artifacts, recipes and SBOMs, which this handler of 2024 does not know; SbomValidationStatus is empty without
// an SBOM
import { isDeepStrictEqual } from 'node:util';
import { type InternalCall } from '../../../core/service';
import { type Properties } from '../template';
import { type Handler, type HandlerErrorCode, LeftBehind, handled } from './handled';
import {
  type ExistingRequest,
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

/** How the handlers of packages and versions translate the errors of the service. */
const CODES: Readonly<Record<string, HandlerErrorCode>> = {
  ConflictException: 'AlreadyExists',
  ResourceAlreadyExistsException: 'AlreadyExists',
  ResourceNotFoundException: 'NotFound',
  UnauthorizedException: 'AccessDenied',
  AccessDeniedException: 'AccessDenied',
  InternalFailureException: 'InternalFailure',
  ServiceUnavailableException: 'GeneralServiceException',
  InvalidRequestException: 'InvalidRequest',
  ValidationException: 'InvalidRequest',
  ConflictingResourceUpdateException: 'ResourceConflict',
  VersionConflictException: 'ResourceConflict',
  ThrottlingException: 'Throttling',
};

const PACKAGE: Handler = {
  schema: { required: [], optional: ['Description', 'PackageName', 'Tags'], readOnly: ['PackageArn'] },
  codes: CODES,
  otherwise: 'ServiceInternalError',
  identifier: ({ PackageName }) => String(PackageName),
  operation: verb => `${verb}SoftwarePackage`,
};

export const softwarePackage: ResourceType = handled(PACKAGE, {
  createOnly: ['PackageName'],
  takesStackTags: true,
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
});

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

const VERSION: Handler = {
  schema: {
    required: ['PackageName'],
    optional: ['Artifact', 'Attributes', 'Description', 'Recipe', 'Sbom', 'Tags', 'VersionName'],
    readOnly: ['ErrorReason', 'PackageVersionArn', 'SbomValidationStatus', 'Status'],
  },
  codes: CODES,
  otherwise: 'ServiceInternalError',
  identifier: ({ PackageName, VersionName }) => `${String(PackageName)}:${String(VersionName)}`,
  operation: verb => `${verb}SoftwarePackageVersion`,
};

/** A change of either name makes another version, so that no name can be in the way of a replacement. */
export const softwarePackageVersion: ResourceType = handled(VERSION, {
  createOnly: ['PackageName', 'VersionName'],
  takesStackTags: true,
  async create(request) {
    const { properties, call } = request;
    const { packageName, versionName } = await call('iot', 'CreatePackageVersion', {
      packageName: properties.PackageName,
      versionName: properties.VersionName ?? generatedName(request, 64),
      ...changeable(properties),
      tags: tagsOf(request),
    });
    const physicalId = `${packageName}|${versionName}`;
    try {
      await bringSbom(physicalId, {}, request);
      return { physicalId, attributes: await attributesOf(physicalId, call) };
    } catch (error) {
      throw new LeftBehind(error as Error, physicalId);
    }
  },
  async update(request) {
    const { properties, oldProperties, physicalId, attributes, call } = request;
    await call('iot', 'UpdatePackageVersion', { ...namesOf(physicalId), ...changeable(properties) });
    await bringSbom(physicalId, oldProperties, request);
    await retag(String(attributes.PackageVersionArn), request);
    return { physicalId, attributes: await attributesOf(physicalId, call) };
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
});

/**
 * Attaches the SBOM of the template, or takes the former one off. The schema of the type needs the permissions for both.
 * unverified: that it is only done for a change, and that nothing waits for the validation.
 */
async function bringSbom(physicalId: string, former: Properties, { properties, call }: ResourceRequest): Promise<void> {
  const { Sbom } = properties;
  if (isDeepStrictEqual(Sbom, former.Sbom)) return;
  const names = namesOf(physicalId);
  if (Sbom === undefined) await call('iot', 'DisassociateSbomFromPackageVersion', names);
  else await call('iot', 'AssociateSbomWithPackageVersion', { ...names, sbom: camelCased(Sbom) });
}

/**
 * The read-only properties, which the handler reads again after each change. documented: template reference,
 * AWS::IoT::SoftwarePackageVersion
 */
async function attributesOf(physicalId: string, call: InternalCall): Promise<ExistingRequest['attributes']> {
  const found = await call('iot', 'GetPackageVersion', namesOf(physicalId));
  return {
    PackageVersionArn: found.packageVersionArn,
    Status: found.status,
    ErrorReason: found.errorReason ?? '',
    SbomValidationStatus: found.sbomValidationStatus ?? '',
  };
}

/** Includes the tags of the stack. The tags of the resource win. */
function tagsOf({ properties, stack }: ResourceRequest): Readonly<Record<string, string>> | undefined {
  const tags = { ...stack.deployed?.tags, ...tagMap(properties) };
  return Object.keys(tags).length > 0 ? tags : undefined;
}

/**
 * Gives the resource its tags and those of the stack, and takes its former ones away. unverified: that other tags stay;
 * the part of the handler that does it is not public.
 */
async function retag(resourceArn: string, request: UpdateRequest): Promise<void> {
  const { oldProperties, oldStackTags, call } = request;
  const tags = tagsOf(request) ?? {};
  const { tags: list } = await call('iot', 'ListTagsForResource', { resourceArn });
  const held = new Map((list as { Key: string; Value: string }[]).map(({ Key, Value }) => [Key, Value]));
  const former = Object.keys({ ...oldStackTags, ...tagMap(oldProperties) });
  const tagKeys = former.filter(key => !(key in tags) && held.has(key));
  if (tagKeys.length > 0) await call('iot', 'UntagResource', { resourceArn, tagKeys });
  const others = Object.entries(tags).filter(([key, value]) => held.get(key) !== value);
  const missing = others.map(([Key, Value]) => ({ Key, Value }));
  if (missing.length > 0) await call('iot', 'TagResource', { resourceArn, tags: missing });
}

function changeable({ Description, Attributes, Artifact, Recipe }: Properties): Properties {
  return { description: Description, attributes: Attributes, artifact: camelCased(Artifact), recipe: Recipe };
}

function namesOf(physicalId: string): { packageName: string; versionName: string } {
  const [packageName, versionName] = physicalId.split('|');
  return { packageName, versionName };
}
