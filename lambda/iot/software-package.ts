/**
 * `Custom::IoTSoftwarePackage`
 *
 * | event                           | the package                            | what happens                                          |
 * | ------------------------------- | -------------------------------------- | ----------------------------------------------------- |
 * | Create, or Update to a new name | does not exist                         | is created                                            |
 * |                                 | belongs to this resource               | gets the description and the tags                     |
 * |                                 | was renamed or released, or is adopted | is claimed; the record keeps the former owner         |
 * |                                 | belongs to somebody else               | the event fails before any write                      |
 * | Update                          | belongs to this resource               | gets the description and the tags                     |
 * |                                 | no longer exists                       | is created again                                      |
 * | Update in a rollback            | was claimed by the failed deployment   | is given back                                         |
 * | Delete                          | belongs to this resource               | is deleted, or left to nobody under RETAIN            |
 * |                                 | still has versions                     | the event fails and names them                        |
 * |                                 | is of no successful deployment         | is undone: deleted if it was created, else given back |
 * |                                 | belongs to somebody else               | stays                                                 |
 * | any, if it is over              | was created or claimed by this event   | is undone, and the event has no answer                |
 */
import { type IoTClient } from '@aws-sdk/client-iot';
import { PackageShape, type SoftwarePackageData, type SoftwarePackageProperties } from '../../contract/iot';
import { ARTIFACT_TAGS } from '../../contract/ownership';
import { type Which, ownerOf } from '../runtime/claimed-artifact';
import { type Answer, type ResourceHandler, type Scope } from '../runtime/custom-resource';
import { Refusal } from '../runtime/errors';
import { listed } from '../runtime/messages';
import { OwnedArtifact } from '../runtime/owned-artifact';
import { type TagChange, type Tags, isChange, release } from '../runtime/ownership';
import { patient } from '../runtime/patient';
import { isRefusedByService, pollUntilFound, pollUntilGone } from '../runtime/retry';
import { looksDifferent } from '../runtime/second-look';
import { IotGateway } from './gateway';
import { answeredId, packageArn, packageId, parsePhysicalId } from './names';
import { diffTags, restoreTags, toTags } from './tags';

type Wanted = SoftwarePackageProperties;

export class SoftwarePackageHandler implements ResourceHandler<Wanted> {
  readonly shape = PackageShape;

  constructor(private readonly iot: IoTClient) {}

  physicalResourceId({ PackageName }: Wanted, scope: Scope): string {
    return packageId(PackageName, ownerOf(scope));
  }

  create(wanted: Wanted, scope: Scope): Promise<Answer> {
    return new PackageEvent(this.iot, wanted, { id: this.physicalResourceId(wanted, scope) }, scope).ensure();
  }

  async update(wanted: Wanted, physicalResourceId: string, scope: Scope, previous?: Wanted): Promise<Answer> {
    const { packageName, owner } = parsePhysicalId(physicalResourceId);
    const replaces = packageName !== wanted.PackageName;
    const id = packageId(wanted.PackageName, owner);
    const event = new PackageEvent(this.iot, wanted, { id, replaces }, scope);
    if (replaces) return event.ensure();
    const cancelled = previous && packageId(previous.PackageName, owner);
    if (cancelled && cancelled !== id)
      await new PackageEvent(this.iot, previous, { id: cancelled }, scope).undoCancelled();
    return event.update(previous);
  }

  delete(wanted: Wanted, physicalResourceId: string, scope: Scope): Promise<void> {
    const id = answeredId(physicalResourceId, () => this.physicalResourceId(wanted, scope));
    const which = { id, unanswered: id !== physicalResourceId };
    return new PackageEvent(this.iot, wanted, which, scope).delete();
  }
}

class PackageEvent extends OwnedArtifact {
  protected readonly what: string;
  protected readonly record;
  protected override readonly native;
  protected readonly artifactId: string;
  private readonly packageName: string;
  private readonly gateway: IotGateway;
  /** The description of an existing package before this event changed it. */
  private found?: string;

  constructor(
    iot: IoTClient,
    private readonly wanted: Wanted,
    { id, ...which }: Which,
    scope: Scope,
  ) {
    const { owner, packageName } = parsePhysicalId(id);
    super(scope, { owner, ...which });
    this.artifactId = id;
    this.packageName = packageName;
    this.what = `software package ${packageName}`;
    this.native = { type: 'AWS::IoT::SoftwarePackage', physicalId: packageName };
    this.gateway = new IotGateway(patient(iot, scope, this.checks));
    this.record = this.gateway.ownerRecord(packageArn(scope, packageName), ARTIFACT_TAGS, scope.stackId);
  }

  /** Creates the package, or takes the one that has its name. */
  ensure(): Promise<Answer> {
    return this.orRefused(this.answer(), () => this.make());
  }

