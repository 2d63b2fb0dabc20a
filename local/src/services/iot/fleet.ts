/** The state of the fleet: things, their groups, and what they report. */
// documented: developer guide, "Preparing to use Software Package Catalog", for the shadow `$package`
// unverified: that a target that does not exist is ResourceNotFoundException
import { Listing } from '../../core/paging';
import type { World } from '../../core/service';
import { notFound } from './errors';
import type { JobExecution } from './job-store';

export interface Thing {
  readonly name: string;
  readonly arn: string;
  readonly groups: Set<string>;
  readonly executions: Listing<JobExecution>;
  /** The reported named shadow `$package`: packages by name. */
  readonly packages: Map<string, ReportedPackage>;
  /** Whether the thing is deleted. Its executions stay. */
  deleted: boolean;
}

export interface ReportedPackage {
  readonly version: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

export const thingArn = (world: World, name = '*') => world.arn('iot', `thing/${name}`);
export const thingGroupArn = (world: World, name = '*') => world.arn('iot', `thinggroup/${name}`);

export class Fleet {
  readonly things = new Listing<Thing>();
  private readonly groups = new Map<string, Set<Thing>>();

  constructor(private readonly world: World) {}

  add(name: string): Thing {
    const arn = thingArn(this.world, name);
    const thing = { name, arn, groups: new Set<string>(), executions: new Listing<JobExecution>() };
    const added: Thing = { ...thing, packages: new Map(), deleted: false };
    this.things.add(name, added);
    return added;
  }

  thing(name: string): Thing {
    const found = this.things.get(name);
    if (!found) throw notFound(`Thing ${name} not found`);
    return found;
  }

  /** Whether there is a thing of this name, which was not deleted. */
  has(name: string): boolean {
    return this.things.get(name)?.deleted === false;
  }

  addGroup(name: string): void {
    if (!this.groups.has(name)) this.groups.set(name, new Set());
  }

  removeGroup(name: string): void {
    this.groups.delete(name);
  }

  get groupNames(): readonly string[] {
    return [...this.groups.keys()].sort();
  }

  /** The members of a group; none where there is none. */
  members(name: string): readonly Thing[] {
    return [...(this.groups.get(name) ?? [])];
  }

  /** The members of a group. */
  group(name: string): ReadonlySet<Thing> {
    const found = this.groups.get(name);
    if (!found) throw notFound(`Thing group ${name} not found`);
    return found;
  }

  join(thing: Thing, group: string): void {
    thing.groups.add(group);
    const members = this.groups.get(group) ?? new Set();
    this.groups.set(group, members.add(thing));
  }

  leave(thing: Thing, group: string): void {
    thing.groups.delete(group);
    this.groups.get(group)?.delete(thing);
  }

  /** The things of an ARN of a thing or a thing group. */
  target(arn: string): Iterable<Thing> {
    const [, kind, name] = /:(thing|thinggroup)\/(.+)$/.exec(arn) ?? [];
    if (kind === 'thing') {
      const thing = this.thing(name);
      if (thing.deleted) throw notFound(`Thing ${name} not found`);
      return [thing];
    }
    if (kind === 'thinggroup') return this.group(name);
    throw notFound(`Target ${arn} not found`);
  }
}
