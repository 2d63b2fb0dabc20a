/** Operations that register, read and compare versions. */
// documented: API reference of each operation
import { checked } from '../../core/checked';
import { type Operations } from '../../core/service';
import { timestamp } from '../../core/time';
import { VERSIONS } from './constraints';
import { invalidInput } from './errors';
import { canonical, syntaxError } from './formats';
import { jsonPatch } from './json-patch';
import type { RegistryContext } from './operations-registries';
import { type Place, pageOf } from './paging';
import { type RegistryStore, type SchemaRecord, type VersionRecord, isDeleting } from './state';
import { addVersion, requireSyntax } from './version-creation';
import { findVersion, findVersionById, versionNotFound } from './version-lookup';

export function versionOperations(context: RegistryContext): Operations {
  const { store, behavior } = context;

  return {
    RegisterSchemaVersion: checked(invalidInput, {
      members: VERSIONS.RegisterSchemaVersion,
      run({ SchemaId, SchemaDefinition }, { world }) {
        const schema = store.requireLiving(store.schema(SchemaId));
        requireSyntax(schema.dataFormat, SchemaDefinition);
        const duplicate = findDuplicate(store, schema, SchemaDefinition);
        if (duplicate) return registered(store, duplicate);
        // unverified: how the service refuses; `disabledRegistration` has two ways
        if (schema.compatibility === 'DISABLED' && behavior.disabledRegistration === 'refused') {
          throw invalidInput('Compatibility is DISABLED: the schema can have no further versions.');
        }
        return registered(store, addVersion(context, schema, SchemaDefinition, world));
      },
    }),

    GetSchemaVersion: checked(invalidInput, {
      members: VERSIONS.GetSchemaVersion,
      run(input) {
        const version = findVersionById(store, input);
        const { definition, schema } = version;
        return { ...summary(store, version), SchemaDefinition: definition, DataFormat: schema.dataFormat };
      },
    }),

    GetSchemaByDefinition: checked(invalidInput, {
      members: VERSIONS.GetSchemaByDefinition,
      run({ SchemaId, SchemaDefinition }) {
        const schema = store.schema(SchemaId);
        // documented: API reference, DeleteSchema, but not the error, which is one that this operation declares.
        if (isDeleting(schema)) throw invalidInput(`${schema.arn} is being deleted.`);
        requireSyntax(schema.dataFormat, SchemaDefinition);
        const found = findDuplicate(store, schema, SchemaDefinition);
        if (!found) throw versionNotFound(`SchemaArn: ${schema.arn}`);
        const { VersionNumber: _, ...rest } = summary(store, found);
        return { ...rest, DataFormat: schema.dataFormat };
      },
    }),

    ListSchemaVersions: checked(invalidInput, {
      members: VERSIONS.ListSchemaVersions,
      run({ SchemaId, ...request }) {
        const schema = store.schema(SchemaId);
        const place = ORDERS[behavior.versionOrder];
        const scope = `versions ${schema.arn}`;
        const { items, NextToken } = pageOf(store.versionsOf(schema), request, {
          scope,
          place: version => place(version, store),
        });
        return { Schemas: items.map(version => summary(store, version)), NextToken };
      },
    }),

    CheckSchemaVersionValidity: checked(invalidInput, {
      members: VERSIONS.CheckSchemaVersionValidity,
      run({ DataFormat, SchemaDefinition }) {
        const error = syntaxError(DataFormat, SchemaDefinition);
        return { Valid: error === undefined, Error: error };
      },
    }),

    GetSchemaVersionsDiff: checked(invalidInput, {
      members: VERSIONS.GetSchemaVersionsDiff,
      run({ SchemaId, FirstSchemaVersionNumber, SecondSchemaVersionNumber }) {
        const schema = store.schema(SchemaId);
        const first = findVersion(store, schema, FirstSchemaVersionNumber);
        const second = findVersion(store, schema, SecondSchemaVersionNumber);
        return { Diff: JSON.stringify(difference(schema, first, second)) };
      },
    }),
  };
}

const STATUS_ORDER = ['AVAILABLE', 'PENDING', 'DELETING', 'FAILURE'];

// captured: stackd, an observation of the order by status. `versionOrder` has another one
const ORDERS: Readonly<Record<'by-status' | 'by-id', (version: VersionRecord, store: RegistryStore) => Place>> = {
  'by-status': (version, store) => [STATUS_ORDER.indexOf(store.statusOf(version)), -version.number],
  'by-id': ({ id }) => [id],
};

/** The version with the same definition in any status, also FAILURE, but not one in deletion. captured: stackd */
function findDuplicate(store: RegistryStore, schema: SchemaRecord, definition: string): VersionRecord | undefined {
  const wanted = canonical(schema.dataFormat, definition);
  return store.versionsOf(schema).find(version => version.canonical === wanted && version.goneAt === undefined);
}

function registered(store: RegistryStore, version: VersionRecord) {
  return { SchemaVersionId: version.id, VersionNumber: version.number, Status: store.statusOf(version) };
}

function summary(store: RegistryStore, version: VersionRecord) {
  return {
    SchemaArn: version.schema.arn,
    SchemaVersionId: version.id,
    VersionNumber: version.number,
    Status: store.statusOf(version),
    CreatedTime: timestamp(version.createdAt),
  };
}

/**
 * A JSON Patch. unverified: the difference for a definition that is not JSON. Here it replaces the whole definition.
 */
function difference({ dataFormat }: SchemaRecord, first: VersionRecord, second: VersionRecord): readonly object[] {
  const [before, after] = [first.definition, second.definition].map(definition =>
    dataFormat === 'PROTOBUF' ? definition : JSON.parse(definition),
  );
  return jsonPatch(before, after);
}
