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
import { type SchemaVersionProperties, SchemaVersionShape } from '../../contract/glue';
import { ownerOf } from '../runtime/claimed-artifact';
import { type Answer, type ResourceHandler, type Scope } from '../runtime/custom-resource';
import { Irreversible } from '../runtime/errors';
import { reasonOf } from '../runtime/messages';
import { patient } from '../runtime/patient';
import { isRefusedByService } from '../runtime/retry';
import { type ReadObject } from '../runtime/s3-objects';
import { Unpublishable } from './errors';
import { GlueGateway } from './gateway';
import { announced, findPhysicalId, parsePhysicalId, physicalId } from './names';
import { type EventId, SchemaVersionEvent, answer } from './schema-version-event';

type Wanted = SchemaVersionProperties;

/** `Custom::GlueSchemaVersion` */
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
    return this.event(wanted, announced(wanted, ownerOf(scope)), scope).publish();
  }

  async update(wanted: Wanted, physicalResourceId: string, scope: Scope, previous?: Wanted): Promise<Answer> {
    const held = parsePhysicalId(physicalResourceId);
    try {
      return await this.event(wanted, announced(wanted, held.owner), scope).publish({ held, wanted: previous });
    } catch (error) {
      if (!(error instanceof Unpublishable) && !isRefusedByService(error)) throw error;
      const { versionId = '' } = held;
      const reading = patient(this.glue, scope, async () => {});
      const version = await new GlueGateway(reading, scope).findVersion(versionId);
      throw new Irreversible(reasonOf(error), answer(held, { id: versionId, number: version?.number ?? 0 }));
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
