/** The configuration of fleet indexing. */
// documented: API reference, UpdateIndexingConfiguration; authorization reference
import { checked } from '../../core/checked';
import { type CallContext, type Operations } from '../../core/service';
import type { Input } from '../../core/shape';
import { INDEXING } from './constraints';
import { invalidRequest } from './errors';

type Configuration = Input<typeof INDEXING.UpdateIndexingConfiguration>;
type ThingIndexing = NonNullable<Configuration['thingIndexingConfiguration']>;
type ThingGroupIndexing = NonNullable<Configuration['thingGroupIndexingConfiguration']>;

/** The permissions that the operations of packages need beside their own action. */
export const INDEXING_NEED = { action: 'iot:GetIndexingConfiguration', resource: '*' } as const;

const OFF: ThingIndexing = {
  thingIndexingMode: 'OFF',
  thingConnectivityIndexingMode: 'OFF',
  deviceDefenderIndexingMode: 'OFF',
  namedShadowIndexingMode: 'OFF',
};

export class Indexing {
  private things = OFF;
  private thingGroups: ThingGroupIndexing = { thingGroupIndexingMode: 'OFF' };
  /** When the configuration of things last changed. The rebuild of an index starts then. */
  changedAt = -Infinity;

  get enabled(): boolean {
    return this.things.thingIndexingMode !== 'OFF';
  }

  /** Whether unnamed shadows are a source of the index. */
  get coversClassicShadow(): boolean {
    return this.things.thingIndexingMode === 'REGISTRY_AND_SHADOW';
  }

  /** Whether any named shadow is a source of the index. */
  get coversNamedShadows(): boolean {
    return this.enabled && this.things.namedShadowIndexingMode === 'ON';
  }

  /** Whether a named shadow is a source of the index. */
  covers(shadowName: string): boolean {
    return this.coversNamedShadows && !!this.things.filter?.namedShadowNames?.includes(shadowName);
  }

  read() {
    return { thingIndexingConfiguration: this.things, thingGroupIndexingConfiguration: this.thingGroups };
  }

  update({ thingIndexingConfiguration: things, thingGroupIndexingConfiguration: groups }: Configuration, now: number) {
    if (things) {
      checkModes(things);
      // captured: floci: a mode that an update leaves out is off afterwards.
      this.things = things.thingIndexingMode === 'OFF' ? OFF : { ...OFF, ...things };
      this.changedAt = now;
    }
    if (groups) this.thingGroups = groups;
  }
}

function checkModes(things: ThingIndexing): void {
  // captured: floci, which was measured on AWS
  if (things.namedShadowIndexingMode === 'ON' && !things.filter?.namedShadowNames?.length) {
    throw invalidRequest('namedShadowIndexingMode ON needs at least one name in namedShadowNames');
  }
  if (things.thingIndexingMode !== 'OFF') return;
  const dependent = (
    ['thingConnectivityIndexingMode', 'deviceDefenderIndexingMode', 'namedShadowIndexingMode'] as const
  ).find(mode => things[mode] !== undefined && things[mode] !== 'OFF');
  // unverified: the error
  if (dependent) throw invalidRequest(`${dependent} cannot be ${things[dependent]} while thingIndexingMode is OFF`);
}

export function indexingOperations(indexing: Indexing): Operations {
  return {
    GetIndexingConfiguration: checked(invalidRequest, {
      members: INDEXING.GetIndexingConfiguration,
      run: () => indexing.read(),
    }),
    UpdateIndexingConfiguration: checked(invalidRequest, {
      members: INDEXING.UpdateIndexingConfiguration,
      run(input, { world }: CallContext) {
        indexing.update(input, world.clock.now());
        return {};
      },
    }),
  };
}
