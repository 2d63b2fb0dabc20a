import { type GlueClient, type SchemaVersionListItem } from '@aws-sdk/client-glue';
import {
  RegistryNameShape,
  SchemaNameShape,
  type SchemaVersionRetentionConfig,
  VERSIONS_PER_CALL,
} from '../../../contract/glue';
import { problems } from '../../../contract/shape';
import { KeepReason, checkRequestsPerSecond, checkRules } from '../../../contract/sweep';
import { reasonOf, rejectProblems } from '../../runtime/messages';
import { claimsIn } from '../../runtime/ownership';
import { type Guard, OutOfTime, explainedBy, pacedBy } from '../../sweep/pace';
import {
  type Candidate,
  type End,
  type Failed,
  type Many,
  type Page,
  type RemovalSteps,
  type SourceTools,
  type SweepKind,
  type SweepSource,
} from '../../sweep/source';
import { GlueGateway } from '../gateway';
import { schemaIn } from '../names';
import { FIELDS, STACK_NAME_CHARACTERS } from '../owner-record';
import { SpareRecord } from '../spare-record';
import { type Marks, marksFrom } from '../version-ownership';
import { VersionKept } from './keep-reasons';
import { deleteRanges } from './version-ranges';

type Config = SchemaVersionRetentionConfig;

/** Why a failed version is removed. */
const FAILED = 'FAILED';

/** The part of a slice's time in which no more is decided, but the decided removals are made. */
const REMOVAL_SHARE = 0.25;

/** The part of a slice's time that a page takes if its versions can be read at the full rate. */
const PAGE_SHARE = 0.25;

/**
 * How long, in milliseconds, a version can be without the record of the deployment that has registered it: the registry
 * takes both in two calls.
 */
const UNMARKED = 60_000;

/** How long, in milliseconds, it takes to read the versions of a page, and so until the last of them is removed. */
const LONGEST_PAGE = 30_000;

interface SchemaVersion extends Candidate {
  readonly id: string;
  readonly number: number;
  readonly agedFrom: number;
}

/** `Custom::GlueSchemaVersionRetention` */
export class SchemaVersionRetention implements SweepKind<Config, SchemaVersion> {
  constructor(private readonly glue: GlueClient) {}

  validate({ registryName, schemaName, rules, requestsPerSecond }: Config): void {
    rejectProblems(
      ...problems(RegistryNameShape, registryName),
      ...problems(SchemaNameShape, schemaName),
      checkRules(rules, 'retention'),
      checkRequestsPerSecond(requestsPerSecond),
    );
  }

  source(config: Config, tools: SourceTools): SweepSource<SchemaVersion> {
    const client = explainedBy(operation => `${operation} of ${schemaIn(config)}`, pacedBy(tools.paces, this.glue));
    return new SchemaVersions(config, new GlueGateway(client, tools), tools);
  }
}

class SchemaVersions implements SweepSource<SchemaVersion>, Many<SchemaVersion> {
  readonly removal = this;
  /** Numbers of all versions, including those that are being deleted. */
  private numbers: readonly number[] = [];
  private versions: readonly SchemaVersion[] = [];
  private checkpoint?: number;
  /** The newest available version among those that are being removed. */
  private newestGoing?: SchemaVersion;
  private stays?: Promise<SchemaVersion | undefined>;
  private readonly decideUntil: number;
  private readonly pageSize: number;

  constructor(
    private readonly config: Config,
    private readonly gateway: GlueGateway,
    private readonly tools: SourceTools,
  ) {
    const time = tools.deadline.remaining();
    this.decideUntil = tools.deadline.at - time * REMOVAL_SHARE;
    this.pageSize = Math.max(
      VERSIONS_PER_CALL,
      Math.floor((config.requestsPerSecond * Math.min(time * PAGE_SHARE, LONGEST_PAGE)) / 1000),
    );
  }

