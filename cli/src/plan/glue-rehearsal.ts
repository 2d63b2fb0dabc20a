/** The AWS Glue schema registry as it would be after writes that are kept here. */
import {
  CheckSchemaVersionValidityCommand,
  type GetSchemaByDefinitionCommandOutput,
  GetSchemaCommand,
  type GetSchemaVersionCommandOutput,
  type GlueClient,
  type ListSchemaVersionsCommandOutput,
} from '@aws-sdk/client-glue';
import { GlueGateway } from '../../../lambda/glue/gateway';
import { type HeldPair } from '../../../lambda/glue/metadata';
import { FIRST_VERSION } from '../../../lambda/glue/names';
import { Deadline, systemClock } from '../../../lambda/runtime/clock';
import { type Log } from '../../../lambda/runtime/log';
import { type Answering, type Journal, keeping, refusal } from './journal';

interface SchemaId {
  readonly RegistryName: string;
  readonly SchemaName: string;
}

interface Version {
  readonly schema: string;
  readonly id: string;
  readonly number: number;
  readonly definition: string;
  readonly createdAt: string;
}

interface Input {
  readonly SchemaId: SchemaId;
  readonly SchemaVersionId?: string;
  readonly SchemaVersionNumber?: { readonly VersionNumber?: number };
  readonly SchemaDefinition: string;
  readonly MetadataKeyValue: { readonly MetadataKey: string; readonly MetadataValue: string };
  readonly Versions: string;
  readonly NextToken?: string;
}

export class GlueRehearsal {
  private readonly made = new Map<string, Version>();
  /** Ids of what would be gone. */
  private readonly gone = new Set<string>();
  private readonly pairs = new Map<string, HeldPair[]>();
  private readonly gateway: GlueGateway;
  readonly answer: Answering;

  /** @param service asked as it is */
  constructor(
    private readonly service: GlueClient,
    private readonly journal: Journal,
    private readonly now: () => number,
  ) {
    const limits = { clock: systemClock, deadline: new Deadline(systemClock, Infinity), log: SILENT };
    this.gateway = new GlueGateway(service, limits);
    this.answer = keeping(journal, (operation, input: Input, ask) => this.read(operation, input, ask), {
      RegisterSchemaVersion: (input: Input) => this.register(input),
      DeleteSchemaVersions: (input: Input) => this.delete(input),
      PutSchemaVersionMetadata: (input: Input) => this.put(input),
      RemoveSchemaVersionMetadata: (input: Input) => this.remove(input),
    });
  }

  private async read(operation: string, input: Input, ask: () => Promise<object>): Promise<object> {
    switch (operation) {
      case 'GetSchemaByDefinition':
        return this.byDefinition(input, ask);
      case 'GetSchemaVersion':
        return this.version(input, ask);
      case 'ListSchemaVersions':
        return this.listed(input, ask);
      case 'QuerySchemaVersionMetadata':
        return this.metadata(input, ask);
      default:
        return ask();
    }
  }

  private async byDefinition({ SchemaId: at, SchemaDefinition }: Input, ask: () => Promise<object>): Promise<object> {
    const made = this.madeIn(at).find(({ definition }) => definition === SchemaDefinition);
    if (made) return { SchemaVersionId: made.id, Status: 'AVAILABLE' };
    const held = (await ask()) as GetSchemaByDefinitionCommandOutput;
    if (this.gone.has(held.SchemaVersionId ?? '')) throw missing();
    return held;
  }

  private async version(input: Input, ask: () => Promise<object>): Promise<object> {
    const { SchemaVersionId: id, SchemaVersionNumber, SchemaId: at } = input;
    const number = SchemaVersionNumber?.VersionNumber;
    const made = id === undefined ? this.madeIn(at).find(version => version.number === number) : this.made.get(id);
    if (made && !this.gone.has(made.id)) return viewOf(made);
    const held = (await ask()) as GetSchemaVersionCommandOutput;
    if (this.gone.has(held.SchemaVersionId ?? '')) throw missing();
    return held;
  }

  private async listed(input: Input, ask: () => Promise<object>): Promise<object> {
    const page = (await ask()) as ListSchemaVersionsCommandOutput;
    const left = (page.Schemas ?? []).filter(({ SchemaVersionId = '' }) => !this.gone.has(SchemaVersionId));
    const made = page.NextToken === undefined ? this.madeIn(input.SchemaId).map(viewOf) : [];
    return { ...page, Schemas: [...left, ...made] };
  }

  private async metadata({ SchemaVersionId: id = '' }: Input, ask: () => Promise<object>): Promise<object> {
    if (this.gone.has(id)) throw missing();
    const pairs = this.pairs.get(id);
    if (!pairs) return this.made.has(id) ? { MetadataInfoMap: {} } : ask();
    const map: Record<string, { MetadataValue: string; CreatedTime: string; OtherMetadataValueList: object[] }> = {};
    // of one key the newest comes first.
    for (const { key, value, putAt } of [...pairs].reverse()) {
      const entry = { MetadataValue: value, CreatedTime: new Date(putAt).toISOString() };
      if (map[key]) map[key].OtherMetadataValueList.push(entry);
      else map[key] = { ...entry, OtherMetadataValueList: [] };
    }
    return { MetadataInfoMap: map };
  }

