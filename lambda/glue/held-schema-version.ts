/** A schema version that a resource has, and what becomes of it and of its metadata when the resource gives it up. */
import { type GlueClient } from '@aws-sdk/client-glue';
import { type Removal } from '../../contract/cloudformation';
import { type SchemaVersionProperties } from '../../contract/glue';
import { isAdoptedBack } from '../runtime/adopted-from';
import { type Scope } from '../runtime/custom-resource';
import { parseFormers, wasOpen } from '../runtime/former-owners';
import { OwnedArtifact } from '../runtime/owned-artifact';
import { type LettingGo, type TagChange, type Tags, claimOf, formersOf, release } from '../runtime/ownership';
import { patient } from '../runtime/patient';
import { DeclaredMetadata } from './declared-metadata';
import { GlueGateway, type Registered } from './gateway';
import { type MetadataChange, type Pair, diffMetadata, dropped } from './metadata';
import { type EventId, schemaIn, versionAnswer, versionFields, versionIn } from './names';
import { FIELDS, claimantOf } from './owner-record';
import { takenBack } from './taken-back-metadata';
import { type Marks, VersionOwnership, isMarkedByOthers, putByOwner, putSince, without } from './version-ownership';
import { SchemaVersionRemoval } from './version-removal';

type Wanted = SchemaVersionProperties;

export abstract class HeldSchemaVersion extends OwnedArtifact {
  protected override readonly me;
  protected readonly record;
  protected readonly removalPolicy: Removal;
  protected readonly registry: GlueGateway;
  protected readonly ownership: VersionOwnership;
  protected readonly removal: SchemaVersionRemoval;
  /** The version that the event is about, once it is known. */
  protected version?: Registered;
  protected isOvertaken = false;
  /** Metadata that is removed if the version is given back. */
  protected undone: Wanted['Metadata'];
  /** Metadata that this resource had before what is undone. */
  protected former: Wanted['Metadata'];
  /** Metadata that this resource has written before this event. */
  protected written: Wanted['Metadata'];

  constructor(
    protected readonly wanted: Wanted,
    protected readonly id: EventId,
    scope: Scope,
    glue: GlueClient,
  ) {
    super(scope, id);
    this.me = claimantOf(scope, id.owner);
    this.removalPolicy = wanted.Removal ?? 'RETAIN';
    this.undone = wanted.Metadata;
    this.registry = new GlueGateway(patient(glue, scope, this.checks), scope);
    this.ownership = new VersionOwnership(this.registry, id, scope);
    this.removal = new SchemaVersionRemoval(this.registry, id, scope);
    this.record = {
      keys: FIELDS,
      read: async () => {
        // keeps looking for what a Create that has not answered may still make.
        if (id.unanswered) this.version ??= await this.find();
        return this.version && (await this.ownership.read(this.version))?.record.fields;
      },
      change: (change: TagChange) => this.ownership.change(this.version!, change),
    };
  }

  /** The version that a Delete is about. */
  protected abstract find(): Promise<Registered | undefined>;

  protected get artifactId(): string | undefined {
    return this.version ? versionAnswer(this.id, this.version).physicalResourceId : this.scope.physicalId;
  }

  get what(): string {
    return this.version ? versionIn(this.id, this.version.number) : `the version of ${schemaIn(this.id)}`;
  }

  /** A rollback follows so closely on the metadata that it undoes that it may not see them yet. */
  protected override async owners(): Promise<Tags | undefined> {
    const tags = await super.owners();
    if (tags?.[FIELDS.owner] !== this.me.ownerId || this.ownership.shows(this.written)) return tags;
    return (await this.looksAgain()) ? super.owners() : tags;
  }

  /**
   * An Update also removes what failed deployments have put: those of this resource, and in a rollback those of all, since
   * CloudFormation does not ask each of them again.
   */
  protected async withoutLeftovers(metadata: MetadataChange, previous?: Wanted): Promise<MetadataChange> {
    const marks = without(this.ownership.marks, metadata.remove);
    const { Metadata: wanted = {} } = this.wanted;
    if (this.scope.request.RequestType !== 'Update' || !isMarkedByOthers(marks, wanted)) return metadata;
    const isRollback = (await this.scope.stackPhase()) === 'rolling-back';
    if (previous && !isRollback) return metadata;
    const declared = await DeclaredMetadata.of(this.version!.id, marks, this.scope);
    const left = declared
      .put(marks, isRollback ? undefined : this.me.ownerId)
      .filter(([key, value]) => wanted[key] !== value);
    return { ...metadata, remove: [...metadata.remove, ...left] };
  }

