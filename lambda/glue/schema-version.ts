/**
 * A version of a schema, as one event finds it:
 *
 * | the version that has the definition          | Create, Update                         | Delete                                   |
 * | -------------------------------------------- | -------------------------------------- | ---------------------------------------- |
 * | there is none                                | registered, awaited, claimed           | nothing to do                            |
 * | failed by the registry, by this event        | removed again; the event fails         | nothing to do                            |
 * | failed earlier                               | the event fails; with adoptExisting    | nothing to do                            |
 * |                                              | removed, and the definition registered |                                          |
 * | the first one of its schema                  | used                                   | stays                                    |
 * | this resource’s                              | metadata brought up to date            | RETAIN: left to nobody; DELETE: deleted  |
 * | another resource’s of this stack (a rename)  | taken over                             | only the memory of the former owner goes |
 * | once released by this resource               | claimed again                          | stays                                    |
 * | somebody else’s, or nobody’s                 | used; with adoptExisting adopted       | stays                                    |
 *
 * A rollback gives back what was taken over, claimed again or adopted, with its metadata as it was. What was registered
 * goes with `DELETE` unless somebody else has marked it; under `RETAIN` it stays, nobody’s, since somebody may have
 * written with it already.
 */
import { type GlueClient } from '@aws-sdk/client-glue';
import { type S3Client } from '@aws-sdk/client-s3';
import { type Removal } from '../../contract/cloudformation';
import { type SchemaVersionAttributes, type SchemaVersionProperties, SchemaVersionShape } from '../../contract/glue';
import { type Answer, type ResourceHandler, type Scope } from '../runtime/custom-resource';
import { Irreversible, Refusal } from '../runtime/errors';
import { sentAt } from '../runtime/event';
import { reasonOf, rejectProblems } from '../runtime/messages';
import { type Claimant, type LettingGo, type TagChange, claimInPhase, letGo, release } from '../runtime/ownership';
import { isAccessDenied, retryAccessDenied, unless } from '../runtime/retry';
import { definitionOf } from './definition';
import { Unpublishable, isRefusedByService } from './errors';
import { diffMetadata } from './metadata';
import {
  FIRST_VERSION,
  type PhysicalId,
  checkSchemaArn,
  findPhysicalId,
  parsePhysicalId,
  physicalId,
  versionIn,
} from './names';
import { FIELDS, claimantOf } from './owner-record';
import { type Found, Publication } from './publication';
import { type HeldVersion, type Registered, SchemaRegistry } from './schema-registry';
import { type Marks, NO_CHANGE, NO_MARKS, VersionOwnership, isMarkedByOthers, putByOwner } from './version-ownership';
import { VersionRemoval } from './version-removal';

type Wanted = SchemaVersionProperties;

/** What an Update finds before it. */
interface Before {
  readonly held: PhysicalId;
  readonly wanted?: Wanted;
}

/** `Custom::GlueSchemaVersion` */
export class SchemaVersionHandler implements ResourceHandler<Wanted> {
  readonly shape = SchemaVersionShape;

  constructor(
    private readonly glue: GlueClient,
    private readonly s3: S3Client,
  ) {}

  physicalResourceId(wanted: Wanted, scope: Scope): string {
    return physicalId(announced(wanted, claimantOf(scope).ownerId));
  }

  create(wanted: Wanted, scope: Scope): Promise<Answer> {
    return this.event(wanted, announced(wanted, claimantOf(scope).ownerId), scope).publish();
  }

  async update(wanted: Wanted, physicalResourceId: string, scope: Scope, previous?: Wanted): Promise<Answer> {
    const held = parsePhysicalId(physicalResourceId);
    try {
      return await this.event(wanted, announced(wanted, held.owner), scope).publish({ held, wanted: previous });
    } catch (error) {
      if (!(error instanceof Unpublishable) && !isRefusedByService(error)) throw error;
      const { versionId = '' } = held;
      const version = await new SchemaRegistry(this.glue, scope).findVersion(versionId);
      throw new Irreversible(reasonOf(error), answer(held, { id: versionId, number: version?.number ?? 0 }));
    }
  }

  delete(wanted: Wanted, physicalResourceId: string, scope: Scope): Promise<void> {
    const id = findPhysicalId(physicalResourceId) ?? announced(wanted, claimantOf(scope).ownerId);
    return this.event(wanted, id, scope).letGo();
  }

