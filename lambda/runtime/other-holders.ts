/** What CloudFormation knows of the other resources of the stack that have had the artifact of an event. */
import { awaitEffect } from './await-effect';
import { type Scope } from './custom-resource';
import { type RawProperties } from './event';
import { type FormerOwner } from './former-owners';
import { type Fate } from './stack-history';

/** A resource that has an artifact, although the owner's record does not name it. */
export interface Keeper {
  readonly ownerId: string;
  /** What it was to be at last. */
  readonly properties: RawProperties;
}

export class OtherHolders {
  /** Those that this event has waited for. */
  private readonly awaited = new Set<string>();

  /**
   * @param me the owner in the physical id of the artifact
   * @param idOf that id. An Update that replaces is about another artifact than its own id names
   */
  constructor(
    private readonly scope: Scope,
    private readonly me: string,
    private readonly idOf: () => string | undefined,
  ) {}

  /** In a clean-up, CloudFormation does not ask a resource again that a deployment without a rollback has made. */
  async isKeptBy(owner: string): Promise<boolean> {
    return (await this.scope.stackPhase()) === 'deploying' && (await this.fateOf(owner)) === 'held';
  }

  /** The resource that was the last one to have the artifact, among those that a clean-up does not delete. */
  async keeper(): Promise<Keeper | undefined> {
    const id = this.idOf();
    if (!id?.includes(this.me) || (await this.scope.stackPhase()) !== 'deploying') return undefined;
    const [before, after] = id.split(this.me);
    const declared = await this.scope.declarationsSinceSuccess();
    const asked = new Set([this.me]);
    for (const { physicalId, properties } of [...declared].reverse()) {
      const ownerId = physicalId.slice(before.length, physicalId.length - after.length);
      if (asked.has(ownerId) || before + ownerId + after !== physicalId) continue;
      asked.add(ownerId);
      if ((await this.fateOf(ownerId)) === 'held') return { ownerId, properties };
    }
    return undefined;
  }

  /**
   * Waits, once for each, while they are deleted. Whether any of them was.
   *
   * @param beforeWaiting what to do first
   */
  async awaitDeleted(owners: readonly string[], beforeWaiting: () => Promise<void>): Promise<boolean> {
    let hasWaited = false;
    for (const owner of owners.filter(each => !this.awaited.has(each))) {
      this.awaited.add(owner);
      if ((await this.fateOf(owner)) !== 'going') continue;
      if (!hasWaited) await beforeWaiting();
      hasWaited = true;
      await awaitEffect(this.scope, async () => (await this.fateOf(owner)) !== 'going');
    }
    return hasWaited;
  }

  /** The first of them that is not deleted, too. */
  async firstToStay(owners: readonly string[]): Promise<string | undefined> {
    if (owners.length === 0 || (await this.scope.stackPhase()) !== 'deploying') return undefined;
    const fates = await Promise.all(owners.map(owner => this.fateOf(owner)));
    return owners.find((_, at) => fates[at] !== 'going' && fates[at] !== 'gone');
  }

  /**
   * Whether a resource that has the artifact back had let it go before: the writes of several resources at once can bring a
   * former owner back. Waits for that one's own Delete, if it is in progress.
   *
   * @param asRecorded what the record says, if CloudFormation does not tell
   */
  async hasLetGo(owner: string, { asRecorded }: { readonly asRecorded: boolean }): Promise<boolean> {
    let fate: Fate | undefined;
    await awaitEffect(this.scope, async () => (fate = await this.fateOf(owner)) !== 'going');
    return fate === 'gone' || (fate !== 'held' && asRecorded);
  }

  /**
   * Whether the resource that has taken the artifact over goes too, before a deployment of it has succeeded: with the stack,
   * or in a rollback to what was before both of them.
   */
  async regains(takenAt: number, { openSince }: FormerOwner): Promise<boolean> {
    const phase = await this.scope.stackPhase();
    const goes = phase === 'deleting' || (openSince !== undefined && phase === 'rolling-back');
    return goes && !(await this.scope.settledSince(takenAt));
  }

  /** What has become of the artifact under the id of another resource. */
  private async fateOf(owner: string): Promise<Fate> {
    const id = this.idOf();
    return id?.includes(this.me) ? this.scope.fateOf(id.replace(this.me, owner)) : 'left';
  }
}