  protected override async destroy(tags: Tags): Promise<void> {
    if (await this.mayBeInUse(tags)) {
      this.scope.log.info(
        'somebody may already have written with the version: it stays, and belongs to nobody',
        versionFields(this.id, this.version!),
      );
      await this.restore('returned', tags);
      return this.record.change(this.released(tags));
    }
    await this.removal.remove(this.version!, async () => {
      await this.confirm();
      return (await this.record.read())?.[FIELDS.owner] === this.me.ownerId;
    });
  }

  /**
   * Whether a version that is undone stays: somebody may already write with a version that the registry has made
   * available.
   */
  private async mayBeInUse(tags: Tags): Promise<boolean> {
    if (this.version!.status !== 'AVAILABLE') return false;
    // under RETAIN, only an undone version is destroyed.
    if (this.removalPolicy === 'RETAIN' && !this.isOvertaken) return true;
    if (!isMarkedByOthers(this.ownership.marks, this.wanted.Metadata)) return false;
    return this.isOvertaken || !(await this.scope.succeededSince(claimOf(tags, FIELDS, this.me)?.since));
  }

  protected override async restore(outcome: LettingGo['kind'], tags: Tags): Promise<void> {
    const { marks } = this.ownership;
    const template = this.undone ?? {};
    const leaves = outcome === 'forgotten' || outcome === 'bequeathed';
    const isCleanUp = leaves && (await this.scope.stackPhase()) === 'deploying';
    const staying = isCleanUp ? await this.laterThatStays(tags) : undefined;
    const goes = isCleanUp && staying === undefined;
    const heir = leaves ? (staying ?? tags[FIELDS.owner]) : this.heirOf(outcome, tags);
    const given = { versionId: this.version!.id, marks, template, outcome, heir, isSettled: isCleanUp && !goes };
    const remove = await takenBack(given, this.scope);
    const isBack = outcome === 'returned' && isAdoptedBack(tags, FIELDS);
    const put = isBack ? dropped(this.former ?? {}, template, marks.pairs) : [];
    const keeper = outcome === 'returned' ? heir : undefined;
    const missing = await this.missingOf(keeper, without(marks, remove));
    await this.ownership.exchange(this.version!, { remove, put: [...put, ...missing] });
    // what stays under its own removal stays as this resource has left it.
    const isOpen = wasOpen(tags[FIELDS.formerOwner], this.me.ownerId);
    if (goes && (isOpen || this.removalPolicy === 'DELETE')) await this.takeBack(tags);
  }

  /** What a resource declares that keeps the version, and that those who have had it since have removed. */
  private async missingOf(keeper: string | undefined, marks: Marks): Promise<readonly Pair[]> {
    if (keeper === undefined || !(await this.others.isKeptBy(keeper))) return [];
    const declared = DeclaredMetadata.from(this.version!.id, await this.scope.declarationsSinceSuccess());
    return diffMetadata(declared.by(keeper) ?? {}, marks.pairs, {}).put;
  }

  /** The resource of the stack that has the version back. */
  private heirOf(outcome: LettingGo['kind'], tags: Tags): string | undefined {
    if (outcome !== 'returned') return undefined;
    if (this.keeper) return this.keeper.ownerId;
    return tags[FIELDS.owner] === this.me.ownerId ? formersOf(tags, FIELDS)[0] : this.me.ownerId;
  }

  protected override async clearLeftovers(tags: Tags): Promise<void> {
    const { [FIELDS.owner]: heir, [FIELDS.stack]: stack } = tags;
    if (!this.version || (heir !== undefined && stack !== this.me.stackId)) return;
    const { marks } = this.ownership;
    const declared = await DeclaredMetadata.of(this.version.id, marks, this.scope);
    const kept = declared.by(heir);
    const remove = declared.put(marks).filter(([key, value]) => kept?.[key] !== value);
    if (remove.length === 0) return;
    await this.confirm();
    await this.ownership.exchange(this.version, { remove, put: [] });
  }

  /** Takes back the pairs of this resource: from what was its own for good all, so that they look like nobody else's. */
  protected override async takeBack(tags: Tags): Promise<void> {
    const { marks } = this.ownership;
    const mine = parseFormers(tags[FIELDS.formerOwner]).find(({ ownerId }) => ownerId === this.me.ownerId);
    const template = this.undone ?? {};
    const remove = mine ? putSince(marks, template, mine.openSince ?? 0) : putByOwner(marks, template);
    await this.ownership.exchange(this.version!, { remove, put: [] });
  }

  protected override released(tags: Tags): TagChange {
    return release(tags, FIELDS, this.me);
  }
}