  private event(wanted: Wanted, id: PhysicalId, scope: Scope): SchemaVersionEvent {
    return new SchemaVersionEvent(wanted, id, scope, { registry: new SchemaRegistry(this.glue, scope), s3: this.s3 });
  }
}

/** One event of one schema version. */
class SchemaVersionEvent {
  private readonly me: Claimant;
  private readonly removalPolicy: Removal;
  private readonly publication: Publication;
  private readonly ownership: VersionOwnership;
  private readonly removal: VersionRemoval;

  constructor(
    private readonly wanted: Wanted,
    private readonly id: PhysicalId,
    private readonly scope: Scope,
    private readonly services: { readonly registry: SchemaRegistry; readonly s3: S3Client },
  ) {
    const { registry } = services;
    this.me = claimantOf(scope, id.owner);
    this.removalPolicy = wanted.Removal ?? 'RETAIN';
    this.publication = new Publication(registry, id, scope);
    this.ownership = new VersionOwnership(registry, id, scope);
    this.removal = new VersionRemoval(registry, id, scope);
  }

  /** Has the definition registered, and the version owned where it is this resource's to own. */
  async publish(before?: Before): Promise<Answer> {
    rejectProblems(this.foreignEnvironment());
    const definition = await this.definition();
    const existing = (await this.unchanged(definition, before)) ?? (await this.existing(definition));
    const found: Found = existing ? { version: existing, made: false } : await this.publication.register(definition);
    if (found.made) return answer(this.id, await this.finish(found.version));
    await this.take(found, before?.held.versionId === found.version.id ? before.wanted : undefined);
    return answer(this.id, found.version);
  }

  async letGo(): Promise<void> {
    const foreign = this.foreignEnvironment();
    if (foreign) return this.scope.log.info('nothing was registered', { because: foreign });
    const version = await this.find();
    const marks = version && (await this.ownership.marksOf(version));
    if (!version || !marks) return;

    const outcome = await this.lettingGo(version, marks);
    this.scope.log.info('schema version let go', { ...this.named(version), outcome: outcome.kind });
    if (outcome.kind === 'destroyed') return this.destroy(version, marks);
    const isUndone = outcome.kind === 'returned' || (outcome.kind === 'released' && (await this.isRollingBack()));
    // of a function that was killed, an older record may be left even where there is nothing to change.
    const change = outcome.kind === 'foreign' ? NO_CHANGE : outcome.change;
    await unlessGone(async () => {
      if (isUndone) await this.takeBackMetadata(version, marks);
      await this.ownership.change(version, marks, change);
    });
  }

  /** What an Update that changes no definition finds where it has left it, with one call. */
  private async unchanged(definition: string, before?: Before): Promise<HeldVersion | undefined> {
    const { held, wanted } = before ?? {};
    if (held?.versionId === undefined || !wanted || !hasSameSource(wanted, this.wanted)) return undefined;
    const version = await this.services.registry.findVersion(held.versionId);
    return version?.status === 'AVAILABLE' && version.definition === definition ? version : undefined;
  }

  /** The version that has the definition already; not one that the registry has failed. */
  private async existing(definition: string): Promise<HeldVersion | undefined> {
    const found = await this.publication.find(definition);
    if (found?.status !== 'FAILURE') return found;
    const reason = await this.publication.incompatibility(found);
    if (this.isOfThisEvent(found)) throw await this.withdrawn(found, new Unpublishable(reason));
    if (!this.wanted.AdoptExisting) {
      throw new Unpublishable(
        `${reason}. That was an earlier attempt, not this one, and the registry does ` +
          `not check the definition again while ${versionIn(this.id, found.number)} exists: delete that version, or set ` +
          'adoptExisting: true to have it deleted here',
      );
    }
    this.scope.log.info('failed version removed, to have the definition checked again', this.named(found));
    await this.removal.withdraw(found, () => this.isUnclaimed(found));
    return undefined;
  }

  /** Waits for a version that this event has registered, and claims it. */
  private async finish(registered: Registered): Promise<Registered> {
    try {
      const version = await this.publication.available(registered);
      // what is denied is tried again here, where it is known that the version was made.
      await retryAccessDenied(this.scope, () => this.take({ version, made: true }));
      return version;
    } catch (error) {
      throw await this.withdrawn(registered, error);
    }
  }

