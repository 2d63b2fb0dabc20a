/**
 * The calls of the AWS Glue schema registry as the handlers need them: a missing thing is `undefined`, and a write that
 * meets another one is repeated.
 */
import {
  CheckSchemaVersionValidityCommand,
  type Compatibility,
  type DataFormat,
  DeleteSchemaVersionsCommand,
  type ErrorDetails,
  GetSchemaByDefinitionCommand,
  GetSchemaCommand,
  GetSchemaVersionCommand,
  GetSchemaVersionsDiffCommand,
  type GlueClient,
  PutSchemaVersionMetadataCommand,
  QuerySchemaVersionMetadataCommand,
  RegisterSchemaVersionCommand,
  RemoveSchemaVersionMetadataCommand,
  type SchemaVersionStatus,
} from '@aws-sdk/client-glue';
import { type Scope } from '../runtime/custom-resource';
import { allPages, retryConflict, unless } from '../runtime/retry';
import { type HeldPair, type Pair, pairsFrom } from './metadata';
import { type SchemaName } from './names';

export interface HeldSchema extends SchemaName {
  readonly dataFormat: DataFormat;
  readonly compatibility: Compatibility | undefined;
  readonly checkpoint: number | undefined;
}

export interface HeldVersion {
  readonly id: string;
  readonly number: number;
  readonly status: SchemaVersionStatus | undefined;
  /** In milliseconds since the epoch. */
  readonly createdAt: number;
  readonly definition?: string;
}

/** What the registry says of a definition that it has registered; its version may be one that exists. */
export type Registered = Pick<HeldVersion, 'id' | 'number' | 'status'>;

export class GlueGateway {
  constructor(
    private readonly glue: GlueClient,
    private readonly scope: Pick<Scope, 'clock' | 'deadline' | 'log'>,
  ) {}

  async findSchema(at: SchemaName): Promise<HeldSchema | undefined> {
    const found = await unlessMissing(this.glue.send(new GetSchemaCommand({ SchemaId: schemaId(at) })));
    if (!found) return undefined;
    return {
      ...at,
      dataFormat: found.DataFormat!,
      compatibility: found.Compatibility,
      checkpoint: found.SchemaCheckpoint,
    };
  }

  /** What is wrong with the syntax of a definition; `undefined` where nothing is. */
  async syntaxError(dataFormat: DataFormat, definition: string): Promise<string | undefined> {
    const { Valid, Error: error } = await this.glue.send(
      new CheckSchemaVersionValidityCommand({ DataFormat: dataFormat, SchemaDefinition: definition }),
    );
    return Valid ? undefined : (error ?? 'no reason given');
  }

  /** The version that has a definition, in whatever state. */
  async findByDefinition(at: SchemaName, definition: string): Promise<HeldVersion | undefined> {
    const found = await unlessMissing(
      this.glue.send(new GetSchemaByDefinitionCommand({ SchemaId: schemaId(at), SchemaDefinition: definition })),
    );
    // its number is not in the answer.
    return found && this.findVersion(found.SchemaVersionId!);
  }

  async findVersion(id: string): Promise<HeldVersion | undefined> {
    const found = await unlessMissing(this.glue.send(new GetSchemaVersionCommand({ SchemaVersionId: id })));
    if (!found) return undefined;
    const { VersionNumber = 0, Status, CreatedTime = '', SchemaDefinition } = found;
    const createdAt = Date.parse(CreatedTime);
    return { id, number: VersionNumber, status: Status, createdAt, definition: SchemaDefinition };
  }

  /** Registers a definition. Not repeated where it meets another write: that one may have registered the same. */
  async register(at: SchemaName, definition: string): Promise<Registered> {
    const { SchemaVersionId, VersionNumber, Status } = await this.glue.send(
      new RegisterSchemaVersionCommand({ SchemaId: schemaId(at), SchemaDefinition: definition }),
    );
    return { id: SchemaVersionId!, number: VersionNumber!, status: Status };
  }

  /** What changes the newest available definition into another one: a JSON Patch. */
  async diffFromLatest(at: SchemaName, versionNumber: number): Promise<string | undefined> {
    const { Diff } = await this.glue.send(
      new GetSchemaVersionsDiffCommand({
        SchemaId: schemaId(at),
        FirstSchemaVersionNumber: { LatestVersion: true },
        SecondSchemaVersionNumber: { VersionNumber: versionNumber },
        SchemaDiffType: 'SYNTAX_DIFF',
      }),
    );
    return Diff;
  }

  /**
   * Returns the error that the answer has for the version; none where it is gone already. Not repeated where it meets
   * another write: that one may have given the version an owner.
   */
  async deleteVersion(at: SchemaName, versionNumber: number): Promise<ErrorDetails | undefined> {
    const input = { SchemaId: schemaId(at), Versions: String(versionNumber) };
    const answer = await unlessMissing(this.glue.send(new DeleteSchemaVersionsCommand(input)));
    const details = answer?.SchemaVersionErrors?.[0]?.ErrorDetails;
    return details && GONE.includes(details.ErrorCode ?? '') ? undefined : details;
  }

  /** Metadata of a version; `undefined` where it is gone. */
  async pairsOf(versionId: string): Promise<readonly HeldPair[] | undefined> {
    const entries = allPages(async NextToken => {
      const page = await this.glue.send(
        new QuerySchemaVersionMetadataCommand({ SchemaVersionId: versionId, NextToken }),
      );
      return { items: Object.entries(page.MetadataInfoMap ?? {}), nextToken: page.NextToken };
    });
    const found = await unlessMissing(entries);
    return found && pairsFrom(found);
  }

  async putMetadata(versionId: string, pair: Pair): Promise<void> {
    const input = { SchemaVersionId: versionId, MetadataKeyValue: metadata(pair) };
    await unless(
      'AlreadyExistsException',
      this.write(() => this.glue.send(new PutSchemaVersionMetadataCommand(input))),
    );
  }

  async removeMetadata(versionId: string, pair: Pair): Promise<void> {
    const input = { SchemaVersionId: versionId, MetadataKeyValue: metadata(pair) };
    await unlessMissing(this.write(() => this.glue.send(new RemoveSchemaVersionMetadataCommand(input))));
  }

  private write<T>(call: () => Promise<T>): Promise<T> {
    return retryConflict(this.scope, 'ConcurrentModificationException', call);
  }
}

/** Items of an answer that say that a version is gone, or about to go. The second one is unverified. */
const GONE = ['ResourceNotFoundException', 'ConcurrentModificationException'];

const schemaId = ({ registryName, schemaName }: SchemaName) => ({ RegistryName: registryName, SchemaName: schemaName });

const metadata = ([key, value]: Pair) => ({ MetadataKey: key, MetadataValue: value });

const unlessMissing = <T>(call: Promise<T>) => unless('EntityNotFoundException', call);