  private async make(): Promise<Answer> {
    const { packageName } = this;
    const { Description, Tags } = this.wanted;
    const found = await this.watch(() =>
      pollUntilFound(
        async () => {
          const made = await this.gateway.createPackage(packageName, Description, { ...toTags(Tags), ...this.mine });
          return made ? 'made' : this.gateway.findPackage(packageName);
        },
        this.scope,
        `AWS IoT says that software package ${packageName} exists, but does not show it`,
      ),
    );
    if (found !== 'made') return this.take(found.description);
    this.hasClaimed = true;
    this.seenAsMine();
    return this.carryOut(async () => this.answer(), { undoneOnFailure: this.replaces });
  }

  async update(previous?: Wanted): Promise<Answer> {
    const held = await this.gateway.findPackage(this.packageName);
    return held ? this.take(held.description, previous) : this.again(() => this.ensure());
  }

  delete(): Promise<void> {
    return this.remove(this.wanted.Removal ?? 'RETAIN');
  }

  /** Brings an existing package to the wanted state. */
  private async take(held: string | undefined, previous?: Wanted): Promise<Answer> {
    const tags = (await this.owners()) ?? {};
    if (await this.givesBack(tags)) return this.answer();
    const { Description, AdoptExisting, Tags } = this.wanted;
    const claimed = await this.claim(tags, { adoptExisting: AdoptExisting ?? false }, this.answer());
    if (Description === undefined && held && previous?.Description !== undefined) {
      this.scope.log.warn('no longer in the template, but cannot be cleared: it stays', {
        packageName: this.packageName,
        stays: ['description'],
      });
    }
    const user = diffTags(toTags(Tags), tags, toTags(previous?.Tags));
    const describes = Description !== undefined && Description !== held;
    if (!isChange(claimed.change) && !isChange(user) && !describes) {
      return looksDifferent(this.wanted, previous) && (await this.looksAgain()) ? this.update(previous) : this.answer();
    }
    return this.orRefused(this.answer(), () =>
      this.carryOut(
        async () => {
          await this.confirm();
          await this.own(tags, claimed, user);
          this.found = held;
          if (describes) await this.gateway.describePackage(this.packageName, Description);
          return this.answer();
        },
        { undoneOnFailure: this.replaces && (claimed.kind !== 'held' || claimed.byThisEvent) },
      ),
    );
  }

  protected override async undoOvertaken(): Promise<void> {
    await super.undoOvertaken();
    if (this.scope.request.RequestType !== 'Update' || this.replaces) return;
    // a late delivery leaves alone what somebody has changed by hand since.
    if (!this.hasClaimed && !(await this.mayHaveWritten())) return;
    const latest = await this.scope.operation.latestProperties();
    const held = await this.gateway.findPackage(this.packageName);
    const tags = await this.record.read();
    if (!latest || !held || tags?.[ARTIFACT_TAGS.owner] !== this.me.ownerId) return;
    const { PackageName, Description = this.found, Tags } = PackageShape.decode(latest, '');
    if (PackageName !== this.packageName) return;
    const user = restoreTags(toTags(Tags), tags, toTags(this.wanted.Tags));
    if (isChange(user)) await this.record.change(user);
    if (Description && held.description === this.wanted.Description && held.description !== Description) {
      await this.gateway.describePackage(this.packageName, Description);
    }
  }

  protected override async destroy(): Promise<void> {
    const { packageName } = this;
    const rest = await this.gateway.versionsOf(packageName);
    if (rest.length > 0) {
      throw new Refusal(
        `software package ${packageName} still has versions that this stack does not remove: ` +
          `${listed(rest.map(version => version.versionName ?? ''))}; delete them, or retain the package (removalPolicy: RETAIN)`,
      );
    }
    try {
      await this.gateway.deletePackage(packageName);
    } catch (error) {
      if (!isRefusedByService(error)) throw error;
      throw new Refusal(`AWS IoT does not delete software package ${packageName}: ${error.name}: ${error.message}`);
    }
    await pollUntilGone(
      async () => this.leftOf(await this.gateway.findPackage(packageName)),
      this.scope,
      `software package ${packageName} was deleted, but AWS IoT still shows it`,
    );
  }

  protected override async restore(): Promise<void> {
    // a package has no state beside its description, which the library does not record.
  }

  protected override released(tags: Tags): TagChange {
    return release(tags, ARTIFACT_TAGS, this.me);
  }

  private answer(): Answer {
    const { packageName: PackageName } = this;
    const data: SoftwarePackageData = { PackageArn: packageArn(this.scope, PackageName), PackageName };
    return { physicalResourceId: this.artifactId, data: { ...data } };
  }
}