  /** Writes whose the version is and the user's metadata. What is somebody else's stays as it is. */
  private async take({ version, made }: Found, previous?: Wanted): Promise<void> {
    const marks = made ? NO_MARKS : await this.ownership.marksOf(version);
    if (!marks) throw new Error(`${versionIn(this.id, version.number)} was deleted a moment ago: deploy again`);
    const change = await this.claim({ version, made }, marks);
    if (!change) return this.leave(version);
    const metadata = diffMetadata(this.wanted.Metadata ?? {}, marks.pairs, previous?.Metadata ?? {});
    if (!isNothing(metadata) || !isNothing(change)) this.ownership.requireRoom(version, marks, metadata);
    if (isNothing(change)) {
      await this.ownership.change(version, marks, change);
      return this.ownership.exchange(version, metadata);
    }

    const claimed = await this.ownership.claim(version, marks, change);
    if (!claimed && this.wanted.AdoptExisting) {
      throw new Error(
        `${versionIn(this.id, version.number)} was claimed by another stack at the same time, and is that one’s: ` +
          'deploy again to take it over from there',
      );
    }
    if (!claimed) return this.leave(version);
    if (made && isMarkedByOthers(claimed)) {
      await this.ownership.change(version, claimed, { set: {}, remove: Object.values(FIELDS) });
      return this.leave(version);
    }
    try {
      await this.ownership.exchange(version, metadata);
    } catch (error) {
      if (!made) await this.giveBack(version);
      throw error;
    }
  }

  /** What makes the version this resource's; `undefined` where it is not its to have. */
  private async claim({ version, made }: Found, { pairs, record }: Marks): Promise<TagChange | undefined> {
    const { me } = this;
    if (version.number === FIRST_VERSION && record.fields[FIELDS.owner] !== me.ownerId) return undefined;
    if (made) return { set: { [FIELDS.owner]: me.ownerId, [FIELDS.stack]: me.stackId }, remove: [] };
    // made by a delivery of this event that was killed, most likely: adopted where that means no more than to be kept.
    const orphaned = pairs.length === 0 && this.removalPolicy === 'RETAIN' && this.isOfThisEvent(version);
    const adoptExisting = orphaned || (this.wanted.AdoptExisting ?? false);
    const claimed = await claimInPhase(record.fields, FIELDS, me, adoptExisting, () => this.scope.stackPhase());
    if (claimed.kind === 'refused') return undefined;
    return claimed.kind === 'held' ? NO_CHANGE : claimed.change;
  }

  private leave(version: Registered): void {
    this.scope.log.info(
      'the definition is registered already, and its version is not this stack’s',
      this.named(version),
    );
  }

  /** Gives back what an event that fails has just claimed: a failed replacement is never deleted. */
  private async giveBack(version: Registered): Promise<void> {
    const marks = await this.ownership.marksOf(version);
    if (!marks) return;
    await this.takeBackMetadata(version, marks);
    const outcome = await letGo(marks.record.fields, FIELDS, this.me, 'RETAIN', async () => 'rolling-back');
    if (outcome.kind === 'returned') await this.ownership.change(version, marks, outcome.change);
  }

  private takeBackMetadata(version: Registered, marks: Marks): Promise<void> {
    return this.ownership.exchange(version, { remove: putByOwner(marks, this.wanted.Metadata ?? {}), put: [] });
  }

  /**
   * Takes back what a failed event has registered: a failed replacement answers with the old id, so nobody else would.
   * Under RETAIN a version that is available stays.
   */
  private async withdrawn({ id }: Registered, failure: unknown): Promise<unknown> {
    try {
      const version = await this.services.registry.findVersion(id);
      const marks = version && (await this.ownership.marksOf(version));
      if (!marks || !this.isUnclaimedBy(marks)) return failure;
      if (version.status === 'AVAILABLE' && this.removalPolicy === 'RETAIN') await this.release(version, marks);
      else await this.removal.withdraw(version, () => this.isUnclaimed(version));
      return failure;
    } catch (error) {
      if (isAccessDenied(failure)) return failure;
      return new Unpublishable(
        `${reasonOf(failure)}; besides, version ${id} could not be removed again: ${reasonOf(error)}`,
      );
    }
  }

  private async release(version: Registered, marks: Marks): Promise<void> {
    if (marks.record.fields[FIELDS.owner] === undefined) return;
    await this.takeBackMetadata(version, marks);
    await this.ownership.change(version, marks, release(marks.record.fields, FIELDS, this.me));
  }

