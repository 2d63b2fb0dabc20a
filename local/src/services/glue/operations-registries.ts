/** Operations on registries. */
// documented: API reference of each operation
// unverified: the words for too many registries
import { checked } from '../../core/checked';
import { type Operations } from '../../core/service';
import { timestamp } from '../../core/time';
import type { GlueBehavior } from './behavior';
import { REGISTRIES } from './constraints';
import { alreadyExists, invalidInput, limitExceeded } from './errors';
import { checkTags } from './operations-tags';
import { pageOf } from './paging';
import { type RegistryRecord, type RegistryStore, isDeleting } from './state';

/** The context that the operations of the schema registry share. */
export interface RegistryContext {
  readonly store: RegistryStore;
  readonly behavior: GlueBehavior;
}

export function registryOperations({ store, behavior }: RegistryContext): Operations {
  return {
    CreateRegistry: checked(invalidInput, {
      members: REGISTRIES.CreateRegistry,
      run({ RegistryName, Description, Tags }) {
        checkTags(Tags);
        if (store.findRegistry(RegistryName)) {
          throw alreadyExists(`Registry already exists. RegistryName: ${RegistryName}`);
        }
        requireRoom(store, behavior);
        const { arn } = store.addRegistry(RegistryName, Description, Tags);
        return { RegistryArn: arn, RegistryName, Description, Tags };
      },
    }),

    GetRegistry: checked(invalidInput, {
      members: REGISTRIES.GetRegistry,
      run: ({ RegistryId }) => describe(store.registry(RegistryId)),
    }),

    UpdateRegistry: checked(invalidInput, {
      members: REGISTRIES.UpdateRegistry,
      run({ RegistryId, Description }, { world }) {
        const registry = store.requireLiving(store.registry(RegistryId));
        registry.description = Description;
        registry.updatedAt = world.clock.now();
        return { RegistryName: registry.name, RegistryArn: registry.arn };
      },
    }),

    DeleteRegistry: checked(invalidInput, {
      members: REGISTRIES.DeleteRegistry,
      run({ RegistryId }) {
        const registry = store.requireLiving(store.registry(RegistryId));
        for (const schema of store.schemasOf(registry)) store.startDeletion(schema);
        store.startDeletion(registry);
        return { RegistryName: registry.name, RegistryArn: registry.arn, Status: 'DELETING' };
      },
    }),

    ListRegistries: checked(invalidInput, {
      members: REGISTRIES.ListRegistries,
      run(input) {
        const living = store.all.filter(registry => !isDeleting(registry));
        const { items, NextToken } = pageOf(living, input, { scope: 'registries', place: ({ name }) => [name] });
        return { Registries: items.map(describe), NextToken };
      },
    }),
  };
}

/** documented: General Reference, for the quota. */
export function requireRoom(store: RegistryStore, { maxRegistries }: GlueBehavior): void {
  if (store.all.length < maxRegistries) return;
  throw limitExceeded(`More registries than allowed. The limit is ${maxRegistries}.`);
}

function describe(registry: RegistryRecord) {
  return {
    RegistryName: registry.name,
    RegistryArn: registry.arn,
    Description: registry.description,
    Status: isDeleting(registry) ? 'DELETING' : 'AVAILABLE',
    CreatedTime: timestamp(registry.createdAt),
    UpdatedTime: timestamp(registry.updatedAt),
  };
}