  /**
   * Pages as large as a slice can decide about, because a range can reach from any version of a page to any other. The
   * service lists versions in no order, so all are read first: an account has at most 10,000.
   */
  async list(pageToken: string | undefined): Promise<Page<SchemaVersion>> {
    if (pageToken === undefined || this.versions.length === 0) await this.read();
    const after = Number(pageToken ?? 0);
    const rest = this.versions.filter(({ number }) => number > after);
    const candidates = rest.slice(0, this.pageSize);
    return { candidates, nextToken: rest.length > candidates.length ? candidates.at(-1)?.name : undefined };
  }

  private async read(): Promise<void> {
    const listed = await this.gateway.versionsOf(this.config);
    this.checkpoint = listed.length > 0 ? (await this.gateway.findSchema(this.config))?.checkpoint : undefined;
    this.stays = undefined;
    this.numbers = listed.map(({ VersionNumber = 0 }) => VersionNumber);
    this.versions = listed
      .filter(({ Status }) => Status !== 'DELETING')
      .map(version => this.candidate(version))
      .sort((a, b) => a.number - b.number);
  }

  async isProvisional(version: SchemaVersion): Promise<boolean> {
    if (version.agedFrom > this.tools.startedAt) return true;
    const marks = await this.marksOf(version.id);
    if (!marks || (this.isYoung(version) && !(FIELDS.owner in marks.record.fields))) return true;
    return this.tools.stacks.isProvisional(claimsIn(marks.record.fields, FIELDS));
  }

  async protection(version: SchemaVersion): Promise<string | undefined> {
    const { advanceCheckpoint } = this.config;
    if (version.number === 1) return VersionKept.FIRST;
    // from the listing, because the schema's own latest version includes failed ones.
    if (version === this.available().at(-1) || version === (await this.latest())) return VersionKept.LATEST;
    // newer versions may have been deleted since the listing.
    if (version === this.newestGoing && !(await this.hasNewer(version))) return VersionKept.LATEST;
    if (!advanceCheckpoint && version.number === this.checkpoint) return VersionKept.CHECKPOINT;
    return this.protectingMetadata(version);
  }

  hasTimeToDecide(): boolean {
    return this.tools.clock.now() < this.decideUntil;
  }

  async many(
    going: readonly SchemaVersion[],
    { confirm, protection, report }: RemovalSteps<SchemaVersion>,
  ): Promise<void> {
    const numbers = going.map(({ number }) => number);
    this.newestGoing = this.available()
      .filter(version => going.includes(version))
      .at(-1);
    if (this.config.advanceCheckpoint) await this.advanceCheckpoint(numbers, confirm);
    const byNumber = new Map(going.map(version => [version.number, version]));
    await deleteRanges({
      gateway: this.gateway,
      schema: this.config,
      time: this.tools,
      remove: numbers,
      keep: await this.numbersBut(byNumber),
      protection: number => protection(byNumber.get(number)!),
      report: (number, end) => report(byNumber.get(number)!, this.judged(number, end)),
    });
  }

  /**
   * Numbers that no range must include: versions that stay, and versions that are not in the listing but not proven to
   * be gone. A listing can be incomplete, and a version that it omits can be owned.
   */
  private async numbersBut(going: ReadonlyMap<number, unknown>): Promise<readonly number[]> {
    const listed = new Set(this.numbers);
    const stay = this.numbers.filter(number => !going.has(number));
    let last: number | undefined;
    for (const next of [...going.keys()].sort((a, b) => a - b)) {
      // no range includes a wider gap.
      const reaches = last !== undefined && next - last < VERSIONS_PER_CALL;
      for (let number = last! + 1; reaches && number < next; number++) {
        if (!listed.has(number) && !(await this.isGone(number))) stay.push(number);
      }
      last = next;
    }
    return stay;
  }

  private async isGone(versionNumber: number): Promise<boolean> {
    try {
      return !(await this.gateway.findNumber(this.config, versionNumber));
    } catch (error) {
      if (error instanceof OutOfTime) throw error;
      this.tools.log.warn('cannot read whether a version is gone, so no range includes it', {
        versionNumber,
        error: reasonOf(error),
      });
      return false;
    }
  }

  private mayBeUnmarked(version: SchemaVersion, { record }: Marks): boolean {
    return record.values.length === 0 && this.isYoung(version);
  }