  /** The version that a Delete is about: of a Create that did not come to an end, by its definition. */
  private async find(): Promise<HeldVersion | undefined> {
    const { versionId } = this.id;
    if (versionId !== undefined) return this.services.registry.findVersion(versionId);
    try {
      return await this.services.registry.findByDefinition(this.id, await this.definition());
    } catch (error) {
      if (!(error instanceof Unpublishable) && !isRefusedByService(error) && !isAccessDenied(error)) throw error;
      // the policy may not know the object any more; what a Create made it has withdrawn itself, unless it was killed.
      this.scope.log.error('what the failed Create has made cannot be looked up: it stays', { error });
      return undefined;
    }
  }

  private async lettingGo({ status }: HeldVersion, marks: Marks): Promise<LettingGo> {
    const { me, removalPolicy } = this;
    const { record } = marks;
    const outcome = await letGo(record.fields, FIELDS, me, removalPolicy, () => this.scope.stackPhase());
    if (outcome.kind !== 'destroyed' || status !== 'AVAILABLE') return outcome;
    // a rollback: with what the registry has made available somebody may have written already, or has for certain.
    const isUsed = isMarkedByOthers(marks, this.wanted.Metadata) && (await this.isRollingBack());
    const stays = removalPolicy === 'RETAIN' || isUsed;
    return stays ? { kind: 'released', change: release(record.fields, FIELDS, me) } : outcome;
  }

  private async destroy(version: HeldVersion, marks: Marks): Promise<void> {
    try {
      await this.removal.remove(version, () => this.isOwned(version));
    } catch (error) {
      // nobody hears of this version again: without an owner, a sweep may take it later.
      if (error instanceof Refusal && (await this.isRollingBack())) {
        await this.ownership.change(version, marks, release(marks.record.fields, FIELDS, this.me));
      }
      throw error;
    }
  }

  private async isOwned(version: Registered): Promise<boolean> {
    const marks = await this.ownership.marksOf(version);
    return marks?.record.fields[FIELDS.owner] === this.me.ownerId;
  }

  private async isUnclaimed(version: Registered): Promise<boolean> {
    const marks = await this.ownership.marksOf(version);
    return marks !== undefined && this.isUnclaimedBy(marks);
  }

  /** Whether nobody but this resource has a version. */
  private isUnclaimedBy({ record }: Marks): boolean {
    return [undefined, this.me.ownerId].includes(record.fields[FIELDS.owner]);
  }

  private async isRollingBack(): Promise<boolean> {
    return (await this.scope.stackPhase()) === 'rolling-back';
  }

  /** Whether a version came into being after the event was sent. */
  private isOfThisEvent(version: Partial<HeldVersion>): boolean {
    const sent = sentAt(this.scope.request.ResponseURL);
    return sent !== undefined && version.createdAt !== undefined && version.createdAt >= sent;
  }

  private foreignEnvironment() {
    const { SchemaArn } = this.wanted;
    return SchemaArn === undefined ? undefined : checkSchemaArn(SchemaArn, this.scope.stackId);
  }

  private definition(): Promise<string> {
    return definitionOf(this.wanted, this.services.s3, this.scope);
  }

  private named({ id, number }: Registered) {
    const { registryName, schemaName } = this.id;
    return { registryName, schemaName, versionId: id, versionNumber: number };
  }
}

const announced = ({ RegistryName, SchemaName }: Wanted, owner: string): PhysicalId => ({
  registryName: RegistryName,
  schemaName: SchemaName,
  owner,
});

const hasSameSource = (a: Wanted, b: Wanted) => {
  const source = ({ RegistryName, SchemaName, Definition, DefinitionObject }: Wanted) =>
    JSON.stringify([RegistryName, SchemaName, Definition, DefinitionObject?.Bucket, DefinitionObject?.Key]);
  return source(a) === source(b);
};

const isNothing = (change: object) => Object.values(change).every(part => Object.keys(part).length === 0);

const unlessGone = (write: () => Promise<void>) => unless('EntityNotFoundException', write());

function answer({ registryName, schemaName, owner }: PhysicalId, version: Pick<HeldVersion, 'id' | 'number'>): Answer {
  const data: SchemaVersionAttributes = { VersionId: version.id, VersionNumber: String(version.number) };
  return {
    physicalResourceId: physicalId({ registryName, schemaName, owner, versionId: version.id }),
    data: { ...data },
  };
}
