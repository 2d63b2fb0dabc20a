/** Operations on things and thing groups, as far as jobs are for them. */
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
    // one that exists without any other attributes is made once more without an error.
    CreateThing: checked(invalidRequest, {
      members: THINGS.CreateThing,
      run({ thingName }, { world }) {
        if (!fleet.has(thingName)) devices.add(thingName);
        return { thingName, thingArn: thingArn(world, thingName) };
      },
    }),
    // documented: of one that does not exist, too.
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