  /** Without an owner, it can be that of a deployment: one that has not marked it yet, or a canceled one that removes it. */
  private isYoung({ agedFrom }: SchemaVersion): boolean {
    return agedFrom > this.tools.startedAt - UNMARKED;
  }

  private async protectingMetadata(version: SchemaVersion): Promise<string | undefined> {
    const marks = await this.marksOf(version.id);
    if (!marks) return undefined;
    if (this.mayBeUnmarked(version, marks)) return KeepReason.TOO_YOUNG;
    const { pairs, record } = marks;
    if (await this.tools.stacks.isHeld(record.fields, FIELDS, STACK_NAME_CHARACTERS)) return VersionKept.OWNED;
    const { protectedMetadata } = this.config;
    return pairs.some(({ key, value }) => protectedMetadata[key] === value) ? VersionKept.METADATA : undefined;
  }

  /** The newest available version that stays if the deployments in progress fail, where keepLatest does not keep it. */
  private latest(): Promise<SchemaVersion | undefined> {
    return (this.stays ??= this.config.rules.keepLatest ? Promise.resolve(undefined) : this.newestThatStays());
  }

  private async newestThatStays(): Promise<SchemaVersion | undefined> {
    for (const version of [...this.available()].reverse()) {
      if (!(await this.isProvisional(version))) return version;
    }
    return undefined;
  }

  private async hasNewer({ number }: SchemaVersion): Promise<boolean> {
    for (const newer of this.available()
      .filter(other => other.number > number)
      .reverse()) {
      if ((await this.gateway.findNumber(this.config, newer.number))?.status === 'AVAILABLE') return true;
    }
    return false;
  }

  /** `undefined` if the version is gone. */
  private async marksOf(versionId: string): Promise<Marks | undefined> {
    const pairs = await this.gateway.pairsOf(versionId);
    if (!pairs) return undefined;
    const marks = marksFrom(pairs);
    if (marks.record.values.length > 0) return marks;
    const lost = await new SpareRecord(this.gateway, this.config).find(versionId, pairs);
    return lost ? marksFrom([...pairs, lost]) : marks;
  }

  /**
   * Moves the checkpoint to the oldest available version that stays, apart from version 1, which only stays because it
   * cannot be deleted.
   */
  private async advanceCheckpoint(going: readonly number[], confirm: Guard): Promise<void> {
    const oldest = this.available().find(({ number }) => number > 1 && !going.includes(number));
    if (!oldest || oldest.number <= (this.checkpoint ?? Infinity)) return;
    await this.gateway.moveCheckpoint(this.config, oldest.number, confirm);
    const { registryName, schemaName } = this.config;
    const moved = { registryName, schemaName, from: this.checkpoint, to: oldest.number };
    this.tools.log.info('checkpoint moved, which cannot be undone', moved);
    this.checkpoint = oldest.number;
  }

  /** Records a version that was not deleted, as a failure or as kept. */
  private judged(versionNumber: number, end: End | Failed): End | Failed {
    if (typeof end === 'string' || !('failed' in end) || this.config.onVersionError === 'FAIL') return end;
    const { registryName, schemaName } = this.config;
    this.tools.log.warn('the registry has not deleted a version', {
      registryName,
      schemaName,
      versionNumber,
      error: reasonOf(end.failed),
    });
    return { kept: VersionKept.REFUSED };
  }

  private available(): readonly SchemaVersion[] {
    return this.versions.filter(({ status }) => status === 'AVAILABLE');
  }

  private candidate({
    SchemaVersionId = '',
    VersionNumber = 0,
    Status,
    CreatedTime,
  }: SchemaVersionListItem): SchemaVersion {
    const isFree = VersionNumber !== 1 && VersionNumber !== this.checkpoint;
    return {
      id: SchemaVersionId,
      number: VersionNumber,
      name: String(VersionNumber),
      status: Status,
      // ranks by number: numbers are given in the order of creation, and are unique.
      createdAt: VersionNumber,
      agedFrom: Date.parse(CreatedTime ?? ''),
      ...(this.config.removeFailed && Status === 'FAILURE' && isFree && { decided: FAILED }),
    };
  }
}
