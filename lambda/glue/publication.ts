/** How a definition becomes an available version. */
import { type Scope } from '../runtime/custom-resource';
import { reasonOf } from '../runtime/messages';
import { pollUntilFound, pollUntilGone } from '../runtime/retry';
import { Unpublishable } from './errors';
import { type HeldSchema, type HeldVersion, type GlueGateway as SchemaRegistry } from './gateway';
import { schemaIn, versionIn } from './names';

/** What of a difference stands in a message. */
const DIFF_CHARACTERS = 1_500;

export class Publication {
  constructor(
    private readonly registry: SchemaRegistry,
    private readonly schema: HeldSchema,
    private readonly scope: Scope,
  ) {}

  /** Throws where the syntax is wrong: the registry would refuse it with less of a reason. */
  async checkSyntax(definition: string): Promise<void> {
    const { dataFormat } = this.schema;
    const error = await this.registry.syntaxError(dataFormat, definition);
    if (error === undefined) return;
    throw new Unpublishable(`the definition for ${schemaIn(this.schema)} is no valid ${dataFormat} schema: ${error}`);
  }

  /** The version that has the definition, once it is decided what becomes of it. */
  async find(definition: string): Promise<HeldVersion | undefined> {
    const { found } = await pollUntilFound(
      async () => {
        const found = await this.registry.findByDefinition(this.schema, definition);
        return found?.status === 'DELETING' ? undefined : { found };
      },
      this.scope,
      `a version of ${schemaIn(this.schema)} with this definition is still being deleted; deploy again later`,
    );
    return found?.status === 'PENDING' ? this.decided(found.id) : found;
  }

  /** Waits for the registry's verdict on a version; throws where it is a failure. */
  async available(versionId: string): Promise<HeldVersion> {
    const version = await this.decided(versionId);
    if (version.status === 'FAILURE') throw new Unpublishable(await this.incompatibility(version));
    return version;
  }

  /** Why the registry failed a version: an incompatible definition is no error to it. */
  async incompatibility({ number }: HeldVersion): Promise<string> {
    const { compatibility } = this.schema;
    const difference = await this.registry.diffFromLatest(this.schema, number).then(
      diff => shortened(diff ?? '(none)'),
      (error: unknown) => `(unreadable: ${reasonOf(error)})`,
    );
    return (
      `the definition is not compatible with ${schemaIn(this.schema)}, whose compatibility mode is ${compatibility}: ` +
      `the registry failed it as version ${number}. Difference to the latest version: ${difference}`
    );
  }

  /** Takes a version away that has never carried a record. */
  async withdraw({ id, number }: HeldVersion): Promise<void> {
    const error = await this.registry.deleteVersion(this.schema, number);
    if (error) throw new Error(`${error.ErrorCode}: ${error.ErrorMessage}`);
    await pollUntilGone(
      () => this.registry.findVersion(id),
      this.scope,
      `${versionIn(this.schema, number)} was deleted, but AWS Glue still shows it`,
    );
  }

  private decided(versionId: string): Promise<HeldVersion> {
    return pollUntilFound(
      async () => {
        const version = await this.registry.findVersion(versionId);
        return version?.status === 'PENDING' ? undefined : version;
      },
      this.scope,
      `AWS Glue has not decided yet whether version ${versionId} of ${schemaIn(this.schema)} is compatible; deploy again later`,
    );
  }
}

const shortened = (text: string) => (text.length > DIFF_CHARACTERS ? `${text.slice(0, DIFF_CHARACTERS)}...` : text);
