import { type GlueClient } from '@aws-sdk/client-glue';
import { type S3Client } from '@aws-sdk/client-s3';
import {
  type SchemaVersionAttributes,
  type SchemaVersionProperties,
  SchemaVersionShape,
  checkDefinition,
} from '../../contract/glue';
import { OWNER_KEY } from '../../contract/ownership';
import { type Answer, type ResourceHandler, type Scope } from '../runtime/custom-resource';
import { Irreversible, Refusal } from '../runtime/errors';
import { sentAt } from '../runtime/event';
import { reasonOf, rejectProblems } from '../runtime/messages';
import { type Claimant, type TagChange, claimInPhase, letGo, release } from '../runtime/ownership';
import { isAccessDenied } from '../runtime/retry';
import { definitionOf } from './definition';
import { Unpublishable, isRefusedByService } from './errors';
import { type HeldVersion, GlueGateway as SchemaRegistry } from './gateway';
import { type Metadata, diffMetadata } from './metadata';
import { type PhysicalId, findPhysicalId, parsePhysicalId, physicalId, schemaIn, versionIn } from './names';
import { FIELDS, changeRecord, claimantOf, readRecord } from './owner-record';
import { Publication } from './publication';
import { removeVersion } from './version-removal';

type Wanted = SchemaVersionProperties;

/** A version that has the wanted definition. */
interface Found {
  readonly version: HeldVersion;
  /** Whether this event has made it. */
  readonly made: boolean;
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

  async create(wanted: Wanted, scope: Scope): Promise<Answer> {
    return this.publish(wanted, announced(wanted, claimantOf(scope).ownerId), scope);
  }

  async update(wanted: Wanted, physicalResourceId: string, scope: Scope, previous?: Wanted): Promise<Answer> {
    const held = parsePhysicalId(physicalResourceId);
    try {
      return await this.publish(wanted, announced(wanted, held.owner), scope, { held, wanted: previous });
    } catch (error) {
      if (!(error instanceof Unpublishable) && !isRefusedByService(error)) throw error;
      const { versionId = '' } = held;
      const version = await this.registry(scope).findVersion(versionId);
      throw new Irreversible(reasonOf(error), answer(held, { id: versionId, number: version?.number ?? 0 }));
    }
  }

  async delete(wanted: Wanted, physicalResourceId: string, scope: Scope): Promise<void> {
    const registry = this.registry(scope);
    const id = findPhysicalId(physicalResourceId) ?? announced(wanted, claimantOf(scope).ownerId);
    const version = await this.find(id, wanted, scope);
    if (!version) return;

    const me = claimantOf(scope, id.owner);
    const metadata = await registry.metadataOf(version.id);
    const { fields } = recordOf(metadata);
    const outcome = await letGo(fields, FIELDS, me, wanted.Removal ?? 'RETAIN', () => scope.stackPhase());
    scope.log.info('schema version let go', { ...nameOf(id, version), outcome: outcome.kind });
    if (outcome.kind !== 'destroyed') {
      // of a function that was killed, an older record may be left even where there is nothing to change.
      const change = outcome.kind === 'foreign' ? NO_CHANGE : outcome.change;
      return this.own(version, metadata, change, registry);
    }
    try {
      await removeVersion(registry, id, version, scope);
    } catch (error) {
      // nobody hears of this version again: without an owner, a sweep may take it later.
      if (error instanceof Refusal && (await scope.stackPhase()) === 'rolling-back') {
        await this.own(version, metadata, release(fields, FIELDS, me), registry);
      }
      throw error;
    }
  }

  /** Has the definition registered, and the version owned where it is this resource's to own. */
  private async publish(
    wanted: Wanted,
    id: PhysicalId,
    scope: Scope,
    before?: { readonly held: PhysicalId; readonly wanted?: Wanted },
  ): Promise<Answer> {
    const registry = this.registry(scope);
    const definition = await definitionOf(wanted, this.s3);
    rejectProblems(checkDefinition(definition));
    const schema = await registry.findSchema(id);
    if (!schema) throw new Unpublishable(`${schemaIn(id)} does not exist: define it, or correct its name`);
    const publication = new Publication(registry, schema, scope);
    await publication.checkSyntax(definition);

    const existing = await this.existing(publication, definition, wanted, id, scope);
    if (existing) {
      const previous = before?.held.versionId === existing.id ? before.wanted : undefined;
      await this.take(wanted, id, { version: existing, made: false }, scope, previous);
      return answer(id, existing);
    }
    const versionId = await registry.register(id, definition);
    try {
      const version = await publication.available(versionId);
      await this.take(wanted, id, { version, made: true }, scope);
      return answer(id, version);
    } catch (error) {
      // what is denied is tried again, and finds the version then.
      if (isAccessDenied(error)) throw error;
      throw await this.withdrawn(publication, versionId, error, scope);
    }
  }

