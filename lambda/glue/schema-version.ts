/**
 * `Custom::GlueSchemaVersion`: the version that has the definition.
 *
 * | the version                               | Create, Update                                     | Delete                                     |
 * | ----------------------------------------- | -------------------------------------------------- | ------------------------------------------ |
 * | does not exist                            | is registered, checked and claimed                 | -                                          |
 * | was failed by the registry, in this event | is removed; the event fails                        | -                                          |
 * | was failed earlier                        | the event fails; with adoptExisting it is removed, | -                                          |
 * |                                           | and the definition is registered again             |                                            |
 * | is the first one of its schema            | is used                                            | stays                                      |
 * | belongs to this resource                  | gets the metadata                                  | is deleted, or left to nobody under RETAIN |
 * | belongs to another resource of this stack | is claimed: a rename                               | stays; the record forgets this resource    |
 * | was released by this resource             | is claimed again                                   | stays                                      |
 * | belongs to somebody else, or to nobody    | is used; with adoptExisting it is claimed          | stays                                      |
 *
 * A rollback gives back what the failed deployment has claimed, with the metadata as it was. It deletes what the
 * deployment has registered, unless somebody else has marked the version. Under `RETAIN` an available version stays and
 * belongs to nobody, because somebody may already have written with it. An event that is over undoes what it has
 * registered or claimed, and has no answer.
 */
import { type GlueClient } from '@aws-sdk/client-glue';
import { type SchemaVersionProperties, SchemaVersionShape } from '../../contract/glue';
import { ownerOf } from '../runtime/claimed-artifact';
import { type Answer, type ResourceHandler, type Scope } from '../runtime/custom-resource';
import { Irreversible } from '../runtime/errors';
import { reasonOf } from '../runtime/messages';
import { patient } from '../runtime/patient';
import { isError, isRefusedByService } from '../runtime/retry';
import { type ReadObject } from '../runtime/s3-objects';
import { Unpublishable, Vanished } from './errors';
import { GlueGateway } from './gateway';
import {
  type Before,
  type EventId,
  announced,
  findPhysicalId,
  parsePhysicalId,
  physicalId,
  versionAnswer,
} from './names';
import { SchemaVersionEvent } from './schema-version-event';

type Wanted = SchemaVersionProperties;

export class SchemaVersionHandler implements ResourceHandler<Wanted> {
  readonly shape = SchemaVersionShape;

  constructor(
    private readonly glue: GlueClient,
    private readonly read: ReadObject,
  ) {}

  physicalResourceId(wanted: Wanted, scope: Scope): string {
    return physicalId(announced(wanted, ownerOf(scope)));
  }

  create(wanted: Wanted, scope: Scope): Promise<Answer> {
    return published(this.event(wanted, announced(wanted, ownerOf(scope)), scope));
  }

  async update(wanted: Wanted, physicalResourceId: string, scope: Scope, previous?: Wanted): Promise<Answer> {
    const held = parsePhysicalId(physicalResourceId);
    try {
      return await published(this.event(wanted, announced(wanted, held.owner), scope), { held, wanted: previous });
    } catch (error) {
      const stays = error instanceof Unpublishable || error instanceof Vanished || isRefusedByService(error);
      if (!stays) throw error;
      const { versionId = '' } = held;
      const reading = patient(this.glue, scope, { beforeRepeating: async () => {} });
      const version = await new GlueGateway(reading, scope).findVersion(versionId);
      throw new Irreversible(reasonOf(error), versionAnswer(held, { id: versionId, number: version?.number ?? 0 }));
    }
  }

  delete(wanted: Wanted, physicalResourceId: string, scope: Scope): Promise<void> {
    const answered = findPhysicalId(physicalResourceId);
    const id = answered ?? announced(wanted, ownerOf(scope));
    return this.event(wanted, { ...id, unanswered: !answered }, scope).delete();
  }

  private event(wanted: Wanted, id: EventId, scope: Scope): SchemaVersionEvent {
    return new SchemaVersionEvent(wanted, id, scope, { glue: this.glue, read: this.read });
  }
}

async function published(event: SchemaVersionEvent, before?: Before): Promise<Answer> {
  try {
    return await event.publish(before);
  } catch (error) {
    // a missing schema has been explained before: only metadata can still be those of a version that is gone.
    throw isError(error, 'EntityNotFoundException') ? new Vanished(event.what) : error;
  }
}
