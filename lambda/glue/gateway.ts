/**
 * The calls of the AWS Glue schema registry that handlers and sweeps need, each of them once: a missing object is
 * `undefined`, and a write that meets another write is repeated. The client decides whether a call is paced.
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
  type GetSchemaVersionCommandInput,
  GetSchemaVersionsDiffCommand,
  type GlueClient,
  ListSchemaVersionsCommand,
  PutSchemaVersionMetadataCommand,
  QuerySchemaVersionMetadataCommand,
  RegisterSchemaVersionCommand,
  RemoveSchemaVersionMetadataCommand,
  type SchemaVersionErrorItem,
  type SchemaVersionListItem,
  type SchemaVersionStatus,
  UpdateSchemaCommand,
} from '@aws-sdk/client-glue';
import { type Scope } from '../runtime/custom-resource';
import { allPages, isAccessDenied, retryConflict, unless } from '../runtime/retry';
import { type Guard, guarded } from '../sweep/pace';
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

/** The registry's answer to a registration; the version may have existed before. */
export type Registered = Pick<HeldVersion, 'id' | 'number' | 'status'>;

/** How a call names a version. */
type Which = Pick<GetSchemaVersionCommandInput, 'SchemaId' | 'SchemaVersionId' | 'SchemaVersionNumber'>;

