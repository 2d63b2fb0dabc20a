import { type Kill, type Reply, type Stack } from './stack';

export interface Resource {
  readonly type: string;
  readonly properties: object;
}

/** Resources by logical id. Each comes after the resources that it depends on. */
export type Template = ReadonlyMap<string, Resource>;

interface Deployed extends Resource {
  readonly id: string;
}

/** What goes wrong in a deployment. */
export interface DeploymentTrouble {
  /** The deployment fails after everything else, as if a resource of another kind failed. */
  readonly fails?: boolean;
  /** Kills the function in the event with this number. */
  readonly kill?: Kill & { readonly event: number };
}

export interface DeploymentOutcome {
  readonly result: 'complete' | 'rolled-back' | 'deleted' | 'delete-failed';
  /** The reasons of the resources that failed. */
  readonly reasons: readonly string[];
  /** The reasons of what failed later, in a rollback or a clean-up. */
  readonly later: readonly string[];
}

/**
 * CloudFormation in small: deploys templates in CloudFormation's order of events. Creates and Updates come first. After
 * a success, the Deletes of what was replaced or has left the template follow; after a failure, the reverse Updates and
 * the Deletes of what was created.
 *
 * It exists beside the CloudFormation of the local AWS because its events come one after the other, so the function can
 * die at any call of any event, by number. Only the local AWS has events that overlap or come late.
 */
export class CloudFormation {
  stack: Stack;
  private deployed = new Map<string, Deployed>();
  private lives = 0;
  private events = 0;
  private kill?: DeploymentTrouble['kill'];
  private later: string[] = [];

  /** @param make makes a new stack, with its own UUID, whenever the last one was deleted */
  constructor(private readonly make: (uuid: string) => Stack) {
    this.stack = this.reborn();
  }

  async deploy(template: Template, trouble: DeploymentTrouble = {}): Promise<DeploymentOutcome> {
    this.begin(trouble);
    const before = new Map(this.deployed);
    const first = before.size === 0;
    this.stack.status = first ? 'CREATE_IN_PROGRESS' : 'UPDATE_IN_PROGRESS';
    const made: [string, Deployed][] = [];
    const updated: string[] = [];
    const obsolete: [string, Deployed][] = [];
    const reasons: string[] = [];

    for (const [logicalId, wanted] of template) {
      const old = before.get(logicalId);
      if (old && JSON.stringify(old.properties) === JSON.stringify(wanted.properties)) continue;
      const reply = await this.apply(logicalId, wanted, old);
      const now = { ...wanted, id: reply.PhysicalResourceId };
      if (!old) made.push([logicalId, now]);
      else updated.push(logicalId);
      if (reply.Status === 'FAILED') {
        reasons.push(`${logicalId}: ${reply.Reason}`);
        break;
      }
      if (old && old.id !== now.id) obsolete.push([logicalId, old]);
      this.deployed.set(logicalId, now);
    }

    if (reasons.length === 0 && !trouble.fails) {
      this.stack.status = 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS';
      for (const [logicalId, old] of before) if (!template.has(logicalId)) obsolete.push([logicalId, old]);
      for (const [logicalId, old] of sortedForDeletion(obsolete)) await this.remove(logicalId, old);
      for (const logicalId of before.keys()) if (!template.has(logicalId)) this.deployed.delete(logicalId);
      return this.outcome('complete', reasons);
    }

    this.stack.status = first ? 'ROLLBACK_IN_PROGRESS' : 'UPDATE_ROLLBACK_IN_PROGRESS';
    const leftover: [string, Deployed][] = [];
    for (const logicalId of updated) {
      const now = this.deployed.get(logicalId) as Deployed;
      const old = before.get(logicalId) as Deployed;
      const reply = await this.apply(logicalId, old, {
        ...now,
        properties: (template.get(logicalId) as Resource).properties,
      });
      if (reply.Status === 'FAILED') this.later.push(`rollback of ${logicalId}: ${reply.Reason}`);
      if (reply.PhysicalResourceId !== now.id) leftover.push([logicalId, now]);
      this.deployed.set(logicalId, { ...old, id: reply.PhysicalResourceId });
    }
    if (!first) this.stack.status = 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS';
    for (const [logicalId, now] of sortedForDeletion([...leftover, ...made])) await this.remove(logicalId, now);
    for (const [logicalId] of made) this.deployed.delete(logicalId);
    if (first) this.stack = this.reborn();
    return this.outcome('rolled-back', reasons);
  }

  async destroy(trouble: DeploymentTrouble = {}): Promise<DeploymentOutcome> {
    this.begin(trouble);
    this.stack.status = 'DELETE_IN_PROGRESS';
    const reasons: string[] = [];
    for (const [logicalId, old] of sortedForDeletion([...this.deployed])) {
      const reply = await this.send(() => this.stack.delete(old.type, logicalId, old.id, old.properties));
      if (reply.Status === 'FAILED') reasons.push(`${logicalId}: ${reply.Reason}`);
      else this.deployed.delete(logicalId);
    }
    if (reasons.length > 0) return this.outcome('delete-failed', reasons);
    this.stack = this.reborn();
    return this.outcome('deleted', reasons);
  }

  /** The properties of the last deployment of a resource. */
  propertiesOf(logicalId: string): object | undefined {
    return this.deployed.get(logicalId)?.properties;
  }

  private apply(logicalId: string, wanted: Resource, old: Deployed | undefined): Promise<Reply> {
    return this.send(() =>
      old
        ? this.stack.update(wanted.type, logicalId, { id: old.id, properties: wanted.properties, old: old.properties })
        : this.stack.create(wanted.type, logicalId, wanted.properties),
    );
  }

  /** Tries three times, then continues. */
  private async remove(logicalId: string, { type, id, properties }: Deployed): Promise<void> {
    for (let attempt = 1; attempt <= 3; attempt++) {
      const reply = await this.send(() => this.stack.delete(type, logicalId, id, properties));
      if (reply.Status === 'SUCCESS') return;
      if (attempt === 3) this.later.push(`clean-up of ${logicalId}: ${reply.Reason}`);
    }
  }

  private send(event: () => Promise<Reply>): Promise<Reply> {
    this.events++;
    if (this.events === this.kill?.event) this.stack.killNext = this.kill;
    return event();
  }

  private begin({ kill }: DeploymentTrouble): void {
    this.events = 0;
    this.kill = kill;
    this.later = [];
  }

  private outcome(result: DeploymentOutcome['result'], reasons: readonly string[]): DeploymentOutcome {
    return { result, reasons, later: this.later };
  }

  private reborn(): Stack {
    return this.make(`life-${++this.lives}`);
  }
}

const ORDER = ['DefaultPackageVersion', 'SoftwarePackageVersion', 'SoftwarePackage'];
const rank = ({ type }: Resource) => ORDER.findIndex(each => type.endsWith(each));

/** A resource is deleted before those that it depends on. */
const sortedForDeletion = (resources: readonly [string, Deployed][]) =>
  [...resources].sort(([, a], [, b]) => rank(a) - rank(b));
