/** CloudFormation's own schema registries and schemas. The definition of a schema is that of its first version. */
// documented: resource handlers, aws-glue-registry and aws-glue-schema at 750cac1
// unverified: that an update sends the compatibility only if it changes, as the service requires; the public handler
// of 2020 always sends it; that tags of others stay
import { type InternalCall, type LocalClock } from '../../../core/service';
import { type Properties } from '../template';
import { type Handler, handled } from './handled';
import {
  type ResourceType,
  type UpdateRequest,
  generatedName,
  tagMap,
  unlessMissing,
  untilMissing,
} from './resource-type';

/** How the handlers translate the errors of the registry. */
export const translated = (type: string): Pick<Handler, 'codes' | 'otherwise' | 'operation'> => ({
  codes: {
    AccessDeniedException: 'AccessDenied',
    AlreadyExistsException: 'AlreadyExists',
    EntityNotFoundException: 'NotFound',
    ResourceNumberLimitExceededException: 'ServiceLimitExceeded',
    InvalidInputException: 'InvalidRequest',
  },
  otherwise: 'GeneralServiceException',
  operation: (_verb, { name, message }) => (name === 'AccessDeniedException' ? type : message),
});

const REGISTRY: Handler = {
  ...translated('AWS::Glue::Registry'),
  schema: { required: ['Name'], optional: ['Description', 'Tags'], readOnly: ['Arn'] },
  identifier: ({ Name }) => String(Name),
};

export const registry: ResourceType = handled(REGISTRY, {
  createOnly: ['Name'],
  nameProperty: 'Name',
  async create(request) {
    const { properties, call } = request;
    const { RegistryArn } = await call('glue', 'CreateRegistry', {
      RegistryName: properties.Name ?? generatedName(request),
      Description: properties.Description,
      Tags: tagMap(properties),
    });
    return { physicalId: RegistryArn, attributes: { Arn: RegistryArn } };
  },
  async update(request) {
    const { properties, physicalId, attributes, call } = request;
    const Description = properties.Description ?? '';
    await call('glue', 'UpdateRegistry', { RegistryId: { RegistryArn: physicalId }, Description });
    await retag(request);
    return { physicalId, attributes };
  },
  delete: ({ physicalId, call, world }) =>
    deleted(call, world.clock, 'Registry', { RegistryId: { RegistryArn: physicalId } }),
});

const SCHEMA: Handler = {
  ...translated('AWS::Glue::Schema'),
  schema: {
    required: ['Compatibility', 'DataFormat', 'Name'],
    optional: ['CheckpointVersion', 'Description', 'Registry', 'SchemaDefinition', 'Tags'],
    readOnly: ['Arn', 'InitialSchemaVersionId'],
  },
  identifier: ({ Name }) => String(Name),
};

export const schema: ResourceType = handled(SCHEMA, {
  createOnly: ['Registry', 'Name', 'DataFormat', 'SchemaDefinition'],
  nameProperty: 'Name',
  async create(request) {
    const { properties, call } = request;
    const { SchemaArn, SchemaVersionId } = await call('glue', 'CreateSchema', {
      RegistryId: registryId(properties),
      SchemaName: properties.Name ?? generatedName(request),
      DataFormat: properties.DataFormat,
      Compatibility: properties.Compatibility,
      Description: properties.Description,
      SchemaDefinition: properties.SchemaDefinition,
      Tags: tagMap(properties),
    });
    return { physicalId: SchemaArn, attributes: { Arn: SchemaArn, InitialSchemaVersionId: SchemaVersionId } };
  },
  async update(request) {
    const { properties, oldProperties, physicalId, attributes, call } = request;
    const SchemaId = { SchemaArn: physicalId };
    const checkpoint = checkpointOf(properties);
    const isMoved = JSON.stringify(checkpoint) !== JSON.stringify(checkpointOf(oldProperties));
    const isOtherMode = properties.Compatibility !== oldProperties.Compatibility;
    // the service accepts no mode without a checkpoint, and not the mode that it already has.
    const { SchemaCheckpoint } = await call('glue', 'GetSchema', { SchemaId });
    await call('glue', 'UpdateSchema', {
      SchemaId,
      Description: properties.Description ?? '',
      ...((isMoved || isOtherMode) && { SchemaVersionNumber: checkpoint ?? { VersionNumber: SchemaCheckpoint } }),
      ...(isOtherMode && { Compatibility: properties.Compatibility }),
    });
    await retag(request);
    return { physicalId, attributes };
  },
  delete: ({ physicalId, call, world }) =>
    deleted(call, world.clock, 'Schema', { SchemaId: { SchemaArn: physicalId } }),
});

function registryId({ Registry }: Properties): object | undefined {
  const { Name, Arn } = (Registry ?? {}) as Properties;
  return Registry === undefined ? undefined : { RegistryName: Name, RegistryArn: Arn };
}

function checkpointOf({ CheckpointVersion }: Properties): object | undefined {
  const { IsLatest, VersionNumber } = (CheckpointVersion ?? {}) as Properties;
  return CheckpointVersion === undefined ? undefined : { LatestVersion: IsLatest, VersionNumber };
}

/**
 * Exchanges the former tags of the resource for its current ones, which the handler of 2020 could not do. documented:
 * template reference, AWS::Glue::Registry and AWS::Glue::Schema
 */
async function retag({ properties, oldProperties, physicalId: ResourceArn, call }: UpdateRequest): Promise<void> {
  const [former = {}, tags = {}] = [tagMap(oldProperties), tagMap(properties)];
  const TagsToRemove = Object.keys(former).filter(key => !(key in tags));
  if (TagsToRemove.length > 0) await call('glue', 'UntagResource', { ResourceArn, TagsToRemove });
  const changed = Object.entries(tags).filter(([key, value]) => former[key] !== value);
  if (changed.length > 0) await call('glue', 'TagResource', { ResourceArn, TagsToAdd: Object.fromEntries(changed) });
}

/** Deletes the resource, and waits until it is gone. */
async function deleted(call: InternalCall, clock: LocalClock, kind: 'Registry' | 'Schema', id: object): Promise<void> {
  await unlessMissing(call('glue', `Delete${kind}`, id));
  await untilMissing(() => call('glue', `Get${kind}`, id), clock);
}