const VERSIONS_PER_PAGE = 100;

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

  /** The syntax error of a definition; `undefined` if there is none. */
  async syntaxError(dataFormat: DataFormat, definition: string): Promise<string | undefined> {
    const { Valid, Error: error } = await this.glue.send(
      new CheckSchemaVersionValidityCommand({ DataFormat: dataFormat, SchemaDefinition: definition }),
    );
    return Valid ? undefined : (error ?? 'no reason given');
  }

  /** The version that has a definition, in any state. */
  async findByDefinition(at: SchemaName, definition: string): Promise<HeldVersion | undefined> {
    const found = await unlessMissing(
      this.glue.send(new GetSchemaByDefinitionCommand({ SchemaId: schemaId(at), SchemaDefinition: definition })),
    );
    // the answer does not contain the version's number.
    return found && this.findVersion(found.SchemaVersionId!);
  }

  async findVersion(id: string): Promise<HeldVersion | undefined> {
    return this.versionOf({ SchemaVersionId: id });
  }

  findNumber(at: SchemaName, versionNumber: number): Promise<HeldVersion | undefined> {
    return this.versionOf({ SchemaId: schemaId(at), SchemaVersionNumber: { VersionNumber: versionNumber } });
  }

  private async versionOf(which: GetSchemaVersionCommandInput): Promise<HeldVersion | undefined> {
    const found = await unlessMissing(this.glue.send(new GetSchemaVersionCommand(which)));
    if (!found) return undefined;
    const { SchemaVersionId = '', VersionNumber = 0, Status, CreatedTime = '', SchemaDefinition } = found;
    const createdAt = Date.parse(CreatedTime);
    return { id: SchemaVersionId, number: VersionNumber, status: Status, createdAt, definition: SchemaDefinition };
  }

  /** Registers a definition. Not repeated if it meets another write, which may have registered the same definition. */
  async register(at: SchemaName, definition: string): Promise<Registered> {
    const { SchemaVersionId, VersionNumber, Status } = await this.glue.send(
      new RegisterSchemaVersionCommand({ SchemaId: schemaId(at), SchemaDefinition: definition }),
    );
    return { id: SchemaVersionId!, number: VersionNumber!, status: Status };
  }

  /**
   * The difference from the definition of a version, or of the newest available one, to another definition: a JSON
   * Patch.
   */
  async diff(at: SchemaName, from: number | 'latest', versionNumber: number): Promise<string | undefined> {
    const { Diff } = await this.glue.send(
      new GetSchemaVersionsDiffCommand({
        SchemaId: schemaId(at),
        FirstSchemaVersionNumber: from === 'latest' ? { LatestVersion: true } : { VersionNumber: from },
        SecondSchemaVersionNumber: { VersionNumber: versionNumber },
        SchemaDiffType: 'SYNTAX_DIFF',
      }),
    );
    return Diff;
  }

  /** All versions, in the order of the service; none if the schema is gone. */
  async versionsOf(at: SchemaName): Promise<readonly SchemaVersionListItem[]> {
    const versions = allPages(async NextToken => {
      const input = { SchemaId: schemaId(at), MaxResults: VERSIONS_PER_PAGE, NextToken };
      const page = await this.glue.send(new ListSchemaVersionsCommand(input));
      return { items: page.Schemas, nextToken: page.NextToken };
    });
    return (await unlessMissing(versions)) ?? [];
  }

  /**
   * Only sends the number: if the compatibility mode were sent as well, the service would answer that the schema
   * already has it.
   */
  async moveCheckpoint(at: SchemaName, versionNumber: number, guard?: Guard): Promise<void> {
    const input = { SchemaId: schemaId(at), SchemaVersionNumber: { VersionNumber: versionNumber } };
    await this.write(() => this.glue.send(guarded(new UpdateSchemaCommand(input), guard)));
  }

  /**
   * Returns the error that the answer has for the version; none if the version is already gone. Not repeated if it
   * meets another write, which may have given the version an owner.
   */
  async deleteVersion(at: SchemaName, versionNumber: number): Promise<ErrorDetails | undefined> {
    const items = await unlessMissing(this.deleteVersions(at, String(versionNumber)));
    const details = items?.[0]?.ErrorDetails;
    return details && GONE.includes(details.ErrorCode ?? '') ? undefined : details;
  }

  /**
   * Sent once. Returns the items of the answer that are errors.
   *
   * @param versions a number, or a range of them
   */
  async deleteVersions(at: SchemaName, versions: string, guard?: Guard): Promise<readonly SchemaVersionErrorItem[]> {
    const input = { SchemaId: schemaId(at), Versions: versions };
    const answer = await this.glue.send(guarded(new DeleteSchemaVersionsCommand(input), guard));
    return answer.SchemaVersionErrors ?? [];
  }

  /** Metadata of a version; `undefined` if the version is gone. */
  async pairsOf(versionId: string): Promise<readonly HeldPair[] | undefined> {
    const entries = allPages(async NextToken => {
      const page = await this.named(versionId, which =>
        this.glue.send(new QuerySchemaVersionMetadataCommand({ ...which, NextToken })),
      );
      return { items: Object.entries(page.MetadataInfoMap ?? {}), nextToken: page.NextToken };
    });
    const found = await unlessMissing(entries);
    return found && pairsFrom(found);
  }

  async putMetadata(versionId: string, pair: Pair): Promise<void> {
    const put = (which: Which) =>
      this.glue.send(new PutSchemaVersionMetadataCommand({ ...which, MetadataKeyValue: metadata(pair) }));
    await unless(
      'AlreadyExistsException',
      this.write(() => this.named(versionId, put)),
    );
  }

  async removeMetadata(versionId: string, pair: Pair): Promise<void> {
    const remove = (which: Which) =>
      this.glue.send(new RemoveSchemaVersionMetadataCommand({ ...which, MetadataKeyValue: metadata(pair) }));
    await unlessMissing(this.write(() => this.named(versionId, remove)));
  }

  /**
   * Names a version by its id; if that is denied, by its schema and number. AWS Glue has no schema to authorize an id on,
   * and a policy only allows any id as long as the stack declares a version: not any more in the clean-up of the last one.
   */
  private async named<T>(versionId: string, call: (which: Which) => Promise<T>): Promise<T> {
    try {
      return await call({ SchemaVersionId: versionId });
    } catch (error) {
      if (!isAccessDenied(error)) throw error;
      const read = new GetSchemaVersionCommand({ SchemaVersionId: versionId });
      const { SchemaArn, VersionNumber } = await this.glue.send(read).catch((unreadable: unknown) => {
        throw isAccessDenied(unreadable) ? error : unreadable;
      });
      return call({ SchemaId: { SchemaArn }, SchemaVersionNumber: { VersionNumber } });
    }
  }

  private write<T>(call: () => Promise<T>): Promise<T> {
    return retryConflict(this.scope, 'ConcurrentModificationException', call);
  }
}

/** Item errors that say that a version is gone, or is being deleted. The second one is unverified. */
const GONE = ['ResourceNotFoundException', 'ConcurrentModificationException'];

const schemaId = ({ registryName, schemaName }: SchemaName) => ({ RegistryName: registryName, SchemaName: schemaName });

const metadata = ([key, value]: Pair) => ({ MetadataKey: key, MetadataValue: value });

const unlessMissing = <T>(call: Promise<T>) => unless('EntityNotFoundException', call);
