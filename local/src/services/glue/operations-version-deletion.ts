/** The deletion of versions: one number or one range, refused as a whole or version by version. */
// documented: API reference, DeleteSchemaVersions
// unverified: the words about the first version and about a version that is needed
import { checked } from '../../core/checked';
import { type Operations } from '../../core/service';
import type { VersionDeletion, VersionError } from './behavior';
import { VERSIONS } from './constraints';
import { invalidInput } from './errors';
import type { RegistryContext } from './operations-registries';
import type { SchemaRecord } from './state';

export function versionDeletionOperations(context: RegistryContext): Operations {
  const { store } = context;

  return {
    DeleteSchemaVersions: checked(invalidInput, {
      members: VERSIONS.DeleteSchemaVersions,
      run({ SchemaId, Versions }) {
        const schema = store.requireLiving(store.schema(SchemaId));
        const numbers = numbersOf(Versions, context.behavior.maxVersionsPerDeletion);
        checkRange(context, schema, numbers);
        const errors = numbers.map(number => ({ number, error: deleteVersion(context, schema, number) }));
        return { SchemaVersionErrors: errors.flatMap(({ number, error }) => (error ? [item(number, error)] : [])) };
      },
    }),
  };
}

/** `3`, or `3-7` with both ends included. */
function numbersOf(versions: string, most: number): readonly number[] {
  const [first, last = first] = versions.split('-').map(Number);
  const count = last - first + 1;
  // unverified: the error for a reversed range, and the limit of a range.
  if (count < 1) throw invalidInput(`The range ${versions} of versions is not valid.`);
  if (count > most) throw invalidInput(`The range ${versions} has ${count} versions. The limit is ${most}.`);
  return Array.from({ length: count }, (_, index) => first + index);
}

/** Why a call does not delete anything. */
function checkRange({ store, behavior }: RegistryContext, schema: SchemaRecord, numbers: readonly number[]): void {
  // captured: stackd
  if (numbers.includes(schema.checkpoint)) throw invalidInput('Cannot delete checkpoint version.');
  // documented: API reference, DeleteSchemaVersions, but not the error: only the deletion of the schema deletes its
  // first version.
  if (numbers.includes(1) && behavior.firstVersionDeletion === 'refused') throw invalidInput(FIRST_VERSION);
  const needed = store
    .versionsOf(schema)
    .find(({ number }) => numbers.includes(number) && behavior.necessary(deletionOf(schema, number)));
  // captured: stackd, that such a version is refused
  if (needed) {
    throw invalidInput(`Cannot delete version ${needed.number}: compatibility ${schema.compatibility} needs it.`);
  }
}

function deleteVersion(
  { store, behavior }: RegistryContext,
  schema: SchemaRecord,
  number: number,
): VersionError | undefined {
  const version = store.versionsOf(schema).find(candidate => candidate.number === number);
  // captured: stackd
  if (!version) return { code: 'ResourceNotFoundException', message: 'Version number not found' };
  if (number === 1) return { code: 'InvalidInputException', message: FIRST_VERSION };
  if (version.goneAt !== undefined) {
    if (behavior.deletionAgain === 'silent') return undefined;
    // unverified: the code.
    return { code: 'ConcurrentModificationException', message: 'Version is being deleted' };
  }
  const error = behavior.deletionError(deletionOf(schema, number));
  if (!error) store.startDeletion(version);
  return error;
}

const FIRST_VERSION = 'Cannot delete the first version.';

const deletionOf = (schema: SchemaRecord, versionNumber: number): VersionDeletion => ({
  registryName: schema.registry.name,
  schemaName: schema.name,
  compatibility: schema.compatibility,
  versionNumber,
});

const item = (number: number, { code, message }: VersionError) => ({
  VersionNumber: number,
  ErrorDetails: { ErrorCode: code, ErrorMessage: message },
});
