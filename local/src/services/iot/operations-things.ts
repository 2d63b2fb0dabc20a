/** Operations on things and thing groups, as far as jobs are for them. */
// documented: API reference of each operation
// unverified: that the executions of a deleted thing stay, and that a deleted group leaves its jobs alone
import { checked } from '../../core/checked';
import { type Operations } from '../../core/service';
import { THINGS } from './constraints';
import type { Devices } from './devices';
import { invalidRequest } from './errors';
import { type Fleet, thingArn, thingGroupArn } from './fleet';

interface ThingContext {
  readonly fleet: Fleet;
  readonly devices: Devices;
}

export function thingOperations({ fleet, devices }: ThingContext): Operations {
  return {
    // documented: API reference, CreateThing: the same thing once more is no error.
    CreateThing: checked(invalidRequest, {
      members: THINGS.CreateThing,
      run({ thingName }, { world }) {
        if (!fleet.has(thingName)) devices.add(thingName);
        return { thingName, thingArn: thingArn(world, thingName) };
      },
    }),
    // documented: API reference, DeleteThing: also of one that does not exist.
    DeleteThing: checked(invalidRequest, {
      members: THINGS.DeleteThing,
      run({ thingName }) {
        if (fleet.has(thingName)) devices.remove(thingName);
        return {};
      },
    }),
    CreateThingGroup: checked(invalidRequest, {
      members: THINGS.CreateThingGroup,
      run({ thingGroupName }, { world }) {
        fleet.addGroup(thingGroupName);
        return { thingGroupName, thingGroupArn: thingGroupArn(world, thingGroupName) };
      },
    }),
    DeleteThingGroup: checked(invalidRequest, {
      members: THINGS.DeleteThingGroup,
      run({ thingGroupName }) {
        for (const { name } of fleet.members(thingGroupName)) devices.leave(name, thingGroupName);
        fleet.removeGroup(thingGroupName);
        return {};
      },
    }),
    AddThingToThingGroup: checked(invalidRequest, {
      members: THINGS.AddThingToThingGroup,
      run({ thingName, thingGroupName }) {
        fleet.group(thingGroupName);
        devices.join(thingName, thingGroupName);
        return {};
      },
    }),
    RemoveThingFromThingGroup: checked(invalidRequest, {
      members: THINGS.RemoveThingFromThingGroup,
      run({ thingName, thingGroupName }) {
        fleet.group(thingGroupName);
        devices.leave(thingName, thingGroupName);
        return {};
      },
    }),
    // a name without a scheme: everybody adds https://, which nothing local listens to.
    DescribeEndpoint: checked(invalidRequest, {
      members: THINGS.DescribeEndpoint,
      run: (_, { world }) => ({ endpointAddress: new URL(world.endpoint).host }),
    }),
  };
}