  /** Whether the definition is compatible only the registry tells: here it is, and the plan leaves that open. */
  private async register({ SchemaId: at, SchemaDefinition }: Input): Promise<object> {
    const schema = await this.service.send(new GetSchemaCommand({ SchemaId: at }));
    const validity = new CheckSchemaVersionValidityCommand({ DataFormat: schema.DataFormat, SchemaDefinition });
    if (schema.Compatibility === 'DISABLED') {
      throw refusal('InvalidInputException', 'the compatibility mode DISABLED allows no further version');
    }
    const { Valid, Error: error } = await this.service.send(validity);
    if (!Valid) throw refusal('InvalidInputException', error ?? 'the definition is not valid');
    const numbers = (await this.gateway.versionsOf(names(at))).map(({ VersionNumber = 0 }) => VersionNumber);
    // the number of a version that is gone comes never again.
    const made = [...this.made.values()].filter(({ schema }) => schema === keyOf(at)).map(version => version.number);
    const number = Math.max(0, ...numbers, ...made) + 1;
    const id = `00000000-0000-4000-8000-${String(this.made.size + 1).padStart(12, '0')}`;
    const createdAt = new Date(this.now()).toISOString();
    if (schema.Compatibility !== 'NONE') {
      this.journal.leaveOpen(`the registry decides on deployment whether it is compatible (${schema.Compatibility})`);
    }
    this.made.set(id, { schema: keyOf(at), id, number, definition: SchemaDefinition, createdAt });
    return { SchemaVersionId: id, VersionNumber: number, Status: 'AVAILABLE' };
  }

  private async delete({ SchemaId: at, Versions }: Input): Promise<object> {
    // no handler moves it: only the run of a sweep does, and a plan makes none.
    const checkpoint = (await this.gateway.findSchema(names(at)))?.checkpoint;
    const [first, last = first] = Versions.split('-').map(Number);
    const ids: string[] = [];
    for (let number = first; number <= last; number++) {
      if (number === FIRST_VERSION || number === checkpoint) {
        throw refusal(
          'InvalidInputException',
          `version ${number} is ${number === checkpoint ? 'the checkpoint' : 'the first one'}`,
        );
      }
      const id =
        this.madeIn(at).find(version => version.number === number)?.id ??
        (await this.gateway.findNumber(names(at), number))?.id;
      if (id !== undefined) ids.push(id);
    }
    // all or none.
    for (const id of ids) this.gone.add(id);
    return { SchemaVersionErrors: [] };
  }

  private async put({ SchemaVersionId: id = '', MetadataKeyValue }: Input): Promise<object> {
    const pairs = await this.heldPairs(id);
    const { MetadataKey: key, MetadataValue: value } = MetadataKeyValue;
    if (pairs.some(pair => pair.key === key && pair.value === value)) {
      throw refusal('AlreadyExistsException', 'the version has this pair already');
    }
    if (pairs.length >= MOST_PAIRS) throw refusal('ResourceNumberLimitExceededException', 'the version has ten pairs');
    pairs.push({ key, value, putAt: this.now() });
    return {};
  }

  private async remove({ SchemaVersionId: id = '', MetadataKeyValue }: Input): Promise<object> {
    const pairs = await this.heldPairs(id);
    const { MetadataKey: key, MetadataValue: value } = MetadataKeyValue;
    const left = pairs.filter(pair => pair.key !== key || pair.value !== value);
    if (left.length === pairs.length) throw missing();
    this.pairs.set(id, left);
    return {};
  }

  /** The oldest first. */
  private async heldPairs(id: string): Promise<HeldPair[]> {
    if (this.gone.has(id)) throw missing();
    let pairs = this.pairs.get(id);
    if (!pairs) {
      const held = this.made.has(id) ? [] : await this.gateway.pairsOf(id);
      if (!held) throw missing();
      this.pairs.set(id, (pairs = [...held].reverse()));
    }
    return pairs;
  }

  private madeIn(at: SchemaId): Version[] {
    return [...this.made.values()].filter(({ schema, id }) => schema === keyOf(at) && !this.gone.has(id));
  }
}

const MOST_PAIRS = 10;

const keyOf = ({ RegistryName, SchemaName }: SchemaId) => `${RegistryName}/${SchemaName}`;

const names = ({ RegistryName, SchemaName }: SchemaId) => ({ registryName: RegistryName, schemaName: SchemaName });

const viewOf = ({ id, number, definition, createdAt }: Version) => ({
  SchemaVersionId: id,
  VersionNumber: number,
  Status: 'AVAILABLE',
  SchemaDefinition: definition,
  CreatedTime: createdAt,
});

const missing = () => refusal('EntityNotFoundException', 'it does not exist');

const SILENT: Log = { info: () => {}, warn: () => {}, error: () => {}, count: () => {} };