  /** The version that has the definition already; not one that the registry has failed. */
  private async existing(
    publication: Publication,
    definition: string,
    { AdoptExisting }: Wanted,
    id: PhysicalId,
    scope: Scope,
  ): Promise<HeldVersion | undefined> {
    const found = await publication.find(definition);
    if (found?.status !== 'FAILURE') return found;
    if (isOfThisEvent(found, scope)) {
      const failure = new Unpublishable(await publication.incompatibility(found));
      throw await this.withdrawn(publication, found.id, failure, scope);
    }
    if (!AdoptExisting) {
      throw new Unpublishable(
        `${await publication.incompatibility(found)}. That was an earlier attempt, not this one, and the registry does ` +
          `not check the definition again while ${versionIn(id, found.number)} exists: delete that version, or set ` +
          'adoptExisting: true to have it deleted here',
      );
    }
    scope.log.info('failed version removed, to have the definition checked again', nameOf(id, found));
    await publication.withdraw(found);
    return undefined;
  }

  /** Writes whose the version is and the user's metadata. What is somebody else's stays as it is. */
  private async take(
    wanted: Wanted,
    id: PhysicalId,
    { version, made }: Found,
    scope: Scope,
    previous?: Wanted,
  ): Promise<void> {
    const registry = this.registry(scope);
    const metadata = made ? {} : await registry.metadataOf(version.id);
    const change = await this.claim(wanted, claimantOf(scope, id.owner), { version, made }, metadata, scope);
    if (!change) {
      scope.log.info('the definition is registered already, and its version is not this stack’s', nameOf(id, version));
      return;
    }
    await this.own(version, metadata, change, registry);
    const { put, remove } = diffMetadata(wanted.Metadata ?? {}, metadata, previous?.Metadata ?? {});
    for (const pair of remove) await registry.removeMetadata(version.id, pair);
    for (const pair of put) await registry.putMetadata(version.id, pair);
  }

  /** What makes the version this resource's; `undefined` where it is not its to have. */
  private async claim(
    { AdoptExisting }: Wanted,
    me: Claimant,
    { version, made }: Found,
    metadata: Metadata,
    scope: Scope,
  ): Promise<TagChange | undefined> {
    if (made) return { set: { [FIELDS.owner]: me.ownerId, [FIELDS.stack]: me.stackId }, remove: [] };
    // made by a delivery of this event that was killed, most likely: adopted, so that a rollback rather leaves it.
    const orphaned = Object.keys(metadata).length === 0 && isOfThisEvent(version, scope);
    const { fields } = recordOf(metadata);
    const claimed = await claimInPhase(fields, FIELDS, me, orphaned || (AdoptExisting ?? false), () =>
      scope.stackPhase(),
    );
    if (claimed.kind === 'refused') return undefined;
    return claimed.kind === 'held' ? NO_CHANGE : claimed.change;
  }

  private async own(
    { id }: HeldVersion,
    metadata: Metadata,
    change: TagChange,
    registry: SchemaRegistry,
  ): Promise<void> {
    const { put, remove } = changeRecord(recordOf(metadata), change);
    if (put !== undefined) await registry.putMetadata(id, [OWNER_KEY, put]);
    for (const value of remove) await registry.removeMetadata(id, [OWNER_KEY, value]);
  }

  /** Takes back what a failed event has made: a failed replacement answers with the old id, so nobody else would. */
  private async withdrawn(
    publication: Publication,
    versionId: string,
    failure: unknown,
    scope: Scope,
  ): Promise<unknown> {
    try {
      const version = await this.registry(scope).findVersion(versionId);
      if (version) await publication.withdraw(version);
      return failure;
    } catch (error) {
      return new Unpublishable(
        `${reasonOf(failure)}; besides, version ${versionId} could not be removed again: ${reasonOf(error)}`,
      );
    }
  }

  /** The version that a Delete is about: of a Create that did not come to an end, by its definition. */
  private async find(id: PhysicalId, wanted: Wanted, scope: Scope): Promise<HeldVersion | undefined> {
    const registry = this.registry(scope);
    if (id.versionId !== undefined) return registry.findVersion(id.versionId);
    try {
      return await registry.findByDefinition(id, await definitionOf(wanted, this.s3));
    } catch (error) {
      // the policy may not know the object any more; what a Create made it has withdrawn itself, unless it was killed.
      scope.log.error('what the failed Create has made cannot be looked up: it stays', { error });
      return undefined;
    }
  }

  private registry(scope: Scope): SchemaRegistry {
    return new SchemaRegistry(this.glue, scope);
  }
}

const NO_CHANGE: TagChange = { set: {}, remove: [] };

const announced = ({ RegistryName, SchemaName }: Wanted, owner: string): PhysicalId => ({
  registryName: RegistryName,
  schemaName: SchemaName,
  owner,
});

const recordOf = (metadata: Metadata) => readRecord(metadata[OWNER_KEY] ?? []);

const nameOf = ({ registryName, schemaName }: PhysicalId, { id, number }: HeldVersion) => ({
  registryName,
  schemaName,
  versionId: id,
  versionNumber: number,
});

/** Whether a version came into being after the event was sent. */
function isOfThisEvent({ createdAt }: HeldVersion, { request }: Scope): boolean {
  const sent = sentAt(request.ResponseURL);
  return sent !== undefined && createdAt >= sent;
}

function answer({ registryName, schemaName, owner }: PhysicalId, version: Pick<HeldVersion, 'id' | 'number'>): Answer {
  const data: SchemaVersionAttributes = { VersionId: version.id, VersionNumber: String(version.number) };
  return {
    physicalResourceId: physicalId({ registryName, schemaName, owner, versionId: version.id }),
    data: { ...data },
  };
}
