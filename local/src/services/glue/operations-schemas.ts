/** Operations on schemas. */
// documented: API reference of each operation
// unverified: the words of most refusals
import { checked } from '../../core/checked';
import { type Operations } from '../../core/service';
import { timestamp } from '../../core/time';
import { SCHEMAS } from './constraints';
import { alreadyExists, invalidInput } from './errors';
import { type RegistryContext, requireRoom } from './operations-registries';
import { checkTags } from './operations-tags';
import { pageOf } from './paging';
import {
  DEFAULT_REGISTRY,
  type RegistryId,
  type RegistryRecord,
  type RegistryStore,
  type SchemaRecord,
  isDeleting,
  schemaArn,
} from './state';
import { addVersion, requireSyntax } from './version-creation';
import { type VersionNumber, findVersion } from './version-lookup';

export function schemaOperations(context: RegistryContext): Operations {
  const { store } = context;

  return {
    CreateSchema: checked(invalidInput, {
      members: SCHEMAS.CreateSchema,
      run({ RegistryId, SchemaName, DataFormat, Compatibility, Description, Tags, SchemaDefinition }, { world }) {
        // captured: stackd. The model says that these two are optional, but the service requires them.
        if (!Compatibility) throw invalidInput('Compatibility is not valid.');
        if (SchemaDefinition === undefined) throw invalidInput(MISSING_DEFINITION);
        checkTags(Tags);
        const registry = store.requireLiving(registryFor(context, RegistryId));
        if (store.schemasOf(registry).some(({ name }) => name === SchemaName)) {
          throw alreadyExists(`Schema already exists. SchemaName: ${SchemaName}`);
        }
        requireSyntax(DataFormat, SchemaDefinition);
        const now = world.clock.now();
        const schema: SchemaRecord = {
          registry,
          name: SchemaName,
          arn: schemaArn(world, registry.name, SchemaName),
          dataFormat: DataFormat,
          compatibility: Compatibility,
          description: Description,
          createdAt: now,
          updatedAt: now,
          tags: new Map(Object.entries(Tags ?? {})),
          versions: new Map(),
          checkpoint: 1,
          lastNumber: 0,
        };
        const first = addVersion(context, schema, SchemaDefinition, world);
        registry.schemas.set(SchemaName, schema);
        return {
          ...describe(store, schema),
          Tags,
          SchemaVersionId: first.id,
          SchemaVersionStatus: store.statusOf(first),
        };
      },
    }),

    GetSchema: checked(invalidInput, {
      members: SCHEMAS.GetSchema,
      run({ SchemaId }) {
        const schema = store.schema(SchemaId);
        return { ...describe(store, schema), ...times(schema) };
      },
    }),

    UpdateSchema: checked(invalidInput, {
      members: SCHEMAS.UpdateSchema,
      run({ SchemaId, SchemaVersionNumber, Compatibility, Description }, { world }) {
        const schema = store.requireLiving(store.schema(SchemaId));
        // captured: stackd
        if (Compatibility && !SchemaVersionNumber) throw invalidInput('Schema version checkpoint is missing.');
        if (!SchemaVersionNumber && Description === undefined) throw invalidInput('There is nothing to update.');
        // captured: LocalStack, for a mode that stays
        if (Compatibility && Compatibility === schema.compatibility) {
          throw invalidInput(`Compatibility is already ${Compatibility}.`);
        }
        if (SchemaVersionNumber) schema.checkpoint = nextCheckpoint(context, schema, SchemaVersionNumber);
        schema.compatibility = Compatibility ?? schema.compatibility;
        schema.description = Description ?? schema.description;
        schema.updatedAt = world.clock.now();
        return { SchemaArn: schema.arn, SchemaName: schema.name, RegistryName: schema.registry.name };
      },
    }),

    DeleteSchema: checked(invalidInput, {
      members: SCHEMAS.DeleteSchema,
      run({ SchemaId }) {
        const schema = store.requireLiving(store.schema(SchemaId));
        store.startDeletion(schema);
        return { SchemaArn: schema.arn, SchemaName: schema.name, Status: 'DELETING' };
      },
    }),

    ListSchemas: checked(invalidInput, {
      members: SCHEMAS.ListSchemas,
      run({ RegistryId, ...request }) {
        const registries = RegistryId ? [store.registry(RegistryId)] : store.all;
        const living = registries.flatMap(registry => store.schemasOf(registry)).filter(schema => !isDeleting(schema));
        const scope = `schemas ${RegistryId ? registries[0].name : ''}`;
        const { items, NextToken } = pageOf(living, request, { scope, place: ({ arn }) => [arn] });
        return { Schemas: items.map(summary), NextToken };
      },
    }),
  };
}

const MISSING_DEFINITION =
  'The resource name contains too many or too few characters. Parameter Name: schemaDefinition';

/** A schema without a registry creates the default registry if it does not exist. */
function registryFor({ store, behavior }: RegistryContext, id: RegistryId | undefined): RegistryRecord {
  if (id?.RegistryName || id?.RegistryArn) return store.registry(id);
  const found = store.findRegistry(DEFAULT_REGISTRY);
  if (found) return found;
  requireRoom(store, behavior);
  return store.addRegistry(DEFAULT_REGISTRY);
}

/** A checkpoint cannot be removed or moved back. */
function nextCheckpoint({ store, behavior }: RegistryContext, schema: SchemaRecord, wanted: VersionNumber): number {
  const version = findVersion(store, schema, wanted);
  const status = store.statusOf(version);
  // captured: LocalStack, for a checkpoint that moves back
  if (version.number < schema.checkpoint) {
    throw invalidInput(`Schema version checkpoint ${version.number} is below the current one, ${schema.checkpoint}.`);
  }
  const isAllowed = status === 'AVAILABLE' || (status === 'FAILURE' && behavior.checkpointOnFailure === 'allowed');
  // unverified: the error for a checkpoint that is not an available version.
  if (!isAllowed) throw invalidInput(`Schema version ${version.number} is ${status}: it cannot be the checkpoint.`);
  return version.number;
}

/** captured: stackd, for LatestSchemaVersion. */
function describe(store: RegistryStore, schema: SchemaRecord) {
  return {
    ...names(schema),
    RegistryArn: schema.registry.arn,
    DataFormat: schema.dataFormat,
    Compatibility: schema.compatibility,
    SchemaCheckpoint: schema.checkpoint,
    LatestSchemaVersion: store.latestNumberOf(schema),
    NextSchemaVersion: store.nextNumberOf(schema),
    SchemaStatus: statusOf(schema),
  };
}

const summary = (schema: SchemaRecord) => ({ ...names(schema), SchemaStatus: statusOf(schema), ...times(schema) });

const names = (schema: SchemaRecord) => ({
  RegistryName: schema.registry.name,
  SchemaName: schema.name,
  SchemaArn: schema.arn,
  Description: schema.description,
});

const statusOf = (schema: SchemaRecord) => (isDeleting(schema) ? 'DELETING' : 'AVAILABLE');

const times = (schema: SchemaRecord) => ({
  CreatedTime: timestamp(schema.createdAt),
  UpdatedTime: timestamp(schema.updatedAt),
});
