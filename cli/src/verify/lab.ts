/** What experiments work with: things under random names, each of which is removed at the end, however that comes. */
import {
  CreateRegistryCommand,
  CreateSchemaCommand,
  DeleteRegistryCommand,
  DeleteSchemaCommand,
  type GlueClient,
  RegisterSchemaVersionCommand,
} from '@aws-sdk/client-glue';
import {
  CreateJobCommand,
  CreatePackageCommand,
  CreatePackageVersionCommand,
  DeleteJobCommand,
  DeletePackageCommand,
  DeletePackageVersionCommand,
  type IoTClient,
  ListPackageVersionsCommand,
  UpdatePackageCommand,
  UpdatePackageVersionCommand,
} from '@aws-sdk/client-iot';
import { unless } from '../../../lambda/runtime/retry';
import { Things } from './things';

export interface LabTools {
  readonly iot: IoTClient;
  readonly glue: GlueClient;
  /** AWS IoT by the permissions of the role that was named. Absent: none was. */
  readonly asRole?: IoTClient;
  sleep(milliseconds: number): Promise<unknown>;
  readonly interrupted: AbortSignal;
  /** The beginning of all names. */
  readonly prefix: string;
}

export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

interface Cleanup {
  readonly what: string;
  remove(): Promise<unknown>;
}

export class Lab {
  private readonly cleanups: Cleanup[] = [];
  private readonly devices: Things;
  private count = 0;

  constructor(private readonly tools: LabTools) {
    this.devices = new Things(tools.iot);
  }

  get iot(): IoTClient {
    this.goOn();
    return this.tools.iot;
  }

  get glue(): GlueClient {
    this.goOn();
    return this.tools.glue;
  }

  get things(): Things {
    this.goOn();
    return this.devices;
  }

  get asRole(): IoTClient {
    this.goOn();
    if (!this.tools.asRole) throw new Error('no role is named');
    return this.tools.asRole;
  }

  async sleep(milliseconds: number): Promise<void> {
    await this.tools.sleep(milliseconds);
    this.goOn();
  }

  /** A package, with versions in their states. */
  async package(versions: Readonly<Record<string, 'DRAFT' | 'PUBLISHED'>> = {}, tags?: Record<string, string>) {
    const packageName = this.name();
    // before it is made: an interrupt may come in between.
    this.cleanUp(`package ${packageName}`, () => this.removePackage(packageName));
    await this.iot.send(new CreatePackageCommand({ packageName, tags }));
    for (const [versionName, status] of Object.entries(versions)) {
      await this.iot.send(new CreatePackageVersionCommand({ packageName, versionName, tags }));
      if (status === 'DRAFT') continue;
      await this.iot.send(new UpdatePackageVersionCommand({ packageName, versionName, action: 'PUBLISH' }));
    }
    return packageName;
  }

  /** A schema with so many versions, each compatible with the last. */
  async schema(versions: number) {
    const [RegistryName, SchemaName] = [this.name(), this.name()];
    this.cleanUp(`registry ${RegistryName}`, () =>
      unless(
        'EntityNotFoundException',
        this.tools.glue.send(new DeleteRegistryCommand({ RegistryId: { RegistryName } })),
      ),
    );
    await this.glue.send(new CreateRegistryCommand({ RegistryName }));
    const SchemaId = { RegistryName, SchemaName };
    this.cleanUp(`schema ${SchemaName}`, () =>
      unless('EntityNotFoundException', this.tools.glue.send(new DeleteSchemaCommand({ SchemaId }))),
    );
    const first = await this.glue.send(
      new CreateSchemaCommand({
        RegistryId: { RegistryName },
        SchemaName,
        DataFormat: 'AVRO',
        Compatibility: 'NONE',
        SchemaDefinition: definition(1),
      }),
    );
    const ids = [first.SchemaVersionId ?? ''];
    for (let number = 2; number <= versions; number++) {
      const command = new RegisterSchemaVersionCommand({ SchemaId, SchemaDefinition: definition(number) });
      ids.push((await this.glue.send(command)).SchemaVersionId ?? '');
    }
    return { SchemaId, ids };
  }

  /** A job for one thing. */
  async job() {
    const thingName = this.name();
    return { thingName, jobId: await this.jobFor(await this.thing(thingName)) };
  }

  /** A job for whatever comes into a group, and a thing in it. */
  async continuousJob() {
    const [thingName, group] = [this.name(), this.name()];
    await this.thing(thingName);
    this.cleanUp(`group ${group}`, () => this.devices.removeGroup(group));
    const target = await this.things.makeGroup(group);
    await this.things.join(thingName, group);
    return { thingName, group, jobId: await this.jobFor(target, 'CONTINUOUS') };
  }

  private async thing(thingName: string): Promise<string> {
    this.cleanUp(`thing ${thingName}`, () => this.devices.remove(thingName));
    return this.things.make(thingName);
  }

  private async jobFor(target: string, targetSelection?: 'CONTINUOUS'): Promise<string> {
    const jobId = this.name();
    this.cleanUp(`job ${jobId}`, () =>
      unless('ResourceNotFoundException', this.tools.iot.send(new DeleteJobCommand({ jobId, force: true }))),
    );
    const timeoutConfig = { inProgressTimeoutInMinutes: 1 };
    const command = new CreateJobCommand({ jobId, targets: [target], targetSelection, document: '{}', timeoutConfig });
    await this.iot.send(command);
    return jobId;
  }

  /** Removes all that was made, the newest first. Returns what could not be removed, and why. */
  async clear(): Promise<readonly string[]> {
    const left: string[] = [];
    for (const { what, remove } of this.cleanups.reverse()) {
      const error = await this.removed(remove);
      if (error) left.push(`${what}: ${error.message}`);
    }
    return left;
  }

  /** What the service has not finished with yet goes a moment later. */
  private async removed(remove: Cleanup['remove']): Promise<Error | undefined> {
    for (let attempt = 1; ; attempt++) {
      try {
        await remove();
        return undefined;
      } catch (error) {
        if (attempt === ATTEMPTS) return error as Error;
        await this.tools.sleep(PAUSE);
      }
    }
  }

  private async removePackage(packageName: string): Promise<void> {
    const { iot } = this.tools;
    await unless(
      'ResourceNotFoundException',
      iot.send(new UpdatePackageCommand({ packageName, unsetDefaultVersion: true })),
    );
    const listed = await unless('ResourceNotFoundException', iot.send(new ListPackageVersionsCommand({ packageName })));
    for (const { versionName } of listed?.packageVersionSummaries ?? []) {
      await iot.send(new DeletePackageVersionCommand({ packageName, versionName }));
    }
    await unless('ResourceNotFoundException', iot.send(new DeletePackageCommand({ packageName })));
  }

  private cleanUp(what: string, remove: Cleanup['remove']): void {
    this.cleanups.push({ what, remove });
  }

  private name(): string {
    return `${this.tools.prefix}-${++this.count}`;
  }

  private goOn(): void {
    if (this.tools.interrupted.aborted) throw new Interrupted('interrupted');
  }
}

const ATTEMPTS = 5;
const PAUSE = 2_000;

const definition = (number: number) =>
  JSON.stringify({
    type: 'record',
    name: 'Verified',
    fields: Array.from({ length: number }, (_, index) => ({ name: `f${index}`, type: ['null', 'int'], default: null })),
  });
