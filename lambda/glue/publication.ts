/** Makes a definition an available version, and explains why it cannot become one. */
import { type Scope } from '../runtime/custom-resource';
import { sentAt } from '../runtime/event';
import { reasonOf } from '../runtime/messages';
import { pollUntilFound, retryConflict } from '../runtime/retry';
import { avroConflict } from './avro';
import { Unpublishable, Vanished, isRefusedByRegistry } from './errors';
import { type GlueGateway, type HeldSchema, type HeldVersion, type Registered } from './gateway';
import { FIRST_VERSION, type SchemaName, schemaIn, versionIn } from './names';

/** How many characters of a difference a message contains. */
const DIFF_CHARACTERS = 1_500;

/** How many versions are read to find the one that conflicts with a definition. */
const MOST_COMPARED = 200;

/** A version that has the wanted definition. */
interface Found {
  readonly version: Registered;
  /** Whether the version was absent when this event looked, and existed after the registration. */
  readonly made: boolean;
}

/** The definition was registered while a registration waited to be repeated. */
class RegisteredMeanwhile extends Error {}

export class Publication {
  constructor(
    private readonly registry: GlueGateway,
    private readonly schema: SchemaName,
    private readonly scope: Scope,
  ) {}

  /** The version that has the definition, once the registry has decided about it. */
  async find(definition: string): Promise<HeldVersion | undefined> {
    const { found } = await pollUntilFound(
      async () => {
        const found = await this.explained(definition, () => this.registry.findByDefinition(this.schema, definition));
        return found?.status === 'DELETING' ? undefined : { found };
      },
      this.scope,
      `a version of ${schemaIn(this.schema)} with this definition is still being deleted; deploy again later`,
    );
    return found?.status === 'PENDING' ? this.decided(found.id) : found;
  }

  /** Throws if somebody has registered the definition meanwhile. */
  async refuseRegistered(definition: string): Promise<void> {
    if (await this.find(definition)) throw new RegisteredMeanwhile();
  }

  /**
   * Registers a definition that no version had a moment ago. If a version already exists, the registry returns that one
   * without saying so: after a conflicting write, the definition is looked up again.
   */
  async register(definition: string): Promise<Found> {
    let isFirst = true;
    return retryConflict(this.scope, 'ConcurrentModificationException', async () => {
      const existing = isFirst ? undefined : await this.find(definition);
      isFirst = false;
      if (existing) return { version: existing, made: false };
      const made = await this.explained(definition, () => this.registry.register(this.schema, definition)).catch(
        (error: unknown) => {
          if (!(error instanceof RegisteredMeanwhile)) throw error;
        },
      );
      if (made) return { version: made, made: true };
      const version = await this.find(definition);
      if (!version)
        throw new Error(`somebody else is changing ${schemaIn(this.schema)} at the same time: deploy again`);
      return { version, made: false };
    });
  }

  /** Waits until the registry has checked a version; throws if the check has failed. */
  async available(version: Registered): Promise<Registered> {
    const decided = version.status === 'PENDING' ? await this.decided(version.id) : version;
    if (decided?.status === 'AVAILABLE') return decided;
    if (decided?.status === 'FAILURE') throw new Unpublishable(await this.incompatibility(decided));
    throw new Vanished(versionIn(this.schema, version.number));
  }

  /** Why the registry failed a version: an incompatible definition is not an error of the call. */
  async incompatibility({ number }: Pick<HeldVersion, 'number'>): Promise<string> {
    const schema = await this.registry.findSchema(this.schema);
    const isOfAll = schema?.compatibility?.endsWith('_ALL');
    const compared = isOfAll ? `, which checks against every available version from ${schema?.checkpoint} on` : '';
    const conflict = isOfAll && schema ? await this.conflict(number, schema) : undefined;
    const difference = await this.registry.diff(this.schema, conflict?.number ?? 'latest', number).then(
      diff => shortened(diff ?? '(none)'),
      (error: unknown) => `(unreadable: ${reasonOf(error)})`,
    );
    return (
      `the definition is not compatible with ${schemaIn(this.schema)}, whose compatibility mode is ` +
      `${schema?.compatibility}${compared}: the registry failed it as version ${number}. ` +
      (conflict ? `It conflicts with version ${conflict.number}: ${conflict.reason}. ` : '') +
      `Difference to ${conflict ? 'that' : 'the latest'} version: ${difference}`
    );
  }

  /**
   * The newest version that conflicts with a definition. The registry does not say which one it is: for AVRO, the
   * format's own rules find it.
   */
  private async conflict(
    failed: number,
    { dataFormat, compatibility, checkpoint = FIRST_VERSION }: HeldSchema,
  ): Promise<{ readonly number: number; readonly reason: string } | undefined> {
    if (dataFormat !== 'AVRO') return undefined;
    const { definition = '' } = (await this.registry.findNumber(this.schema, failed)) ?? {};
    const oldest = Math.max(checkpoint, failed - MOST_COMPARED);
    for (let number = failed - 1; number >= oldest; number--) {
      const version = await this.registry.findNumber(this.schema, number);
      if (version?.status !== 'AVAILABLE') continue;
      const { definition: other = '' } = version;
      const backward = compatibility === 'FORWARD_ALL' ? undefined : avroConflict(definition, other);
      const reason = backward ?? (compatibility === 'BACKWARD_ALL' ? undefined : avroConflict(other, definition));
      if (reason !== undefined) return { number, reason };
    }
    return undefined;
  }

  private decided(versionId: string): Promise<HeldVersion | undefined> {
    return pollUntilFound(
      async () => {
        const found = await this.registry.findVersion(versionId);
        return found?.status === 'PENDING' ? undefined : { found };
      },
      this.scope,
      `AWS Glue has not yet decided whether version ${versionId} of ${schemaIn(this.schema)} is compatible; deploy again later`,
    ).then(({ found }) => found);
  }

  /** The registry's refusals say little, so the schema and the syntax are read after a refusal. */
  private async explained<T>(definition: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (!isRefusedByRegistry(error)) throw error;
      throw new Unpublishable(await this.explanation(definition, error));
    }
  }

  private async explanation(definition: string, error: Error): Promise<string> {
    if (error.name === 'ResourceNumberLimitExceededException') {
      return (
        `${schemaIn(this.schema)} can have no further version: an account can have 10,000 versions of all schemas in a ` +
        `region, and AWS does not raise this limit. Delete versions that nobody reads with, failed ones first, for example ` +
        `with a SchemaVersionRetention. ${reasonOf(error)}`
      );
    }
    const schema = await this.registry.findSchema(this.schema);
    if (!schema) return `${schemaIn(this.schema)} does not exist: define it, or correct its name`;
    const { dataFormat, compatibility } = schema;
    const syntaxError = await this.registry.syntaxError(dataFormat, definition);
    if (syntaxError !== undefined) {
      return `the definition for ${schemaIn(this.schema)} is not a valid ${dataFormat} schema: ${syntaxError}`;
    }
    if (compatibility !== 'DISABLED') return reasonOf(error);
    return (
      `${schemaIn(this.schema)} can have no further version, because its compatibility mode is DISABLED: choose another ` +
      `mode (UpdateSchema). ${reasonOf(error)}`
    );
  }
}

/** Whether a version came into being after the event was sent. */
export function isOfThisEvent({ createdAt }: Partial<HeldVersion>, { request }: Scope): boolean {
  const sent = sentAt(request.ResponseURL);
  return sent !== undefined && createdAt !== undefined && createdAt >= sent;
}

const shortened = (text: string) => (text.length > DIFF_CHARACTERS ? `${text.slice(0, DIFF_CHARACTERS)}...` : text);
