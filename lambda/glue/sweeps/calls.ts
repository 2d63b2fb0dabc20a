/** The calls of the sweeps over the schema registry, each at the pace of its operation. */
import {
  DeleteSchemaVersionsCommand,
  GetSchemaCommand,
  type GlueClient,
  ListSchemaVersionsCommand,
  QuerySchemaVersionMetadataCommand,
  type SchemaVersionErrorItem,
  type SchemaVersionListItem,
  UpdateSchemaCommand,
} from '@aws-sdk/client-glue';
import { allPages, unless } from '../../runtime/retry';
import { type SourceTools } from '../../sweep/kind';
import { OutOfTime } from '../../sweep/pace';
import { type Metadata, metadataFrom } from '../metadata';
import { type SchemaName, schemaIn } from '../names';
import { type Range, inWords } from './ranges';

const VERSIONS_PER_PAGE = 100;

/** Milliseconds before a write is repeated that met another one. */
const CONFLICT_DELAYS = [500, 2_000, 8_000];

export class RetentionCalls {
  constructor(
    private readonly glue: GlueClient,
    private readonly schema: SchemaName,
    private readonly tools: Pick<SourceTools, 'paces' | 'clock' | 'deadline'>,
  ) {}

  /** All versions, in the order of the service; none where the schema is gone. */
  async versions(): Promise<readonly SchemaVersionListItem[]> {
    const versions = allPages(async NextToken => {
      const input = { SchemaId: this.schemaId, MaxResults: VERSIONS_PER_PAGE, NextToken };
      const page = await this.paced('ListSchemaVersions', () => this.glue.send(new ListSchemaVersionsCommand(input)));
      return { items: page.Schemas, nextToken: page.NextToken };
    });
    return (await unlessMissing(versions)) ?? [];
  }

  /** Numbers of the versions that nobody is deleting. */
  async remaining(): Promise<ReadonlySet<number>> {
    const versions = await this.versions();
    return new Set(
      versions.filter(({ Status }) => Status !== 'DELETING').map(({ VersionNumber = 0 }) => VersionNumber),
    );
  }

  /** `undefined` where the schema is gone. */
  async checkpoint(): Promise<number | undefined> {
    const command = new GetSchemaCommand({ SchemaId: this.schemaId });
    return (await unlessMissing(this.paced('GetSchema', () => this.glue.send(command))))?.SchemaCheckpoint;
  }

  /** By number alone: of a compatibility mode beside it the service would say that the schema has it already. */
  async moveCheckpoint(versionNumber: number): Promise<void> {
    const input = { SchemaId: this.schemaId, SchemaVersionNumber: { VersionNumber: versionNumber } };
    await this.written('UpdateSchema', () => this.glue.send(new UpdateSchemaCommand(input)));
  }

  /** Metadata of a version; none where it is gone. */
  async metadataOf(versionId: string): Promise<Metadata> {
    const entries = allPages(async NextToken => {
      const command = new QuerySchemaVersionMetadataCommand({ SchemaVersionId: versionId, NextToken });
      const page = await this.paced('QuerySchemaVersionMetadata', () => this.glue.send(command));
      return { items: Object.entries(page.MetadataInfoMap ?? {}), nextToken: page.NextToken };
    });
    return metadataFrom((await unlessMissing(entries)) ?? []);
  }

  /** Returns the items of the answer that are errors. */
  async deleteVersions(range: Range): Promise<readonly SchemaVersionErrorItem[]> {
    const input = { SchemaId: this.schemaId, Versions: inWords(range) };
    const answer = await this.written('DeleteSchemaVersions', () =>
      this.glue.send(new DeleteSchemaVersionsCommand(input)),
    );
    return answer.SchemaVersionErrors ?? [];
  }

  private get schemaId() {
    return { RegistryName: this.schema.registryName, SchemaName: this.schema.schemaName };
  }

  private async written<T>(operation: string, call: () => Promise<T>): Promise<T> {
    const { clock, deadline } = this.tools;
    for (const delay of CONFLICT_DELAYS) {
      try {
        return await this.paced(operation, call);
      } catch (error) {
        if (!isError(error, 'ConcurrentModificationException')) throw error;
        if (deadline.remaining() <= delay) throw new OutOfTime('no second attempt before the deadline');
        await clock.sleep(delay);
      }
    }
    return this.paced(operation, call);
  }

  /** The service's errors say nothing of the schema that they are about. */
  private async paced<T>(operation: string, call: () => Promise<T>): Promise<T> {
    try {
      return await this.tools.paces.of(operation).run(call);
    } catch (error) {
      if (error instanceof Error && !(error instanceof OutOfTime)) {
        error.message = `${operation} of ${schemaIn(this.schema)}: ${error.message}`;
      }
      throw error;
    }
  }
}

export function isError(error: unknown, name: string): error is Error {
  return error instanceof Error && error.name === name;
}

const unlessMissing = <T>(call: Promise<T>) => unless('EntityNotFoundException', call);
