import { type Scope } from '../runtime/custom-resource';
import { Refusal } from '../runtime/errors';
import { reasonOf } from '../runtime/messages';
import { isRefusedByService, pollUntilGone, retryConflict } from '../runtime/retry';
import { type GlueGateway, type HeldVersion } from './gateway';
import { FIRST_VERSION, type SchemaName, schemaIn, versionIn } from './names';

export type Doomed = Pick<HeldVersion, 'id' | 'number'>;

/** How long, in milliseconds, the registry usually takes to delete a version. Observed: less than a second. */
const DELETION_TIME = 1_000;

/** How a version is deleted. */
export class SchemaVersionRemoval {
  constructor(
    private readonly registry: GlueGateway,
    private readonly schema: SchemaName,
    private readonly scope: Scope,
  ) {}

  /**
   * Deletes a version. Returns when it is gone, and throws a Refusal if the registry needs it.
   *
   * @param isOurs called again after each wait: if somebody has taken the version meanwhile, it stays
   */
  async remove(version: Doomed, isOurs: () => Promise<boolean>): Promise<void> {
    const refused = await this.attempt(version, isOurs);
    if (refused !== undefined) throw new Refusal(await this.explained(version.number, refused));
  }

  /** Removes a version that this event has made. */
  async withdraw(version: Doomed, isOurs: () => Promise<boolean>): Promise<void> {
    const refused = await this.attempt(version, isOurs);
    if (refused !== undefined) throw new Error(refused);
  }

  private async attempt({ id, number }: Doomed, isOurs: () => Promise<boolean>): Promise<string | undefined> {
    let isFirst = true;
    let isGoing = true;
    // documented as a conflict; observed: other errors.
    const refused = await refusalOf(() =>
      retryConflict(this.scope, 'ConcurrentModificationException', async () => {
        isGoing = isFirst || (await isOurs());
        isFirst = false;
        const error = isGoing ? await this.registry.deleteVersion(this.schema, number) : undefined;
        return error && `${error.ErrorCode}: ${error.ErrorMessage}`;
      }),
    );
    if (refused !== undefined || !isGoing) return refused;
    // the version is hardly ever gone at once, and each check is a call.
    await this.scope.clock.sleep(Math.min(DELETION_TIME, this.scope.deadline.remaining() / 2));
    await pollUntilGone(
      () => this.registry.findVersion(id),
      this.scope,
      `${versionIn(this.schema, number)} was deleted, but AWS Glue still shows it`,
    );
    return undefined;
  }

  /** The registry's rule that forbids the deletion, and what to do. */
  private async explained(number: number, reason: string): Promise<string> {
    const version = versionIn(this.schema, number);
    const stay = 'or retain the version (removal: RETAIN)';
    if (number === FIRST_VERSION) {
      return `${version} is the first version, which is only deleted together with the schema: delete the schema, ${stay}. ${reason}`;
    }
    const schema = await this.registry.findSchema(this.schema);
    if (schema?.checkpoint === number) {
      return (
        `${version} is the checkpoint, and versions are checked from there on: move the checkpoint to a later version ` +
        `(UpdateSchema; this cannot be undone), ${stay}. ${reason}`
      );
    }
    const mode = schema?.compatibility ?? 'NONE';
    if (!reason.startsWith('InvalidInputException') || MODES_WITHOUT_CHECK.includes(mode)) {
      return `AWS Glue does not delete ${version}: delete it again later, ${stay}. ${reason}`;
    }
    return (
      `${version} is needed by the compatibility mode ${mode} of ${schemaIn(this.schema)}: ` +
      `choose another mode (UpdateSchema), ${stay}. ${reason}`
    );
  }
}

/** Modes that need no earlier version. */
const MODES_WITHOUT_CHECK: readonly string[] = ['NONE', 'DISABLED'];

/** The service's reason for not deleting a version: an item of the answer, or an error. */
async function refusalOf(call: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await call();
  } catch (error) {
    if (!isRefusedByService(error)) throw error;
    return reasonOf(error);
  }
}
