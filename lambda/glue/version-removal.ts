import { type Scope } from '../runtime/custom-resource';
import { Refusal } from '../runtime/errors';
import { reasonOf } from '../runtime/messages';
import { pollUntilGone } from '../runtime/retry';
import { type HeldVersion, type GlueGateway as SchemaRegistry } from './gateway';
import { type SchemaName, schemaIn, versionIn } from './names';

/** Deletes a version. Returns when it is gone, and throws a Refusal where the registry needs it. */
export async function removeVersion(
  registry: SchemaRegistry,
  at: SchemaName,
  { id, number }: HeldVersion,
  scope: Scope,
): Promise<void> {
  const refused = await deletion(registry, at, number);
  if (refused !== undefined) throw new Refusal(await explained(registry, at, number, refused));
  await pollUntilGone(
    () => registry.findVersion(id),
    scope,
    `${versionIn(at, number)} was deleted, but AWS Glue still shows it`,
  );
}

/** The service's reason where it does not delete the version: an error, or an item of its answer. */
async function deletion(registry: SchemaRegistry, at: SchemaName, number: number): Promise<string | undefined> {
  try {
    const error = await registry.deleteVersion(at, number);
    return error && `${error.ErrorCode}: ${error.ErrorMessage}`;
  } catch (error) {
    // documented as a conflict; observed as this.
    if (!(error instanceof Error) || error.name !== 'InvalidInputException') throw error;
    return reasonOf(error);
  }
}

/** Which rule of the registry's stands against the deletion, and what to do. */
async function explained(registry: SchemaRegistry, at: SchemaName, number: number, reason: string): Promise<string> {
  const version = versionIn(at, number);
  const stay = 'or let the version stay (removal: RETAIN)';
  if (number === 1) {
    return `${version} is the first one, which only goes together with the schema: delete the schema, ${stay}. ${reason}`;
  }
  const schema = await registry.findSchema(at);
  if (schema?.checkpoint === number) {
    return (
      `${version} is the checkpoint, from which on versions are compared: move the checkpoint to a later version ` +
      `(UpdateSchema; there is no way back), ${stay}. ${reason}`
    );
  }
  return (
    `${version} is needed by the compatibility mode ${schema?.compatibility} of ${schemaIn(at)}: ` +
    `choose another mode (UpdateSchema), ${stay}. ${reason}`
  );
}
