/** The metadata of versions: pairs of keys and values. A key can have several values. */
// documented: API reference of each operation
import { checked } from '../../core/checked';
import { type Operations } from '../../core/service';
import type { Input } from '../../core/shape';
import { timestamp } from '../../core/time';
import { METADATA } from './constraints';
import { alreadyExists, invalidInput, limitExceeded, notFound } from './errors';
import type { RegistryContext } from './operations-registries';
import { pageOf } from './paging';
import type { MetadataPair, RegistryStore, VersionRecord } from './state';
import { type VersionId, findVersionById } from './version-lookup';

type Pair = Input<typeof METADATA.PutSchemaVersionMetadata>['MetadataKeyValue'];

export function metadataOperations({ store, behavior }: RegistryContext): Operations {
  return {
    PutSchemaVersionMetadata: checked(invalidInput, {
      members: METADATA.PutSchemaVersionMetadata,
      run(input, { world }) {
        const version = findVersionById(store, input);
        const { key, value } = wholePair(input.MetadataKeyValue);
        // captured: stackd, also for the words
        if (positionOf(version, key, value) >= 0) {
          throw alreadyExists(
            `Resource already exist for schema version id: ${version.id}, metadata key: ${key}, metadata value: ${value}`,
          );
        }
        if (version.metadata.length >= behavior.maxMetadataPairs) {
          throw limitExceeded(`More metadata than allowed. The limit is ${behavior.maxMetadataPairs} pairs.`);
        }
        version.metadata.push({ key, value, createdAt: world.clock.now() });
        return changed(store, version, input, { key, value });
      },
    }),

    RemoveSchemaVersionMetadata: checked(invalidInput, {
      members: METADATA.RemoveSchemaVersionMetadata,
      run(input) {
        const version = findVersionById(store, input);
        const { key, value } = wholePair(input.MetadataKeyValue);
        const position = positionOf(version, key, value);
        if (position < 0) {
          // captured: stackd. The service writes the blank at the end.
          throw notFound(`Metadata is not found for the schema version. SchemaVersionId: ${version.id} `);
        }
        version.metadata.splice(position, 1);
        return changed(store, version, input, { key, value });
      },
    }),

    QuerySchemaVersionMetadata: checked(invalidInput, {
      members: METADATA.QuerySchemaVersionMetadata,
      run({ MetadataList = [], MaxResults, NextToken, ...id }) {
        const version = findVersionById(store, id);
        const matching = version.metadata.filter(
          pair => MetadataList.length === 0 || MetadataList.some(wanted => matches(pair, wanted)),
        );
        const keys = new Set(matching.map(({ key }) => key));
        // unverified: that a page counts keys.
        const page = pageOf(
          keys,
          { MaxResults, NextToken },
          {
            scope: `metadata ${version.id}`,
            place: key => [key],
          },
        );
        const entries = page.items.map(key => [key, info(matching.filter(pair => pair.key === key))]);
        return {
          MetadataInfoMap: Object.fromEntries(entries),
          SchemaVersionId: version.id,
          NextToken: page.NextToken,
        };
      },
    }),
  };
}

/** unverified: that a pair needs both. The model does not say so. */
function wholePair({ MetadataKey, MetadataValue }: Pair): { key: string; value: string } {
  if (MetadataKey === undefined || MetadataValue === undefined) {
    throw invalidInput('MetadataKeyValue needs MetadataKey and MetadataValue.');
  }
  return { key: MetadataKey, value: MetadataValue };
}

const positionOf = (version: VersionRecord, key: string, value: string) =>
  version.metadata.findIndex(pair => pair.key === key && pair.value === value);

/** unverified: that one of the wanted pairs is enough, also with only a key or a value. */
const matches = (pair: MetadataPair, { MetadataKey, MetadataValue }: Pair) =>
  (MetadataKey === undefined || MetadataKey === pair.key) &&
  (MetadataValue === undefined || MetadataValue === pair.value);

/** The newest value, and the older values. captured: stackd */
function info(pairs: readonly MetadataPair[]) {
  const [newest, ...older] = [...pairs]
    .reverse()
    .map(({ value, createdAt }) => ({ MetadataValue: value, CreatedTime: timestamp(createdAt) }));
  return { ...newest, OtherMetadataValueList: older };
}

/** The answer to a call by id has no names, and 0 as the number. captured: stackd */
function changed(
  store: RegistryStore,
  version: VersionRecord,
  { SchemaVersionId }: VersionId,
  { key, value }: { readonly key: string; readonly value: string },
) {
  const { schema, number, id } = version;
  const identity =
    SchemaVersionId === undefined
      ? {
          SchemaArn: schema.arn,
          SchemaName: schema.name,
          RegistryName: schema.registry.name,
          LatestVersion: store.newestOf(schema) === version,
          VersionNumber: number,
        }
      : { LatestVersion: false, VersionNumber: 0 };
  return { ...identity, SchemaVersionId: id, MetadataKey: key, MetadataValue: value };
}
