/** Operations on registries. */
import type { GlueBehaviour } from './behaviour';
import { REGISTRIES } from './constraints';
import { alreadyExists, limitExceeded } from './errors';
import type { Permissions } from './needs';
import { type Operations, operation } from './operation';
import { pageOf } from './paging';
import { type RegistryRecord, type RegistryStore, isDeleting } from './registry-store';
import { checkTags } from './tags';
import { timestamp } from './time';

/** What the operations of the schema registry share. */
export interface RegistryContext {
  readonly store: RegistryStore;
  readonly permissions: Permissions;
  readonly behaviour: GlueBehaviour;
}

export function registryOperations({ store, permissions, behaviour }: RegistryContext): Operations {
  return {
    CreateRegistry: operation({
      members: REGISTRIES.CreateRegistry,
      needs: ({ RegistryName, Tags }, world) => permissions.onRegistry('CreateRegistry', world, { RegistryName }, Tags),
      run({ RegistryName, Description, Tags }) {
        checkTags(Tags);
        if (store.findRegistry(RegistryName)) {
          throw alreadyExists(`Registry already exists. RegistryName: ${RegistryName}`);
        }
        requireRoom(store, behaviour);
        const { arn } = store.addRegistry(RegistryName, Description, Tags);
        return { RegistryArn: arn, RegistryName, Description, Tags };
      },
    }),

    GetRegistry: operation({
      members: REGISTRIES.GetRegistry,
      needs: ({ RegistryId }, world) => permissions.onRegistry('GetRegistry', world, RegistryId),
      run: ({ RegistryId }) => describe(store.registry(RegistryId)),
    }),

    UpdateRegistry: operation({
      members: REGISTRIES.UpdateRegistry,
      needs: ({ RegistryId }, world) => permissions.onRegistry('UpdateRegistry', world, RegistryId),
      run({ RegistryId, Description }, { world }) {
        const registry = store.requireLiving(store.registry(RegistryId));
        registry.description = Description;
        registry.updatedAt = world.clock.now();
        return { RegistryName: registry.name, RegistryArn: registry.arn };
      },
    }),

    DeleteRegistry: operation({
      members: REGISTRIES.DeleteRegistry,
      needs: ({ RegistryId }, world) => permissions.onRegistry('DeleteRegistry', world, RegistryId),
      run({ RegistryId }) {
        const registry = store.requireLiving(store.registry(RegistryId));
        for (const schema of store.schemasOf(registry)) store.startDeletion(schema);
        store.startDeletion(registry);
        return { RegistryName: registry.name, RegistryArn: registry.arn, Status: 'DELETING' };
      },
    }),

    ListRegistries: operation({
      members: REGISTRIES.ListRegistries,
      needs: () => permissions.anywhere('ListRegistries'),
      run(input) {
        const living = store.all.filter(registry => !isDeleting(registry));
        const { items, NextToken } = pageOf(living, input, { scope: 'registries', place: ({ name }) => [name] });
        return { Registries: items.map(describe), NextToken };
      },
    }),
  };
}

export function requireRoom(store: RegistryStore, { maxRegistries }: GlueBehaviour): void {
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
