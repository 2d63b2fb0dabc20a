/**
 * The spare record of a version that has no free metadata pair. While its record is replaced, a copy is kept on the
 * first version of the schema, so that a killed function does not leave the version without an owner.
 */
import { MAX_METADATA } from '../../contract/glue';
import { OWNER_KEY } from '../../contract/ownership';
import { type GlueGateway } from './gateway';
import { type HeldPair } from './metadata';
import { FIRST_VERSION, type SchemaName } from './names';

const keyOf = (versionId: string) => `${OWNER_KEY}.of-${versionId}`;

export class SpareRecord {
  constructor(
    private readonly registry: GlueGateway,
    private readonly schema: SchemaName,
  ) {}

  /** If the first version is full as well, there is no other place. */
  async keep(versionId: string, record: string): Promise<void> {
    const first = await this.registry.findNumber(this.schema, FIRST_VERSION);
    if (!first) return;
    await this.registry.putMetadata(first.id, [keyOf(versionId), record]).catch((error: unknown) => {
      if (!(error instanceof Error) || error.name !== 'ResourceNumberLimitExceededException') throw error;
    });
  }

  /**
   * The copy for a version that has no record, and no free pair either.
   *
   * @param pairs all that the version has
   */
  async find(versionId: string, pairs: readonly HeldPair[]): Promise<HeldPair | undefined> {
    if (pairs.length < MAX_METADATA - 1) return undefined;
    const { kept } = await this.read(versionId);
    // the newest value of a key comes first.
    return kept[0] && { ...kept[0], key: OWNER_KEY };
  }

  async drop(versionId: string): Promise<void> {
    const { first, kept } = await this.read(versionId);
    for (const { key, value } of kept) await this.registry.removeMetadata(first!, [key, value]);
  }

  private async read(versionId: string): Promise<{ readonly first?: string; readonly kept: readonly HeldPair[] }> {
    const first = await this.registry.findNumber(this.schema, FIRST_VERSION);
    const pairs = first && (await this.registry.pairsOf(first.id));
    return { first: first?.id, kept: pairs?.filter(({ key }) => key === keyOf(versionId)) ?? [] };
  }
}
