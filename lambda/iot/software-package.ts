import { type IoTClient } from '@aws-sdk/client-iot';
import { PackageShape, type SoftwarePackageAttributes, type SoftwarePackageProperties } from '../../contract/iot';
import { ARTIFACT_TAGS } from '../../contract/ownership';
import { type Answer, type ResourceHandler, type Scope } from '../runtime/custom-resource';
import { Refusal } from '../runtime/errors';
import { listed, takenByOther } from '../runtime/messages';
import { claimInPhase, letGo, release } from '../runtime/ownership';
import { pollUntilFound, pollUntilGone } from '../runtime/retry';
import { IotGateway as Catalog } from './gateway';
import { answeredId, claimantOf, packageArn, packageId, parsePhysicalId } from './names';
import { undoneOnFailure } from './replacement';
import { diffTags, mergeChanges, toTags } from './tags';

/** `Custom::IoTSoftwarePackage` */
export class SoftwarePackageHandler implements ResourceHandler<SoftwarePackageProperties> {
  readonly shape = PackageShape;

  constructor(private readonly iot: IoTClient) {}

  physicalResourceId({ PackageName }: SoftwarePackageProperties, scope: Scope): string {
    return packageId(PackageName, claimantOf(scope).ownerId);
  }

  async create(wanted: SoftwarePackageProperties, scope: Scope): Promise<Answer> {
    return this.ensure(wanted, this.physicalResourceId(wanted, scope), scope, false);
  }

  async update(
    wanted: SoftwarePackageProperties,
    physicalResourceId: string,
    scope: Scope,
    previous?: SoftwarePackageProperties,
  ): Promise<Answer> {
    const { packageName, owner } = parsePhysicalId(physicalResourceId);
    if (packageName !== wanted.PackageName) {
      return this.ensure(wanted, packageId(wanted.PackageName, owner), scope, true);
    }
    const held = await this.catalog(scope).findPackage(packageName);
    return held
      ? this.settle(wanted, physicalResourceId, held.description, scope, { previous, replaces: false })
      : this.ensure(wanted, physicalResourceId, scope, false);
  }

  async delete(wanted: SoftwarePackageProperties, physicalResourceId: string, scope: Scope): Promise<void> {
    const catalog = this.catalog(scope);
    const id = answeredId(physicalResourceId, () => this.physicalResourceId(wanted, scope));
    const { packageName } = parsePhysicalId(id);
    const arn = packageArn(scope, packageName);
    const me = claimantOf(scope, id);
    const tags = await catalog.tagsOf(arn);
    if (!tags) return;

    const outcome = await letGo(tags, ARTIFACT_TAGS, me, wanted.Removal ?? 'RETAIN', () => scope.stackPhase());
    scope.log.info('software package let go', { packageName, outcome: outcome.kind });
    if (outcome.kind === 'foreign') return;
    if (outcome.kind !== 'destroyed') return catalog.changeTags(arn, outcome.change);

    const rest = await catalog.versionsOf(packageName);
    if (rest.length > 0) {
      if ((await scope.stackPhase()) === 'rolling-back')
        await catalog.changeTags(arn, release(tags, ARTIFACT_TAGS, me));
      throw new Refusal(
        `software package ${packageName} still has versions that this stack does not remove: ` +
          `${listed(rest.map(version => version.versionName ?? ''))}; delete them, or let the package stay (removalPolicy: RETAIN)`,
      );
    }
    await catalog.deletePackage(packageName);
    await pollUntilGone(
      () => catalog.findPackage(packageName),
      scope,
      `software package ${packageName} was deleted, but AWS IoT still shows it`,
    );
  }

  private async ensure(
    wanted: SoftwarePackageProperties,
    id: string,
    scope: Scope,
    replaces: boolean,
  ): Promise<Answer> {
    const catalog = this.catalog(scope);
    const me = claimantOf(scope, id);
    const mine = { [ARTIFACT_TAGS.owner]: me.ownerId, [ARTIFACT_TAGS.stack]: me.stackId };
    const { PackageName, Description, Tags } = wanted;
    const found = await pollUntilFound(
      async () => {
        const made = await catalog.createPackage(PackageName, Description, { ...toTags(Tags), ...mine });
        return made ? 'made' : catalog.findPackage(PackageName);
      },
      scope,
      `AWS IoT says that software package ${PackageName} exists, but does not show it`,
    );
    if (found === 'made') return this.answer(wanted, id, scope);
    return this.settle(wanted, id, found.description, scope, { replaces });
  }

  /** Brings a package that exists to what is wanted. */
  private async settle(
    wanted: SoftwarePackageProperties,
    id: string,
    heldDescription: string | undefined,
    scope: Scope,
    { previous, replaces }: { readonly previous?: SoftwarePackageProperties; readonly replaces: boolean },
  ): Promise<Answer> {
    const catalog = this.catalog(scope);
    const { PackageName, Description, AdoptExisting } = wanted;
    const arn = packageArn(scope, PackageName);
    const tags = (await catalog.tagsOf(arn)) ?? {};
    const me = claimantOf(scope, id);
    const claimed = await claimInPhase(tags, ARTIFACT_TAGS, me, AdoptExisting ?? false, () => scope.stackPhase());
    if (claimed.kind === 'refused') {
      throw new Refusal(
        takenByOther(`software package ${PackageName}`, claimed.ownerStack),
        this.answer(wanted, id, scope),
      );
    }
    if (Description === undefined && heldDescription && previous?.Description !== undefined) {
      scope.log.warn('no longer in the template, but AWS IoT cannot clear it: it stays', {
        packageName: PackageName,
        stays: ['description'],
      });
    }
    const user = diffTags(toTags(wanted.Tags), tags, toTags(previous?.Tags));
    const apply = async () => {
      await catalog.changeTags(arn, claimed.kind === 'held' ? user : mergeChanges(claimed.change, user));
      if (Description !== undefined && Description !== heldDescription) {
        await catalog.describePackage(PackageName, Description);
      }
      return this.answer(wanted, id, scope);
    };
    if (!replaces || claimed.kind === 'held') return apply();
    return undoneOnFailure(apply, inRollback => this.delete(wanted, id, inRollback), scope);
  }

  private answer({ PackageName }: SoftwarePackageProperties, physicalResourceId: string, scope: Scope): Answer {
    const data: SoftwarePackageAttributes = { PackageArn: packageArn(scope, PackageName), PackageName };
    return { physicalResourceId, data: { ...data } };
  }

  private catalog(scope: Scope): Catalog {
    return new Catalog(this.iot, scope.clientToken);
  }
}
