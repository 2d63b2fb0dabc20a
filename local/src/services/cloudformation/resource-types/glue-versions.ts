/**
 * CloudFormation's own schema versions and their metadata, as AWS's handlers treat them: see `aws-glue-schemaversion` and
 * `aws-glue-schemaversionmetadata` of aws-cloudformation/aws-cloudformation-resource-providers-glue at 750cac1.
 */
// documented: resource handlers, aws-glue-schemaversion and aws-glue-schemaversionmetadata at 750cac1
import { type InternalCall, type World } from '../../../core/service';
import { type Properties } from '../template';
import { translated } from './glue';
import { type Handler, handled } from './handled';
import {
  POLL_INTERVAL,
  ResourceFailure,
  type ResourceType,
  orUndefined,
  unlessMissing,
  untilMissing,
} from './resource-type';

const VERSION = 'AWS::Glue::SchemaVersion';

const VERSIONS: Handler = {
  ...translated(VERSION),
  schema: { required: ['Schema', 'SchemaDefinition'], readOnly: ['VersionId'] },
  identifier: ({ Schema }) => JSON.stringify(Schema),
};

export const schemaVersion: ResourceType = handled(VERSIONS, {
  createOnly: ['Schema', 'SchemaDefinition'],
  async create({ properties, call, world }) {
    const definition = { SchemaId: properties.Schema, SchemaDefinition: properties.SchemaDefinition };
    const existing = await versionOf(definition, call);
    if (existing !== undefined) {
      const message = `Resource of type '${VERSION}' with identifier '${existing}' already exists.`;
      throw new ResourceFailure(message, undefined, 'AlreadyExists');
    }
    const { SchemaVersionId: id } = await call('glue', 'RegisterSchemaVersion', definition);
    await untilAvailable(id, call, world);
    return { physicalId: id, attributes: { VersionId: id } };
  },
  async read({ physicalId: SchemaVersionId, call }) {
    const found = await orUndefined(call('glue', 'GetSchemaVersion', { SchemaVersionId }));
    return found && { SchemaDefinition: found.SchemaDefinition };
  },
  /** Deletes the version, even if somebody else has adopted it meanwhile. */
  async delete({ physicalId: SchemaVersionId, call, world }) {
    const look = () => call('glue', 'GetSchemaVersion', { SchemaVersionId });
    await unlessMissing(
      (async () => {
        const { SchemaArn, VersionNumber } = await look();
        const SchemaId = { SchemaArn };
        const deletion = { SchemaId, Versions: String(VersionNumber) };
        const { SchemaVersionErrors = [] } = await call('glue', 'DeleteSchemaVersions', deletion);
        // AWS's handler does not read the errors, and waits for two minutes without success.
        if (SchemaVersionErrors.length > 0)
          throw new ResourceFailure('Exceeded attempts to wait', undefined, 'NotStabilized');
      })(),
    );
    await untilMissing(look, world.clock);
  },
});

/** The id of a schema's version with a definition. */
async function versionOf(definition: object, call: InternalCall): Promise<string | undefined> {
  try {
    return (await call('glue', 'GetSchemaByDefinition', definition)).SchemaVersionId;
  } catch (error) {
    if ((error as Error).name === 'EntityNotFoundException') return undefined;
    throw error;
  }
}

/** Throws if the version fails. unverified: that a rollback then deletes it. */
async function untilAvailable(SchemaVersionId: string, call: InternalCall, { clock }: World): Promise<void> {
  for (;;) {
    const { Status } = await call('glue', 'GetSchemaVersion', { SchemaVersionId });
    if (Status === 'AVAILABLE') return;
    if (Status === 'FAILURE') {
      const message = `Error occurred during operation 'Couldn't create ${VERSION} due to schema evolution failure'.`;
      throw new ResourceFailure(message, SchemaVersionId, 'GeneralServiceException');
    }
    if (Status === 'DELETING') {
      const message =
        `Resource of type '${VERSION}' with identifier '${SchemaVersionId}' has a conflict. ` +
        `Reason: Another process is deleting this ${VERSION}.`;
      throw new ResourceFailure(message, SchemaVersionId, 'ResourceConflict');
    }
    await clock.sleep(POLL_INTERVAL);
  }
}

const METADATA: Handler = {
  ...translated('AWS::Glue::SchemaVersionMetadata'),
  schema: { required: ['SchemaVersionId', 'Key', 'Value'] },
  identifier: idOf,
};

/** The members of the primary identifier. */
function idOf({ SchemaVersionId, Key, Value }: Properties): string {
  return [SchemaVersionId, Key, Value].join('|');
}

export const schemaVersionMetadata: ResourceType = handled(METADATA, {
  createOnly: ['SchemaVersionId', 'Key', 'Value'],
  async create({ properties, call }) {
    await call('glue', 'PutSchemaVersionMetadata', pairOf(properties));
    return { physicalId: idOf(properties) };
  },
  async read({ properties, call }) {
    const { SchemaVersionId, Key, Value } = properties;
    const MetadataList = [pairOf(properties).MetadataKeyValue];
    const found = await orUndefined(call('glue', 'QuerySchemaVersionMetadata', { SchemaVersionId, MetadataList }));
    return found?.MetadataInfoMap[String(Key)]?.MetadataValue === Value ? { Key, Value } : undefined;
  },
  delete: ({ properties, call }) => unlessMissing(call('glue', 'RemoveSchemaVersionMetadata', pairOf(properties))),
});

const pairOf = ({ SchemaVersionId, Key, Value }: Properties) => ({
  SchemaVersionId,
  MetadataKeyValue: { MetadataKey: Key, MetadataValue: Value },
});
